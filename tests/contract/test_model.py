"""What the model makes explicit: inheritance, styles, names of operations, servers, and the new things of 3.2."""

# ruff: noqa: E501 - contracts in a line
from __future__ import annotations

from pathlib import Path

import pytest

from handfast.contract import Contract, Operation, load_contract_text
from handfast.contract.assembly import base_path, derived_operation_id
from tests.contract.writing import HEAD, load

OK = "responses: {'200': {description: ok}}"


def only(contract: Contract) -> Operation:
    (operation,) = contract.operations
    return operation


def test_parameters_of_the_path_are_overridden_by_those_of_the_operation(tmp_path: Path) -> None:
    contract = load(
        tmp_path,
        f"""{HEAD}paths:
  /a/{{id}}:
    parameters:
      - {{name: id, in: path, required: true, schema: {{type: string}}}}
      - {{name: page, in: query, schema: {{type: string}}}}
      - {{name: X-Trace, in: header, description: of the path, schema: {{}}}}
      - {{name: id, in: query, schema: {{type: boolean}}}}
    get:
      parameters:
        - {{name: page, in: query, schema: {{type: integer}}}}
        - {{name: x-trace, in: header, description: of the operation, schema: {{}}}}
        - {{name: Authorization, in: header, schema: {{}}}}
        - {{name: more, in: query, schema: {{}}}}
      {OK}
""",
    )
    parameters = only(contract).parameters
    assert [(each.location, each.name) for each in parameters] == [
        ("path", "id"), ("query", "page"), ("header", "x-trace"), ("query", "id"), ("query", "more"),
    ]  # fmt: skip
    assert parameters[1].schema is not None
    assert parameters[1].schema.value == {"type": "integer"}
    assert parameters[1].pointer == "/paths/~1a~1{id}/get/parameters/0"
    assert parameters[2].description == "of the operation"


STYLES = [
    ("path", "", "simple", False),
    ("path", "style: matrix", "matrix", False),
    ("path", "style: label, explode: true", "label", True),
    ("query", "", "form", True),
    ("query", "explode: false", "form", False),
    ("query", "style: spaceDelimited", "spaceDelimited", False),
    ("query", "style: pipeDelimited, explode: false", "pipeDelimited", False),
    ("query", "style: deepObject, explode: true", "deepObject", True),
    ("header", "", "simple", False),
    ("header", "explode: true", "simple", True),
    ("cookie", "", "form", True),
]


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
@pytest.mark.parametrize(("location", "written", "style", "explode"), STYLES)
def test_styles_have_the_defaults_of_their_location(
    version: str, location: str, written: str, style: str, explode: bool
) -> None:
    required = "required: true, " if location == "path" else ""
    parameter = f"{{name: p, in: {location}, {required}schema: {{type: string}}{', ' if written else ''}{written}}}"
    path = "/a/{p}" if location == "path" else "/a"
    contract = load_contract_text(
        f"openapi: {version}\ninfo: {{title: T, version: '1'}}\npaths:\n  {path}:\n    get: {{parameters: [{parameter}], {OK}}}\n"
    )
    (found,) = only(contract).parameters
    assert (found.style, found.explode, found.required) == (style, explode, location == "path")


def test_the_style_cookie_explodes_as_form_does() -> None:
    parameter = "{name: p, in: cookie, style: cookie, schema: {type: array, items: {type: string}}}"
    contract = load_contract_text(
        f"openapi: 3.2.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get: {{parameters: [{parameter}], {OK}}}\n"
    )
    (found,) = only(contract).parameters
    assert (found.style, found.explode) == ("cookie", True)


