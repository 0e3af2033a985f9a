"""Many requests at the same time: nothing is lost, nothing is done twice, and nobody is told of locks."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response
from typing_extensions import override

from blog import accounts, articles
from blog.accounts import NewAccount
from blog.articles import NewArticle
from blog.passwords import Passwords, Verdict
from blog.settings import Settings
from handlers.app import create_app
from tests.service.conftest import PASSWORD, bearer, settings, unique

WRITERS = 64
HELD = 0.3
"""Seconds for which a transaction is held open; whoever waits for it is told of no lock before 2 s."""


async def held(request: Coroutine[object, object, Response]) -> asyncio.Task[Response]:
    """A request that was sent, and waits for the transaction under way."""
    task = asyncio.create_task(request)
    await asyncio.sleep(HELD)
    assert not task.done(), "it waits for what the first one does"
    return task


@asynccontextmanager
async def running(database: dict[str, object], **more: object) -> AsyncIterator[AsyncClient]:
    """The service in this event loop, and a client for it."""
    async with serving(create_app(settings(**database, **more))) as client:
        yield client


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """An application in this event loop, and a client for it."""
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


@pytest.mark.parametrize("what", ["article", "account"])
async def test_unconditional_writers_all_succeed(database: dict[str, object], what: str) -> None:
    async with running(database, database_pool_timeout=20) as client:
        _, headers = await person(client)
        created = await client.post("/articles", json={"title": "0", "body": "x"}, headers=headers)
        path, member = "/accounts/me", "displayName"
        if what == "article":
            path, member = f"/articles/{created.json()['slug']}", "title"
        answers = await asyncio.gather(
            *(
                client.patch(path, json={member: str(number)}, headers=headers | {"If-Match": "*"})
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


@pytest.mark.parametrize(
    ("article", "answer"),
    [
        ({}, 201),  # the service looks for another slug
        ({"slug": "wanted-by-two"}, 409),
    ],
)
async def test_a_slug_that_is_being_taken_at_this_moment(
    database: dict[str, object], article: dict[str, str], answer: int
) -> None:
    app = create_app(settings(**database))
    async with serving(app) as client:
        _, headers = await person(client)
        body = {"title": unique("Wanted by two "), "body": "x"} | article
        async with app.state.services.database.writing() as session:
            author = await accounts.register(session, _somebody())
            first = await articles.add(
                session, author, NewArticle(title=body["title"], body="y", slug=body.get("slug"))
            )
            second = await held(client.post("/articles", json=body, headers=headers))
        written = await second
        assert written.status_code == answer, written.text
        if answer == 409:
            assert written.json()["type"] == "urn:handfast:publishing:taken"
        else:
            assert written.json()["slug"].startswith(f"{first.slug}-")
        async with app.state.services.database.writing() as session:  # so that the next run may want it
            await articles.remove(session, first, 1)


@pytest.mark.parametrize("same", ["handle", "email"])
async def test_a_name_that_is_being_taken_at_this_moment(database: dict[str, object], same: str) -> None:
    app = create_app(settings(**database))
    async with serving(app) as client:
        first = _somebody()
        handle, email = (first.handle, f"{unique()}@x.org") if same == "handle" else (unique(), first.email)
        account = {"handle": handle, "email": email, "password": PASSWORD, "displayName": "X"}
        async with app.state.services.database.writing() as session:
            await accounts.register(session, first)
            second = await held(client.post("/accounts", json=account))
        registered = await second
        assert (registered.status_code, registered.json()["type"]) == (409, "urn:handfast:publishing:taken")


WRITES: dict[str, tuple[str, str, dict[str, object], int]] = {
    "renew": ("POST", "/tokens", {}, 400),
    "log in": ("POST", "/tokens", {}, 400),
    "change": ("PATCH", "/accounts/me", {"json": {"displayName": "X"}}, 401),
    "delete": ("DELETE", "/accounts/me", {}, 401),
    "new password": (
        "PUT",
        "/accounts/me/password",
        {"json": {"currentPassword": PASSWORD, "newPassword": "x" * 8}},
        401,
    ),
    "article": ("POST", "/articles", {"json": {"title": "x", "body": "y"}}, 401),
    "comment": ("POST", "/articles/{slug}/comments", {"json": {"body": "x"}}, 401),
    "attachment": (
        "POST",
        "/articles/{slug}/attachments",
        {"data": {"name": "x"}, "files": {"file": ("x", b"x")}},
        401,
    ),
}
"""What somebody may do while the account is being deleted, and what is answered."""


@pytest.mark.parametrize("write", WRITES)
async def test_an_account_that_is_being_deleted_at_this_moment(database: dict[str, object], write: str) -> None:
    method, path, more, status = WRITES[write]
    app = create_app(settings(**database))
    async with serving(app) as client:
        tokens, headers = await person(client)
        written = await client.post(
            "/articles", json={"title": "x", "body": "y", "status": "published"}, headers=headers
        )
        handle = written.json()["author"]
        forms = {
            "renew": {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
            "log in": {"grant_type": "password", "username": handle, "password": PASSWORD},
        }
        if write in forms:
            more = {"data": forms[write]}
        async with app.state.services.database.writing() as session:
            row = await accounts.find_by_name(session, handle)
            assert row is not None
            await accounts.remove(session, row, row.version)
            second = await held(
                client.request(
                    method,
                    path.format(slug=written.json()["slug"]),
                    headers=headers | {"If-Match": "*"},
                    **more,  # type: ignore[arg-type]  # as the client wants them
                )
            )
        answer = await second
        assert answer.status_code == status, answer.text
        if status == 400:
            assert answer.json()["error"] == "invalid_grant"


class Slow(Passwords):
    """Passwords whose comparisons are over when they may be."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.compared, self.may_end = asyncio.Event(), asyncio.Event()

    @override
    async def compare(self, password: str, kept: str | None) -> Verdict:
        verdict = await super().compare(password, kept)
        self.compared.set()
        await self.may_end.wait()
        return verdict


