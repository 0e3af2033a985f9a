"""Binds handlers to a contract on a FastAPI application."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from fastapi import FastAPI
from starlette.middleware import Middleware

from handfast.contract import names
from handfast.contract.model import Contract, Operation
from handfast.errors import BindError
from handfast.runtime import bodies, parameters
from handfast.runtime.arguments import arguments_of, hints_of
from handfast.runtime.documents import Documents
from handfast.runtime.failures import Failures
from handfast.runtime.fallback import Fallback
from handfast.runtime.fitting import misfits
from handfast.runtime.gaps import gaps_of
from handfast.runtime.handlers import Handlers
from handfast.runtime.lexical import Lexicon
from handfast.runtime.limits import Limits
from handfast.runtime.operations import Operations
from handfast.runtime.plan import Bound, Plan
from handfast.runtime.problem_bodies import ProblemRenderer
from handfast.runtime.ranges import Ranges
from handfast.runtime.replies import Replies
from handfast.runtime.route import ContractRoute, NotFound, OperationRoute, OperationsFirst
from handfast.runtime.security import Authenticator, Gate, gates
from handfast.runtime.violations import Mode

UnknownQuery = Literal["refuse", "ignore"]


def bind(
    app: FastAPI,
    contract: Contract,
    handlers: Iterable[type[Operations]],
    *,
    security: Mapping[str, Authenticator] | None = None,
    limits: Limits = Limits(),  # frozen
    mode: Mode = "enforce",
    unknown_query: UnknownQuery = "refuse",
    problems: ProblemRenderer | None = None,
    fallback: Fallback | None = None,
    docs: str | None = "/docs",
) -> None:
    """Mount every operation of a contract on an application, and hold both sides to it.

    `handlers` has a class for each tag, constructed for each request by FastAPI's dependency injection. `security` has
    an authenticator for each security scheme. `mode` says what becomes of replies that break the contract: `enforce`
    answers 500 and rolls back, `report` logs and sends them, `off` does not look. `unknown_query` says whether query
    parameters that the contract does not have are refused. `problems` renders error bodies for contracts whose errors
    are not RFC 9457. `fallback` answers operations that have no handler, or one that raises NotImplementedError.
    `docs` is the path of the documentation page, None for none; the contract itself is at `/openapi.json` and
    `/openapi.yaml`, and every answer has a `Link` to both (RFC 8631) unless its operation declares one of its own.

    Operations go before all other routes of the application, and after its middleware, which may be added later.

    Raises `BindError` with everything that does not fit, and RuntimeError when the application has been started.
    """
    if app.middleware_stack is not None:
        raise RuntimeError("operations cannot be bound to an application that has been started")
    authenticators = dict(security or {})
    bound = Handlers.of(handlers, app, complete=fallback is None)
    gaps = gaps_of(contract, bound, authenticators, has_fallback=fallback is not None)
    if fallback is None and mode == "enforce":
        gaps += misfits(contract, problems)
    if gaps:
        raise BindError(gaps)
    binding = Binding.of(contract, bound, authenticators, limits, mode, unknown_query, problems, fallback)
    failures = Failures(contract, None, problems)
    routes = binding.routes(contract.servers[0].base_path if contract.servers else "")
    documents = Documents(contract, docs)
    route = ContractRoute(routes, failures, documents.links)
    documents.links.leave_out(route.knows)
    app.user_middleware.append(Middleware(OperationsFirst, route))
    app.router.routes.append(route)
    app.router.routes.append(documents)
    app.router.default = NotFound(failures, documents.links, app.router.default)


@dataclass(frozen=True, slots=True)
class Binding:
    """What all plans of one application share."""

    contract: Contract
    handlers: Handlers
    limits: Limits
    mode: Mode
    unknown_query: UnknownQuery
    problems: ProblemRenderer | None
    fallback: Fallback | None
    gate: Callable[[Operation], Gate | None]
    lexicon: Lexicon

    @classmethod
    def of(  # all that an application says to `bind`
        cls,
        contract: Contract,
        handlers: Handlers,
        authenticators: Mapping[str, Authenticator],
        limits: Limits,
        mode: Mode,
        unknown_query: UnknownQuery,
        problems: ProblemRenderer | None,
        fallback: Fallback | None,
    ) -> Binding:
        """What the arguments of `bind` come to."""
        return cls(
            contract=contract,
            handlers=handlers,
            limits=limits,
            mode=mode,
            unknown_query=unknown_query,
            problems=problems,
            fallback=fallback,
            gate=gates(contract, authenticators),
            lexicon=parameters.lexicon(contract),
        )

    def routes(self, base_path: str) -> list[OperationRoute]:
        """A route for each operation of the contract, whose plan is made at its first request."""
        return [
            OperationRoute(operation, base_path, partial(self.plan, operation))
            for operation in self.contract.operations
        ]

    def plan(self, operation: Operation) -> Plan:
        """The plan of an operation."""
        limits = self.limits.for_operation(operation.extensions)
        implementation = self.handlers.implementation(operation)
        method = implementation.method(operation) if implementation is not None else None
        hints: Mapping[str, object] = {}
        bound = None
        if implementation is not None and implementation.solver is not None and method is not None:
            hints = hints_of(implementation.declared(operation) or method)
            bound = Bound(
                solver=implementation.solver,
                method=names.method_name(operation),
                arguments=arguments_of(operation, hints),
                wants_body=operation.request_body is not None,
            )
        body = None
        if operation.request_body is not None:
            body = bodies.compile(operation.request_body, self.contract, self.lexicon, hints.get("body"), limits=limits)
        replies = Replies(self.contract, operation, self.mode)
        failures = Failures(self.contract, operation, self.problems)
        return Plan(
            operation=operation,
            gate=self.gate(operation),
            parameters=parameters.compile(
                operation, self.contract, self.lexicon, limits=limits, unknown_query=self.unknown_query
            ),
            body=body,
            bound=bound,
            fallback=self.fallback,
            replies=replies,
            failures=failures,
            ranges=Ranges.of(operation, replies, failures),
            timeout=limits.handler_seconds,
        )
