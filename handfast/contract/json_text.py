"""JSON to values, quickly; where its nodes stand is found out only when somebody asks."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from math import isinf
from typing import cast

from handfast.contract.layout import At, Items, Mark, Members, Node, Scalar, SourceFault
from handfast.contract.model import JSONValue
from handfast.contract.pointers import Tokens
from handfast.contract.yaml_text import MAX_DEPTH, MAX_DIGITS

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\n\r]*")
_TOKEN = re.compile(r'[ \t\n\r]*(?:([{}\[\]:,])|("(?:[^"\\]|\\.)*")|([^\s{}\[\]:,"]+))')


class _Duplicate(Exception):
    """An object has a key twice."""


class _NotANumber(Exception):
    """A number that JSON does not have."""


def parse(text: str) -> JSONValue:
    """The value of a JSON text (RFC 8259); raises SourceFault."""
    if not text.strip():
        raise SourceFault("source-empty", "the file is empty", Mark(1, 1))
    try:
        value = cast(
            "JSONValue",
            json.loads(
                text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_float
            ),
        )
    except json.JSONDecodeError as error:
        raise SourceFault("json-syntax", f"this is not JSON: {error.msg}", Mark(error.lineno, error.colno)) from error
    except (_Duplicate, _NotANumber, RecursionError, ValueError) as error:
        layout(text)  # finds the place, and raises
        raise SourceFault("json-syntax", f"this is not JSON: {error}", Mark(1, 1)) from error
    if "\\u" in text and _has_lone_surrogate(value):
        layout(text)
    return value


def _object(pairs: list[tuple[str, JSONValue]]) -> dict[str, JSONValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Duplicate
    return members


def _constant(name: str) -> JSONValue:
    raise _NotANumber(name)


def _integer(text: str) -> int:
    if _is_too_large(text):
        raise _NotANumber(text)
    return int(text)


def _float(text: str) -> float:
    if _is_too_large(text):
        raise _NotANumber(text)
    return float(text)


def _is_too_large(number: str) -> bool:
    """Whether an integer has too many digits, or another number is over the range of a double."""
    if number.lstrip("-").isdecimal():
        return len(number.lstrip("-")) > MAX_DIGITS
    return isinf(float(number))


def _has_lone_surrogate(value: JSONValue) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def layout(text: str) -> Node:
    """The layout of a JSON text that `parse` has taken, or else the fault that it has."""
    return _Layout(text).root()


def find(text: str, tokens: Tokens, at: At) -> Mark:
    """Where a node of a JSON text stands, or its nearest ancestor, without a layout of all the others.

    Values on the way are skipped by the decoder in C: a hundred times as fast as the layout, for one place.
    """
    start = key = _skip(text, 0)
    for token in tokens:
        found = _member(text, start, token) if text[start] == "{" else _item(text, start, token)
        if found is None:
            break
        key, start = found
    place = start if at == "value" else key
    line_start = text.rfind("\n", 0, place) + 1
    return Mark(text.count("\n", 0, place) + 1, place - line_start + 1)


def _skip(text: str, index: int) -> int:
    match = _SPACE.match(text, index)
    return match.end() if match else index


def _member(text: str, start: int, token: str) -> tuple[int, int] | None:
    """Where the key and the value of a member of the object at `start` stand."""
    index = _skip(text, start + 1)
    while text[index] == '"':
        name, end = _DECODER.raw_decode(text, index)
        value = _skip(text, _skip(text, end) + 1)
        if name == token:
            return index, value
        index = _skip(text, _DECODER.raw_decode(text, value)[1])
        index = _skip(text, index + 1) if text[index] == "," else index
    return None


def _item(text: str, start: int, token: str) -> tuple[int, int] | None:
    if text[start] != "[" or not token.isdecimal():
        return None
    index = _skip(text, start + 1)
    for _ in range(int(token)):
        if text[index] == "]":
            return None
        index = _skip(text, _DECODER.raw_decode(text, index)[1])
        index = _skip(text, index + 1) if text[index] == "," else index
    return None if text[index] == "]" else (index, index)


class _Layout:
    """Tokens to nodes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def root(self) -> Node:
        return self._node(*self._next(), 0)

    def _mark(self, start: int) -> Mark:
        line = bisect_right(self.lines, start)
        return Mark(line, start - self.lines[line - 1] + 1)

    def _next(self) -> tuple[str, int]:
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            raise SourceFault("json-syntax", "this is not JSON", self._mark(min(self.position, len(self.text) - 1)))
        self.position = match.end()
        group = match.lastindex or 0
        return match[group], match.start(group)

    def _node(self, token: str, start: int, depth: int) -> Node:
        mark = self._mark(start)
        if depth > MAX_DEPTH:
            raise SourceFault("source-too-deep", f"nested deeper than {MAX_DEPTH} levels", mark)
        if token == "{":
            return self._members(mark, depth)
        if token == "[":
            return self._items(mark, depth)
        if token.startswith('"'):
            return Scalar(mark, self._string(token, mark))
        if token in ("NaN", "Infinity", "-Infinity"):
            raise SourceFault("json-syntax", f"{token} is a number that JSON does not have", mark)
        if token[0] in "-0123456789" and _is_too_large(token):
            raise SourceFault("number-too-large", "the number is too large", mark)
        return Scalar(mark, token, plain=True)

    def _string(self, token: str, mark: Mark) -> str:
        text = cast("str", json.loads(token))
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise SourceFault("source-character", "half of a surrogate pair is not a character", mark) from error
        return text

    def _items(self, mark: Mark, depth: int) -> Items:
        nodes: list[Node] = []
        token, start = self._next()
        while token != "]":
            if token == ",":
                token, start = self._next()
            nodes.append(self._node(token, start, depth + 1))
            token, start = self._next()
        return Items(mark, nodes)

    def _members(self, mark: Mark, depth: int) -> Members:
        nodes: dict[str, tuple[Mark, Node]] = {}
        token, start = self._next()
        while token != "}":
            if token == ",":
                token, start = self._next()
            key_mark = self._mark(start)
            key = self._string(token, key_mark)
            if key in nodes:
                first = nodes[key][0]
                raise SourceFault(
                    "duplicate-key",
                    f'the key "{key}" is here twice: line {first.line}, column {first.column} has it already',
                    key_mark,
                    hint="remove or rename one of the two: JSON does not say which of them counts",
                    also=first,
                )
            self._next()  # the colon
            nodes[key] = (key_mark, self._node(*self._next(), depth + 1))
            token, start = self._next()
        return Members(mark, nodes)
