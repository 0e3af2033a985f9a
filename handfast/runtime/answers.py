"""Answers as they go over the wire: status, headers, and a body in one piece or as a stream of chunks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field

from anyio import CancelScope
from starlette.types import Receive, Send

RawHeaders = list[tuple[bytes, bytes]]

_BODILESS = frozenset({204, 205, 304})


@dataclass(slots=True)
class Answer:
    """An answer that nothing will change any more; a `stream` is sent chunk by chunk as it comes, never gathered.

    `length` is what Content-Length says where that is not the length of `body`: what a GET would send, for HEAD.
    """

    status: int
    headers: RawHeaders = field(default_factory=RawHeaders)
    body: bytes = b""
    stream: AsyncIterator[bytes] | None = None
    length: int | None = None


def may_have_body(status: int) -> bool:
    """Whether HTTP lets a status have content (RFC 9110, sections 15.2, 15.3.5, 15.3.6 and 15.4.5)."""
    return status >= 200 and status not in _BODILESS


async def send_answer(answer: Answer, send: Send, *, head: bool = False, receive: Receive | None = None) -> None:
    """Send an answer; for HEAD its headers alone, with the length that the body would have.

    With `receive`, which nobody else may call meanwhile, a stream ends when the client goes away, wherever it waits.
    """
    headers = answer.headers
    if answer.stream is None:
        if may_have_body(answer.status):
            length = len(answer.body) if answer.length is None else answer.length
            headers.append((b"content-length", b"%d" % length))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if head else answer.body})
        return
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if not head and not await _sent(answer.stream, send, receive):
        return
    await send({"type": "http.response.body", "body": b""})


async def _sent(stream: AsyncIterator[bytes], send: Send, receive: Receive | None) -> bool:
    """Send the chunks of a stream, and close it; False when the client went away before the end."""
    try:
        if receive is None:
            await _send_chunks(stream, send)
            return True
        with CancelScope() as scope:
            listener = asyncio.create_task(_cancel_when_gone(receive, scope))
            try:
                await _send_chunks(stream, send)
            finally:
                listener.cancel()
        return not scope.cancelled_caught
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


async def _send_chunks(stream: AsyncIterator[bytes], send: Send) -> None:
    async for chunk in stream:
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _cancel_when_gone(receive: Receive, scope: CancelScope) -> None:
    """Cancel a scope when the client has gone; what is left of the request body is for nobody."""
    is_whole = False
    while not is_whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            scope.cancel()
            return
        is_whole = not message.get("more_body", False)
    if (await receive())["type"] == "http.disconnect":
        scope.cancel()
