"""Tokens: grants, rotation, reuse, revocation, and every way in which an access token can be wrong."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from httpx2 import Response
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.testclient import TestClient

from blog.settings import DEVELOPMENT_SECRET
from handlers.app import create_app
from tests.service.conftest import Api, Person, bearer, problem, settings, unique


def refusal(answer: Response) -> str:
    """The code of an OAuth error (RFC 6749, section 5.2)."""
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"].split(";")[0] == "application/json"
    body: dict[str, str] = answer.json()
    assert set(body) <= {"error", "error_description"}
    return body["error"]


def test_a_password_gives_both_tokens(api: Api) -> None:
    person = api.person()
    for name in (person.handle, f"{person.handle}@Example.org"):
        answer = api.log_in(name)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        body = answer.json()
        assert body["token_type"] == "Bearer"
        assert body["expires_in"] == 600
        assert body["scope"] == "account articles comments"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "invalid_request"),
        ({"grant_type": "password", "username": "ada"}, "invalid_request"),
        ({"grant_type": "password", "username": "ada", "password": ""}, "invalid_request"),
        ({"grant_type": "password", "username": "", "password": "guess"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": ""}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "nobody", "password": "guess"}, "invalid_grant"),
        ({"grant_type": "password", "username": "nobody@example.org", "password": "guess"}, "invalid_grant"),
        ({"grant_type": "password", "username": "a", "password": "b", "scope": "admin"}, "invalid_scope"),
        ({"grant_type": "password", "username": "a", "password": "b", "scope": " "}, "invalid_scope"),
        ({"grant_type": "refresh_token", "refresh_token": "never-issued"}, "invalid_grant"),
        ({"grant_type": "password", "username": "\u0000", "password": "b"}, "invalid_request"),
    ],
)
def test_wrong_grants_get_oauth_errors(api: Api, form: dict[str, str], code: str) -> None:
    assert refusal(api.send("POST", "/tokens", data=form)) == code


def test_a_repeated_member_is_refused(api: Api) -> None:
    content = "grant_type=password&grant_type=password&username=a&password=b"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert refusal(api.send("POST", "/tokens", content=content, headers=headers)) == "invalid_request"


def test_unknown_members_are_ignored(api: Api) -> None:
    person = api.person()
    assert api.log_in(person.handle, client_id="web").status_code == 200


def test_a_scope_without_a_value_is_no_scope(api: Api) -> None:
    """RFC 6749, section 3.2; many clients send all fields of their form."""
    person = api.person("account articles")
    assert api.log_in(person.handle, scope="").json()["scope"] == "account articles comments"
    assert api.renew(person.refresh, scope="").json()["scope"] == "account articles"


def test_names_have_no_case_and_nobody_s_password_is_compared_as_any(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = api.person().handle
    for name in (handle.upper(), f"{handle}@EXAMPLE.org"):
        assert api.log_in(name).status_code == 200
    compared: list[bool] = []
    verify = Argon2Hasher.verify

    def noted(self: Argon2Hasher, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002  # as it is called
        compared.append(verify(self, password, hash))
        return compared[-1]

    monkeypatch.setattr(Argon2Hasher, "verify", noted)
    assert api.log_in("nobody").json()["error"] == "invalid_grant"  # as late as for somebody, so that nobody is told
    assert compared == [False]


def test_a_wrong_password_is_refused(api: Api) -> None:
    assert refusal(api.log_in(api.person().handle, "not the password")) == "invalid_grant"


def test_a_scope_narrows_what_the_token_may_do(api: Api) -> None:
    person = api.person("comments account")
    assert api.send("GET", "/accounts/me", person).status_code == 200
    forbidden = api.send("POST", "/articles", person, json={"title": "x", "body": "y"})
    problem(forbidden, 403)
    assert 'error="insufficient_scope"' in forbidden.headers["www-authenticate"]


def test_a_refresh_token_works_once(api: Api) -> None:
    person = api.person()
    answer = api.renew(person.refresh)
    assert answer.status_code == 200
    tokens = answer.json()
    assert tokens["refresh_token"] != person.refresh
    assert api.send("GET", "/accounts/me", headers=bearer(tokens["access_token"])).status_code == 200


def test_a_refresh_token_that_comes_back_ends_its_session_alone(api: Api) -> None:
    person = api.person()
    elsewhere = api.tokens_of(person.handle)
    following = api.renew(person.refresh).json()
    assert refusal(api.renew(person.refresh)) == "invalid_grant"
    assert refusal(api.renew(following["refresh_token"])) == "invalid_grant"
    problem(api.send("GET", "/accounts/me", headers=bearer(following["access_token"])), 401)
    problem(api.send("GET", "/accounts/me", person), 401)
    assert api.send("GET", "/accounts/me", elsewhere).status_code == 200
    assert api.renew(elsewhere.refresh).status_code == 200


def test_a_refreshed_token_may_be_narrower_and_never_wider(api: Api) -> None:
    person = api.person("account articles")
    assert refusal(api.renew(person.refresh, scope="comments")) == "invalid_scope"
    answer = api.renew(person.refresh, scope="account")
    assert answer.status_code == 200, "a refused scope must not use the token up"
    assert answer.json()["scope"] == "account"
    assert api.renew(answer.json()["refresh_token"]).json()["scope"] == "account articles"


@pytest.mark.parametrize("which", ["refresh", "used", "access"])
def test_revocation_ends_the_session(api: Api, which: str) -> None:
    person = api.person()
    token = person.access if which == "access" else person.refresh
    latest = api.renew(person.refresh).json()["refresh_token"] if which == "used" else person.refresh
    for _ in range(2):
        answer = api.send("POST", "/tokens/revocation", data={"token": token, "token_type_hint": "whatever"})
        assert (answer.status_code, answer.content) == (200, b"")
    problem(api.send("GET", "/accounts/me", person), 401)
    assert refusal(api.renew(latest)) == "invalid_grant"


def test_an_unknown_token_is_revoked_without_complaint(api: Api) -> None:
    assert api.send("POST", "/tokens/revocation", data={"token": "never issued"}).status_code == 200
    assert refusal(api.send("POST", "/tokens/revocation", data={})) == "invalid_request"


def test_sessions_end_when_they_are_not_used_and_after_all(tmp_path: Path) -> None:
    for lifetime in ("refresh_idle_seconds", "refresh_absolute_seconds"):
        url = f"sqlite:///{tmp_path / lifetime}.db"
        app = create_app(settings(database_url=url, **{lifetime: 1}))
        with TestClient(app) as client:
            api = Api(client, app)
            person = api.person()
            import time

            time.sleep(1.1)
            assert refusal(api.renew(person.refresh)) == "invalid_grant"


def test_hashes_are_renewed_when_the_settings_change(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'blog.db'}"
    handle = unique()
    for memory in (64, 128, 128):
        app = create_app(settings(database_url=url, argon2_memory_kib=memory))
        with TestClient(app) as client:
            api = Api(client, app)
            if memory == 64:
                api.register(handle)
            assert api.log_in(handle).status_code == 200
    import sqlite3

    connection = sqlite3.connect(tmp_path / "blog.db")
    (kept,) = connection.execute("SELECT password_hash FROM account").fetchone()
    connection.close()
    assert "m=128," in kept
    assert kept.startswith("$argon2id$")


def test_the_database_has_no_token_in_it(fresh: Api, tmp_path: Path) -> None:
    person = fresh.person()
    stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert person.handle.encode() in stored
    assert person.refresh.encode() not in stored
    assert person.access.encode() not in stored


Forge = Callable[[dict[str, object]], str]


def _sign(claims: dict[str, object], secret: str = DEVELOPMENT_SECRET, **header: object) -> str:
    return jwt.encode(claims, secret, algorithm="HS256", headers={"typ": "at+jwt"} | header)


def _raw(header: dict[str, object], claims: dict[str, object], signature: str = "") -> str:
    def part(value: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value, default=str).encode()).rstrip(b"=").decode()

    return f"{part(header)}.{part(claims)}.{signature}"


def _times(claims: dict[str, object]) -> dict[str, object]:
    return {name: int(value.timestamp()) if isinstance(value, datetime) else value for name, value in claims.items()}


def _without(name: str) -> Forge:
    return lambda claims: _sign({key: value for key, value in claims.items() if key != name})


def _with(**changed: object) -> Forge:
    return lambda claims: _sign(claims | changed)


def _moved(**seconds: int) -> Forge:
    return lambda claims: _sign(
        claims | {name: datetime.now(UTC) + timedelta(seconds=by) for name, by in seconds.items()}
    )


WRONG: dict[str, Forge] = {
    "algorithm none": lambda claims: _raw({"alg": "none", "typ": "at+jwt"}, _times(claims)),
    "algorithm NoNe": lambda claims: _raw({"alg": "NoNe", "typ": "at+jwt"}, _times(claims)),
    "another algorithm": lambda claims: jwt.encode(
        claims, DEVELOPMENT_SECRET * 2, algorithm="HS512", headers={"typ": "at+jwt"}
    ),
    "another secret": lambda claims: _sign(claims, "x" * 48),
    "no signature": lambda claims: _sign(claims).rpartition(".")[0] + ".",
    "a changed signature": lambda claims: _sign(claims)[:-6] + "AAAAAA",
    "changed claims": lambda claims: _raw(
        {"alg": "HS256", "typ": "at+jwt"}, _times(claims) | {"sub": "1"}, _sign(claims).rpartition(".")[2]
    ),
    "an ID token": lambda claims: _sign(claims, typ="id+jwt"),
    "a plain JWT": lambda claims: _sign(claims, typ="JWT"),
    "a key id": lambda claims: _sign(claims, kid="../../dev/null"),
    "a key of its own": lambda claims: _sign(claims, jwk={"kty": "oct", "k": "eHh4"}),
    "a key elsewhere": lambda claims: _sign(claims, jku="https://evil.example/keys"),
    "a critical extension": lambda claims: _sign(claims, crit=["b64"]),
    "expired": _moved(exp=-60, iat=-700),
    "issued in the future": _moved(iat=600),
    "not yet valid": _moved(nbf=600),
    "another issuer": _with(iss="somebody"),
    "another audience": _with(aud="somebody"),
    "several audiences": _with(aud=["handfast-publishing", "somebody"]),
    "a subject that is no number": _with(sub="ada"),
    "a negative subject": _with(sub="-1"),
    "a huge subject": _with(sub="9" * 30),
    "a session that is no number": _with(sid="one"),
    "a session of somebody else": _with(sid="9223372036854775"),
    "a scope that is no text": _with(scope=["account"]),
    "without issuer": _without("iss"),
    "without audience": _without("aud"),
    "without subject": _without("sub"),
    "without session": _without("sid"),
    "without scope": _without("scope"),
    "without id": _without("jti"),
    "without time of issue": _without("iat"),
    "without end": _without("exp"),
    "two parts": lambda claims: _sign(claims).rpartition(".")[0],
    "garbage": lambda claims: "garbage",
    "too long": lambda claims: _sign(claims | {"more": "x" * 5000}),
}


@pytest.fixture(scope="module")
def owner(api: Api) -> tuple[Api, Person]:
    return api, api.person()


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_access_token_is_refused(owner: tuple[Api, Person], fault: str) -> None:
    api, person = owner
    claims: dict[str, object] = jwt.decode(person.access, options={"verify_signature": False})
    right = api.send("GET", "/accounts/me", headers=bearer(_sign(claims)))
    assert right.status_code == 200, "the forgery is right but for its fault"
    answer = api.send("GET", "/accounts/me", headers=bearer(WRONG[fault](dict(claims))))
    problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_little_difference_of_clocks_is_forgiven(owner: tuple[Api, Person]) -> None:
    api, person = owner
    claims: dict[str, object] = jwt.decode(person.access, options={"verify_signature": False})
    answer = api.send("GET", "/accounts/me", headers=bearer(_moved(exp=-15)(claims)))
    assert answer.status_code == 200


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "bearer", "Token x", ""])
def test_other_credentials_are_refused(api: Api, header: str) -> None:
    problem(api.send("GET", "/accounts/me", headers={"Authorization": header}), 401)
