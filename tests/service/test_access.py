"""Who may do what: every operation with every kind of credentials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from blog.settings import DEVELOPMENT_SECRET
from handfast.contract import load_contract
from handlers.app import CONTRACT
from tests.service.conftest import PASSWORD, Api, Person, bearer, unique

# Who may do what is decided above the database, so one kind of them is enough.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")

ANY: dict[str, object] = {"headers": {"If-Match": "*"}}
_FILE: dict[str, object] = {"data": {"name": "x"}, "files": {"file": ("x", b"x")}}


@dataclass(frozen=True)
class Call:
    """A request that is right for its owner."""

    method: str
    path: str
    more: dict[str, object]


Make = Callable[[Api, Person], Call]


@dataclass(frozen=True)
class Row:
    """What an operation answers to whom; `make` prepares a request about something that belongs to the owner."""

    make: Make
    owner: int
    stranger: int
    nobody: int = 401
    wrong: int = 401
    without_scope: int = 403


def _article(method: str, below: str = "", /, **more: object) -> Make:
    return lambda api, owner: Call(method, f"/articles/{api.article(owner)['slug']}{below}", more)


def _draft(method: str, below: str = "", /, **more: object) -> Make:
    return lambda api, owner: Call(method, f"/articles/{api.article(owner, status='draft')['slug']}{below}", more)


def _comment(api: Api, owner: Person) -> Call:
    path = f"/articles/{api.article(api.person())['slug']}/comments"
    number = api.send("POST", path, owner, json={"body": "x"}).json()["id"]
    return Call("DELETE", f"{path}/{number}", {})


def _attachment(method: str) -> Make:
    def make(api: Api, owner: Person) -> Call:
        path = f"/articles/{api.article(owner)['slug']}/attachments"
        number = api.send("POST", path, owner, **_FILE).json()["id"]
        return Call(method, f"{path}/{number}", {})

    return make


def _plain(method: str, path: str, /, **more: object) -> Make:
    return lambda _api, _owner: Call(method, path, more)


_PASSWORDS = {"currentPassword": PASSWORD, "newPassword": PASSWORD}
_FREE = {"nobody": 200, "wrong": 401, "without_scope": 200}
_PUBLIC = {"nobody": 200, "wrong": 200, "without_scope": 200}

# One's own account has no address that somebody else could use: a stranger reaches their own, whatever they do.
ROWS: dict[str, Row] = {
    "getAccount": Row(_plain("GET", "/accounts/me"), 200, 200),
    "updateAccount": Row(_plain("PATCH", "/accounts/me", json={"displayName": "X"}, **ANY), 200, 200),
    "deleteAccount": Row(_plain("DELETE", "/accounts/me", **ANY), 204, 204),
    "changePassword": Row(_plain("PUT", "/accounts/me/password", json=_PASSWORDS), 204, 204),
    "createArticle": Row(_plain("POST", "/articles", json={"title": "x", "body": "y"}), 201, 201),
    "listArticles": Row(_plain("GET", "/articles"), 200, 200, **_FREE),
    "getArticle": Row(_article("GET"), 200, 200, **_FREE),
    "getArticle (draft)": Row(_draft("GET"), 200, 404, nobody=404, without_scope=200),
    "updateArticle": Row(_article("PATCH", json={"title": "x"}, **ANY), 200, 403),
    "updateArticle (draft)": Row(_draft("PATCH", json={"title": "x"}, **ANY), 200, 404),
    "deleteArticle": Row(_article("DELETE", **ANY), 204, 403),
    "deleteArticle (draft)": Row(_draft("DELETE", **ANY), 204, 404),
    "listComments": Row(_article("GET", "/comments"), 200, 200, **_FREE),
    "listComments (draft)": Row(_draft("GET", "/comments"), 200, 404, nobody=404, without_scope=200),
    "createComment": Row(_article("POST", "/comments", json={"body": "x"}), 201, 201),
    "deleteComment": Row(_comment, 204, 403),
    "streamComments": Row(_article("GET", "/comment-events"), 200, 200, **_FREE),
    "streamComments (draft)": Row(_draft("GET", "/comment-events"), 200, 404, nobody=404, without_scope=200),
    "listAttachments": Row(_article("GET", "/attachments"), 200, 200, **_FREE),
    "listAttachments (draft)": Row(_draft("GET", "/attachments"), 200, 404, nobody=404, without_scope=200),
    "createAttachment": Row(_article("POST", "/attachments", **_FILE), 201, 403),
    "createAttachment (draft)": Row(_draft("POST", "/attachments", **_FILE), 201, 404),
    "downloadAttachment": Row(_attachment("GET"), 200, 200, **_FREE),
    "deleteAttachment": Row(_attachment("DELETE"), 204, 403),
    "listTags": Row(_plain("GET", "/tags"), 200, 200, **_PUBLIC),
    "getLiveness": Row(_plain("GET", "/health/live"), 200, 200, **_PUBLIC),
    "getReadiness": Row(_plain("GET", "/health/ready"), 200, 200, **_PUBLIC),
    "getVersion": Row(_plain("GET", "/version"), 200, 200, **_PUBLIC),
}
OPEN = {"registerAccount", "createToken", "revokeToken"}
"""Operations that make or end credentials; who asks does not matter, and other tests are about them."""


@pytest.mark.usefixtures("database")
def test_every_operation_is_in_the_table() -> None:
    operations = {operation.operation_id for operation in load_contract(CONTRACT).operations}
    assert operations == {name.split(" ")[0] for name in ROWS} | OPEN


@pytest.mark.parametrize("name", ROWS)
def test_everybody_gets_what_the_table_says(api: Api, name: str) -> None:
    row = ROWS[name]
    owner, stranger = api.person(), api.person()
    needed = {"articles": "account comments", "comments": "account articles", "account": "articles comments"}
    poor_scope = needed[_scope(name) or "articles"]
    poor = api.tokens_of(owner.handle, poor_scope)
    expired = jwt.encode(
        jwt.decode(owner.access, options={"verify_signature": False})
        | {"exp": datetime.now(UTC) - timedelta(minutes=1)},
        DEVELOPMENT_SECRET,
        algorithm="HS256",
        headers={"typ": "at+jwt"},
    )
    call = row.make(api, owner)
    before = api.send("GET", call.path, owner).text if row.stranger in (403, 404) and call.method != "DELETE" else None

    def status(headers: dict[str, str]) -> int:
        given = call.more.get("headers", {})
        assert isinstance(given, dict)
        return api.send(call.method, call.path, **(call.more | {"headers": given | headers})).status_code

    assert status({}) == row.nobody, "nobody"
    assert status(bearer("garbage")) == row.wrong, "garbage"
    assert status(bearer(expired)) == row.wrong, "expired"
    assert status({"Authorization": "Basic YTpi"}) == row.wrong, "another scheme"
    assert status(poor.headers) == row.without_scope, "without the scope"
    assert status(stranger.headers) == row.stranger, "a stranger"
    if before is not None:
        assert api.send("GET", call.path, owner).text == before, "what was refused must have changed nothing"
    assert status(owner.headers) == row.owner, "the owner"


def _scope(name: str) -> str | None:
    """The scope that an operation needs."""
    found = next(each for each in load_contract(CONTRACT).operations if each.operation_id == name.split(" ")[0])
    return next((scope for requirement in found.security for scopes in requirement.values() for scope in scopes), None)


def test_an_ended_session_is_refused_everywhere(api: Api) -> None:
    person = api.person()
    article = api.article(person)
    api.send("POST", "/tokens/revocation", data={"token": person.refresh})
    for method, path, more in (
        ("GET", "/articles", {}),
        ("GET", f"/articles/{article['slug']}", {}),
        ("GET", f"/articles/{article['slug']}/comments", {}),
        ("POST", f"/articles/{article['slug']}/comments", {"json": {"body": "x"}}),
        ("POST", "/articles", {"json": {"title": "x", "body": "y", "slug": unique("never-")}}),
        ("PATCH", f"/articles/{article['slug']}", {"json": {"title": "x"}, "headers": {"If-Match": "*"}}),
        ("DELETE", f"/articles/{article['slug']}", {"headers": {"If-Match": "*"}}),
    ):
        answer = api.send(method, path, person, **more)
        assert answer.status_code == 401, (method, path)
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert api.send("GET", f"/articles/{article['slug']}").status_code == 200
