"""Statements of SQLite that take too long are interrupted, as PostgreSQL does by itself (`statement_timeout`)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Protocol, cast

from sqlalchemy import Connection, Engine, ExceptionContext, event

_CLOCK = "clock"


class _Interruptible(Protocol):
    """What is used of a connection of aiosqlite."""

    async def interrupt(self) -> None: ...


def interrupt_after(seconds: float, engine: Engine) -> None:
    """Interrupt each statement on the connections of an engine that takes longer; it fails as "interrupted"."""
    under_way: set[asyncio.Task[None]] = set()

    async def interrupt(connection: _Interruptible) -> None:
        with suppress(ValueError):  # it was closed in the meantime
            await connection.interrupt()

    def give_up(connection: _Interruptible) -> None:
        task = asyncio.ensure_future(interrupt(connection))
        under_way.add(task)
        task.add_done_callback(under_way.discard)

    def start(connection: Connection, *_: object) -> None:
        driver = cast("_Interruptible", connection.connection.driver_connection)
        connection.info[_CLOCK] = asyncio.get_running_loop().call_later(seconds, give_up, driver)

    def stop(connection: Connection, *_: object) -> None:
        clock = cast("asyncio.TimerHandle | None", connection.info.pop(_CLOCK, None))
        if clock is not None:
            clock.cancel()

    def fail(context: ExceptionContext) -> None:
        # The clock of a request that is cancelled runs on: nobody waits for its statement, which still takes a thread.
        if context.connection is not None and isinstance(context.original_exception, Exception):
            stop(context.connection)

    event.listen(engine, "before_cursor_execute", start)
    event.listen(engine, "after_cursor_execute", stop)
    event.listen(engine, "handle_error", fail)
