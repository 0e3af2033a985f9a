"""One contract in one direction: its schemas as the judge sees them, walked by place, and proofs about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote, unquote

import jsonschema_rs
from jsonschema_rs import canonical

from handfast.contract.compound import REFUSE, Compound, build
from handfast.contract.cursor import lookup
from handfast.contract.dialects import JSON_SCHEMA_2020_12
from handfast.contract.directions import Directions
from handfast.contract.engine import FORMATS
from handfast.contract.formats import reasoned
from handfast.contract.model import Contract, Direction, JSONValue, SchemaValue
from handfast.contract.places import FIELDS, Kind, Shape, change, walk
from handfast.contract.pointers import Tokens, escape, join, to_tokens, unescape
from handfast.contract.schemas import Schemas
from handfast.contract.uris import split

_SUBSCHEMAS = FIELDS[Kind.SCHEMA]
_PATTERNS = jsonschema_rs.FancyRegexOptions()


@dataclass(frozen=True, slots=True)
class Part:
    """A schema at a place of the compound: the member of `$defs` first, then keywords and names."""

    place: Tokens
    value: SchemaValue

    def child(self, *tokens: str) -> Part:
        """The schema below, which must be there."""
        value: JSONValue = self.value
        for token in tokens:
            match value:
                case list():
                    value = value[int(token)]
                case dict():
                    value = value[token]
                case _:
                    value = True
        return Part((*self.place, *tokens), value if isinstance(value, dict | bool) else True)


Parts: TypeAlias = tuple[Part, ...]
"""Schemas that one value must all fit."""


class Side:
    """One direction of a contract: readOnly members of requests, writeOnly ones of replies are `false`."""

    def __init__(self, contract: Contract, direction: Direction) -> None:
        self._document: dict[str, JSONValue] = dict(contract.document)
        schemas = Schemas(self._document)
        marks = Directions(schemas, direction)
        self._compound: Compound = build(self._document, schemas, marks if marks.is_needed() else None)
        self.definitions: dict[str, JSONValue] = _definitions(self._compound)
        self._formats = self._document.get(FORMATS) != "annotate"
        self._led: dict[str, frozenset[str | None]] = {}
        self._reasoned: dict[str, JSONValue] = {}
        self._canonical: dict[tuple[Tokens, ...], jsonschema_rs.CanonicalSchema | None] = {}

    def at(self, pointer: str) -> Part | None:
        """The schema at a JSON Pointer of the document."""
        reference = self._compound.reference(pointer)
        return None if reference is None else self._referred(reference)

    def follow(self, reference: JSONValue) -> Part | None:
        """What a `$ref` of the compound leads to; None for anchors and schemas with an `$id` of their own."""
        return self._referred(reference) if isinstance(reference, str) else None

    def pointer(self, place: Tokens) -> str:
        """The JSON Pointer in the document of a place, cut back to what is written there."""
        written = self._compound.names.get(place[0], "")
        value: JSONValue = self._value(written)
        for token in place[1:]:
            try:
                value = lookup(value, (token,))
            except LookupError:
                break
            written = join(written, token)
        return written

    def canonical(self, parts: Parts) -> jsonschema_rs.CanonicalSchema | None:
        """Schemas that hold together, in the form that can be reasoned about; None where there is none."""
        key = tuple(part.place for part in parts)
        if key not in self._canonical:
            self._canonical[key] = self._canonicalised(key)
        return self._canonical[key]

    def _value(self, pointer: str) -> JSONValue:
        try:
            return lookup(self._document, to_tokens(pointer))
        except LookupError:
            return None

    def _referred(self, reference: str) -> Part | None:
        uri, fragment = split(reference)
        if uri not in ("", self._compound.uri) or not fragment.startswith("/$defs/"):
            return None
        place = tuple(unescape(token) for token in unquote(fragment).removeprefix("/$defs/").split("/"))
        try:
            value = lookup(self.definitions, place)
        except LookupError:
            return None
        return Part(place, value) if isinstance(value, dict | bool) else None

    def uri(self, place: Tokens) -> str:
        """The URI by which the schema at a place of the compound is referred to."""
        return f"{self._compound.uri}#/$defs/{'/'.join(map(_quoted, place))}"

    def _canonicalised(self, places: tuple[Tokens, ...]) -> jsonschema_rs.CanonicalSchema | None:
        """The schemas at some places in one schema of their own.

        The reasoner does not compare schemas of two resources that have one URI and say something else.
        """
        references: list[JSONValue] = [{"$ref": self.uri(place)} for place in places]
        schema: dict[str, JSONValue] = {
            "$schema": JSON_SCHEMA_2020_12,
            "$id": self._compound.uri,
            "$defs": self._reached({place[0] for place in places}),
            **({"allOf": references} if len(references) != 1 else {"$ref": self.uri(places[0])}),
        }
        try:
            return jsonschema_rs.canonicalize(
                schema, retriever=lambda _: True, validate_formats=self._formats, pattern_options=_PATTERNS
            )
        except (ValueError, jsonschema_rs.ReferencingError, canonical.CanonicalizationError):
            return None

    def _reached(self, names: set[str]) -> dict[str, JSONValue]:
        """The members of `$defs` that some lead to, themselves too; all where it is not known where one leads."""
        pending, reached = list(names), set(names)
        while pending:
            name = pending.pop()
            if name not in self._led:
                self._led[name] = frozenset(self._references(self.definitions[name]))
                self._reasoned[name] = self._for_proofs(self.definitions[name])
            found = self._led[name] if None not in self._led[name] else self.definitions.keys()
            fresh = {each for each in found if each is not None} - reached
            reached |= fresh
            pending.extend(fresh)
        return {name: self._reasoned[name] for name in sorted(reached)}

    def _references(self, schema: JSONValue) -> Iterator[str | None]:
        """The members of `$defs` that a schema leads to, its references not followed; None for what is not known."""
        for place in walk(schema, Kind.SCHEMA):
            value = place.value
            if isinstance(value, dict) and "$ref" in value:
                found = self.follow(value["$ref"])
                yield found.place[0] if found else None
            if isinstance(value, dict) and "$dynamicRef" in value:
                yield None

    def _for_proofs(self, schema: JSONValue) -> JSONValue:
        if not isinstance(schema, dict):
            return schema
        return change(schema, lambda each, _kind, _pointer: reasoned(each) if self._formats else each, Kind.SCHEMA)


def covers(wide: jsonschema_rs.CanonicalSchema | None, narrow: jsonschema_rs.CanonicalSchema | None) -> bool | None:
    """Whether the first admits whatever the second does; None where that is not decided."""
    if wide is None or narrow is None:
        return None
    try:
        found = wide.covers(narrow)
    except ValueError:
        return None
    return {canonical.Containment.YES: True, canonical.Containment.NO: False}.get(found)


def is_disjoint(one: jsonschema_rs.CanonicalSchema | None, other: jsonschema_rs.CanonicalSchema | None) -> bool:
    """Whether it is proven that no value fits both."""
    if one is None or other is None:
        return False
    try:
        return one.intersect(other).satisfiability() is canonical.Satisfiability.NO
    except ValueError:
        return False


def _definitions(compound: Compound) -> dict[str, JSONValue]:
    """The members of `$defs`; what the direction leaves out is `false`, as the judge refuses it wherever it is sent."""
    definitions = compound.resource["$defs"]
    assert isinstance(definitions, dict)
    return {name: _refused(schema) for name, schema in definitions.items()}


def _refused(schema: JSONValue) -> JSONValue:
    if not isinstance(schema, dict):
        return schema
    if schema.get(REFUSE) is True:
        return False
    return {name: _below(name, member) for name, member in schema.items()}


def _below(keyword: str, value: JSONValue) -> JSONValue:
    if keyword not in _SUBSCHEMAS:
        return value
    if isinstance(value, list):
        return [_refused(item) for item in value]
    if _SUBSCHEMAS[keyword][0] is Shape.MAP and isinstance(value, dict):
        return {name: _refused(member) for name, member in value.items()}
    return _refused(value)


def _quoted(token: str) -> str:
    return quote(escape(token), safe="~!$&'()*+,;=:@")
