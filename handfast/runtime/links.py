"""Tells every client where the contract is: the header `Link` with `service-desc` and `service-doc` (RFC 8631)."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast
from urllib.parse import quote

from starlette.types import Message, Scope, Send

from handfast.contract.model import Operation

DESCRIPTION = "/openapi.json"
"""Where the contract is published, below the path that the application is mounted at."""

_ROOTS = 64
"""Mount points whose header is remembered; a proxy may choose them."""


class ServiceLinks:
    """The links of an application; `docs` is the path of its documentation page, None where it has none."""

    __slots__ = ("_known", "_targets")

    def __init__(self, docs: str | None) -> None:
        page = {} if docs is None else {docs or "/": 'rel="service-doc"; type="text/html"'}
        self._targets = {DESCRIPTION: 'rel="service-desc"; type="application/json"', **page}
        self._known: dict[str, tuple[bytes, bytes]] = {}

    def leave_out(self, is_taken: Callable[[str], bool]) -> None:
        """Tell of no path at which an operation of the contract answers instead, such as `/{name}`."""
        self._targets = {path: what for path, what in self._targets.items() if not is_taken(path)}

    def header(self, scope: Scope) -> tuple[bytes, bytes] | None:
        """The header of the answer to a request; None where there is nothing to tell."""
        if not self._targets:
            return None
        root = cast("str", scope.get("root_path") or "")
        return self._known.get(root) or self._made(root)

    def added(self, scope: Scope, send: Send) -> Send:
        """A `send` that adds the links to the head of the answer to a request."""
        link = self.header(scope)
        if link is None:
            return send

        async def send_with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), link]
            await send(message)

        return send_with_links

    def _made(self, root: str) -> tuple[bytes, bytes]:
        """The header for an application that is mounted at `root`."""
        below = quote(root.rstrip("/"), safe="/:@!$&'()*+,;=~-._%")
        links = [f"<{below}{path}>; {what}" for path, what in self._targets.items()]
        header = (b"link", ", ".join(links).encode("latin-1", "replace"))
        if len(self._known) < _ROOTS:
            self._known[root] = header
        return header


def declares_links(operation: Operation) -> bool:
    """Whether a response of the operation has a `Link` of its own, beside which ours would break the contract."""
    return any(name.lower() == "link" for response in operation.responses for name in response.headers)
