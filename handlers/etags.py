"""Entity tags and the conditions that clients make with them (RFC 9110, sections 8.8.3 and 13.1)."""

from __future__ import annotations

import re

from blog.refusals import Changed

_TAGS = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def etag(row_id: int, version: int) -> str:
    """The strong entity tag of a version; the id tells apart two things that had the same address in turn."""
    return f'"{row_id}-{version}"'


def expect(if_match: str, current: str) -> None:
    """Raise Changed unless an If-Match header admits the current tag; a weak tag never does (strong comparison)."""
    if if_match.strip() != "*" and current not in _TAGS.findall(if_match):
        raise Changed("It is not in the version that If-Match names.")


def is_known(if_none_match: str | None, current: str) -> bool:
    """Whether an If-None-Match header names the current tag, be it as a weak one (weak comparison)."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or current in (tag.removeprefix("W/") for tag in _TAGS.findall(if_none_match))
