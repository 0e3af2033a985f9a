"""The mock: examples first, then values for schemas; told by Prefer and Accept, and held to the contract."""

from __future__ import annotations

import json
import time
from email import message_from_bytes

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from handfast.contract import Contract, JSONValue, load_contract_text
from handfast.design.mock import Latency, MockOptions, anybody, mock
from handfast.design.mock.serving import mocked
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
                "404": response(
                    content={
                        "application/json": {
                            "schema": {"const": "missing"},
                            "examples": {"the one": {"value": "missing"}},
                        }
                    }
                ),
                "422": response(
                    content={
                        "application/json": {"schema": {"type": "integer"}, "examples": {"tiny": {"value": 0}}},
                    }
                ),
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
        ({"Prefer": "example=nobody, handling=lenient"}, 200, "application/json", {"title": "Draft", "size": 8}),
        ({"Prefer": "code=404"}, 404, "application/json", "missing"),
        ({"Prefer": "example=long, code=404, handling=lenient"}, 404, "application/json", "missing"),
        ({"Prefer": "example=tiny"}, 422, "application/json", 0),
        ({"Prefer": 'code=404; reason="a, b", example="the one"'}, 404, "application/json", "missing"),
        ({"Prefer": "code=418"}, 418, "application/json", 1),
        ({"Prefer": "code=503, handling=lenient"}, 200, "application/json", {"title": "Draft", "size": 8}),
        ({"Prefer": "wait=1, respond-async"}, 200, "application/json", {"title": "Draft", "size": 8}),
        ({"Accept": "text/plain"}, 200, "text/plain; charset=utf-8", "a"),
        ({"Accept": "image/*"}, 200, "image/png", ""),
    ],
)
def test_a_client_chooses_the_reply(headers: dict[str, str], status: int, media_type: str, body: JSONValue) -> None:
    answer = client(contract(ARTICLES)).get("/articles", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, media_type)
    assert (answer.json() if "json" in media_type else answer.text) == body


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("code=503", "getArticle declares no response for 503; it has 404, 422, 200, 4XX"),
        ("code=5O3", "code wants a status from 100 to 599, and not '5O3'"),
        ("code=404, example=long", "the response 404 of getArticle has no example 'long'; it has the one"),
        ("example=nobody", "the response 200 of getArticle has no example 'nobody'; it has broken, draft, long"),
        ("example=broken", "the example 'broken' breaks its schema; `handfast lint` says how"),
        ("dynamic=perhaps", "dynamic wants true or false, and not 'perhaps'"),
        ("latency=soon", "a latency is written 200ms, 1.5s or 50..200ms, and not 'soon'"),
        ("latency=2s..1s", "a latency goes from less to more, and to 60s at most: '2s..1s' does not"),
        ("wait=long", "wait wants whole seconds, 3600 at most, and not 'long'"),
        ('code=404, "', "this is no list of preferences (RFC 7240): '\"'"),
        ("code 404", "this is no list of preferences (RFC 7240): 'code 404'"),
    ],
)
def test_what_cannot_be_met_is_a_problem_that_says_what_there_is(header: str, detail: str) -> None:
    answer = client(contract(ARTICLES)).get("/articles", headers={"Prefer": header})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json() == {
        "type": "urn:handfast:mock:preference",
        "title": "Bad Request",
        "status": 400,
        "detail": detail,
    }


@pytest.mark.parametrize(
    ("headers", "applied"),
    [
        ([], None),
        (["respond-async"], None),
        (["code=404"], "code=404"),
        (['Code = 404 ; a=b , , Example="the one"'], 'code=404, example="the one"'),
        (["example=long", "example=draft, dynamic"], "example=long, dynamic=true"),
        (["latency=1ms, dynamic=false"], "dynamic=false, latency=1ms"),
        (["latency=30s, wait=0"], "latency=0ms"),
        (["example=nobody, handling=lenient"], None),
    ],
)
def test_a_client_is_told_which_preferences_were_met(headers: list[str], applied: str | None) -> None:
    answer = client(contract(ARTICLES)).get("/articles", headers=[("Prefer", value) for value in headers])
    assert answer.headers.get("preference-applied") == applied
    assert answer.headers["vary"] == "Prefer"


