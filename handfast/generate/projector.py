"""From a schema to the type that admits at least what it does: only what shapes a Python type is read.

Dropped, because no Python type says it exactly: `pattern`, `multipleOf`, `uniqueItems`, `contains`, `not`, `if`,
`dependent*`, `unevaluated*`, `propertyNames`, `min/maxProperties`, `$dynamicRef`, `default`. Dropping an assertion
widens, so the type still admits whatever the judge does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite

from handfast.contract.directions import Directions
from handfast.contract.formats import is_binary
from handfast.contract.model import JSONValue, SchemaValue
from handfast.contract.pointers import join as below
from handfast.generate.lattice import (
    ANY,
    NOTHING,
    Alternative,
    Array,
    Boolean,
    Bound,
    Meeting,
    Null,
    Number,
    NumberValue,
    Object,
    Property,
    Reference,
    Text,
    Type,
    join,
    meet,
    others,
)
from handfast.generate.references import References

EXACT_FORMATS = {"date-time": "DateTime", "date": "Date", "uuid": "Uuid"}
"""Formats with a type in `handfast.runtime` that admits all texts of the format, and keeps them."""

_NOTES = ("description", "deprecated")
_OBJECT_KEYWORDS = ("properties", "required", "additionalProperties", "patternProperties")
_LONGEST = 2**31 - 1


class Projector:
    """Answers the types of the schemas of a document in one direction; what was found out is kept.

    Without `formats`, because the document makes them annotations, a string of a format is any string.
    """

    def __init__(self, references: References, directions: Directions, *, formats: bool = True) -> None:
        self._references = references
        self._formats = EXACT_FORMATS if formats else {}
        self._directions = directions if directions.is_needed() else None
        self._known: dict[str, Type] = {}
        self._expanding: set[str] = set()
        self._circles: dict[str, bool] = {}
        self._meeting = Meeting(self.expand)

    def at(self, pointer: str) -> Type:
        """The type of the schema at a pointer where it is used: a reference if others use it too."""
        return self._use(self._references.schema(pointer), pointer)

    def named(self, pointer: str) -> Type:
        """What the schema at a pointer admits, written out; ANY for an alias that only leads back to itself."""
        if pointer not in self._circles:
            self._circles[pointer] = self._leads_back(pointer)
        return ANY if self._circles[pointer] else self._expansion(pointer)

    def expand(self, reference: Reference) -> Type | None:
        """What a reference admits; None while that is being found out."""
        return None if reference.pointer in self._expanding else self._expansion(reference.pointer)

    def _expansion(self, pointer: str) -> Type:
        if pointer not in self._known:
            self._expanding.add(pointer)
            try:
                self._known[pointer] = self._project(self._references.schema(pointer), pointer)
            finally:
                self._expanding.discard(pointer)
        return self._known[pointer]

    def _leads_back(self, pointer: str) -> bool:
        seen: set[str] = set()
        pending = [pointer]
        while pending:
            for alternative in self._expansion(pending.pop()):
                if isinstance(alternative, Reference) and alternative.pointer not in seen:
                    seen.add(alternative.pointer)
                    pending.append(alternative.pointer)
        return pointer in seen

    def _use(self, schema: SchemaValue, pointer: str) -> Type:
        if pointer in self._references.targets:
            return (Reference(pointer),)
        return self._project(schema, pointer)

    def _project(self, schema: SchemaValue, pointer: str) -> Type:
        if isinstance(schema, bool):
            return ANY if schema else NOTHING
        type_ = ANY
        for part in self._parts(schema, pointer):
            type_ = meet(type_, part, self._meeting)
        return type_

    def _parts(self, schema: dict[str, JSONValue], pointer: str) -> Iterable[Type]:
        """The types of the keywords of a schema, of which a value must have all."""
        if isinstance(reference := schema.get("$ref"), str):
            target = self._references.resolve(reference, pointer)
            yield ANY if target is None else (Reference(target),)
        if "type" in schema:
            declared = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            yield join(*(_typed(str(name), schema, self._formats) for name in declared))
        if "const" in schema:
            yield join(*_values([schema["const"]]))
        if isinstance(values := schema.get("enum"), list):
            yield join(*_values(values))
        if any(keyword in schema for keyword in _OBJECT_KEYWORDS):
            yield (self._object(schema, pointer), *others(Object))
        if "items" in schema or "prefixItems" in schema:
            yield (self._array(schema, pointer), *others(Array))
        for index, member in enumerate(_schemas(schema.get("allOf"))):
            yield self._project(member, below(pointer, "allOf", index))
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                yield join(
                    *(
                        self._use(member, below(pointer, keyword, index))
                        for index, member in enumerate(_schemas(schema[keyword]))
                    )
                )

    def _object(self, schema: dict[str, JSONValue], pointer: str) -> Object:
        members = _mapping(schema.get("properties"))
        left_out = frozenset(name for name, member in members.items() if self._is_left_out(member))
        properties = {
            name: Property(self._use(member, below(pointer, "properties", name)), _notes(member))
            for name, member in members.items()
            if name not in left_out
        }
        required = schema.get("required")
        names = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set[str]()
        patterns = _mapping(schema.get("patternProperties"))
        rest = schema.get("additionalProperties", True)
        extra: Type | None = None
        if not isinstance(rest, bool) or patterns:
            found = [self._use(member, below(pointer, "patternProperties", name)) for name, member in patterns.items()]
            if isinstance(rest, dict | bool):
                found.append(self._use(rest, below(pointer, "additionalProperties")))
            extra = _limited(join(*found))
        return Object(properties, frozenset(names) - left_out, extra, rest is False and not patterns, left_out)

    def _is_left_out(self, member: SchemaValue) -> bool:
        return self._directions is not None and self._directions.is_left_out(member)

    def _array(self, schema: dict[str, JSONValue], pointer: str) -> Array:
        first = [
            self._use(member, below(pointer, "prefixItems", index))
            for index, member in enumerate(_schemas(schema.get("prefixItems")))
        ]
        rest = schema.get("items", True)
        if isinstance(rest, dict | bool):
            first.append(self._use(rest, below(pointer, "items")))
        return Array(_limited(join(*first)))


def _limited(type_: Type) -> Type | None:
    """None for a type that says nothing: everything, or nothing at all (then the judge refuses whatever is there)."""
    return None if type_ in (ANY, NOTHING) else type_


def _typed(name: str, schema: Mapping[str, JSONValue], formats: Mapping[str, str]) -> Type:
    match name:
        case "null":
            return (Null(),)
        case "boolean":
            return (Boolean(),)
        case "integer" | "number":
            return (Number(name == "integer", None, _bound(schema, "minimum"), _bound(schema, "maximum")),)
        case "string":
            form = "binary" if is_binary(schema) else schema.get("format")
            shaping = form if isinstance(form, str) and (form in formats or form == "binary") else None
            return (Text(shaping, None, _length(schema, "minLength") or 0, _length(schema, "maxLength")),)
        case "array":
            return (Array(None, _length(schema, "minItems") or 0, _length(schema, "maxItems")),)
        case "object":
            return (Object(),)
        case _:
            return ANY


def _bound(schema: Mapping[str, JSONValue], keyword: str) -> Bound | None:
    inclusive = _number(schema.get(keyword))
    exclusive = _number(schema.get(f"exclusive{keyword.capitalize()}"))
    if inclusive is None or exclusive is None:
        if exclusive is not None:
            return Bound(exclusive, exclusive=True)
        return None if inclusive is None else Bound(inclusive)
    outside = exclusive >= inclusive if keyword == "minimum" else exclusive <= inclusive
    return Bound(exclusive, exclusive=True) if outside else Bound(inclusive)


def _length(schema: Mapping[str, JSONValue], keyword: str) -> int | None:
    value = _number(schema.get(keyword))
    return int(value) if value is not None and 0 <= value <= _LONGEST else None


def _number(value: JSONValue) -> NumberValue | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if isinstance(value, int) or isfinite(value) else None


def _values(values: Iterable[JSONValue]) -> Iterable[Type]:
    for value in values:
        yield (_value(value),)


def _constant(value: int) -> Number:
    """An integer that is meant alone; any integer where it is beyond 64 bits, which Pydantic's Literal refuses."""
    return Number(integer=True, values=(value,) if -(2**63) <= value < 2**63 else None)


def _value(value: JSONValue) -> Alternative:
    match value:
        case None:
            return Null()
        case bool():
            return Boolean((value,))
        case str():
            return Text(None, (value,))
        case int():
            return _constant(value)
        case float() if value.is_integer():
            return _constant(int(value))
        case float():
            return Number(values=(value,))
        case list():
            return Array()
        case dict():
            return Object()


def _schemas(value: JSONValue) -> list[SchemaValue]:
    return [item for item in value if isinstance(item, dict | bool)] if isinstance(value, list) else []


def _mapping(value: JSONValue) -> dict[str, SchemaValue]:
    if not isinstance(value, dict):
        return {}
    return {name: item for name, item in value.items() if isinstance(item, dict | bool)}


def _notes(member: SchemaValue) -> dict[str, JSONValue]:
    return {name: member[name] for name in _NOTES if name in member} if isinstance(member, dict) else {}
