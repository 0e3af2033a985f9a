"""The database: one engine that writes, one that reads, and transactions that end with the block they are used in.

SQLite has a single writing connection, so that writers queue in order instead of failing with "database is locked",
and `BEGIN IMMEDIATE`, so that what a transaction read is still so when it writes. Commits reach the disk before they
return (`synchronous=FULL`).
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel import text
from sqlmodel.ext.asyncio.session import AsyncSession

from blog.interrupts import interrupt_after
from blog.refusals import Impossible, Taken, Unavailable

if TYPE_CHECKING:
    from blog.settings import Settings

_LOCK_WAIT = 5
"""Seconds to wait for another process that writes to the same SQLite file."""
_ANSWER_WAIT = 5
"""Seconds to wait for an answer; PostgreSQL gives up by itself after as many."""
_STARTING_WAIT = 60
"""Seconds to wait at the start for another process that migrates."""
_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
)
_POSTGRESQL_LIMITS = {
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
}
_POSTGRESQL_TROUBLE = ("08", "53", "57", "40001", "40P01", "55P03")
"""SQLSTATEs that may be gone with the next try: connection, resources, operator, serialization, deadlock, lock."""
_POSTGRESQL_UNIQUE = "23505"
_POSTGRESQL_READ_ONLY = "25006"
"""A server that has become a standby, or an operator who lets nobody write for a while."""
_STARTING_LOCK = 7_215_390_154
"""The advisory lock under which one process at a time migrates and seeds a PostgreSQL database."""
_POSTGRESQL_START = (
    "SET LOCAL statement_timeout = 0",  # an index of a large table takes its time
    f"SET LOCAL lock_timeout = '{_STARTING_WAIT}s'",
    f"SELECT pg_advisory_xact_lock({_STARTING_LOCK})",
    f"SET LOCAL lock_timeout = '{_POSTGRESQL_LIMITS['lock_timeout']}'",  # requests queue behind a lock of a table
)


class _Cursor(Protocol):
    def execute(self, statement: str, /) -> object: ...

    def close(self) -> None: ...


class _Connected(Protocol):
    """What is used of a DBAPI connection to SQLite."""

    isolation_level: str | None

    def cursor(self) -> _Cursor: ...


class Database:
    """The engines of one process; `reading` and `writing` give a session in a transaction."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._url = url = make_url(settings.database_url)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _sqlite_engine(url, settings, writes=True)
            self._reader = _sqlite_engine(url, settings, writes=False)
        else:
            self._writer = _postgresql_engine(url, settings, patience=_ANSWER_WAIT)
            self._reader = self._writer.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncSession]:
        """A session that commits when the block ends, and rolls back when an exception leaves it.

        Nothing is asked of the database before the first statement. Raises Unavailable when the database has no
        room, Taken when somebody was faster to take a name, and Impossible when another constraint forbids what was
        written.
        """
        async with (
            _translated(writes=True),
            AsyncSession(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncSession]:
        """A session that sees one state of the database and cannot change it; raises Unavailable."""
        async with (
            _translated(writes=False),
            AsyncSession(self._reader, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @asynccontextmanager
    async def alone(self) -> AsyncGenerator[AsyncSession]:
        """Like `writing`, for as long as it takes, and with no other process in such a block at the same time."""
        engine = self._patient_engine()
        try:
            async with (
                _translated(writes=True),
                AsyncSession(engine, expire_on_commit=False) as session,
                session.begin(),
            ):
                if not self.is_sqlite:  # SQLite has one writer at a time anyway
                    connection = await session.connection()
                    for statement in _POSTGRESQL_START:
                        await connection.exec_driver_sql(statement)
                yield session
        finally:
            await engine.dispose()

    def _patient_engine(self) -> AsyncEngine:
        if self.is_sqlite:
            _make_private(self._url.database)
            return _sqlite_engine(self._url, self._settings, writes=True, patience=_STARTING_WAIT)
        return _postgresql_engine(self._url, self._settings, patience=None)

    async def answers(self) -> None:
        """Return when the database answers; raises Unavailable when it does not."""
        async with self.reading() as session:
            await (await session.connection()).execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close all connections."""
        await self._writer.dispose()
        await self._reader.dispose()


def _make_private(file: str | None) -> None:
    """Make the file of a database that is not there yet, for its owner alone; SQLite's other files do as it does.

    One that is there keeps its mode, and what hinders us is for SQLite to say.
    """
    if file and not file.startswith("file:"):
        with suppress(OSError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _sqlite_engine(url: URL, settings: Settings, *, writes: bool, patience: float | None = None) -> AsyncEngine:
    """Connections that wait so many seconds for other processes, by default as long as a request may."""
    engine = create_async_engine(
        url,
        pool_size=1 if writes else settings.database_pool_size,
        max_overflow=0,
        hide_parameters=True,  # errors are logged, and what people write, addresses and hashes are not
        pool_timeout=settings.database_pool_timeout,
        connect_args={"timeout": _LOCK_WAIT if patience is None else patience},
    )

    def prepare(connection: _Connected, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: `begin` below does
        cursor = connection.cursor()
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(pragma)
        if not writes:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", begin)
    if patience is None:
        interrupt_after(_ANSWER_WAIT, engine.sync_engine)
    return engine


def _postgresql_engine(url: URL, settings: Settings, *, patience: float | None) -> AsyncEngine:
    """Connections that wait so many seconds for an answer; None for ever."""
    limits = dict(_POSTGRESQL_LIMITS)
    if settings.database_schema:
        limits["search_path"] = settings.database_schema
    return create_async_engine(
        url,
        pool_size=settings.database_pool_size,
        max_overflow=0,
        hide_parameters=True,  # errors are logged, and what people write, addresses and hashes are not
        pool_timeout=settings.database_pool_timeout,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={"timeout": 3, "command_timeout": patience, "server_settings": limits},
    )


@asynccontextmanager
async def _translated(*, writes: bool) -> AsyncGenerator[None]:
    """Failures of the database as refusals of the domain; what is our own mistake stays as it is."""
    try:
        yield
    except IntegrityError as error:
        if _is_name_taken(error):
            raise Taken("The name belongs to somebody.") from error
        raise Impossible("This does not go together with what is there.") from error
    except (PoolTimeout, OperationalError, InterfaceError, DBAPIError, ConnectionError, TimeoutError) as error:
        if _may_pass(error, writes=writes):
            raise Unavailable("The database has no room at the moment.") from error
        raise


def _is_name_taken(error: IntegrityError) -> bool:
    """Whether another transaction was faster to take what is unique: keys are numbers of the database's own."""
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return original.sqlite_errorcode == sqlite3.SQLITE_CONSTRAINT_UNIQUE
    return getattr(original, "sqlstate", None) == _POSTGRESQL_UNIQUE


def _may_pass(error: Exception, *, writes: bool) -> bool:
    """Whether the same request may succeed later; a wrong statement is our mistake, and so is a reader that writes."""
    if not isinstance(error, DBAPIError) or error.statement is None:  # nothing was asked yet: there is no connection
        return True
    if isinstance(error.orig, sqlite3.Error):
        mistakes = (sqlite3.SQLITE_ERROR,) if writes else (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY)
        return isinstance(error, OperationalError) and getattr(error.orig, "sqlite_errorcode", None) not in mistakes
    state: object = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_POSTGRESQL_TROUBLE) or (writes and state == _POSTGRESQL_READ_ONLY)
    return error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError))
