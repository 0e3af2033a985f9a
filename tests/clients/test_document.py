"""The document that generators of clients are given: what is left out, what is said otherwise, and what stays."""

from __future__ import annotations

from copy import deepcopy

import pytest

from handfast.contract import JSONValue, load_contract, load_contract_text, published
from handfast.design.sdks import Events, for_generators, for_sdks
from handfast.design.sdks.naming import Identity
from handlers.app import CONTRACT

HEAD: dict[str, JSONValue] = {"openapi": "3.2.0", "info": {"title": "T", "version": "1"}}
ITEM: JSONValue = {"type": "object", "properties": {"n": {"type": "integer"}}}
EVENT: JSONValue = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": ITEM},
    },
}


def response_of(content: JSONValue, events: Events) -> JSONValue:
    """What becomes of a response with this content."""
    response: JSONValue = {"description": "It.", "content": content}
    document: dict[str, JSONValue] = {**HEAD, "paths": {"/": {"get": {"responses": {"200": response}}}}}
    document["components"] = {"schemas": {"Event": EVENT, "Events": {"type": "array", "items": EVENT}}}
    made = for_sdks(document, events)
    path: JSONValue = made
    for name in ("paths", "/", "get", "responses", "200", "content"):
        assert isinstance(path, dict)
        path = path[name]
    return path


@pytest.mark.parametrize(
    "media",
    [
        {"schema": EVENT},
        {"schema": {"$ref": "#/components/schemas/Event"}, "examples": {"one": {"value": {}}}},
        {"schema": {"type": "array", "items": EVENT}, "example": []},
        {"schema": {"$ref": "#/components/schemas/Events"}},
        {"itemSchema": EVENT},
        {"itemSchema": {"$ref": "#/components/schemas/Event"}},
    ],
)
def test_events_are_text_or_what_their_data_says(media: JSONValue) -> None:
    kept = deepcopy(media)
    content: JSONValue = {"text/event-stream; charset=utf-8": media}
    text: JSONValue = {"text/event-stream; charset=utf-8": {"schema": {"type": "string"}}}
    data: JSONValue = {"text/event-stream; charset=utf-8": {"schema": ITEM}}
    assert (response_of(content, Events.TEXT), response_of(content, Events.DATA)) == (text, data)
    assert media == kept, "the contract itself stays as it is"


def test_other_streams_are_arrays() -> None:
    content: JSONValue = {"application/jsonl": {"itemSchema": ITEM}}
    assert response_of(content, Events.TEXT) == {"application/jsonl": {"schema": {"type": "array", "items": ITEM}}}


def test_what_generators_choke_on_is_left_out() -> None:
    operation: dict[str, JSONValue] = {"callbacks": {"c": {}}, "responses": {"200": {"links": {"L": {}}}}}
    binary: JSONValue = {"type": "string", "format": "binary", "maxLength": 9, "minLength": 1}
    document: dict[str, JSONValue] = {
        **HEAD,
        "$self": "https://example.org/",
        "paths": {"/": {"get": operation, "query": operation, "additionalOperations": {"COPY": operation}}},
        "webhooks": {"w": {}},
        "components": {
            "links": {"L": {}},
            "callbacks": {"c": {}},
            "responses": {"R": {"links": {"L": {}}}},
            "schemas": {"links": {"properties": {"links": {"type": "string"}, "file": binary}, "example": binary}},
        },
    }
    plain: JSONValue = {"type": "string", "format": "binary"}
    schema: JSONValue = {"properties": {"links": {"type": "string"}, "file": plain}, "example": binary}
    bare: JSONValue = {"description": ""}  # 3.1 wants one
    components: JSONValue = {"responses": {"R": bare}, "schemas": {"links": schema}}
    paths: JSONValue = {"/": {"get": {"responses": {"200": bare}}}}
    assert for_sdks(document) == HEAD | {"openapi": "3.1.1", "paths": paths, "components": components}


