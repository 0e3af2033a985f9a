"""Attack the publishing service with Schemathesis: a fresh database for each run, filled, all checks.

python -m tests.fuzz.campaign                     every phase that is exhaustive: examples and coverage
python -m tests.fuzz.campaign --seconds 100       then fuzzing and stateful, with a seed that is printed
python -m tests.fuzz.campaign --seconds 100 --seed 7 --workers 2
python -m tests.fuzz.campaign --seconds 1500 --database postgresql://postgres@127.0.0.1:5432/test
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import requests

from handfast.testing import campaign as campaigns
from handfast.testing.campaign import Campaign
from tests.fuzz.tokens import token

REPORTS = Path("reports/schemathesis")
CONTRACT = Path("openapi/api.yaml")
CHEAP = {
    "ARGON2_MEMORY_KIB": "64",
    "ARGON2_ITERATIONS": "1",
    "LOG_LEVEL": "ERROR",
    "SEED_EXAMPLES": "true",
    "STREAM_SECONDS": "0",
}
"""Password hashes that are worth nothing, so that the attack does not spend its time on them."""


@contextmanager
def serving(database: Mapping[str, str], application: str | None = None, **environment: str) -> Iterator[str]:
    """Serve the publishing service in a process of its own; gives the URL of its API."""
    with campaigns.serving(application, {**CHEAP, **environment, **database}) as root:
        requests.get(f"{root}/api/v1/health/ready", timeout=30).raise_for_status()
        yield f"{root}/api/v1"


def populate(url: str) -> None:
    """Write enough that lists have several pages, so that links to the next page lead somewhere."""
    signed = {"Authorization": f"Bearer {token(url, 'librarian')}"}
    for number in range(40):
        name = {"slug": f"book-{number}", "title": f"Book {number}"}
        article = {**name, "body": "Text.", "status": "published", "tags": [f"shelf-{number}", "books"]}
        requests.post(f"{url}/articles", json=article, headers=signed, timeout=30).raise_for_status()
    for number in range(30):
        comment = {"body": f"Comment {number}"}
        requests.post(f"{url}/articles/book-0/comments", json=comment, headers=signed, timeout=30).raise_for_status()


@contextmanager
def empty_database(postgresql: str | None = None) -> Iterator[Mapping[str, str]]:
    """Settings for a database of one's own: a file of SQLite, or a schema of PostgreSQL that is dropped afterwards."""
    if postgresql is None:
        with tempfile.TemporaryDirectory() as folder:
            yield {"DATABASE_URL": f"sqlite+aiosqlite:///{folder}/service.db"}
        return
    name = f"fuzz_{secrets.token_hex(6)}"
    asyncio.run(_execute(postgresql, f"CREATE SCHEMA {name}"))
    try:
        yield {"DATABASE_URL": postgresql, "DATABASE_SCHEMA": name}
    finally:
        asyncio.run(_execute(postgresql, f"DROP SCHEMA {name} CASCADE"))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def fresh(name: str, postgresql: str | None) -> Iterator[str]:
    """The service on an empty database, for the run of a name; filled where a run follows links."""
    with empty_database(postgresql) as database, serving(database) as url:
        if name != "exhaustive":
            populate(url)
        yield url


def main() -> int:
    """Run what was asked for, and say how to repeat it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=0, help="of fuzzing and stateful testing for each seed")
    parser.add_argument("--seed", type=int, action="append", help="of fuzzing; one run each")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--skip-exhaustive", action="store_true")
    parser.add_argument("--database", help="a PostgreSQL database; by default every run has a SQLite file of its own")
    options = parser.parse_args()
    campaign = Campaign(
        contract=CONTRACT,
        reports=REPORTS,
        seconds=options.seconds,
        seeds=tuple(options.seed or (secrets.randbelow(2**31),)),
        workers=options.workers,
        is_exhaustive=not options.skip_exhaustive,
    )
    found = campaigns.run(campaign, lambda name: fresh(name, options.database), lambda line: print(line, flush=True))
    print(f"\nFound something: {', '.join(found)}" if found else "\nNothing was found.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
