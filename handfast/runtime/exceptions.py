"""Which answer an exception gets: declared replies, the application's exception handlers, and 500 for the rest."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, cast

from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from starlette._utils import is_async_callable
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope

from handfast.errors import ResponseViolation
from handfast.runtime.answers import Answer
from handfast.runtime.failures import Failures, refused_of
from handfast.runtime.problems import Cause, Refused
from handfast.runtime.replies import Replies
from handfast.runtime.reply import ErrorReply

logger = logging.getLogger("handfast.violations")

Handler = Callable[[Request, Exception], object]

_DEFAULTS = (http_exception_handler, request_validation_exception_handler)


class Sides(Protocol):
    """What of an operation is needed here."""

    @property
    def replies(self) -> Replies:
        """How it replies."""
        ...

    @property
    def failures(self) -> Failures:
        """How it fails."""
        ...


async def answer_of(
    error: Exception, sides: Sides, scope: Scope, receive: Receive, accept: str | None
) -> tuple[Answer, Exception | None]:
    """The answer for an exception, and the exception again if nobody expected it."""
    try:
        return await _expected(error, sides, scope, receive, accept)
    except ResponseViolation as violation:
        logger.error("%s", violation)
        return sides.failures.internal(), None


async def _expected(
    error: Exception, sides: Sides, scope: Scope, receive: Receive, accept: str | None
) -> tuple[Answer, Exception | None]:
    if isinstance(error, ErrorReply):
        return sides.replies.encode(error, accept), None
    if isinstance(error, ResponseViolation):
        raise error
    if isinstance(error, Refused):
        return sides.failures.refuse(error), None
    handler = _handler(error, scope)
    if handler is not None:
        answer = await _captured(handler, error, scope, receive)
        sides.replies.judge(answer)
        return answer, error if _is_last_resort(error, scope) else None
    if isinstance(error, HTTPException):
        return sides.failures.http_exception(error), None
    if isinstance(error, RequestValidationError):
        return sides.failures.refuse(refused_of(error)), None
    if isinstance(error, NotImplementedError):
        operation = sides.failures.operation
        name = operation.operation_id if operation is not None else "it"
        said = str(error)  # a scaffolded method says the whole sentence
        whole = f"{name} is not written yet: {said or 'its method raises NotImplementedError'}"
        logger.error("%s", said if name in said else whole)
        return sides.failures.internal(Cause.NOT_IMPLEMENTED), None
    if isinstance(error, TimeoutError):
        logger.error("the handler took too long", exc_info=error)
        return sides.failures.internal(Cause.TIMEOUT), None
    return sides.failures.internal(), error


def _handlers(scope: Scope) -> dict[object, Handler]:
    return cast("dict[object, Handler]", getattr(scope.get("app"), "exception_handlers", {}))


def _handler(error: Exception, scope: Scope) -> Handler | None:
    """The application's own handler of an exception; FastAPI's defaults are none, they know nothing of the contract."""
    handlers = _handlers(scope)
    keys: list[object] = [error.status_code] if isinstance(error, HTTPException) else []
    keys += type(error).__mro__
    if Exception not in handlers and 500 in handlers and not isinstance(error, HTTPException):
        keys.append(500)
    for key in keys:
        handler = handlers.get(key)
        if handler is not None:
            return None if handler in _DEFAULTS else handler
    return None


def _is_last_resort(error: Exception, scope: Scope) -> bool:
    """Whether only the handler for everything knew the exception, which then goes on to the server, as in Starlette."""
    return not any(kind in _handlers(scope) for kind in type(error).__mro__ if kind is not Exception) and not (
        isinstance(error, HTTPException)
    )


async def _captured(handler: Handler, error: Exception, scope: Scope, receive: Receive) -> Answer:
    """What an exception handler answers, run to its end without sending anything."""
    request = Request(scope, receive)
    if is_async_callable(handler):
        response = await cast("Callable[[Request, Exception], Awaitable[Response]]", handler)(request, error)
    else:
        response = cast("Response", await run_in_threadpool(handler, request, error))
    answer = Answer(500)
    chunks: list[bytes] = []

    async def capture(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = [(key, value) for key, value in message["headers"] if key != b"content-length"]
        elif message["type"] == "http.response.body":
            chunks.append(message.get("body", b""))

    await response(scope, receive, capture)
    answer.body = b"".join(chunks)
    return answer
