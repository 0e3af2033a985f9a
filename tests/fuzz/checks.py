"""Checks that Schemathesis runs beside its own: what its own do not see (it loads this module by `schemathesis.toml`).

Each function is called for every response, probes included, and raises AssertionError where the service breaks the
contract. The list comes from a mutation test of Schemathesis 4.32: faults that none of its built-in checks notices.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path

import requests
import schemathesis
from schemathesis import Case, CheckContext, Response

from handfast.contract import Contract, Direction, Operation, load_contract
from handfast.contract import Response as Declared

TRANSPORT_HEADERS = {
    "content-length", "content-type", "date", "server", "connection", "transfer-encoding", "vary", "cache-control",
    "content-security-policy", "cross-origin-resource-policy", "referrer-policy", "x-content-type-options",
    "x-frame-options", "x-request-id", "strict-transport-security", "allow", "retry-after", "www-authenticate",
    "keep-alive", "link",
}  # fmt: skip
"""Response headers of the transport and of the security middleware, which no contract needs to declare."""


@cache
def contract() -> Contract:
    """The contract that the running service is held to."""
    return load_contract(Path(os.environ.get("HANDFAST_CONTRACT", "openapi/api.yaml")), validate=False)


@cache
def operations() -> dict[tuple[str, str], Operation]:
    """Operations by path template and method."""
    return {(operation.path, operation.method.upper()): operation for operation in contract().operations}


def declared(case: Case, response: Response) -> Declared | None:
    """The declaration of a response, or None for a method that the path does not have."""
    operation = operations().get((case.operation.path, case.method.upper()))
    return operation.response(response.status_code) if operation else None


def methods(path: str) -> set[str]:
    """What `Allow` has to list for a path."""
    found = {method for template, method in operations() if template == path}
    return found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set())


def problem(response: Response) -> dict[str, object] | None:
    """The problem document (RFC 9457) of a response, if it has one."""
    types = response.headers.get("content-type", [""])
    return json.loads(response.content) if types[0].startswith("application/problem+json") else None


@schemathesis.check
def undeclared_header(ctx: CheckContext, response: Response, case: Case) -> None:
    """Every response header is declared, or belongs to the transport."""
    if (declaration := declared(case, response)) is not None:
        known = {name.lower() for name in declaration.headers} | TRANSPORT_HEADERS
        extra = sorted(name for name in response.headers if name.lower() not in known)
        assert not extra, f"undeclared response headers: {', '.join(extra)}"


@schemathesis.check
def repeated_member(ctx: CheckContext, response: Response, case: Case) -> None:
    """No object of a JSON response has the same member twice, and every number is finite."""

    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), f"a member is repeated among {names}"
        return dict(pairs)

    def finite(constant: str) -> object:
        raise AssertionError(f"{constant} is not JSON")

    if response.content and "json" in response.headers.get("content-type", [""])[0]:
        json.loads(response.content, object_pairs_hook=unique, parse_constant=finite)


@schemathesis.check
def exact_reply(ctx: CheckContext, response: Response, case: Case) -> None:
    """The body is what the contract says, formats and integer ranges and write-only members included."""
    declaration = declared(case, response)
    if declaration is None or case.method.upper() == "HEAD":
        return
    content_type = response.headers.get("content-type", [""])[0].split(";")[0].lower()
    media = declaration.content.get(content_type)
    if media is None:
        assert not response.content, f"status {response.status_code} has a body that the contract does not declare"
    elif media.schema is not None and "json" in content_type:
        errors = contract().judge(media.schema, Direction.RESPONSE).errors(json.loads(response.content))
        assert not errors, "\n".join(f"{error.pointer}: {error.message}" for error in errors)


@schemathesis.check
def truthful_problem(ctx: CheckContext, response: Response, case: Case) -> None:
    """A problem's `status` is the status that was sent, and every refusal is a problem."""
    body = problem(response)
    if body is not None:
        assert body.get("status", response.status_code) == response.status_code, (
            "problem.status differs from the status"
        )
    elif response.status_code in {404, 405, 413, 415, 422}:
        raise AssertionError(f"status {response.status_code} is not application/problem+json")


@schemathesis.check
def exact_allow(ctx: CheckContext, response: Response, case: Case) -> None:
    """405 and OPTIONS list exactly the methods of the path (RFC 9110, section 15.5.6)."""
    if response.status_code == 405 or case.method.upper() == "OPTIONS":
        listed = {method.strip() for value in response.headers.get("allow", []) for method in value.split(",")}
        assert listed == methods(case.operation.path), f"Allow lists {sorted(listed)}"


@schemathesis.check
def challenged(ctx: CheckContext, response: Response, case: Case) -> None:
    """401 always says how to authenticate (RFC 9110, section 15.5.2); each protected operation is asked for it once."""
    status, headers = response.status_code, set(response.headers)
    operation = operations().get((case.operation.path, case.method.upper()))
    if operation is not None and operation.security and all(operation.security) and operation not in _asked:
        _asked.append(operation)
        anonymous = requests.request(operation.method, response.request.url or "", timeout=10)
        status, headers = anonymous.status_code, {name.lower() for name in anonymous.headers}
        assert status == 401, f"without credentials the status is {status}"
    assert status != 401 or "www-authenticate" in headers, "401 without WWW-Authenticate"


_asked: list[Operation] = []
