"""A schema as one conjunction: what `$ref` and `allOf` gather, keyword by keyword, wherever each is written.

Two schemas that say the same in different shapes (flattened, extracted, nullable by `type` or by `oneOf`) give equal
views, and a difference is found at the keyword that makes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import jsonschema_rs

from handfast.contract.formats import is_binary
from handfast.contract.model import JSONValue
from handfast.contract.pointers import Tokens
from handfast.design.diff.side import Part, Parts, Side

_T = TypeVar("_T")

TYPES = frozenset({"boolean", "object", "array", "string", "integer", "fraction"})
"""JSON's types without null; a number is an integer or has a fraction."""

_EXPANDED = {"number": frozenset({"integer", "fraction"})}
_SAYS_NOTHING = frozenset(
    {"$ref", "allOf", "default", "deprecated", "discriminator", "$comment", "readOnly", "writeOnly", "$defs", "$anchor"}
)
_NAME = re.compile(r"[A-Za-z0-9._-]+")
GROUPS = ("anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class Group:
    """An `anyOf` or `oneOf` without its null; `place` is that of the keyword."""

    keyword: str
    place: Tokens
    variants: Parts


@dataclass(frozen=True)
class View:
    """What schemas say together of one value.

    `leaves` are the schemas with keywords of their own; `null` tells that a group or a list of types admits null
    beside something else. `is_closed_off` tells that nothing fits.
    """

    side: Side
    parts: Parts
    leaves: Parts
    groups: tuple[Group, ...]
    null: bool
    is_closed_off: bool
    opaque: tuple[str, ...]

    @property
    def place(self) -> Tokens:
        """Where to point at for what is not there: the first schema that is more than a reference."""
        said = (leaf.place for leaf in self.leaves if isinstance(leaf.value, dict) and "$ref" not in leaf.value)
        return next(said, self.parts[0].place if self.parts else ())

    def holders(self, keyword: str) -> Iterator[tuple[Part, JSONValue]]:
        """The schemas that have a keyword, and its value."""
        for leaf in self.leaves:
            if isinstance(leaf.value, dict) and keyword in leaf.value:
                yield leaf, leaf.value[keyword]

    def where(self, *keywords: str) -> Tokens:
        """The place of the first keyword that is there, else of the schema."""
        for keyword in keywords:
            for leaf, _ in self.holders(keyword):
                return (*leaf.place, keyword)
        return self.place

    def all(self, keyword: str, kind: type[_T]) -> list[_T]:
        """The values of a keyword that are of a type."""
        return [value for _, value in self.holders(keyword) if isinstance(value, kind)]

    def lists(self, keyword: str) -> list[list[JSONValue]]:
        """The values of a keyword that are arrays."""
        return [value for _, value in self.holders(keyword) if isinstance(value, list)]

    def maps(self, keyword: str) -> list[dict[str, JSONValue]]:
        """The values of a keyword that are objects."""
        return [value for _, value in self.holders(keyword) if isinstance(value, dict)]

    @cached_property
    def types(self) -> frozenset[str] | None:
        """The types that are admitted, without null; None for all."""
        found: frozenset[str] | None = None
        for _, value in self.holders("type"):
            admitted = expanded(value)
            found = admitted if found is None else found & admitted
        return None if found is None else found - {"null"}

    def may_be(self, kind: str) -> bool:
        """Whether a type is admitted, as far as types tell."""
        return self.types is None or kind in self.types

    @cached_property
    def admits_null(self) -> bool | None:
        """Whether null is admitted by the types; None where no type is said."""
        if self.null:
            return True
        declared = [expanded(value) for _, value in self.holders("type")]
        return all("null" in each for each in declared) if declared else None

    @cached_property
    def values(self) -> dict[str, JSONValue] | None:
        """The values of `enum` and `const` that are admitted, by their canonical text, without null; None for all."""
        found: dict[str, JSONValue] | None = None
        for keyword in ("enum", "const"):
            for _, value in self.holders(keyword):
                listed = value if keyword == "enum" and isinstance(value, list) else [value]
                named: dict[str, JSONValue] = {canonical_text(item): item for item in listed if item is not None}
                found = named if found is None else {key: found[key] for key in found if key in named}
        return found

    @property
    def default(self) -> tuple[JSONValue, ...]:
        """The default, in a tuple because null is one too; of several the outermost."""
        return tuple(value for _, value in self.holders("default"))[:1]

    @cached_property
    def discriminators(self) -> list[JSONValue]:
        """What tells alternatives apart; a name in a mapping is that of a component."""
        return [{**each, "mapping": _mapped(each.get("mapping"))} for each in self.maps("discriminator")]

    @cached_property
    def is_bytes(self) -> bool:
        """Whether the value is bytes as they are, where a body is not JSON."""
        return any(is_binary(leaf.value) for leaf in self.leaves if isinstance(leaf.value, dict))

    @cached_property
    def required(self) -> frozenset[str]:
        """The members that must be there."""
        return frozenset(name for names in self.lists("required") for name in names if isinstance(name, str))

    def members(self) -> dict[str, None]:
        """The names that are declared as properties, in their order."""
        return {name: None for properties in self.maps("properties") for name in properties}

    def is_declared(self, name: str) -> bool:
        """Whether a member is declared, and not as something that must not be there."""
        return any(
            isinstance(properties, dict) and properties.get(name, False) is not False
            for _, properties in self.holders("properties")
        )

    def member(self, name: str) -> Parts:
        """The schemas that a member must fit."""
        return tuple(part for leaf in self.leaves for part in _member(leaf, name))

    @cached_property
    def others(self) -> Parts:
        """The schemas that undeclared members must fit, patterns aside."""
        return tuple(
            leaf.child(keyword)
            for leaf in self.leaves
            for keyword in ("additionalProperties", "unevaluatedProperties")
            if isinstance(leaf.value, dict) and keyword in leaf.value
        )

    def item(self, index: int) -> Parts:
        """The schemas that the item at an index must fit."""
        return tuple(part for leaf in self.leaves for part in _item(leaf, index))

    @property
    def prefix(self) -> int:
        """How many items have schemas of their own."""
        return max((len(items) for items in self.lists("prefixItems")), default=0)


def view(side: Side, parts: Parts) -> View:
    """The conjunction of schemas, after their references; a group that only adds null is taken apart."""
    leaves, opaque, is_closed_off = _flattened(side, parts)
    groups = [group for leaf in leaves for group in _groups(leaf)]
    is_nullable = False
    if len(groups) == 1 and not any(_speaks(leaf) for leaf in leaves):
        variants = tuple(each for each in groups[0].variants if not _is_null(side, each))
        if variants and len(variants) < len(groups[0].variants):
            is_nullable = True
            if len(variants) == 1:
                inner = view(side, variants)
                return View(side, parts, inner.leaves, inner.groups, True, inner.is_closed_off, inner.opaque)
            groups = [Group(groups[0].keyword, groups[0].place, variants)]
    return View(side, parts, tuple(leaves), tuple(groups), is_nullable, is_closed_off, tuple(opaque))


def seen_at(side: Side, pointer: str) -> View:
    """What the schema at a JSON Pointer says; without one, nothing."""
    part = side.at(pointer)
    return view(side, (part,) if part is not None else ())


def canonical_text(value: JSONValue) -> str:
    """A text that equal JSON values share: 1 and 1.0 are equal, true and 1 are not."""
    return jsonschema_rs.canonical.json.to_string(value)


def _mapped(mapping: JSONValue) -> JSONValue:
    if not isinstance(mapping, dict):
        return {}
    return {
        value: f"#/components/schemas/{target}" if isinstance(target, str) and _NAME.fullmatch(target) else target
        for value, target in mapping.items()
    }


def told_default(default: tuple[JSONValue, ...]) -> str:
    """A default for people."""
    return json.dumps(default[0], ensure_ascii=False) if default else "absent"


def expanded(declared: JSONValue) -> frozenset[str]:
    """The types that a `type` keyword admits."""
    names = declared if isinstance(declared, list) else [declared]
    return frozenset(each for name in names for each in _EXPANDED.get(str(name), frozenset({str(name)})))


def least(values: Iterable[float], pick: Callable[[list[float]], float]) -> float | None:
    """The strictest of several bounds, None if there is none."""
    found = list(values)
    return pick(found) if found else None


def _flattened(side: Side, parts: Parts) -> tuple[list[Part], list[str], bool]:
    leaves: list[Part] = []
    opaque: list[str] = []
    seen: set[Tokens] = set()
    is_closed_off = False
    pending = list(reversed(parts))
    while pending:
        part = pending.pop()
        if part.value is False:
            is_closed_off = True
        if part.place in seen or not isinstance(part.value, dict):
            continue
        seen.add(part.place)
        leaves.append(part)
        below: list[Part] = []
        if "$ref" in part.value:
            target = side.follow(part.value["$ref"])
            if target is None:
                opaque.append(json.dumps(part.value["$ref"]))
            else:
                below.append(target)
        if "$dynamicRef" in part.value:
            opaque.append(json.dumps(part.value["$dynamicRef"]))
        conjunction = part.value.get("allOf")
        below += (
            [part.child("allOf", str(index)) for index in range(len(conjunction))]
            if isinstance(conjunction, list)
            else []
        )
        pending.extend(reversed(below))
    return leaves, opaque, is_closed_off


def _groups(leaf: Part) -> Iterator[Group]:
    for keyword in GROUPS:
        listed = leaf.value.get(keyword) if isinstance(leaf.value, dict) else None
        if isinstance(listed, list):
            variants = tuple(leaf.child(keyword, str(index)) for index in range(len(listed)))
            yield Group(keyword, (*leaf.place, keyword), variants)


def _speaks(leaf: Part) -> bool:
    """Whether a schema says anything itself beside groups, references and annotations."""
    return isinstance(leaf.value, dict) and any(
        keyword not in _SAYS_NOTHING and keyword not in GROUPS and not keyword.startswith("x-")
        for keyword in leaf.value
    )


def _is_null(side: Side, part: Part) -> bool:
    leaves, opaque, _ = _flattened(side, (part,))
    said = [leaf.value for leaf in leaves if _speaks(leaf) and isinstance(leaf.value, dict)]
    if opaque or len(said) != 1:
        return False
    only = said[0]
    return (
        only.get("type") in ("null", ["null"])
        or ("const" in only and only["const"] is None)
        or only.get("enum") == [None]
    )


def _member(leaf: Part, name: str) -> Iterator[Part]:
    if not isinstance(leaf.value, dict):
        return
    is_known = False
    properties, patterns = leaf.value.get("properties"), leaf.value.get("patternProperties")
    if isinstance(properties, dict) and name in properties:
        is_known = True
        yield leaf.child("properties", name)
    for pattern in patterns if isinstance(patterns, dict) else ():
        if _matches(pattern, name):
            is_known = True
            yield leaf.child("patternProperties", pattern)
    if not is_known and "additionalProperties" in leaf.value:
        yield leaf.child("additionalProperties")


def _matches(pattern: str, name: str) -> bool:
    try:
        return jsonschema_rs.is_valid({"pattern": pattern}, name)
    except ValueError:
        return False


def _item(leaf: Part, index: int) -> Iterator[Part]:
    if not isinstance(leaf.value, dict):
        return
    prefix = leaf.value.get("prefixItems")
    if isinstance(prefix, list) and index < len(prefix):
        yield leaf.child("prefixItems", str(index))
    elif "items" in leaf.value:
        yield leaf.child("items")
