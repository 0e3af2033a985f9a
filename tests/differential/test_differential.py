"""Runtime and oracle agree: on a deterministic part of the campaign, and on rows that show that neither sleeps.

`python -m tests.differential.campaign` goes on for as long as one likes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.differential.campaign import run
from tests.differential.contracts import documents, requests
from tests.differential.generated import generated
from tests.differential.judging import Disagreement, Subject
from tests.differential.oracle import Json, Request

PROBLEM: Json = {"description": "No.", "content": {"application/problem+json": {"schema": {}}}}
CONTENT: Json = {"application/json": {"schema": {}}}


@dataclass(frozen=True)
class Row:
    """What was found, or nearly: a request, and the status that both must come to."""

    about: str
    request: Request
    status: int
    parameters: tuple[Json, ...] = ()
    body: Json = None
    media_type: str = "application/json"


def query(schema: Json, style: str = "form", *, explode: bool = True) -> tuple[Json, ...]:
    return ({"name": "p", "in": "query", "style": style, "explode": explode, "schema": schema},)


ROWS = [
    Row(
        "digits that are none",
        Request("read", query="p=2024-10-1%2B"),
        422,
        query({"type": "string", "format": "date"}),
    ),
    Row("a name that cannot be read", Request("read", query="%ff=1"), 400, query({"type": "string"})),
    Row(
        "a form without fields",
        Request("body", body=b""),
        200,
        body={"type": "object", "properties": {}},
        media_type="application/x-www-form-urlencoded",
    ),
    Row(
        "a member that cannot be read, beside a field without brackets",
        Request("read", query="p%5Ba%5D=100%&p"),
        400,
        query({"type": "object", "properties": {}, "additionalProperties": False}, "deepObject"),
    ),
    Row(
        "a field without brackets that cannot be read, beside a member",
        Request("read", query="p%5Ba%5D=&p=%"),
        400,
        query({"type": "object", "properties": {}, "additionalProperties": False}, "deepObject"),
    ),
    Row(
        "a field without brackets alone, which is not read",
        Request("read", query="p=%"),
        422,
        query({"type": "object", "properties": {}, "additionalProperties": False}, "deepObject"),
    ),
    Row(
        "an exploded object in brackets",
        Request("read", query="p[a]=1"),
        422,
        query({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}),
    ),
    Row("no bytes", Request("body", body=b""), 422, body={}),
    Row(
        "a large integer with a fraction",
        Request("read", query="p=9007199254740993.0"),
        200,
        query({"type": "integer"}),
    ),
    Row(
        "a large integer with a fraction, or a text",
        Request("read", query="p=9007199254740993.0"),
        200,
        query({"type": ["integer", "string"]}),
    ),
    Row(
        "one empty text, no strings",
        Request("read", query="p="),
        200,
        query({"type": "array", "items": {"type": "integer"}}),
    ),
    Row(
        "one empty text, strings",
        Request("read", query="p="),
        200,
        query({"type": "array", "items": {"type": "string"}}),
    ),
    Row(
        "an escaped list",
        Request("read", query="p=1%2C2"),
        200,
        query({"type": "array", "items": {"type": "integer"}}, explode=False),
    ),
    Row(
        "a line break at the end", Request("body", body=b'"a\\n"'), 422, body={"type": "string", "pattern": "^[a-c]+$"}
    ),
    Row(
        "characters, not units",
        Request("body", body='"😀😀"'.encode()),
        200,
        body={"type": "string", "minLength": 2, "maxLength": 2},
    ),
    Row("true is not 1", Request("body", body=b"true"), 422, body={"type": ["integer", "boolean"], "enum": [1]}),
    Row(
        "one and true are two items",
        Request("body", body=b"[1,true]"),
        200,
        body={"type": "array", "items": {}, "uniqueItems": True},
    ),
    Row(
        "1 and 1.0 are one item",
        Request("body", body=b"[1,1.0]"),
        422,
        body={"type": "array", "items": {}, "uniqueItems": True},
    ),
]


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as made:
        yield made


def document_of(row: Row) -> Json:
    operation: Json = {
        "operationId": row.request.operation,
        "responses": {
            "200": {"description": "Fine.", "content": CONTENT},
            **dict.fromkeys(("400", "404", "413", "415", "422", "500"), PROBLEM),
        },
    }
    if row.body is None:
        operation["parameters"] = list(row.parameters)
    else:
        operation["requestBody"] = {"required": True, "content": {row.media_type: {"schema": row.body}}}
    item = {"get" if row.body is None else "post": operation}
    return {"openapi": "3.1.1", "info": {"title": "t", "version": "1"}, "paths": {"/o": item}}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.about)
def test_rows(row: Row, runner: asyncio.Runner) -> None:
    assert Subject(document_of(row), runner).check(row.request) == row.status


def test_a_wrong_oracle_is_found(runner: asyncio.Runner) -> None:
    subject = Subject(document_of(ROWS[0]), runner)
    subject.places["read"][1]["parameters"][0]["schema"]["format"] = "uuid"  # what only the oracle sees
    with pytest.raises(Disagreement, match="expected"):
        subject.check(Request("read", query="p=2eb8aa08-aa98-11ea-b4aa-73b441d16380"))


def test_random_contracts_and_random_requests() -> None:
    seen = run(800, seed=20261122)
    assert seen.total() >= 800
    assert {200, 400, 404, 422, 500} <= seen.keys()


def test_random_contracts_through_generated_code(runner: asyncio.Runner, tmp_path: Path) -> None:
    seen: Counter[int] = Counter()

    @seed(20261122)
    @settings(
        max_examples=2, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(st.data())
    def judge(data: st.DataObject) -> None:
        document = data.draw(documents())
        with generated(document, runner, tmp_path) as subject:
            for _ in range(40):
                path, item = data.draw(st.sampled_from(sorted(document["paths"].items(), key=lambda pair: pair[0])))
                seen[subject.check(data.draw(requests(path, item)))] += 1

    judge()
    assert seen.total() >= 40
    assert 200 in seen
