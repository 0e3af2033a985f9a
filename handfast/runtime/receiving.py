"""The bytes of a request body as they arrive from the server, counted against a limit."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from starlette.requests import ClientDisconnect

from handfast.runtime.problems import Cause, Refused

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]  # ASGI's own type; a message holds anything


async def chunks(receive: Receive, limit: int) -> AsyncGenerator[bytes, None]:
    """The chunks of a body; Refused as soon as it grows over `limit` bytes, ClientDisconnect when the client goes."""
    total = 0
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        more = message.get("more_body", False)
        total += len(chunk)
        if total > limit:
            raise too_large(limit)
        if chunk:
            yield chunk


async def whole(receive: Receive, limit: int) -> bytes:
    """A body in memory; raises as `chunks` does."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body", False):
        raw: bytes = message.get("body", b"")
        if len(raw) > limit:
            raise too_large(limit)
        return raw
    pending: list[MutableMapping[str, Any]] = [message]

    async def again() -> MutableMapping[str, Any]:
        return pending.pop() if pending else await receive()

    return b"".join([chunk async for chunk in chunks(again, limit)])


async def peek(stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None] | None:
    """The same stream when there is anything in it, else None."""
    try:
        first = await anext(stream)
    except StopAsyncIteration:
        return None
    return _after(first, stream)


def too_large(limit: int) -> Refused:
    """The refusal of a body over `limit` bytes."""
    return Refused(Cause.BODY_TOO_LARGE, f"the body may have {limit:,} bytes")


async def _after(first: bytes, stream: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    yield first
    async for chunk in stream:
        yield chunk