@pytest.mark.parametrize(
    ("meanwhile", "status"),
    [("another password", 503), ("no account", 400), ("a newer hash", 503), ("another name", 200)],
)
async def test_a_password_that_was_right_when_it_was_compared(
    database: dict[str, object], meanwhile: str, status: int
) -> None:
    """A login that began with the old password has no session when the new one holds: nobody would know to end it."""
    app = create_app(settings(**database))
    async with serving(app) as client:
        _, headers = await person(client)
        handle = (await client.get("/accounts/me", headers=headers)).json()["handle"]
        services = app.state.services
        app.state.services = replace(services, passwords=(slow := Slow(services.settings)))
        form = {"grant_type": "password", "username": handle, "password": PASSWORD}
        login = asyncio.ensure_future(client.post("/tokens", data=form))
        await slow.compared.wait()
        app.state.services = services
        headers |= {"If-Match": "*"}
        if meanwhile == "another password":
            change = {"currentPassword": PASSWORD, "newPassword": "another long sentence"}
            assert (await client.put("/accounts/me/password", json=change, headers=headers)).status_code == 204
        elif meanwhile == "no account":
            assert (await client.delete("/accounts/me", headers=headers)).status_code == 204
        elif meanwhile == "a newer hash":
            async with services.database.writing() as session:
                row = await accounts.find_by_name(session, handle)
                assert row is not None
                await accounts.keep_hash(session, row.id, row.password_hash, await services.passwords.hash(PASSWORD))
        else:
            assert (await client.patch("/accounts/me", json={"displayName": "X"}, headers=headers)).status_code == 200
        slow.may_end.set()
        answer = await login
        assert answer.status_code == status, answer.text
        slow.close()


class Stuck(Passwords):
    """Passwords that are not compared until they may be."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.may_begin = threading.Event()

    @override
    def _compare(self, password: str, kept: str | None) -> Verdict:
        self.may_begin.wait(30)
        return super()._compare(password, kept)


async def test_those_who_would_wait_too_long_for_a_password_are_told_to_come_back(database: dict[str, object]) -> None:
    app = create_app(settings(**database, database_pool_timeout=20))
    async with serving(app) as client:
        app.state.services = replace(app.state.services, passwords=(stuck := Stuck(app.state.services.settings)))
        form = {"grant_type": "password", "username": "nobody", "password": "guess"}
        logins = [asyncio.ensure_future(client.post("/tokens", data=form)) for _ in range(70)]
        refused = [await each for each in itertools.islice(asyncio.as_completed(logins), 6)]
        assert {(each.status_code, each.headers["retry-after"]) for each in refused} == {(503, "2")}
        stuck.may_begin.set()
        assert Counter(each.status_code for each in await asyncio.gather(*logins)) == {400: 64, 503: 6}
        stuck.close()


async def test_of_two_changes_of_one_password_the_later_one_is_refused(database: dict[str, object]) -> None:
    app = create_app(settings(**database))
    async with serving(app) as client:
        _, headers = await person(client)
        services = app.state.services
        app.state.services = replace(services, passwords=(slow := Slow(services.settings)))

        def change(password: str) -> asyncio.Task[Response]:
            new = {"currentPassword": PASSWORD, "newPassword": password}
            return asyncio.ensure_future(client.put("/accounts/me/password", json=new, headers=headers))

        late = change("a sentence that is late")
        await slow.compared.wait()
        app.state.services = services
        assert (await change("another long sentence")).status_code == 204
        slow.may_end.set()
        assert (await late).status_code == 401  # the first one has ended all sessions
        slow.close()


def _somebody() -> NewAccount:
    handle = unique()
    return NewAccount(handle=handle, email=f"{handle}@example.org", display_name="X", password_hash="of nothing")


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
