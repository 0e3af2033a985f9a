"""Checks for Schemathesis beside its own: what its own do not see. Loaded by `hooks = "handfast.testing.checks"`.

Each function is called for every response, probes included, and raises AssertionError where the service breaks the
contract that the environment variable `HANDFAST_CONTRACT` names. The list comes from a mutation test of Schemathesis
4.32: faults that none of its built-in checks notices. Those that send a request of their own do so once for each
operation.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus, urlsplit, urlunsplit

import requests
import schemathesis
from schemathesis import Case, CheckContext, Response

from handfast.contract import Direction, JSONValue, MediaType, Operation, Schema
from handfast.contract import Response as Declared
from handfast.contract.cursor import lookup
from handfast.contract.pointers import to_tokens
from handfast.runtime import media_types
from handfast.runtime.injected import TRANSPORT
from handfast.runtime.problems import Cause, refusal
from handfast.runtime.route import allowed
from handfast.testing import cases, formats
from handfast.testing.target import contract, operation_of, places

__all__ = ["cases", "formats"]

UNKNOWN = "handfast-unknown-parameter"
"""A query parameter that no contract declares."""

_FRAMING = {"content-length", "content-type", "transfer-encoding", "keep-alive", "accept-ranges", "content-range"}
_PROTOCOL = {"allow", "retry-after", "www-authenticate", "link", "preference-applied"}
_REFUSALS = {404, 405, 413, 415, 422}


def declared(case: Case[Any], response: Response) -> Declared | None:
    """The declaration of a response, or None where there is none."""
    operation = operation_of(case)
    return operation.response(response.status_code) if operation else None


def methods(case: Case[Any], response: Response) -> set[str]:
    """What `Allow` has to list for the path that was asked: the methods of all templates that it is an instance of."""
    segments = urlsplit(_url(response)).path.split("/")[-case.operation.path.count("/") :]
    found = places().find("/" + "/".join(segments), "")
    return set(allowed(set(found[0]) if found is not None else set()))


def problem(response: Response) -> dict[str, JSONValue] | None:
    """The problem document (RFC 9457) of a response, if it has one."""
    is_problem = response.content and media_type(response) == "application/problem+json"  # HEAD has no content
    body: JSONValue = json.loads(response.content) if is_problem else None
    return body if isinstance(body, dict) else None


def media_type(response: Response) -> str:
    """The media type of a response without parameters, in lower case; empty where it has none."""
    return _content_type(response).split(";")[0].strip().lower()


def content(declaration: Declared, response: Response) -> MediaType | None:
    """The most specific content of a declaration that the Content-Type of a response matches, as in the runtime."""
    sent = media_types.parse(_content_type(response))
    name = media_types.best(declaration.content, sent) if sent is not None else None
    return declaration.content[name] if name is not None else None


@schemathesis.check
def undeclared_header(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Every response header is declared, or belongs to the transport."""
    if (declaration := declared(case, response)) is not None:
        known = {name.lower() for name in declaration.headers} | TRANSPORT | _FRAMING | _PROTOCOL
        extra = sorted(name for name in response.headers if name.lower() not in known)
        extra = [name for name in extra if not name.lower().startswith("access-control-")]
        assert not extra, f"undeclared response headers: {', '.join(extra)}"


