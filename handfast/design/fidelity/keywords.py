"""Which keywords of a schema only the judge holds, because its model lets values through that they refuse.

A keyword is held by the model where each value that the model admits at its place satisfies it; that is proven with
the same reasoning as in `proofs`. What is not proven is named, so the list may be longer than it need be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from handfast.contract.model import JSONValue
from handfast.contract.pointers import join
from handfast.design.fidelity.admitted import Schema
from handfast.design.fidelity.proofs import Prover

_SILENT = frozenset(
    {
        *("$ref", "$id", "$anchor", "$dynamicAnchor", "$defs", "definitions", "$comment", "$schema", "title"),
        *("description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "discriminator"),
        *("xml", "externalDocs", "contentEncoding", "contentMediaType", "contentSchema", "$vocabulary"),
        *("properties", "items", "allOf", "anyOf", "oneOf", "then", "else", "minContains", "maxContains"),
    }
)
"""Keywords that assert nothing by themselves, or are looked into."""
_BESIDE = {"if": ("then", "else"), "contains": ("minContains", "maxContains"), "additionalProperties": ("properties",)}
_PLAIN = frozenset(
    {
        *("type", "enum", "const", "required", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"),
        *("exclusiveMinimum", "exclusiveMaximum", "format", "additionalProperties", "multipleOf", "pattern"),
        *("uniqueItems", "minProperties", "maxProperties", "dependentRequired"),
    }
)
"""Keywords that can be looked at alone, with those beside them that they need."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A keyword that the judge alone holds, and its place."""

    keyword: str
    pointer: str


def only_judged(schema: JSONValue, pointer: str, model: Schema, prover: Prover, formats: bool) -> Iterator[Judged]:
    """The keywords of a schema, and of those that stand in it, that its model does not hold.

    What is referred to is left to its own report. `model` is what the model admits, written out; without `formats`
    they are annotations.
    """
    walker = _Walker(prover, model.get("$defs"), formats=formats)
    yield from walker.walk(schema, pointer, [{name: each for name, each in model.items() if name != "$defs"}])


class _Walker:
    """Walks a schema together with what the model admits at each place."""

    def __init__(self, prover: Prover, definitions: JSONValue, *, formats: bool) -> None:
        self._prover = prover
        self._definitions = definitions if isinstance(definitions, dict) else {}
        self._formats = formats

    def walk(self, schema: JSONValue, pointer: str, models: list[Schema]) -> Iterator[Judged]:
        """The keywords at one place; `models` are the alternatives of the model there."""
        if not isinstance(schema, dict) or not models:
            return
        models = [each for model in models for each in self._alternatives(model)]
        for keyword in schema:
            if self._asserts(keyword, schema) and not self._is_held(keyword, schema, models):
                yield Judged(keyword, join(pointer, keyword))
        members = schema.get("properties")
        for name, member in members.items() if isinstance(members, dict) else ():
            yield from self.walk(member, join(pointer, "properties", name), list(_members(models, name)))
        for keyword, kind in (("items", "array"), ("additionalProperties", "object")):
            yield from self.walk(schema.get(keyword), join(pointer, keyword), list(_inner(models, keyword, kind)))
        yield from self._branches(schema, pointer, models)

    def _branches(self, schema: dict[str, JSONValue], pointer: str, models: list[Schema]) -> Iterator[Judged]:
        for keyword in ("allOf", "anyOf", "oneOf"):
            branches = schema.get(keyword)
            if not isinstance(branches, list):
                continue
            if keyword == "oneOf" and len(branches) > 1 and not self._are_disjoint(models):
                yield Judged(keyword, join(pointer, keyword))
            for index, branch in enumerate(branches):
                near = models if keyword == "allOf" else [each for each in models if self._meets(branch, each)]
                yield from self.walk(branch, join(pointer, keyword, str(index)), near)

    def _asserts(self, keyword: str, schema: dict[str, JSONValue]) -> bool:
        if keyword in _SILENT or keyword.startswith("x-"):
            return False
        if keyword == "format":
            return self._formats and schema[keyword] not in ("binary", "password")
        return not (keyword == "additionalProperties" and schema[keyword] is True)

    def _is_held(self, keyword: str, schema: dict[str, JSONValue], models: list[Schema]) -> bool:
        if keyword not in _PLAIN:
            return False
        if keyword == "additionalProperties" and "patternProperties" in schema:
            return False
        alone: Schema = {name: schema[name] for name in (keyword, *_BESIDE.get(keyword, ())) if name in schema}
        if keyword == "additionalProperties" and isinstance(members := alone.get("properties"), dict):
            alone["properties"] = dict.fromkeys(members, True)
            if isinstance(alone[keyword], dict):
                return True  # its own keywords are looked at where it is walked
        return all(self._covers(alone, model) for model in models)

    def _covers(self, alone: Schema, model: Schema) -> bool:
        return self._prover.covers(alone, {**model, "$defs": self._definitions} if self._definitions else model)

    def _alternatives(self, model: Schema) -> list[Schema]:
        found = model
        if isinstance(reference := model.get("$ref"), str):
            target = self._definitions.get(reference.removeprefix("#/$defs/"))
            found = target if isinstance(target, dict) else model
        branches = found.get("anyOf")
        if found.keys() == {"anyOf"} and isinstance(branches, list):
            return [each for branch in branches if isinstance(branch, dict) for each in self._alternatives(branch)]
        return [found]

    def _meets(self, branch: JSONValue, model: Schema) -> bool:
        """Whether a branch may be about an alternative of the model: their types do not say otherwise."""
        kind = branch.get("type") if isinstance(branch, dict) else None
        kinds = [kind] if isinstance(kind, str) else kind
        if not isinstance(kinds, list) or (model_kind := model.get("type")) is None:
            return True
        return (
            model_kind in kinds
            or (model_kind == "integer" and "number" in kinds)
            or (model_kind == "number" and "integer" in kinds)
        )

    def _are_disjoint(self, models: list[Schema]) -> bool:
        """Whether no two alternatives of the model can hold one value."""
        kinds = [model.get("type") for model in models]
        return None not in kinds and len(set(map(str, kinds))) == len(kinds) and not {"integer", "number"} <= set(kinds)


def _inner(models: list[Schema], keyword: str, kind: str) -> Iterator[Schema]:
    """What alternatives of the model that may be of a type say of all that is inside, anything if they say nothing."""
    for model in models:
        found = model.get(keyword, {})
        if isinstance(found, dict) and model.get("type", kind) == kind:
            yield found


def _members(models: list[Schema], name: str) -> Iterator[Schema]:
    for model in models:
        properties = model.get("properties")
        found = properties.get(name) if isinstance(properties, dict) else None
        if isinstance(found, dict):
            yield found
        else:
            yield from _inner([model], "additionalProperties", "object")
