"""Makes the handler of a request: FastAPI's dependencies, in an order that is worked out once, at start-up.

FastAPI's own solver inspects and recurses for every request. Dependencies that ask for nothing but each other and for
`Request`, `HTTPConnection`, `Response`, `BackgroundTasks` or `SecurityScopes` become a list of steps here, with
FastAPI's semantics: order, caching, scopes, threads for what is not asynchronous, clean-up that no cancellation cuts
off. Those that read parameters or limit their concurrency, and all while there are `dependency_overrides`, go through
FastAPI.

One thing differs, and is why one request is one transaction: dependencies with `yield` are left after the reply was
judged and encoded, and before its first byte is sent.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    contextmanager,
)
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol, TypeAlias, cast

from anyio import CancelScope
from fastapi import BackgroundTasks, Response
from fastapi.concurrency import contextmanager_in_threadpool, run_in_threadpool
from fastapi.dependencies import models
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant, get_parameterless_sub_dependant, solve_dependencies
from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends
from fastapi.security import SecurityScopes
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from handfast.runtime.leaving import EnteredGenerator, EnteredScope, Solved, is_cancellable
from handfast.runtime.security import Principal

_REQUEST, _RESPONSE, _TASKS = 0, 1, 2
_FIRST = 3

Call = Callable[..., object]


class OverridesProvider(Protocol):
    """What FastAPI's applications are to the solver: the holder of `dependency_overrides`."""

    dependency_overrides: dict[Call, Call]


class OperationAt(Protocol):
    """What a request has as its route."""

    path: str


class _Kind(Enum):
    """How a dependency is called."""

    COROUTINE = auto()
    THREAD = auto()
    ASYNC_GENERATOR = auto()
    GENERATOR = auto()
    PRINCIPAL = auto()
    INLINE = auto()


@dataclass(frozen=True, slots=True)
class _Step:
    """One call: where its arguments are among the values, where its result goes, and when it is left.

    `make` awaits the call, or enters what it gives; None for what is simply called.
    """

    make: _Make | None
    call: Call
    arguments: tuple[tuple[str, int], ...]
    scopes: tuple[tuple[str, tuple[str, ...]], ...]
    slot: int
    is_function_scoped: bool