NEW_IN_3_2 = """
openapi: 3.2.0
$self: https://example.org/api
info: { title: T, version: 1.0.0 }
servers: [{ url: /v1, name: here }]
tags: [{ name: a, summary: Letters, kind: nav }, { name: b, summary: B, description: Of it., parent: a }]
security: [{ device: [] }]
paths:
  /search:
    servers: [{ url: /v2, name: there }]
    parameters: [{ $ref: '#/components/parameters/Whole' }]
    get:
      operationId: search
      tags: [a]
      parameters: [{ name: c, in: cookie, style: cookie, schema: { type: string } }]
      responses: { '204': { summary: Nothing } }
  /any:
    get:
      operationId: any
      tags: [b]
      parameters: [{ name: s, in: querystring, content: { application/json: { schema: { type: object } } } }]
      responses: { '200': { content: { application/json: { $ref: '#/components/mediaTypes/Pet' } } } }
    post:
      operationId: send
      tags: [b]
      requestBody:
        content:
          application/jsonl: { itemSchema: { $ref: '#/components/schemas/Pet' } }
          text/event-stream: { itemSchema: { type: object } }
          multipart/mixed: { itemSchema: { type: string }, itemEncoding: { contentType: text/plain } }
      responses: { '204': { description: It. } }
    query: { operationId: ask, responses: { '204': {} } }
    additionalOperations: { COPY: { operationId: copy, responses: { '204': {} } } }
components:
  parameters:
    Whole:
      name: whole
      in: querystring
      required: true
      content: { application/x-www-form-urlencoded: { schema: { $ref: '#/components/schemas/Query' } } }
  mediaTypes:
    Pet: { schema: { $ref: '#/components/schemas/Pet' }, examples: { e: { dataValue: { kind: cat } } } }
  securitySchemes:
    device:
      type: oauth2
      deprecated: true
      oauth2MetadataUrl: https://example.org/m
      flows: { deviceAuthorization: { deviceAuthorizationUrl: /d, tokenUrl: /t, scopes: {} } }
  schemas:
    Query:
      { type: object, required: [q], properties: { q: { type: string }, n: { type: array, items: { type: integer } } } }
    Cat: { type: object, required: [kind], properties: { kind: { const: cat, xml: { nodeType: attribute } } } }
    Pet:
      oneOf: [{ $ref: '#/components/schemas/Cat' }]
      discriminator: { propertyName: kind, defaultMapping: Cat }
"""


def test_what_is_made_of_3_2_is_a_contract_of_3_1() -> None:
    source = load_contract_text(NEW_IN_3_2, "api.yaml").source
    text = published.as_json(for_sdks(source))
    made = load_contract_text(text, "openapi.json")
    assert [each.operation_id for each in made.operations] == ["search", "any", "send"]
    spoken = {each.operation_id: [(one.name, one.required) for one in each.parameters] for each in made.operations}
    assert spoken == {"search": [("q", True), ("n", False), ("c", False)], "any": [], "send": []}
    (body,) = [each.request_body for each in made.operations if each.request_body]
    schemas = {name: media.schema.value for name, media in body.content.items() if media.schema}
    assert schemas == {
        "application/jsonl": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}},
        "text/event-stream": {"type": "string"},
        "multipart/mixed": {"type": "array", "items": {"type": "string"}},
    }
    assert made.source["tags"] == [{"description": "Letters", "name": "a"}, {"name": "b", "description": "Of it."}]
    assert '"value":{"kind":"cat"}' in text.replace(" ", "").replace("\n", "")
    _, said = for_generators(source)
    for words in ("parameters q, n: the query string whole of /search", "left out: the query string s of GET /any"):
        assert [line for line in said if words in line], said
    assert [line for line in said if "deviceAuthorization of device" in line], said


@pytest.mark.parametrize("events", list(Events))
def test_what_is_made_of_our_contract_is_a_contract(events: Events) -> None:
    contract = load_contract(CONTRACT)
    made = load_contract_text(published.as_json(for_sdks(contract.source, events)), "openapi.json")
    assert [each.operation_id for each in made.operations] == [each.operation_id for each in contract.operations]


@pytest.mark.parametrize(
    ("version", "npm", "python"),
    [
        ("1.2.3", "1.2.3", "1.2.3"),
        ("1.2.3-beta.1", "1.2.3-beta.1", "1.2.3b1"),
        ("1.2.3-rc1", "1.2.3-rc1", "1.2.3rc1"),
        ("1.2.3-dev", "1.2.3-dev", "1.2.3.dev0"),
        ("1.2.3-nightly.4", "1.2.3-nightly.4", "1.2.3+nightly.4"),
        ("1.2.3+build.5", "1.2.3+build.5", "1.2.3"),
        ("v1", "1.0.0", "1.0.0"),
        ("2.1", "2.1.0", "2.1.0"),
        ("2026-11-25", "0.0.0-2026-11-25", "0.0.0+2026.11.25"),
        ("latest!", "0.0.0-latest", "0.0.0+latest"),
    ],
)
def test_versions_are_those_of_the_contract(version: str, npm: str, python: str) -> None:
    identity = Identity("A Title: Ünïcode 2", version, "sha256:0", "")
    assert (identity.semantic_version, identity.python_version) == (npm, python)
    assert (identity.name, identity.module) == ("a-title-n-code-2", "a_title_n_code_2_client")
