"""Binary replies in parts: what RFC 9110 says of Range, If-Range and conditions, where the operation declares it."""

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Depends

from handfast.contract import JSONValue
from handfast.runtime import File, Header, Operations, Reply
from tests.runtime.serving import PROBLEM, contract_of, problem, serving

BYTES = bytes(range(100))
HEADERS: dict[str, JSONValue] = {
    "ETag": {"schema": {"type": "string"}},
    "Last-Modified": {"schema": {"type": "string"}},
}
BINARY: JSONValue = {"application/octet-stream": {}}
RESPONSES: dict[str, JSONValue] = {
    "200": {"description": "All.", "headers": HEADERS, "content": BINARY},
    "206": {
        "description": "A part.",
        "headers": {**HEADERS, "Content-Range": {"required": True, "schema": {"type": "string", "pattern": "^bytes "}}},
        "content": BINARY,
    },
    "304": {"description": "As it was.", "headers": {"ETag": {"schema": {"type": "string"}}}},
    "416": problem("No such part."),
    "500": problem("Ours."),
}


@dataclass(eq=False)
class GetBlob200(Reply, status=200, media_type="application/octet-stream"):
    body: object
    _: KW_ONLY
    etag: Annotated[str | None, Header("ETag")] = None
    last_modified: Annotated[str | None, Header("Last-Modified")] = None


@dataclass(eq=False)
class GetBlob206(Reply, status=206, media_type="application/octet-stream"):
    body: object
    _: KW_ONLY
    content_range: Annotated[str, Header("Content-Range")]


@dataclass(eq=False, kw_only=True)
class SizedBlob(GetBlob200):
    content_length: Annotated[int | None, Header("Content-Length")] = None


def client_of(answer: Callable[[], Reply], responses: dict[str, JSONValue] | None = None, **options: Any) -> Any:
    class Blobs(Operations, tag="default"):
        async def get_blob(self) -> Reply:
            return answer()

    paths: dict[str, JSONValue] = {"/blob": {"get": {"operationId": "getBlob", "responses": responses or RESPONSES}}}
    return serving(contract_of(paths), Blobs, **options)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "blob"
    path.write_bytes(BYTES)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


MODIFIED = "Tue, 14 Nov 2023 22:13:20 GMT"
WHOLE = (200, None, BYTES)
NONE = (416, "bytes */100", None)
RANGES: dict[str, tuple[dict[str, str], tuple[int, str | None, bytes | None]]] = {
    "none": ({}, WHOLE),
    "first byte": ({"range": "bytes=0-0"}, (206, "bytes 0-0/100", BYTES[:1])),
    "middle": ({"range": "bytes=10-19"}, (206, "bytes 10-19/100", BYTES[10:20])),
    "open end": ({"range": "bytes=90-"}, (206, "bytes 90-99/100", BYTES[90:])),
    "past the end": ({"range": "bytes=90-1000"}, (206, "bytes 90-99/100", BYTES[90:])),
    "all": ({"range": "bytes=0-"}, (206, "bytes 0-99/100", BYTES)),
    "suffix": ({"range": "bytes=-5"}, (206, "bytes 95-99/100", BYTES[95:])),
    "suffix over all": ({"range": "bytes=-1000"}, (206, "bytes 0-99/100", BYTES)),
    "unit in capitals": ({"range": "Bytes=0-0"}, (206, "bytes 0-0/100", BYTES[:1])),
    "behind the end": ({"range": "bytes=100-"}, NONE),
    "far behind the end": ({"range": "bytes=999999999999999999-"}, NONE),
    "suffix of nothing": ({"range": "bytes=-0"}, NONE),
    "backwards": ({"range": "bytes=5-4"}, WHOLE),
    "no number": ({"range": "bytes=a-"}, WHOLE),
    "nothing": ({"range": "bytes=-"}, WHOLE),
    "another unit": ({"range": "lines=0-1"}, WHOLE),
    "several": ({"range": "bytes=0-1,3-4"}, WHOLE),
    "too many digits": ({"range": f"bytes={'9' * 5000}-"}, WHOLE),
    "not ASCII": ({"range": "bytes=\u00b2-"}, WHOLE),
    "same tag": ({"range": "bytes=0-0", "if-range": '"a"'}, (206, "bytes 0-0/100", BYTES[:1])),
    "another tag": ({"range": "bytes=0-0", "if-range": '"b"'}, WHOLE),
    "weak tag": ({"range": "bytes=0-0", "if-range": 'W/"a"'}, WHOLE),
    "same date": ({"range": "bytes=0-0", "if-range": MODIFIED}, (206, "bytes 0-0/100", BYTES[:1])),
    "another date": ({"range": "bytes=0-0", "if-range": "Tue, 14 Nov 2023 22:13:21 GMT"}, WHOLE),
    "no date": ({"range": "bytes=0-0", "if-range": "yesterday"}, WHOLE),
}


