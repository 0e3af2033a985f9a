"""Every request has an id, which its answer and every line of the log about it bear, and a line when it is over."""

from __future__ import annotations

import re
import secrets
import time
from typing import TYPE_CHECKING, cast

import structlog
from structlog.contextvars import bound_contextvars

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?")
_LOG = structlog.stdlib.get_logger("handlers.requests")


class RequestObserver:
    """ASGI middleware: `X-Request-ID` is the trace id of a `traceparent` (W3C Trace Context), else a random one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        began = time.perf_counter()
        status = 0

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = cast("int", message["status"])
                headers = cast("Iterable[tuple[bytes, bytes]]", message.get("headers", ()))
                message["headers"] = [*headers, (b"x-request-id", request_id.encode())]
            await send(message)

        with bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, note)
            except Exception:
                _LOG.exception("fault")
                if not status:
                    raise  # nothing was answered: the server does
            finally:
                milliseconds = round((time.perf_counter() - began) * 1000, 1)
                # The path alone: a query may hold what people look for.
                _LOG.info(
                    "request",
                    method=scope["method"],
                    path=scope["path"],
                    operation=getattr(scope.get("route"), "name", None),
                    status=status,
                    milliseconds=milliseconds,
                )


def _request_id(scope: Scope) -> str:
    for name, value in cast("Iterable[tuple[bytes, bytes]]", scope["headers"]):
        if name == b"traceparent" and (match := _TRACEPARENT.fullmatch(value)):
            return match[1].decode()
    return secrets.token_hex(16)
