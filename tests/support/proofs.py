"""One case of a row of docs/SUPPORT.md: a minimal contract with a field, the same without it, and what that changes.

A case is a mapping. The word that it proves has the value of the field:

    enforced   `ask` is answered as `gives` says, and without the field as `otherwise` says
    generated  `as` stands in the generated package, and without the field it does not
    passed     the field is published as it is written, and neither generated code nor an answer changes
    refused    the contract is refused for the reason `code`, at the field

`beside` is what else the object has, `without` another value to compare with, `set` what else the document has (by JSON
Pointer), `at` where the object stands, `name` the field where its name is a pattern, `openapi` the version.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from fastapi import FastAPI

from handfast.contract import Contract, JSONValue, load_contract_text
from handfast.contract.pointers import join, to_tokens
from handfast.contract.sources import read
from handfast.design.requests import SampleRequest
from handfast.errors import ContractError, Severity
from handfast.generate.package import CONTRACT, package_files
from handfast.runtime import Credentials, Grant, PlainReply, bind
from handfast.runtime.fallback import JudgedRequest
from tests.foreign.mocked import Answered, send

Case: TypeAlias = Mapping[str, Any]

WORDS = ("enforced", "generated", "passed", "refused")

_GET = "/paths/~1x/get"
_POST = "/paths/~1x/post/requestBody"
_SCHEMES = "/components/securitySchemes/key"
_PLACES = {
    "OpenAPI": "",
    "Info": "/info",
    "Contact": "/info/contact",
    "License": "/info/license",
    "External Documentation": "/externalDocs",
    "Server": "/servers/0",
    "Server Variable": "/servers/0/variables/v",
    "Components": "/components",
    "Tag": "/tags/0",
    "Paths": "/paths",
    "Path Item": "/paths/~1x",
    "Operation": _GET,
    "Parameter": f"{_GET}/parameters/0",
    "Reference": f"{_GET}/parameters/0",
    "Request Body": _POST,
    "Media Type": f"{_POST}/content/application~1json",
    "Encoding": f"{_POST}/content/multipart~1form-data/encoding/p",
    "Responses": f"{_GET}/responses",
    "Response": f"{_GET}/responses/200",
    "Header": f"{_GET}/responses/200/headers/X-A",
    "Link": f"{_GET}/responses/200/links/next",
    "Example": f"{_GET}/parameters/0/examples/one",
    "Callback": f"{_GET}/callbacks/on",
    "Schema": f"{_POST}/content/application~1json/schema",
    "Discriminator": "/components/schemas/S/discriminator",
    "XML": "/components/schemas/S/properties/p/xml",
    "Security Requirement": "/security/0",
    "Security Scheme": _SCHEMES,
    "OAuth Flows": f"{_SCHEMES}/flows",
    "OAuth Flow": f"{_SCHEMES}/flows/implicit",
}
"""Where an object stands in the document of a case."""

_LISTS = ("servers", "parameters", "tags", "security")

_AROUND: Mapping[str, Mapping[str, JSONValue]] = {
    "Server": {"/servers/0": {"url": "/"}},
    "Server Variable": {"/servers/0": {"url": "/"}},
    "Tag": {"/tags": [{}]},
    "Security Scheme": {"/security": [{"key": []}]},
    "OAuth Flows": {_SCHEMES: {"type": "oauth2"}},
    "OAuth Flow": {_SCHEMES: {"type": "oauth2"}},
    "Encoding": {f"{_POST}/content/multipart~1form-data/schema": {"type": "object", "properties": {"p": {}}}},
    "Example": {f"{_GET}/parameters/0": {"name": "a", "in": "query", "schema": {}}},
    "Discriminator": {
        "/components/schemas/S": {"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]},
    },
}
"""What else the document has where an object stands."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking: a status (or a code of the loader, or `broken` for a stream), and what a handler got."""

    answer: int | str
    got: JSONValue = None


@cache
def _base() -> dict[str, Any]:
    found = read(Path(__file__).parent / "cases" / "base.yml").value
    assert isinstance(found, dict)
    return found


