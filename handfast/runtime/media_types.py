"""Media types: parsing, ranges, and the most specific declaration that matches (RFC 9110, section 8.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_TYPE = re.compile(rf"[ \t]*({_TOKEN})/({_TOKEN})[ \t]*")
_PARAMETER = re.compile(
    rf';[ \t]*(?:({_TOKEN})=({_TOKEN}|"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e\x80-\xff])*")[ \t]*)?'
)
_QUOTED_PAIR = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class ContentType:
    """A media type or a range of them, in lower case; the values of its parameters keep their case."""

    type: str
    subtype: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def essence(self) -> str:
        """`type/subtype` without parameters."""
        return f"{self.type}/{self.subtype}"

    @property
    def is_json(self) -> bool:
        """Whether the content is one JSON text (RFC 8259, RFC 6839)."""
        return self.essence == "application/json" or self.subtype.endswith("+json")


def parse(text: str) -> ContentType | None:
    """A content type; None when the text is none, or has a parameter twice."""
    match = _TYPE.match(text)
    if match is None:
        return None
    parameters: dict[str, str] = {}
    at = match.end()
    while at < len(text):
        parameter = _PARAMETER.match(text, at)
        if parameter is None:
            return None
        at = parameter.end()
        if parameter[1] is not None:
            name = parameter[1].lower()
            if name in parameters:
                return None
            parameters[name] = _unquote(parameter[2])
    return ContentType(match[1].lower(), match[2].lower(), parameters)


def is_form(text: str) -> bool:
    """Whether a content type is that of urlencoded forms."""
    return text.partition(";")[0].strip().lower() == "application/x-www-form-urlencoded"


def is_json(text: str) -> bool:
    """Whether a content type says that the content is JSON."""
    content_type = parse(text)
    return content_type is not None and content_type.is_json


def matches(declared: ContentType, sent: ContentType) -> int:
    """How specifically a declaration matches what was sent: 0 not at all, more is more specific.

    `*/*` matches anything, `text/*` a type, `application/*+json` a suffix. Parameters that the declaration has must be
    there, with equal values; a missing `charset` is UTF-8. What is sent may have more of them.
    """
    if declared.essence == sent.essence:
        score = 4
    elif declared.subtype.startswith("*+") and declared.type in ("*", sent.type):
        score = 3 if sent.subtype.endswith(declared.subtype[1:]) else 0
    elif declared.subtype == "*" and declared.type == sent.type:
        score = 2
    elif declared.essence == "*/*":
        score = 1
    else:
        score = 0
    if not score or not all(_is_same(name, value, sent) for name, value in declared.parameters.items()):
        return 0
    return score * 100 + len(declared.parameters)


def best(declared: Iterable[str], sent: ContentType) -> str | None:
    """The most specific of several declarations that matches; of equal ones the first, None when none does."""
    scores = {text: matches(parsed, sent) for text in declared if (parsed := parse(text)) is not None}
    found = max(scores, key=lambda text: scores[text], default=None)
    return found if found is not None and scores[found] else None


def within(media_type: str, media_range: str) -> bool:
    """Whether a media type is in a range such as `text/*` or `application/*+json`; parameters do not count."""
    sent, declared = parse(media_type), parse(media_range)
    if sent is None or declared is None:
        return False
    return bool(matches(ContentType(declared.type, declared.subtype), sent))


def _is_same(name: str, value: str, sent: ContentType) -> bool:
    if name == "charset":
        return sent.parameters.get(name, "utf-8").lower() == value.lower()
    return sent.parameters.get(name) == value


def _unquote(text: str) -> str:
    return _QUOTED_PAIR.sub(r"\1", text[1:-1]) if text.startswith('"') else text
