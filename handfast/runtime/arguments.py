"""Which parameter fills which argument of a handler's method, and how its value is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import get_type_hints

from handfast.contract import names
from handfast.contract.model import JSONValue, Operation
from handfast.runtime.build import Builder, is_plain


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a method that a parameter fills; `convert` is None when the JSON value is taken as it is."""

    name: str
    key: tuple[str, str]
    convert: Callable[[JSONValue], object] | None


def arguments_of(operation: Operation, hints: Mapping[str, object]) -> tuple[Argument, ...]:
    """The arguments for the parameters of an operation, in the contract's order."""
    return tuple(
        Argument(name, key, _converter(hints.get(name, object)))
        for key, name in names.argument_names(operation).items()
    )


def hints_of(method: Callable[..., object]) -> Mapping[str, object]:
    """The annotations of a method as objects."""
    return get_type_hints(method, include_extras=True)


def _converter(hint: object) -> Callable[[JSONValue], object] | None:
    return None if is_plain(hint) else Builder(hint).from_value
