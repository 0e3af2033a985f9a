"""What happens to the database before the first request: migrations, and examples for an empty one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

from blog.seed import seed

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from blog.database import Database

_MIGRATIONS = Path(__file__).parent / "migrations"


async def prepare(database: Database, *, examples: bool) -> None:
    """Bring the tables up to date and, if wanted, give an empty database an example blog.

    All of it is one transaction that one process at a time is in: a start that is killed leaves nothing half done, and
    of several processes that start together the first one does the work. Raises Unavailable.
    """
    async with database.alone() as session:
        await (await session.connection()).run_sync(_upgrade)
        if examples:
            await seed(session)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