def test_a_preference_is_for_requests_that_keep_the_contract() -> None:
    answer = client(contract(ARTICLES)).get("/articles?more=1", headers={"Prefer": "code=404"})
    assert answer.status_code == 422
    assert "preference-applied" not in answer.headers


def test_examples_of_one_name_belong_together() -> None:
    named: JSONValue = {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "integer"},
        "examples": {"ada": {"value": 1}, "grace": {"value": 2}},
    }
    people: JSONValue = {name: {"value": {"name": name}} for name in ("ada", "grace")}
    content: JSONValue = {"application/json": {"schema": {"type": "object"}, "examples": people}}
    get: JSONValue = {"operationId": "get", "parameters": [named], "responses": {"200": response(content=content)}}
    asked = client(contract({"/{id}": {"get": get}}))
    assert [asked.get(f"/{number}").json()["name"] for number in (1, 2, 3)] == ["ada", "grace", "ada"]


THING: JSONValue = {
    "type": "object",
    "required": ["slug", "title"],
    "properties": {
        "slug": {"type": "string", "maxLength": 20},
        "title": {"type": "string", "examples": ["The author's"]},
        "at": {"type": "string", "format": "date-time"},
    },
}
SLUG: JSONValue = {"name": "slug", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 30}}
READ: dict[str, JSONValue] = {
    "operationId": "read",
    "parameters": [SLUG],
    "responses": {"200": response(content={"application/json": {"schema": THING}})},
}


def test_values_of_chance_are_the_same_for_the_same_request_and_seed() -> None:
    made = contract({"/{slug}": {"get": READ}})
    dynamic = {"Prefer": "dynamic=true"}
    first, again, other = client(made), client(made), client(made, seed=1)
    assert first.get("/a").json()["title"] == "The author's"
    values = [first.get(f"/{slug}", headers=dynamic).json() for slug in "abcdefgh"]
    assert [value["slug"] for value in values] == [*"abcdefgh"], "what the path names is what is answered"
    assert all(value["title"] != "The author's" for value in values)
    assert len({value["at"] for value in values}) > 4
    assert [again.get(f"/{slug}", headers=dynamic).json() for slug in "hgfedcba"] == values[::-1]
    assert [other.get(f"/{slug}", headers=dynamic).json() for slug in "abcdefgh"] != values
    assert first.get("/longer-than-twenty-letters", headers=dynamic).status_code == 200


def statuses(made: Contract, options: MockOptions, count: int = 200, **headers: str) -> list[int]:
    asked = TestClient(mocked(made, options), headers=headers)
    return [asked.get("/articles").status_code for _ in range(count)]


def test_failures_come_at_the_same_requests_for_the_same_seed() -> None:
    made = contract({"/articles": {"get": {**READ, "parameters": [], "responses": RESPONSES}}})
    some = MockOptions(failure_rate=0.2)
    found = statuses(made, some)
    assert found == statuses(made, some) != statuses(made, MockOptions(failure_rate=0.2, seed=1))
    assert 15 < sum(status != 200 for status in found) < 70
    assert set(found) == {200, 429, 503}, "only what is declared"
    assert set(statuses(made, MockOptions(failure_rate=1, failure_statuses=(503,)), 5)) == {503}
    assert statuses(made, MockOptions(failure_rate=1), 5, Prefer="code=200") == [200] * 5


RESPONSES: JSONValue = {
    "200": response(content={"application/json": {"schema": THING}}),
    "404": response(),
    "429": response(),
    "503": response(content={"application/json": {"schema": {"const": "busy"}}}),
}


