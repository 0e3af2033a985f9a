"""One request and its answer: uvicorn's cycle, with early answers, HTTP/1.0 and our own errors done right."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from handfast.server import refusals

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent, HTTPResponseStartEvent


class GuardedCycle(RequestResponseCycle):
    """A request and its answer.

    `closes` says that the connection ends with this answer: how it ends is up to the protocol, not to the cycle.
    `unread` is how many bytes of the body are still to come, None when nobody knows (chunked).
    """

    closes = False
    unread: int | None = 0
    swallows = 0
    """How many unread bytes may be swallowed so that the connection lives on."""

    is_last = False
    """Whether the connection ends with this answer whatever it is."""

    app_state: Mapping[str, object] = MappingProxyType({})
    """The state of the lifespan; its `draining` is true when the server is about to end."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be sent."""
        return self.response_complete or self.disconnected

    def disconnect(self) -> None:
        """Tell the application that its client has gone."""
        self.disconnected = True
        self.message_event.set()

    @override
    async def send(self, message: ASGISendEvent) -> None:
        if self.response_started or message["type"] != "http.response.start":
            if message["type"] == "http.response.body" and self.chunked_encoding is False and self._is_unsized:
                self.expected_content_length = len(message.get("body", b""))
            await super().send(message)
            return
        if self.is_last or self.app_state.get("draining") or (self.more_body and not self._can_swallow()):
            self.keep_alive = False
        self._is_unsized = self.scope["http_version"] == "1.0" and not _has_length(message)
        if self._is_unsized:  # HTTP/1.0 knows no chunks: such a body ends with its connection (RFC 9112, section 6.1)
            self.chunked_encoding = False
        try:
            await super().send(message)
        except Exception:  # nothing has been written, so an answer is still possible
            self.response_started = False
            self.chunked_encoding = None
            raise
        self.closes, self.keep_alive = not self.keep_alive, True

    @override
    async def send_500_response(self) -> None:
        cancelled = isinstance(sys.exception(), asyncio.CancelledError)
        refusal = refusals.STOPPING if cancelled else refusals.INTERNAL
        await self.send({"type": "http.response.start", "status": refusal.status, "headers": refusal.headers})
        await self.send({"type": "http.response.body", "body": refusal.body, "more_body": False})

    _is_unsized = False

    def _can_swallow(self) -> bool:
        """Whether what is left of the body is small, and sure to come: a client that waits for 100 may not send it."""
        return not self.waiting_for_100_continue and self.unread is not None and self.unread <= self.swallows


def _has_length(message: HTTPResponseStartEvent) -> bool:
    return any(name.lower() == b"content-length" for name, _ in message.get("headers", ()))
