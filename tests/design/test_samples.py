"""Samples: values that schemas admit, the same for the same seed, and soon given up where there is none."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from handfast.contract import Direction, JSONValue
from handfast.contract.formats import STRINGS
from handfast.contract.judge import Judges
from handfast.design.samples import Samples, Unsatisfiable
from handfast.design.samples.texts import FORMATS
from tests.contract.json_schema_suite import COMPONENT, groups, is_local

POINTER = "/components/schemas/Subject"


def document_of(schema: JSONValue, **more: JSONValue) -> Mapping[str, JSONValue]:
    return {
        "openapi": "3.1.1",
        "info": {"title": "Samples", "version": "1"},
        "paths": {},
        "components": {"schemas": {"Subject": schema, **more}},
    }


def samples(schema: JSONValue, seed: int = 0, **more: JSONValue) -> Samples:
    document = document_of(schema, **more)
    return Samples(document, Judges(document), seed)


def sample(schema: JSONValue, direction: Direction = Direction.RESPONSE, seed: int = 0, **more: JSONValue) -> JSONValue:
    return samples(schema, seed, **more).value(POINTER, direction)


TREE: JSONValue = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "next": {"oneOf": [{"type": "null"}, {"$ref": f"#{POINTER}"}]}},
}
CAT: JSONValue = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": {"type": "string"}, "lives": {"const": 9}},
}
DOG: JSONValue = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "dog"}}}


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "examples": ["Ada"]}, "Ada"),
        ({"type": "integer", "examples": ["wrong", 7]}, 7),
        ({"type": "object", "properties": {"a": {"type": "integer", "examples": ["wrong", 7]}}}, {"a": 7}),
        ({"enum": ["draft", "published"]}, "draft"),
        ({"type": "string", "format": "date"}, "2026-01-31"),
        ({"type": "number", "multipleOf": 0.05, "exclusiveMinimum": 0.2, "maximum": 0.25}, 0.25),
        ({"type": "number", "exclusiveMinimum": 1, "exclusiveMaximum": 2}, 1.5),
        ({"type": "integer", "allOf": [{"multipleOf": 6}, {"multipleOf": 4}, {"minimum": 13}]}, 24),
        ({"type": "string", "minLength": 3, "maxLength": 3, "pattern": "^[0-9]+$"}, "111"),
        (
            {
                "type": "array",
                "items": {"enum": [1, 2, 3]},
                "minItems": 3,
                "uniqueItems": True,
                "contains": {"const": 3},
            },
            3,
        ),
        ({"prefixItems": [{"const": "a"}, {"const": 1}], "items": False, "type": "array"}, ["a", 1]),
        ({"type": "object", "patternProperties": {"^x-[a-z]$": {"const": 1}}, "minProperties": 2}, 2),
        ({"type": "object", "propertyNames": {"pattern": "^[A-Z]{2}$"}, "additionalProperties": {"const": 1}}, 1),
        ({"type": "object", "required": ["a"], "dependentRequired": {"a": ["b"]}}, 2),
        ({"type": "object", "required": ["a"], "dependentSchemas": {"a": {"required": ["c"]}}}, 2),
        ({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}, "type": "object"}, 2),
        ({"oneOf": [{"type": "integer", "minimum": 2}, {"type": "integer", "maximum": 5}]}, None),
        ({"not": {"type": ["string", "number", "object", "array", "null"]}}, None),
        (
            {"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}, "unevaluatedProperties": False},
            {"a": 1},
        ),
        (TREE, {"name": "Ada", "next": None}),
        ({"type": "integer", "minimum": 10**400}, 10**400),
        ({"type": "integer", "exclusiveMaximum": -(10**400)}, -(10**400) - 1),
        ({"type": "number", "exclusiveMinimum": 10**400}, None),
        ({"type": "integer", "multipleOf": 10**400}, 10**400),
        ({"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]}, None),
        (
            {
                "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
                "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}},
            },
            {"kind": "cat", "lives": 9},
        ),
        (
            {"type": "string", "contentMediaType": "application/json", "contentSchema": TREE},
            '{"name":"Ada","next":null}',
        ),
        (
            {"type": "string", "contentMediaType": "application/json", "contentSchema": {"enum": [0]}, "minLength": 1},
            "0",
        ),
        ({"type": "string", "contentMediaType": "application/vnd.a+json; v=1", "maxLength": 8}, '"string"'),
    ],
)
def test_what_is_made_is_admitted_and_says_something(schema: JSONValue, value: JSONValue) -> None:
    made = sample(schema, Cat=CAT, Dog=DOG)
    if isinstance(value, int) and isinstance(made, dict | list):
        assert len(made) == value
    elif value is not None:
        assert made == value


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[a-z][a-z0-9-]{2,39}$",
        r"^\d{3}-\d{2}$",
        r"^(GET|POST) /[a-z]+$",
        r"^(?=.*\d)[a-z\d]{8,}$",
        r"^(?!.*--)[a-z-]{5}$",
        r"^\p{Lu}\p{L}*$",
        r"^[\p{L}\p{N}]{3}$",
        r"^(?<year>\d{4})$",
        r"^\/v[0-1](\.[0-9]+)*\/?$",
        r"^#([a-f0-9]{6}|[a-f0-9]{3})$",
        r"^\cA$",
        r".+@.+\..+",
        r"^a*$",
        r"^[0-9a-f]{128}$",
        r'^"[ -~]{1000}"$',
        r"^[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDBFF-\uDC00\uDFFF\r\n\t]*$",
    ],
)
def test_texts_match_their_pattern(pattern: str) -> None:
    assert isinstance(sample({"type": "string", "pattern": pattern}), str)
    assert len(str(sample({"type": "string", "pattern": r"^[a-z]*$", "minLength": 41, "maxLength": 43}))) in (
        41,
        42,
        43,
    )


def test_directions_leave_out_what_is_not_theirs() -> None:
    members: JSONValue = {"id": {"type": "integer", "readOnly": True}, "secret": {"type": "string", "writeOnly": True}}
    schema: JSONValue = {"type": "object", "required": ["id", "secret"], "properties": members}
    assert sample(schema, Direction.REQUEST) == {"secret": "string"}
    assert sample(schema, Direction.RESPONSE) == {"id": 1}


@pytest.mark.parametrize(
    ("name", "schema", "value"),
    [
        ("email", {"type": "string"}, "ada@example.com"),
        ("billingCity", {"type": "string", "maxLength": 20}, "London"),
        ("postal_code", {"type": "string", "pattern": "^[0-9]{5}$"}, "10115"),
        ("country", {"type": "string", "pattern": "^[A-Z]{2}$"}, "GB"),
        ("title", {"type": "string", "format": "uuid"}, "3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
        ("price", {"type": "number"}, 19.99),
        ("price", {"type": "integer"}, 5),
        ("price", {"type": "integer", "minimum": 200}, 200),
        ("rating", {"type": "integer", "maximum": 3}, 3),
        ("categories", {"type": "array", "items": {"type": "string"}}, ["computing"]),
        ("city", {"enum": ["Rome"]}, "Rome"),
        ("city", {"type": "string", "examples": ["Bath"]}, "Bath"),
    ],
)
def test_what_a_member_is_called_says_what_it_looks_like(name: str, schema: JSONValue, value: JSONValue) -> None:
    assert sample({"type": "object", "required": [name], "properties": {name: schema}}) == {name: value}


def test_values_of_chance_pass_over_examples_and_are_admitted() -> None:
    members: dict[str, JSONValue] = {
        "id": {"type": "string", "format": "uuid"},
        "title": {"type": "string", "examples": ["Ours"], "maxLength": 60},
        "code": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
        "at": {"type": "string", "format": "date-time"},
        "price": {"type": "number", "minimum": 0, "maximum": 200},
        "grains": {"type": "integer", "minimum": 10**400},
        "count": {"type": "integer", "minimum": 3, "maximum": 4000},
        "status": {"enum": ["draft", "published", "gone"]},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2, "uniqueItems": True},
    }
    schema: JSONValue = {"type": "object", "required": [*members], "properties": members}
    made = samples(schema)
    found = [made.value(POINTER, Direction.RESPONSE, seed=f"{number}", varied=True) for number in range(20)]
    again = [samples(schema).value(POINTER, Direction.RESPONSE, seed=f"{n}", varied=True) for n in range(20)]
    assert found == again
    judge = Judges(document_of(schema)).judge(POINTER, Direction.RESPONSE)
    assert all(judge.is_valid(value) for value in found)
    for member in members:
        assert len({str(value[member]) for value in found if isinstance(value, dict)}) > 2, member
    assert not any(isinstance(value, dict) and value["title"] == "Ours" for value in found)


@pytest.mark.parametrize("name", sorted({*FORMATS, *STRINGS}))
@pytest.mark.parametrize("varied", [False, True])
def test_every_format_that_is_asserted_has_texts(name: str, varied: bool) -> None:
    schema: JSONValue = {"type": "string", "format": name}
    judge = Judges(document_of(schema)).judge(POINTER, Direction.RESPONSE)
    made = samples(schema)
    assert all(judge.is_valid(made.value(POINTER, Direction.RESPONSE, seed=str(n), varied=varied)) for n in range(5))


def test_a_seed_always_gives_the_same_value_and_another_seed_others() -> None:
    schema: JSONValue = {"type": "array", "items": {"type": "string", "pattern": "^[a-z]{12}$"}, "minItems": 3}
    assert sample(schema, seed=1) == sample(schema, seed=1) != sample(schema, seed=2)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "required": ["next"], "properties": {"next": {"$ref": f"#{POINTER}"}}},
        {"type": "string", "enum": [1, 2]},
        {"oneOf": [{"type": "string"}, {"type": "string"}]},
        {"type": "array", "minItems": 4, "uniqueItems": True, "items": {"type": "boolean"}},
        {"type": "array", "minItems": 2, "items": {"anyOf": [{"$ref": f"#{POINTER}"}, {"$ref": f"#{POINTER}"}]}},
        {"type": "string", "pattern": "^(a+)+$", "minLength": 5, "maxLength": 4},
        {"type": "string", "pattern": "^((a{500}){500}){500}$"},
    ],
)
def test_a_schema_that_nothing_satisfies_is_given_up_soon(schema: JSONValue) -> None:
    made = samples(schema)
    started = time.process_time()
    for _ in range(3):
        with pytest.raises(Unsatisfiable, match="#/components/schemas/Subject"):
            made.value(POINTER, Direction.REQUEST)
    assert time.process_time() - started < 2


def test_a_wide_tree_does_not_take_long() -> None:
    tree: JSONValue = {"type": "object", "properties": {f"p{n}": {"$ref": f"#{POINTER}"} for n in range(12)}}
    made = samples(tree)
    started = time.process_time()
    assert isinstance(made.value(POINTER, Direction.RESPONSE), dict)
    assert time.process_time() - started < 4


def test_every_satisfiable_schema_of_the_official_suite_gets_a_value() -> None:
    lacking: list[str] = []
    tried = 0
    for folder in (".", "optional", "optional/format"):
        for group in groups(folder):
            if not is_local(group) or not any(is_valid for _, _, is_valid in group.cases):
                continue
            tried += 1
            document = group.document(COMPONENT)
            judges = Judges(document)
            try:
                Samples(document, judges).value(COMPONENT, Direction.REQUEST)
            except Unsatisfiable:
                lacking.append(f"{folder}/{group.file}: {group.name}")
    assert tried > 350
    assert lacking == []
