"""What a schema can admit, as far as text must know it to become a value: JSON types, items, members, defaults.

Parameters and forms carry text. Which JSON value a text stands for depends on the types that the schema declares:
through `$ref`, `allOf`, `anyOf`, `oneOf`, `enum`, `const`, lists of types, or none at all. A shape is a wide answer to
that: it may name a type that the schema then refuses, never the other way round, because the judge decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from handfast.contract.cursor import lookup
from handfast.contract.model import JSONValue, Schema, SchemaValue
from handfast.contract.pointers import from_fragment, join, to_pointer, to_tokens

SCALARS = frozenset({"null", "boolean", "integer", "fraction", "string"})
KINDS = SCALARS | {"array", "object"}
"""The types of JSON Schema, with `number` split in two: a fraction is a number that is no integer."""

_TYPES: Mapping[str, frozenset[str]] = {
    **{kind: frozenset({kind}) for kind in KINDS - {"fraction"}},
    "number": frozenset({"integer", "fraction"}),
}
_IN_PLACE = ("allOf", "anyOf", "oneOf")
_SILENT = frozenset({"type", "title", "description", "default", "examples", "example", "deprecated"})
_IN_PLACE_ONE = ("if", "then", "else")


@dataclass(frozen=True, slots=True)
class Layer:
    """A schema object that says something about the value at one place."""

    pointer: str
    schema: Mapping[str, JSONValue]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What is known of a value: its possible `kinds`, and the schemas that stand at its place.

    `pointers` are these schemas, `layers` they and all that they bring in. `names` are the declared members of an
    object; one that `is_open` may have others.
    """

    kinds: frozenset[str]
    pointers: tuple[str, ...]
    layers: tuple[Layer, ...]
    names: frozenset[str]
    is_open: bool

    @property
    def is_scalar(self) -> bool:
        """Whether the value can be anything else than an array or an object."""
        return not self.kinds.isdisjoint(SCALARS)

    @property
    def is_object(self) -> bool:
        """Whether the value can be nothing else than an object."""
        return self.kinds == frozenset({"object"})

    @property
    def is_nullable_object(self) -> bool:
        """Whether the value can be nothing else than an object, or null, which no fields can say."""
        return self.kinds - {"null"} == frozenset({"object"})


class Shapes:
    """The shapes of the schemas of one document, worked out when they are first asked for."""

    def __init__(self, document: Mapping[str, JSONValue]) -> None:
        self._document: JSONValue = dict(document)
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._kinds: dict[str, frozenset[str]] = {}

    def of(self, *pointers: str) -> Shape:
        """The shape of a value at which one or several schemas stand, by their JSON Pointers."""
        shape = self._shapes.get(pointers)
        if shape is None:
            layers = tuple(self._layers(pointers))
            kinds = frozenset[str]().union(*(self.kinds(pointer) for pointer in pointers)) if pointers else KINDS
            shape = Shape(
                kinds=kinds,
                pointers=pointers,
                layers=layers,
                names=frozenset(name for layer in layers for name in _members(layer)),
                is_open=not any(_is_closed(layer) for layer in layers),
            )
            self._shapes[pointers] = shape
        return shape

    def item(self, shape: Shape, index: int) -> Shape:
        """The shape of the item of an array at an index."""
        return self.of(*dict.fromkeys(pointer for layer in shape.layers for pointer in _item(layer, index)))

    def has_tuple(self, shape: Shape) -> bool:
        """Whether the items of an array differ by their index."""
        return any("prefixItems" in layer.schema for layer in shape.layers)

    def member(self, shape: Shape, name: str) -> Shape:
        """The shape of the member of an object with a name."""
        declared = [join(layer.pointer, "properties", name) for layer in shape.layers if name in _members(layer)]
        other = declared or [pointer for layer in shape.layers for pointer in _undeclared(layer)]
        return self.of(*dict.fromkeys(other))

    def only_undeclared(self, shape: Shape) -> Shape:
        """The shape of an object without its declared members."""
        return replace(shape, names=frozenset())

    def kinds(self, pointer: str) -> frozenset[str]:
        """The JSON types that the schema at a pointer can admit."""
        known = self._kinds.get(pointer)
        if known is None:
            self._kinds[pointer] = KINDS  # what a schema that contains itself in place may assume
            known = self._kinds[pointer] = self._work_out(pointer, self.find(pointer))
        return known

    def default(self, pointer: str) -> tuple[JSONValue] | None:
        """The default of a schema, also one behind `$ref` or `allOf`, in a tuple because null is a default too."""
        seen: set[str] = set()
        pending = [pointer]
        while pending:
            here = pending.pop(0)
            schema = self.find(here)
            if here in seen or not isinstance(schema, dict):
                continue
            seen.add(here)
            if "default" in schema:
                return (schema["default"],)
            pending += [*_reference(schema), *_numbered(here, schema, "allOf")]
        return None

    def find(self, pointer: str) -> SchemaValue | None:
        """The schema at a JSON Pointer of the document; None when there is none."""
        try:
            value = lookup(self._document, to_tokens(pointer))
        except (LookupError, ValueError):
            return None
        return value if isinstance(value, (dict, bool)) else None

    def _work_out(self, pointer: str, schema: SchemaValue | None) -> frozenset[str]:
        if schema is False:
            return frozenset()
        if not isinstance(schema, dict):
            return KINDS
        kinds = _declared(schema)
        for target in (*_reference(schema), *_numbered(pointer, schema, "allOf")):
            kinds &= self.kinds(target)
        for keyword in ("anyOf", "oneOf"):
            if branches := _numbered(pointer, schema, keyword):
                kinds &= frozenset[str]().union(*(self.kinds(branch) for branch in branches))
        return kinds

    def _layers(self, pointers: Iterable[str]) -> Iterator[Layer]:
        """The schemas that stand at a place and all that apply to the same value through them."""
        pending = list(pointers)
        seen: set[str] = set()
        while pending:
            pointer = pending.pop(0)
            schema = self.find(pointer)
            if pointer in seen or not isinstance(schema, dict):
                continue
            seen.add(pointer)
            yield Layer(pointer, schema)
            pending += _reference(schema)
            pending += (target for keyword in _IN_PLACE for target in _numbered(pointer, schema, keyword))
            pending += (join(pointer, keyword) for keyword in _IN_PLACE_ONE if keyword in schema)
            dependent = schema.get("dependentSchemas")
            if isinstance(dependent, dict):
                pending += (join(pointer, "dependentSchemas", name) for name in dependent)


