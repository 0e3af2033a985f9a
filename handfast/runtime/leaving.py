"""What a request must leave when it is over: its dependencies with `yield`, the last entered first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Coroutine, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import TracebackType
from typing import Protocol

from anyio import CancelScope
from anyio.lowlevel import checkpoint_if_cancelled
from fastapi import Response
from starlette.background import BackgroundTasks

_asyncio_backend = import_module("anyio._backends._asyncio")


class Exit(Protocol):
    """A context manager that was entered."""

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None, /
    ) -> Awaitable[bool | None]:
        """Leave it; whether it swallowed the exception."""
        ...


class _InScope(Protocol):
    """What anyio keeps of a task."""

    cancel_scope: CancelScope | None


_anyio_tasks: Mapping[asyncio.Task[object], _InScope] | None = getattr(_asyncio_backend, "_task_states", None)


def is_cancellable() -> bool:
    """Whether a cancel scope of anyio encloses the running task, so that it takes a shield to keep clean-up whole.

    Without one, which is how servers start a request, a shield has no effect. anyio does not tell in public (where it
    keeps it elsewhere, the answer is yes), and a scope that does nothing costs an eighth of a request: 29,000
    instructions of 230,000.
    """
    if _anyio_tasks is None:
        return True
    task = asyncio.current_task()
    return task is not None and (state := _anyio_tasks.get(task)) is not None and state.cancel_scope is not None


@dataclass(slots=True)
class Solved:
    """What a request got: its handler, and what must be left, run or added afterwards."""

    handler: object = None
    response: Response | None = None
    tasks: BackgroundTasks | None = None
    function_exits: list[Exit] = field(default_factory=list[Exit])
    request_exits: list[Exit] = field(default_factory=list[Exit])
    shield: CancelScope | None = None

    async def leave(self, error: BaseException | None, *, keep_request: bool = False) -> BaseException | None:
        """Leave all dependencies, the last entered first, as `with` statements would.

        Answers the exception that is still on its way afterwards: `error`, another one that clean-up raised, or None
        when there was none or a dependency swallowed it. With `keep_request` those stay that live as long as a stream.
        """
        left = await _leave(self.function_exits, error)
        if not keep_request or left is not None or error is not None:
            # After an exception there is no reply, even if it was swallowed: what lasts longer must not commit.
            left = await _leave(self.request_exits, left or error)
        return left


async def _leave(exits: list[Exit], error: BaseException | None) -> BaseException | None:
    while exits:
        manager = exits.pop()
        try:
            if error is None:
                await manager.__aexit__(None, None, None)
            elif await manager.__aexit__(type(error), error, error.__traceback__):
                error = None
        except BaseException as raised:  # the next dependency must see whatever this one raised
            error = raised
    return error


class EnteredScope:
    """A cancel scope among the exits."""

    __slots__ = ("_scope",)

    def __init__(self, scope: CancelScope) -> None:
        scope.__enter__()
        self._scope = scope

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        return bool(self._scope.__exit__(kind, error, traceback))


class EnteredGenerator:
    """An asynchronous generator that has yielded, as `asynccontextmanager` would leave it.

    With a shield, the scope of which encloses those that the generator opened, no cancellation cuts off its clean-up.
    """

    __slots__ = ("_generator", "_shield")

    def __init__(self, generator: AsyncGenerator[object], shield: CancelScope | None) -> None:
        self._generator = generator
        self._shield = shield

    def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> Coroutine[object, object, bool]:
        leaving = self._finish() if error is None else self._throw(error)
        return leaving if self._shield is None else self._shielded(self._shield, leaving, error)

    async def _shielded(
        self, shield: CancelScope, leaving: Coroutine[object, object, bool], error: BaseException | None
    ) -> bool:
        was_shielded, shield.shield = shield.shield, True
        try:
            swallowed = await leaving
        finally:
            shield.shield = was_shielded
        if error is not None:
            await checkpoint_if_cancelled()
        return swallowed

    async def _finish(self) -> bool:
        try:
            await self._generator.__anext__()
        except StopAsyncIteration:
            return False
        await self._generator.aclose()
        raise RuntimeError("a dependency with `yield` yielded twice")

    async def _throw(self, error: BaseException) -> bool:
        """Throw an exception in where the generator waits; whether it was swallowed."""
        traceback = error.__traceback__
        try:
            await self._generator.athrow(error)
        except StopAsyncIteration:  # one that the generator raises comes out as the cause of a RuntimeError, see below
            return True
        except RuntimeError as raised:
            if raised is error or (
                isinstance(error, (StopIteration, StopAsyncIteration)) and raised.__cause__ is error
            ):
                error.__traceback__ = traceback
                return False
            raise
        except BaseException as raised:
            if raised is not error:
                raise
            error.__traceback__ = traceback
            return False
        await self._generator.aclose()
        raise RuntimeError("a dependency with `yield` did not stop after an exception")
