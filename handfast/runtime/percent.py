"""Percent-encoding undone strictly: a wrong escape, or bytes that are not UTF-8, are refused (RFC 3986, section 2.1).

Raw texts are `str` of the bytes on the wire, decoded as Latin-1; all of them are ASCII when the client is right.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

_WRONG_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
RESERVED = ":/?#[]@!$&'()*+,;="
"""The reserved characters of RFC 3986, section 2.2, which `allowReserved` leaves as they are."""


_AGAINST_THE_CONTRACT = frozenset(
    {"repeated-parameter", "repeated-member", "ambiguous-member", "malformed-value", "wrong-style", "part-media-type"}
)


class Malformed(ValueError):
    """A text that cannot be read at all; `code` is kebab-case, the message never holds the text."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail

    @property
    def breaks_contract(self) -> bool:
        """Whether the text can be read and is not what the contract describes: 422 instead of 400."""
        return self.code in _AGAINST_THE_CONTRACT


def decode(raw: str) -> str:
    """A text of a path or a query with its escapes undone; `+` is itself. Raises Malformed."""
    if "%" not in raw and raw.isascii():
        return raw
    if not raw.isascii():
        raise Malformed("not-percent-encoded", "characters outside ASCII must be percent-encoded UTF-8")
    if _WRONG_ESCAPE.search(raw):
        raise Malformed("wrong-percent-escape", "a percent sign must be followed by two hexadecimal digits")
    try:
        return unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not-utf-8", "the percent-encoded bytes are not UTF-8") from None


def decode_form(raw: str) -> str:
    """The same for a query or an urlencoded form, where `+` is a space (WHATWG URL, section 5.1)."""
    return decode(raw.replace("+", " ") if "+" in raw else raw)


def decode_if_encoded(raw: str) -> str:
    """The same for a cookie, which may have been written without any encoding: then it is the text itself."""
    if "%" not in raw:
        return raw
    try:
        return decode(raw)
    except Malformed:
        return raw


def encode(text: str, *, allow_reserved: bool = False) -> str:
    """A text as it stands in a URL: everything escaped but unreserved characters and, if allowed, reserved ones."""
    return quote(text, safe=RESERVED if allow_reserved else "")
