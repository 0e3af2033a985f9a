"""Refusals: their order, their statuses, and bodies that fit whatever shape the contract gives to errors."""

import asyncio
import re
from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from starlette.types import Message

from handfast.contract import JSONValue
from handfast.errors import BindError
from handfast.runtime import Credentials, Grant, Limits, Operations, Problem, bind
from handfast.runtime.problems import TABLE, Cause, refusal, refusals
from tests.runtime.serving import (
    PATHS,
    PROBLEM,
    Choose200,
    PutThing200,
    Thing,
    ThingsOperations,
    contract_of,
    problem,
    serving,
)

JSON = {"content-type": "application/json"}


async def nobody(credentials: Credentials) -> Grant | None:
    return Grant("somebody") if credentials.value == "good" else None


SECURED = {"scheme": {"type": "http", "scheme": "bearer"}}


def test_the_rest_of_a_body_that_is_too_large_is_taken_in() -> None:
    """So that a client which sends all before it reads gets to read the refusal."""
    left, sent = [b"x" * 8] * 5, list[Message]()

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": bool(left)}

    async def send(message: Message) -> None:
        sent.append(message)

    app = FastAPI(openapi_url=None)
    bind(app, contract_of(PATHS), [ThingsOperations], limits=Limits(body=10))
    scope = {
        "type": "http", "method": "PUT", "path": "/api/things/1", "raw_path": b"/api/things/1", "query_string": b"",
        "headers": [(b"content-type", b"application/json")],
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    assert (sent[0]["status"], left) == (413, [])


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        # Each row has everything wrong that the rows below have, and is answered for the first of it.
        ("/unknown", {"content-type": "text/plain"}, b"x" * 99, 404),
        ("/things/0?x=1", {"content-type": "text/plain"}, b"x" * 99, 401),
        ("/things/0?x=1", {"content-type": "text/plain", "authorization": "Bearer good"}, b"x" * 99, 415),
        ("/things/0?x=1", {**JSON, "authorization": "Bearer good"}, b"x" * 99, 413),
        ("/things/0?x=1", {**JSON, "authorization": "Bearer good"}, b"{", 400),
        ("/things/0?x=1", {**JSON, "authorization": "Bearer good"}, b"{}", 404),
        ("/things/1?x=1&dry=yes", {**JSON, "authorization": "Bearer good"}, b"{}", 422),
        ("/things/1", {**JSON, "authorization": "Bearer good"}, b'{"name": "a"}', 200),
    ],
)
def test_the_order_of_refusals(path: str, headers: dict[str, str], body: bytes, status: int) -> None:
    touched: list[str] = []

    async def database() -> AsyncIterator[None]:
        touched.append("opened")
        yield

    class Things(ThingsOperations):
        def __init__(self, session: Annotated[None, Depends(database)]) -> None: ...

        async def put_thing(self, *, id: int, dry: bool | None, body: Thing) -> PutThing200:  # noqa: A002
            return PutThing200(body)

    paths: dict[str, Any] = deepcopy(dict(PATHS))
    paths["/things/{id}"]["put"]["security"] = [{"scheme": []}]
    paths["/things/{id}"]["put"]["responses"]["401"] = problem("Who?")
    contract = contract_of(paths, securitySchemes=SECURED)
    with serving(contract, Things, security={"scheme": nobody}, limits=Limits(body=50)) as client:
        answer = client.put(f"/api{path}", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    assert touched == (["opened"] if status == 200 else [])
    if status != 200:
        assert answer.headers["content-type"] == PROBLEM
        assert answer.json()["status"] == status


def test_everything_that_is_wrong_is_told_at_once_and_nothing_of_the_input() -> None:
    class Things(ThingsOperations):
        pass

    with serving(contract_of(PATHS), Things) as client:
        answer = client.put(
            "/api/things/1?dry=secret1&more=secret2", json={"name": "secret3", "size": "secret4", "secret": 1}
        )
    assert answer.status_code == 422
    found = {(each.get("in", "body"), each.get("parameter", each.get("pointer"))) for each in answer.json()["errors"]}
    assert found == {
        ("query", "dry"), ("query", "more"), ("body", "/name"), ("body", "/size"), ("body", "/secret"),
    }  # fmt: skip
    for secret in ("secret1", "secret2", "secret3", "secret4"):
        assert secret not in answer.text


def test_at_most_twenty_errors_are_told() -> None:
    with serving(contract_of(PATHS), ThingsOperations) as client:
        answer = client.put("/api/things/1", json={"name": "a", **{f"m{index}": 1 for index in range(50)}})
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 20)


VIOLATION = TABLE[Cause.CONTRACT_VIOLATION].title

