"""The styles of OpenAPI that put a value into one text: form, simple, label, matrix, spaceDelimited, pipeDelimited.

    compile(lexicon, shape, Style(...)) -> text -> candidates

A text can often be read in more than one way, so that reading gives candidates: the plainest first, and the schema
decides (OpenAPI 3.2.0, section 4.12.6; RFC 6570). Delimiters are those on the wire: an escaped comma belongs to its
item. Only where no plain delimiter is found are escaped ones taken for delimiters, because many clients escape the
whole text. A text with a delimiter is an array or object before it is a scalar; one without is a scalar first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from handfast.contract.model import JSONValue
from handfast.runtime.lexical import Lexicon
from handfast.runtime.percent import Malformed, decode
from handfast.runtime.shapes import Shape

Decode: TypeAlias = Callable[[str], str]
Candidates: TypeAlias = Iterator[JSONValue]
TextReader: TypeAlias = Callable[[str], Candidates]


@dataclass(frozen=True, slots=True)
class Delimiter:
    """What stands between items: a pattern for the text on the wire, and the character that it means."""

    wire: re.Pattern[str]
    character: str


COMMA = Delimiter(re.compile(","), ",")
LIST_COMMA = Delimiter(re.compile(r"[ \t]*,[ \t]*"), ",")
"""The comma of header fields, with optional white space around it (RFC 9110, section 5.6.1)."""
SPACE = Delimiter(re.compile(r"%20|\+| "), " ")
PIPE = Delimiter(re.compile(r"\||%7[Cc]"), "|")
DOT = Delimiter(re.compile(r"\."), ".")

DELIMITERS = {"form": COMMA, "simple": COMMA, "spaceDelimited": SPACE, "pipeDelimited": PIPE, "cookie": COMMA}


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts of one parameter are read: what it may be, where items end, how escapes are undone.

    With `explode`, an object is written `a=1,b=2` instead of `a,1,b,2`.
    """

    lexicon: Lexicon
    shape: Shape
    decode: Decode
    delimiter: Delimiter
    explode: bool

    def read(self, raw: str) -> Candidates:
        """Everything that a text can stand for. Raises Malformed."""
        pieces = self.delimiter.wire.split(raw) if not self.shape.kinds.isdisjoint(_STRUCTURES) else [raw]
        if self.shape.is_scalar and len(pieces) == 1:
            yield self.scalar(raw)
        yield from self.structures(pieces, self.decode)
        if len(pieces) == 1 and raw and self.delimiter.character in (text := self.decode(raw)):
            yield from self.structures(text.split(self.delimiter.character), str)
        if self.shape.is_scalar and len(pieces) > 1:
            yield self.scalar(raw)

    def scalar(self, raw: str) -> JSONValue:
        """A whole text as a scalar."""
        return self.lexicon.reader(self.shape)(self.decode(raw))

    def structures(self, pieces: Sequence[str], undo: Decode) -> Candidates:
        """Pieces as an object or an array, where the shape may be one."""
        if "object" in self.shape.kinds:
            pairs = exploded_pairs(pieces, undo) if self.explode else flat_pairs(pieces, undo)
            if pairs is not None:
                yield self.object(pairs)
        if "array" in self.shape.kinds:
            yield from self.arrays([undo(piece) for piece in pieces])

    def arrays(self, texts: Sequence[str]) -> Candidates:
        """Texts as an array; one empty text is one empty item before it is no item at all."""
        if list(texts) != [""]:
            yield self.lexicon.array(self.shape, texts)
            return
        if "string" in self.lexicon.shapes.item(self.shape, 0).kinds:
            yield self.lexicon.array(self.shape, texts)
        yield []

    def object(self, pairs: Sequence[tuple[str, str]]) -> dict[str, JSONValue]:
        """Names and texts as an object; Malformed when a name stands twice."""
        if len({name for name, _ in pairs}) < len(pairs):
            raise Malformed("repeated-member", "a member of the object is given twice")
        return self.lexicon.object(self.shape, pairs)


_STRUCTURES = frozenset({"array", "object"})


def flat_pairs(pieces: Sequence[str], undo: Decode) -> list[tuple[str, str]] | None:
    """`a,1,b,2` as pairs; None when a value is missing."""
    if list(pieces) == [""]:
        return []
    if len(pieces) % 2:
        return None
    texts = [undo(piece) for piece in pieces]
    return list(zip(texts[::2], texts[1::2], strict=True))


def exploded_pairs(pieces: Sequence[str], undo: Decode) -> list[tuple[str, str]] | None:
    """`a=1,b=2` as pairs; None when an equals sign is missing."""
    if list(pieces) == [""]:
        return []
    parts = [piece.partition("=") for piece in pieces]
    if not all(separator for _, separator, _ in parts):
        return None
    return [(undo(name), undo(value)) for name, _, value in parts]


def path_reader(lexicon: Lexicon, shape: Shape, name: str, style: str, explode: bool) -> TextReader:
    """A reader for the raw text of a path parameter: simple, label or matrix."""
    if style == "matrix":
        return _matrix(Reading(lexicon, shape, decode, COMMA, explode), name)
    if style == "label":
        return _label(Reading(lexicon, shape, decode, DOT if explode else COMMA, explode))
    return Reading(lexicon, shape, decode, COMMA, explode).read


def _label(reading: Reading) -> TextReader:
    def read(raw: str) -> Candidates:
        if not raw.startswith("."):
            raise Malformed("wrong-style", "a value in the style label begins with a dot")
        return reading.read(raw[1:])

    return read


def _matrix(reading: Reading, name: str) -> TextReader:
    def read(raw: str) -> Candidates:
        if not raw.startswith(";"):
            raise Malformed("wrong-style", "a value in the style matrix begins with a semicolon")
        parts = [(decode(key), value) for key, _, value in (part.partition("=") for part in raw[1:].split(";"))]
        if all(key == name for key, _ in parts):
            return _named(reading, [value for _, value in parts])
        if reading.explode and "object" in reading.shape.kinds:
            return iter([reading.object([(key, decode(value)) for key, value in parts])])
        raise Malformed("wrong-style", "a value in the style matrix is named after its parameter")

    return read


def _named(reading: Reading, raws: Sequence[str]) -> Candidates:
    """The values of `;name=1;name=2`, or of `;name=1,2`."""
    if not reading.explode:
        if len(raws) > 1:
            raise Malformed("repeated-parameter", "the parameter is given more than once")
        return reading.read(raws[0])
    return exploded_values(reading, raws)


def exploded_values(reading: Reading, raws: Sequence[str]) -> Candidates:
    """Several texts under one name: a scalar when there is one, else an array."""
    if len(raws) == 1 and reading.shape.is_scalar:
        yield reading.scalar(raws[0])
    if "array" in reading.shape.kinds:
        yield from reading.arrays([reading.decode(raw) for raw in raws])
    elif len(raws) > 1:
        raise Malformed("repeated-parameter", "the parameter is given more than once")
