"""Who gets in: every kind of scheme, alternatives, scopes, and what those who do not get in are told."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from handfast.contract import JSONValue
from handfast.runtime import Credentials, Grant, Operations, bind, principal
from tests.runtime.serving import Choose200, contract_of, problem, serving

SCHEMES: dict[str, JSONValue] = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "queryKey": {"type": "apiKey", "in": "query", "name": "api key"},
    "cookieKey": {"type": "apiKey", "in": "cookie", "name": "session"},
    "basic": {"type": "http", "scheme": "Basic"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "digest": {"type": "http", "scheme": "digest"},
    "oauth": {
        "type": "oauth2",
        "flows": {"clientCredentials": {"tokenUrl": "/t", "scopes": {"read": "", "write": ""}}},
    },
    "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://id.test/.well-known/openid-configuration"},
    "tls": {"type": "mutualTLS"},
}

SECURITY: dict[str, JSONValue] = {
    **{name: [{name: []}] for name in SCHEMES},
    "open": [],
    "optional": [{}, {"bearer": []}],
    "either": [{"key": []}, {"bearer": []}],
    "both": [{"key": [], "bearer": []}],
    "bothReversed": [{"bearer": [], "key": []}],
    "reads": [{"oauth": ["read"]}],
    "writes": [{"oauth": ["read", "write"]}],
    "readsAndKey": [{"oauth": ["read"], "key": []}],
    "writesOrReads": [{"oauth": ["write"]}, {"oauth": ["read"]}],
    "readsOrMore": [{"oauth": ["read"]}, {"oauth": ["read", "write"]}],
    "optionalKey": [{}, {"key": []}],
    "scopesOrKey": [{"oauth": ["write"]}, {"key": []}],
}


class User(str):
    """A principal."""

    __slots__ = ()


class Service(str):
    """Another kind of principal."""

    __slots__ = ()


async def authenticate(credentials: Credentials) -> Grant | None:
    """Lets in what begins with `good`; scopes stand behind a colon."""
    value = credentials.username or credentials.value
    if not value.startswith("good") or (credentials.type == "http" and credentials.password == "bad"):
        return None
    kind = Service if credentials.type == "mutualTLS" else User
    return Grant(kind(f"{credentials.scheme}={value}"), frozenset(value.partition(".")[2].split(".")))


def _handlers() -> type[Operations]:
    def init(
        self: object,
        user: Annotated[User | None, Depends(principal(User))],
        service: Annotated[Service | None, Depends(principal(Service))],
    ) -> None:
        self.seen = [user, service]  # type: ignore[attr-defined]

    def method() -> object:
        async def answer(self: object) -> Choose200:
            return Choose200(self.seen)  # type: ignore[attr-defined]

        return answer

    members: dict[str, object] = {"__init__": init, **{f"get_{_snake(name)}": method() for name in SECURITY}}
    return type("Doors", (Operations,), members, tag="default")


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    def paths(name: str, security: JSONValue) -> JSONValue:
        return {
            "get": {
                "operationId": f"get{name[0].upper()}{name[1:]}",
                "tags": ["default"],
                "security": security,
                "responses": {
                    "200": {"$ref": "#/components/responses/Choose200"},
                    "401": problem("Who?"),
                    "403": problem("You not."),
                },
            }
        }

    contract = contract_of(
        {f"/{name}": paths(name, security) for name, security in SECURITY.items()},
        securitySchemes=SCHEMES,
        responses={"Choose200": {"description": "In.", "content": {"application/json": {}}}},
    )
    app = FastAPI(openapi_url=None)
    bind(app, contract, [_handlers()], security=dict.fromkeys(SCHEMES, authenticate))

    async def with_certificate(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for name, value in scope["headers"]:
                if name == b"x-certificate":
                    scope["extensions"] = {"tls": {"client_cert_chain": [value.decode()]}}
        await app(scope, receive, send)

    with TestClient(with_certificate) as client:
        yield client


def _basic(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(text.encode()).decode()}"}


GOOD = {"Authorization": "Bearer good"}
BAD = {"Authorization": "Bearer bad"}


@pytest.mark.parametrize(
    ("path", "headers", "status", "seen"),
    [
        ("open", {}, 200, [None, None]),
        ("open", BAD, 200, [None, None]),
        ("key", {"X-Key": "good"}, 200, ["key=good", None]),
        ("key", {"X-Key": "bad"}, 401, None),
        ("key", {"X-Key": ""}, 401, None),
        ("key", {}, 401, None),
        ("key", GOOD, 401, None),
        ("queryKey?api%20key=good", {}, 200, ["queryKey=good", None]),
        ("queryKey?api+key=bad", {}, 401, None),
        ("queryKey?api+key=good&api+key=good", {}, 401, None),
        ("queryKey", {}, 401, None),
        ("cookieKey", {"Cookie": "other=1; session=good"}, 200, ["cookieKey=good", None]),
        ("cookieKey", {"Cookie": "session=bad"}, 401, None),
        ("cookieKey", {}, 401, None),
        ("basic", _basic("good:secret:with:colons"), 200, ["basic=good", None]),
        ("basic", _basic("good:bad"), 401, None),
        ("basic", _basic("good"), 401, None),
        ("basic", {"Authorization": "Basic !!!"}, 401, None),
        ("basic", {"Authorization": "Basic Z29vZDpzZWNyZXQ"}, 401, None),
        ("basic", {"Authorization": "Basic Z29vZDpzZWNyZXQ6d2l0aDpjb2xvbnM=="}, 401, None),
        ("basic", GOOD, 401, None),
        ("bearer", GOOD, 200, ["bearer=good", None]),
        ("bearer", {"Authorization": "bEaReR good"}, 200, ["bearer=good", None]),
        ("bearer", {"Authorization": "Bearer good token"}, 401, None),
        ("bearer", {"Authorization": "Bearer"}, 401, None),
        ("bearer", {"Authorization": "good"}, 401, None),
        ("bearer", BAD, 401, None),
        ("digest", {"Authorization": "Digest good=1"}, 200, ["digest=good=1", None]),
        ("oidc", GOOD, 200, ["oidc=good", None]),
        ("oidc", {}, 401, None),
        ("tls", {"X-Certificate": "good PEM"}, 200, [None, "tls=good PEM"]),
        ("tls", {"X-Certificate": "bad PEM"}, 401, None),
        ("tls", {}, 401, None),
        ("optional", {}, 200, [None, None]),
        ("optional", GOOD, 200, ["bearer=good", None]),
        ("optional", BAD, 401, None),
        ("optional", _basic("good:x"), 401, None),
        ("either", {"X-Key": "good"}, 200, ["key=good", None]),
        ("either", GOOD, 200, ["bearer=good", None]),
        ("either", {"X-Key": "bad", **GOOD}, 200, ["bearer=good", None]),
        ("either", {"X-Key": "bad"}, 401, None),
        ("either", {}, 401, None),
        ("both", {"X-Key": "good", **GOOD}, 200, ["key=good", None]),
        ("bothReversed", {"X-Key": "good", **GOOD}, 200, ["bearer=good", None]),
        ("both", {"X-Key": "good"}, 401, None),
        ("both", GOOD, 401, None),
        ("both", {"X-Key": "good", **BAD}, 401, None),
        ("reads", {"Authorization": "Bearer good.read"}, 200, ["oauth=good.read", None]),
        ("reads", {"Authorization": "Bearer good.write"}, 403, None),
        ("writes", {"Authorization": "Bearer good.read"}, 403, None),
        ("writes", {"Authorization": "Bearer good.read.write"}, 200, ["oauth=good.read.write", None]),
        ("writes", BAD, 401, None),
        ("readsAndKey", {"Authorization": "Bearer good.read", "X-Key": "good"}, 200, ["oauth=good.read", None]),
        ("readsAndKey", {"Authorization": "Bearer good", "X-Key": "good"}, 403, None),
        ("writesOrReads", {"Authorization": "Bearer good.read"}, 200, ["oauth=good.read", None]),
        ("optionalKey", {}, 200, [None, None]),
        ("optionalKey", {"X-Key": "bad"}, 401, None),
        ("scopesOrKey", {"Authorization": "Bearer good.read", "X-Key": "good"}, 200, ["key=good", None]),
        ("scopesOrKey", {"Authorization": "Bearer good.read"}, 403, None),
    ],
)
def test_who_gets_in(client: TestClient, path: str, headers: dict[str, str], status: int, seen: object) -> None:
    answer = client.get(f"/api/{path}", headers=headers)
    assert answer.status_code == status, answer.text
    if seen is not None:
        assert answer.json() == seen
    if status == 401:
        assert answer.headers["www-authenticate"]
        assert answer.json()["status"] == 401


BEARER = 'Bearer realm="Things"'


@pytest.mark.parametrize(
    ("path", "headers", "challenges"),
    [
        ("bearer", {}, [BEARER]),
        ("bearer", BAD, [f'{BEARER}, error="invalid_token"']),
        ("basic", {}, ['Basic realm="Things", charset="UTF-8"']),
        ("key", {}, ['ApiKey realm="Things", in="header", name="X-Key"']),
        ("tls", {}, ['ClientCertificate realm="Things"']),
        ("either", {}, ['ApiKey realm="Things", in="header", name="X-Key"', BEARER]),
        ("writes", {}, [BEARER]),
        (
            "writes",
            {"Authorization": "Bearer good"},
            [f'{BEARER}, error="insufficient_scope", scope="read write"'],
        ),
        ("writes", {"Authorization": "Bearer good.read"}, [f'{BEARER}, error="insufficient_scope", scope="write"']),
        ("readsOrMore", {"Authorization": "Bearer good"}, [f'{BEARER}, error="insufficient_scope", scope="read"']),
        ("scopesOrKey", {"Authorization": "Bearer good"}, [f'{BEARER}, error="insufficient_scope", scope="write"']),
    ],
)
def test_challenges_say_how(client: TestClient, path: str, headers: dict[str, str], challenges: list[str]) -> None:
    answer = client.get(f"/api/{path}", headers=headers)
    assert answer.headers.get_list("www-authenticate") == challenges


def test_credentials_are_looked_at_once_and_a_title_is_quoted() -> None:
    asked: list[str] = []

    async def reader(credentials: Credentials) -> Grant | None:
        asked.append(credentials.value)
        return Grant("reader", frozenset({"read"}))

    class Doors(Operations, tag="default"):
        async def choose(self) -> Choose200:
            return Choose200({})

    operation: JSONValue = {
        "operationId": "choose",
        "security": SECURITY["writesOrReads"],
        "responses": {"200": {"description": "In.", "content": {"application/json": {}}}, "401": problem("Who?")},
    }
    contract = replace(contract_of({"/": {"get": operation}}, securitySchemes=SCHEMES), title='A "b"\\ \u00e9')
    with serving(contract, Doors, security=dict.fromkeys(SCHEMES, reader)) as client:
        assert client.get("/api/", headers=GOOD).status_code == 200
        assert client.get("/api/").headers["www-authenticate"] == 'Bearer realm="A b "'
    assert asked == ["good"]


def test_two_authorization_headers_are_refused(client: TestClient) -> None:
    answer = client.get("/api/bearer", headers=[("Authorization", "Bearer good"), ("Authorization", "Bearer good")])
    assert answer.status_code in (400, 401)


def test_nobody_is_let_in_before_the_parameters_are_judged_for_them(client: TestClient) -> None:
    assert client.get("/api/bearer?unknown=1").status_code == 401
    assert client.get("/api/bearer?unknown=1", headers=GOOD).status_code == 422
