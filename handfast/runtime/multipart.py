"""Multipart bodies as a stream of events: the headers of a part, its bytes as they arrive, its end (RFC 7578).

    async for event in events(chunks, boundary, limits): ...        raises Malformed

Nothing is held but the headers of one part and what one chunk brings.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from handfast.runtime.limits import Limits
from handfast.runtime.percent import Malformed

_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]")
_DISPOSITION = re.compile(r"[ \t]*form-data[ \t]*(.*)", re.IGNORECASE | re.DOTALL)
_PARAMETER = re.compile(r';[ \t]*([!#$%&\'*+\-.^_`|~0-9A-Za-z]+)=("(?:[^"\\]|\\.)*"|"[^"]*"|[^";\s]+)[ \t]*(?=;|$)')
"""A quoted text with backslashes before quotes, else one of a browser, which leaves backslashes as they are."""

_ESCAPES = {"%22": '"', "%0D": "\r", "%0A": "\n"}
_ESCAPE = re.compile("|".join(_ESCAPES), re.IGNORECASE)
_QUOTED_QUOTE = re.compile(r'\\(["\\])')
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_TRANSPARENT = frozenset({"", "7bit", "8bit", "binary"})
_MAX_HEADERS = 16


@dataclass(frozen=True, slots=True)
class PartHead:
    """The headers of a part, with names in lower case; `content_type` is empty when it has none."""

    name: str
    filename: str | None = None
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class PartData:
    """Some bytes of the part whose head came last."""

    chunk: bytes


@dataclass(frozen=True, slots=True)
class PartEnd:
    """The end of the part whose head came last."""


Event: TypeAlias = PartHead | PartData | PartEnd


async def events(
    chunks: AsyncIterator[bytes], boundary: str, limits: Limits, *, is_form: bool = True
) -> AsyncGenerator[Event, None]:
    """What a body is made of; in a form every part has a name. Raises Malformed."""
    if _BOUNDARY.fullmatch(boundary) is None:
        raise Malformed("multipart-boundary", "the boundary in the content type is missing or not allowed")
    collector = _Collector(is_form)
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": collector.begin,
            "on_header_field": collector.header_field,
            "on_header_value": collector.header_value,
            "on_header_end": collector.header_end,
            "on_headers_finished": collector.head,
            "on_part_data": collector.data,
            "on_part_end": collector.end,
            "on_end": collector.finish,
        },
        max_header_count=_MAX_HEADERS,
        max_header_size=limits.part_headers,
    )
    parts = 0
    async for chunk in _from_first_boundary(chunks, boundary, limits.part_headers):
        try:
            parser.write(chunk)
        except FormParserError:
            raise _no_multipart() from None
        for event in collector.take():
            parts += isinstance(event, PartHead)
            if parts > limits.fields:
                raise Malformed("too-many-fields", f"there are more than {limits.fields:,} parts")
            yield event
    if not collector.is_finished:
        raise Malformed("multipart-unfinished", "the closing boundary is missing")


async def _from_first_boundary(chunks: AsyncIterator[bytes], boundary: str, most: int) -> AsyncGenerator[bytes, None]:
    """A body without what stands before its first boundary, which means nothing (RFC 2046, section 5.1.1).

    Where the first boundary is the closing one, what stands before it was meant to be parts, and is refused.
    """
    delimiter = f"\r\n--{boundary}".encode("latin-1")
    before: bytes | None = b"\r\n"
    async for chunk in chunks:
        if before is None:
            yield chunk
            continue
        before += chunk
        at = before.find(delimiter)
        behind = before[at + len(delimiter) : at + len(delimiter) + 2] if at >= 0 else b""
        if (at if at >= 0 else len(before)) > most or (at > 0 and behind == b"--"):
            raise _no_multipart()
        if len(behind) == 2:
            yield before[at + 2 :]
            before = None
    if before is not None and len(before) > 2:
        raise _no_multipart()


def _no_multipart() -> Malformed:
    return Malformed("multipart-syntax", "the body is not multipart with the boundary of its type")


class _Collector:
    """Gathers what the parser calls out while it takes one chunk."""

    def __init__(self, is_form: bool) -> None:
        self.is_finished = False
        self._is_form = is_form
        self._events: list[Event] = []
        self._headers: dict[str, str] = {}
        self._name = b""
        self._value = b""

    def take(self) -> list[Event]:
        taken, self._events = self._events, []
        return taken

    def begin(self) -> None:
        self._headers = {}

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        name = self._name.decode("latin-1").lower()
        if name in self._headers:
            raise Malformed("multipart-header", "a header of a part is given twice")
        if _CONTROL.search(self._value):
            raise Malformed("multipart-header", "a header of a part has a character that none may")
        self._headers[name] = _utf8(self._value).strip(" \t")
        self._name = self._value = b""

    def head(self) -> None:
        self._events.append(_head(self._headers, is_form=self._is_form))

    def data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(PartData(data[start:end]))

    def end(self) -> None:
        self._events.append(PartEnd())

    def finish(self) -> None:
        self.is_finished = True


def _head(headers: dict[str, str], *, is_form: bool) -> PartHead:
    if headers.get("content-transfer-encoding", "").lower() not in _TRANSPARENT:
        raise Malformed("multipart-encoding", "parts are sent without a transfer encoding (RFC 7578, section 4.7)")
    name, filename = _disposition(headers.get("content-disposition", ""))
    if name is None and is_form:
        raise Malformed("multipart-name", "every part needs a Content-Disposition of form-data with a name")
    return PartHead(name or "", filename, headers.get("content-type", ""), headers)


def _disposition(text: str) -> tuple[str | None, str | None]:
    """The name and the filename in a Content-Disposition."""
    match = _DISPOSITION.fullmatch(text)
    if match is None:
        return None, None
    rest = match[1]
    found: dict[str, str] = {}
    at = 0
    while at < len(rest):
        parameter = _PARAMETER.match(rest, at)
        if parameter is None or parameter[1].lower() in found:
            raise Malformed("multipart-header", "the Content-Disposition of a part cannot be read")
        found[parameter[1].lower()] = _text(parameter[2])
        at = parameter.end()
    return found.get("name"), found.get("filename")


def _text(raw: str) -> str:
    """A name as its author means it: browsers escape quotes and line breaks as `%22`, others with a backslash."""
    text = _QUOTED_QUOTE.sub(r"\1", raw[1:-1]) if raw.startswith('"') else raw
    return _ESCAPE.sub(lambda match: _ESCAPES[match[0].upper()], text)


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not-utf-8", "the headers of a part are not UTF-8") from None
