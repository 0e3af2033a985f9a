"""The database: migrations, examples, what survives, and what a failing one looks like from outside."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, make_url
from starlette.testclient import TestClient

from blog import accounts
from blog.accounts import NewAccount
from blog.database import Database
from blog.refusals import Unavailable
from blog.start import prepare
from blog.tables import Table
from handlers.app import create_app
from tests.service.conftest import PASSWORD, POSTGRESQL, Api, bearer, execute, problem, settings, unique

ROOT = Path(__file__).resolve().parents[2]


async def test_migrations_make_the_tables_that_the_code_has(database: dict[str, object]) -> None:
    opened = Database(settings(**database))

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Table.metadata))

    try:
        for _ in range(2):
            await prepare(opened, examples=False)
        async with opened.reading() as session:
            assert await (await session.connection()).run_sync(differences) == []
    finally:
        await opened.close()


async def test_an_empty_database_gets_examples_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'blog.db'}"
    for _ in range(2):
        app = create_app(settings(database_url=url, seed_examples=True))
        with TestClient(app) as client:
            listed = client.get("/api/v1/articles").json()["items"]
            assert {item["author"] for item in listed} == {"lovelace", "babbage", "somerville"}
            assert len(listed) == 3
            slug = "notes-on-the-analytical-engine"
            assert len(client.get(f"/api/v1/articles/{slug}/comments").json()["items"]) == 2
            assert {tag["name"] for tag in client.get("/api/v1/tags").json()["items"]} >= {"computing", "history"}
            assert Api(client, app).log_in("lovelace", "nobody can log in with this").status_code == 400


def test_a_database_with_people_gets_no_examples(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'blog.db'}"
    for seed in (False, True):
        app = create_app(settings(database_url=url, seed_examples=seed))
        with TestClient(app) as client:
            if not seed:
                Api(client, app).person()
            assert client.get("/api/v1/articles").json()["items"] == []


async def test_connections_are_set_up_as_they_must_be(tmp_path: Path) -> None:
    opened = Database(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}"))
    await prepare(opened, examples=False)
    try:
        for session_of, reads_only in ((opened.writing, 0), (opened.reading, 1)):
            async with session_of() as session:
                connection = await session.connection()
                found = {
                    name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
                    for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "query_only")
                }
            assert found == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "busy_timeout": 5000,
                "query_only": reads_only,
            }
    finally:
        await opened.close()


@pytest.mark.skipif(os.name == "nt", reason="files have no such modes there")
def test_nobody_else_reads_the_file(tmp_path: Path) -> None:
    """It has addresses, hashes of passwords and drafts in it."""
    app = create_app(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}"))
    with TestClient(app) as client:
        Api(client, app).person()
        modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("blog.db", "blog.db-wal", "blog.db-shm"), 0o600)


async def test_a_reading_session_cannot_write(database: dict[str, object]) -> None:
    opened = Database(settings(**database))
    await prepare(opened, examples=False)
    try:
        with pytest.raises(Exception, match=r"readonly|read-only"):
            async with opened.reading() as session:
                await (await session.connection()).exec_driver_sql("DELETE FROM article")
    finally:
        await opened.close()


async def test_a_start_waits_for_a_long_migration_of_another_process(database: dict[str, object]) -> None:
    """For longer than a request may take, or be waited for: 5 s."""
    opened, other = Database(settings(**database)), Database(settings(**database))
    await prepare(opened, examples=False)
    try:
        async with opened.alone() as session:
            connection = await session.connection()
            start = asyncio.ensure_future(prepare(other, examples=False))
            if opened.is_sqlite:
                await connection.exec_driver_sql("SELECT 1")
                await asyncio.sleep(5.5)
            else:
                await connection.exec_driver_sql("SELECT pg_sleep(5.5)")
            assert not start.done()
        await start
    finally:
        await opened.close()
        await other.close()


async def test_a_reading_session_sees_one_state(database: dict[str, object]) -> None:
    """What belongs together, as an article and its tags, is read with several statements."""
    opened = Database(settings(**database))
    await prepare(opened, examples=False)
    try:
        async with opened.reading() as reading:
            connection = await reading.connection()
            counts = [(await connection.exec_driver_sql("SELECT count(*) FROM account")).scalar()]
            async with opened.writing() as writing:
                handle = unique()
                new = NewAccount(handle=handle, email=f"{handle}@x.org", display_name="X", password_hash="of nothing")
                await accounts.register(writing, new)
            counts.append((await connection.exec_driver_sql("SELECT count(*) FROM account")).scalar())
        assert counts[0] == counts[1]
    finally:
        await opened.close()


@pytest.mark.parametrize("fault", [RuntimeError, KeyboardInterrupt, asyncio.CancelledError])
async def test_what_fails_is_undone(tmp_path: Path, fault: type[BaseException]) -> None:
    opened = Database(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}"))
    await prepare(opened, examples=True)
    try:
        with pytest.raises(fault):
            await _delete_everybody_and_fail(opened, fault)
        async with opened.reading() as session:
            count = await (await session.connection()).exec_driver_sql("SELECT count(*) FROM account")
            assert count.scalar() == 3
    finally:
        await opened.close()


async def _delete_everybody_and_fail(opened: Database, fault: type[BaseException]) -> None:
    async with opened.writing() as session:
        await (await session.connection()).exec_driver_sql("DELETE FROM account")
        raise fault


def test_a_lock_of_another_process_is_answered_with_try_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blog.database._LOCK_WAIT", 0.2)
    file = tmp_path / "blog.db"
    app = create_app(settings(database_url=f"sqlite:///{file}"))
    with TestClient(app, raise_server_exceptions=False) as client:
        api = Api(client, app)
        person = api.person()
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            answer = api.send("POST", "/articles", person, json={"title": "x", "body": "y"})
            problem(answer, 503)
            assert int(answer.headers["retry-after"]) >= 1
            assert api.send("GET", "/articles", person).status_code == 200
        finally:
            other.close()
        assert api.send("POST", "/articles", person, json={"title": "x", "body": "y"}).status_code == 201


def ask(url: str) -> None:
    """Ask a database for a sign of life."""
    opened = Database(settings(database_url=url))

    async def answers() -> None:
        try:
            await opened.answers()
        finally:
            await opened.close()

    asyncio.run(answers())


@pytest.mark.parametrize("which", ["reading", "writing"])
async def test_a_statement_that_takes_too_long_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    monkeypatch.setattr("blog.database._ANSWER_WAIT", 0.2)
    opened = Database(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}", database_pool_size=1))
    await prepare(opened, examples=True)
    session_of = getattr(opened, which)
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    if which == "writing":
        endless = f"UPDATE article SET title = ({endless})"
    try:
        for _ in range(2):
            with pytest.raises(Unavailable):
                async with session_of() as session:
                    await (await session.connection()).exec_driver_sql(endless)
        async with session_of() as session:  # on the only connection that there is
            titles = await (await session.connection()).exec_driver_sql("SELECT title FROM article WHERE id = 4")
            assert titles.scalar() == "Flyology"
    finally:
        await opened.close()


def test_a_database_that_is_away_is_answered_with_try_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable):
            ask(f"postgresql://nobody@127.0.0.1:{taken.getsockname()[1]}/nothing")


@pytest.mark.parametrize("path", ["template0", "no_such_database"])
def test_a_server_that_lets_nobody_in_is_answered_with_try_again(empty_schema: str, path: str) -> None:
    """template0 takes no connections (SQLSTATE 55000), as any database may for as long as it is being looked after."""
    with pytest.raises(Unavailable):
        ask(make_url(POSTGRESQL).set(database=path).render_as_string(hide_password=False))


def test_a_server_that_takes_no_writes_is_answered_with_try_again(empty_schema: str) -> None:
    """As one that has become a standby."""
    role = f"writer_of_{empty_schema}"
    execute(f"CREATE ROLE {role} LOGIN; GRANT ALL ON SCHEMA {empty_schema} TO {role}")
    try:
        url = make_url(POSTGRESQL).set(username=role).render_as_string(hide_password=False)
        app = create_app(settings(database_url=url, database_schema=empty_schema))
        with TestClient(app, raise_server_exceptions=False) as client:
            api = Api(client, app)
            person = api.person()
            for setting, status in (("SET default_transaction_read_only = on", 503), ("RESET ALL", 201)):
                execute(
                    f"ALTER ROLE {role} {setting}; SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    f"WHERE usename = '{role}'"
                )
                answer = api.send("POST", "/articles", person, json={"title": "x", "body": "y"})
                assert answer.status_code == status, answer.text
                assert api.send("GET", "/accounts/me", person).status_code == 200
    finally:
        execute(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(file: Path, port: int, **environment: str) -> subprocess.Popen[bytes]:
    """The service as a process of its own."""
    command = [sys.executable, "-m", "uvicorn", "handlers.app:app", "--port", str(port), "--log-level", "warning"]
    cheap = {"ARGON2_MEMORY_KIB": "64", "ARGON2_ITERATIONS": "1", "LOG_LEVEL": "ERROR", "SEED_EXAMPLES": "false"}
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | cheap | {"DATABASE_URL": f"sqlite:///{file}"} | environment
    )


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so; fails after 120 s."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            if condition():
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    pytest.fail("it did not become so within 120 s")


def is_ready(url: str) -> bool:
    """Whether a process can do its work."""
    return httpx2.get(f"{url}/health/ready", timeout=2).status_code == 200


STARTING = """
import asyncio, sys
from blog import accounts
from blog.accounts import NewAccount
from blog.database import Database
from blog.settings import Settings
from blog.start import prepare

