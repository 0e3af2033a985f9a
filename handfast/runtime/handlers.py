"""Handler classes seen from the contract: which tag they implement, and which method is which operation's."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from fastapi import FastAPI
from fastapi.exceptions import FastAPIError

from handfast.contract import names
from handfast.contract.model import Contract, Operation
from handfast.runtime.dependencies import Solver
from handfast.runtime.operations import Operations, tags_of

Method = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Implementation:
    """A handler class, the generated classes that it implements by tag, and what makes its objects.

    `solver` is None when FastAPI cannot resolve its constructor, for the reason in `trouble`.
    """

    handler_class: type[Operations]
    tags: Mapping[str, type[Operations]]
    solver: Solver | None
    trouble: str = ""

    def method(self, operation: Operation) -> Method | None:
        """The method that was written for an operation; None when there is none."""
        found: Method | None = getattr(self.handler_class, names.method_name(operation), None)
        return None if found is None or getattr(found, "__isabstractmethod__", False) else found

    def declared(self, operation: Operation) -> Method | None:
        """The generated method of an operation, whose annotations are the contract's."""
        generated = self.tags.get(operation.tag)
        found: Method | None = getattr(generated, names.method_name(operation), None)
        return found

    def written_methods(self) -> Iterator[tuple[str, Method]]:
        """The public methods that are written by hand, by name."""
        generated = set(self.tags.values())
        seen: set[str] = set()
        for kind in self.handler_class.__mro__:
            if kind in generated or not issubclass(kind, Operations) or kind is Operations:
                continue
            for name, member in vars(kind).items():
                if not name.startswith("_") and inspect.isfunction(member) and name not in seen:
                    seen.add(name)
                    yield name, cast("Method", member)


@dataclass(frozen=True, slots=True)
class Handlers:
    """All handler classes of an application; `strangers` are what was given and is none."""

    implementations: tuple[Implementation, ...]
    strangers: tuple[object, ...] = ()
    by_tag: Mapping[str, Sequence[Implementation]] = field(default_factory=dict[str, Sequence[Implementation]])

    @classmethod
    def of(
        cls, handlers: Iterable[object], app: FastAPI, *, complete: bool, family: type[Operations] = Operations
    ) -> Handlers:
        """Look at handler classes of a family; without `complete`, a fallback stands in for missing methods."""
        implementations: list[Implementation] = []
        strangers: list[object] = []
        for each in handlers:
            kind = _operations_class(each)
            if kind is not None and (tags := tags_of(kind, family)):
                implementations.append(_implementation(kind, tags, app, complete=complete))
            else:
                strangers.append(each)
        by_tag: dict[str, list[Implementation]] = {}
        for implementation in implementations:
            for tag in implementation.tags:
                by_tag.setdefault(tag, []).append(implementation)
        return cls(tuple(implementations), tuple(strangers), by_tag)

    def implementation(self, operation: Operation) -> Implementation | None:
        """The handler class for the tag of an operation."""
        found = self.by_tag.get(operation.tag)
        return found[0] if found else None


def _operations_class(thing: object) -> type[Operations] | None:
    return thing if isinstance(thing, type) and issubclass(thing, Operations) else None


def _implementation(
    handler_class: type[Operations], tags: dict[str, type[Operations]], app: FastAPI, *, complete: bool
) -> Implementation:
    made = handler_class if complete else _concrete(handler_class)
    try:
        solver = Solver(made, app, app.router.dependencies)
    except (FastAPIError, AssertionError, NameError, TypeError, ValueError) as error:
        return Implementation(handler_class, tags, None, _trouble(error))
    return Implementation(handler_class, tags, solver)


def _trouble(error: Exception) -> str:
    """What FastAPI says, without its advice about the return types of functions, which a constructor has none of."""
    said = str(error).removeprefix("Invalid args for response field! Hint: ")
    return f"{type(error).__name__}: {said.partition(' If you are using a return type annotation')[0]}"


def _concrete(handler_class: type[Operations]) -> type[Operations]:
    """A class that can be constructed although some of its methods are not written."""
    if not inspect.isabstract(handler_class):
        return handler_class
    members: dict[str, object] = {name: _missing(name) for name in handler_class.__abstractmethods__}
    members["__module__"] = handler_class.__module__
    return cast("type[Operations]", type(handler_class.__name__, (handler_class,), members))


def _missing(name: str) -> Method:
    async def missing(self: object, **arguments: object) -> object:
        raise NotImplementedError(name)

    return missing


def contract_tags(contract: Contract) -> list[str]:
    """The tags that decide classes, in the order of the operations."""
    return list(dict.fromkeys(operation.tag for operation in contract.operations))
