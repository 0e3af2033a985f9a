"""Contradictions: schemas that no value satisfies, and parts of them that no value reaches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import permutations

from handfast.contract.model import Direction, JSONValue
from handfast.design.reading import JSONObject, Reading, as_list, below
from handfast.design.rule import Finding, Rule
from handfast.design.samples import Samples
from handfast.errors import ContractError, Severity

_MANY = 12
"""Alternatives up to which each is compared with each."""


def schema_unsatisfiable(reading: Reading) -> Iterator[Finding]:
    suspects = [pointer for pointer, schema in reading.schemas if _may_contradict(schema)]
    samples = Samples(reading.document, reading.contract.judges, attempts=4, places=200)
    impossible = [pointer for pointer in suspects if not _can_be_satisfied(reading, samples, pointer)]
    for pointer in impossible:
        if not any(other.startswith(f"{pointer}/") for other in impossible):
            hint = "look for bounds, types or constants that exclude each other"
            yield Finding(pointer, "no value can satisfy this schema", hint)


_BOUNDS = (
    ({"minimum", "exclusiveMinimum"}, {"maximum", "exclusiveMaximum", "multipleOf"}),
    ({"format"}, {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
    ({"minLength"}, {"maxLength", "pattern"}),
    ({"minItems"}, {"maxItems", "uniqueItems"}),
    ({"minProperties", "required"}, {"maxProperties"}),
    ({"type", "$ref", "enum", "pattern"}, {"allOf", "anyOf", "oneOf", "not", "const", "$ref"}),
)
"""Keywords that can contradict each other: one of the first and one of the second, besides two parts of an allOf."""


_NONE = object()
"""What no sample is."""


def _may_contradict(schema: JSONObject) -> bool:
    """Whether a schema by itself can be contradictory; that spares a proof for most."""
    said = schema.keys()
    return "allOf" in said or any(
        len((said & one) | (said & other)) > 1 and said & one and said & other for one, other in _BOUNDS
    )


def _can_be_satisfied(reading: Reading, samples: Samples, pointer: str) -> bool:
    """Whether a value is soon found, or nothing proves that there is none: a proof may take a hundred times as long."""
    judges = reading.contract.judges
    directions = reading.directions(pointer)
    try:
        return any(_has_sample(samples, pointer, each) for each in directions) or any(
            judges.judge(pointer, each).is_satisfiable() for each in directions
        )
    except ContractError:
        return True


def _has_sample(samples: Samples, pointer: str, direction: Direction) -> bool:
    return next(samples.values(pointer, direction), _NONE) is not _NONE


def enum_value_wrong(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        options = schema.get("enum")
        if not isinstance(options, list) or len(schema) == 1:
            continue
        told: list[str] = []
        for index, option in enumerate(options):
            at = below(pointer, "enum", index)
            if (text := json.dumps(option, sort_keys=True)) in told:
                yield Finding(at, f"{text} stands twice in the enum")
            elif not any(_admits(reading, pointer, option, each) for each in reading.directions(pointer)):
                yield Finding(at, f"the rest of the schema does not admit {text}")
            told.append(text)


def _admits(reading: Reading, pointer: str, value: JSONValue, direction: Direction) -> bool:
    try:
        return reading.contract.judges.judge(pointer, direction).is_valid(value)
    except ContractError:
        return True


def alternative_unreachable(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        branches = as_list(schema.get("oneOf"))
        if len(branches) > _MANY:
            continue
        for index, other in permutations(range(len(branches)), 2):
            if _covers(reading, below(pointer, "oneOf", other), below(pointer, "oneOf", index)):
                message = f"whatever fits this alternative fits number {other + 1} too, so it is never the only one"
                yield Finding(below(pointer, "oneOf", index), message, "make them exclude each other, or use anyOf")
                break


def _covers(reading: Reading, one: str, other: str) -> bool:
    """Whether it is proven that one schema admits all that another one does."""
    if not _may_cover(reading.resolve(reading.get(one)), reading.resolve(reading.get(other))):
        return False
    direction = reading.directions(one)[0]
    wide, narrow = (reading.contract.judges.judge(pointer, direction) for pointer in (one, other))
    try:
        return wide.covers(narrow) and narrow.is_satisfiable()
    except ContractError:
        return False


def _may_cover(wide: JSONValue, narrow: JSONValue) -> bool:
    """Whether nothing that is seen at once speaks against it; that spares a proof for most."""
    if not isinstance(wide, dict) or not isinstance(narrow, dict) or not narrow.keys().isdisjoint(_COMBINING):
        return True
    types, others = _types(wide), _types(narrow)
    if types and (not others or not others <= types):
        return False
    required = {str(name) for name in as_list(wide.get("required"))}
    return "object" not in others or required <= {str(name) for name in as_list(narrow.get("required"))}


_COMBINING = frozenset({"allOf", "anyOf", "oneOf", "$ref", "$dynamicRef", "not", "if", "enum", "const"})


def _types(schema: JSONObject) -> set[str]:
    declared = schema.get("type")
    types = {str(each) for each in (declared if isinstance(declared, list) else [declared]) if each is not None}
    return types | ({"integer"} if "number" in types else set())


RULES = (
    Rule("schema-unsatisfiable", Severity.ERROR, "A schema that admits nothing is a mistake.", schema_unsatisfiable),
    Rule(
        "enum-value-wrong",
        Severity.ERROR,
        "Each value of an enum can be given, and stands there once.",
        enum_value_wrong,
    ),
    Rule(
        "alternative-unreachable",
        Severity.ERROR,
        "Exactly one alternative of a oneOf must fit.",
        alternative_unreachable,
    ),
)
