"""What a schema admits, as a union of Python-shaped alternatives, with `join` (either) and `meet` (both).

Every alternative admits at least what the part of the schema it stands for admits, and both operations keep that:
they may widen, never narrow. So a type made here admits each value that its schema does, which is what lets the judge
decide alone (see docs/adr). `ANY` admits everything, the empty union nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

from handfast.contract.model import JSONValue

NumberValue: TypeAlias = int | float
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Anything:
    """Every JSON value."""


@dataclass(frozen=True, slots=True)
class Null:
    """The value null."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """True and false, or just one of them."""

    values: tuple[bool, ...] | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """An end of a range of numbers."""

    value: NumberValue
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """Numbers, or integers alone (`1.0` is one), within bounds, or some values."""

    integer: bool = False
    values: tuple[NumberValue, ...] | None = None
    minimum: Bound | None = None
    maximum: Bound | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Strings of a number of code points, or of a format, or some values."""

    format: str | None = None
    values: tuple[str, ...] | None = None
    shortest: int = 0
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Array:
    """Arrays whose every item is of a type; `items` of None admits every item."""

    items: Type | None = None
    shortest: int = 0
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Property:
    """The type of a member of an object; `notes` are the annotations that the contract has beside it."""

    type: Type
    notes: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])


@dataclass(frozen=True, slots=True)
class Object:
    """Objects: known members, and the type of all others (`extra`; None admits every value) unless `closed`.

    `left_out` are members that the direction refuses (readOnly ones of a request), whoever else declares them.
    """

    properties: Mapping[str, Property] = field(default_factory=dict[str, Property])
    required: frozenset[str] = frozenset()
    extra: Type | None = None
    closed: bool = False
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reference:
    """What the schema at a JSON Pointer admits."""

    pointer: str


@dataclass(frozen=True, slots=True)
class Special:
    """A Python type of the runtime that stands for a schema in one place, such as the file of a multipart body."""

    name: str


Alternative: TypeAlias = Anything | Null | Boolean | Number | Text | Array | Object | Reference | Special
Type: TypeAlias = tuple[Alternative, ...]
Expand: TypeAlias = Callable[[Reference], "Type | None"]
"""Answers what a reference admits; None while that is being found out."""

ANY: Type = (Anything(),)
NOTHING: Type = ()
KINDS: Type = (Null(), Boolean(), Number(), Text(), Array(), Object())

_DEEP = 50
"""References in a row that are written out to meet another type; behind that, recursive types grow without end."""

