"""Bodies of requests to webhooks and callbacks: chosen among the declared media types, judged, and written once."""

from __future__ import annotations

from collections.abc import AsyncIterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import cast

from handfast.contract.model import Contract, Direction, JSONValue, MediaType
from handfast.errors import OutboundRequestViolation
from handfast.runtime import serialise
from handfast.runtime.body_types import FORM, essence_of, kind_of, types_by_media_type
from handfast.runtime.item_judging import errors_of_items
from handfast.runtime.json_bytes import json_bytes
from handfast.runtime.model import writer_of
from handfast.runtime.reply_forms import check_of, check_text
from handfast.runtime.shapes import Shapes, length_bounds
from handfast.runtime.streams import bytes_of, stream_of, wrong_length


@dataclass(frozen=True, slots=True)
class WrittenBody:
    """A body as it leaves, or what is wrong with it."""

    content_type: str = ""
    content: bytes | AsyncIterable[bytes] = b""
    errors: Sequence[str] = ()


class OutgoingBody:
    """Writes the bodies of one operation by the annotation of its `body`."""

    def __init__(self, contract: Contract, content: Mapping[str, MediaType], annotation: object, what: str) -> None:
        self._contract = contract
        self._content = content
        self._what = what
        self._adapters = {
            name: writer_of(type_)
            for name, type_ in types_by_media_type(annotation, content).items()
            if kind_of(content[name]) == "value"
        }

    def write(self, body: object) -> WrittenBody:
        """The body under the first media type that takes it; with errors when none does."""
        failed: WrittenBody | None = None
        for name, media in self._content.items():
            if not _carries(kind_of(media), body):
                continue
            written = self._written(name, media, body)
            if not written.errors:
                return written
            failed = failed or written
        told = f"{type(body).__name__} cannot be sent as {', '.join(self._content)}"
        return failed or WrittenBody(errors=[f"body: {told}"])

    def _written(self, name: str, media: MediaType, body: object) -> WrittenBody:
        content_type = "application/octet-stream" if "*" in name else name
        match kind_of(media):
            case "items":
                return WrittenBody(content_type, self._stream(name, media, cast("AsyncIterable[object]", body)))
            case "bytes" if isinstance(body, AsyncIterable):
                return WrittenBody(content_type, self._bytes(media, cast("AsyncIterable[object]", body)))
            case "bytes":
                raw = bytes(cast("bytes", body))
                wrong = wrong_length(len(raw), self._bounds(media))
                return WrittenBody(content_type, raw, [f"body: {wrong}"] if wrong is not None else ())
            case "text":
                return self._text("text/plain" if "*" in name else name, media, cast("str", body))
            case _:
                return self._value(name, media, body)

    def _text(self, name: str, media: MediaType, text: str) -> WrittenBody:
        try:
            raw = text.encode()
        except UnicodeEncodeError:
            return WrittenBody(errors=["body: the text is not Unicode"])
        charset = "" if "charset" in name else "; charset=utf-8"
        return WrittenBody(name + charset, raw, check_text(partial(self._errors, media), text))

    def _value(self, name: str, media: MediaType, body: object) -> WrittenBody:
        try:
            plain: JSONValue = self._adapters[name].dump_python(body, mode="json", by_alias=True, warnings=False)
            raw = json_bytes(plain)
        except ValueError as error:
            return WrittenBody(errors=[f"body: no JSON can be made of it: {error}"])
        errors = self._errors(media, plain)
        if essence_of(media) == FORM and isinstance(plain, dict):
            return WrittenBody(name, serialise.form_text(plain, media.encoding).encode(), errors)
        return WrittenBody(name, raw, errors)

    def _errors(self, media: MediaType, value: JSONValue) -> list[str]:
        if media.schema is None:
            return []
        judge = self._contract.judge(media.schema, Direction.REQUEST)
        if judge.is_valid(value):
            return []
        return [f"body {error.pointer or '(root)'}: {error.message} [{error.code}]" for error in judge.errors(value)]

    def _stream(self, name: str, media: MediaType, items: AsyncIterable[object]) -> AsyncIterable[bytes]:
        stream = stream_of(name, media, self._contract)
        if stream is None:
            return self._bytes(media, items)
        errors = errors_of_items(name, stream.schema, self._contract, Direction.REQUEST)
        return stream.encode(items, check_of(errors), self._broken)

    def _bytes(self, media: MediaType, chunks: AsyncIterable[object]) -> AsyncIterable[bytes]:
        return bytes_of(chunks, self._bounds(media), lambda what: self._broken([what]))

    def _bounds(self, media: MediaType) -> tuple[int, int | None]:
        if media.schema is None:
            return 0, None
        shape = Shapes(self._contract.document).of(media.schema.pointer)
        return length_bounds(shape) if "string" in shape.kinds else (0, None)

    def _broken(self, errors: Sequence[str]) -> None:
        told = "".join(f"\n  {error}" for error in errors)
        raise OutboundRequestViolation(f"{self._what}: the stream of the body breaks its schema{told}")


def cannot_be_sent(content: Mapping[str, MediaType]) -> list[str]:
    """The media types that a sender cannot write."""
    return [name for name, media in content.items() if essence_of(media).startswith("multipart/")]


def _carries(kind: str, body: object) -> bool:
    if isinstance(body, AsyncIterable):
        return kind in ("items", "bytes")
    if isinstance(body, (bytes, bytearray, memoryview)):
        return kind == "bytes"
    return kind in ("text", "value") if isinstance(body, str) else kind == "value"
