"""Which members a direction leaves out: readOnly ones of requests, writeOnly ones of responses.

A member counts as readOnly when its schema says so itself, through `$ref`, or through `allOf`. It is refused when it is
there, and "required will take effect on the response only" (OpenAPI 3.0.4, section 4.7.24.2), wherever the name is
required together with the declaration: beside it, in `allOf`, behind `$ref`, in `then`, `else` and `dependentSchemas`.
`not` and `if` ask questions, so their `required` stays; so does one in a branch of `anyOf` or `oneOf` that asks for
nothing but members that an outer schema leaves out, because it tells the branches apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from handfast.contract.model import Direction, JSONValue, SchemaValue
from handfast.contract.places import FIELDS, Kind, Shape, walk
from handfast.contract.pointers import from_fragment, to_pointer
from handfast.contract.schemas import Schemas

MARKS = {Direction.REQUEST: "readOnly", Direction.RESPONSE: "writeOnly"}
"""The keyword that takes a member out of a direction."""

CODES = {Direction.REQUEST: "read-only", Direction.RESPONSE: "write-only"}
"""The code of the error when the member is there all the same."""

PASSING = frozenset({"allOf", "anyOf", "oneOf", "then", "else", "dependentSchemas"})
"""The keywords whose schemas are asked about the same value, and may therefore require an outer member."""

BRANCHES = frozenset({"anyOf", "oneOf"})


@dataclass(frozen=True, slots=True)
class Dropped:
    """Members that outer schemas leave out; in a `branch`, a `required` that names only them stays."""

    names: frozenset[str] = frozenset()
    branch: bool = False


NOTHING = Dropped()


class Directions:
    """Answers what one direction leaves out of the schemas of a document."""

    def __init__(self, schemas: Schemas, direction: Direction) -> None:
        self._schemas = schemas
        self._mark = MARKS[direction]
        self._names: dict[str, frozenset[str]] = {}

    def is_needed(self) -> bool:
        """Whether any schema is marked; if none is, both directions judge alike."""
        return any(
            isinstance(place.value, dict) and place.value.get(self._mark) is True
            for pointer, root in list(self._schemas.roots.items())
            for place in walk(root, Kind.SCHEMA, pointer)
        )

    def is_left_out(self, member: JSONValue) -> bool:
        """Whether the schema of a member leaves it out."""
        return any(schema.get(self._mark) is True for schema in self._same_value(member, set()))

    def names(self, schema: dict[str, JSONValue]) -> frozenset[str]:
        """The members that a schema leaves out, its own and those of `allOf` and `$ref`."""
        return frozenset(
            name
            for part in self._same_value(schema, set())
            if isinstance(properties := part.get("properties"), dict)
            for name, member in properties.items()
            if self.is_left_out(member)
        )

    def demands(self, schema: SchemaValue, names: frozenset[str]) -> bool:
        """Whether a schema, or one that it applies to the same value, requires one of the names."""
        return any(not names.isdisjoint(_required(part)) for part in self._same_value(schema, set(), PASSING))

    def _same_value(
        self, schema: JSONValue, seen: set[str], keywords: frozenset[str] = frozenset({"allOf"})
    ) -> Iterator[dict[str, JSONValue]]:
        """A schema and those that it applies to the same value through `$ref` and the keywords."""
        if not isinstance(schema, dict):
            return
        yield schema
        for keyword in keywords:
            for part in _parts(schema, keyword):
                yield from self._same_value(part, seen, keywords)
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/") and reference not in seen:
            seen.add(reference)
            found = self._schemas.find(to_pointer(from_fragment(reference[1:])))
            if found is not None:
                yield from self._same_value(found.value, seen, keywords)


def _parts(schema: dict[str, JSONValue], keyword: str) -> list[JSONValue]:
    """The schemas that a keyword holds, whether it holds one, a list, or a map of them."""
    value = schema.get(keyword)
    shape, _ = FIELDS[Kind.SCHEMA][keyword]
    if shape is Shape.LIST:
        return value if isinstance(value, list) else []
    if shape is Shape.MAP:
        return list(value.values()) if isinstance(value, dict) else []
    return [value]


def _required(schema: dict[str, JSONValue]) -> set[str]:
    names = _strings(schema.get("required"))
    dependent = schema.get("dependentRequired")
    if isinstance(dependent, dict):
        names |= {name for needed in dependent.values() for name in _strings(needed)}
    return names


def _strings(value: JSONValue) -> set[str]:
    return {item for item in value if isinstance(item, str)} if isinstance(value, list) else set()
