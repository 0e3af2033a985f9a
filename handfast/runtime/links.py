"""Tells every client where the contract is: the header `Link` with `service-desc` and `service-doc` (RFC 8631)."""

from __future__ import annotations

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

    __slots__ = ("_docs", "_known")

    def __init__(self, docs: str | None) -> None:
        self._docs = docs
        self._known: dict[str, tuple[bytes, bytes]] = {}

    def header(self, scope: Scope) -> tuple[bytes, bytes]:
        """The header of the answer to a request."""
        root = cast("str", scope.get("root_path") or "")
        return self._known.get(root) or self._made(root)

    def added(self, scope: Scope, send: Send) -> Send:
        """A `send` that adds the links to the head of the answer to a request."""
        link = self.header(scope)

        async def send_with_links(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), link]
            await send(message)

        return send_with_links

    def _made(self, root: str) -> tuple[bytes, bytes]:
        """The header for an application that is mounted at `root`."""
        below = quote(root.rstrip("/"), safe="/:@!$&'()*+,;=~-._%")
        links = [f'<{below}{DESCRIPTION}>; rel="service-desc"; type="application/json"']
        if self._docs is not None:
            links.append(f'<{below}{self._docs or "/"}>; rel="service-doc"; type="text/html"')
        header = (b"link", ", ".join(links).encode("latin-1", "replace"))
        if len(self._known) < _ROOTS:
            self._known[root] = header
        return header


def declares_links(operation: Operation) -> bool:
    """Whether a response of the operation has a `Link` of its own, beside which ours would break the contract."""
    return any(name.lower() == "link" for response in operation.responses for name in response.headers)
