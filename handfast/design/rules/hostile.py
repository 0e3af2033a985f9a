"""Hostile-readiness: what a client may send is bounded, and costs little to check."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jsonschema_rs

from handfast.contract.formats import INTEGERS, is_binary
from handfast.contract.model import Direction
from handfast.contract.patterns import bounds_length, readable
from handfast.design.reading import JSONObject, Reading, below
from handfast.design.rule import Finding, Rule
from handfast.errors import ContractError, Severity

_SHORT = frozenset(
    (
        "date",
        "date-time",
        "time",
        "uuid",
        "ipv4",
        "ipv6",
        "hostname",
        "char",
        "http-date",
        "date-time-local",
        "time-local",
        "binary",
    )
)
_UNPORTABLE = re.compile(r"\\[pP]\{|\\u\{|\\c[A-Za-z]|\\[zZA]|\(\?[imsx]")
_DELIMITED = re.compile(r"/\^.*|.*(?<!\\)\$/[dgimsuvy]*", re.DOTALL)
_CLOSED = frozenset({"enum", "const", "$ref"})


def string_unbounded(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in _requested(reading, "string"):
        pattern = schema.get("pattern")
        is_bounded = "maxLength" in schema or (isinstance(pattern, str) and bounds_length(pattern))
        if not is_bounded and schema.get("format") not in _SHORT:
            yield Finding(pointer, "a text of any length may come here", "add maxLength")


def array_unbounded(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in _requested(reading, "array"):
        if "maxItems" not in schema and schema.get("items") is not False:
            yield Finding(pointer, "any number of items may come here", "add maxItems")


def object_unbounded(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in _requested(reading, "object"):
        closed = schema.get("additionalProperties") is False or schema.get("unevaluatedProperties") is False
        if not closed and "maxProperties" not in schema and "/allOf/" not in pointer:
            yield Finding(pointer, "any number of members may come here", "add maxProperties, or close the object")


def integer_unbounded(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in _requested(reading, "integer"):
        least = not schema.keys().isdisjoint({"minimum", "exclusiveMinimum"})
        greatest = not schema.keys().isdisjoint({"maximum", "exclusiveMaximum"})
        if schema.get("format") not in INTEGERS and not (least and greatest):
            yield Finding(pointer, "an integer of any size may come here", "add format: int32 or int64, or both bounds")


def nul_admitted(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in _requested(reading, "string"):
        least, secret = schema.get("minLength"), is_binary(schema) or schema.get("format") == "password"
        rest = "\0" * (least - 1 if isinstance(least, int) else 0)
        if (
            not secret
            and not _is_field(reading, pointer)
            and any(_admits(reading, pointer, f"{start}\0{rest}") for start in ("", "a", "A", "0"))
        ):
            yield Finding(
                pointer, "U+0000 is admitted here, which PostgreSQL and C refuse", "add a pattern that excludes it"
            )


def _is_field(reading: Reading, pointer: str) -> bool:
    """Whether a text comes in a header or a cookie, which servers refuse with U+0000 (RFC 9110, section 5.5)."""
    holder = reading.get(pointer.rpartition("/schema")[0])
    return isinstance(holder, dict) and holder.get("in") in ("header", "cookie")


def _admits(reading: Reading, pointer: str, text: str) -> bool:
    try:
        return reading.contract.judges.judge(pointer, Direction.REQUEST).is_valid(text)
    except ContractError:
        return False


def _requested(reading: Reading, type_: str) -> Iterator[tuple[str, JSONObject]]:
    """The schemas of requests that admit a type, and do not say by an enum or a reference which values."""
    for pointer, schema in reading.schemas:
        declared = schema.get("type")
        admitted = declared == type_ or (isinstance(declared, list) and type_ in declared)
        if admitted and pointer in reading.sent and schema.keys().isdisjoint(_CLOSED):
            yield pointer, schema


def pattern_backtracks(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if schema.get("x-handfast-regex") == "backtracking":
            continue
        for at, pattern in _patterns(pointer, schema):
            if not _is_linear(pattern):
                message = "look-around and back-references make the time for a match unpredictable"
                hint = "write it without, or say x-handfast-regex: backtracking beside it"
                yield Finding(at, message, hint)


def pattern_unportable(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        for at, pattern in _patterns(pointer, schema):
            found = _UNPORTABLE.search(pattern)
            if found is None and readable(pattern) != pattern:
                message = "this pattern means something in JavaScript, and only without the flag u"
                yield Finding(at, message, "escape braces, and hyphens inside a class")
            elif found is not None:
                yield Finding(
                    at, f"{found[0]} does not mean the same in every language", "use classes of characters instead"
                )


def pattern_delimited(reading: Reading) -> Iterator[Finding]:
    """Patterns as JavaScript writes them, /^...$/: nothing is before the start of a text or after its end."""
    for pointer, schema in reading.schemas:
        for at, pattern in _patterns(pointer, schema):
            if _DELIMITED.fullmatch(pattern):
                message = "the slashes around this pattern are a part of it, so nothing matches"
                yield Finding(at, message, "write the pattern without them and without flags: ^...$")


def pattern_unanchored(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and "^" not in pattern and "$" not in pattern:
            yield Finding(below(pointer, "pattern"), "the pattern matches anywhere in the text", "anchor it: ^...$")


def _patterns(pointer: str, schema: JSONObject) -> Iterator[tuple[str, str]]:
    if isinstance(pattern := schema.get("pattern"), str):
        yield below(pointer, "pattern"), pattern
    named = schema.get("patternProperties")
    for pattern in named if isinstance(named, dict) else ():
        yield below(pointer, "patternProperties", pattern), pattern


def _is_linear(pattern: str) -> bool:
    try:
        jsonschema_rs.Draft202012Validator(
            {"pattern": readable(pattern)}, pattern_options=jsonschema_rs.RegexOptions(size_limit=150_000_000)
        )
    except jsonschema_rs.ValidationError:
        return False
    return True


RULES = (
    Rule("string-unbounded", Severity.HINT, "A text has a greatest length.", string_unbounded),
    Rule("array-unbounded", Severity.HINT, "A list has a greatest number of items.", array_unbounded),
    Rule("object-unbounded", Severity.HINT, "An open object has a greatest number of members.", object_unbounded),
    Rule(
        "integer-unbounded", Severity.HINT, "An integer fits into what languages and databases have.", integer_unbounded
    ),
    Rule("nul-admitted", Severity.HINT, "Text does not hold U+0000.", nul_admitted),
    Rule("pattern-backtracking", Severity.WARNING, "A pattern is matched in linear time.", pattern_backtracks),
    Rule("pattern-unportable", Severity.WARNING, "A pattern means the same to every client.", pattern_unportable),
    Rule("pattern-delimited", Severity.ERROR, "A pattern stands without delimiters.", pattern_delimited),
    Rule("pattern-unanchored", Severity.HINT, "A pattern is about the whole text.", pattern_unanchored),
)