@pytest.mark.parametrize("source", ["bytes", "file"])
@pytest.mark.parametrize("case", RANGES)
def test_ranges(case: str, source: str, file: Path) -> None:
    texts, (status, content_range, content) = RANGES[case]
    headers = {name: text.encode("latin-1") for name, text in texts.items()}
    body: Callable[[], object] = (lambda: BYTES) if source == "bytes" else (lambda: File(file))
    with client_of(lambda: GetBlob200(body(), etag='"a"', last_modified=MODIFIED)) as client:
        answer = client.get("/api/blob", headers=headers)
        head = client.head("/api/blob", headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers.get("content-range") == content_range
    assert content is None or answer.content == content
    assert content is None or answer.headers["content-length"] == str(len(content))
    assert content is None or answer.headers["etag"] == '"a"'
    assert status != 416 or answer.headers["content-type"] == PROBLEM
    assert status != 200 or answer.headers["accept-ranges"] == "bytes"
    assert (head.status_code, head.headers["content-length"], head.content) == (200, "100", b"")


def test_a_weak_tag_says_nothing_of_bytes() -> None:
    with client_of(lambda: GetBlob200(BYTES, etag='W/"a"')) as client:
        assert client.get("/api/blob", headers={"range": "bytes=0-0", "if-range": 'W/"a"'}).status_code == 200
        assert client.get("/api/blob", headers={"range": "bytes=0-0"}).status_code == 206


KNOWN: dict[str, tuple[dict[str, str], int]] = {
    "the tag": ({"if-none-match": '"a"'}, 304),
    "the weak tag": ({"if-none-match": 'W/"a"'}, 304),
    "one of several": ({"if-none-match": '"b", "a"'}, 304),
    "any": ({"if-none-match": "*"}, 304),
    "another": ({"if-none-match": '"b"'}, 200),
    "another, and a date": ({"if-none-match": '"b"', "if-modified-since": MODIFIED}, 200),
    "the date": ({"if-modified-since": MODIFIED}, 304),
    "a later date": ({"if-modified-since": "Wed, 15 Nov 2023 00:00:00 GMT"}, 304),
    "an earlier date": ({"if-modified-since": "Mon, 13 Nov 2023 00:00:00 GMT"}, 200),
    "no date": ({"if-modified-since": "yesterday"}, 200),
    "the tag, and a range": ({"if-none-match": '"a"', "range": "bytes=0-0"}, 304),
}


@pytest.mark.parametrize("case", KNOWN)
def test_a_file_that_a_client_has_already_is_not_sent_again(case: str, file: Path) -> None:
    headers, status = KNOWN[case]
    with client_of(lambda: GetBlob200(File(file), etag='"a"', last_modified=MODIFIED)) as client:
        answer = client.get("/api/blob", headers=headers)
    assert answer.status_code == status
    assert answer.headers["etag"] == '"a"'
    assert status == 200 or (answer.content == b"" and "content-length" not in answer.headers)


def without(*statuses: str) -> dict[str, JSONValue]:
    return {status: response for status, response in RESPONSES.items() if status not in statuses}


def needing(status: str, name: str) -> dict[str, JSONValue]:
    response: Any = RESPONSES[status]
    headers: JSONValue = {**response["headers"], name: {"required": True, "schema": {"type": "string"}}}
    changed: JSONValue = {**response, "headers": headers}
    return {**RESPONSES, status: changed}


def part(media_type: str) -> JSONValue:
    return {"description": "A part.", "content": {media_type: {}}}


@pytest.mark.parametrize(
    ("responses", "headers", "status"),
    [
        (without("206"), {"range": "bytes=0-0"}, 200),
        (without("416"), {"range": "bytes=100-"}, 200),
        (without("304"), {"if-none-match": '"a"'}, 200),
        (needing("206", "X-More"), {"range": "bytes=0-0"}, 200),
        (needing("304", "X-More"), {"if-none-match": '"a"'}, 200),
        ({**RESPONSES, "206": part("image/png")}, {"range": "bytes=0-0"}, 200),
        ({**RESPONSES, "206": part("*/*")}, {"range": "bytes=0-0"}, 206),
    ],
)
def test_only_what_the_operation_declares(
    responses: dict[str, JSONValue], headers: dict[str, str], status: int, file: Path
) -> None:
    with client_of(lambda: GetBlob200(File(file), etag='"a"'), responses) as client:
        answer = client.get("/api/blob", headers=headers)
    assert answer.status_code == status
    assert status != 200 or answer.content == BYTES


def test_a_handler_may_do_it_by_itself() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield BYTES

    for reply, status in ((GetBlob206(b"x", content_range="bytes 7-7/9"), 206), (GetBlob200(chunks()), 200)):
        with client_of(lambda reply=reply: reply) as client:  # type: ignore[misc]  # bound now
            answer = client.get("/api/blob", headers={"range": "bytes=0-0"})
        assert answer.status_code == status
        assert "accept-ranges" not in answer.headers


def test_a_content_range_outside_its_schema_is_a_violation() -> None:
    headers: JSONValue = {"Content-Range": {"schema": {"type": "string", "pattern": "^items "}}}
    responses: dict[str, JSONValue] = {
        **RESPONSES,
        "206": {"description": "A part.", "headers": headers, "content": BINARY},
    }
    with client_of(lambda: GetBlob200(BYTES), responses) as client:
        assert client.get("/api/blob", headers={"range": "bytes=0-0"}).status_code == 500


LENGTH: JSONValue = {"Content-Length": {"required": True, "schema": {"type": "integer", "minimum": 1}}}


@pytest.mark.parametrize("source", ["bytes", "file"])
@pytest.mark.parametrize(
    ("said", "headers", "status", "length"),
    [(100, {}, 200, 100), (None, {}, 200, 100), (99, {}, 500, None), (100, {"range": "bytes=0-9"}, 206, 10)],
)
def test_a_declared_content_length_is_that_of_the_body_and_sent_once(
    said: int | None, headers: dict[str, str], status: int, length: int | None, source: str, file: Path
) -> None:
    responses: dict[str, JSONValue] = {
        "200": {"description": "The whole.", "headers": LENGTH, "content": BINARY},
        "206": {"description": "A part.", "headers": LENGTH, "content": BINARY},
    }
    reply = SizedBlob(BYTES if source == "bytes" else File(file), content_length=said)
    with client_of(lambda: reply, responses) as client:
        answer = client.get("/api/blob", headers=headers)
    assert answer.status_code == status
    assert length is None or answer.headers.get_list("content-length") == [str(length)]


def test_an_empty_file_has_no_parts(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    with client_of(lambda: GetBlob200(File(empty))) as client:
        assert client.get("/api/blob").content == b""
        assert client.get("/api/blob", headers={"range": "bytes=0-"}).headers["content-range"] == "bytes */0"
        assert client.get("/api/blob", headers={"range": "bytes=-1"}).status_code == 200


def test_a_file_tells_what_it_is(file: Path, tmp_path: Path) -> None:
    made = File(file)
    assert (made.size, made.last_modified, made.etag) == (100, MODIFIED, File(str(file)).etag)
    with pytest.raises(FileNotFoundError):
        File(tmp_path / "none")
    with pytest.raises((ValueError, OSError)):
        File(tmp_path)


def test_dependencies_are_left_before_a_file_is_sent(file: Path) -> None:
    events: list[str] = []

    async def transaction() -> AsyncIterator[None]:
        yield
        events.append("commit")

    class Told(File):
        async def read(self, start: int, size: int) -> bytes:
            events.append("read")
            return await super().read(start, size)

    class Blobs(Operations, tag="default"):
        def __init__(self, session: Annotated[None, Depends(transaction)]) -> None: ...

        async def get_blob(self) -> GetBlob200:
            return GetBlob200(Told(file))

    contract = contract_of({"/blob": {"get": {"operationId": "getBlob", "responses": RESPONSES}}})
    with serving(contract, Blobs) as client:
        assert client.get("/api/blob").content == BYTES
    assert events == ["commit", "read"]


@pytest.mark.parametrize(
    ("media", "body", "status"),
    [
        (
            {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "maxLength": 9}}},
            b"x" * 9,
            200,
        ),
        (
            {"application/octet-stream": {"schema": {"type": "string", "format": "binary", "maxLength": 9}}},
            b"x" * 10,
            500,
        ),
        ({"image/png": {"schema": {"type": "string", "minLength": 9}}}, b"x", 500),
        ({"*/*": {"schema": {"type": "object", "required": ["a"]}}}, b'{"a":1}', 200),
        ({"*/*": {"schema": {"type": "object", "required": ["a"]}}}, b"{}", 500),
        ({"*/*": {"schema": {"type": "object", "required": ["a"]}}}, b"{", 500),
    ],
)
def test_bytes_are_judged_as_far_as_their_schema_can(media: JSONValue, body: bytes, status: int) -> None:
    @dataclass(eq=False)
    class Blob200(Reply, status=200):
        body: bytes
        media_type: str | None = None

    Blob200.__name__ = "GetBlob200"
    media_type = "application/json" if "*/*" in str(media) else None
    responses: dict[str, JSONValue] = {**RESPONSES, "200": {"description": "It.", "content": media}}
    with client_of(lambda: Blob200(body, media_type), responses) as client:
        assert client.get("/api/blob").status_code == status
