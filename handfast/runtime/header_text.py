"""Writes values of response headers: in the style `simple` (OpenAPI 3.2.0, section 4.12.3), or as a media type."""

from __future__ import annotations

import json
import re

from handfast.contract.model import Header, JSONValue
from handfast.runtime.media_types import is_json
from handfast.runtime.serialise import content_text, scalar_text

_FIELD_VALUE = re.compile(r"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?")


def written(header: Header, value: JSONValue) -> str:
    """A JSON value as the text of a declared header; JSON is written in ASCII, which any header may have."""
    if header.content is None:
        return header_text(value, explode=header.explode)
    if is_json(header.content.media_type):
        return json.dumps(value, separators=(",", ":"))
    return content_text(header.content, value)


def header_text(value: JSONValue, *, explode: bool) -> str:
    """A JSON value as text: items with commas between, members as `name,value`, or `name=value` when exploded."""
    if isinstance(value, list):
        return ",".join(scalar_text(item) for item in value)
    if isinstance(value, dict):
        separator = "=" if explode else ","
        return ",".join(f"{name}{separator}{scalar_text(item)}" for name, item in value.items())
    return scalar_text(value)


def is_field_value(text: str) -> bool:
    """Whether a text may be the value of a header (RFC 9110, section 5.5): no line breaks, no spaces around it."""
    if text.isascii() and text.isprintable() and text.strip(" ") == text:
        return True
    return _FIELD_VALUE.fullmatch(text) is not None
