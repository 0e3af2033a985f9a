"""What every operation refuses in the same way: derived from the contract, so that no operation is forgotten."""

from __future__ import annotations

import pytest

from handfast.contract import Operation, ParameterLocation, load_contract
from handlers.app import CONTRACT
from tests.service.conftest import Api, Person, problem

# None of this gets as far as a database, so one kind of them is enough.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")

OPERATIONS = {operation.operation_id: operation for operation in load_contract(CONTRACT).operations}
WITH_BODY = [name for name, operation in OPERATIONS.items() if operation.request_body is not None]
SECURED = [name for name, operation in OPERATIONS.items() if all(operation.security) and operation.security]
CONDITIONAL = [name for name, operation in OPERATIONS.items() if operation.response(428) is not None]
BELOW_ARTICLE = [name for name, operation in OPERATIONS.items() if "{slug}" in operation.path]
TOKENS = {"createToken", "revokeToken"}
"""Their refusals are OAuth errors, and always 400."""
FORMS = {"createAttachment"}
"""What takes files has tests of its own for what a form may hold."""


@pytest.fixture(scope="module")
def caller(api: Api) -> tuple[Person, str]:
    """Somebody with an article."""
    person = api.person()
    return person, str(api.article(person)["slug"])


def path_of(operation: Operation, slug: str) -> str:
    """The path of an operation on somebody's own article."""
    return operation.path.replace("{slug}", slug).replace("{commentId}", "1").replace("{attachmentId}", "1")


def headers_of(operation: Operation) -> dict[str, str]:
    """The headers that an operation must have; the entity tag is that of nothing, so that nothing is changed."""
    return {
        parameter.name: '"0-0"'
        for parameter in operation.parameters
        if parameter.required and parameter.location is ParameterLocation.HEADER
    }


def media_type(operation: Operation) -> str:
    """The media type of the request body."""
    assert operation.request_body is not None
    return next(iter(operation.request_body.content))


def check(answer: object, name: str, status: int) -> None:
    """An answer with a status is a problem, or for the token operations an OAuth error with 400."""
    from httpx2 import Response

    assert isinstance(answer, Response)
    if name in TOKENS and status in (400, 422):
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"] == "invalid_request"
    else:
        problem(answer, status)


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_undeclared_query_parameter_is_refused(api: Api, caller: tuple[Person, str], name: str) -> None:
    person, slug = caller
    operation = OPERATIONS[name]
    answer = api.send(
        operation.method, f"{path_of(operation, slug)}?surprise=1", person, headers=headers_of(operation), **_body(name)
    )
    check(answer, name, 422)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_query_that_is_not_utf_8_is_refused(api: Api, caller: tuple[Person, str], name: str) -> None:
    person, slug = caller
    operation = OPERATIONS[name]
    answer = api.send(
        operation.method, f"{path_of(operation, slug)}?%ff=1", person, headers=headers_of(operation), **_body(name)
    )
    check(answer, name, 400)


@pytest.mark.parametrize("name", WITH_BODY)
def test_another_media_type_is_refused(api: Api, caller: tuple[Person, str], name: str) -> None:
    person, slug = caller
    operation = OPERATIONS[name]
    for wrong in ("text/plain", "application/merge-patch+json", "application/xml"):
        headers = headers_of(operation) | {"Content-Type": wrong}
        check(api.send(operation.method, path_of(operation, slug), person, content=b"{}", headers=headers), name, 415)


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_body_that_cannot_be_read_is_refused(api: Api, caller: tuple[Person, str], name: str) -> None:
    person, slug = caller
    operation = OPERATIONS[name]
    form = media_type(operation) != "application/json"
    for wrong in (b"a=%ff", b"a=\xff") if form else (b"{", b"\xff", b'{"a": NaN}', b'{"a": 1, "a": 2}', b""):
        headers = headers_of(operation) | {"Content-Type": media_type(operation)}
        answer = api.send(operation.method, path_of(operation, slug), person, content=wrong, headers=headers)
        assert answer.status_code in (400, 422), (wrong, answer.text)
        check(answer, name, answer.status_code)


@pytest.mark.parametrize("name", [name for name in WITH_BODY if name not in TOKENS | FORMS])
def test_a_body_of_another_shape_is_refused(api: Api, caller: tuple[Person, str], name: str) -> None:
    person, slug = caller
    operation = OPERATIONS[name]
    bodies: list[object] = [[], "text", None, 1, {"surprise": 1}]
    for wrong in bodies:
        answer = api.send(operation.method, path_of(operation, slug), person, json=wrong, headers=headers_of(operation))
        assert problem(answer, 422)["errors"], wrong


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_body_that_is_too_large_is_refused(api: Api, caller: tuple[Person, str], name: str) -> None:
    person, slug = caller
    operation = OPERATIONS[name]
    headers = headers_of(operation) | {"Content-Type": media_type(operation)}
    content = b"a=" + b"x" * 2**21 if media_type(operation) != "application/json" else b'"' + b"x" * 2**20 + b'"'
    check(api.send(operation.method, path_of(operation, slug), person, content=content, headers=headers), name, 413)


