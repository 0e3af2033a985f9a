"""From a path and a method to an operation, or to an answer that no operation gives."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI, Request
from starlette.applications import Starlette
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response
from starlette.routing import Mount, NoMatchFound
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from handfast.contract import JSONValue
from handfast.runtime import PlainReply, bind
from handfast.runtime.fallback import JudgedRequest
from handfast.runtime.trie import Trie
from tests.runtime.serving import PROBLEM, contract_of

TEMPLATES = [
    ("GET", "/"), ("GET", "/a/b"), ("GET", "/a/{z}"), ("DELETE", "/a/{z}"), ("GET", "/a/{x}.{y}"),
    ("GET", "/a/{x}.json"),
    ("POST", "/a/{id}:publish"), ("GET", "/x/{a}/c"), ("PUT", "/x/d/{b}"), ("GET", "/slash/"), ("GET", "/é"),
    ("GET", "/m/{a}{b}"), ("GET", "/pair/{lon},{lat}"), ("GET", "/other/{a}"), ("PUT", "/other/{b}"),
    ("GET", "/files?beta=true"), ("GET", "/files/{id}?beta=true"), ("GET", "/q/{x} é{y}"),
]  # fmt: skip


@pytest.fixture(scope="module")
def trie() -> Trie[str]:
    made: Trie[str] = Trie()
    for method, template in TEMPLATES:
        assert made.add(template, method, template) is None
    return made


@pytest.mark.parametrize(
    ("method", "path", "template", "values"),
    [
        ("GET", "/", "/", {}),
        ("GET", "/a/b", "/a/b", {}),
        ("GET", "/a/%62", "/a/b", {}),
        ("GET", "/a/c", "/a/{z}", {"z": "c"}),
        ("GET", "/a/%2F", "/a/{z}", {"z": "%2F"}),
        ("GET", "/a/one.two.three", "/a/{x}.{y}", {"x": "one.two", "y": "three"}),
        ("GET", "/a/one.two.json", "/a/{x}.json", {"x": "one.two"}),
        ("GET", "/a/.two", "/a/{z}", {"z": ".two"}),
        ("DELETE", "/a/one.two", "/a/{z}", {"z": "one.two"}),
        ("POST", "/a/5:publish", "/a/{id}:publish", {"id": "5"}),
        ("GET", "/a/5:publish", "/a/{z}", {"z": "5:publish"}),
        ("GET", "/x/d/c", "/x/{a}/c", {"a": "d"}),
        ("PUT", "/x/d/c", "/x/d/{b}", {"b": "c"}),
        ("GET", "/slash/", "/slash/", {}),
        ("GET", "/%C3%A9", "/é", {}),
        ("GET", "/m/abc", "/m/{a}{b}", {"a": "ab", "b": "c"}),
        ("GET", "/pair/1.5,-2", "/pair/{lon},{lat}", {"lon": "1.5", "lat": "-2"}),
        ("GET", "/other/1", "/other/{a}", {"a": "1"}),
        ("PUT", "/other/1", "/other/{b}", {"b": "1"}),
        ("GET", "/files%3Fbeta=true", "/files?beta=true", {}),
        ("GET", "/files/7%3fb%65ta=true", "/files/{id}?beta=true", {"id": "7"}),
        ("GET", "/q/a%20%c3%a9b%2Fc", "/q/{x} é{y}", {"x": "a", "y": "b%2Fc"}),
        ("GET", "/pair/1%2C5,-2", "/pair/{lon},{lat}", {"lon": "1%2C5", "lat": "-2"}),
    ],
)
def test_a_path_leads_to_one_template(trie: Trie[str], method: str, path: str, template: str, values: object) -> None:
    found = trie.find(path, method)
    assert found is not None
    targets, texts = found
    assert (targets[method], texts) == (template, values)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/b",
        "/a",
        "/a/",
        "/a//",
        "//",
        "/x//c",
        "/slash",
        "/%FF",
        "/m/a",
        "/A/b",
        "/a/b/",
        "/pair/1%2C2",
        "/files/7%3Fbeta%3Dtrue",
    ],
)
def test_other_paths_lead_nowhere(trie: Trie[str], path: str) -> None:
    assert trie.find(path, "GET") is None


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [("DELETE", "/a/b", {"GET"}), ("PUT", "/a/one.two", {"GET", "DELETE"}), ("POST", "/x/d/c", {"GET", "PUT"})],
)
def test_a_known_path_tells_its_methods(trie: Trie[str], method: str, path: str, methods: set[str]) -> None:
    found = trie.find(path, method)
    assert found is not None
    assert set(found[0]) == methods


async def echo(request: JudgedRequest) -> PlainReply:
    """Answers with the operation and its parameters."""
    values = {name: value for (_, name), value in request.parameters.items()}
    return PlainReply(status=200, body={"operation": request.operation.operation_id, **values})


def operation(name: str) -> JSONValue:
    return {"operationId": name, "responses": {"200": {"description": "Yes.", "content": {"application/json": {}}}}}


def application(app: FastAPI | None = None, server: str = "/api/v1") -> FastAPI:
    parameter: JSONValue = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    paths: dict[str, JSONValue] = {
        "/things": {"get": operation("listThings"), "post": operation("addThing")},
        "/things/{id}": {"parameters": [parameter], "get": operation("getThing"), "delete": operation("dropThing")},
        "/headed": {"get": operation("getHeaded"), "head": operation("headHeaded"), "options": operation("askHeaded")},
    }
    app = app or FastAPI(openapi_url=None)
    bind(app, contract_of(paths, server=server), [], fallback=echo)
    return app


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/api/v1/things", 200, None),
        ("HEAD", "/api/v1/things", 200, None),
        ("GET", "/api/v1/things/", 404, None),
        ("GET", "/things", 404, None),
        ("GET", "/api/v1", 404, None),
        ("GET", "/", 404, None),
        ("GET", "/elsewhere/", 404, None),
        ("HEAD", "/elsewhere", 404, None),
        ("DELETE", "/api/v1/things", 405, "GET, HEAD, OPTIONS, POST"),
        ("HEAD", "/api/v1/unknown", 404, None),
        ("OPTIONS", "/api/v1/things", 204, "GET, HEAD, OPTIONS, POST"),
        ("OPTIONS", "/api/v1/things/1", 204, "DELETE, GET, HEAD, OPTIONS"),
        ("BREW", "/api/v1/things/1", 405, "DELETE, GET, HEAD, OPTIONS"),
        ("OPTIONS", "/api/v1/headed", 200, None),
    ],
)
def test_methods_and_paths(method: str, path: str, status: int, allow: str | None) -> None:
    with TestClient(application(), follow_redirects=False) as client:
        answer = client.request(method, path)
    assert (answer.status_code, answer.headers.get("allow")) == (status, allow)
    assert "location" not in answer.headers
    if status in (404, 405):
        assert answer.headers["content-type"] == PROBLEM
        assert method == "HEAD" or answer.json()["status"] == status
    if method == "HEAD":
        assert answer.content == b""
        assert int(answer.headers["content-length"]) > 0


def test_a_declared_head_is_an_operation_of_its_own() -> None:
    with TestClient(application()) as client:
        assert client.options("/api/v1/headed").json() == {"operation": "askHeaded"}
        assert client.get("/api/v1/headed").json() == {"operation": "getHeaded"}


DAY: JSONValue = {"type": "string", "format": "date"}
WHOLE: JSONValue = {"type": "integer"}
SEVERAL: dict[str, dict[str, JSONValue]] = {
    "/days/{from}-{to}": {"from": DAY, "to": DAY},
    "/range/{from}-{to}": {"from": WHOLE, "to": WHOLE},
    "/text/{a}-{b}": {"a": {"type": "string"}, "b": {"type": "string"}},
    "/release/{major}.{minor}.{rest}/{a}{b}": {
        "major": WHOLE,
        "minor": WHOLE,
        "rest": {"type": "string"},
        "a": {"enum": ["x"]},
        "b": {"type": "string"},
    },
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/days/2024-01-01-2024-02-01", {"from": "2024-01-01", "to": "2024-02-01"}),
        ("/days/2024-01-01-2024-02-30", ["from", "to"]),
        ("/range/1-5", {"from": 1, "to": 5}),
        ("/range/-1--5", {"from": -1, "to": -5}),
        ("/range/1--5", {"from": 1, "to": -5}),
        ("/range/1-x", ["to"]),
        ("/range/" + "-" * 5_000 + "1", ["from"]),
        ("/text/a-b-c", {"a": "a-b", "b": "c"}),
        ("/release/1.2.3/xy", {"major": 1, "minor": 2, "rest": "3", "a": "x", "b": "y"}),
        ("/release/1.2.3.rc-1/xyz", {"major": 1, "minor": 2, "rest": "3.rc-1", "a": "x", "b": "yz"}),
        ("/release/1%2E2%2E3%2E4/xy", {"major": 1, "minor": 2, "rest": "3.4", "a": "x", "b": "y"}),
        ("/release/1.2.3/yx", ["a"]),
    ],
)
def test_of_several_ways_to_read_a_segment_the_first_that_is_admitted_is_taken(path: str, expected: object) -> None:
    paths: dict[str, JSONValue] = {}
    for template, schemas in SEVERAL.items():
        parameters: list[JSONValue] = [
            {"name": name, "in": "path", "required": True, "schema": schema} for name, schema in schemas.items()
        ]
        name = template.split("/")[1]
        paths[template] = {"parameters": parameters, "get": operation(name)}
    app = FastAPI(openapi_url=None)
    bind(app, contract_of(paths, server="/a b"), [], fallback=echo)
    with TestClient(app) as client:
        answer = client.get(f"/a%20b{path}")
    if isinstance(expected, list):
        assert answer.status_code == 404
        assert [each["parameter"] for each in answer.json()["errors"]] == expected
    else:
        assert answer.json() == {"operation": path.split("/")[1], **expected}  # type: ignore[dict-item]  # a dict


def test_an_escaped_slash_stays_in_its_segment() -> None:
    with TestClient(application()) as client:
        assert client.get("/api/v1/things/a%2Fb%20c").json() == {"operation": "getThing", "id": "a/b c"}


def test_the_application_keeps_its_own_routes() -> None:
    app = FastAPI(openapi_url=None)
    application(app)
    router = APIRouter()

    @router.get("/api/v1/extra")
    async def extra() -> dict[str, str]:
        return {"extra": "yes"}

    app.include_router(router)
    with TestClient(app) as client:
        assert client.get("/api/v1/extra").json() == {"extra": "yes"}
        assert client.get("/api/v1/things").json() == {"operation": "listThings"}


@pytest.mark.parametrize("prefix", ["/mounted", "/two/levels", "/an \u00e9"])
def test_an_application_can_be_mounted(prefix: str) -> None:
    app = Starlette(routes=[Mount(prefix, application())])
    with TestClient(app) as client:
        assert client.get(f"{prefix}/api/v1/things/1").json() == {"operation": "getThing", "id": "1"}
        assert client.get("/api/v1/things/1").status_code == 404
        assert client.get(f"{prefix}/openapi.json").status_code == 200


def test_a_root_path_is_left_out() -> None:
    with TestClient(application(), root_path="/proxied") as client:
        assert client.get("/proxied/api/v1/things/1").json() == {"operation": "getThing", "id": "1"}


def test_a_query_in_the_raw_path_is_none_of_it() -> None:
    inner = application()

    async def with_query(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["raw_path"] += b"?" + scope["query_string"]
        await inner(scope, receive, send)

    with TestClient(with_query) as client:
        assert client.get("/api/v1/things/1").json() == {"operation": "getThing", "id": "1"}


def test_urls_can_be_made() -> None:
    app = application()
    assert app.url_path_for("getThing", id="a/b c") == "/api/v1/things/a%2Fb%20c"
    assert app.url_path_for("listThings") == "/api/v1/things"
    for name, values in (("getThing", {}), ("getThing", {"id": "1", "more": "2"}), ("other", {})):
        with pytest.raises(NoMatchFound):
            app.url_path_for(name, **values)


def test_middleware_and_exception_handlers_see_the_operation() -> None:
    app = application()
    seen: list[object] = []

    @app.middleware("http")
    async def note(request: Request, call_next: RequestResponseEndpoint) -> Response:
        answer = await call_next(request)
        seen.append(request.scope["handfast.operation"].operation_id)
        seen.append(request.scope["route"].path)
        return answer

    with TestClient(app) as client:
        client.get("/api/v1/things/1")
    assert seen == ["getThing", "/api/v1/things/{id}"]
