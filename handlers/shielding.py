"""Headers that tell browsers to be careful with answers (OWASP REST Security and HTTP Headers cheat sheets)."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SHIELDS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-site"),
)
_STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")
_CACHING = b"cache-control"
_ASK_AGAIN = (_CACHING, b"private, no-cache")
_KEEP_NOTHING = (_CACHING, b"no-store")


class SecurityHeaders:
    """ASGI middleware that adds what an answer does not say itself; Strict-Transport-Security over TLS alone.

    What has an entity tag may be kept by its reader, who must ask whether it is current; nothing else is kept.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        shields = (*_SHIELDS, _STRICT_TRANSPORT) if scope.get("scheme") == "https" else _SHIELDS

        async def shield(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(cast("Iterable[tuple[bytes, bytes]]", message.get("headers", ())))
                present = {name.lower() for name, _ in headers}
                headers += (each for each in shields if each[0] not in present)
                if _CACHING not in present:
                    headers.append(_ASK_AGAIN if b"etag" in present else _KEEP_NOTHING)
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, shield)
