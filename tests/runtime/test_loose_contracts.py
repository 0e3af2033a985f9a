"""What contracts leave out, or say loosely, and what the runtime makes of it."""

from __future__ import annotations

import pytest

from handfast.contract import JSONValue
from handfast.runtime import ByteStream, Operations, PlainReply
from handfast.runtime.fallback import JudgedRequest
from tests.runtime.serving import contract_of, serving

DONE: JSONValue = {"200": {"description": "Done."}}
FORM: JSONValue = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["tags", "place"],
            "properties": {
                "tags": {"type": "array", "items": {"type": "integer"}, "minItems": 2},
                "place": {"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}},
            },
        },
        "encoding": {
            "tags": {"style": "pipeDelimited", "explode": False},
            "place": {"style": "deepObject", "explode": True},
        },
    }
}


def posting(content: JSONValue, responses: JSONValue = DONE) -> dict[str, JSONValue]:
    operation: dict[str, JSONValue] = {"operationId": "post", "tags": ["loose"], "responses": responses}
    if content is not None:
        operation["requestBody"] = {"required": True, "content": content}
    if responses is None:
        del operation["responses"]
    return {"/loose": {"post": operation}}


async def done(request: JudgedRequest) -> PlainReply:
    return PlainReply(status=200, has_body=False)


@pytest.mark.parametrize(
    ("version", "parts", "status"),
    [
        ("3.1.1", [("tags", "1|2"), ("place[x]", "1")], 200),
        ("3.1.1", [("tags", "1|2"), ("place[x]", "one")], 422),
        ("3.1.1", [("tags", "1"), ("place[x]", "1")], 422),
        ("3.0.4", [("tags", "1"), ("tags", "2"), ("place", '{"x": 1}')], 200),
        ("3.0.4", [("tags", "1|2"), ("place", '{"x": 1}')], 422),
    ],
)
def test_styles_of_multipart_hold_since_3_1(version: str, parts: list[tuple[str, str]], status: int) -> None:
    texts = [(name, (None, text.encode())) for name, text in parts]
    with serving(contract_of(posting(FORM), version=version), fallback=done) as client:
        assert client.post("/api/loose", files=texts).status_code == status


@pytest.mark.parametrize(
    ("media_type", "schema", "text", "status"),
    [
        ("text/json", {"type": "object", "required": ["a"]}, '{"a": 1}', 200),
        ("text/json", {"type": "object", "required": ["a"]}, "{}", 422),
        ("text/json", {"type": "array"}, "[", 400),
        ("text/plain", {"type": "integer"}, "12", 200),
        ("text/plain", {"type": "integer"}, "twelve", 422),
        ("text/plain", {"type": "string"}, "12", 200),
    ],
)
def test_text_is_read_as_its_schema_can_be(media_type: str, schema: JSONValue, text: str, status: int) -> None:
    content: JSONValue = {media_type: {"schema": schema}}
    responses: JSONValue = {"200": {"description": "It.", "content": content}}

    async def echo(request: JudgedRequest) -> PlainReply:
        return PlainReply(status=200, body=text.encode())

    with serving(contract_of(posting(content)), fallback=done) as client:
        assert client.post("/api/loose", content=text, headers={"content-type": media_type}).status_code == status
    with serving(contract_of(posting(None, responses)), fallback=echo) as client:
        assert client.post("/api/loose").status_code == (200 if status == 200 else 500)


@pytest.mark.parametrize("media_type", ["multipart/form-data", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("schema", [{"type": "string", "format": "binary"}, {"$ref": "#/components/schemas/File"}])
def test_a_form_that_is_described_as_a_text_is_not_taken_apart(media_type: str, schema: JSONValue) -> None:
    contract = contract_of(
        posting({media_type: {"schema": schema}}), schemas={"File": {"type": "string", "format": "binary"}}
    )

    async def size(request: JudgedRequest) -> PlainReply:
        assert isinstance(request.body, ByteStream)
        assert await request.body.read() == b"--a\r\n"
        return PlainReply(status=200, has_body=False)

    with serving(contract, fallback=size) as client:
        headers = {"content-type": f"{media_type}; boundary=a"}
        assert client.post("/api/loose", content=b"--a\r\n", headers=headers).status_code == 200


def test_an_operation_without_responses_answers_nothing() -> None:
    class Loose(Operations, tag="loose"):
        async def post(self) -> None:
            return None

    with serving(contract_of(posting(None, None)), Loose) as client:
        answer = client.post("/api/loose")
    assert (answer.status_code, answer.content) == (204, b"")
