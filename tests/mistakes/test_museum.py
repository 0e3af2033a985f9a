"""Every operation of the contract with one of everything, asked over ASGI: what handlers get, and what they give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from handfast.contract import load_contract
from handfast.runtime import HttpxTransport

QUARTZ = {"kind": "mineral", "id": 1, "name": "Quartz", "hardness": 7, "rarity": 1}
AMMONITE = {"kind": "fossil", "id": 2, "name": "Ammonite", "age": 9007199254740993, "mood": "calm"}
GIFT = {"donorPhone": "+1"}
TRACE = "123e4567-e89b-12d3-a456-426614174000"
FORM = {"content-type": "application/x-www-form-urlencoded"}
LOAN = '{"to": "Ann", "until": "2026-01-01T00:00:00Z"}'
ASKED: Mapping[str, str] = {
    "trace": "None", "tag": "None", "ids": "None", "colours": "None", "sizes": "None", "filter": "", "where": "",
    "rarity": "any", "flag": "None", "window": "any", "theme": "None",
}  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """A request, and what is answered: a status, a body (JSON or text), and headers."""

    operation: str
    method: str
    target: str
    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    answered: Mapping[str, str] = field(default_factory=dict[str, str])
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])


def without(specimen: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in specimen.items() if key != name}


def page(*items: Any, **asked: str) -> dict[str, Any]:
    return {"items": list(items), "asked": {**ASKED, **asked}}


ASKS: Mapping[str, Ask] = {
    "no parameters": Ask("listSpecimens", "GET", "/v1/specimens", page(QUARTZ, AMMONITE), answered={"x-total": "2"}),
    "every parameter": Ask(
        "listSpecimens",
        "GET",
        "/v1/specimens?limit=1&tag=a&tag=b,c&ids=1,2&colours=red%20blue&sizes=1%7C2.5&filter[text]=x&filter[rarity]=2"
        "&where=%7B%22text%22%3A%22y%22%7D&rarity=3&flag=",
        page(
            QUARTZ,
            trace=TRACE,
            tag="['a', 'b,c']",
            ids="[1, 2]",
            colours="['red', 'blue']",
            sizes="[1, 2.5]",
            filter="x",
            where="y",
            rarity="UNIQUE",
            flag="''",
            window="3 to 4",
            theme="dark",
        ),
        headers={"X-Trace": TRACE, "X-Fields": "name,age", "X-Window": "from=3,to=4", "Cookie": "theme=dark"},
        answered={"x-total": "2", "x-seen": "name,age"},
    ),
    "a status of a range": Ask(
        "listSpecimens", "GET", "/v1/specimens?tag=teapot", {"title": "No teapots", "status": 418}, 418
    ),
    "any status": Ask(
        "listSpecimens", "GET", "/v1/specimens?tag=broken", {"title": "Closed for repairs", "status": 503}, 503
    ),
    "one variant of a union": Ask(
        "addSpecimen",
        "POST",
        "/v1/specimens",
        {**without(QUARTZ, "rarity"), "id": 3, "name": "Opal", "rarity": 1, "foundOn": "2026-01-02"},
        201,
        answered={"location": "/v1/specimens/3", "etag": '"3"'},
        more={"json": {**GIFT, "kind": "mineral", "name": "Opal", "hardness": 7, "foundOn": "2026-01-02"}},
    ),
    "the other variant": Ask(
        "addSpecimen",
        "POST",
        "/v1/specimens",
        {"kind": "fossil", "id": 3, "name": "Fern", "age": 5},
        201,
        more={"json": {**GIFT, "kind": "fossil", "name": "Fern", "age": 5}},
    ),
    "a shared error with a header": Ask(
        "addSpecimen",
        "POST",
        "/v1/specimens",
        {"title": "It is there", "status": 409},
        409,
        answered={"location": "/v1/specimens/1"},
        more={"json": {**GIFT, "kind": "fossil", "name": "Quartz", "age": 5}},
    ),
    "the method QUERY": Ask(
        "querySpecimens",
        "QUERY",
        "/v1/specimens",
        {"items": [QUARTZ], "asked": {"text": "q"}},
        more={"json": {"rarity": 1, "text": "q"}},
    ),
    "one media type": Ask("getSpecimen", "GET", "/v1/specimens/1", QUARTZ, answered={"etag": '"1"'}),
    "another media type": Ask(
        "getSpecimen",
        "GET",
        "/v1/specimens/2",
        "Ammonite, 9007199254740993",
        answered={"content-type": "text/plain; charset=utf-8"},
    ),
    "a condition": Ask("getSpecimen", "GET", "/v1/specimens/1", "", 304, headers={"If-None-Match": '"1"'}),
    "what is not there": Ask(
        "getSpecimen",
        "GET",
        "/v1/specimens/9",
        {"title": "Not here", "status": 404, "detail": "There is no specimen 9"},
        404,
        answered={"content-type": "application/problem+json"},
    ),
    "a merge patch": Ask(
        "changeSpecimen",
        "PATCH",
        "/v1/specimens/1",
        {**QUARTZ, "name": "Citrine"},
        headers={"content-type": "application/merge-patch+json"},
        more={"content": '{"name": "Citrine", "foundOn": null}'},
    ),
    "a removal": Ask("removeSpecimen", "DELETE", "/v1/specimens/2", "", 204),
    "paths of every style": Ask(
        "findPlace",
        "GET",
        "/v1/places/1,2.5/.north.east/;from=3;to=4",
        {"point": [1, 2.5], "route": ["north", "east"], "box": {"from": 3, "to": 4}},
    ),
    "a whole query": Ask("search", "GET", "/v1/search?text=a+b&rarity=2", {"items": [], "asked": {"text": "a b"}}),
    "a tree": Ask(
        "putTaxa",
        "PUT",
        "/v1/taxa",
        {"name": "a", "children": [{"name": "b", "children": [{"name": "d"}]}, {"name": "c"}]},
        more={"json": {"name": "a", "children": [{"name": "c"}, {"name": "b", "children": [{"name": "d"}]}]}},
    ),
    "any names": Ask(
        "putMeasurements", "PUT", "/v1/measurements", {"x y": 1, "z": 3}, more={"json": {"x y": 1, "z": 2.6}}
    ),
    "a form": Ask(
        "order",
        "POST",
        "/v1/orders",
        "item=a%20b&count=2&gift=false",
        headers=FORM,
        answered={"content-type": "application/x-www-form-urlencoded"},
        more={"content": "item=a+b&count=2"},
    ),
    "a form in parts": Ask(
        "lend",
        "POST",
        "/v1/loans",
        {"files": ["a.png image/png 3", "b application/octet-stream 2"], "to": "Ann", "note": "thanks"},
        201,
        more={
            "files": [
                ("photo", ("a.png", b"png", "image/png")),
                ("more", ("b", b"22", "application/octet-stream")),
                ("form", (None, LOAN, "application/json")),
                ("note", (None, "thanks")),
            ]
        },
    ),
    "a text": Ask(
        "engrave",
        "POST",
        "/v1/plaques",
        "STRASSE É",
        headers={"content-type": "text/plain"},
        more={"content": "straße é"},
    ),
    "a note as JSON": Ask("note", "POST", "/v1/notes", {"text": "a"}, more={"json": {"text": "a"}}),
    "a note as a form": Ask("note", "POST", "/v1/notes", {"text": "a b"}, headers=FORM, more={"content": "text=a+b"}),
    "a note as text": Ask(
        "note", "POST", "/v1/notes", {"text": "a"}, headers={"content-type": "text/plain"}, more={"content": "a"}
    ),
    "a note as bytes": Ask(
        "note",
        "POST",
        "/v1/notes",
        {"text": "ff00"},
        headers={"content-type": "application/octet-stream"},
        more={"content": b"\xff\x00"},
    ),
    "bytes": Ask(
        "putFile",
        "PUT",
        "/v1/files/new",
        "",
        204,
        headers={"content-type": "application/octet-stream"},
        more={"content": b"01"},
    ),
    "a file": Ask("getFile", "GET", "/v1/files/old", "0123456789", answered={"etag": '"1"', "content-length": "10"}),
    "a range of a file": Ask(
        "getFile",
        "GET",
        "/v1/files/old",
        "234",
        206,
        headers={"Range": "bytes=2-4"},
        answered={"content-range": "bytes 2-4/10"},
    ),
    "no such range": Ask(
        "getFile",
        "GET",
        "/v1/files/old",
        {"type": "urn:handfast:problem:range-unsatisfiable", "title": "The body has no such part", "status": 416},
        416,
        headers={"Range": "bytes=10-"},
    ),
    "a file that is known": Ask("getFile", "GET", "/v1/files/old", "", 304, headers={"If-None-Match": '"1"'}),
    "events": Ask(
        "watch",
        "GET",
        "/v1/events",
        'event: opened\ndata: {"value":1}\n\nevent: opened\ndata: {"value":2.5}\n\n',
        answered={"content-type": "text/event-stream"},
    ),
    "lines of JSON": Ask(
        "getReadings",
        "GET",
        "/v1/readings",
        '{"value":1}\n{"value":2.5}\n',
        answered={"content-type": "application/jsonl"},
    ),
    "lines of JSON from the client": Ask(
        "addReadings",
        "POST",
        "/v1/readings",
        {"value": 3.5},
        headers={"content-type": "application/x-ndjson"},
        more={"content": '{"value": 1}\n{"value": 2.5}\n'},
    ),
    "nobody": Ask("whoAmI", "GET", "/v1/me", {"name": "nobody"}),
    "two schemes at once": Ask(
        "whoAmI",
        "GET",
        "/v1/me",
        {"name": "ann", "scopes": []},
        headers={"X-Badge": "ann"},
        more={"auth": ("bob", "bob")},
    ),
    "another scheme": Ask(
        "whoAmI",
        "GET",
        "/v1/me",
        {"name": "cid", "scopes": ["members.read"]},
        headers={"Authorization": "Bearer cid/members.read"},
    ),
    "scopes": Ask(
        "open", "POST", "/v1/vault", "", 204, headers={"Authorization": "Bearer cid/members.read/vault.open"}
    ),
}


@pytest.fixture
def client(museum: ModuleType, tmp_path: Path) -> Iterator[TestClient]:
    """A museum that has quartz, an ammonite and a file."""
    (tmp_path / "old").write_bytes(b"0123456789")
    app = museum.create_app(tmp_path)
    models = import_module("museum.generated.models")
    app.state.collection.specimens.update(
        {1: models.Mineral.model_validate(QUARTZ), 2: models.Fossil.model_validate(AMMONITE)}
    )
    with TestClient(app) as made:
        yield made


@pytest.mark.parametrize("case", ASKS)
def test_the_right_answer(case: str, client: TestClient) -> None:
    ask = ASKS[case]
    answer = client.request(ask.method, ask.target, headers=dict(ask.headers), **ask.more)
    assert (answer.status_code, answer.text if isinstance(ask.body, str) else answer.json()) == (ask.status, ask.body)
    assert {name: answer.headers.get(name) for name in ask.answered} == ask.answered


@pytest.mark.parametrize(
    ("method", "target", "more", "status"),
    [
        ("GET", "/v1/me", {"headers": {"X-Badge": "ann"}}, 401),  # one of two that must come together
        ("GET", "/v1/me", {"headers": {"X-Badge": "ann"}, "auth": ("bob", "wrong")}, 401),
        ("GET", "/v1/me", {"headers": {"Authorization": "Bearer stranger/members.read"}}, 401),
        ("GET", "/v1/me", {"headers": {"Authorization": "Bearer cid"}}, 403),
        ("POST", "/v1/vault", {}, 401),
        ("POST", "/v1/vault", {"headers": {"Authorization": "Bearer cid/vault.open"}}, 403),
    ],
)
def test_who_is_not_let_in(method: str, target: str, more: Mapping[str, Any], status: int, client: TestClient) -> None:
    assert client.request(method, target, **more).status_code == status


async def test_webhooks_and_callbacks_both_ways(museum: ModuleType, tmp_path: Path) -> None:
    app = museum.create_app(tmp_path)
    hooks, models = import_module("museum.hooks"), import_module("museum.generated.models")
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app)) as client:
        said = await hooks.announce(
            load_contract(museum.CONTRACT),
            HttpxTransport(client),
            "http://museum.example",
            models.Mineral.model_validate(QUARTZ),
        )
    assert said == ["SpecimenArrived204 204", "SpecimenArrived410 410", "Judged204 204", "Judged4XX 429"]
    assert app.state.collection.log == [
        "arrived Quartz", "POST /arrivals", "judged 1 RARE", "POST /verdicts", "POST /verdicts"
    ]  # fmt: skip


def test_what_belongs_to_a_request_is_left_and_done(client: TestClient) -> None:
    client.post("/v1/specimens", json={**GIFT, "kind": "fossil", "name": "Fern", "age": 5})
    assert client.app.state.collection.log == ["POST /v1/specimens", "thank +1"]  # type: ignore[attr-defined]


def test_every_operation_is_asked(museum: ModuleType) -> None:
    operations = [operation.operation_id for operation in load_contract(museum.CONTRACT).operations]
    assert set(operations) == {ask.operation for ask in ASKS.values()}