def test_security_is_inherited_overridden_and_lifted(tmp_path: Path) -> None:
    contract = load(
        tmp_path,
        f"""{HEAD}security: [{{bearer: []}}, {{key: [], login: [read]}}]
paths:
  /inherited: {{get: {{{OK}}}}}
  /own: {{get: {{security: [{{key: []}}], {OK}}}}}
  /optional: {{get: {{security: [{{}}, {{key: []}}], {OK}}}}}
  /open: {{get: {{security: [], {OK}}}}}
components:
  securitySchemes:
    bearer: {{type: http, scheme: Bearer, bearerFormat: JWT}}
    key: {{type: apiKey, in: cookie, name: sid}}
    login: {{type: oauth2, flows: {{clientCredentials: {{tokenUrl: /token, scopes: {{read: to read}}}}}}}}
""",
    )
    assert [operation.security for operation in contract.operations] == [
        ({"bearer": ()}, {"key": (), "login": ("read",)}),
        ({"key": ()},),
        ({}, {"key": ()}),
        (),
    ]
    bearer, key, login = contract.security_schemes.values()
    assert (bearer.type, bearer.scheme, bearer.bearer_format) == ("http", "bearer", "JWT")
    assert (key.type, key.location, key.parameter_name) == ("apiKey", "cookie", "sid")
    assert list(login.flows) == ["clientCredentials"]


def test_servers_are_those_of_the_operation_the_path_or_the_document(tmp_path: Path) -> None:
    contract = load(
        tmp_path,
        f"""{HEAD}servers: [{{url: /api/v1}}]
paths:
  /a: {{get: {{{OK}}}}}
  /b: {{servers: [{{url: /b}}], get: {{{OK}}}, put: {{servers: [{{url: /c}}], {OK}}}}}
""",
    )
    assert [[server.base_path for server in each.servers] for each in contract.operations] == [
        ["/api/v1"],
        ["/b"],
        ["/c"],
    ]
    assert load(tmp_path, f"{HEAD}paths: {{}}\n").servers == ()


@pytest.mark.parametrize(
    ("url", "variables", "path"),
    [
        ("/", {}, ""),
        ("", {}, ""),
        ("/api/v1", {}, "/api/v1"),
        ("/api/v1/", {}, "/api/v1"),
        ("./v1", {}, "/v1"),
        ("v1", {}, "/v1"),
        (".", {}, ""),
        ("./", {}, ""),
        ("./test", {}, "/test"),
        ("..", {}, ""),
        ("../api", {}, "/api"),
        ("https://example.com/a/./b/../c/..", {}, "/a"),
        ("/{base}/v1", {"base": ".."}, "/v1"),
        ("/a//b/", {}, "/a//b"),
        ("/.well-known/...", {}, "/.well-known/..."),
        ("https://example.com", {}, ""),
        ("https://example.com:8080/api", {}, "/api"),
        ("https://{host}/{base}/v{n}", {"host": "x.example", "base": "api", "n": "2"}, "/api/v2"),
        ("//example.com/api?x=1#y", {}, "/api"),
    ],
)
def test_base_paths(url: str, variables: dict[str, str], path: str) -> None:
    assert base_path(url, variables) == path


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/", "getRoot"),
        ("GET", "/articles", "getArticles"),
        ("GET", "/articles/{slug}", "getArticlesBySlug"),
        ("POST", "/users/{user_id}/blog-posts", "postUsersByUserIdBlogPosts"),
        ("GET", "/files/{name}.{format}", "getFilesByNameByFormat"),
        ("DELETE", "/v2/{a}/{b}", "deleteV2ByAByB"),
        ("QUERY", "/search:all", "querySearchAll"),
        ("M-SEARCH", "/x", "m-searchX"),
    ],
)
def test_derived_operation_ids(method: str, path: str, name: str) -> None:
    assert derived_operation_id(method, path) == name


def test_operations_without_names_and_tags_have_both(tmp_path: Path) -> None:
    contract = load(
        tmp_path,
        f"{HEAD}paths:\n  /articles/{{slug}}:\n    get:\n      parameters: [{{name: slug, in: path, required: true, schema: {{}}}}]\n      {OK}\n",
    )
    operation = only(contract)
    assert (operation.operation_id, operation.tag, operation.tags) == ("getArticlesBySlug", "default", ())
    assert [tag.name for tag in contract.tags] == ["default"]


