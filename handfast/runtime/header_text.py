"""Writes values of response headers in the style `simple` (OpenAPI 3.2.0, section 4.12.3), or by their media type."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handfast.contract.model import Header, JSONValue
from handfast.runtime.media_types import is_json
from handfast.runtime.serialise import ascii_json, header_content

SET_COOKIE = "set-cookie"
"""The one header whose values have lines of their own, because commas are part of them (RFC 9110, section 5.3)."""

_FIELD_VALUE = re.compile(r"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?")


def field_lines(header: Header, value: JSONValue) -> Sequence[str]:
    """A value as the texts of header lines: one, but for cookies. ValueError for numbers that are not finite.

    A cookie is an item of an array, a member of an object (`name=value`), or a line of a text that has a media type
    (OpenAPI 3.2.0, section 4.21.3).
    """
    is_cookie = header.name.lower() == SET_COOKIE
    if header.content is not None:
        text = header_content(header.content, value)
        is_lines = is_cookie and not is_json(header.content.media_type)
        return [line for line in text.split("\n") if line] if is_lines else [text]
    if is_cookie and isinstance(value, list):
        return [_scalar(item) for item in value]
    if is_cookie and isinstance(value, dict):
        return [f"{name}={_scalar(item)}" for name, item in value.items()]
    return [header_text(value, explode=header.explode)]


def header_text(value: JSONValue, *, explode: bool) -> str:
    """A JSON value as text: items with commas between, members as `name,value`, or `name=value` when exploded."""
    if isinstance(value, list):
        return ",".join(_scalar(item) for item in value)
    if isinstance(value, dict):
        separator = "=" if explode else ","
        return ",".join(f"{name}{separator}{_scalar(item)}" for name, item in value.items())
    return _scalar(value)


def is_field_value(text: str) -> bool:
    """Whether a text may be the value of a header (RFC 9110, section 5.5): no line breaks, no spaces around it."""
    if text.isascii() and text.isprintable() and text.strip(" ") == text:
        return True
    return _FIELD_VALUE.fullmatch(text) is not None


def _scalar(value: JSONValue) -> str:
    return value if isinstance(value, str) else ascii_json(value)
