"""Writes bodies of any media type from JSON values, as a careful client or service would send them.

JSON and text as they are, urlencoded and multipart forms by the media type's `encoding`, streams item by item. What is
none of these (`image/png`) is bytes: those of a text, or nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from handfast.contract.framing import Framing, framing_of
from handfast.contract.model import Encoding, JSONValue, MediaType, Schema
from handfast.runtime import media_types, serialise
from handfast.runtime.body_types import FORM, essence_of
from handfast.runtime.form_data import looks_like_file
from handfast.runtime.forms import bare_members
from handfast.runtime.header_text import field_lines
from handfast.runtime.multipart_writing import styled
from handfast.runtime.shapes import Shapes

_BOUNDARY = "handfast-boundary-7d1f0c5ab2"
_CONCRETE = {
    "*": "application/octet-stream",
    "text": "text/plain",
    "image": "image/png",
    "application": "application/json",
}

Sample = Callable[[Schema], JSONValue]
"""Makes a value of a schema, for headers of parts."""


@dataclass(frozen=True, slots=True)
class Written:
    """A body, and the Content-Type that goes with it."""

    content_type: str
    body: bytes


class BodyWriter:
    """Writes bodies for the media types of one document."""

    def __init__(self, shapes: Shapes, sample: Sample) -> None:
        self._shapes = shapes
        self._sample = sample

    def write(self, media_type: MediaType, value: JSONValue) -> Written:
        """A value as a body; under a media type with `itemSchema`, a list of items."""
        name, essence = concrete(media_type), essence_of(media_type)
        framing = framing_of(essence)
        if media_type.is_opaque:
            return Written(name, value.encode() if isinstance(value, str) else b"")
        if framing is not None and isinstance(value, list):
            return Written(name, b"".join(_framed(item, framing) for item in value))
        if essence.startswith("multipart/"):
            return Written(f"{name}; boundary={_BOUNDARY}", self._multipart(media_type, value))
        if essence == FORM and isinstance(value, dict):
            return Written(name, self._form(media_type, value).encode())
        if media_types.is_json(name):
            return Written(name, as_json(value))
        return Written(name, value.encode() if isinstance(value, str) else as_json(value))

    # Forms

    def _form(self, media_type: MediaType, form: dict[str, JSONValue]) -> str:
        shape = self._shapes.of(media_type.schema.pointer) if media_type.schema else self._shapes.of()
        shapes = {name: self._shapes.member(shape, name) for name in shape.names | form.keys()}
        bare = bare_members(shapes, media_type.encoding)
        encodings = dict(media_type.encoding)
        for name, names in bare.items():
            if not _keys(form.get(name)) <= names:
                encodings[name] = replace(encodings[name], style="deepObject")
        return serialise.form_text(form, encodings)

    def _multipart(self, media_type: MediaType, value: JSONValue) -> bytes:
        parts: list[bytes] = []
        shape = self._shapes.of(media_type.schema.pointer) if media_type.schema else self._shapes.of()
        if isinstance(value, list):
            for index, item in enumerate(value):
                prefix = media_type.prefix_encoding
                encoding = prefix[index] if index < len(prefix) else media_type.item_encoding
                parts.append(self._part(None, item, encoding, is_file=False))
        elif isinstance(value, dict):
            for name, member in value.items():
                encoding = media_type.encoding.get(name)
                if encoding is not None and encoding.explicit_style:
                    encoding = replace(encoding, content_type=None)
                    parts += (self._part(*pair, encoding, is_file=False) for pair in _styled(name, encoding, member))
                    continue
                place = self._shapes.member(shape, name)
                is_file = looks_like_file(self._shapes, place, encoding.content_type if encoding else None)
                for item in member if isinstance(member, list) else [member]:
                    parts.append(self._part(name, item, encoding, is_file=is_file))
        return b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()])

    def _part(self, name: str | None, value: JSONValue, encoding: Encoding | None, *, is_file: bool) -> bytes:
        heads: list[str] = []
        if name is not None:
            quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
            filename = '; filename="file"' if is_file else ""
            heads.append(f'Content-Disposition: form-data; name="{quoted}"{filename}')
        content_type = _part_type(value, encoding, is_file=is_file)
        if content_type:
            heads.append(f"Content-Type: {content_type}")
        heads += self._headers(encoding) if encoding is not None else ()
        text = as_json(value) if media_types.is_json(content_type) else serialise.scalar_text(value).encode()
        return "\r\n".join([f"--{_BOUNDARY}", *heads, "", ""]).encode() + text + b"\r\n"

    def _headers(self, encoding: Encoding) -> Iterator[str]:
        for header in encoding.headers.values():
            schema = header.schema if header.content is None else header.content.schema
            is_ours = header.name.lower() not in ("content-type", "content-disposition")
            if header.required and schema is not None and is_ours:
                yield from (f"{header.name}: {line}" for line in field_lines(header, self._sample(schema)))


def concrete(media_type: MediaType) -> str:
    """The media type itself, or one that is within a range and fits its schema."""
    name = media_type.media_type
    kind, _, subtype = name.partition(";")[0].strip().partition("/")
    if "*" not in name:
        return name
    if subtype.startswith("*+"):
        return f"{'application' if kind == '*' else kind}/x{subtype[1:]}"
    schema = media_type.schema.value if media_type.schema is not None else True
    if kind == "*" and isinstance(schema, dict) and schema.get("type") == "string" and "format" not in schema:
        return "text/plain"
    if kind in ("*", "application") and isinstance(schema, dict) and schema.get("format") != "binary":
        return "application/json"
    return _CONCRETE.get(kind, f"{kind}/x-any")


def as_json(value: JSONValue) -> bytes:
    """A value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _framed(item: JSONValue, framing: Framing) -> bytes:
    match framing:
        case Framing.LINES:
            return as_json(item) + b"\n"
        case Framing.SEQUENCE:
            return b"\x1e" + as_json(item) + b"\n"
        case Framing.EVENTS:
            return _event(item)


def _event(item: JSONValue) -> bytes:
    """A server-sent event from its fields; anything else is its data."""
    fields = item if isinstance(item, dict) and "data" in item else {"data": item}
    lines: list[str] = []
    for name, value in fields.items():
        lines += [f"{name}: {line}" for line in serialise.scalar_text(value).split("\n")]
    return ("\n".join(lines) + "\n\n").encode()


def _keys(value: JSONValue) -> frozenset[str]:
    """The names of the members of an object; what is none has none."""
    return frozenset(value) if isinstance(value, dict) else frozenset()


def _part_type(value: JSONValue, encoding: Encoding | None, *, is_file: bool) -> str:
    """The type of a part: the first that its encoding names, JSON for what is no scalar, none for text."""
    if encoding is not None and encoding.content_type is not None:
        name = encoding.content_type.partition(",")[0].strip()
        return concrete(MediaType(pointer="", media_type=name)) if "*" in name else name
    if is_file:
        return "application/octet-stream"
    return "application/json" if isinstance(value, (list, dict)) else ""


def _styled(name: str, encoding: Encoding, value: JSONValue) -> Iterator[tuple[str, str]]:
    """Names and texts of the parts of a property with a style; members of an object are `name[member]`."""
    if encoding.explode and isinstance(value, dict):
        encoding = replace(encoding, style="deepObject")
    return styled(name, encoding, value)
