"""Runtime expressions by their ABNF, and what is said of wrong ones when the contract is loaded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from handfast.contract import load_contract_text
from handfast.contract.expressions import Expression, Template, Variable, expression, parse
from handfast.errors import ContractError

RIGHT = [
    ("$url", Expression("url")),
    ("$method", Expression("method")),
    ("$statusCode", Expression("statusCode")),
    ("$request.header.X-Url", Expression("header", "request", "X-Url")),
    ("$request.query.a.b", Expression("query", "request", "a.b")),
    ("$request.path.id", Expression("path", "request", "id")),
    ("$request.body", Expression("body", "request")),
    ("$request.body#/a~1b/0/c~0", Expression("body", "request", "/a~1b/0/c~0")),
    ("$response.header.Location", Expression("header", "response", "Location")),
    ("$response.body#/id", Expression("body", "response", "/id")),
]
WRONG = [
    *(
        "",
        "$",
        "url",
        "$urls",
        "$URL",
        "$request",
        "$request.",
        "$request.body#a",
        "$request.body#/~2",
        "$request.bodies",
    ),
    *("$request.query.", "$request.header.", "$request.header.a b", "$response.query.x", "$response.path.x", "$status"),
    *("$requests.body", "$request.cookie.x", "$response"),
]


@pytest.mark.parametrize(("text", "meant"), RIGHT)
def test_an_expression_is_read_by_the_abnf(text: str, meant: Expression) -> None:
    assert expression(text) == meant
    assert str(meant) == text
    assert parse(text) == parse("{" + text + "}") == Template((meant,))


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        expression(text)


def test_a_url_may_have_expressions_and_variables_in_it() -> None:
    found = parse("{$request.body#/url}/events/{id}?a={$request.query.a}")
    assert found.pieces == (
        Expression("body", "request", "/url"),
        "/events/",
        Variable("id"),
        "?a=",
        Expression("query", "request", "a"),
    )
    for wrong in ("a{", "a}", "{}", "{a{b}", "{{$url}}", "{$nothing}"):
        with pytest.raises(ValueError, match=r".+"):
            parse(wrong)


def _contract(name: str, **parameters: Any) -> str:
    called: dict[str, Any] = {"operationId": "back", "responses": {"204": {"description": ""}}, **parameters}
    made = {
        "operationId": "subscribe",
        "responses": {"204": {"description": ""}},
        "callbacks": {"done": {name: {"post": called}}},
    }
    return json.dumps({"openapi": "3.1.1", "info": {"title": "a", "version": "1"}, "paths": {"/a": {"post": made}}})


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("{$request.bdy#/url}", "callback-expression-invalid"),
        ("{$request.body#url}", "callback-expression-invalid"),
        ("https://a.example/{$url", "callback-expression-invalid"),
        ("{$url}/{id}", "path-variable-undeclared"),
    ],
)
def test_a_wrong_name_of_a_callback_is_refused_with_its_place(name: str, code: str) -> None:
    with pytest.raises(ContractError) as caught:
        load_contract_text(_contract(name), "a.json")
    assert [each.code for each in caught.value.diagnostics] == [code]
    assert caught.value.diagnostics[0].location is not None


def test_an_undeclared_parameter_is_a_warning_and_an_operation_id_is_taken_once() -> None:
    found = load_contract_text(_contract("{$request.query.url}"), "a.json").warnings
    assert [each.code for each in found if each.code.startswith("callback")] == ["callback-expression-unknown"]
    with pytest.raises(ContractError, match="operation-id-duplicate"):
        load_contract_text(_contract("{$url}", operationId="subscribe"), "a.json")