def test_a_failure_that_is_not_declared_comes_only_when_it_is_asked_for() -> None:
    made = contract({"/articles": {"get": {**READ, "parameters": []}}})
    assert statuses(made, MockOptions(failure_rate=1), 5) == [200] * 5
    answer = TestClient(mocked(made, MockOptions(failure_rate=1, failure_statuses=(502,)))).get("/articles")
    assert (answer.status_code, answer.json()["type"]) == (502, "urn:handfast:mock:failure")
    assert "read has no 502" in answer.json()["detail"]


def test_latency_is_waited_for() -> None:
    made = contract({"/articles": {"get": {**READ, "parameters": []}}})
    asked = TestClient(mocked(made, MockOptions(latency=Latency.of("60..80ms"))))
    started = time.monotonic()
    assert asked.get("/articles").status_code == 200
    assert time.monotonic() - started >= 0.06


@pytest.mark.parametrize(
    ("text", "latency"),
    [
        ("200ms", Latency(0.2, 0.2)),
        ("50..200ms", Latency(0.05, 0.2)),
        ("0.5s..2s", Latency(0.5, 2)),
        ("0ms", Latency()),
    ],
)
def test_latencies_are_written_with_a_unit(text: str, latency: Latency) -> None:
    assert Latency.of(text) == latency


def test_pages_of_an_origin_may_ask() -> None:
    made = contract(ARTICLES)
    asked = TestClient(mocked(made, origins=["https://app.example"]))
    origin = {"Origin": "https://app.example"}
    preflight = asked.options(
        "/articles",
        headers={**origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "prefer"},
    )
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, "https://app.example")
    answer = asked.get("/articles", headers=origin)
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    exposed = answer.headers["access-control-expose-headers"].lower().split(", ")
    assert {"etag", "x-count", "preference-applied"} <= set(exposed)
    assert "access-control-allow-origin" not in TestClient(mocked(made)).get("/articles", headers=origin).headers


def test_headers_are_sent_whether_they_are_required_or_not() -> None:
    answer = client(contract(ARTICLES)).get("/articles")
    assert answer.headers["x-count"] == "3"
    assert set(answer.headers["etag"]) <= set('"abcdef')


@pytest.mark.parametrize(
    ("schema", "allow"),
    [
        ({"type": "string"}, "GET, HEAD, OPTIONS, PUT"),
        ({"type": "array", "items": {"type": "string"}}, "GET,HEAD,OPTIONS,PUT"),
        ({"const": "GET"}, "GET"),
    ],
)
@pytest.mark.parametrize("method", ["OPTIONS", "PUT"])
def test_allow_lists_the_methods_of_the_path(method: str, schema: JSONValue, allow: str) -> None:
    said: JSONValue = {"responses": {"200": response(headers={"Allow": {"schema": schema}})}}
    get: JSONValue = {"responses": {"204": response()}}
    made = contract({"/articles": {"options": said, "put": said, "get": get}, "/others": {"delete": get}})
    assert client(made).request(method, "/articles").headers["allow"] == allow


@pytest.mark.parametrize(("media_type", "status"), [("application/problem+json", 404), ("application/json", 100)])
def test_made_up_problems_name_the_status_that_is_sent(media_type: str, status: int) -> None:
    schema: JSONValue = {
        "type": "object",
        "required": ["status"],
        "properties": {"status": {"type": "integer", "minimum": 100}},
    }
    missing = response(content={media_type: {"schema": schema}})
    made = contract({"/": {"get": {"operationId": "get", "responses": {"404": missing}}}})
    assert client(made).get("/").json()["status"] == status


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


def shown(response_of_it: JSONValue) -> Contract:
    """A contract with one operation that replies so."""
    return contract({"/": {"get": {"operationId": "get", "responses": {"200": response_of_it}}}})


