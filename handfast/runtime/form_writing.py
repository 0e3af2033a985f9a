"""Forms as bodies of replies: urlencoded fields, written as the contract's `encoding` says.

The mirror of `forms`: a property with a style is written like a query parameter, any other by content, an array as one
field for each item, an object as JSON. What has no fields, an empty array for instance, is not written at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from handfast.contract.model import Encoding, JSONValue, Parameter, ParameterLocation
from handfast.runtime.media_types import is_json
from handfast.runtime.percent import encode
from handfast.runtime.serialise import json_text, query_text, scalar_text


def write_form(value: Mapping[str, JSONValue], encodings: Mapping[str, Encoding]) -> bytes:
    """The body of `application/x-www-form-urlencoded` for an object."""
    fields = (field for name, member in value.items() for field in _fields(name, member, encodings.get(name)))
    return "&".join(field for field in fields if field).encode("ascii")


def texts_of(value: JSONValue, content_type: str | None) -> list[str]:
    """The texts of one property that has no style: several for an array, unless it is JSON as a whole."""
    as_json = content_type is not None and is_json(content_type)
    if isinstance(value, list) and not as_json:
        return [scalar_text(item) for item in value]
    return [json_text(value) if as_json else scalar_text(value)]


def _fields(name: str, value: JSONValue, encoding: Encoding | None) -> Iterator[str]:
    if encoding is not None and encoding.explicit_style:
        yield query_text(as_parameter(name, encoding), value)
        return
    for text in texts_of(value, encoding.content_type if encoding is not None else None):
        yield f"{encode(name)}={encode(text)}"


def as_parameter(name: str, encoding: Encoding) -> Parameter:
    """A property of a form with a style is written like a query parameter (OpenAPI 3.2.0, section 4.15.1.2)."""
    return Parameter(
        pointer=encoding.pointer,
        name=name,
        location=ParameterLocation.QUERY,
        required=False,
        style=encoding.style,
        explode=encoding.explode,
        allow_reserved=encoding.allow_reserved,
    )
