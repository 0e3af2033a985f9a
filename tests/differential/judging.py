"""Sends requests to a bound contract over ASGI, and compares the answers with the oracle's."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from fastapi import FastAPI
from starlette.types import Message

from handfast.contract import load_contract_text
from handfast.runtime import PlainReply, bind
from handfast.runtime.fallback import JudgedRequest
from tests.differential.oracle import Json, Request, Verdict, verdict


async def _echo(request: JudgedRequest) -> PlainReply:
    if request.operation.operation_id.startswith("reply"):
        return PlainReply(status=200, body=request.body)  # type: ignore[arg-type]  # the body of a JSON operation is JSON
    values: Json = {f"{place} {name}": value for (place, name), value in request.parameters.items()}
    if request.operation.request_body is not None:
        values["body"] = request.body
    return PlainReply(status=200, body=values)


@dataclass(slots=True)
class Disagreement(Exception):
    """What runtime and oracle differ about."""

    document: Json
    request: Request
    expected: Verdict
    status: int
    body: bytes

    def __str__(self) -> str:
        paths: Json = self.document["paths"]
        found = next(
            item for item in paths.values() for each in item.values() if each["operationId"] == self.request.operation
        )
        told = {key: value for each in found.values() for key, value in each.items() if key != "responses"}
        return f"{json.dumps(told)}\n{self.request}\nexpected {self.expected}\ngot {self.status} {self.body!r}"


class Subject:
    """A contract that is bound to the echo; `runner` has the event loop, which many contracts share."""

    def __init__(self, document: Json, runner: asyncio.Runner) -> None:
        self.document = document
        self.runner = runner
        self.app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        contract = load_contract_text(json.dumps(document), "openapi.json", validate=False)
        bind(self.app, contract, [], fallback=_echo, docs=None)
        self.places: dict[str, tuple[str, Json]] = {
            each["operationId"]: (path, each) for path, item in document["paths"].items() for each in item.values()
        }

    def check(self, request: Request) -> int:
        """The status of a request; raises Disagreement."""
        expected = verdict(self.places[request.operation][1], request)
        status, body = self.runner.run(self.send(request))
        disagreement = Disagreement(self.document, request, expected, status, body)
        if status not in expected.statuses:
            raise disagreement
        if status == 200:
            wanted = expected.values
            told: Json = json.loads(body)
            if not same(told, wanted["body"] if request.operation.startswith("reply") else wanted):
                raise disagreement
        return status

    async def send(self, request: Request) -> tuple[int, bytes]:
        """One request over ASGI."""
        path, operation = self.places[request.operation]
        raw = path.replace("{p}", request.path).encode("latin-1")
        headers = [(name.encode(), text.encode("latin-1")) for name, text in request.headers]
        if "requestBody" in operation:
            media_type = next(iter(operation["requestBody"]["content"]))
            more = "; boundary=b" if media_type.startswith("multipart/") else ""
            headers.append((b"content-type", f"{media_type}{more}".encode()))
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST" if "requestBody" in operation else "GET",
            "scheme": "http",
            "path": raw.decode("latin-1"),
            "raw_path": raw,
            "root_path": "",
            "query_string": request.query.encode("latin-1"),
            "headers": headers,
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": request.body or b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


def same(left: Json, right: Json) -> bool:
    """Equal as JSON values: 1 is 1.0, and neither is true."""
    if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None:
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(same(one, other) for one, other in zip(left, right, strict=True))
    return bool(left == right)
