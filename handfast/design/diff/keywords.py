"""How two schemas differ by themselves, keyword by keyword; what is below them is the walk's business."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal

from handfast.contract.model import JSONValue
from handfast.design.diff.relation import Relation, of_sets, relation
from handfast.design.diff.view import TYPES, View, least


@dataclass(frozen=True, slots=True)
class Local:
    """A difference at one or several keywords; `relation` is None where the keywords alone do not tell."""

    code: str
    message: str
    relation: Relation | None
    keywords: tuple[str, ...]


def differences(old: View, new: View) -> Iterator[Local]:
    """Everything that two schemas say otherwise, apart from the schemas below them."""
    for look in (_types, _null, _values, _bounds, _multiple, _unique, _texts, _required):
        yield from look(old, new)


def _types(old: View, new: View) -> Iterator[Local]:
    before, after = old.types, new.types
    found = of_sets(before if before is not None else TYPES, after if after is not None else TYPES)
    if found is not Relation.EQUAL:
        yield Local("type-changed", f"the type is {_kinds(after)} instead of {_kinds(before)}", found, ("type",))


def _null(old: View, new: View) -> Iterator[Local]:
    before, after = old.admits_null is not False, new.admits_null is not False
    if before and not after:
        yield Local("null-refused", "null is not admitted any more", Relation.NARROWER, ("type", "anyOf", "oneOf"))
    if after and not before:
        yield Local("null-admitted", "null is admitted", Relation.WIDER, ("type", "anyOf", "oneOf"))


def _values(old: View, new: View) -> Iterator[Local]:
    before, after = old.values, new.values
    where = ("enum", "const")
    if before is None and after is not None:
        yield Local("enum-introduced", f"only {_listed(after)} are admitted", Relation.NARROWER, where)
    elif after is None and before is not None:
        yield Local("enum-dropped", "values are not listed any more", Relation.WIDER, where)
    elif before is not None and after is not None:
        for gone in [before[key] for key in before if key not in after]:
            yield Local(
                "enum-value-removed", f"the value {_short(gone)} is not admitted any more", Relation.NARROWER, where
            )
        for added in [after[key] for key in after if key not in before]:
            yield Local("enum-value-added", f"the value {_short(added)} is admitted", Relation.WIDER, where)


@dataclass(frozen=True, slots=True)
class _Bound:
    noun: str
    is_lower: bool
    keywords: tuple[str, ...]
    read: Callable[[View], tuple[float, bool] | None]


def _numeric(
    inclusive: str, exclusive: str, pick: Callable[[list[float]], float]
) -> Callable[[View], tuple[float, bool] | None]:
    """The strictest bound of a schema, and whether it is itself excluded."""

    def read(view: View) -> tuple[float, bool] | None:
        loose = least((value for value in view.all(inclusive, object) if _is_number(value)), pick)  # type: ignore[misc]
        strict = least((value for value in view.all(exclusive, object) if _is_number(value)), pick)  # type: ignore[misc]
        if strict is None:
            return None if loose is None else (loose, False)
        return (strict, True) if loose is None or pick([loose, strict]) == strict else (loose, False)

    return read


def _simple(keyword: str, pick: Callable[[list[float]], float]) -> Callable[[View], tuple[float, bool] | None]:
    def read(view: View) -> tuple[float, bool] | None:
        found = least((value for value in view.all(keyword, object) if _is_number(value)), pick)  # type: ignore[misc]
        return None if found is None else (found, False)

    return read


_BOUNDS = (
    _Bound("minimum", True, ("minimum", "exclusiveMinimum", "format"), _numeric("minimum", "exclusiveMinimum", max)),
    _Bound("maximum", False, ("maximum", "exclusiveMaximum", "format"), _numeric("maximum", "exclusiveMaximum", min)),
    _Bound("least length", True, ("minLength",), _simple("minLength", max)),
    _Bound("greatest length", False, ("maxLength",), _simple("maxLength", min)),
    _Bound("least number of items", True, ("minItems",), _simple("minItems", max)),
    _Bound("greatest number of items", False, ("maxItems",), _simple("maxItems", min)),
    _Bound("least number of members", True, ("minProperties",), _simple("minProperties", max)),
    _Bound("greatest number of members", False, ("maxProperties",), _simple("maxProperties", min)),
)


def _bounds(old: View, new: View) -> Iterator[Local]:
    for bound in _BOUNDS:
        before, after = bound.read(old), bound.read(new)
        if before == after:
            continue
        is_tighter = _is_tighter(before, after, is_lower=bound.is_lower)
        code = "bound-tightened" if is_tighter else "bound-loosened"
        message = f"the {bound.noun} is {_told(after)} instead of {_told(before)}"
        yield Local(code, message, Relation.NARROWER if is_tighter else Relation.WIDER, bound.keywords)


def _is_tighter(before: tuple[float, bool] | None, after: tuple[float, bool] | None, *, is_lower: bool) -> bool:
    if before is None or after is None:
        return after is not None
    if before[0] == after[0]:
        return after[1]
    return (after[0] > before[0]) is is_lower


def _multiple(old: View, new: View) -> Iterator[Local]:
    before, after = (_factors(view) for view in (old, new))
    if before != after:
        covers = all(any(_divides(mine, other) for other in before) for mine in after)
        is_covered = all(any(_divides(other, mine) for mine in after) for other in before)
        message = f"multipleOf is {_set(after)} instead of {_set(before)}"
        yield Local("multiple-changed", message, relation(covers, is_covered), ("multipleOf",))


def _factors(view: View) -> list[Decimal]:
    return [Decimal(str(value)) for value in view.all("multipleOf", object) if _is_number(value)]


def _divides(factor: Decimal, other: Decimal) -> bool:
    """Whether every multiple of the other is one of the factor."""
    return other % factor == 0


def _unique(old: View, new: View) -> Iterator[Local]:
    before, after = (any(view.all("uniqueItems", bool)) for view in (old, new))
    if before is not after:
        message = "items must be unique" if after else "items need not be unique any more"
        found = Relation.NARROWER if after else Relation.WIDER
        yield Local("unique-items-changed", message, found, ("uniqueItems",))


def _texts(old: View, new: View) -> Iterator[Local]:
    for keyword, noun in (("pattern", "pattern"), ("format", "format")):
        before, after = (frozenset(map(str, view.all(keyword, str))) for view in (old, new))
        if before == after:
            continue
        found = of_sets(after, before)  # more of them admit less
        known = found if found in {Relation.WIDER, Relation.NARROWER} else None
        yield Local(f"{noun}-changed", f"the {noun} is {_set(after)} instead of {_set(before)}", known, (keyword,))


def _required(old: View, new: View) -> Iterator[Local]:
    for name in sorted(new.required - old.required):
        yield Local("property-required", f'member "{name}" must be there', Relation.NARROWER, ("required",))
    for name in sorted(old.required - new.required):
        yield Local("property-optional", f'member "{name}" need not be there any more', Relation.WIDER, ("required",))


ASSERTIONS = (
    "not", "if", "then", "else", "contains", "minContains", "maxContains", "dependentRequired", "dependentSchemas",
    "propertyNames", "patternProperties", "unevaluatedItems", "$dynamicRef",
)  # fmt: skip
"""Keywords that are compared as a whole, by the walk; what they mean together the judge is asked."""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _kinds(types: frozenset[str] | None) -> str:
    if types is None:
        return "any"
    names = {"number" if each == "fraction" else each for each in types}
    names -= {"integer"} if "fraction" in types else set()
    return " or ".join(sorted(names)) or "none"


def _told(bound: tuple[float, bool] | None) -> str:
    if bound is None:
        return "none"
    value = bound[0] if isinstance(bound[0], int) or not bound[0].is_integer() else int(bound[0])
    return f"{value} (excluded)" if bound[1] else f"{value}"


def _set(values: Collection[object]) -> str:
    return " and ".join(sorted(map(str, values))) or "none"


def _short(value: JSONValue) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _listed(values: dict[str, JSONValue]) -> str:
    told = [_short(value) for value in list(values.values())[:5]]
    return ", ".join(told) + (", ..." if len(values) > 5 else "")