NUMBER: JSONValue = {"type": "integer", "minimum": 5}


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ({"schema": NUMBER, "example": 7}, "7"),
        ({"schema": NUMBER, "examples": {"wrong": {"value": 1}, "right": {"dataValue": 8}}}, "8"),
        ({"schema": {"type": "array", "items": NUMBER}, "example": [5, 6]}, "5,6"),
        ({"content": {"text/plain": {"schema": {"type": "string"}, "example": "seven"}}}, "seven"),
        ({"schema": NUMBER, "example": "seven"}, "5"),
    ],
)
def test_headers_are_those_of_examples(header: JSONValue, text: str) -> None:
    assert client(shown(response(headers={"X-A": header}))).get("/").headers["x-a"] == text


PET: JSONValue = {"type": "object", "properties": {"id": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("media_type", "declared", "body"),
    [
        ("application/xml", {"schema": PET, "example": "<pet/>"}, "<pet/>"),
        ("application/xml", {"schema": PET, "examples": {"a": {"serializedValue": "<pet/>"}}}, "<pet/>"),
        (
            "application/xml",
            {"schema": PET, "examples": {"a": {"dataValue": {"id": 1}, "serializedValue": "<id>1</id>"}}},
            "<id>1</id>",
        ),
        ("text/plain", {"schema": {"type": "string"}, "examples": {"a": {"serializedValue": "hi"}}}, "hi"),
        ("text/plain", {"schema": NUMBER, "examples": {"a": {"dataValue": 7, "serializedValue": "7"}}}, "7"),
        ("application/json", {"schema": NUMBER, "examples": {"a": {"dataValue": 7, "serializedValue": "8"}}}, "7"),
    ],
)
def test_what_is_no_json_is_sent_as_examples_write_it(
    media_type: str, declared: dict[str, JSONValue], body: str
) -> None:
    made = shown(response(content={media_type: declared}))
    assert client(made).get("/").text == body
    if "examples" in declared:
        assert client(made).get("/", headers={"Prefer": "example=a"}).text == body


@pytest.mark.parametrize(
    ("media_type", "schema", "sent", "body"),
    [
        ("*/*", {}, "application/json", '"string"'),
        ("application/*", {"enum": ["a"]}, "application/json", '"a"'),
        ("*/*", {"type": "string", "enum": ["a"]}, "text/plain", "a"),
        ("text/*", {"enum": ["a"]}, "text/plain", "a"),
    ],
)
def test_a_text_under_a_range_is_json_where_its_media_type_is(
    media_type: str, schema: JSONValue, sent: str, body: str
) -> None:
    answer = client(shown(response(content={media_type: {"schema": schema}}))).get("/")
    assert answer.headers["content-type"].partition(";")[0] == sent
    assert answer.text == body


PLACED: JSONValue = {
    "contentType": "image/*",
    "headers": {"X-A": {"required": True, "content": {"text/plain": {"schema": {"const": "a"}}}}},
}


@pytest.mark.parametrize(
    ("media_type", "declared", "parts"),
    [
        ("multipart/form-data", {"schema": {"type": "object", "required": ["id"], "properties": {"id": NUMBER}}}, 1),
        ("multipart/mixed", {"schema": {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}}, 2),
        ("multipart/mixed", {"itemSchema": {}, "itemEncoding": PLACED}, 3),
        ("multipart/byteranges", {"itemSchema": {"maxLength": 64}, "itemEncoding": PLACED}, 3),
    ],
)
def test_parts_are_framed_by_the_boundary_that_is_named(
    media_type: str, declared: dict[str, JSONValue], parts: int
) -> None:
    answer = client(shown(response(content={media_type: declared}))).get("/")
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n"
    message = message_from_bytes(head.encode() + answer.content)
    found = list(message.walk())[1:]
    assert (message.get_content_type(), len(found)) == (media_type, parts)
    if "itemEncoding" in declared:
        assert [(part["content-type"], part["x-a"]) for part in found] == [("image/png", "a")] * parts
