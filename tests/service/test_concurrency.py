"""Many requests at the same time: nothing is lost, nothing is done twice, and nobody is told of locks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from httpx2 import ASGITransport, AsyncClient, Response

from handlers.app import create_app
from tests.service.conftest import PASSWORD, bearer, settings, unique

WRITERS = 64


@asynccontextmanager
async def running(database: dict[str, object], **more: object) -> AsyncIterator[AsyncClient]:
    """The service in this event loop, and a client for it."""
    app = create_app(settings(**database, **more))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = ASGITransport(app=app, raise_app_exceptions=False)
        yield await stack.enter_async_context(AsyncClient(transport=transport, base_url="http://service/api/v1"))


async def person(client: AsyncClient) -> tuple[dict[str, str], dict[str, str]]:
    """Tokens of somebody new, and the header that shows the access token."""
    handle = unique()
    account = {"handle": handle, "email": f"{handle}@example.org", "password": PASSWORD, "displayName": "X"}
    assert (await client.post("/accounts", json=account)).status_code == 201
    form = {"grant_type": "password", "username": handle, "password": PASSWORD}
    tokens: dict[str, str] = (await client.post("/tokens", data=form)).json()
    return tokens, bearer(tokens["access_token"])


async def test_of_writers_with_one_version_one_succeeds(database: dict[str, object]) -> None:
    async with running(database, database_pool_timeout=20) as client:
        _, headers = await person(client)
        created = await client.post("/articles", json={"title": "0", "body": "x"}, headers=headers)
        path, etag = f"/articles/{created.json()['slug']}", created.headers["etag"]
        for attempt in range(2):

            def write(number: int, etag: str = etag, attempt: int = attempt) -> asyncio.Task[Response]:
                change = {"title": f"by {number} in {attempt}"}
                return asyncio.ensure_future(client.patch(path, json=change, headers=headers | {"If-Match": etag}))

            answers = await asyncio.gather(*(write(number) for number in range(WRITERS)))
            assert Counter(answer.status_code for answer in answers) == {200: 1, 412: WRITERS - 1}
            (winner,) = (answer for answer in answers if answer.status_code == 200)
            assert (await client.get(path, headers=headers)).json() == winner.json()
            etag = winner.headers["etag"]


async def test_no_update_of_patient_writers_is_lost(database: dict[str, object]) -> None:
    async with running(database, database_pool_timeout=20) as client:
        _, headers = await person(client)
        created = await client.post("/articles", json={"title": "0", "body": "x"}, headers=headers)
        path = f"/articles/{created.json()['slug']}"

        async def add_one() -> None:
            while True:
                read = await client.get(path, headers=headers)
                change = {"title": str(int(read.json()["title"]) + 1)}
                answer = await client.patch(path, json=change, headers=headers | {"If-Match": read.headers["etag"]})
                if answer.status_code == 200:
                    return
                assert answer.status_code == 412, answer.text

        await asyncio.gather(*(add_one() for _ in range(12)))
        assert (await client.get(path, headers=headers)).json()["title"] == "12"


async def test_unconditional_writers_all_succeed(database: dict[str, object]) -> None:
    async with running(database, database_pool_timeout=20) as client:
        _, headers = await person(client)
        created = await client.post("/articles", json={"title": "0", "body": "x"}, headers=headers)
        path = f"/articles/{created.json()['slug']}"
        answers = await asyncio.gather(
            *(
                client.patch(path, json={"title": str(number)}, headers=headers | {"If-Match": "*"})
                for number in range(1, 21)
            )
        )
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.headers["etag"] for answer in answers}) == 20


@pytest.mark.parametrize("same", ["handle", "email"])
async def test_a_name_is_given_once(database: dict[str, object], same: str) -> None:
    async with running(database, database_pool_timeout=20) as client:
        shared = unique()

        def register() -> asyncio.Task[Response]:
            handle = shared if same == "handle" else unique()
            address = shared if same == "email" else unique()
            account = {"handle": handle, "email": f"{address}@x.org", "password": PASSWORD, "displayName": "X"}
            return asyncio.ensure_future(client.post("/accounts", json=account))

        answers = await asyncio.gather(*(register() for _ in range(16)))
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 15}


async def test_a_slug_is_given_once(database: dict[str, object]) -> None:
    async with running(database, database_pool_timeout=20) as client:
        _, headers = await person(client)
        body = {"title": "x", "body": "y", "slug": unique("race-")}
        answers = await asyncio.gather(*(client.post("/articles", json=body, headers=headers) for _ in range(16)))
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 15}


async def test_a_refresh_token_is_used_once(database: dict[str, object]) -> None:
    async with running(database, database_pool_timeout=20) as client:
        tokens, headers = await person(client)
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        answers = await asyncio.gather(*(client.post("/tokens", data=form) for _ in range(8)))
        assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 7}
        assert (await client.get("/accounts/me", headers=headers)).status_code == 401, "a reuse ends the session"


async def test_readers_do_not_wait_for_a_writer(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("locked") / "blog.db"
    database: dict[str, object] = {"database_url": f"sqlite:///{file}"}
    async with running(database, database_pool_timeout=0.2) as client:
        app_transport = client._transport  # the application behind the client
        assert isinstance(app_transport, ASGITransport)
        _, headers = await person(client)
        services = app_transport.app.state.services  # type: ignore[attr-defined]  # a FastAPI application
        async with services.database.writing() as session:
            await session.connection()
            read = await client.get("/articles", headers=headers)
            ready = await client.get("/health/ready")
            written = await client.post("/articles", json={"title": "x", "body": "y"}, headers=headers)
        assert (read.status_code, ready.status_code, written.status_code) == (200, 200, 503)
        assert written.headers["content-type"].startswith("application/problem+json")
        assert int(written.headers["retry-after"]) >= 1
        later = await client.post("/articles", json={"title": "x", "body": "y"}, headers=headers)
        assert later.status_code == 201


async def test_a_storm_of_logins_does_not_hold_up_writers(database: dict[str, object]) -> None:
    """Passwords are compared outside of transactions: while they are, articles are written."""
    async with running(database, argon2_memory_kib=8192, argon2_iterations=8, database_pool_timeout=5) as client:
        _, headers = await person(client)
        form = {"grant_type": "password", "username": "nobody", "password": "guess"}
        storm = asyncio.gather(*(client.post("/tokens", data=form) for _ in range(30)))
        await asyncio.sleep(0.05)
        written = await client.post("/articles", json={"title": "x", "body": "y"}, headers=headers)
        assert written.status_code == 201
        assert not storm.done(), "the storm was too short to show anything"
        assert {answer.status_code for answer in await storm} == {400}
