"""Writes values of response headers in the style `simple` (OpenAPI 3.2.0, section 4.12.3)."""

from __future__ import annotations

import re

from handfast.contract.model import JSONValue

_FIELD_VALUE = re.compile(r"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?")


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
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)
