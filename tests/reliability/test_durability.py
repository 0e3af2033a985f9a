"""What was acknowledged stays: through `kill -9` while it is written, and on the disk before the answer goes out."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
from pathlib import Path

import httpx2
import pytest

from tests.reliability.service import serving, writer

ROUNDS = 3
WRITERS = 8
SECONDS = 0.7
WRITES = 12


async def test_what_was_acknowledged_survives_kills(tmp_path: Path) -> None:
    """New articles and changed ones; each round looks at what the rounds before it were told, over HTTP."""
    created: dict[str, str] = {}  # slug -> title
    changed: dict[str, int] = {}  # slug -> the last title that was acknowledged
    for number in range(ROUNDS):
        with serving(tmp_path) as service:
            async with service.client() as client:
                headers = await writer(client, f"ada{number}")
                await _all_there(client, headers, created, changed)
                slugs = [await _create(client, headers, f"counter-{number}-{each}", {}) for each in range(WRITERS // 2)]
                tasks = [
                    *(asyncio.create_task(_count(client, headers, slug, changed)) for slug in slugs),
                    *(
                        asyncio.create_task(_add(client, headers, f"{number}-{each}", created))
                        for each in range(WRITERS // 2)
                    ),
                ]
                await asyncio.sleep(SECONDS)
                service.kill()
                await asyncio.gather(*tasks)
    assert len(created) > 10
    assert sum(changed.values()) > 10
    with serving(tmp_path) as service:
        async with service.client() as client:
            await _all_there(client, await writer(client, "reader"), created, changed)
    connection = sqlite3.connect(tmp_path / "blog.db")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


async def _create(client: httpx2.AsyncClient, headers: dict[str, str], slug: str, acknowledged: dict[str, str]) -> str:
    article = {"slug": slug, "title": f"Title of {slug}", "body": "x", "status": "published"}
    answer = await client.post("/articles", json=article, headers=headers)
    assert answer.status_code == 201, answer.text
    acknowledged[slug] = article["title"]
    return slug


async def _add(client: httpx2.AsyncClient, headers: dict[str, str], name: str, acknowledged: dict[str, str]) -> None:
    """Create one article after the other, until the service is gone."""
    try:
        for number in range(10_000):
            await _create(client, headers, f"new-{name}-{number}", acknowledged)
    except httpx2.TransportError:
        return


async def _count(client: httpx2.AsyncClient, headers: dict[str, str], slug: str, acknowledged: dict[str, int]) -> None:
    """Change an article again and again, until the service is gone."""
    try:
        for number in range(1, 10_000):
            answer = await client.patch(
                f"/articles/{slug}", json={"title": str(number)}, headers=headers | {"If-Match": "*"}
            )
            assert answer.status_code == 200, answer.text
            acknowledged[slug] = number
    except httpx2.TransportError:
        return


async def _all_there(
    client: httpx2.AsyncClient, headers: dict[str, str], created: dict[str, str], changed: dict[str, int]
) -> None:
    for slug, title in created.items():
        answer = await client.get(f"/articles/{slug}", headers=headers)
        assert (answer.status_code, answer.json().get("title")) == (200, title)
    for slug, number in changed.items():
        answer = await client.get(f"/articles/{slug}", headers=headers)
        assert int(answer.json()["title"]) in (number, number + 1), "the last one may not have been told any more"


@pytest.mark.skipif(shutil.which("strace") is None, reason="the order of system calls is seen by strace")
async def test_a_write_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    calls = "fsync,fdatasync,write,writev,sendto,sendmsg"
    under = ("strace", "-f", "-y", "-s", "40", "-e", f"trace={calls}", "-e", "signal=none", "-o", os.fspath(trace))
    with serving(tmp_path, under=under) as service:
        async with service.client() as client:
            headers = await writer(client, "ada")
            for number in range(WRITES):
                await _create(client, headers, f"article-{number}", {})
    synced, waiting = 0, 0
    unfinished: set[str] = set()  # threads that are in the middle of it
    for line in trace.read_text(encoding="utf-8", errors="replace").splitlines():
        thread = line.split(" ", 1)[0]
        if re.search(r"f(data)?sync\(\d+<[^>]*blog\.db-wal>", line):
            if "unfinished" in line:
                unfinished.add(thread)
            else:
                waiting += 1
        elif re.search(r"f(data)?sync resumed", line) and thread in unfinished:
            unfinished.remove(thread)
            waiting += 1
        elif '"HTTP/1.1 201 Created' in line:
            assert waiting, f"acknowledged before it was on the disk:\n{line}"
            synced, waiting = synced + 1, 0
    assert synced == WRITES + 1, "every article, and the account"


async def test_the_database_promises_what_that_needs(tmp_path: Path) -> None:
    from blog.database import Database
    from blog.settings import Settings

    database = Database(Settings.model_validate({"database_url": f"sqlite:///{tmp_path / 'blog.db'}"}))
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    try:
        for opened in (database.writing, database.reading):
            async with opened() as session:
                connection = await session.connection()
                found = {name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in expected}
            assert found == expected
    finally:
        await database.close()