class Solver:
    """Makes handlers of one class; shared by all operations of its tag."""

    __slots__ = ("_above", "_at", "_dependant", "_needs", "_provider", "_size", "_steps", "handler_class")

    def __init__(self, handler_class: type, provider: OverridesProvider, dependencies: Sequence[Depends] = ()) -> None:
        """`dependencies` are those of the whole application; raises FastAPI's errors for what it cannot resolve."""
        self.handler_class = handler_class
        self._provider = provider
        self._above = tuple(dependencies)
        self._dependant = _dependant(handler_class, self._above)
        self._at: dict[str, Dependant] = {}
        self._needs: set[int] = set()
        self._size = _FIRST
        self._steps = self._compile()

    @property
    def is_planned(self) -> bool:
        """Whether requests follow a plan, rather than to go through FastAPI's solver."""
        return self._steps is not None

    @property
    def wants_request(self) -> bool:
        """Whether somebody may look at the request itself."""
        return self._steps is None or _REQUEST in self._needs or bool(self._provider.dependency_overrides)

    @property
    def parameters(self) -> list[str]:
        """The constructor arguments that are no dependencies, which FastAPI would read from the request."""
        return [name for name, is_body in _parameters(self._dependant) if not is_body]

    @property
    def bodies(self) -> list[str]:
        """The arguments, of the constructor or of any dependency, that FastAPI would read from the request body."""
        return [name for each in _all(self._dependant) for name, is_body in _parameters(each) if is_body]

    async def solve(self, solved: Solved, scope: Scope, receive: Receive, send: Send) -> None:
        """Fill `solved`; what was entered before an exception is in it, and must be left."""
        if self._steps is None or self._provider.dependency_overrides:
            await self._solve_by_fastapi(solved, Request(scope, receive, send))
            return
        values: list[object] = [None] * self._size
        if self._needs:
            self._fill(values, solved, scope, receive, send)
        value: object = None
        for step in self._steps:
            arguments: dict[str, object] = {}
            for name, slot in step.arguments:
                arguments[name] = values[slot]
            for name, scopes in step.scopes:
                arguments[name] = SecurityScopes(list(scopes))
            make = step.make
            value = step.call(**arguments) if make is None else await make(step, arguments, solved, scope)
            values[step.slot] = value
        solved.handler = value

    def _fill(self, values: list[object], solved: Solved, scope: Scope, receive: Receive, send: Send) -> None:
        if _REQUEST in self._needs:
            values[_REQUEST] = Request(scope, receive, send)
        if _RESPONSE in self._needs:
            solved.response = values[_RESPONSE] = _empty_response()
        if _TASKS in self._needs:
            solved.tasks = values[_TASKS] = BackgroundTasks()

    def _compile(self) -> tuple[_Step, ...] | None:
        """The steps, or None when some dependency has a shape that only FastAPI knows."""
        if not all(_is_plain(each) for each in _all(self._dependant)):
            return None
        steps: list[_Step] = []
        self._visit(self._dependant, steps, {})
        return tuple(steps)

    def _visit(self, dependant: Dependant, steps: list[_Step], cache: dict[object, int]) -> int:
        """Add the steps of a dependency; answers the slot of its value.

        As in FastAPI, what a dependency depends on is solved even when the dependency itself comes from the cache.
        """
        arguments: list[tuple[str, int]] = []
        for each in dependant.dependencies:
            slot = self._visit(each, steps, cache)
            if each.name is not None:
                arguments.append((each.name, slot))
        arguments += self._special(dependant)
        key = models._get_cache_key(dependant=dependant)  # pyright: ignore[reportPrivateUsage]  # what is called only once is FastAPI's to say
        if dependant.use_cache and key in cache:
            return cache[key]
        slot, self._size = self._size, self._size + 1
        call = cast("Call", dependant.call)
        kind = _Kind.INLINE if dependant is self._dependant else _kind(call)
        steps.append(
            _Step(
                make=_CALLS[kind],
                call=_entered(kind, call),
                arguments=tuple(arguments),
                scopes=_scopes(dependant),
                slot=slot,
                is_function_scoped=dependant.scope == "function",
            )
        )
        cache.setdefault(key, slot)
        return slot

    def _special(self, dependant: Dependant) -> list[tuple[str, int]]:
        """The arguments that FastAPI fills by their type."""
        if isinstance(dependant.call, Principal):
            return []
        found = [
            (dependant.http_connection_param_name, _REQUEST),
            (dependant.request_param_name, _REQUEST),
            (dependant.background_tasks_param_name, _TASKS),
            (dependant.response_param_name, _RESPONSE),
        ]
        arguments = [(name, slot) for name, slot in found if name is not None]
        self._needs.update(slot for _, slot in arguments)
        return arguments

    async def _solve_by_fastapi(self, solved: Solved, request: Request) -> None:
        """The same with FastAPI's solver, which is slower, and knows everything."""
        request_stack, function_stack = AsyncExitStack(), AsyncExitStack()
        solved.request_exits.append(request_stack)
        solved.function_exits.append(function_stack)
        request.scope["fastapi_inner_astack"] = request_stack
        request.scope["fastapi_function_astack"] = function_stack
        call = self._provider.dependency_overrides.get(self.handler_class, self.handler_class)
        path = cast("OperationAt", request.scope["route"]).path
        dependant = self._at.get(path) if call is self.handler_class else _dependant(call, self._above, path)
        if dependant is None:
            dependant = self._at[path] = _dependant(call, self._above, path)
        found = await solve_dependencies(
            request=request,
            dependant=dependant,
            dependency_overrides_provider=self._provider,
            async_exit_stack=request_stack,
            embed_body_fields=False,
        )
        if found.errors:
            raise RequestValidationError(found.errors)
        solved.response, solved.tasks = found.response, found.background_tasks
        kind = _Kind.INLINE if isinstance(call, type) else _kind(call)
        if (make := _CALLS[kind]) is None:
            solved.handler = call(**found.values)
        else:
            step = _Step(make, _entered(kind, call), (), (), 0, False)
            solved.handler = await make(step, found.values, solved, request.scope)


def _dependant(call: Call, dependencies: Sequence[Depends], path: str = "") -> Dependant:
    """What FastAPI knows of a call below the dependencies of the application; a `path` tells which names are its."""
    dependant = get_dependant(path=path, call=call)
    above = [get_parameterless_sub_dependant(depends=depends, path=path) for depends in dependencies]
    dependant.dependencies[:0] = above
    return dependant


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _all(each)