async def start():
    database = Database(Settings(database_url=sys.argv[1], database_schema=sys.argv[2] or None))
    await prepare(database, examples=True)
    await database.close()

asyncio.run(start())
"""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_start_together_share_one_database(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    url, schema = f"sqlite:///{tmp_path / 'blog.db'}", ""
    if kind == "postgresql":
        url, schema = POSTGRESQL, request.getfixturevalue("empty_schema")
    command = [sys.executable, "-c", STARTING, url, schema]
    starting = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE) for _ in range(4)]
    for process in starting:
        _, complaint = process.communicate(timeout=120)
        assert process.returncode == 0, complaint.decode()

    async def people() -> object:
        opened = Database(settings(database_url=url, database_schema=schema or None))
        try:
            async with opened.reading() as session:
                connection = await session.connection()
                return (await connection.exec_driver_sql("SELECT count(*) FROM account")).scalar()
        finally:
            await opened.close()

    assert asyncio.run(people()) == 3


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/api/v1"
    acknowledged: set[str] = set()
    headers: dict[str, str] = {}
    handle = unique()
    account = {"handle": handle, "email": f"{handle}@example.org", "password": PASSWORD, "displayName": "X"}
    for _ in range(2):
        process = serve(tmp_path / "blog.db", port)
        try:
            wait_for(lambda: is_ready(url))
            if not headers:
                assert httpx2.post(f"{url}/accounts", json=account).status_code == 201
                form = {"grant_type": "password", "username": handle, "password": PASSWORD}
                headers = bearer(httpx2.post(f"{url}/tokens", data=form).json()["access_token"])
            acknowledged |= asyncio.run(_write_until_killed(url, headers, process))
        finally:
            process.kill()
            process.wait()
    assert len(acknowledged) >= 20
    connection = sqlite3.connect(tmp_path / "blog.db")
    stored = {slug for (slug,) in connection.execute("SELECT slug FROM article")}
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    assert acknowledged <= stored


async def _write_until_killed(url: str, headers: dict[str, str], process: subprocess.Popen[bytes]) -> set[str]:
    acknowledged: set[str] = set()

    async def write(client: httpx2.AsyncClient) -> None:
        while True:
            slug = unique("kill-")
            try:
                answer = await client.post(
                    f"{url}/articles", json={"title": "x", "body": "y", "slug": slug}, headers=headers
                )
            except httpx2.TransportError:
                return
            assert answer.status_code == 201, answer.text
            acknowledged.add(slug)
            if len(acknowledged) == 15:
                enough.set()

    enough = asyncio.Event()
    async with httpx2.AsyncClient() as client:
        writers = [asyncio.ensure_future(write(client)) for _ in range(8)]
        await asyncio.wait_for(enough.wait(), timeout=60)
        process.send_signal(signal.SIGKILL)
        await asyncio.gather(*writers)
    return acknowledged
