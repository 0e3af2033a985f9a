"""Members of objects: what a schema and its parts require, define and forbid fits together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from handfast.contract.model import JSONValue
from handfast.design.reading import JSONObject, Reading, as_list, below
from handfast.design.rule import Finding, Rule
from handfast.errors import Severity

_PART = re.compile(
    r"(.*?)(/(allOf|anyOf|oneOf)/\d+|(?<!/properties)(?<!/schemas)/(not|if|then|else)|/dependentSchemas/[^/]+)+"
)
_COMBINING = ("allOf", "anyOf", "oneOf")
_CONDITIONAL = ("if", "then", "else")
_NAMING = ("additionalProperties", "unevaluatedProperties", "patternProperties", "propertyNames")
"""Keywords that may describe members without naming them, where their value is a mapping."""


def required_undefined(reading: Reading) -> Iterator[Finding]:
    wholes: Mapping[str, set[str]] | None = None
    for pointer, schema in reading.schemas:
        if _PART.fullmatch(pointer):
            continue
        required = list(_required(schema, pointer))
        known = _members(reading, schema) if required else None
        if known is None or all(name in known for _, name in required):
            continue
        wholes = _wholes(reading) if wholes is None else wholes
        around = [_members(reading, reading.get(whole)) for whole in _all_wholes(wholes, pointer)]
        if None not in around:
            known = known.union(*(each for each in around if each is not None))
            for at, name in required:
                if name not in known:
                    yield Finding(at, f'required, but no property "{name}" is defined', _meant(name, known))


def _meant(name: str, known: set[str]) -> str:
    close = get_close_matches(name, sorted(known), 1)
    return f'did you mean "{close[0]}"?' if close else "define it under properties, or do not name it here"


def _required(schema: JSONObject, pointer: str) -> Iterator[tuple[str, str]]:
    """Each name that a schema requires or lets others depend on, by itself or by a part within it, and where."""
    for index, name in enumerate(as_list(schema.get("required"))):
        yield below(pointer, "required", index), str(name)
    dependent = schema.get("dependentRequired")
    for trigger, names in dependent.items() if isinstance(dependent, dict) else ():
        yield below(pointer, "dependentRequired", trigger), trigger
        for index, name in enumerate(as_list(names)):
            yield below(pointer, "dependentRequired", trigger, index), str(name)
    for keyword in _COMBINING:
        for index, part in enumerate(as_list(schema.get(keyword))):
            if isinstance(part, dict):
                yield from _required(part, below(pointer, keyword, index))
    for keyword in _CONDITIONAL:
        if isinstance(part := schema.get(keyword), dict):
            yield from _required(part, below(pointer, keyword))


def _wholes(reading: Reading) -> Mapping[str, set[str]]:
    """The schemas that have another one as a part, by the pointer of that one."""
    found: dict[str, set[str]] = {}
    for pointer, schema in reading.schemas:
        reference = schema.get("$ref")
        part = _PART.fullmatch(pointer)
        if isinstance(reference, str) and (target := reading.target(reference)) and (part or len(schema) > 1):
            found.setdefault(target, set()).add(part[1] if part else pointer)
    return found


def _all_wholes(wholes: Mapping[str, set[str]], pointer: str) -> set[str]:
    """The schemas around a schema, at any distance."""
    found: set[str] = set()
    pending = [pointer]
    while pending:
        new = wholes.get(pending.pop(), set()) - found
        found |= new
        pending += new
    return found


def _members(reading: Reading, schema: JSONValue) -> set[str] | None:
    """The properties that a schema and its parts define; None if there may be ones that are not told by name."""
    known: set[str] = set()
    pending, seen = [schema], set[int]()
    while pending:
        current = pending.pop()
        if not isinstance(current, dict) or id(current) in seen:
            continue
        seen.add(id(current))
        if "$dynamicRef" in current or any(isinstance(current.get(keyword), dict) for keyword in _NAMING):
            return None
        known |= set(_properties(current))
        pending += [part for keyword in _COMBINING for part in as_list(current.get(keyword))]
        pending += [current.get(keyword) for keyword in _CONDITIONAL]
        dependent = current.get("dependentSchemas")
        pending += dependent.values() if isinstance(dependent, dict) else ()
        if isinstance(reference := current.get("$ref"), str):
            if (target := reading.target(reference)) is None:
                return None
            pending.append(reading.get(target))
    return known


def _properties(schema: JSONObject) -> Iterator[str]:
    """The names of the properties that a schema defines, without those that it forbids."""
    properties = schema.get("properties")
    for name, member in properties.items() if isinstance(properties, dict) else ():
        if member is not False and member != {"not": {}}:
            yield name


def closed_in_all_of(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        parts = as_list(schema.get("allOf"))
        for index, part in enumerate(parts):
            target = reading.resolve(part)
            if isinstance(target, dict) and _is_closed(target):
                others = [{**schema, "allOf": []}, *(other for at, other in enumerate(parts) if at != index)]
                forbidden = _foreign(reading, target, others)
                if forbidden is not None:
                    message = f'additionalProperties: false forbids "{forbidden}", which another part defines'
                    hint = "use unevaluatedProperties: false in the whole"
                    yield Finding(below(pointer, "allOf", index), message, hint)
        within = [part for keyword in _COMBINING for part in as_list(schema.get(keyword))]
        if _is_closed(schema) and (forbidden := _foreign(reading, schema, within)) is not None:
            message = f'additionalProperties: false sees the properties beside it alone, and forbids "{forbidden}"'
            yield Finding(below(pointer, "additionalProperties"), message, "use unevaluatedProperties: false")


def _is_closed(schema: JSONObject) -> bool:
    return schema.get("additionalProperties") is False and "patternProperties" not in schema


def _foreign(reading: Reading, closed: JSONObject, others: Sequence[JSONValue]) -> str | None:
    """The first property that others define, and a closed schema does not know."""
    own = closed.get("properties")
    found = {name for other in others for name in _members(reading, other) or ()}
    return min(found - set(own if isinstance(own, dict) else ()), default=None)


RULES = (
    Rule(
        "required-undefined",
        Severity.ERROR,
        "A required member that nothing defines is a misspelling.",
        required_undefined,
    ),
    Rule("all-of-closed", Severity.ERROR, "A closed part of an allOf forbids what the others add.", closed_in_all_of),
)
