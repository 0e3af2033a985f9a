"""OpenAPI 3.0 and older drafts of JSON Schema, said in 3.1 and 2020-12 without a change of meaning."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema_rs
import pytest

from handfast.contract import load_contract_text
from handfast.contract.judge import Judges
from handfast.contract.model import Direction
from handfast.contract.normalise import normalise
from handfast.errors import ContractError

SUBJECT = "/components/schemas/Subject"
DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_6 = "http://json-schema.org/draft-06/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_2019_09 = "https://json-schema.org/draft/2019-09/schema"


def document(version: str, schema: Any, **others: Any) -> dict[str, Any]:
    schemas = {"Subject": schema, "Text": {"type": "string"}}
    return {
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
        **others,
    }


def subject(version: str, schema: Any) -> Any:
    found = normalise(document(version, schema))["components"]
    assert isinstance(found, dict)
    return found["schemas"]["Subject"]  # type: ignore[index,call-overload]  # a document of this module's own making


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        ({"nullable": True}, {}),
        ({"nullable": True, "enum": ["a"]}, {"enum": ["a"]}),
        ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a"]}),
        (
            {"nullable": True, "allOf": [{"$ref": "#/components/schemas/Text"}]},
            {"allOf": [{"$ref": "#/components/schemas/Text"}]},
        ),
        (
            {"$ref": "#/components/schemas/Text", "nullable": True, "maxLength": 3},
            {"$ref": "#/components/schemas/Text"},
        ),
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"minimum": 1, "exclusiveMinimum": False}, {"minimum": 1}),
        ({"exclusiveMaximum": True}, {}),
        ({"maximum": 9, "exclusiveMaximum": True, "minimum": 1}, {"exclusiveMaximum": 9, "minimum": 1}),
        (
            {"type": "object", "properties": {"nullable": {"type": "string", "nullable": True}}},
            {"type": "object", "properties": {"nullable": {"type": ["string", "null"]}}},
        ),
        (
            {"properties": {"$ref": {"type": "string"}, "b": {"type": "integer", "nullable": True}}},
            {"properties": {"$ref": {"type": "string"}, "b": {"type": ["integer", "null"]}}},
        ),
        ({"example": {"nullable": True, "$ref": "x", "b": 1}}, {"example": {"nullable": True, "$ref": "x", "b": 1}}),
        ({"type": "string", "format": "binary"}, {"type": "string", "format": "binary"}),
        ({"type": "integer", "format": "int32"}, {"type": "integer", "format": "int32"}),
        (
            {"type": "array", "items": {"not": {"type": "string", "nullable": True}}},
            {"type": "array", "items": {"not": {"type": ["string", "null"]}}},
        ),
    ],
)
def test_3_0_means_the_same_in_3_1(schema: Any, expected: Any) -> None:
    before = copy.deepcopy(schema)
    assert subject("3.0.3", schema) == expected
    assert schema == before


def test_schemas_are_found_wherever_they_stand() -> None:
    nullable: Any = {"type": "string", "nullable": True}
    content = {"application/json": {"schema": nullable}}
    header = {"X-One": {"schema": nullable}, "X-Two": {"content": content}}
    operation: Any = {
        "parameters": [
            {"name": "a", "in": "query", "schema": nullable},
            {"name": "b", "in": "query", "content": content},
        ],
        "requestBody": {
            "content": {
                "multipart/form-data": {"schema": nullable, "encoding": {"part": {"headers": header}}},
            }
        },
        "responses": {"200": {"headers": header, "content": content}, "x-note": {"schema": nullable}},
        "callbacks": {"done": {"{$request.body#/url}": {"post": {"requestBody": {"content": content}}}}},
    }
    paths = {"/a": {"parameters": [{"schema": nullable}], "post": operation}, "x-note": {"post": operation}}
    components = {
        kind: {"One": value}
        for kind, value in {
            "responses": {"content": content},
            "parameters": {"schema": nullable},
            "headers": {"schema": nullable},
            "requestBodies": {"content": content},
            "callbacks": {"{$url}": {"put": operation}},
            "examples": {"value": nullable},
        }.items()
    }
    source: Any = {"openapi": "3.0.3", "info": {}, "paths": paths, "components": components, "x-note": nullable}
    normal: Any = normalise(source)
    assert str(normal["paths"]["/a"]).count("'null'") == 10
    assert "nullable" not in str(normal["paths"]["/a"]["post"]["requestBody"])
    assert "nullable" in str(normal["paths"]["/a"]["post"]["responses"]["x-note"])
    assert normal["paths"]["x-note"] == paths["x-note"]
    assert "nullable" not in str({**normal["components"], "examples": None, "callbacks": None})
    assert normal["components"]["examples"] == components["examples"]
    assert normal["x-note"] == nullable


def test_a_reference_object_of_3_0_has_nothing_beside_it() -> None:
    source: Any = {
        "openapi": "3.0.3",
        "paths": {
            "/a": {"get": {"responses": {"200": {"$ref": "#/x", "description": "no"}}}},
            "/b": {"$ref": "#/paths/~1a", "summary": "a path item has"},
        },
    }
    normal: Any = normalise(source)
    assert normal["paths"]["/a"]["get"]["responses"]["200"] == {"$ref": "#/x"}
    assert normal["paths"]["/b"] == source["paths"]["/b"]
    assert normal["openapi"].startswith("3.1")


@pytest.mark.parametrize("version", ["3.1.1", "3.2.0"])
def test_3_1_and_3_2_stay_as_they_are(version: str) -> None:
    schema = {
        "type": ["string", "null"],
        "$defs": {"a": {"exclusiveMinimum": 3}},
        "nullable": True,
        "prefixItems": [True],
    }
    assert normalise(document(version, schema)) == document(version, schema)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.1"])
def test_the_type_file_is_refused_by_name(version: str) -> None:
    with pytest.raises(ContractError) as caught:
        normalise(document(version, {"properties": {"upload": {"type": "file"}}}))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.pointer) == ("schema-type-unknown", f"{SUBJECT}/properties/upload/type")


@pytest.mark.parametrize(
    "dialect",
    [
        "https://json-schema.org/draft/2020-12/schema",
        "https://spec.openapis.org/oas/3.1/dialect/base",
        "https://spec.openapis.org/oas/3.1/dialect/2024-11-10",
        "https://spec.openapis.org/oas/3.2/dialect/2025-09-17",
    ],
)
def test_dialects_that_mean_2020_12_are_judged(dialect: str) -> None:
    schema = {"type": "string", "maxLength": 2}
    for source in (
        document("3.1.1", schema, jsonSchemaDialect=dialect),
        document("3.1.1", {"$schema": dialect, **schema}),
    ):
        judge = Judges(normalise(source)).judge(SUBJECT, Direction.REQUEST)
        assert judge.is_valid("ab")
        assert not judge.is_valid("abc")


def test_unknown_dialects_are_refused_by_name() -> None:
    schema = {"properties": {"a": {"$id": "https://a.example/", "$schema": "https://a.example/schema"}}}
    with pytest.raises(ContractError) as caught:
        normalise(document("3.1.1", schema, jsonSchemaDialect="https://b.example/schema"))
    found = {(each.code, each.pointer) for each in caught.value.diagnostics}
    assert found == {
        ("schema-dialect-unknown", "/jsonSchemaDialect"),
        ("schema-dialect-unknown", f"{SUBJECT}/properties/a/$schema"),
    }


OLDER = [
    (DRAFT_4, {"minimum": 1, "exclusiveMinimum": True}),
    (DRAFT_4, {"const": 1, "contains": {"type": "string"}, "if": True, "then": {"type": "null"}}),
    (DRAFT_4, {"items": [{"type": "integer"}, {"type": "string"}], "additionalItems": {"type": "null"}}),
    (DRAFT_4, {"items": {"type": "integer"}, "additionalItems": {"type": "null"}}),
    (DRAFT_4, {"dependencies": {"a": ["b"], "c": {"required": ["d"]}}}),
    (DRAFT_4, {"properties": {"a": {"items": [{"minimum": 2, "exclusiveMinimum": True}]}}}),
    (DRAFT_6, {"const": 1}),
    (DRAFT_6, {"contains": {"type": "string"}, "minContains": 2}),
    (DRAFT_6, {"if": {"type": "string"}, "then": {"maxLength": 1}}),
    (DRAFT_7, {"if": {"type": "string"}, "then": {"maxLength": 1}, "else": {"type": "integer"}}),
    (DRAFT_7, {"items": [True, False]}),
    (DRAFT_7, {"definitions": {"a": {"type": "integer"}}, "$ref": f"#{SUBJECT}/definitions/a", "minimum": 3}),
    (DRAFT_7, {"definitions": {"a": True}, "$defs": {"b": {"type": "integer"}}, "$ref": f"#{SUBJECT}/$defs/b"}),
    (DRAFT_7, {"unevaluatedProperties": False, "dependentRequired": {"a": ["b"]}, "propertyNames": {"maxLength": 1}}),
    (DRAFT_2019_09, {"items": [{"type": "integer"}], "additionalItems": False}),
    (DRAFT_2019_09, {"prefixItems": [{"type": "string"}], "dependentRequired": {"a": ["b"]}}),
    (DRAFT_2019_09, {"properties": {"a": True}, "unevaluatedProperties": False}),
    (DRAFT_2019_09, {"items": [{"type": "integer"}], "unevaluatedItems": False}),
]
VALUES: list[Any] = [
    *(
        None,
        True,
        0,
        1,
        1.0,
        2,
        3,
        4,
        "a",
        "ab",
        [],
        [1],
        [1, "a"],
        [1, "a", None],
        [1, 2, 3],
        ["a"],
        ["a", "b"],
        [2, 2],
    ),
    *({}, {"a": 1}, {"a": 1, "b": 2}, {"c": 1}, {"c": 1, "d": 1}, {"ab": 1}, {"a": [2]}, {"a": [3]}, {"a": "b"}),
]


@pytest.mark.parametrize(("dialect", "schema"), OLDER)
@pytest.mark.parametrize("place", ["schema", "document"])
def test_older_drafts_judge_as_they_always_did(dialect: str, schema: dict[str, Any], place: str) -> None:
    own = {key: value.replace(f"#{SUBJECT}", "#") if key == "$ref" else value for key, value in schema.items()}
    expected = jsonschema_rs.validator_for({**own, "$schema": dialect})
    if place == "schema":
        source = document("3.1.1", {"$schema": dialect, **schema})
    else:
        source = document("3.1.1", schema, jsonSchemaDialect=dialect)
    judge = Judges(normalise(source)).judge(SUBJECT, Direction.REQUEST)
    assert [value for value in VALUES if judge.is_valid(value) != expected.is_valid(value)] == []


def test_identifiers_of_older_drafts_still_identify() -> None:
    schema = {
        "$schema": DRAFT_4,
        "id": "https://a.example/root",
        "definitions": {"short": {"id": "#short", "maxLength": 1}},
        "properties": {"a": {"$ref": "#short"}, "b": {"$ref": "https://a.example/root#/definitions/short"}},
    }
    judge = Judges(normalise(document("3.1.1", schema))).judge(SUBJECT, Direction.REQUEST)
    assert judge.is_valid({"a": "x", "b": "y"})
    assert not judge.is_valid({"a": "xx"})
    assert not judge.is_valid({"b": "xx"})
    unknown = {"$id": "https://a.example/", "properties": {"a": {"$ref": f"#{SUBJECT}/definitions/short"}}}
    schema = {"$schema": DRAFT_4, "definitions": {"short": {"maxLength": 1}}, **unknown}
    judge = Judges(normalise(document("3.1.1", schema))).judge(SUBJECT, Direction.REQUEST)
    assert (judge.is_valid({"a": "x"}), judge.is_valid({"a": "xx"})) == (True, False)


def test_a_list_of_items_is_taken_from_a_contract_in_an_older_draft() -> None:
    schema = {"$schema": DRAFT_7, "items": [{"type": "string", "default": "a"}], "additionalItems": False}
    contract = load_contract_text(json.dumps(document("3.1.1", schema)), "api.json")
    judge = contract.judges.judge(SUBJECT, Direction.REQUEST)
    assert (judge.is_valid(["a"]), judge.is_valid([1]), judge.is_valid(["a", "b"])) == (True, False, False)
    schema["items"] = [{"type": "string", "default": 1}]
    contract = load_contract_text(json.dumps(document("3.1.1", schema)), "api.json")
    assert [each.code for each in contract.warnings] == ["default-invalid"]


@pytest.mark.parametrize(
    ("schema", "keyword"),
    [
        ({"$recursiveRef": "#"}, "$recursiveRef"),
        ({"$recursiveAnchor": True}, "$recursiveAnchor"),
        ({"unevaluatedItems": False, "contains": {"type": "string"}}, "unevaluatedItems"),
    ],
)
def test_what_2020_12_cannot_say_is_refused_by_name(schema: dict[str, Any], keyword: str) -> None:
    with pytest.raises(ContractError) as caught:
        normalise(document("3.1.1", {"$schema": DRAFT_2019_09, **schema}))
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.pointer) == ("schema-dialect-inexpressible", f"{SUBJECT}/{keyword}")
