"""The mock: examples first, then values for schemas; told by Prefer and Accept, and held to the contract."""

from __future__ import annotations

import json

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from handfast.contract import Contract, JSONValue, load_contract_text
from handfast.design.mock import anybody, mock
from handfast.runtime import bind

ARTICLE: JSONValue = {
    "type": "object",
    "required": ["title", "size"],
    "properties": {
        "title": {"type": "string", "pattern": "^[A-Z][a-z]{3,8}$"},
        "size": {"type": "integer", "minimum": 7},
    },
}
BODY: JSONValue = {
    "application/json": {
        "schema": ARTICLE,
        "examples": {
            "broken": {"value": {"title": "no"}},
            "draft": {"value": {"title": "Draft", "size": 8}},
            "long": {"value": {"title": "Longer", "size": 900}},
        },
    },
    "text/plain": {"schema": {"type": "string", "maxLength": 3}},
    "image/png": {},
}
HEADERS: JSONValue = {
    "ETag": {"required": True, "schema": {"type": "string", "pattern": '^"[a-f]{4}"$'}},
    "X-Count": {"schema": {"type": "integer", "minimum": 3}},
}


def contract(paths: JSONValue, **components: JSONValue) -> Contract:
    document = {
        "openapi": "3.2.0",
        "info": {"title": "Mocked", "version": "1"},
        "paths": paths,
        "components": components,
    }
    return load_contract_text(json.dumps(document), "mocked.json")


def client(made: Contract, seed: int = 0) -> TestClient:
    app = FastAPI(openapi_url=None)
    bind(app, made, [], fallback=mock(made, seed=seed), security=anybody(made))
    return TestClient(app, raise_server_exceptions=False)


def response(**more: JSONValue) -> JSONValue:
    return {"description": "It.", **more}


ARTICLES: JSONValue = {
    "/articles": {
        "get": {
            "operationId": "getArticle",
            "responses": {
                "404": response(content={"application/json": {"schema": {"const": "missing"}}}),
                "200": response(content=BODY, headers=HEADERS),
                "4XX": response(content={"application/json": {"schema": {"type": "integer"}}}),
            },
        },
        "delete": {"operationId": "deleteArticle", "responses": {"default": response()}},
        "put": {"operationId": "putArticle"},
    }
}


@pytest.mark.parametrize(
    ("headers", "status", "media_type", "body"),
    [
        ({}, 200, "application/json", {"title": "Draft", "size": 8}),
        ({"Prefer": "example=long"}, 200, "application/json", {"title": "Longer", "size": 900}),
        ({"Prefer": "example=nobody"}, 200, "application/json", {"title": "Draft", "size": 8}),
        ({"Prefer": "code=404"}, 404, "application/json", "missing"),
        ({"Prefer": "example=long, code=404"}, 404, "application/json", "missing"),
        ({"Prefer": "code=418"}, 418, "application/json", 1),
        ({"Prefer": "code=503"}, 200, "application/json", {"title": "Draft", "size": 8}),
        ({"Prefer": "wait=1, respond-async"}, 200, "application/json", {"title": "Draft", "size": 8}),
        ({"Accept": "text/plain"}, 200, "text/plain; charset=utf-8", "a"),
        ({"Accept": "image/*"}, 200, "image/png", ""),
    ],
)
def test_a_client_chooses_the_reply(headers: dict[str, str], status: int, media_type: str, body: JSONValue) -> None:
    answer = client(contract(ARTICLES)).get("/articles", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, media_type)
    assert (answer.json() if "json" in media_type else answer.text) == body


def test_headers_are_sent_whether_they_are_required_or_not() -> None:
    answer = client(contract(ARTICLES)).get("/articles")
    assert answer.headers["x-count"] == "3"
    assert set(answer.headers["etag"]) <= set('"abcdef')


def test_operations_without_content_or_responses_are_answered() -> None:
    asked = client(contract(ARTICLES))
    assert (asked.delete("/articles").status_code, asked.delete("/articles").content) == (200, b"")
    assert asked.put("/articles").status_code == 204


def test_the_same_seed_gives_the_same_values() -> None:
    made = contract(
        {
            "/": {
                "get": {
                    "operationId": "get",
                    "responses": {"200": response(content={"application/json": {"schema": ARTICLE}})},
                }
            }
        }
    )
    first, again, other = (client(made, seed).get("/").json() for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize(
    ("media_type", "start"),
    [
        ("text/event-stream", b"data: {"),
        ("application/x-ndjson", b"{"),
        ("application/json-seq", b"\x1e{"),
    ],
)
def test_streams_are_framed_and_asked_for_item_by_item(media_type: str, start: bytes) -> None:
    content: JSONValue = {media_type: {"itemSchema": ARTICLE}}
    made = contract(
        {
            "/": {
                "post": {
                    "operationId": "post",
                    "requestBody": {"required": True, "content": {"application/x-ndjson": {"itemSchema": ARTICLE}}},
                    "responses": {"200": response(content=content)},
                }
            }
        }
    )
    lines = {"Content-Type": "application/x-ndjson"}
    answer = client(made).post("/", content=b'{"title":"Some","size":9}\n', headers=lines)
    assert answer.status_code == 200
    assert answer.content.startswith(start)
    assert answer.content.count(b'"size"') == 3
    assert client(made).post("/", content=b'{"title":"Some","size":1}\n', headers=lines).status_code == 422


def test_any_credentials_are_right_and_none_are_not() -> None:
    made = contract(
        {"/": {"get": {"operationId": "get", "security": [{"o": ["read"]}], "responses": {"204": response()}}}},
        securitySchemes={
            "o": {
                "type": "oauth2",
                "flows": {"clientCredentials": {"tokenUrl": "https://a.example", "scopes": {"read": ""}}},
            }
        },
    )
    assert client(made).get("/", headers={"Authorization": "Bearer anything"}).status_code == 204
    assert client(made).get("/").status_code == 401
