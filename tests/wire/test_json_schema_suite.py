"""The official JSON Schema suite over ASGI, wherever a schema can stand: request body, JSON in a query, reply."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from starlette.types import Message

from handfast.contract import load_contract_text
from handfast.runtime import JudgedRequest, PlainReply, bind
from tests.contract.json_schema_suite import COMPONENT, Group, groups, is_local, remotes
from tests.differential.judging import same

_REFUSED: dict[str, Any] = {"description": "No.", "content": {"application/problem+json": {"schema": {}}}}


def _document(group: Group) -> dict[str, Any]:
    subject = {"application/json": {"schema": {"$ref": f"#{COMPONENT}"}}}
    anything: dict[str, Any] = {"application/json": {"schema": {}}}

    def operation(name: str, reply: Any, **more: Any) -> dict[str, Any]:
        responses: dict[str, Any] = {
            "200": {"description": "The same.", "content": reply},
            "4XX": _REFUSED,
            "500": _REFUSED,
        }
        return {"operationId": name, "responses": responses, **more}

    parameter = {"name": "subject", "in": "query", "required": True, "content": subject}
    return group.document(COMPONENT) | {
        "paths": {
            "/body": {"post": operation("body", anything, requestBody={"required": True, "content": subject})},
            "/query": {"get": operation("query", anything, parameters=[parameter])},
            "/reply": {"post": operation("reply", subject, requestBody={"required": True, "content": anything})},
        }
    }


async def _echo(request: JudgedRequest) -> PlainReply:
    body: Any = request.parameters.get(("query", "subject"), request.body)
    return PlainReply(status=200, body=body)


class _Bound:
    """A group, bound; its three operations take an instance each, and give it back."""

    def __init__(self, group: Group, runner: asyncio.Runner) -> None:
        documents = None if is_local(group) else remotes()
        contract = load_contract_text(json.dumps(_document(group)), "suite.json", documents=documents, validate=False)
        self._app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        self._runner = runner
        bind(self._app, contract, [], fallback=_echo, docs=None)

    def faults(self, instance: Any, valid: bool) -> Iterator[str]:
        text = json.dumps(instance)
        for method, path, query, body, refusal in (
            ("POST", "/body", "", text, 422),
            ("GET", "/query", f"subject={quote(text)}", "", 422),
            ("POST", "/reply", "", text, 500),
        ):
            status, answer = self._runner.run(self._send(method, path, query, body.encode()))
            if status != (200 if valid else refusal):
                yield f"{path}: {status} {answer!r}"
            elif valid and not same(json.loads(answer), instance):
                yield f"{path}: came back as {answer!r}"

    async def _send(self, method: str, path: str, query: str, body: bytes) -> tuple[int, bytes]:
        sent: list[Message] = []
        scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": path, "raw_path": path.encode(), "root_path": "", "query_string": query.encode(),
            "headers": [(b"content-type", b"application/json")],
        }  # fmt: skip

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.mark.parametrize(("folder", "count"), [(".", 1299), ("optional", 162), ("optional/format", 764)])
def test_every_case_is_judged_as_the_suite_says(folder: str, count: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL", logger="handfast.violations")
    tried, wrong = 0, list[str]()
    with asyncio.Runner() as runner:
        for group in groups(folder):
            bound = _Bound(group, runner)
            for name, instance, valid in group.cases:
                tried += 1
                wrong += [f"{group.file}: {group.name}: {name}: {fault}" for fault in bound.faults(instance, valid)]
    assert wrong == []
    assert tried == count
