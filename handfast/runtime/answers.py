"""Answers as they go over the wire: status, headers, and a body in one piece or as a stream of chunks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.types import Send

RawHeaders = list[tuple[bytes, bytes]]

_BODILESS = frozenset({204, 205, 304})


@dataclass(slots=True)
class Answer:
    """An answer that nothing will change any more; a `stream` is sent chunk by chunk as it comes, never gathered."""

    status: int
    headers: RawHeaders = field(default_factory=RawHeaders)
    body: bytes = b""
    stream: AsyncIterator[bytes] | None = None


def may_have_body(status: int) -> bool:
    """Whether HTTP lets a status have content (RFC 9110, sections 15.2, 15.3.5, 15.3.6 and 15.4.5)."""
    return status >= 200 and status not in _BODILESS


async def send_answer(answer: Answer, send: Send, *, head: bool = False) -> None:
    """Send an answer; for HEAD its headers alone, with the length that the body would have."""
    headers = answer.headers
    if answer.stream is None:
        if may_have_body(answer.status):
            headers.append((b"content-length", b"%d" % len(answer.body)))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if head else answer.body})
        return
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if not head:
        async for chunk in answer.stream:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