SHAPES: dict[str, tuple[JSONValue, JSONValue]] = {
    "closed problem": (
        {"type": "object", "additionalProperties": False, "required": ["title", "status"],
         "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
                        "detail": {"type": "string"}}},
        {"type": "urn:handfast:problem:contract-violation", "title": VIOLATION, "status": 422},
    ),
    "errors of pointer and detail": (
        {"type": "object", "required": ["errors"], "properties": {"errors": {"type": "array", "items": {
            "type": "object", "additionalProperties": False, "required": ["detail"],
            "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}}}}},
        None,
    ),
    "errors as texts": (
        {"type": "object", "properties": {"errors": {"type": "array", "items": {"type": "string"}}}},
        None,
    ),
    "about:blank alone": (
        {"type": "object", "properties": {"type": {"const": "about:blank"}}},
        {"type": "about:blank", "title": "Unprocessable Content", "status": 422},
    ),
    "OAuth": (
        {"type": "object", "additionalProperties": False, "required": ["error"],
         "properties": {"error": {"enum": ["invalid_request"]}, "error_description": {"type": "string"}}},
        {"error": "invalid_request", "error_description": TABLE[Cause.CONTRACT_VIOLATION].title},
    ),
    "message and code": (
        {"type": "object", "additionalProperties": False, "required": ["message", "code"],
         "properties": {"message": {"type": "string"}, "code": {"type": "integer"}}},
        {"message": TABLE[Cause.CONTRACT_VIOLATION].title, "code": 422},
    ),
    "nested by reference": (
        {"type": "object", "additionalProperties": False, "required": ["error"],
         "properties": {"error": {"$ref": "#/components/schemas/Inner"}}},
        {"error": {"reason": TABLE[Cause.CONTRACT_VIOLATION].title, "status": 422}},
    ),
    "little room": (
        {"type": "object", "additionalProperties": False, "required": ["message"],
         "properties": {"message": {"type": "string", "maxLength": 30}}},
        {"message": "422"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("media_type", [PROBLEM, "application/json", "application/vnd.error+json"])
def test_bodies_take_the_declared_shape(shape: str, media_type: str, caplog: pytest.LogCaptureFixture) -> None:
    schema, expected = SHAPES[shape]
    inner: JSONValue = {
        "type": "object", "required": ["reason", "status"], "properties": {
            "reason": {"type": "string"}, "status": {"type": "integer"}}}  # fmt: skip
    responses: JSONValue = {
        "200": {"description": "It.", "content": {"application/json": {}}},
        "422": {"description": "Wrong.", "content": {media_type: {"schema": schema}}},
    }
    contract = contract_of(
        {"/": {"get": {"operationId": "choose", "tags": ["default"], "responses": responses}}},
        schemas={"Inner": inner},
    )

    class Many(Operations, tag="default"):
        async def choose(self) -> Choose200:
            return Choose200({})

    with serving(contract, Many) as client:
        answer = client.get("/api/?unknown=1")
    assert (answer.status_code, answer.headers["content-type"]) == (422, media_type)
    assert expected is None or answer.json() == expected
    assert [record for record in caplog.records if record.name == "handfast.violations"] == []


WRONG = TABLE[Cause.CONTRACT_VIOLATION].title
UNKNOWN = "unknown: the contract does not know this query parameter"
XML = (
    '<?xml version="1.0" encoding="UTF-8"?><problem xmlns="urn:ietf:rfc:7807">'
    f"<type>urn:handfast:problem:contract-violation</type><title>{WRONG}</title><status>422</status></problem>"
)
TEXTS: list[tuple[dict[str, JSONValue], str, str]] = [
    ({"text/plain": {"schema": {"type": "string"}}}, "text/plain; charset=utf-8", f"{WRONG}: {UNKNOWN}"),
    ({"text/plain": {"schema": {"type": "string", "maxLength": 31}}}, "text/plain; charset=utf-8", WRONG),
    ({"text/plain": {"schema": {"type": "string", "maxLength": 3}}}, "text/plain; charset=utf-8", "422"),
    ({"text/html; charset=utf-8": {}}, "text/html; charset=utf-8", f"{WRONG}: {UNKNOWN}"),
    ({"text/*": {}}, "text/plain; charset=utf-8", f"{WRONG}: {UNKNOWN}"),
    ({"application/xml": {}}, "application/xml", XML),
    ({"application/problem+xml": {}, "image/png": {}}, "application/problem+xml", XML),
]


@pytest.mark.parametrize(("content", "media_type", "expected"), TEXTS)
def test_bodies_that_are_no_json(content: JSONValue, media_type: str, expected: str) -> None:
    responses: JSONValue = {
        "200": {"description": "It.", "content": {"application/json": {}}},
        "422": {"description": "Wrong.", "content": content},
    }
    contract = contract_of({"/": {"get": {"operationId": "choose", "tags": ["default"], "responses": responses}}})

    class Many(Operations, tag="default"):
        async def choose(self) -> Choose200:
            return Choose200({})

    with serving(contract, Many) as client:
        answer = client.get("/api/?unknown=1")
    assert (answer.status_code, answer.headers["content-type"], answer.text) == (422, media_type, expected)


def test_texts_name_the_parameter_and_the_place_in_it() -> None:
    numbers: dict[str, JSONValue] = {
        "name": "n",
        "in": "query",
        "schema": {"type": "array", "items": {"type": "integer"}},
    }
    responses: dict[str, JSONValue] = {
        "200": {"description": "It.", "content": {"application/json": {}}},
        "422": {"description": "Wrong.", "content": {"text/plain": {}}},
    }
    operation: JSONValue = {
        "operationId": "choose", "tags": ["default"], "parameters": [numbers], "responses": responses}  # fmt: skip

    class Many(Operations, tag="default"):
        async def choose(self, *, n: list[int] | None) -> Choose200:
            return Choose200({})

    with serving(contract_of({"/": {"get": operation}}), Many) as client:
        assert client.get("/api/?n=1&n=x").text == f"{WRONG}: n/1: must be an integer"
    numbers["schema"] = {"type": "array", "items": {"type": "integer", "enum": [1]}, "const": [1]}
    numbers["name"] = "a<b"
    responses["422"] = {"description": "Wrong.", "content": {"text/html": {}}}

    class Marked(Operations, tag="default"):
        async def choose(self, *, a_b: list[int] | None) -> Choose200:
            return Choose200({})

    with serving(contract_of({"/": {"get": operation}}), Marked) as client:
        assert client.get("/api/?a%3Cb=2").text.startswith(f"{WRONG}: a&lt;b")


PECULIAR: JSONValue = {
    "type": "object",
    "additionalProperties": False,
    "required": ["oops"],
    "properties": {"oops": {"type": "string", "pattern": "^[0-9]{3}!$"}},
}


def test_a_shape_that_no_problem_fits_needs_a_renderer() -> None:
    responses: JSONValue = {
        "200": {"description": "It.", "content": {"application/json": {}}},
        "422": {"description": "Wrong.", "content": {"application/json": {"schema": PECULIAR}}},
    }
    contract = contract_of({"/": {"get": {"operationId": "choose", "tags": ["default"], "responses": responses}}})

    class Many(Operations, tag="default"):
        async def choose(self) -> Choose200:
            return Choose200({})

    with pytest.raises(BindError, match="choose declares 422 with a body that no form of a problem fits"):
        bind(FastAPI(), contract, [Many])
    with pytest.raises(BindError, match="that the renderer does not give"):
        bind(FastAPI(), contract, [Many], problems=lambda problem: {"oops": problem.title})
    with serving(contract, Many, problems=lambda problem: {"oops": f"{problem.status}!"}) as client:
        assert client.get("/api/?unknown=1").json() == {"oops": "422!"}


def test_a_renderer_makes_bodies_of_another_shape() -> None:
    def render(found: Problem) -> JSONValue:
        return {"oops": [found.status, found.title, len(found.errors)]}

    with serving(contract_of(PATHS), ThingsOperations, problems=render, mode="report") as client:
        assert client.get("/api/nothing").json() == {"oops": [404, "There is nothing at this path", 0]}


def operation(*statuses: str, **more: JSONValue) -> JSONValue:
    return {"operationId": "it", "responses": {status: {"description": status} for status in statuses}, **more}


@pytest.mark.parametrize(
    ("statuses", "cause", "status"),
    [
        (["200", "400", "422"], Cause.CONTRACT_VIOLATION, 422),
        (["200", "400"], Cause.CONTRACT_VIOLATION, 400),
        (["200", "4XX", "400"], Cause.CONTRACT_VIOLATION, 400),
        (["200", "4XX"], Cause.CONTRACT_VIOLATION, 422),
        (["200", "default"], Cause.PATH_PARAMETER, 404),
        (["200", "422"], Cause.PATH_PARAMETER, 422),
        (["200"], Cause.MALFORMED_BODY, 400),
        (["200", "500"], Cause.NOT_IMPLEMENTED, 500),
        (["200", "501"], Cause.NOT_IMPLEMENTED, 501),
    ],
)
def test_the_first_preferred_status_that_is_declared(statuses: list[str], cause: Cause, status: int) -> None:
    (found,) = contract_of({"/": {"get": operation(*statuses)}}).operations
    assert refusal(found, cause).status == status


def test_refusals_of_an_operation() -> None:
    body: JSONValue = {"content": {"*/*": {}}}
    (found,) = contract_of({"/": {"post": operation("200", requestBody=body)}}).operations
    causes = {each.cause for each in refusals(found)}
    assert Cause.BODY_TOO_LARGE in causes
    assert Cause.MEDIA_TYPE_UNSUPPORTED not in causes
    assert Cause.CREDENTIALS_MISSING not in causes


def test_the_document_has_the_table() -> None:
    text = (Path(__file__).parents[2] / "docs" / "ENFORCEMENT.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z-]+)` \| ([0-9, ]+) \|$", text, re.MULTILINE)
    assert rows == [(str(cause), ", ".join(map(str, row.statuses))) for cause, row in TABLE.items()]
