"""Text to JSON values by JSON's own grammar: `5`, `5.0` and `5e0` are the integer 5; `05`, `+5`, `1_0`, `yes` are text.

A text is read as a number, `true`, `false` or `null` where the schema may be of that type, and as itself where it may
be a string. Where it may be both, the literal goes first and the schema decides. What can only be an array or an object
where a style has place for a text alone is JSON; in forms, what can be a scalar or an object is either. A text that
fits no declared type stays text, and the judge then says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from math import isinf
from typing import TypeAlias

from handfast.contract.judge import Judge, Judges
from handfast.contract.model import Direction, JSONValue
from handfast.runtime import strict_json
from handfast.runtime.limits import Limits
from handfast.runtime.percent import Malformed
from handfast.runtime.problems import Refused
from handfast.runtime.shapes import SCALARS, Shape, Shapes, kind_of

_LIMITS = Limits()
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_MAX_DIGITS = 4_300
_EXACT = 2**53
_WORDS: Mapping[str, JSONValue] = {"true": True, "false": False, "null": None}
_KIND_OF_WORD = {"true": "boolean", "false": "boolean", "null": "null"}

Reader: TypeAlias = Callable[[str], JSONValue]


def number(text: str, *, is_integer: bool) -> int | float | None:
    """The number that a text is by the grammar of RFC 8259, section 6; None when it is none, or is over a double.

    What has a fraction or an exponent is an integer all the same when its value is one: to the last digit where only
    integers are expected, else as exactly as a double is.
    """
    if text.isdecimal() and text.isascii() and (text[0] != "0" or len(text) == 1) and len(text) <= _MAX_DIGITS:
        return int(text)  # what nearly all are; the regular expression takes five times as long
    match = _NUMBER.fullmatch(text)
    if match is None or len(text) > _MAX_DIGITS:
        return None
    if match[1] is None and match[2] is None:
        return int(text)
    value = float(text)
    if isinf(value):
        return None
    if not value.is_integer():
        return value
    if abs(value) < _EXACT:
        return int(value)
    return _exact(text, value) if is_integer else value


def _exact(text: str, value: float) -> int | float:
    exact = Decimal(text)
    return int(exact) if exact == exact.to_integral_value() else value


class Lexicon:
    """Readers of the texts that stand for values of the schemas of one document."""

    def __init__(self, shapes: Shapes, judges: Judges, direction: Direction = Direction.REQUEST) -> None:
        self.shapes = shapes
        self._judges = judges
        self._direction = direction
        self._readers: dict[tuple[str, ...], Reader] = {}

    def reader(self, shape: Shape) -> Reader:
        """Text to a scalar of a shape."""
        reader = self._readers.get(shape.pointers)
        if reader is None:
            reader = self._readers[shape.pointers] = self._compile(shape)
        return reader

    def reader_of_either(self, shape: Shape, kinds: frozenset[str]) -> Reader:
        """Text to a scalar, or to an array or object of `kinds` in JSON: that unless more schemas admit the scalar."""
        scalar = self.reader(shape)

        def read(text: str) -> JSONValue:
            value = _structure(text)
            return self.first(shape, (value, scalar(text))) if kind_of(value) in kinds else scalar(text)

        return read

    def array(self, shape: Shape, texts: Sequence[str]) -> list[JSONValue]:
        """Texts to an array of scalars."""
        if self.shapes.has_tuple(shape):
            return [self.reader(self.shapes.item(shape, index))(text) for index, text in enumerate(texts)]
        reader = self.reader(self.shapes.item(shape, 0))
        return [reader(text) for text in texts]

    def object(self, shape: Shape, pairs: Sequence[tuple[str, str]]) -> dict[str, JSONValue]:
        """Names and texts to an object of scalars."""
        return {name: self.reader(self.shapes.member(shape, name))(text) for name, text in pairs}

    def first(self, shape: Shape, candidates: Iterable[JSONValue]) -> JSONValue:
        """The candidate that most schemas at a place admit, the first of equal ones; Malformed when there is none."""
        values = list(candidates)
        if not values:
            raise Malformed("malformed-value", "the text is no array or object in the declared style")
        if len(values) == 1:
            return values[0]
        judges = self._judges_of(shape)
        return max(values, key=lambda value: sum(judge.is_valid(value) for judge in judges))

    def _judges_of(self, shape: Shape) -> list[Judge]:
        return [self._judges.judge(pointer, self._direction) for pointer in shape.pointers]

    def _compile(self, shape: Shape) -> Reader:
        kinds = shape.kinds & SCALARS
        if shape.pointers and shape.kinds and not kinds:
            return _structure
        if kinds <= {"string"} or not shape.pointers:
            return str
        literal = _literals(kinds)
        return self._either(shape, literal) if "string" in kinds else lambda text: literal(text)[0]

    def _either(self, shape: Shape, literal: Callable[[str], tuple[JSONValue, bool]]) -> Reader:
        """A reader for what may be a literal or a string: the literal unless more schemas admit the string."""
        judges = self._judges_of(shape)

        def read(text: str) -> JSONValue:
            value, is_literal = literal(text)
            if not is_literal:
                return text
            for_literal = sum(judge.is_valid(value) for judge in judges)
            return text if for_literal < sum(judge.is_valid(text) for judge in judges) else value

        return read


def _structure(text: str) -> JSONValue:
    """An array or object inside of another, as JSON; what is none stays text."""
    if not text.lstrip(" \t\r\n").startswith(("{", "[")):
        return text
    try:
        return strict_json.parse(text.encode(), _LIMITS)
    except (Refused, UnicodeEncodeError):
        return text


def _literals(kinds: frozenset[str]) -> Callable[[str], tuple[JSONValue, bool]]:
    """Text to a literal of one of the kinds, and whether it is one; a text that is none stays text."""
    has_number = not kinds.isdisjoint({"integer", "fraction"})
    is_integer = "fraction" not in kinds
    words = {word: value for word, value in _WORDS.items() if _KIND_OF_WORD[word] in kinds}

    def read(text: str) -> tuple[JSONValue, bool]:
        if text in words:
            return words[text], True
        value = number(text, is_integer=is_integer) if has_number else None
        return (text, False) if value is None else (value, True)

    return read
