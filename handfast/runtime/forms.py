"""Urlencoded forms to one JSON value: fields by the media type's `encoding`, text by the exact lexical grammar.

    reader = compile(media_type, lexicon, limits)
    reader.read(text) -> the form as an object, not judged yet        raises Malformed

A property with `style`, `explode` or `allowReserved` in its encoding is written like a query parameter (OpenAPI 3.2.0,
section 4.15.1.2). Any other is written by content: an array as one field for each item, an object as JSON, a scalar as
text, and what may be either as the one that the schema admits; a `contentType` of JSON makes any property JSON. Objects
are read in brackets (`a[b]=1`) as well, because much software writes them so. A field that the schema does not declare
stays text unless `additionalProperties` has types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeAlias

from handfast.contract.model import Encoding, JSONValue, MediaType
from handfast.runtime import strict_json
from handfast.runtime.fields import Fields
from handfast.runtime.lexical import Lexicon
from handfast.runtime.limits import Limits
from handfast.runtime.media_types import is_json
from handfast.runtime.nested import deep_object, exploded_object
from handfast.runtime.percent import Malformed, decode_form
from handfast.runtime.problems import Refused
from handfast.runtime.shapes import KINDS, Shape
from handfast.runtime.styles import DELIMITERS, Reading, exploded_values

Values: TypeAlias = Iterator[JSONValue]
FieldReader: TypeAlias = Callable[[Fields], Values | None]
"""Everything that a property can be in a form; None when it was not sent."""

_STRUCTURES = frozenset({"array", "object"})
_OBJECT = frozenset({"object"})


@dataclass(frozen=True, slots=True)
class FormReader:
    """Reads the forms of one media type; `readers` has the declared properties, `rest` takes the other fields."""

    lexicon: Lexicon
    shape: Shape
    readers: Mapping[str, FieldReader]
    rest: Callable[[Fields], JSONValue | None]
    limits: Limits

    def read(self, text: str) -> JSONValue:
        """The object that a form stands for."""
        fields = Fields.parse(text, self.limits.fields)
        form: dict[str, JSONValue] = {}
        for name, reader in self.readers.items():
            values = reader(fields)
            if values is not None:
                form[name] = self.lexicon.first(self.lexicon.shapes.member(self.shape, name), values)
        others = self.rest(fields)
        return {**form, **others} if isinstance(others, dict) else form


def compile(media_type: MediaType, lexicon: Lexicon, limits: Limits) -> FormReader:  # noqa: A001  # forms.compile
    """The reader for the forms of a media type."""
    shape = lexicon.shapes.of(media_type.schema.pointer) if media_type.schema else lexicon.shapes.of()
    names = sorted(shape.names | media_type.encoding.keys())
    shapes = {name: lexicon.shapes.member(shape, name) for name in names}
    bare = bare_members(shapes, media_type.encoding)
    taken = frozenset(names).union(*bare.values())
    readers = {
        name: _reader(
            name, lexicon, shapes[name], media_type.encoding.get(name), bare.get(name, frozenset()), taken, limits
        )
        for name in names
    }
    undeclared = lexicon.shapes.only_undeclared(shape)
    bracketed = frozenset(name for name in names if _has_brackets(shapes[name], media_type.encoding.get(name)))
    rest = exploded_object(lexicon, undeclared, taken, bracketed=bracketed.union(*bare.values()), is_greedy=True)
    return FormReader(lexicon, shape, readers, rest, limits)


def _has_brackets(shape: Shape, encoding: Encoding | None) -> bool:
    """Whether the reader of a property takes `name[...]` fields too."""
    if encoding is None or not encoding.explicit_style:
        return not shape.kinds.isdisjoint(_STRUCTURES)
    return reads_brackets(shape, encoding.style, encoding.explode)


def reads_brackets(shape: Shape, style: str, explode: bool) -> bool:
    """Whether a value in a style of query parameters can be in `name[...]` fields, unless members are named alone."""
    if style == "deepObject":
        return not shape.kinds.isdisjoint(_STRUCTURES)
    return explode and "object" in shape.kinds


def bare_members(shapes: Mapping[str, Shape], encodings: Mapping[str, Encoding]) -> dict[str, frozenset[str]]:
    """The members of exploded objects that are fields of their own (RFC 6570): those whose names nothing else has."""
    exploded = {
        name: shapes[name].names
        for name, encoding in encodings.items()
        if encoding.explicit_style and encoding.style == "form" and encoding.explode and "object" in shapes[name].kinds
    }
    taken = Counter([*shapes, *(member for members in exploded.values() for member in members)])
    return {name: frozenset(each for each in members if taken[each] == 1) for name, members in exploded.items()}


def _reader(
    name: str,
    lexicon: Lexicon,
    shape: Shape,
    encoding: Encoding | None,
    bare: frozenset[str],
    taken: frozenset[str],
    limits: Limits,
) -> FieldReader:
    if encoding is None or not encoding.explicit_style:
        return _by_content(name, lexicon, shape, encoding.content_type if encoding else None, taken, limits)
    return by_encoding(name, lexicon, shape, encoding, bare, taken)


def by_encoding(
    name: str, lexicon: Lexicon, shape: Shape, encoding: Encoding, bare: frozenset[str], taken: frozenset[str]
) -> FieldReader:
    """A reader of a property in a style of its own, whose members in `bare` may be fields of their own."""
    named = by_style(name, lexicon, shape, encoding.style, encoding.explode, taken)
    if not bare:
        return named
    members = _optional(exploded_object(lexicon, replace(shape, names=bare), taken - bare, is_greedy=False))

    def read(fields: Fields) -> Values | None:
        found = named(fields)
        return found if found is not None else members(fields)

    return read


def by_style(
    name: str,
    lexicon: Lexicon,
    shape: Shape,
    style: str,
    explode: bool,
    others: frozenset[str],
    *,
    brackets: bool = True,
) -> FieldReader:
    """A reader of the fields of one name in a style of query parameters; of exploded objects those with `brackets`.

    Fields in `others` are somebody else's. What is no object has no members to be named: under deepObject it is read
    as under form, and an array in brackets too.
    """
    is_deep = style == "deepObject"
    reading = Reading(lexicon, shape, decode_form, DELIMITERS.get(style, DELIMITERS["form"]), explode)
    if shape.kinds.isdisjoint(_STRUCTURES):
        return _scalar(name, reading)
    in_brackets = brackets and reads_brackets(shape, style, explode)
    spread = _optional(deep_object(lexicon, shape, name, others)) if in_brackets else None

    def read(fields: Fields) -> Values | None:
        found = spread(fields) if spread else None
        raws = fields.get(name)
        if found is not None or not raws:
            return found
        if is_deep and shape.is_object:
            detail = "the members of a deepObject are named in brackets, as in name[member]=value"
            raise Malformed("wrong-style", detail)
        if explode or (is_deep and len(raws) > 1):
            return exploded_values(reading, raws)
        if len(raws) > 1:
            raise Malformed("repeated-parameter", "the parameter is given more than once")
        return reading.read(raws[0])

    return read


def _scalar(name: str, reading: Reading) -> FieldReader:
    reader = reading.lexicon.reader(reading.shape)

    def read(fields: Fields) -> Values | None:
        raws = fields.get(name)
        if not raws:
            return None
        if len(raws) > 1:
            raise Malformed("repeated-parameter", "the parameter is given more than once")
        return iter((reader(decode_form(raws[0])),))

    return read


def _optional(reader: Callable[[Fields], JSONValue | None]) -> FieldReader:
    def read(fields: Fields) -> Values | None:
        value = reader(fields)
        return None if value is None else iter((value,))

    return read


def _by_content(
    name: str, lexicon: Lexicon, shape: Shape, content_type: str | None, taken: frozenset[str], limits: Limits
) -> FieldReader:
    nested = None if shape.kinds.isdisjoint(_STRUCTURES) else _optional(deep_object(lexicon, shape, name, taken))
    text_reader = text_by_content(lexicon, shape, content_type, limits)
    items_reader = items_by_content(lexicon, shape, content_type, limits)

    def read(fields: Fields) -> Values | None:
        found = nested(fields) if nested else None
        raws = fields.get(name)
        if found is not None or not raws:
            return found
        texts = [decode_form(raw) for raw in raws]
        values = spread(texts, shape, text_reader, items_reader)
        return or_whole(values, texts, shape, content_type, limits)

    return read


def or_whole(values: Values, texts: list[str], shape: Shape, content_type: str | None, limits: Limits) -> Values:
    """An array whose content type is JSON: one item (OpenAPI 3.2.0, 4.15.1.1), or all, as some software has it."""
    yield from values
    if len(texts) == 1 and "array" in shape.kinds and content_type is not None and is_json(content_type):
        value = json_text(texts[0], limits)
        if isinstance(value, list):
            yield value


def spread(
    texts: list[str],
    shape: Shape,
    whole: Callable[[str], JSONValue],
    items: Callable[[Sequence[str]], list[JSONValue]],
) -> Values:
    """The texts of one name by content: one as the whole value or an array of one, several as an array."""
    is_one = len(texts) == 1 and (shape.is_scalar or "array" not in shape.kinds)
    if is_one:
        yield whole(texts[0])
    if "array" in shape.kinds:
        try:
            several: JSONValue = items(texts)
        except Malformed:
            if is_one:  # what is no item may well be the whole
                return
            raise
        yield several
        if texts == [""]:
            yield []
    elif len(texts) > 1:
        raise Malformed("repeated-parameter", "a field that is no array is given more than once")


def text_by_content(
    lexicon: Lexicon, shape: Shape, content_type: str | None, limits: Limits, *, is_item: bool = False
) -> Callable[[str], JSONValue]:
    """Text to a value by a content type: JSON where it says so, or where nothing else can be meant.

    Without one, what may be a scalar or an object is either: JSON where that is what the schema admits. An array is a
    field for each item, but where it is an item itself.
    """
    if is_json(content_type) if content_type else not shape.is_scalar:
        return lambda text: json_text(text, limits)
    as_json = shape.kinds & (_STRUCTURES if is_item else _OBJECT)
    if as_json and not content_type and is_either(shape):
        return lexicon.reader_of_either(shape, as_json)
    return lexicon.reader(shape)


def is_either(shape: Shape) -> bool:
    """Whether a schema that says its types admits scalars, and arrays or objects."""
    return shape.kinds != KINDS and shape.is_scalar and not shape.kinds.isdisjoint(_STRUCTURES)


def items_by_content(
    lexicon: Lexicon, shape: Shape, content_type: str | None, limits: Limits
) -> Callable[[Sequence[str]], list[JSONValue]]:
    """Texts to the items of an array by a content type, each by the schema for its place."""

    @cache
    def reader(index: int) -> Callable[[str], JSONValue]:
        return text_by_content(lexicon, lexicon.shapes.item(shape, index), content_type, limits, is_item=True)

    if lexicon.shapes.has_tuple(shape):
        return lambda texts: [reader(index)(text) for index, text in enumerate(texts)]
    item = reader(0)
    return lambda texts: [item(text) for text in texts]


def json_text(text: str, limits: Limits) -> JSONValue:
    """A JSON value inside a field, a part or a parameter; Malformed when it is none."""
    try:
        return strict_json.parse(text.encode("utf-8"), limits)
    except Refused as error:
        problem = error.errors[0]
        raise Malformed(problem.code, problem.detail) from None
