"""Receives the webhooks and callbacks of a contract that is somebody else's, each held to it like any operation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches

from fastapi import FastAPI
from starlette.middleware import Middleware

from handfast.contract.model import Contract, Operation
from handfast.errors import BindError
from handfast.runtime.binding import Binding, UnknownQuery
from handfast.runtime.failures import Failures
from handfast.runtime.fallback import Fallback
from handfast.runtime.fitting import misfits
from handfast.runtime.gaps import colliding, gaps_of
from handfast.runtime.handlers import Handlers
from handfast.runtime.limits import Limits
from handfast.runtime.operations import Callbacks, Operations, Webhooks, tags_of
from handfast.runtime.problem_bodies import ProblemRenderer
from handfast.runtime.route import ContractRoute, OperationRoute, OperationsFirst
from handfast.runtime.security import Authenticator
from handfast.runtime.violations import Mode

_VARIABLE = re.compile(r"\{([^{}]+)\}")


def receive(
    app: FastAPI,
    contract: Contract,
    receivers: Iterable[type[Operations]],
    *,
    at: Mapping[str, str],
    security: Mapping[str, Authenticator] | None = None,
    limits: Limits = Limits(),  # frozen
    mode: Mode = "enforce",
    unknown_query: UnknownQuery = "ignore",
    problems: ProblemRenderer | None = None,
    fallback: Fallback | None = None,
) -> None:
    """Mount webhooks and callbacks of a contract on an application, and hold both sides to it.

    `receivers` are hand-written subclasses of generated classes such as `PetsWebhooks` and `PetsCallbacks`; what a
    class has must all be received. `at` says at which path, by the name of the webhook or callback, or by operationId
    where a name stands for several: `{"newPet": "/hooks/new-pet"}`. Paths have the variables that the contract
    declares as path parameters. The other arguments are those of `bind`; with `fallback` all that `at` names is
    received, with or without a class. Query parameters that the contract does not have are let through, because the URL
    that a receiver gave may have some of its own. Nothing under `paths` is mounted, so that an application may both
    `bind` a contract of its own and `receive` from others.

    Raises `BindError` with everything that does not fit, and RuntimeError when the application has been started.
    """
    if app.middleware_stack is not None:
        raise RuntimeError("operations cannot be bound to an application that has been started")
    given = list(receivers)
    authenticators = dict(security or {})
    gaps = [*_strangers(given), *_unknown(contract, at)]
    routes: list[OperationRoute] = []
    for family, operations in ((Webhooks, _named_webhooks(contract)), (Callbacks, _named_callbacks(contract))):
        classes = [each for each in given if _is_of(each, family)]
        tags = {tag for each in classes for tag in tags_of(each, family)}
        placed: list[Operation] = []
        for name, operation in operations:
            path = at.get(operation.operation_id, at.get(name))
            if path is not None:
                gaps += _path_gaps(contract, operation, path)
                placed.append(replace(operation, path=path))
            elif operation.tag in tags:
                gaps.append(
                    f"{contract.locate(operation.pointer)}: {operation.operation_id} is received nowhere; give receive "
                    f'at={{"{name}": "/..."}}'
                )
                placed.append(replace(operation, path=f"/{operation.operation_id}"))  # its method is looked at, too
        if not placed and not classes:
            continue
        outside = contract.as_messages(placed)
        bound = Handlers.of(classes, app, complete=fallback is None, family=family)

        gaps += gaps_of(outside, bound, authenticators, has_fallback=fallback is not None, family=family)
        if fallback is None and mode == "enforce":
            gaps += misfits(outside, problems)
        binding = Binding.of(outside, bound, authenticators, limits, mode, unknown_query, problems, fallback)
        routes += binding.routes("")
    gaps += colliding(contract, [route.operation for route in routes])
    if gaps:
        raise BindError(dict.fromkeys(gaps))
    route = ContractRoute(routes, Failures(contract, None, problems), None)
    app.user_middleware.append(Middleware(OperationsFirst, route))
    app.router.routes.append(route)


def _is_of(thing: object, *families: type[Operations]) -> bool:
    return isinstance(thing, type) and issubclass(thing, families)


def _strangers(given: Iterable[object]) -> Iterator[str]:
    for each in given:
        if not _is_of(each, Webhooks, Callbacks):
            name = each.__name__ if isinstance(each, type) else type(each).__name__
            yield f"{name} is no receiver: it must subclass a generated class of webhooks or callbacks"


def _named_webhooks(contract: Contract) -> list[tuple[str, Operation]]:
    return [(operation.path, operation) for operation in contract.webhooks]


def _named_callbacks(contract: Contract) -> list[tuple[str, Operation]]:
    """The callbacks by the name that the contract gives them beside their operation."""
    found: dict[tuple[str, str], tuple[str, Operation]] = {}
    pending = [*contract.operations, *contract.webhooks]
    while pending:
        for name, group in pending.pop(0).callbacks.items():
            for each in group:
                found.setdefault((each.pointer, each.operation_id), (name, each))
                pending.append(each)
    return list(found.values())


def _unknown(contract: Contract, at: Mapping[str, str]) -> Iterator[str]:
    every = [*_named_webhooks(contract), *_named_callbacks(contract)]
    known = {name for name, _ in every} | {operation.operation_id for _, operation in every}
    for name in at:
        if name not in known:
            close = get_close_matches(name, sorted(known), n=1)
            meant = f" (did you mean {close[0]}?)" if close else f"; it has {', '.join(sorted(known)) or 'none'}"
            yield f"the contract has no webhook or callback {name}{meant}"


def _path_gaps(contract: Contract, operation: Operation, path: str) -> Iterator[str]:
    declared = {each.name for each in operation.parameters if each.location == "path"}
    place = f"{contract.locate(operation.pointer)}: {operation.operation_id}"
    if not path.startswith("/"):
        yield f"{place} is received at {path!r}, which does not begin with a slash"
        return
    variables = set(_VARIABLE.findall(path))
    if variables != declared:
        listed = ", ".join(f"{{{name}}}" for name in sorted(declared)) or "none"
        yield f"{place} is received at {path}; the variables of the path must be those of the contract: {listed}"
