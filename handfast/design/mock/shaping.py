"""Brings what is remembered into the form that a response declares: the members that it names, wrapped as it wraps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from handfast.contract import Contract, Direction
from handfast.contract.model import JSONValue
from handfast.design.mock.store import Thing
from handfast.runtime.shapes import Shape, Shapes

_LISTS = ("items", "data", "results", "content", "entries", "values", "records", "list")
_TOTALS = frozenset({"total", "count", "totalcount", "totalitems", "totalresults", "totalelements", "itemcount"})
_NEXT = frozenset({"next", "nextcursor", "nextpage", "nextpagetoken", "nexttoken", "cursor", "pagetoken"})
_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Shaper:
    """Forms of things and lists for the schemas of one contract; `member` is where a thing has its identifier."""

    contract: Contract
    shapes: Shapes

    def wrapper(self, pointer: str, member: str | None) -> str | None:
        """The member that a response wraps the thing in, `article` in `{"article": {...}}`; None where it is bare."""
        shape = self.shapes.of(pointer)
        if member is None or member in shape.names:
            return None
        inner = [name for name in sorted(shape.names) if member in self.shapes.member(shape, name).names]
        return inner[0] if len(inner) == 1 and self.shapes.member(shape, inner[0]).is_object else None

    def thing(self, thing: Thing, pointer: str, example: JSONValue, member: str | None) -> JSONValue:
        """A thing as the schema at a pointer has it; what it lacks is taken from `example`, a value of that schema."""
        wrapper = self.wrapper(pointer, member)
        if wrapper is None or not isinstance(example, dict):
            return self._fitted(thing, self.shapes.of(pointer), example, self._admits(pointer))
        outer, admits = example, self._admits(pointer)
        inner = self.shapes.member(self.shapes.of(pointer), wrapper)
        fitted = self._fitted(thing, inner, outer.get(wrapper), lambda value: admits({**outer, wrapper: value}))
        return {**outer, wrapper: fitted}

    def listing(
        self, things: list[Thing], pointer: str, example: JSONValue, *, total: int, cursor: int | None
    ) -> JSONValue | None:
        """A list of things as the schema at a pointer has it; None where it has none.

        `total` things there are in all, and from number `cursor` on those that are not in this list.
        """
        shape = self.shapes.of(pointer)
        if isinstance(example, list):
            return self._each(things, self.shapes.item(shape, 0), example, self._admits(pointer))
        name = self._list_name(shape)
        if name is None or not isinstance(example, dict):
            return None
        outer, admits = dict(example), self._admits(pointer)
        old = outer.get(name)
        item = self.shapes.item(self.shapes.member(shape, name), 0)
        examples = old if isinstance(old, list) else []
        outer[name] = self._each(things, item, examples, lambda value: admits({**example, name: value}))
        for key in list(outer):
            if (bare := key.replace("_", "").replace("-", "").lower()) in _TOTALS or bare == f"{name.lower()}count":
                _try(outer, key, [total], admits)
            elif bare in _NEXT:
                _advance(outer, key, cursor, admits)
        return outer if admits(outer) else None

    def _each(
        self, things: list[Thing], item: Shape, examples: list[JSONValue], admits: Callable[[JSONValue], bool]
    ) -> list[JSONValue]:
        """Every thing as an item of a list."""
        example: JSONValue = examples[0] if examples else {}
        found = [self._fitted(thing, item, example, lambda value: admits([value])) for thing in things]
        return [value for value in found if admits([value])] if admits([]) else found

    def _list_name(self, shape: Shape) -> str | None:
        lists = [name for name in sorted(shape.names) if self.shapes.member(shape, name).kinds == frozenset({"array"})]
        known = [name for name in _LISTS if name in lists]
        return next(iter([*known, *lists]), None)

    def _admits(self, pointer: str) -> Callable[[JSONValue], bool]:
        return self.contract.judges.judge(pointer, Direction.RESPONSE).is_valid

    def _fitted(self, thing: Thing, shape: Shape, example: JSONValue, admits: Callable[[JSONValue], bool]) -> JSONValue:
        """A thing with the members that a shape names; as much of the example as is needed to be admitted."""
        named: Thing = {name: value for name, value in thing.items() if name in shape.names or not shape.names}
        if admits(dict(named)) or not isinstance(example, dict):
            return dict(named)
        whole: Thing = {**example, **named}
        if not admits(dict(whole)):
            whole = dict(example)
            for name, value in named.items():
                _try(whole, name, [value], admits)
        for name in [name for name in example if name not in named]:
            less = {key: value for key, value in whole.items() if key != name}
            whole = less if admits(dict(less)) else whole
        return dict(whole)


def merged(old: JSONValue, patch: JSONValue) -> JSONValue:
    """A value changed by a merge patch (RFC 7396, section 2)."""
    if not isinstance(patch, dict):
        return patch
    changed = dict(old) if isinstance(old, dict) else {}
    for name, value in patch.items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = merged(changed.get(name), value)
    return changed


def _advance(outer: Thing, key: str, cursor: int | None, admits: Callable[[JSONValue], bool]) -> None:
    """Say where the next page begins, with as many digits as the schema wants; say nothing on the last one."""
    if cursor is not None:
        if not _try(outer, key, (cursor, *(str(cursor).zfill(digits) for digits in range(1, _DIGITS))), admits):
            _without(outer, key, admits)
    elif not _without(outer, key, admits):
        _try(outer, key, [None], admits)


def _try(outer: Thing, key: str, values: Iterable[JSONValue], admits: Callable[[JSONValue], bool]) -> bool:
    """Give a member the first of several values that is admitted; whether one was."""
    for value in values:
        if admits({**outer, key: value}):
            outer[key] = value
            return True
    return False


def _without(outer: Thing, key: str, admits: Callable[[JSONValue], bool]) -> bool:
    less = {name: value for name, value in outer.items() if name != key}
    if admits(dict(less)):
        del outer[key]
        return True
    return False
