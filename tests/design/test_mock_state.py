"""A mock that remembers: created things are read, listed, changed and deleted, in contracts of ours and of others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from handfast.contract import Contract, JSONValue, load_contract, load_contract_text
from handfast.design.mock import MockOptions
from handfast.design.mock.serving import mocked
from tests.corpora import corpus

ROOT = Path(__file__).resolve().parents[2]


def remembering(contract: Contract) -> TestClient:
    app = mocked(contract, MockOptions(stateful=True), docs=None)
    return TestClient(app, raise_server_exceptions=False, headers={"Authorization": "Bearer anything"})


def of(paths: JSONValue, **schemas: JSONValue) -> TestClient:
    document = {
        "openapi": "3.1.1",
        "info": {"title": "Remembered", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }
    return remembering(load_contract_text(json.dumps(document), "remembered.json"))


def base_of(contract: Contract) -> str:
    return contract.servers[0].base_path


def answer(schema: JSONValue = None, **headers: JSONValue) -> JSONValue:
    content: JSONValue = {"application/json": {"schema": schema}} if schema is not None else {}
    return {"description": "It.", "content": content, "headers": headers}


def body(schema: JSONValue, media_type: str = "application/json") -> JSONValue:
    return {"required": True, "content": {media_type: {"schema": schema}}}


def test_an_article_of_the_publishing_service_lives_and_dies() -> None:
    client, articles = remembering(load_contract(ROOT / "openapi" / "api.yaml")), "/api/v1/articles"
    assert [each["slug"] for each in client.get(articles).json()["items"]] == ["notes-on-the-analytical-engine"]
    new = {"title": "On looms", "body": "Weaving.", "tags": ["computing"], "status": "published"}
    created = client.post(articles, json=new)
    assert created.status_code == 201
    article = created.json()
    assert (article["slug"], article["title"], article["tags"]) == ("on-looms", "On looms", ["computing"])
    assert created.headers["location"] == f"{articles}/on-looms"
    read = client.get(created.headers["location"])
    assert (read.status_code, read.json()) == (200, article)
    assert read.headers["etag"] == created.headers["etag"]
    known = client.get(f"{articles}/on-looms", headers={"If-None-Match": read.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert [each["slug"] for each in client.get(articles).json()["items"]][-1] == "on-looms"
    assert [each["slug"] for each in client.get(f"{articles}?tag=history").json()["items"]] == [
        "notes-on-the-analytical-engine"
    ]
    first = client.get(f"{articles}?limit=1").json()
    rest = client.get(f"{articles}?limit=1&cursor={first['nextCursor']}").json()
    assert [page["items"][0]["slug"] for page in (first, rest)] == ["notes-on-the-analytical-engine", "on-looms"]
    assert "nextCursor" not in rest
    patch = {"summary": None, "title": "On larger looms"}
    stale = client.patch(f"{articles}/on-looms", json=patch, headers={"If-Match": '"other"'})
    assert stale.status_code == 412
    changed = client.patch(f"{articles}/on-looms", json=patch, headers={"If-Match": read.headers["etag"]})
    assert changed.status_code == 200
    assert (changed.json()["title"], changed.json()["tags"]) == ("On larger looms", ["computing"])
    assert changed.headers["etag"] != read.headers["etag"]
    comments = f"{articles}/on-looms/comments"
    assert client.get(comments).json()["items"] == [], "what was created has no comments of the examples"
    assert client.get(f"{articles}/notes-on-the-analytical-engine/comments").json()["items"] != []
    said = client.post(comments, json={"body": "Indeed."})
    assert (said.status_code, said.json()["body"]) == (201, "Indeed.")
    assert [each["body"] for each in client.get(comments).json()["items"]] == ["Indeed."]
    assert client.post(articles, json={**new, "slug": "on-looms"}).status_code == 409
    assert client.delete(f"{articles}/on-looms", headers={"If-Match": "*"}).status_code == 204
    for path in (f"{articles}/on-looms", comments):
        lost = client.get(path)
        assert (lost.status_code, lost.headers["content-type"]) == (404, "application/problem+json")
    assert client.delete(f"{articles}/on-looms", headers={"If-Match": "*"}).status_code == 404
    me = client.patch("/api/v1/accounts/me", json={"displayName": "A. L."}, headers={"If-Match": "*"})
    assert (me.status_code, me.json()["displayName"]) == (200, "A. L.")
    assert client.get("/api/v1/accounts/me").json() == me.json()


def test_an_event_of_the_museum_lives_and_dies() -> None:
    contract = load_contract(corpus("public-apis") / "museum.yaml")
    client, events = remembering(contract), f"{base_of(contract)}/special-events"
    listed = f"{events}?limit=30"
    client.auth = ("visitor", "secret")
    del client.headers["Authorization"]
    before = client.get(listed).json()
    assert len(before) > 2
    new = {
        "name": "Night of the looms",
        "location": "Hall 2",
        "eventDescription": "Weaving in the dark.",
        "dates": ["2026-12-01"],
        "price": 12.5,
    }
    created = client.post(events, json=new)
    assert created.status_code == 201, created.text
    event = created.json()
    assert {name: event[name] for name in new} == new
    assert event["eventId"] not in {each["eventId"] for each in before}
    read = client.get(f"{events}/{event['eventId']}")
    assert (read.status_code, read.json()) == (200, event)
    assert client.get(listed).json() == [*before, event]
    changed = client.patch(f"{events}/{event['eventId']}", json={"price": 15})
    assert (changed.status_code, changed.json()) == (200, {**event, "price": 15})
    assert client.delete(f"{events}/{event['eventId']}").status_code == 204
    assert client.get(f"{events}/{event['eventId']}").status_code == 404
    assert client.get(listed).json() == before


def test_a_booking_of_train_travel_lives_and_dies() -> None:
    contract = load_contract(corpus("public-apis") / "train-travel.yaml")
    client, bookings = remembering(contract), f"{base_of(contract)}/bookings"
    before = client.get(bookings).json()["data"]
    assert len(before) == 2
    new = {"trip_id": before[0]["trip_id"], "passenger_name": "Mary Somerville", "has_dog": False}
    created = client.post(bookings, json=new)
    assert created.status_code == 201, created.text
    booking = created.json()
    assert (booking["passenger_name"], booking["has_dog"]) == ("Mary Somerville", False)
    read = client.get(f"{bookings}/{booking['id']}")
    assert read.status_code == 200
    assert read.json()["passenger_name"] == "Mary Somerville"
    assert [each["id"] for each in client.get(bookings).json()["data"]] == [
        *(each["id"] for each in before),
        booking["id"],
    ]
    second = client.get(f"{bookings}?limit=2&page=2").json()["data"]
    assert [each["id"] for each in second] == [booking["id"]]
    card = {"object": "card", "name": "M", "number": "4242424242424242", "cvc": "123", "exp_month": 12}
    source = {**card, "exp_year": 2027, "address_country": "gb"}
    payment = {"amount": 49.99, "currency": "gbp", "source": source}
    paid = client.post(f"{bookings}/{booking['id']}/payment", json=payment)
    assert paid.status_code == 200, paid.text
    assert client.delete(f"{bookings}/{booking['id']}").status_code == 204
    assert client.get(f"{bookings}/{booking['id']}").status_code == 404
    assert client.get(bookings).json()["data"] == before


def test_a_pet_of_the_petstore_lives_and_dies() -> None:
    contract = load_contract(corpus("feature-fixtures") / "3.0" / "petstore.json")
    client, pets = remembering(contract), f"{base_of(contract)}/pet"
    client.headers["api_key"] = "any"
    new: dict[str, Any] = {"name": "Rex", "photoUrls": ["https://example.com/rex"], "status": "pending"}
    created = client.post(pets, json=new)
    assert created.status_code in (200, 405), created.text
    found = client.get(f"{pets}/findByStatus", params={"status": "pending"})
    assert found.status_code == 200, found.text
    rex = next(each for each in found.json() if each["name"] == "Rex")
    assert client.get(f"{pets}/{rex['id']}").json() == rex
    assert rex["name"] not in {each["name"] for each in client.get(f"{pets}/findByStatus?status=sold").json()}
    client.delete(f"{pets}/{rex['id']}")
    assert client.get(f"{pets}/{rex['id']}").status_code == 404


ITEM: JSONValue = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string"},
        "secret": {"type": "string", "writeOnly": True},
        "size": {"type": "integer", "default": 7},
    },
}
ID: JSONValue = {"name": "itemId", "in": "path", "required": True, "schema": {"type": "integer"}}
WRAPPED: JSONValue = {
    "type": "object",
    "required": ["item"],
    "properties": {"item": {"$ref": "#/components/schemas/Item"}},
}
LISTED: JSONValue = {
    "type": "object",
    "required": ["items", "total"],
    "properties": {
        "items": {"type": "array", "items": {"$ref": "#/components/schemas/Item"}},
        "total": {"type": "integer"},
        "next": {"type": ["string", "null"]},
    },
}


def items(**more: JSONValue) -> JSONValue:
    return {
        "/items": {
            "get": {
                "operationId": "listItems",
                "parameters": [
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}},
                    {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}},
                    {"name": "name", "in": "query", "schema": {"type": "string"}},
                ],
                "responses": {"200": answer(LISTED)},
            },
            "post": {
                "operationId": "createItem",
                "requestBody": body(WRAPPED),
                "responses": {"201": answer(WRAPPED, Location={"schema": {"type": "string", "format": "uri"}})},
            },
        },
        "/items/{itemId}": {
            "parameters": [ID],
            "get": {"operationId": "readItem", "responses": {"200": answer(WRAPPED), "404": answer()}},
            "put": {"operationId": "replaceItem", "requestBody": body(WRAPPED), "responses": {"200": answer(WRAPPED)}},
            "delete": {"operationId": "deleteItem", "responses": {"204": answer()}},
            **more,
        },
    }


def test_wrapped_things_are_unwrapped_and_wrapped_again() -> None:
    client = of(items(), Item=ITEM)
    before = client.get("/items").json()
    assert before["total"] == len(before["items"]) == 3, "made up, because there are no examples"
    created = client.post("/items", json={"item": {"name": "A", "secret": "s"}})
    assert created.status_code == 201
    item = created.json()["item"]
    assert item == {"id": max(each["id"] for each in before["items"]) + 1, "name": "A", "size": 7}
    assert created.headers["location"] == f"http://testserver/items/{item['id']}"
    assert client.get(f"/items/{item['id']}").json() == {"item": item}
    assert client.get("/items?name=A").json() == {"items": [item], "total": 1}
    page = client.get("/items?limit=2&offset=1").json()
    assert (len(page["items"]), page["total"], page["next"]) == (2, 4, "3")
    replaced = client.put(f"/items/{item['id']}", json={"item": {"name": "B"}})
    assert replaced.json() == {"item": {"id": item["id"], "name": "B"}}, "what was not sent is gone"
    assert client.delete(f"/items/{item['id']}").status_code == 204
    assert client.get(f"/items/{item['id']}").status_code == 404
    assert client.get("/items").json() == before


def test_what_no_operation_says_of_a_lost_thing_is_told_by_the_mock() -> None:
    client = of(items(), Item=ITEM)
    lost = client.put("/items/4711", json={"item": {"name": "B"}})
    assert (lost.status_code, lost.headers["content-type"]) == (404, "application/problem+json")
    assert lost.json()["type"] == "urn:handfast:mock:not-there"
    assert "replaceItem declares no response" in lost.json()["detail"]


def test_a_put_where_nothing_can_be_posted_creates() -> None:
    paths: JSONValue = {
        "/flags/{flag}": {
            "parameters": [{"name": "flag", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"operationId": "readFlag", "responses": {"200": answer({"type": "object"}), "404": answer()}},
            "put": {
                "operationId": "putFlag",
                "requestBody": body({"type": "object"}),
                "responses": {"201": answer({"type": "object"}), "200": answer({"type": "object"})},
            },
        }
    }
    client = of(paths)
    assert client.get("/flags/a%2Fb").status_code == 404
    assert client.put("/flags/a%2Fb", json={"on": True}).status_code == 201
    assert client.put("/flags/a%2Fb", json={"on": False}).status_code == 200
    assert client.get("/flags/a%2Fb").json() == {"on": False}


def test_a_put_on_a_collection_names_the_thing_in_its_body() -> None:
    item: JSONValue = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
    paths = items()
    assert isinstance(paths, dict)
    assert isinstance(paths["/items"], dict)
    schema: JSONValue = {"$ref": "#/components/schemas/Item"}
    paths["/items"]["put"] = {
        "operationId": "replaceAny",
        "requestBody": body(schema),
        "responses": {"200": answer(schema), "404": answer()},
    }
    client = of(paths, Item=item)
    known = client.get("/items").json()["items"][1]["id"]
    assert client.put("/items", json={"id": known, "name": "B"}).json() == {"id": known, "name": "B"}
    assert client.get(f"/items/{known}").json()["item"] == {"id": known, "name": "B"}
    assert client.put("/items", json={"id": 4711, "name": "B"}).status_code == 404
    assert client.put("/items", json={"name": "B"}).status_code == 200, "answered as without state"


def test_preferences_go_before_what_is_remembered() -> None:
    client = of(items(), Item=ITEM)
    first = client.get("/items").json()["items"][0]["id"]
    assert client.get(f"/items/{first}", headers={"Prefer": "code=404"}).status_code == 404
    assert client.get(f"/items/{first}").status_code == 200


def test_what_is_read_only_or_has_no_identifier_is_answered_as_without_state() -> None:
    paths: JSONValue = {
        "/words/{word}": {
            "parameters": [{"name": "word", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"operationId": "readWord", "responses": {"200": answer({"type": "string"}), "404": answer()}},
        },
        "/logs": {
            "post": {
                "operationId": "log",
                "requestBody": body({"type": "object"}),
                "responses": {"201": answer({"type": "integer"})},
            }
        },
    }
    client = of(paths)
    assert client.get("/words/any").status_code == 200
    assert client.post("/logs", json={}).status_code == 201


@pytest.mark.parametrize("seed", [0, 1])
def test_the_same_seed_and_requests_give_the_same_replies(seed: int) -> None:
    contract = load_contract(ROOT / "openapi" / "api.yaml", validate=False)

    def journey() -> list[str]:
        app = mocked(contract, MockOptions(stateful=True, seed=seed), docs=None)
        client = TestClient(app, headers={"Authorization": "Bearer a"})
        posted = client.post("/api/v1/articles", json={"title": "On looms", "body": "Weaving."})
        said = client.post("/api/v1/articles/on-looms/comments", json={"body": "Indeed."})
        return [posted.text, said.text, posted.headers["etag"]]

    assert journey() == journey()
