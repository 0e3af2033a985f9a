"""Streamed replies: framed by their media type, each item judged, sent at once, ended when one breaks the contract."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
import uvicorn
from fastapi import Depends, FastAPI
from pydantic import BaseModel
from starlette.types import Message

from handfast.contract import JSONValue
from handfast.runtime import Operations, bind
from tests.runtime.serving import Choose200, contract_of


class Tick(BaseModel):
    n: int


class Event(BaseModel):
    data: str
    event: str | None = "tick"
    id: str | None = None


ITEM: JSONValue = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "maximum": 9}}}
EVENT: JSONValue = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {"type": "string"},
        "event": {"type": ["string", "null"]},
        "id": {"type": ["string", "null"]},
    },
}

PLACED: JSONValue = {"$ref": "#/components/schemas/Places/allOf%2F0"}


@dataclass
class Seen:
    """What came out of an application, in order, with what the handler did between."""

    events: list[str]
    chunks: list[bytes]
    status: int = 0
    headers: tuple[tuple[bytes, bytes], ...] = ()
    is_complete: bool = False


def run(
    content: JSONValue, items: list[object], *, method: str = "GET", pause: float = 0, version: str = "3.2.0"
) -> Seen:
    seen = Seen([], [])

    async def transaction() -> AsyncIterator[None]:
        try:
            yield
        except BaseException as error:
            seen.events.append(f"rollback {type(error).__name__}")
            raise
        seen.events.append("commit")

    class Many(Operations, tag="default"):
        def __init__(self, session: Annotated[None, Depends(transaction)]) -> None: ...

        async def choose(self) -> Choose200:
            async def stream() -> AsyncIterator[object]:
                for item in items:
                    seen.events.append("made")
                    yield item
                    await asyncio.sleep(pause)

            return Choose200(stream())

    responses: JSONValue = {"200": {"description": "It.", "content": content}}
    contract = contract_of(
        {"/": {"get": {"operationId": "choose", "tags": ["default"], "responses": responses}}},
        version=version,
        schemas={
            "Ticks": {"type": "array", "items": {"$ref": "#/components/schemas/Tick"}},
            "Tick": ITEM,
            **({} if version.startswith("3.0") else {"Told": TOLD, "Places": {"allOf": [EVENT]}}),
        },
    )
    app = FastAPI(openapi_url=None)
    bind(app, contract, [Many])

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.status, seen.headers = message["status"], tuple(message["headers"])
        elif message.get("body"):
            seen.chunks.append(message["body"])
            seen.events.append("sent")
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            seen.is_complete = True

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "method": method, "path": "/api/", "raw_path": b"/api/", "query_string": b"", "headers": [],
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return seen


@pytest.mark.parametrize(
    ("media_type", "schema", "items", "chunks"),
    [
        ("application/jsonl", ITEM, [Tick(n=1), Tick(n=2)], [b'{"n":1}\n', b'{"n":2}\n']),
        ("application/x-ndjson", ITEM, [Tick(n=1)], [b'{"n":1}\n']),
        ("application/json-seq", ITEM, [Tick(n=1)], [b'\x1e{"n":1}\n']),
        ("application/geo+json-seq", ITEM, [Tick(n=1)], [b'\x1e{"n":1}\n']),
        ("text/event-stream", ITEM, [Tick(n=1)], [b'data: {"n":1}\n\n']),
        ("text/event-stream", EVENT, [Event(data="a\nb\r\nc")], [b"event: tick\ndata: a\ndata: b\ndata: c\n\n"]),
        ("text/event-stream", EVENT, [Event(data="x", event=None, id="7")], [b"id: 7\ndata: x\n\n"]),
        ("text/event-stream", PLACED, [Event(data="x", event=None)], [b"data: x\n\n"]),
        ("application/octet-stream", None, [b"ab", b"", b"c"], [b"ab", b"c"]),
    ],
)
def test_items_are_framed(media_type: str, schema: JSONValue, items: list[object], chunks: list[bytes]) -> None:
    content: dict[str, Any] = {media_type: {} if schema is None else {"itemSchema": schema}}
    seen = run(content, items)
    assert (seen.status, seen.chunks, seen.is_complete) == (200, chunks, True)
    assert dict(seen.headers)[b"content-type"].startswith(media_type.encode())
    assert b"content-length" not in dict(seen.headers)
    assert seen.events[-1] == "commit"


def test_each_item_is_sent_before_the_next_is_made() -> None:
    seen = run({"application/jsonl": {"itemSchema": ITEM}}, [Tick(n=index % 9) for index in range(10_000)])
    assert seen.events == ["made", "sent"] * 10_000 + ["commit"]


def test_an_item_that_breaks_its_schema_ends_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    seen = run({"application/jsonl": {"itemSchema": ITEM}}, [Tick(n=1), Tick(n=10), Tick(n=2)])
    assert seen.chunks == [b'{"n":1}\n']
    assert not seen.is_complete
    assert seen.events == ["made", "sent", "made", "rollback ResponseViolation"]
    (record,) = [record for record in caplog.records if record.name == "handfast.violations"]
    assert "/n: must be at most 9" in record.getMessage()


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
@pytest.mark.parametrize(
    ("media_type", "chunk"),
    [
        ("application/x-ndjson", b'{"n":1}\n'),
        ("application/jsonl; charset=utf-8", b'{"n":1}\n'),
        ("application/json-seq", b'\x1e{"n":1}\n'),
        ("text/event-stream", b'data: {"n":1}\n\n'),
    ],
)
@pytest.mark.parametrize("schema", [{"type": "array", "items": ITEM}, {"$ref": "#/components/schemas/Ticks"}])
def test_an_array_schema_describes_the_items(version: str, media_type: str, chunk: bytes, schema: JSONValue) -> None:
    seen = run({media_type: {"schema": schema}}, [Tick(n=1), Tick(n=10), Tick(n=2)], version=version)
    assert (seen.status, seen.chunks, seen.is_complete) == (200, [chunk], False)


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.2.0"])
@pytest.mark.parametrize(
    ("media_type", "chunk"),
    [
        ("application/ndjson", b'{"n":1}\n'),
        ("application/vnd.ticks+jsonl", b'{"n":1}\n'),
        ("application/json-seq", b'\x1e{"n":1}\n'),
        ("text/event-stream", b'data: {"n":1}\n\n'),
    ],
)
@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/components/schemas/Tick"},
        {"allOf": [{"$ref": "#/components/schemas/Tick"}]},
        {"oneOf": [{"$ref": "#/components/schemas/Tick"}, {"type": "object", "required": ["m"]}]},
    ],
)
def test_an_object_schema_describes_each_item(version: str, media_type: str, chunk: bytes, schema: JSONValue) -> None:
    seen = run({media_type: {"schema": schema}}, [Tick(n=1), Tick(n=10), Tick(n=2)], version=version)
    assert (seen.status, seen.chunks, seen.is_complete) == (200, [chunk], False)


TOLD: JSONValue = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": ITEM},
    },
}


@pytest.mark.parametrize("version", ["3.1.1", "3.2.0"])
@pytest.mark.parametrize("schema", [TOLD, {"$ref": "#/components/schemas/Told"}])
def test_the_schema_of_an_event_is_about_each(version: str, schema: JSONValue) -> None:
    seen = run({"text/event-stream": {"schema": schema}}, [{"id": "1", "data": '{"n": 1}'}], version=version)
    assert (seen.status, seen.chunks, seen.is_complete) == (200, [b'id: 1\ndata: {"n": 1}\n\n'], True)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ('{"n":10}', "/data: must be at most 9 at /n of its JSON"),
        ('{"n":1,"n":2}', "/data: must be JSON: a key stands twice"),
        ("[]", "/data: must be an object at the root of its JSON"),
        ("{", "/data: must be JSON"),
        ("1e999", "/data: must be JSON: a number is over the range of a double"),
    ],
)
def test_what_is_said_to_be_json_is_judged(data: str, why: str, caplog: pytest.LogCaptureFixture) -> None:
    seen = run({"text/event-stream": {"schema": TOLD}}, [{"data": '{"n":9}'}, {"data": data}], version="3.1.1")
    assert (seen.chunks, seen.is_complete) == ([b'data: {"n":9}\n\n'], False)
    (record,) = [record for record in caplog.records if record.name == "handfast.violations"]
    assert why in record.getMessage()


def named(event: str, **data: JSONValue) -> dict[str, JSONValue]:
    return {"properties": {"event": {"const": event}, "data": data}}


def json_of(schema: JSONValue, media_type: str = "application/json", **more: JSONValue) -> dict[str, JSONValue]:
    return {"contentMediaType": media_type, "contentSchema": schema, **more}


TYPED: JSONValue = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {"event": {"type": "string"}, "data": {"type": "string"}},
    "oneOf": [
        named("text", maxLength=3),
        named("tick", **json_of({"$ref": "#/components/schemas/Tick"})),
        named(
            "problem", **json_of({"type": "object", "required": ["title"]}, "application/problem+json; charset=utf-8")
        ),
        named("either", anyOf=[{"pattern": "^-"}, json_of(ITEM)]),
        named("kept", **json_of(False, "text/plain")),
        named("packed", **json_of(False, contentEncoding="base64")),
        named("nested", allOf=[json_of({"type": "array"}), json_of({"maxItems": 1})]),
    ],
}
"""Alternatives, of which one says how its `data` is JSON (as in the example of OpenAPI 3.2.0, section 4.14.4.4)."""


@pytest.mark.parametrize(
    ("event", "data", "is_told"),
    [
        ("text", "abc", True),
        ("text", "{}{}", False),
        ("tick", '{"n": 9}', True),
        ("tick", '{"n": 10}', False),
        ("tick", "abc", False),
        ("problem", '{"title": ""}', True),
        ("problem", "{}", False),
        ("either", '{"n": 9}', True),
        ("either", "{}", False),
        ("kept", "{", True),
        ("packed", "e30=", True),
        ("nested", "[1]", True),
        ("nested", "[1, 2]", False),
        ("nested", "1", False),
    ],
)
def test_what_the_alternative_that_holds_says_of_data_is_judged(event: str, data: str, is_told: bool) -> None:
    seen = run({"text/event-stream": {"itemSchema": TYPED}}, [{"event": event, "data": data}])
    assert (seen.chunks, seen.is_complete) == (
        ([f"event: {event}\ndata: {data}\n\n".encode()], True) if is_told else ([], False)
    )


LOOSE: JSONValue = {"type": "object", "properties": {name: {} for name in ("data", "event", "id", "retry")}}


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ({"data": "x", "id": "a\nb"}, "/id: has a line break"),
        ({"data": "x", "id": "a\0b"}, "/id: has a line break, or another character"),
        ({"data": "x", "event": "a\rb"}, "/event: has a line break"),
        ({"data": "x", "retry": -1}, "/retry: must be written in digits"),
        ({"data": "x", "retry": "soon"}, "/retry: must be written in digits"),
        ({"data": "x", "more": 1}, "/more: an event has no such field"),
    ],
)
def test_what_an_event_has_no_words_for_is_not_sent_otherwise(
    event: JSONValue, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    seen = run({"text/event-stream": {"itemSchema": LOOSE}}, [{"data": "y", "id": 7, "retry": 5.0}, event])
    assert seen.chunks == [b"id: 7\nretry: 5\ndata: y\n\n"]
    assert not seen.is_complete
    assert why in caplog.text


def test_an_array_schema_of_other_media_types_is_an_array() -> None:
    seen = run({"application/json": {"schema": {"type": "array", "items": ITEM}}}, [])
    assert seen.status == 500


def test_head_of_a_stream_makes_no_items() -> None:
    seen = run({"application/jsonl": {"itemSchema": ITEM}}, [Tick(n=1)], method="HEAD")
    assert (seen.status, seen.chunks, seen.events) == (200, [], ["commit"])


def test_items_are_json(caplog: pytest.LogCaptureFixture) -> None:
    seen = run({"application/jsonl": {"itemSchema": {}}}, [{"a": [1, None]}, float("nan")])
    assert [json.loads(chunk) for chunk in seen.chunks] == [{"a": [1, None]}]
    assert not seen.is_complete


@pytest.mark.parametrize("content", ["application/octet-stream", "application/jsonl"])
async def test_a_stream_ends_when_its_client_goes_away(content: str) -> None:
    seen: list[str] = []
    is_left = asyncio.Event()

    async def transaction() -> AsyncIterator[None]:
        yield
        seen.append("left")
        is_left.set()

    async def items() -> AsyncIterator[object]:
        try:
            yield b"1" if content == "application/octet-stream" else Tick(n=1)
            await asyncio.sleep(60)
        finally:
            seen.append("closed")

    class Ticks(Operations, tag="default"):
        def __init__(self, transaction: Annotated[None, Depends(transaction)]) -> None: ...

        async def choose(self) -> Choose200:
            return Choose200(items(), media_type=content)  # type: ignore[arg-type]

    media: dict[str, JSONValue] = {content: {} if content == "application/octet-stream" else {"itemSchema": ITEM}}
    responses: JSONValue = {"200": {"description": "It.", "content": media}}
    paths: dict[str, JSONValue] = {"/": {"get": {"operationId": "choose", "responses": responses}}}
    app = FastAPI(openapi_url=None)
    bind(app, contract_of(paths, version="3.2.0"), [Ticks])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.01)
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(b"GET /api/ HTTP/1.1\r\nHost: here\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await asyncio.wait_for(is_left.wait(), 10)
        server.should_exit = True
        await task
    assert seen == ["closed", "left"]


async def test_a_generator_has_ended_before_what_it_uses_is_left() -> None:
    seen: list[str] = []

    async def transaction() -> AsyncIterator[None]:
        yield
        seen.append("left")

    async def items() -> AsyncIterator[object]:
        try:
            while True:
                yield Tick(n=1)
        finally:
            await asyncio.sleep(0)
            seen.append("closed")

    class Ticks(Operations, tag="default"):
        def __init__(self, transaction: Annotated[None, Depends(transaction)]) -> None: ...

        async def choose(self) -> Choose200:
            return Choose200(items())

    responses: JSONValue = {"200": {"description": "It.", "content": {"application/jsonl": {"itemSchema": ITEM}}}}
    paths: dict[str, JSONValue] = {"/": {"get": {"operationId": "choose", "responses": responses}}}
    app = FastAPI(openapi_url=None)
    bind(app, contract_of(paths, version="3.2.0"), [Ticks])
    scope = {"type": "http", "method": "GET", "path": "/api/", "raw_path": b"/api/", "query_string": b"", "headers": []}
    is_gone, pending = asyncio.Event(), [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if pending:
            return pending.pop()
        await is_gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            is_gone.set()
            await asyncio.sleep(60)  # a client that does not read, and goes

    await asyncio.wait_for(app(scope, receive, send), 10)
    assert seen == ["closed", "left"]
