"""Which method answers each operation of a bound application, and where it is written."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from handfast.contract.model import Operation
from handfast.runtime.plan import Bound
from handfast.runtime.route import ContractRoute


@dataclass(frozen=True, slots=True)
class Answering:
    """An operation, and the place of its method as `file:line`; empty where a fallback answers."""

    operation: Operation
    place: str


def bound_operations(app: object) -> list[Answering]:
    """The operations that are bound to an application, or to one that is mounted below it, in the contract's order."""
    return [
        Answering(route.operation, _place(route.plan.bound) if route.plan.bound else "")
        for contract_route in _contract_routes(app)
        for route in contract_route.routes
    ]


def _contract_routes(app: object) -> Iterator[ContractRoute]:
    """Found through routers, mounts and middleware around an application alike."""
    routes: Sequence[object] | None = getattr(app, "routes", None)
    if routes is None:
        inner: object = getattr(app, "app", None)
        if inner is not None:
            yield from _contract_routes(inner)
        return
    for route in routes:
        if isinstance(route, ContractRoute):
            yield route
        else:
            yield from _contract_routes(getattr(route, "app", None))


def _place(bound: Bound) -> str:
    """The line of `def`, below decorators, in a file named as the reader sees it."""
    method: Callable[..., object] = inspect.unwrap(getattr(bound.solver.handler_class, bound.method))
    lines, first = inspect.getsourcelines(method)
    offset = next((index for index, line in enumerate(lines) if line.lstrip().startswith(("def ", "async def "))), 0)
    file = os.path.relpath(inspect.getsourcefile(method) or "")
    return f"{file}:{first + offset}"