def test_responses_keep_their_component_and_ignore_content_type(tmp_path: Path) -> None:
    contract = load(
        tmp_path,
        f"""{HEAD}paths:
  /a:
    get:
      responses:
        '200': {{description: ok, headers: {{Content-Type: {{schema: {{}}}}, ETag: {{required: true, schema: {{}}}}}}}}
        4xx: {{$ref: '#/components/responses/Alias', description: said anew}}
        default: {{$ref: '#/components/responses/Alias'}}
components:
  responses:
    Bad: {{description: bad}}
    Alias: {{$ref: '#/components/responses/Bad', description: other}}
""".replace("4xx", "4XX"),
    )
    ok, bad, other = only(contract).responses
    assert list(ok.headers) == ["ETag"]
    assert (bad.status, bad.component, bad.description, bad.pointer) == (
        "4XX",
        "Bad",
        "said anew",
        "/components/responses/Bad",
    )
    assert (other.status, other.component, other.description) == ("default", "Bad", "other")
    assert only(contract).response(200) is ok
    assert only(contract).response(404) is bad
    assert only(contract).response(500) is other


def test_callbacks_and_webhooks_and_shared_path_items(tmp_path: Path) -> None:
    contract = load(
        tmp_path,
        f"""{HEAD}paths:
  /streams:
    post:
      operationId: subscribe
      callbacks:
        onData:
          '{{$request.query.url}}': {{post: {{{OK}}}}}
        ended:
          '{{$request.body#/a}}': {{put: {{operationId: ended, {OK}}}}}
          '{{$request.body#/b}}': {{put: {{{OK}}}}}
        again: {{$ref: '#/components/callbacks/Again'}}
        ping: {{$ref: '#/components/callbacks/Ping'}}
      {OK}
webhooks:
  newPet: {{$ref: '#/components/pathItems/Hook'}}
components:
  pathItems:
    Hook: {{summary: A hook, post: {{responses: {{'200': {{$ref: '#/components/responses/Ok'}}}}}}}}
  responses: {{Ok: {{description: ok}}}}
  callbacks:
    Again:
      '{{$url}}': {{post: {{callbacks: {{again: {{$ref: '#/components/callbacks/Again'}}}}, {OK}}}}}
    Ping:
      '{{$url}}': {{post: {{callbacks: {{pong: {{$ref: '#/components/callbacks/Pong'}}}}, {OK}}}}}
    Pong:
      '{{$url}}': {{put: {{callbacks: {{ping: {{$ref: '#/components/callbacks/Ping'}}}}, {OK}}}}}
""",
    )
    operation = only(contract)
    assert {name: [each.operation_id for each in group] for name, group in operation.callbacks.items()} == {
        "onData": ["subscribeOnDataPost"],
        "ended": ["ended", "subscribeEndedRequestBodyBPut"],
        "again": ["subscribeAgainPost"],
        "ping": ["subscribePingPost"],
    }
    assert operation.callbacks["onData"][0].path == "{$request.query.url}"
    (again,) = operation.callbacks["again"]
    assert [each.callbacks for each in again.callbacks["again"]] == [{}]
    (ping,) = operation.callbacks["ping"]
    (pong,) = ping.callbacks["pong"]
    assert [each.callbacks for each in pong.callbacks["ping"]] == [{}]
    (hook,) = contract.webhooks
    assert hook.responses[0].component is None  # what is sent has no shared class, whatever the component
    assert (hook.operation_id, hook.path, hook.summary) == ("postNewPet", "newPet", "A hook")
    assert hook.pointer == "/components/pathItems/Hook/post"


def test_what_stands_beside_the_reference_of_a_path_item_wins(tmp_path: Path) -> None:
    contract = load(
        tmp_path,
        f"""{HEAD}paths:
  /a:
    $ref: '#/components/pathItems/A'
    parameters: [{{name: q, in: query, required: true, schema: {{}}}}]
    put: {{operationId: own, {OK}}}
components:
  pathItems:
    A:
      parameters: [{{name: q, in: query, schema: {{}}}}]
      put: {{operationId: other, {OK}}}
      get: {{operationId: get, {OK}}}
""",
    )
    assert [each.operation_id for each in contract.operations] == ["own", "get"]
    assert [[parameter.required for parameter in each.parameters] for each in contract.operations] == [[True], [True]]


