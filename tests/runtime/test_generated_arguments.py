"""What generated handlers get over HTTP: parameters of every kind, files, forms, text, bytes and streams."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from handfast import bind, load_contract
from handfast.generate import generate

CONTRACT = """
openapi: 3.2.0
info: {title: Arguments, version: "1"}
tags: [{name: files}]
paths:
  /files/{id}:
    post:
      operationId: sendFile
      tags: [files]
      parameters:
        - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
        - {name: since, in: query, schema: {type: string, format: date-time}}
        - {name: day, in: query, schema: {type: string, format: date, default: "2026-01-01"}}
        - {name: kind, in: query, schema: {$ref: "#/components/schemas/Kind"}}
        - {name: ids, in: query, explode: false, schema: {type: array, items: {type: integer, format: int64}}}
        - {name: filter, in: query, style: deepObject, explode: true, schema: {$ref: "#/components/schemas/Filter"}}
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [file]
              properties:
                file: {type: string, format: binary}
                more: {type: array, items: {type: string, format: binary}}
                thumb: {}
                meta: {$ref: "#/components/schemas/Filter"}
                note: {type: string}
              additionalProperties: false
      responses:
        "200": {description: Fine., content: {application/json: {schema: {}}}}
        "4XX": {description: Refused., content: {application/problem+json: {schema: {type: object}}}}
  /anything:
    post:
      operationId: sendAnything
      tags: [files]
      requestBody:
        content:
          application/json: {schema: {$ref: "#/components/schemas/Filter"}}
          application/x-www-form-urlencoded: {schema: {type: object, properties: {number: {type: integer}}}}
          text/plain: {schema: {type: string}}
          application/octet-stream: {}
          application/x-ndjson: {itemSchema: {$ref: "#/components/schemas/Filter"}}
      responses:
        "200": {description: Fine., content: {application/json: {schema: {}}}}
        "4XX": {description: Refused., content: {application/problem+json: {schema: {type: object}}}}
  /files:
    post:
      operationId: sendFiles
      tags: [files]
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              properties: {title: {type: string}}
              additionalProperties: {type: string, format: binary}
      responses:
        "200": {description: Fine., content: {application/json: {schema: {}}}}
        "4XX": {description: Refused., content: {application/problem+json: {schema: {type: object}}}}
components:
  schemas:
    Kind: {type: string, enum: [a, b]}
    Filter:
      type: object
      properties:
        a: {type: integer}
        at: {type: string, format: date-time}
        tags: {type: array, items: {type: string}}
      additionalProperties: false
"""

HANDLERS = """
from collections.abc import AsyncIterator
from arguments_generated.operations.files import FilesOperations, SendAnything200, SendFile200, SendFiles200
from handfast.runtime import ByteStream

class Files(FilesOperations):
    async def send_file(self, *, id, since, day, kind, ids, filter, body):
        return SendFile200({
            "id": id.hex,
            "since": since and since.year,
            "day": day.isoformat(),
            "kind": kind,
            "ids": ids,
            "filter": filter and filter.model_dump(mode="json"),
            "file": [body.file.filename, body.file.content_type, (await body.file.read()).decode()],
            "more": [(await each.read()).decode() for each in body.more],
            "thumb": body.thumb.size,
            "rest": body.model_dump(mode="json", include={"meta", "note"}),
        })

    async def send_files(self, *, body):
        files = {name: (await each.read()).decode() for name, each in body.model_extra.items()}
        return SendFiles200([body.title, files])

    async def send_anything(self, *, body):
        if isinstance(body, ByteStream):
            return SendAnything200(["bytes", (await body.read()).hex()])
        if isinstance(body, AsyncIterator):
            return SendAnything200(["items", *[type(item).__name__ async for item in body]])
        return SendAnything200([type(body).__name__, str(body)])
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("arguments")
    path = folder / "api.yaml"
    path.write_text(CONTRACT, encoding="utf-8")
    contract = load_contract(path)
    generate(contract, folder / "arguments_generated", cache=folder / "cache")
    (folder / "arguments_handlers.py").write_text(HANDLERS, encoding="utf-8")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    handlers = importlib.import_module("arguments_handlers")
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    bind(app, contract, [handlers.Files], docs=None)
    with TestClient(app) as client:
        yield client
    sys.path.remove(str(folder))
    for name in [name for name in sys.modules if name.startswith("arguments_")]:
        del sys.modules[name]


