"""Generated replies, sent: what each row gives leaves as it is, in every mode, or is a violation and does not leave."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from handfast.contract import Contract
from handfast.runtime import Operations, bind
from tests.generate.made import contract, imported, json_content, operation

OK = {"description": "It."}
NUMBER = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}
TEXT = {"type": "object", "required": ["b"], "properties": {"b": {"type": "string"}}}
BOTH = {"type": "object", "required": ["a", "b"], "properties": {**NUMBER["properties"], **TEXT["properties"]}}  # type: ignore[dict-item]
SHARED = {"$ref": "#/components/responses/Error"}
COOKIES = {
    "Set-Cookie": {"schema": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+=[^A-Z]*(;|$)"}}},
    "X-Tags": {"schema": {"type": "array", "items": {"type": "string"}}},
    "X-Any": {"schema": {}},
    "X-Text": {"content": {"text/plain": {"schema": {"type": "string", "maxLength": 9}}}},
    "X-Form": {"content": {"application/x-www-form-urlencoded": {"schema": NUMBER}}},
    "X-Document": {"content": {"application/json": {"schema": {}}}},
    **{name: {"schema": {"type": kind}} for name, kind in (("str", "integer"), ("int", "string"), ("Bool", "boolean"))},
    "List": {"schema": {"type": "array", "items": {"type": "integer"}}},
    "Models": {"schema": {"type": "string"}},
}
NAMED = {"Set-Cookie": {"explode": True, "schema": {"type": "object", "additionalProperties": {"type": "string"}}}}
LINES = {"Set-Cookie": {"content": {"text/plain": {"schema": {"type": "string"}}}}}
PATHS = {
    "/headers": {"get": operation("headers") | {"responses": {"200": {**OK, "headers": COOKIES}}}},
    "/named": {"get": operation("named") | {"responses": {"200": {**OK, "headers": NAMED}}}},
    "/lines": {"get": operation("lines") | {"responses": {"200": {**OK, "headers": LINES}}}},
    "/sized": {
        "head": operation("sized")
        | {"responses": {"200": {**OK, "headers": {"Content-Length": {"schema": {"type": "integer"}}}}}}
    },
    "/shared": {
        "get": operation("shared", response={})
        | {"responses": {"200": {**OK, "content": json_content({})}, "400": SHARED, "404": SHARED, "5XX": SHARED}}
    },
    "/alone": {"get": operation("alone") | {"responses": {"404": SHARED}}},
    "/mapping": {"get": operation("mapping", response={"type": "object", "additionalProperties": {}})},
    "/list": {"get": operation("list", response={"type": "array", "items": {"$ref": "#/components/schemas/Open"}})},
    "/versions": {
        "get": operation("versions")
        | {
            "responses": {
                "200": {
                    **OK,
                    "content": {
                        f"application/json;version={version}": {"schema": schema}
                        for version, schema in enumerate((NUMBER, TEXT, BOTH), 1)
                    },
                },
                "406": {"description": "No."},
            }
        }
    },
    "/ranges": {
        "get": operation("ranges")
        | {"responses": {"200": {**OK, "content": {"image/*": {}, "text/*": {}}}, "406": {"description": "No."}}}
    },
}
COMPONENTS: dict[str, dict[str, Any]] = {
    "responses": {"Error": {"description": "No.", "content": json_content({"$ref": "#/components/schemas/Open"})}},
    "schemas": {"Open": {"type": "object", "properties": {"x": {}}}},
}


class Service:
    """An application of each mode, whose every method gives `reply`."""

    def __init__(self, made: Contract, package: ModuleType) -> None:
        self.operations = package.operations.things
        self.models = package.models
        self.replies = package.replies
        self.reply: object = None
        kind = self.operations.ThingsOperations
        methods = {name: self._method(getattr(kind, name)) for name in kind.__abstractmethods__}
        handlers: type[Operations] = type("Things", (kind,), methods)
        self.clients: dict[str, TestClient] = {}
        for mode in ("enforce", "report", "off"):
            app = FastAPI(openapi_url=None)
            bind(app, made, [handlers], mode=mode)
            self.clients[mode] = TestClient(app, raise_server_exceptions=False)

    def _method(self, declared: Callable[..., object]) -> Callable[..., object]:
        async def method(self_: object, **arguments: object) -> object:
            return self.reply

        method.__annotations__, method.__signature__ = declared.__annotations__, inspect.signature(declared)  # type: ignore[attr-defined]
        method.__module__, method.__name__ = declared.__module__, declared.__name__
        return method


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = contract(PATHS, **COMPONENTS)
    with imported(made, tmp_path_factory.mktemp("replies")) as package:
        yield Service(made, package)


Make = Callable[[Any, Any, Any], object]
EXPIRES = "a=1; expires=wed, 09 jun 2021 10:18:14 gmt"
SENT: dict[str, tuple[str, Make, dict[str, str], int, Mapping[str, list[str]]]] = {
    "cookies": (
        "/headers",
        lambda o, m, r: o.Headers200(set_cookie=[EXPIRES, "b="]),
        {},
        200,
        {"set-cookie": [EXPIRES, "b="]},
    ),
    "no cookie": ("/headers", lambda o, m, r: o.Headers200(set_cookie=[]), {}, 200, {"set-cookie": []}),
    "other arrays": ("/headers", lambda o, m, r: o.Headers200(x_tags=["a", "b"]), {}, 200, {"x-tags": ["a,b"]}),
    "items of items": (
        "/headers",
        lambda o, m, r: o.Headers200(x_any=[{"a": [True, None]}]),
        {},
        200,
        {"x-any": ['{"a":[true,null]}']},
    ),
    "text": ("/headers", lambda o, m, r: o.Headers200(x_text='a "b"'), {}, 200, {"x-text": ['a "b"']}),
    "a form": ("/headers", lambda o, m, r: o.Headers200(x_form=m.Headers200XForm(a=5)), {}, 200, {"x-form": ["a=5"]}),
    "a document": (
        "/headers",
        lambda o, m, r: o.Headers200(x_document={"é": 1}),
        {},
        200,
        {"x-document": ['{"\\u00e9":1}']},
    ),
    "names of types": (
        "/headers",
        lambda o, m, r: o.Headers200(str_=1, int_="a", bool_=True, list_=[1, 2], models_="m"),
        {},
        200,
        {"str": ["1"], "int": ["a"], "bool": ["true"], "list": ["1,2"], "models": ["m"]},
    ),
    "cookies by name": (
        "/named",
        lambda o, m, r: o.Named200(set_cookie={"a": "1; Expires=Wed, 09 Jun", "b": "2"}),
        {},
        200,
        {"set-cookie": ["a=1; Expires=Wed, 09 Jun", "b=2"]},
    ),
    "cookies by line": (
        "/lines",
        lambda o, m, r: o.Lines200(set_cookie="a=1; Expires=Wed, 09 Jun\nb=2\n"),
        {},
        200,
        {"set-cookie": ["a=1; Expires=Wed, 09 Jun", "b=2"]},
    ),
    "a status of several": ("/shared", lambda o, m, r: r.Error(m.Open(), status=400), {}, 400, {}),
    "another status": ("/shared", lambda o, m, r: r.Error(m.Open(), status=404), {}, 404, {}),
    "one of a range": ("/shared", lambda o, m, r: r.Error(m.Open(), status=503), {}, 503, {}),
    "its only status": ("/alone", lambda o, m, r: r.Error(m.Open(), status=404), {}, 404, {}),
    "the first version": (
        "/versions",
        lambda o, m, r: o.Versions200(m.Versions200BodyJsonVersion1(a=1)),
        {},
        200,
        {"content-type": ["application/json;version=1"]},
    ),
    "what fits the body": (
        "/versions",
        lambda o, m, r: o.Versions200(m.Versions200BodyJsonVersion2(b="x")),
        {},
        200,
        {"content-type": ["application/json;version=2"]},
    ),
    "what fits, and the client likes": (
        "/versions",
        lambda o, m, r: o.Versions200(m.Versions200BodyJsonVersion3(a=1, b="x")),
        {"accept": "application/json;version=2, application/json;version=3"},
        200,
        {"content-type": ["application/json;version=2"]},
    ),
    "what fits, not what the client likes": (
        "/versions",
        lambda o, m, r: o.Versions200(m.Versions200BodyJsonVersion2(b="x")),
        {"accept": "application/json; version=1"},
        200,
        {"content-type": ["application/json;version=2"]},
    ),
    "no such version": (
        "/versions",
        lambda o, m, r: o.Versions200(m.Versions200BodyJsonVersion1(a=1)),
        {"accept": "application/json;version=4"},
        406,
        {},
    ),
    "a parameter that nobody declares": (
        "/versions",
        lambda o, m, r: o.Versions200(m.Versions200BodyJsonVersion1(a=1)),
        {"accept": "application/json;charset=latin1;odata=none"},
        200,
        {},
    ),
    "within a range": (
        "/ranges",
        lambda o, m, r: o.Ranges200(b"x", media_type="image/png"),
        {"accept": "image/png"},
        200,
        {"content-type": ["image/png"]},
    ),
    "within no range": (
        "/ranges",
        lambda o, m, r: o.Ranges200(b"x", media_type="image/png"),
        {"accept": "audio/mp3"},
        406,
        {},
    ),
    "nothing of a range": (
        "/ranges",
        lambda o, m, r: o.Ranges200(b"x", media_type="image/png"),
        {"accept": "image/*;q=0, text/*;q=0"},
        406,
        {},
    ),
}


@pytest.mark.parametrize("case", SENT)
def test_what_is_right_leaves_as_it_is(case: str, service: Service, caplog: pytest.LogCaptureFixture) -> None:
    path, make, headers, status, expected = SENT[case]
    service.reply = make(service.operations, service.models, service.replies)
    for mode, client in service.clients.items():
        answer = client.get(path, headers=headers)
        assert answer.status_code == status, (mode, caplog.text)
        assert {name: answer.headers.get_list(name) for name in expected} == expected, mode
    assert not [record for record in caplog.records if record.name == "handfast.violations"]


NAN, INFINITY = float("nan"), float("inf")
VIOLATIONS: dict[str, tuple[str, Make, str, int | None]] = {
    "not a number": ("/shared", lambda o, m, r: o.Shared200(NAN), "NaN", None),
    "infinity in a list": ("/shared", lambda o, m, r: o.Shared200([1, [INFINITY]]), "NaN", None),
    "not a number in a mapping": ("/mapping", lambda o, m, r: o.Mapping200({"a": {"b": NAN}}), "NaN", None),
    "infinity in a model of a list": ("/list", lambda o, m, r: o.List200([m.Open(x=-INFINITY)]), "NaN", None),
    "infinity in a header": ("/headers", lambda o, m, r: o.Headers200(x_any=INFINITY), "header X-Any", None),
    "infinity in a document": ("/headers", lambda o, m, r: o.Headers200(x_document=[NAN]), "header X-Document", None),
    "a cookie outside its schema": (
        "/headers",
        lambda o, m, r: o.Headers200(set_cookie=["a=1", "A=1"]),
        "header Set-Cookie",
        200,
    ),
    "a cookie of two lines": (
        "/named",
        lambda o, m, r: o.Named200(set_cookie={"a": "1\r\nx: y"}),
        "header Set-Cookie",
        None,
    ),
    "a text too long": ("/headers", lambda o, m, r: o.Headers200(x_text="x" * 10), "header X-Text", 200),
    "a status that the component is not at": (
        "/shared",
        lambda o, m, r: r.Error(m.Open(), status=418),
        "declared for 400, 404, 5XX, not for 418",
        418,
    ),
    "a success that the component is not at": (
        "/shared",
        lambda o, m, r: r.Error(m.Open(), status=200),
        "not for 200",
        200,
    ),
    "another status than the only one": (
        "/alone",
        lambda o, m, r: r.Error(m.Open(), status=500),
        "declared for 404, not for 500",
        500,
    ),
    "no final status": ("/shared", lambda o, m, r: r.Error(m.Open(), status=101), "from 200 to 599", None),
    "another version than was said": (
        "/versions",
        lambda o, m, r: o.Versions200(m.Versions200BodyJsonVersion1(a=1), media_type="application/json;version=2"),
        "/",
        200,
    ),
}


@pytest.mark.parametrize("case", VIOLATIONS)
def test_what_is_wrong_does_not_leave(case: str, service: Service, caplog: pytest.LogCaptureFixture) -> None:
    path, make, told, sent = VIOLATIONS[case]
    service.reply = make(service.operations, service.models, service.replies)
    assert service.clients["enforce"].get(path).status_code == 500
    (record,) = (each for each in caplog.records if each.name == "handfast.violations")
    assert told in record.getMessage()
    if sent is not None:
        assert [service.clients[mode].get(path).status_code for mode in ("report", "off")] == [sent, sent]


def test_a_head_of_its_own_says_how_long_the_body_would_be(service: Service) -> None:
    service.reply = service.operations.Sized200(content_length=12345)
    for client in service.clients.values():
        answer = client.head("/sized")
        assert (answer.status_code, answer.headers.get_list("content-length")) == (200, ["12345"])


def test_every_line_of_accept_counts(service: Service) -> None:
    service.reply = service.operations.Versions200(service.models.Versions200BodyJsonVersion3(a=1, b="x"))
    accept = [("accept", "application/json;version=3"), ("accept", "text/html")]
    answer = service.clients["enforce"].get("/versions", headers=accept)
    assert json.loads(answer.content) == {"a": 1, "b": "x"}
    assert answer.headers["content-type"] == "application/json;version=3"
