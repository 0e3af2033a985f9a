"""Multipart bodies of replies: parts by name for an object, by place for an array, one after the other for a stream.

What a handler gives is taken apart once, into parts and into the value that the schema judges, where a text of the same
length stands for each file. The parts are then sent one by one, files in chunks; nothing is put together in memory.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast
from urllib.parse import unquote

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from handfast.contract.model import Encoding, JSONValue, MediaType
from handfast.runtime import media_types
from handfast.runtime.content import Upload
from handfast.runtime.header_judging import HeaderJudge
from handfast.runtime.header_text import is_field_value
from handfast.runtime.serialise import as_parameter, json_text, query_text, scalar_text
from handfast.runtime.streams import closing

Broken: TypeAlias = Callable[[str, Sequence[str]], None]
"""Is told what breaks the contract, and may raise."""

_PLAIN = "text/plain; charset=utf-8"
_STAND_IN = 1024 * 1024
_UNQUOTABLE = re.compile(r'["\r\n]')


@dataclass(frozen=True, slots=True)
class Part:
    """One part, ready to be sent; `name` is None where parts are told apart by their place."""

    name: str | None
    content: bytes | Upload
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class MultipartWriter:
    """Writes the bodies of one multipart media type."""

    media_type: MediaType
    headers: HeaderJudge

    def taken_apart(self, body: object, broken: Broken) -> tuple[list[Part], JSONValue]:
        """The parts of a body, and the value that the schema judges. ValueError for what cannot be written."""
        if isinstance(body, (list, tuple)):
            items = cast("Sequence[object]", body)
            parts = [self._placed(item, index, broken) for index, item in enumerate(items)]
            return parts, [_judged(item) for item in items]
        members = _members(body)
        parts = [part for name, value in members.items() for part in self._named(name, value, broken)]
        return parts, {name: _judged(value) for name, value in members.items()}

    async def items(
        self, items: AsyncIterable[object], check: Callable[[JSONValue], Sequence[str]] | None, broken: Broken
    ) -> AsyncGenerator[Part, None]:
        """The parts of a stream, each judged before it is sent."""
        index = 0
        async with closing(items):
            async for item in items:
                if check is not None and (errors := check(_judged(item))):
                    broken("an item of the stream breaks its schema", errors)
                yield self._placed(item, index, broken)
                index += 1

    def _named(self, name: str, value: object, broken: Broken) -> Iterator[Part]:
        encoding = self.media_type.encoding.get(name)
        if isinstance(value, Upload):
            yield self._file(name, value, encoding, broken)
        elif isinstance(value, list) and any(isinstance(item, Upload) for item in cast("list[object]", value)):
            for item in cast("list[object]", value):
                yield from self._named(name, item, broken)
        else:
            plain = cast("JSONValue", value)
            if encoding is not None and encoding.explicit_style:
                yield from (Part(each, text.encode(), _PLAIN) for each, text in styled(name, encoding, plain))
            else:
                yield from (_text(name, item, encoding) for item in (plain if isinstance(plain, list) else [plain]))
            self._check_headers(name, encoding, {}, broken)

    def _placed(self, item: object, index: int, broken: Broken) -> Part:
        prefix = self.media_type.prefix_encoding
        encoding = prefix[index] if index < len(prefix) else self.media_type.item_encoding
        if isinstance(item, Upload):
            return self._file(None, item, encoding, broken)
        plain = cast("JSONValue", to_jsonable_python(item, by_alias=True))
        self._check_headers(f"part {index}", encoding, {}, broken)
        return _text(None, plain, encoding)

    def _file(self, name: str | None, upload: Upload, encoding: Encoding | None, broken: Broken) -> Part:
        declared = encoding.content_type if encoding is not None else None
        if declared is not None and not any(
            media_types.within(upload.content_type, each) for each in declared.split(",")
        ):
            broken(f"the file {name or ''} must be of the type {declared}, not {upload.content_type}", ())
        wanted = {each.lower() for each in encoding.headers} if encoding is not None else set[str]()
        headers = {key: value for key, value in upload.headers.items() if key.lower() in wanted}
        if not all(map(is_field_value, (upload.content_type, *headers.values()))):
            raise ValueError(f"a header of the file {name or ''} has a line break, or another character that none may")
        self._check_headers(name or "the part", encoding, headers, broken)
        return Part(name, upload, upload.content_type, headers)

    def _check_headers(self, what: str, encoding: Encoding | None, headers: Mapping[str, str], broken: Broken) -> None:
        if encoding is None or not encoding.headers:
            return
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        for fault in (*self.headers.missing(encoding.headers, raw), *self.headers.wrong(encoding.headers, raw)):
            broken(f"{what}: {fault}", ())


def styled(name: str, encoding: Encoding, value: JSONValue) -> Iterator[tuple[str, str]]:
    """Names and texts of the parts of a property with a style of query parameters (OpenAPI 3.1.1, 4.8.15.1.2)."""
    for field_text in filter(None, query_text(as_parameter(name, encoding), value).split("&")):
        part, _, text = field_text.partition("=")
        yield unquote(part), unquote(text)


async def written(parts: AsyncIterable[Part], boundary: str) -> AsyncGenerator[bytes, None]:
    """The bytes of a multipart body (RFC 2046, section 5.1.1)."""
    async with closing(parts):
        async for part in parts:
            lines = [f"--{boundary}"]
            if part.name is not None:
                filename = part.content.filename if isinstance(part.content, Upload) else None
                more = "" if filename is None else f'; filename="{_quoted(filename)}"'
                lines.append(f'Content-Disposition: form-data; name="{_quoted(part.name)}"{more}')
            lines += [f"Content-Type: {part.content_type}", *(f"{name}: {text}" for name, text in part.headers.items())]
            yield ("\r\n".join(lines) + "\r\n\r\n").encode()
            if isinstance(part.content, Upload):
                async for chunk in part.content:
                    yield chunk
                part.content.close()
            elif part.content:
                yield part.content
            yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


async def one_by_one(parts: Sequence[Part]) -> AsyncGenerator[Part, None]:
    """Parts that are all there already, as a stream."""
    for part in parts:
        yield part


def _members(body: object) -> dict[str, object]:
    """The members of a form by the names that go over the wire: files as they are, all others as JSON values."""
    if not isinstance(body, BaseModel):
        if isinstance(body, Mapping):
            return {
                str(name): value if _has_file(value) else to_jsonable_python(value, by_alias=True)
                for name, value in cast("Mapping[object, object]", body).items()
            }
        raise ValueError(f"{type(body).__name__} is no object")
    files = {name: value for name, value in body if _has_file(value)}
    plain = body.model_dump(mode="json", by_alias=True, exclude=set(files), warnings=False)
    fields = type(body).model_fields
    return {**plain, **{(fields[name].alias or name) if name in fields else name: files[name] for name in files}}


def _has_file(value: object) -> bool:
    if isinstance(value, list):
        return any(isinstance(item, Upload) for item in cast("list[object]", value))
    return isinstance(value, Upload)


def _judged(value: object) -> JSONValue:
    if isinstance(value, Upload):
        return "x" * min(value.size, _STAND_IN)
    if isinstance(value, list):
        return [_judged(item) for item in cast("list[object]", value)]
    return cast("JSONValue", to_jsonable_python(value, by_alias=True))


def _text(name: str | None, value: JSONValue, encoding: Encoding | None) -> Part:
    """A part that is no file: JSON where its content type says so."""
    content_type = _content_type(value, encoding.content_type if encoding is not None else None)
    text = json_text(value) if media_types.is_json(content_type) else scalar_text(value)
    return Part(name, text.encode(), content_type)


def _content_type(value: JSONValue, declared: str | None) -> str:
    for text in declared.split(",") if declared else ():
        if "*" not in text:
            return text.strip()
    return "application/json" if isinstance(value, (dict, list)) else _PLAIN


def _quoted(text: str) -> str:
    """A name between quotes, as browsers write it (WHATWG HTML, section 4.10.22.8)."""
    return _UNQUOTABLE.sub(lambda found: {'"': "%22", "\r": "%0D", "\n": "%0A"}[found[0]], text)
