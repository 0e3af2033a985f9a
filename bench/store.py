"""What both applications depend on: a session that is opened, used, committed and closed once per request."""

from __future__ import annotations

from collections.abc import AsyncIterator


class Session:
    """Counts what happens to it, as cheaply as a session can."""

    __slots__ = ("closed", "committed", "used")

    def __init__(self) -> None:
        self.used = 0
        self.committed = self.closed = False

    def use(self) -> None:
        """Stand for a query."""
        self.used += 1

    async def commit(self) -> None:
        """Stand for the end of a transaction."""
        self.committed = True


async def open_session() -> AsyncIterator[Session]:
    """One session per request: committed when the handler succeeded, closed in any case."""
    session = Session()
    try:
        yield session
        await session.commit()
    finally:
        session.closed = True
