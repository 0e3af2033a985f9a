"""A running service for each database, and a client that knows its ways."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import cast

import asyncpg
import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from blog.settings import Settings
from handfast.testing.recording import ContractRecorder
from handlers.app import create_app

POSTGRESQL = os.environ.get("HANDFAST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/test")
PASSWORD = "a sentence that is long"
_NUMBERS = count(1)

CHEAP: dict[str, object] = {
    "argon2_memory_kib": 64,
    "argon2_iterations": 1,
    "log_level": "ERROR",
    "seed_examples": False,
}
"""Settings that make tests fast: the password hashes are worth nothing."""


def recorded(settings: Settings) -> FastAPI:
    """The service, what passes it noted for contract coverage when the run asks for it."""
    app = create_app(settings)
    app.add_middleware(ContractRecorder)
    return app


def settings(**more: object) -> Settings:
    """Settings for a test, whatever the environment says."""
    return Settings.model_validate(CHEAP | more)


def unique(prefix: str = "u") -> str:
    """A handle, a slug or a tag that no other test has."""
    return f"{prefix}{os.getpid()}x{next(_NUMBERS)}"


@dataclass(slots=True)
class Person:
    """Somebody with an account and tokens."""

    handle: str
    access: str
    refresh: str

    @property
    def headers(self) -> dict[str, str]:
        """The header that shows the access token."""
        return bearer(self.access)


def bearer(token: str) -> dict[str, str]:
    """The header that shows an access token."""
    return {"Authorization": f"Bearer {token}"}


@dataclass(slots=True)
class Api:
    """The service as its clients see it; paths are below the base path of the contract."""

    client: TestClient
    app: FastAPI
    people: list[Person] = field(default_factory=list[Person])

    def send(self, method: str, path: str, who: Person | None = None, /, **more: object) -> Response:
        """A request, by somebody or by nobody."""
        headers = dict(cast("dict[str, str]", more.pop("headers", {})))
        if who is not None:
            headers |= who.headers
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)  # type: ignore[arg-type]  # as the client wants them

    def register(self, handle: str | None = None, /, **more: object) -> Response:
        """Register an account."""
        handle = handle or unique()
        body = {"handle": handle, "email": f"{handle}@example.org", "password": PASSWORD, "displayName": "Somebody"}
        return self.send("POST", "/accounts", json=body | more)

    def log_in(self, handle: str, password: str = PASSWORD, **more: str) -> Response:
        """Ask for tokens with a password."""
        form = {"grant_type": "password", "username": handle, "password": password} | more
        return self.send("POST", "/tokens", data=form)

    def renew(self, refresh: str, **more: str) -> Response:
        """Ask for tokens with a refresh token."""
        return self.send("POST", "/tokens", data={"grant_type": "refresh_token", "refresh_token": refresh} | more)

    def person(self, scope: str | None = None) -> Person:
        """A new person who is logged in."""
        handle = unique()
        registered = self.register(handle)
        assert registered.status_code == 201, registered.text
        return self.tokens_of(handle, scope)

    def tokens_of(self, handle: str, scope: str | None = None) -> Person:
        """A registered person, logged in once more."""
        answer = self.log_in(handle, **({} if scope is None else {"scope": scope}))
        assert answer.status_code == 200, answer.text
        tokens = answer.json()
        return Person(handle, tokens["access_token"], tokens["refresh_token"])

    def article(self, author: Person, **members: object) -> dict[str, object]:
        """A new article, published unless `members` says otherwise; its ETag is in the member `etag`."""
        body: dict[str, object] = {"title": unique("Title "), "body": "Text.", "status": "published"}
        answer = self.send("POST", "/articles", author, json=body | members)
        assert answer.status_code == 201, answer.text
        created: dict[str, object] = answer.json()
        return created | {"etag": answer.headers["etag"]}


def problem(answer: Response, status: int) -> dict[str, object]:
    """The problem that was answered; fails unless status and media type are those of a problem."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].split(";")[0] == "application/problem+json"
    body: dict[str, object] = answer.json()
    assert body["status"] == status
    return body


def execute(statement: str) -> None:
    """Have PostgreSQL do something behind the back of the service."""

    async def connect_and_execute() -> None:
        connection = await asyncpg.connect(POSTGRESQL, timeout=3)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(connect_and_execute())


@contextmanager
def schema_of_its_own() -> Iterator[str]:
    """A new schema in a PostgreSQL server; skips the test where none answers, except in CI."""
    name = f"service_{os.getpid()}_{secrets.token_hex(4)}"
    try:
        execute(f"CREATE SCHEMA {name}")
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL at {POSTGRESQL}: {error}")
    try:
        yield name
    finally:
        execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(scope="session")
def postgresql_schema() -> Iterator[str]:
    """The schema that the tests of a worker share."""
    with schema_of_its_own() as name:
        yield name


@pytest.fixture
def empty_schema() -> Iterator[str]:
    """A schema with nothing in it."""
    with schema_of_its_own() as name:
        yield name


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Settings for an empty database of each kind."""
    if request.param == "sqlite":
        return {"database_url": f"sqlite:///{tmp_path_factory.mktemp('service') / 'blog.db'}"}
    schema: str = request.getfixturevalue("postgresql_schema")
    return {"database_url": POSTGRESQL, "database_schema": schema}


@pytest.fixture(scope="session")
def api(database: dict[str, object]) -> Iterator[Api]:
    """The service on each kind of database; tests share it and get in nobody's way by making their own people."""
    app = recorded(settings(**database))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Api(client, app)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Api]:
    """A service of one's own on an empty SQLite file."""
    app = recorded(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}"))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Api(client, app)
