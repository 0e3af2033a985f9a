"""One request and its answer: uvicorn's cycle, with early answers, HTTP/1.0 and our own errors done right.

The head of an answer leaves with the first piece of its body: a call to the system costs as much as a good part of a
request, and the client wakes up once instead of twice. A head that no body follows at once leaves alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    RequestResponseCycle,
)

from handfast.server import refusals

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application, ASGISendEvent, HTTPResponseBodyEvent, HTTPResponseStartEvent

_COPIED = 65_536
"""Bytes of a body up to which it is copied behind its head."""

_BODILESS = frozenset({204, 304})


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

    _head = b""  # what waits for the body
    _left: int | None = None  # how many bytes of the body are still due; None when that is not said

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be sent."""
        return self.response_complete or self.disconnected

    def disconnect(self) -> None:
        """Tell the application that its client has gone."""
        self.disconnected = True
        self.message_event.set()

    @override
    async def run_asgi(self, app: ASGI3Application) -> None:
        refusal = refusals.INTERNAL
        try:
            await app(self.scope, self.receive, self.send)
        except BaseException as error:  # a cancelled one, too: its client gets an answer
            self.logger.error("Exception in ASGI application\n", exc_info=error)
            refusal = refusals.STOPPING if isinstance(error, asyncio.CancelledError) else refusal
        else:
            if not self.is_over:
                self.logger.error("ASGI callable returned without completing its response.")
        if not self.response_started and not self.disconnected:
            await self.send({"type": "http.response.start", "status": refusal.status, "headers": refusal.headers})
            await self.send({"type": "http.response.body", "body": refusal.body, "more_body": False})
        elif not self.is_over:
            self._release()
            self.transport.close()
        self.on_response = lambda: None

    @override
    async def send(self, message: ASGISendEvent) -> None:
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        due = "http.response.body" if self.response_started else "http.response.start"
        if self.response_complete or message["type"] != due:
            when = "after the answer" if self.response_complete else f"where {due} is due"
            raise RuntimeError(f"Unexpected ASGI message '{message['type']}' {when}")
        if self.response_started:
            self._send_body(cast("HTTPResponseBodyEvent", message))
        else:
            self._start(cast("HTTPResponseStartEvent", message))

    def _start(self, message: HTTPResponseStartEvent) -> None:
        status = message["status"]
        keeps = self.keep_alive and not (
            self.is_last or self.app_state.get("draining") or (self.more_body and not self._can_swallow())
        )
        has_body = status not in _BODILESS and self.scope["method"] != "HEAD"
        is_chunked, length, connection = False, None, b""
        lines = [name + b": " + value for name, value in self.default_headers]
        for name, value in message.get("headers", ()):
            if HEADER_RE.search(name):
                raise RuntimeError("Invalid HTTP header name.")
            if HEADER_VALUE_RE.search(value):
                raise RuntimeError("Invalid HTTP header value.")
            wire = name.lower()
            if wire == b"content-length":
                length = int(value)
            elif wire == b"transfer-encoding":
                is_chunked = value.lower() == b"chunked"
            elif wire == b"connection":
                connection = value.lower()
            lines.append(wire + b": " + value)
        if connection and b"close" in [option.strip() for option in connection.split(b",")]:
            keeps = False
        elif not keeps:
            lines.append(b"connection: close")
        if has_body and length is None and not is_chunked and self.scope["http_version"] != "1.0":
            is_chunked = True  # HTTP/1.0 knows no chunks: such a body ends with its connection (RFC 9112, section 6.1)
            lines.append(b"transfer-encoding: chunked")
        self.response_started = True
        self.waiting_for_100_continue = False
        self.chunked_encoding = is_chunked
        self._left = length
        self.closes = not keeps
        self._head = STATUS_LINE[status] + b"\r\n".join(lines) + b"\r\n\r\n"
        asyncio.get_running_loop().call_soon(self._release)

    def _send_body(self, message: HTTPResponseBodyEvent) -> None:
        body, is_last = message.get("body", b""), not message.get("more_body", False)
        if self.scope["method"] == "HEAD":
            body = b""
        elif self.chunked_encoding:
            chunk = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            body = chunk + b"0\r\n\r\n" if is_last else chunk
        elif self._left is not None:
            self._left -= len(body)
            if self._left < 0:
                raise RuntimeError("Response content longer than Content-Length")
            if self._left and is_last:
                raise RuntimeError("Response content shorter than Content-Length")
        self._release(body)
        if is_last:
            self.response_complete = True
            self.message_event.set()
            self.on_response()

    def _release(self, data: bytes = b"") -> None:
        """Send what waits and what comes next."""
        head, self._head = self._head, b""
        if self.transport.is_closing():
            return
        if len(data) > _COPIED and head:
            self.transport.write(head)
        elif head:
            data = head + data
        if data:
            self.transport.write(data)

    def _can_swallow(self) -> bool:
        """Whether what is left of the body is small, and sure to come: a client that waits for 100 may not send it."""
        return not self.waiting_for_100_continue and self.unread is not None and self.unread <= self.swallows