def all_cases() -> list[tuple[str, str, Case]]:
    """Object, field and case of all files, in their order."""
    files = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    documents: list[Any] = [read(file).value for file in files]
    return [
        (name, field, case)
        for document in documents
        for name, fields in document.items()
        for field, cases in fields.items()
        for case in cases
    ]


def word_of(case: Case) -> str:
    """Which of the four words a case proves."""
    return next(word for word in WORDS if word in case)


def prove(name: str, field: str, case: Case) -> None:
    """Raise AssertionError when a row lies."""
    word = word_of(case)
    field = case.get("name", field)
    place = case.get("at", _PLACES[name])
    with_it = _document(name, place, case, {field: case[word]})
    without = _document(name, place, case, {field: case["without"]} if "without" in case else {}, leave_out=field)
    match word:
        case "enforced":
            _prove_enforced(case, field, with_it, without)
        case "generated":
            assert case["as"] in _generated(with_it)
            assert case["as"] not in _generated(without)
        case "passed":
            _prove_passed(with_it, without, join(place, field), case["passed"])
        case _:
            _prove_refused(with_it, join(place, field), case["code"])


def _prove_enforced(case: Case, field: str, with_it: dict[str, Any], without: dict[str, Any]) -> None:
    for body in case.get("takes", ()):
        assert outcome(with_it, {"ask": "POST /x", "body": body}) == Outcome(200, {"body": body}), body
    for body in case.get("refuses", ()):
        assert outcome(with_it, {"ask": "POST /x", "body": body}).answer == 422, body
        assert outcome(without, {"ask": "POST /x", "body": body}).answer == 200, body
    if "ask" in case:
        ask = case["ask"] if " " in case["ask"] else f"{field.upper()} {case['ask']}"
        found, other = outcome(with_it, {**case, "ask": ask}), outcome(without, {**case, "ask": ask})
        assert (found.answer, other.answer) == (case["gives"], case["otherwise"]), (found, other)
        assert found != other
        assert "gets" not in case or found.got == case["gets"]
    else:
        assert case["refuses"]


def _prove_passed(with_it: dict[str, Any], without: dict[str, Any], pointer: str, value: JSONValue) -> None:
    """The field is in what clients get to see; nothing that is generated differs, but for the published contract."""
    contract = _load(with_it)
    assert isinstance(contract, Contract), contract
    assert _at(json.loads(_ask(contract, {"ask": "GET /openapi.json"}).body), pointer) == value
    assert _python(with_it) == _python(without)


def _prove_refused(document: dict[str, Any], pointer: str, code: str) -> None:
    error = _load(document)
    assert isinstance(error, ContractError)
    found = [each for each in error.diagnostics if each.severity is Severity.ERROR and each.code == code]
    places = (pointer, pointer.rpartition("/")[0])
    assert any(each.pointer in places or each.pointer.startswith(f"{pointer}/") for each in found), error
    assert all(each.location and each.excerpt for each in found)


# Documents


def _document(
    name: str, place: str, case: Case, field: Mapping[str, Any], *, leave_out: str | None = None
) -> dict[str, Any]:
    document = deepcopy(_base()) | {"openapi": case.get("openapi", "3.1.1")}
    for pointer, value in {**_AROUND.get(name, {}), **case.get("set", {})}.items():
        _put(document, pointer, value)
    kept = case["beside"] if "beside" in case else _at(document, place) or {}
    kept = {key: value for key, value in kept.items() if key != leave_out}
    changed = deepcopy({**kept, **field})
    if not place:
        return changed
    _put(document, place, changed)
    return document


def _put(document: Any, pointer: str, value: JSONValue) -> None:
    """Put a value at a pointer; objects on the way that are not there are made, and a list grows by one."""
    *way, last = to_tokens(pointer)
    for token in way:
        if isinstance(document, list):
            document.extend({} for _ in range(len(document), int(token) + 1))
            document = document[int(token)]
        else:
            document = document.setdefault(token, [] if token in _LISTS else {})
    if isinstance(document, list):
        document[int(last) : int(last) + 1] = [deepcopy(value)]
    else:
        document[last] = deepcopy(value)


