"""The schemas of one direction as proofs need them: no formats but some, and what stands for a value written out."""

from __future__ import annotations

import json
from collections.abc import Mapping

from handfast.contract.cursor import lookup
from handfast.contract.dialects import JSON_SCHEMA_2020_12
from handfast.contract.model import JSONValue
from handfast.contract.places import FIELDS, Kind, Shape
from handfast.contract.pointers import Tokens
from handfast.design.diff.side import Side

_FIELDS = FIELDS[Kind.SCHEMA]
_SAME_VALUE = ("allOf", "anyOf", "oneOf")
_DEEP = 20
_HERE = "#/$defs/"


class Schemas:
    """The compound of a side without the formats that are not among `formats`, every reference of it absolute."""

    def __init__(self, side: Side, formats: frozenset[str]) -> None:
        self._side = side
        self._formats = formats
        self.uri = side.uri(("",)).partition("#")[0]
        self._same: dict[str, str] = {}
        changed = {name: self._changed(schema) for name, schema in side.definitions.items()}
        self._same = self._twins(changed)
        self._definitions = {name: self._changed(schema) for name, schema in side.definitions.items()}
        self.resource: dict[str, JSONValue] = {
            "$schema": JSON_SCHEMA_2020_12,
            "$id": self.uri,
            "$defs": self._definitions,
        }

    def reference(self, pointer: str) -> str | None:
        """The URI of the schema at a JSON Pointer; None if there is none."""
        part = self._side.at(pointer)
        uri = None if part is None else self._side.uri(part.place)
        return uri if uri is None else self._same.get(uri, uri)

    def written(self, pointer: str) -> dict[str, JSONValue]:
        """The schema at a JSON Pointer itself, not a reference to it."""
        part = self._side.at(pointer)
        return {} if part is None else self._at(part.place)

    def unfolded(self, pointer: str) -> dict[str, JSONValue]:
        """The same, with what it refers to for one and the same value written out, too."""
        return self._unfold(self.written(pointer), frozenset(), 0)

    def _twins(self, definitions: Mapping[str, JSONValue]) -> dict[str, str]:
        """The URI of one definition for that of each that says the same: a direction makes copies without its members.

        The reasoner takes equal references for one schema, and sees no more of a recursive one.
        """
        first: dict[str, str] = {}
        same: dict[str, str] = {}
        for name in sorted(definitions, key=lambda name: (len(name), name)):
            uri = self._side.uri((name,))
            text = json.dumps(definitions[name], sort_keys=True)
            if (other := first.setdefault(text, uri)) != uri and "$id" not in text and "nchor" not in text:
                same[uri] = other
        return same

    def _unfold(self, schema: dict[str, JSONValue], seen: frozenset[str], depth: int) -> dict[str, JSONValue]:
        found: dict[str, JSONValue] = {
            keyword: [self._unfold(each, seen, depth) if isinstance(each, dict) else each for each in value]
            if keyword in _SAME_VALUE and isinstance(value, list)
            else value
            for keyword, value in schema.items()
        }
        reference = found.get("$ref")
        part = self._side.follow(reference)
        if not isinstance(reference, str) or part is None or reference in seen or depth > _DEEP:
            return found
        target = self._at(part.place)
        if not target.keys().isdisjoint(("$id", "$dynamicAnchor")):
            return found
        del found["$ref"]  # in allOf, unevaluatedProperties beside it sees as much as it did
        others = found.get("allOf")
        unfolded = self._unfold(target, seen | {reference}, depth + 1)
        return {**found, "allOf": [unfolded, *(others if isinstance(others, list) else ())]} if found else unfolded

    def _at(self, place: Tokens) -> dict[str, JSONValue]:
        found = lookup(dict(self._definitions), place)
        if isinstance(found, dict):
            return found
        return {} if found is not False else {"not": {}}

    def _changed(self, schema: JSONValue, *, is_ours: bool = True) -> JSONValue:
        """A schema with what this class promises; one with an `$id` of its own has references of its own."""
        if not isinstance(schema, dict):
            return schema
        is_ours = is_ours and "$id" not in schema
        changed = {
            name: self._inside(name, value, is_ours=is_ours)
            for name, value in schema.items()
            if name != "format" or value in self._formats
        }
        if is_ours and isinstance(reference := changed.get("$ref"), str) and reference.startswith(_HERE):
            changed["$ref"] = self._same.get(self.uri + reference, self.uri + reference)
        members = changed.get("properties")
        is_closed = changed.get("additionalProperties") is False and not changed.get("patternProperties")
        if is_closed and isinstance(members, dict):
            # A member that nothing fits is refused as if it were not there; the reasoner does not see that by itself.
            changed["properties"] = {name: each for name, each in members.items() if each is not False}
        return changed

    def _inside(self, keyword: str, value: JSONValue, *, is_ours: bool) -> JSONValue:
        if keyword not in _FIELDS:
            return value
        if isinstance(value, list):
            return [self._changed(item, is_ours=is_ours) for item in value]
        if _FIELDS[keyword][0] is Shape.MAP and isinstance(value, dict):
            return {name: self._changed(member, is_ours=is_ours) for name, member in value.items()}
        return self._changed(value, is_ours=is_ours)
