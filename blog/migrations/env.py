"""What Alembic runs: on the connection that the service gives it, or on one of its own for the command line."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection

from blog.database import Database
from blog.settings import Settings
from blog.tables import Table


def _migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Table.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def _connect_and_migrate() -> None:
    database = Database(Settings())
    try:
        async with database.alone() as session:
            await (await session.connection()).run_sync(_migrate)
    finally:
        await database.close()


given: object = context.config.attributes.get("connection")
if isinstance(given, Connection):
    _migrate(given)
else:
    asyncio.run(_connect_and_migrate())
