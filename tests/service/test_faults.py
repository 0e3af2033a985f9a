"""What clients see when the service cannot work: 503 while the database is away, 500 for a fault of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NoReturn

import pytest
from starlette.testclient import TestClient

from blog.database import Database
from handlers.services import services
from tests.service.conftest import PASSWORD, Api, Person, problem, recorded, settings

CHANGE: dict[str, object] = {"headers": {"If-Match": "*"}}
REQUESTS: dict[str, tuple[str, str, bool, dict[str, object]]] = {
    "registerAccount": (
        "POST",
        "/accounts",
        False,
        {"json": {"handle": "ada", "email": "ada@example.org", "password": PASSWORD, "displayName": "Ada"}},
    ),
    "getAccount": ("GET", "/accounts/me", True, {}),
    "updateAccount": ("PATCH", "/accounts/me", True, CHANGE | {"json": {"displayName": "Ada"}}),
    "deleteAccount": ("DELETE", "/accounts/me", True, CHANGE),
    "changePassword": (
        "PUT",
        "/accounts/me/password",
        True,
        {"json": {"currentPassword": PASSWORD, "newPassword": PASSWORD}},
    ),
    "createToken": ("POST", "/tokens", False, {"data": {"grant_type": "refresh_token", "refresh_token": "a" * 43}}),
    "revokeToken": ("POST", "/tokens/revocation", False, {"data": {"token": "a" * 43}}),
    "listArticles": ("GET", "/articles", False, {}),
    "createArticle": ("POST", "/articles", True, {"json": {"title": "A title", "body": "A body."}}),
    "getArticle": ("GET", "/articles/there", False, {}),
    "updateArticle": ("PATCH", "/articles/there", True, CHANGE | {"json": {"title": "Another"}}),
    "deleteArticle": ("DELETE", "/articles/there", True, CHANGE),
    "listComments": ("GET", "/articles/there/comments", False, {}),
    "createComment": ("POST", "/articles/there/comments", True, {"json": {"body": "Well."}}),
    "deleteComment": ("DELETE", "/articles/there/comments/1", True, {}),
    "streamComments": ("GET", "/articles/there/comment-events", False, {}),
    "listAttachments": ("GET", "/articles/there/attachments", False, {}),
    "createAttachment": (
        "POST",
        "/articles/there/attachments",
        True,
        {"data": {"name": "x"}, "files": {"file": ("x", b"x")}},
    ),
    "downloadAttachment": ("GET", "/articles/there/attachments/1", False, {}),
    "deleteAttachment": ("DELETE", "/articles/there/attachments/1", True, {}),
    "listTags": ("GET", "/tags", False, {}),
    "getReadiness": ("GET", "/health/ready", False, {}),
    "getLiveness": ("GET", "/health/live", False, {}),
    "getVersion": ("GET", "/version", False, {}),
}
WITHOUT_DATABASE = {"getLiveness", "getVersion"}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Api, Person]]:
    """A service whose database went away, and somebody who had logged in before."""
    app = recorded(settings(database_url=f"sqlite:///{tmp_path_factory.mktemp('faults') / 'blog.db'}"))
    with TestClient(app, raise_server_exceptions=False) as client:
        api = Api(client, app)
        person = api.person()
        there = app.state.services
        away = Database(settings(database_url="postgresql://nobody@127.0.0.1:1/nothing"))
        app.state.services = replace(there, database=away)
        yield api, person
        app.state.services = there


def _fail() -> NoReturn:
    raise RuntimeError("a fault with a secret in it")


def test_every_operation_is_in_the_table(broken: tuple[Api, Person]) -> None:
    api, _ = broken
    served = api.client.get("/openapi.json").json()["paths"]
    assert set(REQUESTS) == {
        each["operationId"] for path in served.values() for each in path.values() if "operationId" in each
    }


@pytest.mark.parametrize("operation", [name for name in REQUESTS if name not in WITHOUT_DATABASE])
def test_without_a_database_the_answer_is_503_and_says_when_to_come_back(
    operation: str, broken: tuple[Api, Person]
) -> None:
    api, person = broken
    method, path, signed, more = REQUESTS[operation]
    answer = api.send(method, path, person if signed else None, **more)
    problem(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1


def test_without_a_database_the_process_still_lives(broken: tuple[Api, Person]) -> None:
    assert broken[0].send("GET", "/health/live").status_code == 200


@pytest.mark.parametrize("operation", REQUESTS)
def test_a_fault_is_answered_with_500_and_without_detail(
    operation: str, broken: tuple[Api, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, person = broken
    monkeypatch.setitem(api.app.state._state, "edition", None)  # what getVersion has instead of services
    method, path, signed, more = REQUESTS[operation]
    api.app.dependency_overrides[services] = _fail
    try:
        answer = api.send(method, path, person if signed else None, **more)
    finally:
        api.app.dependency_overrides.clear()
    problem(answer, 500)
    assert "secret" not in answer.text
