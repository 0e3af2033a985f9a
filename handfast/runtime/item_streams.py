"""Request bodies that are streams of JSON values: JSON lines, JSON text sequences (RFC 7464), server-sent events.

    async for value in values(chunks, framing, limits): ...        raises Refused with the code of strict JSON

One item is in memory at a time, of at most `limits.stream_item` bytes.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator

from handfast.contract.framing import Framing
from handfast.contract.model import JSONValue
from handfast.runtime import strict_json
from handfast.runtime.limits import Limits
from handfast.runtime.problems import Cause, ProblemItem, Refused

_RECORD = b"\x1e"
_SPACE = b" \t\r\n"
_LINE_END = re.compile(rb"\r\n|\r|\n")
_MARK = b"\xef\xbb\xbf"


async def values(
    chunks: AsyncIterator[bytes], framing: Framing, limits: Limits
) -> AsyncGenerator[tuple[bytes, JSONValue], None]:
    """Text and value of each item, as soon as it is complete."""
    if framing is Framing.EVENTS:
        async for event in _events(_lines(chunks, limits)):
            yield b"", event
        return
    is_sequence, is_first = framing is Framing.SEQUENCE, True
    async for raw in _split(chunks, _RECORD if is_sequence else b"\n", limits):
        if raw.strip(_SPACE):
            value = strict_json.parse(raw, limits)
            if is_sequence:
                _check_record(raw, value, is_first=is_first)
            yield raw, value
        is_first = False


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


def _check_record(raw: bytes, value: JSONValue, *, is_first: bool) -> None:
    """That a record begins with RS, and that one whose end cannot be seen was not cut off (RFC 7464, section 2)."""
    if is_first:
        detail = "a JSON text sequence begins with a record separator (0x1E)"
        raise Refused(Cause.MALFORMED_BODY, detail, [ProblemItem(code="record-separator-missing", detail=detail)])
    if raw[-1:] not in (b" ", b"\t", b"\r", b"\n") and not isinstance(value, (dict, list, str)):
        detail = "a number or literal in a JSON text sequence ends with white space, else it may have been cut off"
        raise Refused(Cause.MALFORMED_BODY, detail, [ProblemItem(code="record-truncated", detail=detail)])


async def _lines(chunks: AsyncIterator[bytes], limits: Limits) -> AsyncGenerator[bytes, None]:
    """The lines of an event stream, which end with LF, CR or both, without a byte order mark at the very beginning."""
    pending = bytearray()
    is_first, was_return = True, False
    async for raw in chunks:
        chunk = raw[1:] if was_return and raw.startswith(b"\n") else raw
        was_return = raw.endswith(b"\r")
        first, *others = _LINE_END.split(chunk)
        pending += first
        for other in others:
            _check(len(pending), limits)
            yield bytes(pending).removeprefix(_MARK) if is_first else bytes(pending)
            is_first, pending = False, bytearray(other)
        _check(len(pending), limits)


def _check(size: int, limits: Limits) -> None:
    if size > limits.stream_item:
        detail = f"an item of the stream has more than {limits.stream_item:,} bytes"
        raise Refused(Cause.BODY_TOO_LARGE, detail, [ProblemItem(code="item-too-large", detail=detail)])


async def _events(lines: AsyncIterator[bytes]) -> AsyncGenerator[JSONValue, None]:
    """Events as objects with `data`, `event`, `id` and `retry` (OpenAPI 3.2.0, section 4.14.4)."""
    event: dict[str, JSONValue] = {}
    async for raw in lines:
        line = _utf8(raw)
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
