"""Bytes to a JSON value, and nothing that only looks like JSON (RFC 8259, UTF-8 alone).

    parse(raw, limits) -> JSONValue         raises Refused(Cause.MALFORMED_BODY) with one error

The parser refuses bad syntax, duplicate keys, NaN and Infinity, lone surrogates, a byte order mark and what is not
UTF-8; integers stay exact up to 4,300 digits. What it lets through is checked here: numbers over the range of a double
(`1e400`), depth and the number of members. Cheap bounds on the bytes decide in nearly all cases that nothing can be
wrong, so that the value is walked only when they do not.

Codes: syntax, duplicate-key, not-utf-8, byte-order-mark, not-finite, lone-surrogate, number-too-long, too-deep,
too-many-members. Details name line, column and byte, never the input.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isinf

import jiter

from handfast.contract.model import JSONValue
from handfast.runtime.limits import Limits
from handfast.runtime.problems import Cause, ProblemItem, Refused

_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_POSITION = re.compile(r" at line ([0-9]+) column ([0-9]+)$")
_NOT_FINITE = re.compile(rb"-?(?:NaN|Infinity)")

_REASONS: tuple[tuple[str, str, str], ...] = (
    ("Detected duplicate key", "duplicate-key", "a key stands twice in one object"),
    ("invalid unicode code point", "not-utf-8", "the text is not UTF-8"),
    ("lone leading surrogate", "lone-surrogate", "a surrogate stands alone, which is no character"),
    ("unexpected end of hex escape", "lone-surrogate", "a surrogate stands alone, which is no character"),
    ("recursion limit exceeded", "too-deep", "arrays and objects are nested too deeply"),
    ("number out of range", "number-too-long", "a number has too many digits"),
)
"""How a message of the parser begins, the code it gets, and what we say instead of it."""

# Digits become 0, both letters of an exponent e, every other byte x, and plus signs go: what can exceed a double then
# holds one of two constant texts, whatever the number.
_OUTLINE = bytes(ord("0") if byte in b"0123456789" else ord("e") if byte in b"eE" else ord("x") for byte in range(256))
_LONG_EXPONENT = b"e000"
_LONG_MANTISSA = b"0" * 200


def parse(raw: bytes, limits: Limits) -> JSONValue:
    """The value of a JSON text; `Refused` when it is not one, or is over `json_depth` or `json_members`."""
    try:
        value: JSONValue = jiter.from_json(raw, catch_duplicate_keys=True, allow_inf_nan=False, cache_mode="keys")
    except ValueError as error:
        raise _refused(*_explain(raw, str(error))) from None
    containers = raw.count(b"[") + raw.count(b"{")
    if containers > limits.json_depth or containers + raw.count(b",") > limits.json_members or _may_overflow(raw):
        _check(value, limits)
    return value


def _may_overflow(raw: bytes) -> bool:
    outline = raw.translate(_OUTLINE, b"+")
    return _LONG_EXPONENT in outline or _LONG_MANTISSA in outline


def _check(value: JSONValue, limits: Limits) -> None:
    """Walk a value level by level, so that neither depth nor size can hurt."""
    members = 0
    level: list[tuple[str, JSONValue]] = [("", value)]
    for depth in range(limits.json_depth + 1):
        below: list[tuple[str, JSONValue]] = []
        for pointer, item in level:
            if isinstance(item, float) and isinf(item):
                raise _refused("not-finite", "a number is over the range of a double", pointer)
            if isinstance(item, (list, dict)):
                members += len(item)
                if members > limits.json_members:
                    raise _refused("too-many-members", f"there are more than {limits.json_members:,} members and items")
                if depth == limits.json_depth:
                    raise _refused("too-deep", f"arrays and objects are nested over {limits.json_depth} levels")
                below += _inside(pointer, item)
        level = below
        if not level:
            return


def _inside(pointer: str, value: list[JSONValue] | dict[str, JSONValue]) -> Iterator[tuple[str, JSONValue]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield f"{pointer}/{index}", item
    else:
        for name, item in value.items():
            yield f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", item


def _explain(raw: bytes, message: str) -> tuple[str, str]:
    """Code and detail for a message of the parser."""
    match = _POSITION.search(message)
    line, column = (int(match[1]), int(match[2])) if match else (1, 1)
    offset = _line_start(raw, line) + max(column - 1, 0)
    place = f"at line {line}, column {column} (byte {offset})"
    if raw.startswith(_BYTE_ORDER_MARKS):
        return "byte-order-mark", "the text begins with a byte order mark; send plain UTF-8"
    if _NOT_FINITE.match(raw, offset) or _NOT_FINITE.match(raw, max(offset - 1, 0)):
        return "not-finite", f"NaN and Infinity are not JSON, {place}"
    for beginning, code, detail in _REASONS:
        if message.startswith(beginning):
            return code, f"{detail}, {place}"
    return "syntax", f"{_POSITION.sub('', message)}, {place}"


def _line_start(raw: bytes, line: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = raw.find(b"\n", start) + 1
    return start


def _refused(code: str, detail: str, pointer: str | None = None) -> Refused:
    return Refused(Cause.MALFORMED_BODY, detail, [ProblemItem(code=code, detail=detail, pointer=pointer)])
