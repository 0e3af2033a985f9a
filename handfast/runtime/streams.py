"""Streamed replies: every item is encoded, judged and sent as it comes; nothing is gathered.

Server-sent events (WHATWG HTML, section 9.2), JSON lines, and JSON text sequences (RFC 7464). For server-sent events a
schema of items that names `data` describes the event (OpenAPI 3.2.0, section 4.14.4.2): its members become the fields
of the event. Any other schema describes what is in `data`, as JSON.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass
from typing import cast

from pydantic_core import from_json, to_json

from handfast.contract.cursor import followed
from handfast.contract.framing import Framing, framing_of
from handfast.contract.model import Contract, JSONValue, MediaType, Schema
from handfast.contract.pointers import join
from handfast.runtime.serialise import scalar_text

_FIELDS = frozenset({"data", "event", "id", "retry"})
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_DIGITS = re.compile(r"[0-9]+")

Check = Callable[[JSONValue], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Stream:
    """How the items of one media type are framed, and the schema that judges each.

    `unsayable` tells what of an item the frame has no place for, so that a client would read another one.
    """

    frame: Callable[[JSONValue, bytes], bytes]
    schema: Schema
    unsayable: Check | None = None

    async def encode(
        self, items: AsyncIterable[object], check: Check | None, broken: Callable[[Sequence[str]], None]
    ) -> AsyncGenerator[bytes, None]:
        """The chunks for the items; `broken` is told what is wrong with one, and may raise to end the stream."""
        async with closing(items):
            async for item in items:
                try:
                    raw = to_json(item, by_alias=True)
                    value = cast("JSONValue", from_json(raw, allow_inf_nan=False))
                except ValueError as error:
                    broken([f"no JSON can be made of it: {error}"])
                    continue
                errors = check(value) if check is not None else ()
                if check is not None and self.unsayable is not None and not errors:
                    errors = self.unsayable(value)
                if errors:
                    broken(errors)
                yield self.frame(value, raw)


def stream_of(media_type: str, declaration: MediaType, contract: Contract) -> Stream | None:
    """The stream of JSON values that a media type is; None without `itemSchema`, when bodies are bytes as they come."""
    schema = declaration.item_schema
    if schema is None:
        return None
    match framing_of(media_type):
        case Framing.EVENTS:
            if _describes_event(schema, contract):
                return Stream(_event, schema, _unsayable)
            return Stream(_data, schema)
        case Framing.LINES:
            return Stream(lambda value, raw: raw + b"\n", schema)
        case Framing.SEQUENCE:
            return Stream(lambda value, raw: b"\x1e" + raw + b"\n", schema)
        case None:
            return None


def closing(items: AsyncIterable[object]) -> AbstractAsyncContextManager[object]:
    """Closes a generator that is left before its end, so that it has ended before what it uses is left."""
    return aclosing(cast("AsyncGenerator[object, None]", items)) if isinstance(items, AsyncGenerator) else nullcontext()


async def bytes_of(
    chunks: AsyncIterable[object], bounds: tuple[int, int | None], broken: Callable[[str], None]
) -> AsyncGenerator[bytes, None]:
    """The chunks of a binary body as they come; TypeError for one that is no bytes.

    `broken` is told when there are more or fewer bytes than the `bounds` let there be, and may raise to end the stream.
    """
    size = 0
    async with closing(chunks):
        async for chunk in chunks:
            if not isinstance(chunk, (bytes, bytearray, memoryview)):
                raise TypeError(f"a chunk of a binary body must be bytes, not {type(chunk).__name__}")
            if raw := bytes(cast("bytes", chunk)):
                size += len(raw)
                if (what := wrong_length(size, (0, bounds[1]))) is not None:
                    broken(what)
                    bounds = (bounds[0], None)
                yield raw
    if (what := wrong_length(size, (bounds[0], None))) is not None:
        broken(what)


def wrong_length(size: int, bounds: tuple[int, int | None]) -> str | None:
    """What is wrong with the length of a binary body; None when nothing is."""
    least, most = bounds
    if size < least:
        return f"the body must have at least {least:,} bytes"
    return f"the body may have {most:,} bytes" if most is not None and size > most else None


def _describes_event(schema: Schema, contract: Contract) -> bool:
    properties = _properties(schema.value, contract, 8)
    return "data" in properties and properties <= _FIELDS


def _properties(schema: JSONValue, contract: Contract, depth: int) -> set[str]:
    """The names of the properties that a schema speaks of, also through references and combinations."""
    if not isinstance(schema, dict) or depth == 0:
        return set()
    found = set(properties) if isinstance(properties := schema.get("properties"), dict) else set[str]()
    if isinstance(reference := schema.get("$ref"), str) and (target := followed(contract.document, reference)):
        found |= _properties(target[1], contract, depth - 1)
    for keyword in ("allOf", "anyOf", "oneOf"):
        if isinstance(branches := schema.get(keyword), list):
            for branch in branches:
                found |= _properties(branch, contract, depth - 1)
    return found


def _data(value: JSONValue, raw: bytes) -> bytes:
    return b"data: " + raw + b"\n\n"


def _event(value: JSONValue, raw: bytes) -> bytes:
    if not isinstance(value, dict) or not value.keys() <= _FIELDS:
        return _data(value, raw)
    lines = [
        f"{name}: {_LINE_BREAK.sub(' ', _text(member))}"
        for name in ("event", "id", "retry")
        if (member := value.get(name)) is not None
    ]
    if "data" in value:
        lines += (f"data: {line}" for line in _LINE_BREAK.split(_text(value["data"])))
    return ("\n".join(lines) + "\n\n").encode()


def _unsayable(value: JSONValue) -> Sequence[str]:
    """What an event stream has no words for: line breaks in `event` and `id`, NUL in `id`, a `retry` without digits.

    Line breaks in `data` arrive as line feeds, whatever they were.
    """
    if not isinstance(value, dict):
        return ()
    errors = [f"{join('', name)}: an event has no such field" for name in value if name not in _FIELDS]
    for name in ("event", "id"):
        text = _text(value.get(name, ""))
        if _LINE_BREAK.search(text) is not None or (name == "id" and "\0" in text):
            errors.append(f"/{name}: has a line break, or another character that this field of an event cannot have")
    retry = value.get("retry")
    if retry is not None and _DIGITS.fullmatch(_text(retry)) is None:
        errors.append("/retry: must be written in digits alone")
    return errors


def _text(value: JSONValue) -> str:
    return scalar_text(int(value) if isinstance(value, float) and value.is_integer() else value)