def _at(document: Any, pointer: str) -> Any:
    """What is at a pointer, or None."""
    for token in to_tokens(pointer):
        if isinstance(document, list):
            document = document[int(token)] if int(token) < len(document) else None
        else:
            document = document.get(token) if document is not None else None
    return document


def _load(document: dict[str, Any]) -> Contract | ContractError:
    try:
        return _loaded(json.dumps(document, indent=1))
    except ContractError as error:
        return error


@cache
def _loaded(text: str) -> Contract:
    return load_contract_text(text, "openapi.json")


def _generated(document: dict[str, Any]) -> str:
    return "\n".join(_python(document).values())


def _python(document: dict[str, Any]) -> dict[str, str]:
    return _package(json.dumps(document, indent=1))


@cache
def _package(text: str) -> dict[str, str]:
    return {name: text for name, text in package_files(_loaded(text)).items() if name != CONTRACT}


# Requests


def outcome(document: dict[str, Any], case: Case) -> Outcome:
    """What comes of a request to a contract, or why there is none."""
    contract = _load(document)
    if isinstance(contract, ContractError):
        return Outcome(next(each.code for each in contract.diagnostics if each.severity is Severity.ERROR))
    got: list[JSONValue] = []
    answered = _ask(contract, case, got)
    return Outcome("broken" if answered.violations and answered.status == 200 else answered.status, *got[:1])


def _ask(contract: Contract, case: Case, got: list[JSONValue] | None = None) -> Answered:
    app = FastAPI(openapi_url=None)
    logging.getLogger("handfast").propagate = False

    async def answer(request: JudgedRequest) -> PlainReply:
        if got is not None:
            got.append(_seen(request))
        return _reply(case.get("reply", {}))

    bind(app, contract, [], fallback=answer, security=dict.fromkeys(contract.security_schemes, _authenticate))
    try:
        return asyncio.run(send(app, _request(case)))
    finally:
        logging.getLogger("handfast").propagate = True


async def _authenticate(credentials: Credentials) -> Grant | None:
    return Grant("ada", frozenset({"read"}))


def _seen(request: JudgedRequest) -> JSONValue:
    found = {name: value for (_, name), value in request.parameters.items()}
    if isinstance(request.body, str | int | float | bool | list | dict) or request.body is None:
        found["body"] = request.body
    return found


def _reply(reply: Mapping[str, Any]) -> PlainReply:
    async def items() -> AsyncIterator[object]:
        for item in reply["items"]:
            yield item

    body = items() if "items" in reply else reply.get("body")
    return PlainReply(
        status=reply.get("status", 200),
        headers=reply.get("headers", {}),
        body=body,
        has_body="body" in reply or "items" in reply,
    )


def _request(case: Case) -> SampleRequest:
    method, _, target = case["ask"].partition(" ")
    path, _, query = target.partition("?")
    content_type, body = _body(case)
    headers = {**({"Content-Type": content_type, "Content-Length": str(len(body))} if content_type else {})}
    return SampleRequest(
        method=method, path=path, query=query, headers=(*headers.items(), *case.get("headers", {}).items()), body=body
    )


def _body(case: Case) -> tuple[str, bytes]:
    if "body" in case:
        return "application/json", json.dumps(case["body"]).encode()
    if "form" in case:
        return "application/x-www-form-urlencoded", case["form"].encode()
    if "parts" not in case:
        return "", b""
    kind = "form-data" if all(case["parts"]) else "mixed"
    parts = [
        "--b\r\n"
        + (f'Content-Disposition: form-data; name="{name}"\r\n' if name else "")
        + f"Content-Type: {media_type}\r\n\r\na\r\n"
        for name, media_type in case["parts"].items()
    ]
    return f"multipart/{kind}; boundary=b", "".join([*parts, "--b--\r\n"]).encode()
