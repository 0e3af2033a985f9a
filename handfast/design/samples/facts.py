"""What all schemas at one place say together, keyword by keyword."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, inf, isfinite

from handfast.contract.model import JSONValue
from handfast.contract.pointers import join

TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
LONGEST = 200_000
"""Characters, items and members from which on a bound is none."""


@dataclass(slots=True)
class Facts:
    """Bounds are the tightest, members keep every schema that they have; strings that stand for schemas are pointers.

    `allowed` are the values of `const` and `enum`, None without them; `suggestions` are what authors wrote as examples.
    `first` has the pointers of `prefixItems` by place. `tags` are the values of discriminators for the branches that
    were chosen, `rivals` the branches that must not hold. `dependent` has what members bring along. `embeds` tells of
    texts that are JSON, `embedded` are the schemas of the values in them.
    """

    types: set[str] = field(default_factory=lambda: set(TYPES))
    allowed: list[JSONValue] | None = None
    suggestions: list[JSONValue] = field(default_factory=list[JSONValue])
    minimum: float = -inf
    maximum: float = inf
    above: float = -inf
    below: float = inf
    multiple: Fraction | None = None
    shortest: int = 0
    longest: int = LONGEST
    patterns: list[str] = field(default_factory=list[str])
    format: str = ""
    embeds: bool = False
    embedded: list[str] = field(default_factory=list[str])
    fewest: int = 0
    most: int = LONGEST
    unique: bool = False
    first: list[list[str]] = field(default_factory=list[list[str]])
    items: list[str] = field(default_factory=list[str])
    contains: list[str] = field(default_factory=list[str])
    fewest_members: int = 0
    most_members: int = LONGEST
    members: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    by_pattern: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    others: list[str] = field(default_factory=list[str])
    names: list[str] = field(default_factory=list[str])
    required: dict[str, None] = field(default_factory=dict[str, None])
    dependent: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    dependent_schemas: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    left_out: set[str] = field(default_factory=set[str])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    rivals: list[str] = field(default_factory=list[str])

    def note(self, schema: dict[str, JSONValue], pointer: str) -> None:
        """Take in what one schema says by itself."""
        self._note_values(schema)
        self._note_numbers(schema)
        self._note_strings(schema, pointer)
        self._note_arrays(schema, pointer)
        self._note_objects(schema, pointer)

    def _note_values(self, schema: dict[str, JSONValue]) -> None:
        if "const" in schema:
            self._allow([schema["const"]])
        if isinstance(values := schema.get("enum"), list):
            self._allow(values)
        if isinstance(examples := schema.get("examples"), list):
            self.suggestions += examples
        self.suggestions += [schema[name] for name in ("example", "default") if name in schema]
        kinds = schema.get("type")
        if isinstance(kinds, str | list):
            named = {kinds} if isinstance(kinds, str) else {str(kind) for kind in kinds}
            self.types &= named | ({"integer"} if "number" in named else set())

    def _allow(self, values: list[JSONValue]) -> None:
        self.allowed = list(values) if self.allowed is None else [value for value in self.allowed if value in values]

    def _note_numbers(self, schema: dict[str, JSONValue]) -> None:
        self.minimum = max(self.minimum, _number(schema.get("minimum"), -inf))
        self.maximum = min(self.maximum, _number(schema.get("maximum"), inf))
        self.above = max(self.above, _number(schema.get("exclusiveMinimum"), -inf))
        self.below = min(self.below, _number(schema.get("exclusiveMaximum"), inf))
        step = _number(schema.get("multipleOf"), 0)
        if step > 0 and (isinstance(step, int) or isfinite(step)):
            exact = Fraction(str(step))
            self.multiple = exact if self.multiple is None else _least_common_multiple(self.multiple, exact)

    def _note_strings(self, schema: dict[str, JSONValue], pointer: str) -> None:
        self.shortest = max(self.shortest, _integer(schema.get("minLength"), 0))
        self.longest = min(self.longest, _integer(schema.get("maxLength"), LONGEST))
        if isinstance(pattern := schema.get("pattern"), str):
            self.patterns.append(pattern)
        if isinstance(name := schema.get("format"), str):
            self.format = name
        if "contentEncoding" not in schema and _is_json(schema.get("contentMediaType")):
            self.embeds = True
            self.embedded += [join(pointer, "contentSchema")] if "contentSchema" in schema else []

    def _note_arrays(self, schema: dict[str, JSONValue], pointer: str) -> None:
        self.fewest = max(self.fewest, _integer(schema.get("minItems"), 0))
        self.most = min(self.most, _integer(schema.get("maxItems"), LONGEST))
        self.unique = self.unique or schema.get("uniqueItems") is True
        first = schema.get("prefixItems")
        if isinstance(first, list):
            self.first.append([join(pointer, "prefixItems", index) for index in range(len(first))])
        if "items" in schema:
            self.items.append(join(pointer, "items"))
        elif "unevaluatedItems" in schema:
            self.items.append(join(pointer, "unevaluatedItems"))
        if "contains" in schema:
            self.contains += [join(pointer, "contains")] * min(_integer(schema.get("minContains"), 1), LONGEST)

    def _note_objects(self, schema: dict[str, JSONValue], pointer: str) -> None:
        self.fewest_members = max(self.fewest_members, _integer(schema.get("minProperties"), 0))
        self.most_members = min(self.most_members, _integer(schema.get("maxProperties"), LONGEST))
        for name in _members(schema.get("properties")):
            self.members.setdefault(name, []).append(join(pointer, "properties", name))
        for pattern in _members(schema.get("patternProperties")):
            self.by_pattern.append((pattern, join(pointer, "patternProperties", pattern)))
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if schema.get(keyword) not in (None, True):
                self.others.append(join(pointer, keyword))
        if "propertyNames" in schema:
            self.names.append(join(pointer, "propertyNames"))
        self.required.update((name, None) for name in _names(schema.get("required")))
        for name, needed in _members(schema.get("dependentRequired")).items():
            self.dependent.setdefault(name, []).extend(_names(needed))
        for name in _members(schema.get("dependentSchemas")):
            self.dependent_schemas.setdefault(name, []).append(join(pointer, "dependentSchemas", name))


def _least_common_multiple(one: Fraction, other: Fraction) -> Fraction:
    denominator = one.denominator * other.denominator // gcd(one.denominator, other.denominator)
    first, second = int(one * denominator), int(other * denominator)
    return Fraction(first * second // gcd(first, second), denominator)


def _is_json(media_type: JSONValue) -> bool:
    name = media_type.partition(";")[0].strip().lower() if isinstance(media_type, str) else ""
    return name == "application/json" or name.endswith("+json")


def _members(value: JSONValue) -> dict[str, JSONValue]:
    return value if isinstance(value, dict) else {}


def _names(value: JSONValue) -> list[str]:
    return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []


def _integer(value: JSONValue, otherwise: int) -> int:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _number(value: JSONValue, otherwise: float) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else otherwise
