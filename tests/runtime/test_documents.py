"""The contract as it is served, and the page that documents it without a byte from outside."""

import json
import re

import pytest
import yaml
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from handfast.contract import JSONValue
from handfast.runtime import bind
from handfast.runtime.fallback import JudgedRequest, PlainReply
from tests.runtime.serving import PATHS, ThingsOperations, contract_of

CONTRACT = contract_of(PATHS)


async def nothing(request: JudgedRequest) -> PlainReply:
    return PlainReply(status=304)


def application(docs: str | None = "/docs") -> FastAPI:
    app = FastAPI(openapi_url=None)
    bind(app, CONTRACT, [ThingsOperations], docs=docs)
    return app


@pytest.mark.parametrize("path", ["/openapi.json", "/openapi.yaml"])
def test_the_contract_is_served_as_it_was_written(path: str) -> None:
    with TestClient(application()) as client:
        answer = client.get(path)
        again = client.get(path, headers={"if-none-match": f'"other", W/{answer.headers["etag"]}'})
        other = client.get(path, headers={"if-none-match": '"other"'})
        both = client.get(path, headers=[("if-none-match", answer.headers["etag"]), ("if-none-match", '"other"')])
        head = client.head(path)
    read = json.loads if path.endswith("json") else yaml.safe_load
    assert read(answer.text) == CONTRACT.source
    assert answer.headers["content-type"] == f"application/{path[9:]}"
    assert answer.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    assert (other.status_code, both.status_code, head.content) == (200, 304, b"")


def test_the_page_needs_nothing_from_outside() -> None:
    with TestClient(application()) as client:
        page = client.get("/docs")
        assert page.status_code == 200
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert not re.search(r"<script>|<style>|\son\w+=|style=", page.text)
        links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(links) == 4
        for link in links:
            assert link.startswith("/docs/")
            answer = client.get(link)
            assert (answer.status_code, answer.headers["x-content-type-options"]) == (200, "nosniff")
        assert '"/openapi.json"' in client.get("/docs/init.js").text


def test_a_mounted_page_finds_its_files() -> None:
    with TestClient(Starlette(routes=[Mount("/under", application())])) as client:
        page = client.get("/under/docs")
        for link in re.findall(r'(?:src|href)="([^"]+)"', page.text):
            assert client.get(link).status_code == 200
        assert '"/under/openapi.json"' in client.get("/under/docs/init.js").text


DESC = '</openapi.json>; rel="service-desc"; type="application/json"'


@pytest.mark.parametrize("path", ["/api/things/x", "/nothing", "/openapi.yaml"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD"])
def test_every_answer_tells_where_the_contract_is(method: str, path: str) -> None:
    for docs, links in (
        (None, DESC),
        ("/docs", f'{DESC}, </docs>; rel="service-doc"; type="text/html"'),
        ("/", f'{DESC}, </>; rel="service-doc"; type="text/html"'),
    ):
        with TestClient(application(docs)) as client:
            assert client.request(method, path).headers.get_list("link") == [links]


@pytest.mark.parametrize(
    ("server", "path", "docs", "links"),
    [
        ("/", "/{name}", "/docs", []),
        ("/", "/{name}", "/the/docs", ['</the/docs>; rel="service-doc"; type="text/html"']),
        ("/", "/{name}.json", "/docs", ['</docs>; rel="service-doc"; type="text/html"']),
        ("/", "/docs", "/docs", [DESC]),
        ("/api", "/{name}", None, [DESC]),
    ],
)
def test_no_link_leads_to_an_operation(server: str, path: str, docs: str | None, links: list[str]) -> None:
    name: JSONValue = [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}]
    get: JSONValue = {"operationId": "it", "responses": {"304": {"description": "It."}}}
    paths: dict[str, JSONValue] = {path: {"get": get, "parameters": name if "{" in path else []}}
    app = FastAPI(openapi_url=None)
    bind(app, contract_of(paths, server=server), [], fallback=nothing, docs=docs)
    with TestClient(app) as client:
        for where in ("/a/b/c", f"{server}{path}".replace("//", "/").replace("{name}", "x")):
            assert client.get(where).headers.get_list("link") == links


def test_the_contract_is_found_where_the_application_is_mounted() -> None:
    with TestClient(Starlette(routes=[Mount("/under", application(None))])) as client:
        link = client.get("/under/api/things/x").headers["link"]
        assert link.startswith("</under/openapi.json>")
        assert client.get(link[1 : link.index(">")]).json() == CONTRACT.source


def test_an_operation_with_links_of_its_own_is_left_alone() -> None:
    def links(name: str) -> list[str]:
        app = FastAPI(openapi_url=None)
        contract = contract_of(json.loads(json.dumps(PATHS).replace('"X-Count"', f'"{name}"')))
        bind(app, contract, [], fallback=nothing)
        with TestClient(app) as client:
            return client.get("/api/things/1").headers.get_list("link")

    assert (len(links("X-Other")), links("link")) == (1, [])


@pytest.mark.parametrize(
    ("docs", "method", "path", "status"),
    [
        (None, "GET", "/docs", 404),
        (None, "GET", "/openapi.json", 200),
        ("/reference", "GET", "/reference", 200),
        ("/reference", "GET", "/docs", 404),
        ("/docs", "GET", "/docs/", 404),
        ("/docs", "GET", "/docs/../secret", 404),
        ("/docs", "POST", "/docs", 405),
        ("/docs", "OPTIONS", "/openapi.json", 204),
    ],
)
def test_where_the_page_is(docs: str | None, method: str, path: str, status: int) -> None:
    with TestClient(application(docs), follow_redirects=False) as client:
        answer = client.request(method, path)
    assert answer.status_code == status
    assert ("allow" in answer.headers) is (status in (204, 405))


def test_a_title_cannot_become_markup() -> None:
    contract = contract_of(PATHS)
    object.__setattr__(contract, "title", "</title><script>alert(1)</script>")
    app = FastAPI(openapi_url=None)
    bind(app, contract, [ThingsOperations])
    with TestClient(app) as client:
        assert "<script>alert" not in client.get("/docs").text
