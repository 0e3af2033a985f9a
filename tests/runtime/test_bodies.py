"""Request bodies: what is sent under which media type, and the value, the model or the refusal that comes of it."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

import pytest
from pydantic import MISSING, Field

from handfast.contract import JSONValue, load_contract_text
from handfast.runtime import ByteStream, DateTime, Limits, Operations, Upload, bodies, parameters
from handfast.runtime.bodies import BodyReader
from handfast.runtime.body_plans import ReadBody
from handfast.runtime.model import Model
from handfast.runtime.problems import Refused
from tests.runtime.serving import Choose200, contract_of, serving

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
BOUNDARY = "frontier"
STRING: JSONValue = {"type": "string"}
INTEGER: JSONValue = {"type": "integer"}


def reader_of(
    content: dict[str, JSONValue], annotation: object = None, *, required: bool = True, limits: Limits | None = None
) -> BodyReader:
    document = {
        "openapi": "3.2.0",
        "info": {"title": "Bodies", "version": "1"},
        "paths": {
            "/": {
                "post": {
                    "operationId": "op",
                    "requestBody": {"required": required, "content": content},
                    "responses": {"200": {"description": "Fine."}},
                }
            }
        },
    }
    contract = load_contract_text(json.dumps(document), "openapi.json", validate=False)
    body = contract.operations[0].request_body
    assert body is not None
    return bodies.compile(body, contract, parameters.lexicon(contract), annotation, limits=limits)


def send(
    reader: BodyReader,
    content_type: str | list[str] | None,
    body: bytes | Iterable[bytes],
    headers: dict[str, str] | None = None,
) -> ReadBody:
    """The body as the reader reads it, sent in one piece or in chunks."""

    async def run() -> ReadBody:
        return await reader.read(scope_of(content_type, headers or {}), receiver(body))

    return asyncio.run(run())


def scope_of(content_type: str | list[str] | None, headers: dict[str, str]) -> dict[str, Any]:
    types = [content_type] if isinstance(content_type, str) else content_type or []
    return {
        "headers": [
            *((b"content-type", text.encode("latin-1")) for text in types),
            *((name.encode(), value.encode()) for name, value in headers.items()),
        ]
    }


def receiver(body: bytes | Iterable[bytes]) -> Callable[[], Any]:
    chunks = iter([body] if isinstance(body, bytes) else body)

    async def receive() -> MutableMapping[str, Any]:
        chunk = next(chunks, None)
        if chunk is None:
            return {"type": "http.request", "body": b"", "more_body": False}
        return {"type": "http.request", "body": chunk, "more_body": True}

    return receive


def codes(
    reader: BodyReader, content_type: str | list[str] | None, body: bytes, **headers: str
) -> tuple[str, list[str]]:
    """The cause of a refusal and its codes."""
    with pytest.raises(Refused) as caught:
        send(reader, content_type, body, {name.replace("_", "-"): value for name, value in headers.items()})
    return str(caught.value.cause), [each.code for each in caught.value.errors]


NAMED: JSONValue = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 5}, "size": INTEGER},
    "required": ["name"],
    "additionalProperties": False,
}


class Named(Model):
    name: str
    size: int | MISSING = MISSING


# --- Media types

MATCHES = [
    (["application/json"], "application/json", "application/json"),
    (["application/json"], "Application/JSON; charset=UTF-8", "application/json"),
    (["application/json"], 'application/json;charset="utf-8"', "application/json"),
    (["application/json; charset=utf-8"], "application/json", "application/json; charset=utf-8"),
    (["application/json", "application/*"], "application/json", "application/json"),
    (["*/*", "text/*", "text/plain"], "text/plain", "text/plain"),
    (["*/*", "text/*", "text/plain"], "text/html", "text/*"),
    (["*/*", "text/*", "text/plain"], "image/png", "*/*"),
    (["application/*+json", "application/*"], "application/vnd.a+json", "application/*+json"),
    (["application/*+json"], "application/json", None),
    (
        ["application/vnd.a+json; v=1", "application/vnd.a+json; v=2"],
        "application/vnd.a+json; v=2",
        "application/vnd.a+json; v=2",
    ),
    (
        ["application/vnd.a+json; v=1", "application/vnd.a+json"],
        "application/vnd.a+json; v=3",
        "application/vnd.a+json",
    ),
    (["application/vnd.a+json; v=1"], "application/vnd.a+json", None),
    (["application/json"], "application/jsonx", None),
    (["application/json"], "text/json", None),
    (["application/merge-patch+json"], "application/json", None),
    (["application/json"], "application/merge-patch+json", None),
]


@pytest.mark.parametrize(("declared", "sent", "expected"), MATCHES)
def test_the_most_specific_media_type_is_taken(declared: list[str], sent: str, expected: str | None) -> None:
    content: dict[str, JSONValue] = {name: {} for name in declared}
    reader = reader_of(content)
    if expected is None:
        assert codes(reader, sent, b"{}") == ("media-type-unsupported", ["media-type-undeclared"])
    else:
        send(reader, sent, b"{}")
        assert [plan.media_type for plan, _ in reader.cache.values()] == [expected]


UNSUPPORTED = [
    (None, {}, "media-type-missing"),
    (["application/json", "application/json"], {}, "media-type-repeated"),
    ("application", {}, "media-type-malformed"),
    ("application/json; charset", {}, "media-type-malformed"),
    ("application/json; a=1; a=2", {}, "media-type-malformed"),
    ("*/*", {}, "media-type-malformed"),
    ("", {}, "media-type-malformed"),
    ("text/plain", {}, "media-type-undeclared"),
    ("application/json; charset=utf-16", {}, "charset-unsupported"),
    ("application/json; charset=utf-7", {}, "charset-unsupported"),
    ("application/json", {"content_encoding": "gzip"}, "content-encoding-unsupported"),
]


@pytest.mark.parametrize(("content_type", "headers", "code"), UNSUPPORTED)
def test_unsupported_media_types(content_type: str | None, headers: dict[str, str], code: str) -> None:
    assert codes(reader_of({"application/json": {}}), content_type, b"{}", **headers) == (
        "media-type-unsupported",
        [code],
    )


@pytest.mark.parametrize("encoding", ["identity", " Identity", ""])
def test_identity_is_no_encoding(encoding: str) -> None:
    reader = reader_of({"application/json": {}})
    assert send(reader, "application/json", b"1", {"content-encoding": encoding}).value == 1


# --- Presence and size


def test_a_required_body_must_be_there() -> None:
    reader = reader_of({"application/json": {}})
    assert codes(reader, None, b"") == ("contract-violation", ["required"])
    assert codes(reader, "application/json", b"") == ("contract-violation", ["required"])
    assert codes(reader, "application/json", b"", content_length="0") == ("contract-violation", ["required"])


def test_an_optional_body_may_be_missing() -> None:
    reader = reader_of({"application/json": {"schema": NAMED}}, Named | None, required=False)
    for content_type in (None, "application/json"):
        assert send(reader, content_type, b"").argument is None
        assert send(reader, content_type, b"", {"content-length": "0"}).argument is None
    assert codes(reader, "application/json", b"null") == ("contract-violation", ["wrong-type"])
    assert codes(reader, None, b"{}") == ("media-type-unsupported", ["media-type-missing"])
    assert send(reader, "application/json", b'{"name":"a"}').argument == Named(name="a")


def test_a_body_over_its_limit_is_not_read_to_its_end() -> None:
    taken = 0

    def endless() -> Iterable[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * 100

    limits = Limits(body=1000, upload=2000)
    for media_type, chunks in (("application/json", 11), (FORM, 11), ("text/plain", 11), (MULTIPART, 21)):
        taken = 0
        sent = f"{media_type}; boundary={BOUNDARY}" if media_type == MULTIPART else media_type
        with pytest.raises(Refused) as caught:
            send(reader_of({media_type: {}}, limits=limits), sent, endless())
        assert str(caught.value.cause) in ("body-too-large", "malformed-body")
        assert taken <= chunks
    reader = reader_of({"application/json": {}}, limits=limits)
    assert codes(reader, "application/json", b"1", content_length="1001")[0] == "body-too-large"
    assert send(reader, "application/json", b" " * 999 + b"1").value == 1


# --- JSON

JSON_CASES = [
    (b'{"name":"a","size":5.0}', Named(name="a", size=5)),
    (b'{"name":"a"}', Named(name="a")),
    (b'{"name":"too long"}', ["too-long"]),
    (b'{"size":"5"}', ["required", "wrong-type"]),
    (b'{"name":"a","other":1}', ["additional-property"]),
    (b'{"name":null}', ["wrong-type"]),
    (b"[]", ["wrong-type"]),
]


@pytest.mark.parametrize(("raw", "expected"), JSON_CASES)
def test_json(raw: bytes, expected: Named | list[str]) -> None:
    reader = reader_of({"application/json": {"schema": NAMED}}, Named)
    if isinstance(expected, list):
        cause, found = codes(reader, "application/json", raw)
        assert (cause, sorted(found)) == ("contract-violation", expected)
    else:
        assert send(reader, "application/json", raw).argument == expected
        assert send(reader, "application/json", (raw[i : i + 1] for i in range(len(raw)))).argument == expected


def test_json_that_is_none() -> None:
    reader = reader_of({"application/json": {}})
    assert codes(reader, "application/json", b'{"a":1,"a":2}') == ("malformed-body", ["duplicate-key"])


class Dated(Model):
    at: DateTime | MISSING = MISSING
    a_b: Annotated[int | MISSING, Field(alias="a-b")] = MISSING
    kind: Literal["x", "y"] | MISSING = MISSING


def test_models_keep_what_was_sent() -> None:
    schema: JSONValue = {
        "type": "object",
        "properties": {"at": {"type": "string", "format": "date-time"}, "a-b": INTEGER, "kind": {"enum": ["x", "y"]}},
    }
    reader = reader_of({"application/json": {"schema": schema}}, Dated)
    raw = b'{"at":"1998-12-31T23:59:60z","a-b":1,"kind":"x","a_b":"other"}'
    body = send(reader, "application/json", raw).argument
    assert isinstance(body, Dated)
    assert isinstance(body.at, datetime)
    assert body.a_b == 1
    assert body.model_dump_json().encode() == raw


# --- Urlencoded forms

FORM_SCHEMA: JSONValue = {
    "type": "object",
    "properties": {
        "name": STRING,
        "size": INTEGER,
        "flag": {"type": "boolean"},
        "tags": {"type": "array", "items": STRING},
        "ids": {"type": "array", "items": INTEGER},
        "place": {"type": "object", "properties": {"x": INTEGER}, "required": ["x"]},
        "places": {"type": "array", "items": {"type": "object", "properties": {"x": INTEGER}}},
        "piped": {"type": "array", "items": INTEGER},
        "deep": {"type": "object", "properties": {"a": INTEGER}},
        "several": {"type": "array", "items": STRING},
        "pair": {"type": "array", "prefixItems": [INTEGER, STRING]},
        "either": {"anyOf": [{"type": "object", "additionalProperties": INTEGER}, {"type": "string", "maxLength": 3}]},
        "json": {},
        "text": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "object"}}]},
    },
    "additionalProperties": False,
}
FORM_ENCODING: JSONValue = {
    "piped": {"style": "pipeDelimited", "explode": False},
    "deep": {"style": "deepObject", "explode": True},
    "several": {"style": "deepObject", "explode": True},
    "either": {"style": "deepObject", "explode": True},
    "json": {"contentType": "application/json"},
}
FORMS = [
    (b"name=a+b&size=5.0&flag=true", {"name": "a b", "size": 5, "flag": True}),
    (b"text=a", {"text": "a"}),
    (b"text=%7B%7D", {"text": "{}"}),
    (b"text=%7B%7D&text=%7B%7D", {"text": [{}, {}]}),
    (b"name=%E2%82%AC", {"name": "€"}),
    (b"name=5", {"name": "5"}),
    (b"ids=", {"ids": []}),
    (b"name", {"name": ""}),
    (b"tags=a&tags=b", {"tags": ["a", "b"]}),
    (b"tags=a%2Cb", {"tags": ["a,b"]}),
    (b"ids=1", {"ids": [1]}),
    (b"ids=1&ids=2", {"ids": [1, 2]}),
    (b"place=%7B%22x%22%3A1%7D", {"place": {"x": 1}}),
    (b"place[x]=1", {"place": {"x": 1}}),
    (b"places=%7B%22x%22%3A1%7D&places=%7B%7D", {"places": [{"x": 1}, {}]}),
    (b"piped=1%7C2|3", {"piped": [1, 2, 3]}),
    (b"deep[a]=1", {"deep": {"a": 1}}),
    (b"pair=1&pair=2", {"pair": [1, "2"]}),
    (b"pair=1&pair=a", {"pair": [1, "a"]}),
    (b"pair=a&pair=1", ("contract-violation", ["wrong-type"])),
    (b"several[]=a&several[]=b", {"several": ["a", "b"]}),
    (b"several[0]=a&several[1]=b", {"several": ["a", "b"]}),
    (b"several=a", {"several": ["a"]}),
    (b"either[a]=1", {"either": {"a": 1}}),
    (b"either=tok", {"either": "tok"}),
    (b"either=", {"either": ""}),
    (b"tags[]=a", {"tags": ["a"]}),
    (b"json=%5B1%2Cnull%5D", {"json": [1, None]}),
    (b"json=5", {"json": 5}),
    (b"", {}),
    (b"size=05", ("contract-violation", ["wrong-type"])),
    (b"flag=yes", ("contract-violation", ["wrong-type"])),
    (b"size=", ("contract-violation", ["wrong-type"])),
    (b"other=1", ("contract-violation", ["additional-property"])),
    (b"name=a&name[x]=b", ("contract-violation", ["additional-property"])),
    (b"piped[]=1", ("contract-violation", ["additional-property"])),
    (b"tags=a&tags[]=b", ("contract-violation", ["ambiguous-member"])),
    (b"either=tok&either[a]=1", ("contract-violation", ["ambiguous-member"])),
    (b"name=a&name=b", ("contract-violation", ["repeated-parameter"])),
    (b"name=%FF", ("malformed-body", ["not-utf-8"])),
    (b"name=%zz", ("malformed-body", ["wrong-percent-escape"])),
    (b"name=\xe9", ("malformed-body", ["not-percent-encoded"])),
    (b"json={", ("malformed-body", ["syntax"])),
    (b"place=x", ("malformed-body", ["syntax"])),
    (b"place=%7B%7D", ("contract-violation", ["required"])),
]


@pytest.mark.parametrize(("raw", "expected"), FORMS)
def test_urlencoded_forms(raw: bytes, expected: object) -> None:
    reader = reader_of({FORM: {"schema": FORM_SCHEMA, "encoding": FORM_ENCODING}})
    if isinstance(expected, tuple):
        assert codes(reader, FORM, raw) == expected
    else:
        body = send(reader, FORM, raw)
        assert json.dumps(body.value, sort_keys=True) == json.dumps(expected, sort_keys=True)


OPEN_FORMS = [
    (b"name=a&name[x]=b", {"name": "a", "name[x]": "b"}),
    (b"name[x]=b", {"name[x]": "b"}),
    (b"place[x]=1", {"place": {"x": 1}}),
    (b"place[raw]=1", {"place[raw]": "1"}),
    (b"place[raw]=1&place[x]=2", {"place[raw]": "1", "place": {"x": 2}}),
    (b"other[x]=1", {"other[x]": "1"}),
]


@pytest.mark.parametrize(("raw", "expected"), OPEN_FORMS)
def test_no_field_of_an_open_form_is_lost(raw: bytes, expected: JSONValue) -> None:
    place: JSONValue = {"type": "object", "properties": {"x": INTEGER}}
    schema: JSONValue = {"type": "object", "properties": {"name": STRING, "place": place, "place[raw]": STRING}}
    assert send(reader_of({FORM: {"schema": schema}}), FORM, raw).value == expected


def test_a_form_becomes_a_model() -> None:
    reader = reader_of({FORM: {"schema": NAMED}}, Named)
    assert send(reader, FORM, b"name=a&size=5").argument == Named(name="a", size=5)


# --- Multipart


@dataclass(frozen=True)
class Part:
    """A part as a client sends it."""

    name: str | None
    content: bytes
    content_type: str | None = None
    filename: str | None = None
    headers: str = ""

    def encode(self) -> bytes:
        disposition = "form-data" + (f'; name="{self.name}"' if self.name is not None else "")
        disposition += f'; filename="{self.filename}"' if self.filename is not None else ""
        lines = [f"Content-Disposition: {disposition}"]
        lines += [f"Content-Type: {self.content_type}"] if self.content_type else []
        lines += [self.headers] if self.headers else []
        return f"--{BOUNDARY}\r\n".encode() + "\r\n".join(lines).encode() + b"\r\n\r\n" + self.content + b"\r\n"


def multipart(*parts: Part) -> bytes:
    return b"".join(part.encode() for part in parts) + f"--{BOUNDARY}--\r\n".encode()


SENT = f"{MULTIPART}; boundary={BOUNDARY}"
UPLOAD_SCHEMA: JSONValue = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 5},
        "count": INTEGER,
        "tags": {"type": "array", "items": STRING},
        "meta": {"type": "object", "properties": {"x": INTEGER}, "required": ["x"]},
        "metas": {"type": "array", "items": {"type": "object"}},
        "file": {"type": "string", "format": "binary", "maxLength": 10, "minLength": 1},
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": 2},
        "image": {},
        "names": {"type": "array", "items": {"type": "string"}},
        "pair": {"type": "array", "prefixItems": [INTEGER, STRING]},
    },
    "additionalProperties": False,
}
UPLOAD_ENCODING: JSONValue = {
    "names": {"contentType": "application/json"},
    "image": {"contentType": "image/png, image/*", "headers": {"X-Size": {"required": True, "schema": INTEGER}}},
}


class Meta(Model):
    x: int


class Uploaded(Model):
    title: str | MISSING = MISSING
    count: int | MISSING = MISSING
    tags: list[str] | MISSING = MISSING
    meta: Meta | MISSING = MISSING
    metas: list[dict[str, Any]] | MISSING = MISSING
    file: Upload | MISSING = MISSING
    files: list[Upload] | MISSING = MISSING
    image: Upload | MISSING = MISSING
    names: list[str] | MISSING = MISSING
    pair: list[int | str] | MISSING = MISSING


MULTIPARTS = [
    ([Part("pair", b"1"), Part("pair", b"2")], {"pair": [1, "2"]}),
    ([Part("title", b"abc"), Part("count", b"5.0")], {"title": "abc", "count": 5}),
    ([Part("title", b"abc", "text/plain")], {"title": "abc"}),
    ([Part("title", b"abc", headers="Content-Transfer-Encoding: 8BIT")], {"title": "abc"}),
    ([Part("title", "é€".encode(), "text/plain; charset=UTF-8")], {"title": "é€"}),
    ([Part("tags", b"a"), Part("tags", b"b")], {"tags": ["a", "b"]}),
    ([Part("meta", b'{"x":1}', "application/json")], {"meta": {"x": 1}}),
    ([Part("meta", b'{"x":1}')], {"meta": {"x": 1}}),
    (
        [Part("metas", b"{}", "application/json"), Part("metas", b'{"a":1}', "application/json")],
        {"metas": [{}, {"a": 1}]},
    ),
    ([Part("names", b'"a"', "application/json"), Part("names", b'"b"')], {"names": ["a", "b"]}),
    ([Part("names", b'["a","b"]', "application/json")], {"names": ["a", "b"]}),
    ([Part("names", b"[]")], {"names": []}),
    ([Part("names", b"a")], ("malformed-body", ["syntax"])),
    ([], {}),
    ([Part("title", b"too long")], ("contract-violation", ["too-long"])),
    ([Part("count", b"05")], ("contract-violation", ["wrong-type"])),
    ([Part("other", b"x")], ("contract-violation", ["additional-property"])),
    ([Part("other", b"x", "text/plain", "a.txt")], ("contract-violation", ["additional-property"])),
    ([Part("other", b"x", None, "a.txt"), Part("other", b"y")], ("contract-violation", ["part-media-type"])),
    ([Part("title", b"a"), Part("title", b"b")], ("contract-violation", ["repeated-parameter"])),
    ([Part("meta", b"{}", "application/json")], ("contract-violation", ["required"])),
    ([Part("meta", b"{}", "text/plain")], ("contract-violation", ["part-media-type", "required"])),
    ([Part("title", b"abc", "application/json")], ("contract-violation", ["part-media-type"])),
    ([Part("title", b"abc", "text/plain; charset=utf-16")], ("contract-violation", ["part-media-type"])),
    ([Part("meta", b"{", "application/json")], ("malformed-body", ["syntax"])),
    ([Part("meta", b'{"x":1,"x":2}', "application/json")], ("malformed-body", ["duplicate-key"])),
    ([Part("title", b"\xff")], ("malformed-body", ["not-utf-8"])),
    ([Part(None, b"x")], ("malformed-body", ["multipart-name"])),
    ([Part("title", b"x", headers="Content-Transfer-Encoding: base64")], ("malformed-body", ["multipart-encoding"])),
    ([Part("title", b"x", headers="Content-Disposition: form-data; name=b")], ("malformed-body", ["multipart-header"])),
    ([Part("title", b"x", None, 'a"; filename="b')], ("malformed-body", ["multipart-header"])),
    ([Part("title", b"x", headers="X-A: a\nX-B: b")], ("malformed-body", ["multipart-header"])),
    ([Part("file", b"x" * 11, None, "a")], ("contract-violation", ["too-long"])),
    ([Part("file", b"", None, "a")], ("contract-violation", ["too-short"])),
    ([Part("file", b"x", None, "a"), Part("file", b"y", None, "b")], ("contract-violation", ["wrong-type"])),
    ([Part("files", b"x", None, "a")] * 3, ("contract-violation", ["too-many-items"])),
    ([Part("image", b"x", "text/plain", "a")], ("contract-violation", ["part-media-type", "part-header-missing"])),
    ([Part("image", b"x", None, "a", "X-Size: 1")], ("contract-violation", ["part-media-type"])),
    ([Part("image", b"x", "image/png", "a", "X-Size: big")], ("contract-violation", ["part-header-invalid"])),
    ([Part("image", b"x", "image/png", "a")], ("contract-violation", ["part-header-missing"])),
]


@pytest.mark.parametrize(("parts", "expected"), MULTIPARTS)
def test_multipart_forms(parts: list[Part], expected: object) -> None:
    reader = reader_of({MULTIPART: {"schema": UPLOAD_SCHEMA, "encoding": UPLOAD_ENCODING}}, Uploaded)
    raw = multipart(*parts)
    if isinstance(expected, tuple):
        assert codes(reader, SENT, raw) == expected
    else:
        body = send(reader, SENT, (raw[i : i + 7] for i in range(0, len(raw), 7)))
        assert isinstance(body.argument, Uploaded)
        assert body.argument.model_dump() == expected


AROUND = [
    (b"This is a message in MIME format.\r\n", b""),
    (b"\r\n", b""),
    (b"--fro\r\n--front\r\n", b""),
    (b"x" * 8_000 + b"\r\n", b"an epilogue\r\n"),
]


@pytest.mark.parametrize(("before", "after"), AROUND)
def test_what_stands_around_the_parts_means_nothing(before: bytes, after: bytes) -> None:
    reader = reader_of({MULTIPART: {"schema": UPLOAD_SCHEMA}}, Uploaded)
    raw = before + multipart(Part("title", b"a")) + after
    for size in (1, 7, len(raw)):
        body = send(reader, SENT, (raw[i : i + size] for i in range(0, len(raw), size)))
        assert body.argument == Uploaded(title="a")


BROKEN = [
    (SENT, b"x" * 9_000 + b"\r\n" + multipart(Part("title", b"a")), "multipart-syntax"),
    (SENT, b"x" + multipart(Part("title", b"a")), "multipart-syntax"),
    (MULTIPART, multipart(), "multipart-boundary"),
    (f"{MULTIPART}; boundary=other", multipart(Part("title", b"a")), "multipart-syntax"),
    (SENT, multipart(Part("title", b"a"))[:-8], "multipart-unfinished"),
    (SENT, b"", "multipart-unfinished"),
    (SENT, b"garbage", "multipart-syntax"),
    (SENT, multipart(*[Part("tags", b"")] * 1_001), "too-many-fields"),
    (SENT, multipart(Part("title", b"a", headers="X-A: " + "x" * 9_000)), "multipart-syntax"),
]


@pytest.mark.parametrize(("content_type", "raw", "code"), BROKEN)
def test_broken_multipart(content_type: str, raw: bytes, code: str) -> None:
    assert codes(reader_of({MULTIPART: {"schema": UPLOAD_SCHEMA}}), content_type, raw) == ("malformed-body", [code])


def test_files_arrive_with_what_their_part_says() -> None:
    async def run() -> None:
        reader = reader_of({MULTIPART: {"schema": UPLOAD_SCHEMA, "encoding": UPLOAD_ENCODING}}, Uploaded)
        raw = multipart(
            Part("file", b"0\r\n--fro", "text/x", "a%22b.txt"),
            Part("files", b"one", None, "1"),
            Part("files", b"", None, "2"),
            Part("image", b"png", "image/png", "p", "X-Size: 3"),
        )
        body = await reader.read(scope_of(SENT, {}), receiver(raw))
        form = body.argument
        assert isinstance(form, Uploaded)
        assert isinstance(form.file, Upload)
        assert (form.file.filename, form.file.content_type, form.file.size) == ('a"b.txt', "text/x", 8)
        assert await form.file.read() == b"0\r\n--fro"
        assert isinstance(form.files, list)
        assert [await file.read() for file in form.files] == [b"one", b""]
        assert isinstance(form.image, Upload)
        assert form.image.headers["x-size"] == "3"
        assert body.close is not None
        body.close()
        with pytest.raises(ValueError, match="closed"):
            await form.file.read()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("a", "a"),
        (r"\\", "\\"),
        (r"a\"b", 'a"b'),
        ("\\", "\\"),
        ("a\\", "a\\"),
        (r"C:\dir", r"C:\dir"),
        ("%22%0d%0A", '"\r\n'),
        (r"%5C\"", '%5C"'),
    ],
)
def test_names_of_parts_are_read_as_curl_and_as_browsers_write_them(written: str, name: str) -> None:
    reader = reader_of({MULTIPART: {"schema": {"type": "object"}}})
    assert send(reader, SENT, multipart(Part(written, b"x"))).value == {name: "x"}


def test_text_in_parts_is_limited_as_what_is_held_in_memory() -> None:
    limits = Limits(body=10)
    reader = reader_of({MULTIPART: {"schema": {"type": "object"}}}, limits=limits)
    raw = multipart(Part("a", b"12345"), Part("b", b"12345"))
    assert send(reader, SENT, raw).value == {"a": "12345", "b": "12345"}
    assert codes(reader, SENT, multipart(Part("a", b"12345"), Part("b", b"123456"))) == ("body-too-large", [])
    reader = reader_of({"multipart/mixed": {"schema": {"type": "array"}}}, limits=limits)
    assert send(reader, MIXED, mixed(("text/plain", b"1" * 10), ("text/plain", b"2" * 10))).value is not None
    assert codes(reader, MIXED, mixed(("text/plain", b"1" * 11))) == ("body-too-large", [])


def test_files_are_gone_when_the_request_is_over() -> None:
    kept: list[Upload] = []

    class Many(Operations, tag="default"):
        async def choose(self, *, body: Uploaded) -> Choose200:
            assert isinstance(body.file, Upload)
            kept.append(body.file)
            return Choose200((await body.file.read()).decode())

    operation = {
        "operationId": "choose",
        "requestBody": {"required": True, "content": {MULTIPART: {"schema": UPLOAD_SCHEMA}}},
        "responses": {"200": {"description": "It.", "content": {"application/json": {}}}},
    }
    with serving(contract_of({"/": {"post": operation}}), Many) as client:
        answer = client.post(
            "/api/", content=multipart(Part("file", b"abc", None, "a")), headers={"content-type": SENT}
        )
    assert answer.json() == "abc"
    assert [each.file.closed for each in kept] == [True]


def test_an_undeclared_file_reaches_an_open_model() -> None:
    class Open(Model):
        title: str | MISSING = MISSING

    reader = reader_of({MULTIPART: {"schema": {"type": "object", "properties": {"title": STRING}}}}, Open)
    body = send(reader, SENT, multipart(Part("more", b"x", "image/png", "m.png"), Part("note", b"5")))
    assert isinstance(body.argument, Open)
    extra = body.argument.__pydantic_extra__
    assert extra is not None
    assert isinstance(extra["more"], Upload)
    assert extra["note"] == "5"
    assert body.close is not None
    body.close()


def test_an_undeclared_file_is_judged_by_what_undeclared_members_are() -> None:
    schema: JSONValue = {"type": "object", "additionalProperties": INTEGER}
    raw = multipart(Part("more", b"5", "application/xml", "m.xml"))
    assert codes(reader_of({MULTIPART: {"schema": schema}}), SENT, raw) == ("contract-violation", ["wrong-type"])


def test_memory_does_not_grow_with_an_upload() -> None:
    mib = 1024 * 1024
    head = multipart(Part("file", b"", "video/mp4", "film"))
    start, end = head[: head.rindex(b"\r\n--" + BOUNDARY.encode())], head[head.rindex(b"\r\n--" + BOUNDARY.encode()) :]
    schema: JSONValue = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
    reader = reader_of({MULTIPART: {"schema": schema}}, Uploaded, limits=Limits(upload=64 * mib))

    def sent() -> Iterable[bytes]:
        yield start
        for _ in range(32 * 16):
            yield b"x" * (mib // 16)
        yield end

    tracemalloc.start()
    body = send(reader, SENT, sent())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(body.argument, Uploaded)
    assert isinstance(body.argument.file, Upload)
    assert body.argument.file.size == 32 * mib
    assert peak < 4 * mib
    assert body.close is not None
    body.close()


# --- Text, bytes and streams


def test_text() -> None:
    reader = reader_of({"text/plain": {"schema": {"type": "string", "maxLength": 3}}}, str)
    assert send(reader, "text/plain", "é€".encode()).argument == "é€"
    assert send(reader, "text/plain; charset=iso-8859-1", b"\xe9").argument == "é"
    assert send(reader, "text/plain", b"").argument == ""
    assert codes(reader, "text/plain", b"abcd") == ("contract-violation", ["too-long"])
    assert codes(reader, "text/plain", b"\xe9") == ("malformed-body", ["wrong-charset"])
    assert codes(reader, "text/plain; charset=us-ascii", b"\xe9") == ("malformed-body", ["wrong-charset"])
    assert codes(reader, "text/plain; charset=utf-16", b"ab") == ("media-type-unsupported", ["charset-unsupported"])


def test_text_that_is_a_number_by_its_schema() -> None:
    reader = reader_of({"text/plain": {"schema": INTEGER}}, str)
    assert send(reader, "text/plain", b"5").value == 5
    assert codes(reader, "text/plain", b"05") == ("contract-violation", ["wrong-type"])


def test_bytes_are_streamed() -> None:
    schema: JSONValue = {"type": "string", "format": "binary", "maxLength": 10, "minLength": 2}
    reader = reader_of({"application/octet-stream": {"schema": schema}}, ByteStream)

    async def run(chunks: list[bytes]) -> list[bytes]:
        body = await reader.read(scope_of("application/octet-stream", {}), receiver(chunks))
        assert isinstance(body.argument, ByteStream)
        return [chunk async for chunk in body.argument]

    assert asyncio.run(run([b"ab", b"", b"cd"])) == [b"ab", b"cd"]
    for chunks, cause in (
        ([b"abcdef", b"ghijk"], "body-too-large"),
        ([b"a"], "contract-violation"),
        ([], "contract-violation"),
    ):
        with pytest.raises(Refused) as caught:
            asyncio.run(run(chunks))
        assert str(caught.value.cause) == cause
    optional = reader_of({"application/octet-stream": {}}, ByteStream | None, required=False)
    assert send(optional, "application/octet-stream", b"").argument is None


def test_json_under_a_range_is_judged() -> None:
    reader = reader_of({"*/*": {"schema": NAMED}}, ByteStream)
    body = send(reader, "application/json", b'{"name":"a"}')
    assert isinstance(body.argument, ByteStream)
    assert asyncio.run(body.argument.read()) == b'{"name":"a"}'
    assert codes(reader, "application/json", b"{}") == ("contract-violation", ["required"])
    assert isinstance(send(reader, "image/png", b"{}").argument, ByteStream)


STREAMS = [
    ("application/x-ndjson", b'{"name":"a"}\n{"name":"b","size":5.0}\r\n\n{"name":"c"}', ["a", "b", "c"]),
    ("application/jsonl", b"", []),
    ("application/json-seq", b'\x1e{"name":"a"}\n\x1e{"name":\n"b"}\n', ["a", "b"]),
    ("application/x-ndjson", b'{"name":"a"}\n{"name":1}\n', ["a", ("contract-violation", "wrong-type")]),
    ("application/x-ndjson", b'{"name":"a"}\n{"name"\n', ["a", ("malformed-body", "syntax")]),
    ("application/x-ndjson", b'{"name":"a"}\n"' + b"x" * 100 + b'"\n', ["a", ("body-too-large", "item-too-large")]),
]


@pytest.mark.parametrize(("media_type", "raw", "expected"), STREAMS)
@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize("declared", [{"itemSchema": NAMED}, {"schema": {"type": "array", "items": NAMED}}])
def test_streams_of_items(media_type: str, raw: bytes, expected: list[object], size: int, declared: JSONValue) -> None:
    async def run() -> list[object]:
        reader = reader_of({media_type: declared}, AsyncIterator[Named], limits=Limits(stream_item=50))
        chunks = [raw[i : i + size] for i in range(0, len(raw), size)]
        body = await reader.read(scope_of(media_type, {}), receiver(chunks))
        assert isinstance(body.argument, AsyncIterator)
        found: list[object] = []
        try:
            async for item in body.argument:
                assert isinstance(item, Named)
                found.append(item.name)
        except Refused as refused:
            found.append((str(refused.cause), refused.errors[0].code))
        return found

    assert asyncio.run(run()) == expected


FIRST = b"event: a\ndata: 1\ndata:2\n: a comment\nid: x\nretry: 10\n\n"


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_server_sent_events_as_items(size: int) -> None:
    async def run() -> list[object]:
        schema: JSONValue = {"type": "object", "properties": {"data": STRING}, "required": ["data"]}
        reader = reader_of({"text/event-stream": {"itemSchema": schema}}, AsyncIterator[dict[str, Any]])
        raw = b"\xef\xbb\xbf" + FIRST + b"event: lost\n\ndata: 3\r\n\r\ndata: 4\rdata: 5\r\rdata: unfinished\n"
        chunks = [raw[i : i + size] for i in range(0, len(raw), size)]
        body = await reader.read(scope_of("text/event-stream", {}), receiver(chunks))
        assert isinstance(body.argument, AsyncIterator)
        return [item async for item in body.argument]

    first = {"event": "a", "data": "1\n2", "id": "x", "retry": 10}
    assert asyncio.run(run()) == [first, {"data": "3"}, {"data": "4\n5"}]


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        ('{"name":"a"}', []),
        ("{}", [("/data", "required")]),
        ("{", [("/data", "not-json")]),
    ],
)
def test_the_data_of_an_event_is_judged_as_the_json_that_it_is_said_to_be(
    data: str, problems: list[tuple[str, str]]
) -> None:
    async def run() -> list[tuple[str | None, str]]:
        told: JSONValue = {"properties": {"data": {"contentMediaType": "application/json", "contentSchema": NAMED}}}
        schema: JSONValue = {"type": "object", "oneOf": [{"required": ["id"]}, told]}
        reader = reader_of({"text/event-stream": {"itemSchema": schema}}, AsyncIterator[dict[str, Any]])
        body = await reader.read(scope_of("text/event-stream", {}), receiver([f"data: {data}\n\n".encode()]))
        assert isinstance(body.argument, AsyncIterator)
        try:
            assert [item async for item in body.argument] == [{"data": data}]
        except Refused as refused:
            return [(error.pointer, error.code) for error in refused.errors]
        return []

    assert asyncio.run(run()) == problems


def test_each_media_type_has_its_member_of_the_union() -> None:
    reader = reader_of(
        {
            "application/json": {"schema": NAMED},
            FORM: {"schema": FORM_SCHEMA},
            "text/plain": {"schema": STRING},
            "application/octet-stream": {},
            "application/x-ndjson": {"itemSchema": NAMED},
        },
        Named | dict[str, Any] | str | ByteStream | AsyncIterator[Named],
    )
    assert isinstance(send(reader, "application/json", b'{"name":"a"}').argument, Named)
    assert send(reader, FORM, b"name=a").argument == {"name": "a"}
    assert send(reader, "text/plain", b"a").argument == "a"
    assert isinstance(send(reader, "application/octet-stream", b"a").argument, ByteStream)
    assert isinstance(send(reader, "application/x-ndjson", b"").argument, AsyncIterator)


# --- Multipart without names

MIXED = f"multipart/mixed; boundary={BOUNDARY}"


def mixed(*parts: tuple[str | None, bytes]) -> bytes:
    texts = [b"Content-Type: " + kind.encode() + b"\r\n" if kind else b"" for kind, _ in parts]
    pieces = [
        b"--" + BOUNDARY.encode() + b"\r\n" + head + b"\r\n" + part[1] + b"\r\n"
        for head, part in zip(texts, parts, strict=True)
    ]
    return b"".join(pieces) + f"--{BOUNDARY}--\r\n".encode()


def test_parts_without_names_are_an_array() -> None:
    schema: JSONValue = {"type": "array", "prefixItems": [NAMED, INTEGER, {}], "items": STRING, "maxItems": 4}
    media: JSONValue = {
        "schema": schema,
        "prefixEncoding": [{"contentType": "application/json"}, {}, {"contentType": "image/png"}],
        "itemEncoding": {"contentType": "text/plain"},
    }
    reader = reader_of({"multipart/mixed": media}, list[Any])
    sent = mixed(("application/json", b'{"name":"a"}'), (None, b"5.0"), ("image/png", b"png"), ("text/plain", b"7"))
    body = send(reader, MIXED, sent)
    assert isinstance(body.argument, list)
    named, number, image, text = body.argument
    assert (named, number, text) == ({"name": "a"}, 5, "7")
    assert isinstance(image, Upload)
    assert image.content_type == "image/png"
    assert body.close is not None
    body.close()
    for wrong, expected in [
        (mixed(("text/plain", b"x")), ("contract-violation", ["part-media-type"])),
        (mixed(("application/json", b"{}")), ("contract-violation", ["required"])),
        (mixed(("application/json", b"{")), ("malformed-body", ["syntax"])),
        (mixed(("application/json", b'{"name":"a"}'), (None, b"05")), ("contract-violation", ["wrong-type"])),
        (mixed(("application/json", b'{"name":"a"}'))[:-6], ("malformed-body", ["multipart-unfinished"])),
    ]:
        assert codes(reader, MIXED, wrong) == expected


def test_parts_without_names_are_a_stream() -> None:
    async def run(raw: bytes) -> list[object]:
        media: JSONValue = {"itemSchema": NAMED, "itemEncoding": {"contentType": "application/json"}}
        reader = reader_of({"multipart/mixed": media}, AsyncIterator[Named])
        body = await reader.read(scope_of(MIXED, {}), receiver(raw))
        assert isinstance(body.argument, AsyncIterator)
        return [item async for item in body.argument]

    assert asyncio.run(run(mixed((None, b'{"name":"a"}'), ("application/json", b'{"name":"b"}')))) == [
        Named(name="a"),
        Named(name="b"),
    ]
    with pytest.raises(Refused):
        asyncio.run(run(mixed((None, b"{}"))))