UUID = "9B2F4C1E-7C1D-4F5E-8A3B-0D6C5E4F3A2B"


def test_parameters_and_files(client: TestClient) -> None:
    query = "since=2026-01-01T00:00:00Z&kind=a&ids=1,2.0&filter[a]=5&filter[tags]=x&filter[at]=2026-01-01T00:00:00z"
    files: list[tuple[str, tuple[str | None, bytes, str]]] = [
        ("file", ("a.txt", b"hello", "text/plain")),
        ("more", ("b", b"1", "image/png")),
        ("more", ("c", b"2", "image/png")),
        ("thumb", ("t.png", b"png", "image/png")),
        ("meta", (None, b'{"a":1.0}', "application/json")),
        ("note", (None, b"5", "text/plain")),
    ]
    answer = client.post(f"/files/{UUID}?{query}", files=files)
    assert answer.json() == {
        "id": UUID.replace("-", "").lower(),
        "since": 2026,
        "day": "2026-01-01",
        "kind": "a",
        "ids": [1, 2],
        "filter": {"a": 5, "at": "2026-01-01T00:00:00z", "tags": ["x"]},
        "file": ["a.txt", "text/plain", "hello"],
        "more": ["1", "2"],
        "thumb": 3,
        "rest": {"meta": {"a": 1}, "note": "5"},
    }


def test_members_that_are_not_declared_may_be_files(client: TestClient) -> None:
    parts: list[tuple[str, tuple[str | None, bytes, str]]] = [
        ("title", (None, b"Two", "text/plain")),
        ("one", ("a.txt", b"1", "text/plain")),
        ("other", ("b.png", b"2", "image/png")),
        ("unnamed", (None, b"3", "application/octet-stream")),
    ]
    answer = client.post("/files", files=parts)
    assert answer.json() == ["Two", {"one": "1", "other": "2", "unnamed": "3"}]


def test_everything_that_is_wrong_comes_at_once(client: TestClient) -> None:
    answer = client.post("/files/x?since=1&kind=c&ids=1,x&filter[b]=5&more=1", files={"other": b"x"})
    assert answer.status_code == 404
    errors = answer.json()["errors"]
    assert [(each.get("in"), each.get("parameter"), each["code"], each.get("pointer")) for each in errors] == [
        ("path", "id", "wrong-format", None),
        ("query", "since", "wrong-format", None),
        ("query", "kind", "not-in-enum", None),
        ("query", "ids", "wrong-type", "/1"),
        ("query", "filter", "additional-property", "/b"),
        ("query", "more", "undeclared-parameter", None),
        (None, None, "additional-property", "/other"),
        (None, None, "required", ""),
    ]


BODIES = [
    ("application/json", b'{"a":1}', ["Filter", "a=1 at=MISSING tags=MISSING"]),
    ("application/x-www-form-urlencoded", b"number=5.0", ["SendAnythingRequestXWwwFormUrlencoded", "number=5"]),
    ("text/plain; charset=iso-8859-1", b"\xe9", ["str", "é"]),
    ("application/octet-stream", b"\xff\x00", ["bytes", "ff00"]),
    ("application/x-ndjson", b'{"a":1}\n{"a":2}\n', ["items", "Filter", "Filter"]),
]


@pytest.mark.parametrize(("content_type", "content", "expected"), BODIES)
def test_each_media_type_has_its_own_type(
    client: TestClient, content_type: str, content: bytes, expected: list[str]
) -> None:
    answer = client.post("/anything", content=content, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()) == (200, expected)


def test_a_missing_body_is_none_and_a_broken_item_ends_the_stream(client: TestClient) -> None:
    assert client.post("/anything").json() == ["NoneType", "None"]
    stream = {"Content-Type": "application/x-ndjson"}
    broken = client.post("/anything", content=b'{"a":1}\n{"a":"2"}\n', headers=stream)
    assert broken.status_code == 422
    assert [each["code"] for each in broken.json()["errors"]] == ["wrong-type"]
    assert client.post("/anything", content=b'{"a":1}\n{"a"', headers=stream).status_code == 400
    assert client.post("/anything", content=b"x", headers={"Content-Type": "image/png"}).status_code == 415