def test_what_is_new_in_3_2(tmp_path: Path) -> None:
    contract = load(
        tmp_path,
        """openapi: 3.2.0
$self: https://example.com/api.yaml
info: {title: T, version: "1"}
tags: [{name: a, kind: nav}, {name: b, parent: a}]
paths:
  /search:
    query:
      tags: [b, a]
      requestBody:
        content:
          multipart/mixed:
            itemSchema: {type: object}
            prefixEncoding: [{contentType: application/json}]
            itemEncoding: {contentType: text/plain, style: form}
      responses:
        '200':
          description: ok
          content: {text/event-stream: {itemSchema: {type: object}}}
    additionalOperations:
      M-SEARCH:
        parameters: [{name: all, in: querystring, content: {application/x-www-form-urlencoded: {schema: {type: object}}}}]
        responses: {'200': {description: ok}}
components:
  securitySchemes:
    device:
      type: oauth2
      deprecated: true
      flows: {deviceAuthorization: {deviceAuthorizationUrl: /d, tokenUrl: /t, scopes: {}}}
""",
    )
    search, other = contract.operations
    assert (search.method, search.operation_id, search.tag) == ("QUERY", "querySearch", "b")
    assert (other.method, other.parameters[0].location) == ("M-SEARCH", "querystring")
    assert search.request_body is not None
    mixed = search.request_body.content["multipart/mixed"]
    assert mixed.item_schema is not None
    assert mixed.item_encoding is not None
    assert [each.content_type for each in mixed.prefix_encoding] == ["application/json"]
    assert (mixed.item_encoding.explicit_style, mixed.prefix_encoding[0].explicit_style) == (True, False)
    assert search.responses[0].content["text/event-stream"].item_schema is not None
    assert [(tag.name, tag.kind, tag.parent) for tag in contract.tags] == [
        ("a", "nav", None),
        ("b", None, "a"),
        ("default", None, None),
    ]
    assert contract.security_schemes["device"].deprecated


def test_the_document_is_in_3_1_form_and_the_source_is_not(tmp_path: Path) -> None:
    contract = load(
        tmp_path,
        "openapi: 3.0.4\ninfo: {title: T, version: '1'}\npaths: {}\ncomponents: {schemas: {A: {type: string, nullable: true}}}\n",
    )
    assert contract.version == "3.0.4"
    assert contract.source["components"] == {"schemas": {"A": {"type": "string", "nullable": True}}}
    assert contract.document["components"] == {"schemas": {"A": {"type": ["string", "null"]}}}


def test_a_verdict_is_remembered_in_a_project_and_nowhere_else(tmp_path: Path) -> None:
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    project.mkdir()
    elsewhere.mkdir()
    (project / "pyproject.toml").touch()
    contract = f"{HEAD}paths: {{}}\ncomponents: {{schemas: {{A: {{allOf: [{{}}], required: [a]}}}}}}\n"
    first = load(project, contract)
    second = load(project, contract)
    load(elsewhere, contract)
    assert [each.code for each in first.warnings] == ["required-undefined"]
    assert [str(each) for each in second.warnings] == [str(each) for each in first.warnings]
    assert len(list((project / ".cache" / "handfast").rglob("*.json"))) == 1
    assert list(elsewhere.iterdir()) == [elsewhere / "api.yaml"]


def test_a_broken_memory_of_verdicts_is_no_harm(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / ".cache").write_text("not a folder")
    assert load(tmp_path, f"{HEAD}paths: {{}}\n").operations == ()
    (tmp_path / ".cache").unlink()
    load(tmp_path, f"{HEAD}paths: {{}}\n")
    for file in (tmp_path / ".cache").rglob("*.json"):
        file.write_text("{")
    assert load(tmp_path, f"{HEAD}paths: {{}}\n").operations == ()
