"""A contract that others wrote, bound to the mock: every operation is asked rightly and wrongly, over ASGI."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Scope

from handfast.contract import Contract, Direction, Operation
from handfast.design.mock import anybody, mock
from handfast.design.requests import Requests, SampleRequest
from handfast.design.samples import Unsatisfiable
from handfast.runtime import bind, media_types


@dataclass(slots=True)
class Answered:
    """What an application sent back; `violations` is what the log says of it."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    body: bytes = b""
    violations: list[str] = field(default_factory=list[str])
    error: Exception | None = None


@dataclass(slots=True)
class Tally:
    """How a contract fares: operations, requests of each kind, and a line for everything that went wrong."""

    operations: int = 0
    answered: int = 0
    valid: int = 0
    refused: int = 0
    invalid: int = 0
    impossible: list[str] = field(default_factory=list[str])
    failures: list[str] = field(default_factory=list[str])


async def exercise(contract: Contract) -> Tally:
    """Ask every operation of a contract that is bound to the mock."""
    app = FastAPI(openapi_url=None)
    bind(app, contract, [], fallback=mock(contract), security=anybody(contract), docs=None)
    requests = Requests(contract)
    tally = Tally(operations=len(contract.operations))
    for operation in contract.operations:
        await _exercise(app, contract, operation, requests, tally)
    return tally


async def _exercise(app: ASGIApp, contract: Contract, operation: Operation, requests: Requests, tally: Tally) -> None:
    place = f"{operation.method} {operation.path}"
    try:
        valid = requests.valid(operation)
    except Unsatisfiable as error:
        tally.impossible.append(f"{place}: {_hopeless(contract, error.pointer, Direction.REQUEST)}")
        return
    failures = len(tally.failures)
    for request in valid:
        tally.valid += 1
        answered = await send(app, request)
        if isinstance(answered.error, Unsatisfiable):
            tally.impossible.append(f"{place}: {_hopeless(contract, answered.error.pointer, Direction.RESPONSE)}")
            return
        if not _is_reply(answered, operation, contract):
            tally.failures.append(f"{place}: {_told(answered)} to {_told_request(request)}")
    tally.answered += len(tally.failures) == failures
    for request in requests.invalid(operation):
        tally.invalid += 1
        answered = await send(app, request)
        if 400 <= answered.status < 500:
            tally.refused += 1
        else:
            tally.failures.append(f"{place}: wrong {request.wrong}: {_told(answered)} to {_told_request(request)}")


def _hopeless(contract: Contract, pointer: str, direction: Direction) -> str:
    """What to say of a schema that admits no value, as far as it is known."""
    is_proven = not contract.judges.judge(pointer, direction).is_satisfiable()
    return f"no {direction} value {'exists' if is_proven else 'was found'} for `{pointer}`"


def _is_reply(answered: Answered, operation: Operation, contract: Contract) -> bool:
    """Whether a reply is no refusal: a success, or what an operation declares that declares no success."""
    if answered.violations or not _conforms(answered, operation, contract):
        return False
    has_success = any(response.status[0] in "23d" for response in operation.responses)
    return 200 <= answered.status < 400 if has_success else bool(answered.status)


def _conforms(answered: Answered, operation: Operation, contract: Contract) -> bool:
    """Whether status, required headers, media type and JSON are declared, seen from outside."""
    if not operation.responses:
        return answered.status == 204 and not answered.body
    response = operation.response(answered.status)
    headers = {name.decode(): value.decode("latin-1") for name, value in answered.headers}
    if response is None or any(
        header.required and name.lower() not in headers for name, header in response.headers.items()
    ):
        return False
    if not response.content or answered.status in (204, 205, 304) or operation.method == "HEAD":
        return not answered.body
    sent = media_types.parse(headers.get("content-type", ""))
    declared = media_types.best(response.content, sent) if sent is not None else None
    if sent is None or declared is None:
        return False
    schema = response.content[declared].schema
    if schema is None or not sent.is_json:
        return True
    return contract.judge(schema, Direction.RESPONSE).is_valid(json.loads(answered.body))


def _told(answered: Answered) -> str:
    return f"{answered.status} {answered.body[:300]!r} {' '.join(answered.violations)[:300]}".strip()


def _told_request(request: SampleRequest) -> str:
    return f"{request.path[:120]}?{request.query[:200]} {request.headers} {request.body[:200]!r}"


async def send(app: ASGIApp, request: SampleRequest) -> Answered:
    """Send a request over ASGI, and gather the answer with everything that is logged of it."""
    answered = Answered()
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.path.encode("latin-1"),
        "query_string": request.query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers],
        "client": ("127.0.0.1", 50_000),
        "server": ("127.0.0.1", 80),
        "extensions": {"tls": {"client_cert_chain": [request.certificate]}} if request.certificate else {},
    }
    pending = [{"type": "http.request", "body": request.body, "more_body": False}]

    async def receive() -> Message:
        return pending.pop() if pending else {"type": "http.disconnect"}

    async def take(message: Message) -> None:
        if message["type"] == "http.response.start":
            answered.status, answered.headers = message["status"], list(message["headers"])
        else:
            answered.body += message.get("body", b"")

    with _listening() as found:
        try:
            await app(scope, receive, take)
        except Exception as error:  # what a server would log
            answered.error = error
            found.append(f"{type(error).__name__}: {error}")
    answered.violations = found
    return answered


class _Listener(logging.Handler):
    def __init__(self, found: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.found = found

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())


@contextmanager
def _listening() -> Iterator[list[str]]:
    found: list[str] = []
    listener = _Listener(found)
    logger = logging.getLogger("handfast")
    logger.addHandler(listener)
    try:
        yield found
    finally:
        logger.removeHandler(listener)