def is_any_text(schema: Schema) -> bool:
    """Whether a schema admits whatever text there is, so that nothing needs to be judged."""
    return isinstance(schema.value, dict) and schema.value.get("type") == "string" and schema.value.keys() <= _SILENT


def length_bounds(shape: Shape) -> tuple[int, int | None]:
    """The least and the greatest length that a schema gives a binary body, in bytes."""
    least = [length for layer in shape.layers if isinstance(length := layer.schema.get("minLength"), int)]
    most = [length for layer in shape.layers if isinstance(length := layer.schema.get("maxLength"), int)]
    return max(least, default=0), min(most, default=None)


def kind_of(value: JSONValue) -> str:
    """The kind of a JSON value; `1.0` is an integer, as JSON Schema has it."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "fraction"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _declared(schema: Mapping[str, JSONValue]) -> frozenset[str]:
    """The kinds that `type`, `enum` and `const` leave."""
    declared = schema.get("type")
    types = declared if isinstance(declared, list) else [declared] if isinstance(declared, str) else None
    kinds = KINDS
    if types is not None:
        kinds = frozenset[str]().union(*(_TYPES.get(name, KINDS) for name in types if isinstance(name, str)))
    values = schema.get("enum")
    if isinstance(values, list):
        kinds &= frozenset(kind_of(value) for value in values)
    if "const" in schema:
        kinds &= {kind_of(schema["const"])}
    return kinds


def _reference(schema: Mapping[str, JSONValue]) -> list[str]:
    """The pointer that `$ref` names, when it is one into the document."""
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith(("#/", "#")) or reference[1:2] not in ("", "/"):
        return []
    try:
        return [to_pointer(from_fragment(reference[1:]))]
    except ValueError:
        return []


def _numbered(pointer: str, schema: Mapping[str, JSONValue], keyword: str) -> list[str]:
    """The pointers of the schemas in a list."""
    schemas = schema.get(keyword)
    return [join(pointer, keyword, index) for index in range(len(schemas))] if isinstance(schemas, list) else []


def _members(layer: Layer) -> Mapping[str, JSONValue]:
    properties = layer.schema.get("properties")
    return properties if isinstance(properties, dict) else {}


def _undeclared(layer: Layer) -> Iterator[str]:
    """The pointers of the schemas for members that `properties` does not name."""
    patterns = layer.schema.get("patternProperties")
    if isinstance(patterns, dict):
        yield from (join(layer.pointer, "patternProperties", pattern) for pattern in patterns)
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if isinstance(layer.schema.get(keyword), dict):
            yield join(layer.pointer, keyword)


def _item(layer: Layer, index: int) -> Iterator[str]:
    prefix = layer.schema.get("prefixItems")
    if isinstance(prefix, list) and index < len(prefix):
        yield join(layer.pointer, "prefixItems", index)
    elif isinstance(layer.schema.get("items"), dict):
        yield join(layer.pointer, "items")
    elif isinstance(layer.schema.get("unevaluatedItems"), dict):
        yield join(layer.pointer, "unevaluatedItems")


def _is_closed(layer: Layer) -> bool:
    closed = layer.schema.get("additionalProperties") is False or layer.schema.get("unevaluatedProperties") is False
    return closed and "patternProperties" not in layer.schema