_MANY = 40
"""More alternatives than this come from combinations that nobody can read as a Python type; then one side is enough."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """How references are written out during `meet`, and which are being narrowed already."""

    expand: Expand
    active: tuple[tuple[Reference, Type], ...] = ()


def others(kind: type[Alternative]) -> Type:
    """Everything of another JSON type: what a keyword for `kind` leaves alone."""
    return tuple(alternative for alternative in KINDS if not isinstance(alternative, kind))


def join(*types: Type) -> Type:
    """What one of the types admits, or a little more: alternatives of one JSON scalar type become one."""
    joined: list[Alternative] = []
    for alternative in (alternative for type_ in types for alternative in type_):
        if isinstance(alternative, Anything):
            return ANY
        if alternative in joined:
            continue
        for index, known in enumerate(joined):
            united = _unite(known, alternative)
            if united is not None:
                joined[index] = united
                break
        else:
            joined.append(alternative)
    return tuple(joined)


def meet(left: Type, right: Type, via: Meeting) -> Type:
    """What both types admit, or more; a reference stays one where the other type takes nothing away from it."""
    if left == ANY:
        return right
    if right in (ANY, left):
        return left
    found: list[Type] = []
    for one in left:
        if isinstance(one, Reference):
            found.append(_narrow(one, right, via))
            continue
        for other in right:
            if isinstance(other, Reference):
                found.append(_narrow(other, (one,), via))
            else:
                found.append(_meet_plain(one, other, via))
        if sum(len(part) for part in found) > _MANY:
            return left if len(left) <= len(right) else right
    return join(*found)


def is_free(alternative: Object) -> bool:
    """Whether an object type says nothing of members by name, so that it is a mapping."""
    return not alternative.properties and not alternative.closed


def _narrow(reference: Reference, by: Type, via: Meeting) -> Type:
    if reference in by or (reference, by) in via.active or len(via.active) > _DEEP:
        return (reference,)
    expanded = via.expand(reference)
    if expanded is None:
        return (reference,)
    narrowed = meet(expanded, by, replace(via, active=(*via.active, (reference, by))))
    return (reference,) if narrowed == expanded else narrowed


def _meet_plain(one: Alternative, other: Alternative, via: Meeting) -> Type:
    if isinstance(one, Anything):
        return (other,)
    if isinstance(other, Anything):
        return (one,)
    match one, other:
        case Null(), Null():
            return (one,)
        case Boolean(), Boolean():
            values = _common(one.values, other.values)
            return NOTHING if values == () else (Boolean(values),)
        case Number(), Number():
            return _meet_numbers(one, other)
        case Text(), Text():
            return _meet_texts(one, other)
        case Array(), Array():
            return (Array(_both(one.items, other.items, via), *_meet_lengths(one, other)),)
        case Object(), Object():
            return _meet_objects(one, other, via)
        case Special(), Special():
            return (one,)
        case _:
            return NOTHING


def _meet_numbers(one: Number, other: Number) -> Type:
    values = _common(one.values, other.values)
    if values == ():
        return NOTHING
    minimum = _tighter(one.minimum, other.minimum, lambda a, b: a > b)
    maximum = _tighter(one.maximum, other.maximum, lambda a, b: a < b)
    return (Number(one.integer or other.integer, values, minimum, maximum),)


def _meet_texts(one: Text, other: Text) -> Type:
    values = _common(one.values, other.values)
    shortest, longest = _meet_lengths(one, other)
    return NOTHING if values == () else (Text(one.format or other.format, values, shortest, longest),)


def _meet_lengths(one: Text | Array, other: Text | Array) -> tuple[int, int | None]:
    ends = [end for end in (one.longest, other.longest) if end is not None]
    return max(one.shortest, other.shortest), min(ends, default=None)


def _meet_objects(one: Object, other: Object, via: Meeting) -> Type:
    left_out = one.left_out | other.left_out
    required = (one.required | other.required) - left_out
    properties: dict[str, Property] = {}
    for name in dict.fromkeys((*one.properties, *other.properties)):
        if name in left_out:
            continue
        mine, theirs = one.properties.get(name), other.properties.get(name)
        if mine is not None and theirs is not None:
            both = meet(mine.type, theirs.type, via)
            if both == NOTHING and name in required:
                return NOTHING
            properties[name] = Property(both, {**mine.notes, **theirs.notes})
        elif (one if mine is None else other).closed:
            if name in required:
                return NOTHING
        elif (only := mine or theirs) is not None:
            properties[name] = only
    closed = one.closed or other.closed
    extra = None if closed else _both(one.extra, other.extra, via)
    return (Object(properties, required, extra, closed, left_out),)


def _both(one: Type | None, other: Type | None, via: Meeting) -> Type | None:
    if one is None or other is None:
        return one or other
    return meet(one, other, via)


def _common(one: tuple[_T, ...] | None, other: tuple[_T, ...] | None) -> tuple[_T, ...] | None:
    if one is None or other is None:
        return one if other is None else other
    return tuple(value for value in one if value in other)


def _tighter(
    one: Bound | None, other: Bound | None, before: Callable[[NumberValue, NumberValue], bool]
) -> Bound | None:
    if one is None or other is None:
        return one or other
    if one.value == other.value:
        return one if one.exclusive else other
    return one if before(one.value, other.value) else other


def _unite(one: Alternative, other: Alternative) -> Alternative | None:
    """One alternative that admits what both do, where a union of them would tell a reader nothing more."""
    match one, other:
        case Boolean(), Boolean():
            return Boolean()
        case Number(), Number():
            return _unite_numbers(one, other)
        case Text(), Text():
            if one.values is None or other.values is None:
                formats = {one.format, other.format}  # what may be a file of a form is one
                return Text("binary" if "binary" in formats else one.format if len(formats) == 1 else None)
            return Text(None, tuple(dict.fromkeys((*one.values, *other.values))))
        case Array(), Array() if one.items == other.items:
            return Array(one.items)
        case Object(), Object() if replace(one, required=other.required) == other:
            return replace(one, required=one.required & other.required)
        case _:
            return None


def _unite_numbers(one: Number, other: Number) -> Number | None:
    if one.values is not None and other.values is not None and one.integer == other.integer:
        return Number(one.integer, tuple(dict.fromkeys((*one.values, *other.values))))
    return Number(one.integer and other.integer)
