"""Scalar types as the plain schemas from which datamodel-code-generator makes what is meant, and nothing else."""

from __future__ import annotations

from math import ceil, floor
from typing import TypeAlias

from handfast.contract.model import JSONValue
from handfast.generate.lattice import Array, Number, Text
from handfast.generate.projector import EXACT_FORMATS

Emitted: TypeAlias = dict[str, JSONValue]

RUNTIME = "handfast.runtime"
COMPONENTS = "/components/schemas"

_INT64 = 2**63 - 1
"""Bounds from here on say nothing that a reader would miss: they are those of the format int64."""

NULL: Emitted = {"type": "null"}
NOT_IN_LISTS = frozenset({"$ref", "anyOf", "enum", "customTypePath", "additionalProperties"})


def reference(name: str) -> Emitted:
    """A model by its name."""
    return {"$ref": f"#{COMPONENTS}/{name}"}


def custom(name: str) -> Emitted:
    """A type of the runtime."""
    return {"type": "string", "customTypePath": f"{RUNTIME}.{name}"}


def number(of: Number, *, constrained: bool) -> list[Emitted]:
    """Integers, or integers and floats: a float alone could not hold a large integer exactly."""
    if of.values is not None:
        return [{"type": "integer", "enum": [*of.values]}]
    if of.integer:
        return [{"type": "integer", **(_integer_bounds(of) if constrained else {})}]
    bounds = _bounds(of) if constrained else {}
    return [{"type": "integer", **bounds}, {"type": "number", **bounds}]


def _integer_bounds(number: Number) -> Emitted:
    bounds: Emitted = {}
    if (low := number.minimum) is not None:
        bounds["minimum"] = floor(low.value) + 1 if low.exclusive else ceil(low.value)
    if (high := number.maximum) is not None:
        bounds["maximum"] = ceil(high.value) - 1 if high.exclusive else floor(high.value)
    return {keyword: value for keyword, value in bounds.items() if isinstance(value, int) and abs(value) < _INT64}


def _bounds(number: Number) -> Emitted:
    bounds: Emitted = {}
    for keyword, bound in (("minimum", number.minimum), ("maximum", number.maximum)):
        if bound is not None and abs(bound.value) < _INT64:
            bounds[f"exclusive{keyword.capitalize()}" if bound.exclusive else keyword] = bound.value
    return bounds


def text(of: Text, *, constrained: bool) -> Emitted:
    """Strings, their literals, or the exact type of their format."""
    if of.values is not None:
        return {"type": "string", "enum": [*of.values]}
    if of.format in EXACT_FORMATS:
        return custom(EXACT_FORMATS[of.format])
    return {"type": "string", **(lengths(of, "Length") if constrained else {})}


def lengths(of: Text | Array, noun: str) -> Emitted:
    """The bounds of a length: of `Items`, or of a `Length` in code points."""
    least: Emitted = {f"min{noun}": of.shortest} if of.shortest else {}
    return least if of.longest is None else {**least, f"max{noun}": of.longest}