@schemathesis.check
def repeated_member(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """No object of a JSON response has the same member twice, and every number is finite."""

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f"a member is repeated among {names}"
        return dict(pairs)

    def finite(constant: str) -> object:
        raise AssertionError(f"{constant} is not JSON")

    if response.content and _is_json(media_type(response)):
        json.loads(response.content, object_pairs_hook=unique, parse_constant=finite)


@schemathesis.check
def exact_reply(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """The body is what the contract says, formats and integer ranges and write-only members included."""
    declaration = declared(case, response)
    if declaration is None or case.method.upper() == "HEAD":
        return
    media = content(declaration, response)
    if media is None:
        assert not response.content, f"status {response.status_code} has a body that the contract does not declare"
    elif media.schema is not None and _is_json(media_type(response)) and "*" not in media.media_type:
        errors = contract().judge(media.schema, Direction.RESPONSE).errors(json.loads(response.content))
        assert not errors, "\n".join(f"{error.pointer}: {error.message}" for error in errors)


@schemathesis.check
def truthful_problem(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """A problem's `status` is the status that was sent; a refusal is a problem where the contract declares problems."""
    body = problem(response)
    if body is not None:
        status = body.get("status", response.status_code)
        assert status == response.status_code, f"problem.status is {status}, and the status is {response.status_code}"
    elif response.status_code in _REFUSALS and case.method.upper() != "HEAD":
        declaration = declared(case, response)
        is_declared = declaration is not None and (
            content(declaration, response) is not None or not (declaration.content or response.content)
        )
        assert is_declared, f"status {response.status_code} is not application/problem+json"


@schemathesis.check
def pointing_problem(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Each error of a problem is at a place that the request has, and that can be wrong in the way it says."""
    body, operation = problem(response), operation_of(case)
    errors = body.get("errors") if body is not None else None
    if operation is None or not isinstance(errors, list):
        return
    sent = _sent_json(response)
    for error in errors:
        if not isinstance(error, dict):
            continue
        parameter, pointer, code = error.get("parameter"), error.get("pointer"), error.get("code")
        if isinstance(parameter, str):
            _assert_known(parameter, error.get("in"), operation, response)
        elif isinstance(pointer, str) and sent is not None:
            try:
                value = lookup(sent[0], to_tokens(pointer))
            except LookupError:
                raise AssertionError(f"{code}: the request body has nothing at {pointer!r}") from None
            could_be = _CAN_BE.get(str(code))
            assert could_be is None or could_be(value), f"{code}: cannot be said of the {type(value)} at {pointer!r}"


@schemathesis.check
def exact_allow(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """405 and OPTIONS list exactly the methods of the path (RFC 9110, section 15.5.6)."""
    if response.status_code == 405 or (case.method.upper() == "OPTIONS" and operation_of(case) is None):
        listed = {method.strip() for value in response.headers.get("allow", []) for method in value.split(",")}
        expected = methods(case, response)
        assert listed == expected, f"Allow lists {sorted(listed)}, not {sorted(expected)}"


@schemathesis.check
def challenged(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """401 always says how to authenticate (RFC 9110, section 15.5.2); each protected operation is asked for it once.

    Where the contract has no 401, a request without credentials is answered with the status that it has for them.
    """
    status, headers = response.status_code, set(response.headers)
    operation = operation_of(case)
    if operation is not None and operation.security and all(operation.security) and _is_first("challenge", operation):
        anonymous = requests.request(operation.method, _url(response), timeout=10)
        status, headers = anonymous.status_code, {name.lower() for name in anonymous.headers}
        expected = refusal(operation, Cause.CREDENTIALS_MISSING).status
        assert status == expected, f"without credentials the status is {status}, not {expected}"
    assert status != 401 or "www-authenticate" in headers, "401 without WWW-Authenticate"


@schemathesis.check
def unknown_parameter_refused(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """What was accepted is refused with a query parameter that the contract does not declare."""
    operation = operation_of(case)
    if operation is None or operation.method not in {"GET", "HEAD"} or not 200 <= response.status_code < 300:
        return
    if any(str(each.location) == "querystring" or _takes_any(each.schema) for each in operation.parameters):
        return
    if _is_first("unknown parameter", operation):
        parts = urlsplit(_url(response))
        query = f"{parts.query}&{UNKNOWN}=1" if parts.query else f"{UNKNOWN}=1"
        again = requests.get(urlunsplit(parts._replace(query=query)), headers=_headers(response), timeout=10)
        assert again.status_code >= 400, f"with the undeclared query parameter {UNKNOWN} the status is still {again}"


@schemathesis.check
def read_only_refused(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """A body that was accepted had no member that the contract calls readOnly."""
    operation, sent = operation_of(case), _sent_json(response)
    if operation is None or operation.request_body is None or sent is None or not 200 <= response.status_code < 300:
        return
    for media in operation.request_body.content.values():
        if media.schema is not None and _is_json(media.media_type):
            errors = contract().judge(media.schema, Direction.REQUEST).errors(sent[0])
            leaked = [error.pointer for error in errors if error.code == "read-only"]
            assert not leaked, f"readOnly members were accepted: {', '.join(leaked)}"


_asked: set[tuple[str, str]] = set()


def _is_first(question: str, operation: Operation) -> bool:
    """Whether a question is put to an operation for the first time."""
    key = (question, operation.operation_id)
    is_new = key not in _asked
    _asked.add(key)
    return is_new


def _content_type(response: Response) -> str:
    return (response.headers.get("content-type") or [""])[0]


def _url(response: Response) -> str:
    return response.request.url or ""


def _headers(response: Response) -> dict[str, str]:
    return {name: str(value) for name, value in response.request.headers.items()}


def _is_json(name: str) -> bool:
    return name.endswith("json")


def _sent_json(response: Response) -> tuple[JSONValue] | None:
    """The JSON that a request sent, in a tuple; None where it sent none."""
    request = response.request
    if not _is_json(str(request.headers.get("Content-Type", "")).split(";")[0].strip()):
        return None
    body = request.body
    try:
        return (json.loads(body),) if isinstance(body, bytes | str) else None
    except ValueError:
        return None


def _assert_known(name: str, location: object, operation: Operation, response: Response) -> None:
    """A parameter that a problem names is declared, or was sent in the query without being declared."""
    names = {each.name.lower() for each in operation.parameters if location in {None, str(each.location)}}
    query = unquote_plus(urlsplit(_url(response)).query)
    assert name.lower() in names or name in query, (
        f"the problem names a {location} parameter {name!r} that is not there"
    )


def _takes_any(schema: Schema | None) -> bool:
    """Whether a parameter may be an object, whose members are names of their own in the query."""
    if schema is None:
        return False
    kinds = schema.value.get("type", "object") if isinstance(schema.value, dict) else "object"
    return kinds == "object" or isinstance(kinds, list)


def _is_number(value: JSONValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is(*kinds: type) -> Callable[[JSONValue], bool]:
    return lambda value: isinstance(value, kinds)


_CAN_BE: dict[str, Callable[[JSONValue], bool]] = {
    "required": _is(dict),
    "too-few-properties": _is(dict),
    "too-many-properties": _is(dict),
    "too-few-items": _is(list),
    "too-many-items": _is(list),
    "duplicate-items": _is(list),
    "contains-mismatch": _is(list),
    "too-short": _is(str),
    "too-long": _is(str),
    "pattern-mismatch": _is(str),
    "wrong-format": _is(str),
    "too-small": _is_number,
    "too-large": _is_number,
    "not-a-multiple": _is_number,
}
"""What a value must be for an error code to make sense; see docs/SCHEMAS.md."""