def _parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """The names of what is read from the request, and whether it is read from the body."""
    for group in (dependant.path_params, dependant.query_params, dependant.header_params, dependant.cookie_params):
        for each in group:
            yield each.name, False
    for each in dependant.body_params:
        yield each.name, True


def _is_plain(dependant: Dependant) -> bool:
    """Whether a dependency reads no parameters, does not limit its concurrency, and is not for web sockets."""
    if dependant.concurrency is not None or dependant.websocket_param_name is not None:
        return False
    return next(_parameters(dependant), None) is None


def _scopes(dependant: Dependant) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if dependant.security_scopes_param_name is None:
        return ()
    scopes = models._get_oauth_scopes(dependant=dependant)  # pyright: ignore[reportPrivateUsage]  # as FastAPI collects them
    return ((dependant.security_scopes_param_name, tuple(scopes)),)


def _kind(call: Call) -> _Kind:
    """How FastAPI would call it; its own classification knows partials, wrappers and objects with `__call__`."""
    if isinstance(call, Principal):
        return _Kind.PRINCIPAL
    for kind, is_so in _CLASSIFICATION:
        if is_so(call):
            return kind
    return _Kind.THREAD


_CLASSIFICATION: tuple[tuple[_Kind, Callable[[Call], bool]], ...] = (
    (_Kind.ASYNC_GENERATOR, models._is_async_gen_callable),  # pyright: ignore[reportPrivateUsage]  # see _kind
    (_Kind.GENERATOR, models._is_gen_callable),  # pyright: ignore[reportPrivateUsage]
    (_Kind.COROUTINE, models._is_coroutine_callable),  # pyright: ignore[reportPrivateUsage]
)


def _entered(kind: _Kind, call: Call) -> Call:
    """What is called at a step: for generators that are not asynchronous the maker of their context manager."""
    if kind is _Kind.GENERATOR:
        return contextmanager(cast("Callable[..., Generator[object]]", call))
    return call


def _empty_response() -> Response:
    """The response that dependencies put headers on, as FastAPI makes it."""
    response = Response()
    del response.headers["content-length"]
    response.status_code = None  # type: ignore[assignment]  # FastAPI's sign for "not set"
    return response


async def _coroutine(step: _Step, arguments: dict[str, object], solved: Solved, scope: Scope) -> object:
    return await cast("Awaitable[object]", step.call(**arguments))


async def _thread(step: _Step, arguments: dict[str, object], solved: Solved, scope: Scope) -> object:
    return await run_in_threadpool(step.call, **arguments)


async def _principal(step: _Step, arguments: dict[str, object], solved: Solved, scope: Scope) -> object:
    return cast("Principal[object]", step.call).of(scope)


async def _async_generator(step: _Step, arguments: dict[str, object], solved: Solved, scope: Scope) -> object:
    if solved.shield is None and is_cancellable():
        # Entered before the first generator and left after the last, so that it encloses the scopes they open.
        solved.shield = CancelScope()
        solved.request_exits.append(EnteredScope(solved.shield))
    generator = cast("AsyncGenerator[object]", step.call(**arguments))
    try:
        value = await generator.__anext__()
    except StopAsyncIteration:
        raise RuntimeError("a dependency with `yield` did not yield") from None
    exits = solved.function_exits if step.is_function_scoped else solved.request_exits
    exits.append(EnteredGenerator(generator, solved.shield))
    return value


async def _generator(step: _Step, arguments: dict[str, object], solved: Solved, scope: Scope) -> object:
    manager = contextmanager_in_threadpool(cast("AbstractContextManager[object]", step.call(**arguments)))
    value = await manager.__aenter__()
    (solved.function_exits if step.is_function_scoped else solved.request_exits).append(manager)
    return value


_Make: TypeAlias = Callable[[_Step, dict[str, object], Solved, Scope], Awaitable[object]]

_CALLS: Mapping[_Kind, _Make | None] = {
    _Kind.COROUTINE: _coroutine,
    _Kind.THREAD: _thread,
    _Kind.ASYNC_GENERATOR: _async_generator,
    _Kind.GENERATOR: _generator,
    _Kind.PRINCIPAL: _principal,
    _Kind.INLINE: None,
}
