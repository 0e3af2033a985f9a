"""Request bodies that are streams of JSON values: JSON lines, JSON text sequences (RFC 7464), server-sent events.

    async for value in values(chunks, framing, limits): ...        raises Refused with the code of strict JSON

One item is in memory at a time, of at most `limits.stream_item` bytes.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator

from handfast.contract.framing import Framing
from handfast.contract.model import JSONValue
from handfast.runtime import strict_json
from handfast.runtime.limits import Limits
from handfast.runtime.problems import Cause, ProblemItem, Refused

_RECORD = b"\x1e"


async def values(
    chunks: AsyncIterator[bytes], framing: Framing, limits: Limits
) -> AsyncGenerator[tuple[bytes, JSONValue], None]:
    """Text and value of each item, as soon as it is complete."""
    if framing is Framing.EVENTS:
        async for event in _events(_split(chunks, b"\n", limits)):
            yield b"", event
        return
    separator = b"\n" if framing is Framing.LINES else _RECORD
    async for raw in _split(chunks, separator, limits):
        if raw.strip(b" \t\r\n"):
            yield raw, strict_json.parse(raw, limits)


async def _split(chunks: AsyncIterator[bytes], separator: bytes, limits: Limits) -> AsyncGenerator[bytes, None]:
    pending = bytearray()
    async for chunk in chunks:
        pending += chunk
        if separator in chunk:
            *complete, rest = bytes(pending).split(separator)
            pending = bytearray(rest)
            for raw in complete:
                _check(len(raw), limits)
                yield raw
        _check(len(pending), limits)
    if pending:
        yield bytes(pending)


def _check(size: int, limits: Limits) -> None:
    if size > limits.stream_item:
        detail = f"an item of the stream has more than {limits.stream_item:,} bytes"
        raise Refused(Cause.BODY_TOO_LARGE, detail, [ProblemItem(code="item-too-large", detail=detail)])


async def _events(lines: AsyncIterator[bytes]) -> AsyncGenerator[JSONValue, None]:
    """Events as objects with `data`, `event`, `id` and `retry` (OpenAPI 3.2.0, section 4.14.4)."""
    event: dict[str, JSONValue] = {}
    async for raw in lines:
        line = _utf8(raw.removesuffix(b"\r"))
        if not line:
            if "data" in event:
                yield event
            event = {}
            continue
        name, _, text = line.partition(":")
        text = text.removeprefix(" ")
        if name == "data":
            event["data"] = f"{event['data']}\n{text}" if "data" in event else text
        elif name in ("event", "id"):
            event[name] = text
        elif name == "retry" and text.isdecimal() and text.isascii():
            event["retry"] = int(text[:18])


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        detail = "an event is not UTF-8"
        raise Refused(Cause.MALFORMED_BODY, detail, [ProblemItem(code="not-utf-8", detail=detail)]) from None