@pytest.mark.parametrize("name", SECURED)
def test_credentials_come_first(api: Api, caller: tuple[Person, str], name: str) -> None:
    _, slug = caller
    operation = OPERATIONS[name]
    answer = api.send(operation.method, f"{path_of(operation, slug)}?surprise=1", content=b"{")
    problem(answer, 401)
    assert answer.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("name", CONDITIONAL)
def test_a_change_without_a_condition_is_refused(api: Api, caller: tuple[Person, str], name: str) -> None:
    person, slug = caller
    operation = OPERATIONS[name]
    problem(api.send(operation.method, path_of(operation, slug), person, **_body(name)), 428)
    headers = {"If-Match": "x" * 401}
    problem(api.send(operation.method, path_of(operation, slug), person, headers=headers, **_body(name)), 422)


@pytest.mark.parametrize("name", BELOW_ARTICLE)
def test_an_unknown_article_is_not_there(api: Api, caller: tuple[Person, str], name: str) -> None:
    person, _ = caller
    operation = OPERATIONS[name]
    for slug in ("there-is-no-such-article", "Not-A-Slug", "x" * 81):
        answer = api.send(
            operation.method, path_of(operation, slug), person, headers=headers_of(operation), **_body(name)
        )
        problem(answer, 404)


@pytest.mark.parametrize("path", sorted({operation.path for operation in OPERATIONS.values()}))
def test_other_methods_are_answered_with_those_there_are(api: Api, caller: tuple[Person, str], path: str) -> None:
    _, slug = caller
    methods = {operation.method for operation in OPERATIONS.values() if operation.path == path}
    allowed = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    concrete = path.replace("{slug}", slug).replace("{commentId}", "1").replace("{attachmentId}", "1")
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"} - methods:
        answer = api.send(method, concrete)
        problem(answer, 405)
        assert {name.strip() for name in answer.headers["allow"].split(",")} == allowed
    options = api.send("OPTIONS", concrete)
    assert (options.status_code, options.content) == (204, b"")
    assert {name.strip() for name in options.headers["allow"].split(",")} == allowed


@pytest.mark.parametrize(
    "path", ["", "/", "/nothing", "/articles/", "//articles", "/articles/a/b", "/accounts", "/ARTICLES"]
)
def test_unknown_paths_are_not_there(api: Api, path: str) -> None:
    answer = api.send("GET", path)
    problem(answer, 405 if path == "/accounts" else 404)


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_repeated(api: Api) -> None:
    secret = "an-input-that-must-not-come-back"
    body = {"title": 7, "body": "", "tags": ["a", "a", secret.upper()], secret: secret, "status": secret}
    answer = api.send("POST", "/articles?surprise=1", api.person(), json=body)
    errors = problem(answer, 422)["errors"]
    assert isinstance(errors, list)
    assert {error.get("pointer") or error.get("parameter") for error in errors} >= {
        "/title", "/body", "/status", "surprise",
    }  # fmt: skip
    assert all(error["code"] and error["detail"] for error in errors)
    for error in errors:
        assert secret not in error["detail"]
    many = {"title": "x", "body": "y", "tags": [1] * 10} | {f"more{number}": 1 for number in range(30)}
    listed = problem(api.send("POST", "/articles", api.person(), json=many), 422)["errors"]
    assert isinstance(listed, list)
    assert len(listed) <= 20


RIGHT: dict[str, dict[str, object]] = {
    "registerAccount": {"handle": "x", "email": "x", "password": "x", "displayName": "x"},
    "updateAccount": {},
    "changePassword": {"currentPassword": "wrong password", "newPassword": "wrong password"},
    "createArticle": {"title": "x", "body": "y"},
    "updateArticle": {},
    "createComment": {"body": "x"},
}


def _body(name: str) -> dict[str, object]:
    """The keyword for the client with a body that has nothing wrong, or that of an operation without one."""
    if name in TOKENS:
        return {"data": {"grant_type": "password", "token": "x"}}
    if name in FORMS:
        return {"data": {"name": "x"}, "files": {"file": ("x", b"x")}}
    return {"json": RIGHT[name]} if name in RIGHT else {}
