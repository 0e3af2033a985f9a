"""Formats as they are asserted: the numeric ones as bounds, those of OpenAPI's registry, and some of JSON Schema's own.

The validator brings JSON Schema's formats with it; those that it reads too loosely are given here.

Source: the OpenAPI format registry (spec.openapis.org/registry/format) and the RFCs that it names. `password`,
`binary`, `commonmark`, `html` and unknown names say nothing that could be checked.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Mapping
from datetime import datetime

from handfast.contract import mailboxes, timestamps
from handfast.contract.model import JSONValue

_SINGLE = 3.4028234663852886e38
_DOUBLE = 1.7976931348623157e308
_EXACT = 2**53 - 1

INTEGERS: Mapping[str, tuple[int, int]] = {
    **{f"int{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
    "double-int": (-_EXACT, _EXACT),
}
"""The least and the greatest value of each integer format."""

NUMBERS: Mapping[str, tuple[float, float]] = {"float": (-_SINGLE, _SINGLE), "double": (-_DOUBLE, _DOUBLE)}
"""The same for formats that admit fractions; precision is not asserted."""

_WIDE = ("int64", "uint64")
"""Integers that a text may be, too: as a JSON number, many a client would round them."""

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,19})")
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e\x80-\xff])*"'
PATTERNS: Mapping[str, str] = {
    "base64url": r"(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==)?|[A-Za-z0-9_-]{3}=?)?",
    "decimal": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
    "decimal128": r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[Ii]nf(?:inity)?|[Nn]a[Nn])",
    "media-range": rf"(?:\*/\*|{_TOKEN}/(?:\*|{_TOKEN}))(?:[ \t]*;[ \t]*{_TOKEN}=(?:{_TOKEN}|{_QUOTED}))*",
    "sf-boolean": r"\?[01]",
    "sf-integer": r"-?[0-9]{1,15}",
    "sf-decimal": r"-?[0-9]{1,12}\.[0-9]{1,3}",
    "sf-string": r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"',
    "sf-token": r"[A-Za-z*][:/!#$%&'*+\-.^_`|~0-9A-Za-z]*",
    "sf-binary": r":(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?:",
}
"""Formats whose texts are exactly those of a pattern."""

_TEXTUAL = re.compile(
    r"text/.*|.*[/+](?:json|xml|yaml|javascript|graphql|sql|jsonl|x-ndjson|json-seq|x-www-form-urlencoded)",
    re.IGNORECASE,
)
"""Media types whose contents are texts; all others are taken for bytes."""
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _is_base64(text: str) -> bool:
    """Base64 of RFC 4648, section 4: the standard alphabet, padded, nothing around it."""
    try:
        binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    return True


def _is_within(bounds: tuple[int, int]) -> Callable[[str], bool]:
    """Whether a text is an integer as JSON writes it, and within bounds."""
    return lambda text: _INTEGER.fullmatch(text) is not None and bounds[0] <= int(text) <= bounds[1]


def _is_char(text: str) -> bool:
    return len(text) == 1


def _is_http_date(text: str) -> bool:
    """The preferred form of RFC 9110, section 5.6.7, with the right day of the week."""
    if _HTTP_DATE.fullmatch(text) is None or text[:3] not in _DAYS or text[8:11] not in _MONTHS:
        return False
    month = _MONTHS.index(text[8:11]) + 1
    try:
        moment = datetime(int(text[12:16]), month, int(text[5:7]), int(text[17:19]), int(text[20:22]))  # noqa: DTZ001 - GMT by definition, and only the weekday is read
    except ValueError:
        return False
    return _DAYS[moment.weekday()] == text[:3] and int(text[23:25]) <= 60  # a leap second


def _matcher(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


STRINGS: Mapping[str, Callable[[str], bool]] = {
    **{name: _matcher(pattern) for name, pattern in PATTERNS.items()},
    **{name: _is_within(INTEGERS[name]) for name in _WIDE},
    "byte": _is_base64,
    "char": _is_char,
    "date": timestamps.is_date,
    "date-time": timestamps.is_date_time,
    "date-time-local": timestamps.is_local_date_time,
    "email": mailboxes.is_email,
    "http-date": _is_http_date,
    "idn-email": mailboxes.is_international_email,
    "time": timestamps.is_time,
    "time-local": timestamps.is_local_time,
}
"""A check for each string format that the validator does not have, or has not exactly."""

_OF_THE_VALIDATOR = frozenset(
    (
        *("duration", "hostname", "idn-hostname", "ipv4", "ipv6", "uri", "uri-reference", "uri-template", "iri"),
        *("iri-reference", "uuid", "json-pointer", "relative-json-pointer", "regex"),
    )
)
ASSERTED = _OF_THE_VALIDATOR | STRINGS.keys()
"""The formats that a text can break."""

LENGTHS: Mapping[str, tuple[int, int | None]] = {
    "char": (1, 1),
    "date-time-local": (19, None),
    "decimal": (1, None),
    "decimal128": (1, None),
    "email": (3, 318),
    "http-date": (29, 29),
    "idn-email": (3, 318),
    "int64": (1, 20),
    "iri": (2, None),
    "media-range": (3, None),
    "sf-binary": (2, None),
    "sf-boolean": (2, 2),
    "sf-decimal": (3, 17),
    "sf-integer": (1, 16),
    "sf-string": (2, None),
    "sf-token": (1, None),
    "time-local": (8, None),
    "uint64": (1, 20),
    "uri": (2, None),
}
"""The least and the greatest length of the texts of a format, where the reasoner of the validator does not know it."""

_LABEL = "[0-9A-Za-z](?:[0-9A-Za-z-]{0,20}[0-9A-Za-z])?"
_EVIDENT: Mapping[str, str] = {
    **PATTERNS,
    "date": timestamps.DATE,
    "date-time": timestamps.DATE_TIME,
    "email": rf"[0-9A-Za-z_+-]{{1,20}}(?:\.[0-9A-Za-z_+-]{{1,20}}){{0,2}}@(?:{_LABEL}\.){{1,4}}[A-Za-z]{{2,20}}",
    "time": timestamps.TIME,
}
"""Patterns whose texts are certainly of a format: all of them, or those that are common."""


def evident(schema: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """The schema with its format asked only about texts that a pattern does not show to be of it.

    The validator matches a pattern ten times as fast as it calls a function of Python.
    """
    name = schema.get("format")
    pattern = _EVIDENT.get(name) if isinstance(name, str) else None
    if pattern is None:
        return schema
    told: dict[str, JSONValue] = {"if": {"pattern": f"^(?:{pattern})$"}, "else": {"format": name}}
    rest = {keyword: value for keyword, value in schema.items() if keyword != "format"}
    return {**rest, **told} if rest.keys().isdisjoint(("if", "then", "else")) else _with_all_of(rest, told)


def is_binary(schema: Mapping[str, JSONValue]) -> bool:
    """Whether texts of a schema are bytes as they are, where a body is not JSON: a file of a form.

    3.0 says it with `format: binary`; 3.1 with a `contentMediaType` that is no text, without `contentEncoding`
    (learn.openapis.org/upgrading/v3.0-to-v3.1), which is what FastAPI writes for an `UploadFile`.
    """
    media_type = schema.get("contentMediaType")
    if schema.get("format") == "binary" or not isinstance(media_type, str):
        return schema.get("format") == "binary"
    return "contentEncoding" not in schema and _TEXTUAL.fullmatch(media_type.partition(";")[0].strip()) is None


def bounded(schema: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """The schema with its numeric format said as bounds, which hold for numbers alone."""
    name = schema.get("format")
    if not isinstance(name, str):
        return schema
    if name in INTEGERS:
        least, greatest = INTEGERS[name]
        bounds: dict[str, JSONValue] = {"minimum": least, "maximum": greatest}
        if schema.get("type") != "integer":
            bounds["multipleOf"] = 1
    elif name in NUMBERS:
        bounds = dict(zip(("minimum", "maximum"), NUMBERS[name], strict=True))
    else:
        return schema
    if not _admits_texts(schema):
        schema = {keyword: value for keyword, value in schema.items() if keyword != "format"}  # said once is enough
    return {**schema, **bounds} if bounds.keys().isdisjoint(schema) else _with_all_of(schema, bounds)


def reasoned(schema: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """The schema for proofs: without a format that asserts nothing here, with the lengths that one implies.

    The reasoner takes a format that it does not know for an assertion, and knows the lengths of some alone.
    """
    name = schema.get("format")
    if not isinstance(name, str):
        return schema
    if name not in ASSERTED or not _admits_texts(schema):
        return {keyword: value for keyword, value in schema.items() if keyword != "format"}
    shortest, longest = LENGTHS.get(name, (0, None))
    bounds: dict[str, JSONValue] = {"minLength": shortest} if shortest else {}
    bounds |= {"maxLength": longest} if longest is not None else {}
    return {**schema, **bounds} if bounds.keys().isdisjoint(schema) else _with_all_of(schema, bounds)


def _admits_texts(schema: Mapping[str, JSONValue]) -> bool:
    declared = schema.get("type", "string")
    return "string" in (declared if isinstance(declared, list) else [declared])


def _with_all_of(schema: dict[str, JSONValue], other: dict[str, JSONValue]) -> dict[str, JSONValue]:
    others = schema.get("allOf")
    return {**schema, "allOf": [*(others if isinstance(others, list) else []), other]}
