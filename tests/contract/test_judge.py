"""The judges: what they admit by direction, format and reference, and how they say what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import pytest

from handfast.contract import engine
from handfast.contract.judge import Judges
from handfast.contract.model import Direction
from handfast.contract.normalise import normalise
from handfast.contract.verdicts import SchemaError
from handfast.errors import ContractError

REQUEST, RESPONSE = Direction.REQUEST, Direction.RESPONSE


def judges(schemas: dict[str, Any], **others: Any) -> Judges:
    components = {"schemas": schemas, **others.pop("components", {})}
    source: Any = {"openapi": "3.1.1", "info": {}, "paths": {}, "components": components, **others}
    return Judges(normalise(source))


def told(schema: Any, value: Any, direction: Direction = REQUEST, **schemas: Any) -> list[tuple[str, str, str]]:
    """Code, pointer and message of each error of a value, by a validator of its own and by one for many schemas."""
    found: list[list[SchemaError]] = []
    for limit in (1_000, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(engine, "_WIDE", limit)
            judge = judges({"Subject": schema, **schemas}).judge("/components/schemas/Subject", direction)
            found.append(judge.errors(value))
            assert judge.is_valid(value) is not bool(found[-1])
    assert found[0] == found[1]
    return sorted((error.code, error.pointer, error.message) for error in found[0])


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "string"}, 1, ("wrong-type", "", "must be a string")),
        ({"type": ["integer", "null"]}, "a", ("wrong-type", "", "must be null or an integer")),
        ({"type": "integer", "format": "int64"}, "a", ("wrong-type", "", "must be an integer")),
        ({"format": "int64"}, "a", ("wrong-format", "", "must be in the format int64")),
        ({"enum": ["a", 1, None]}, "b", ("not-in-enum", "", 'must be one of "a", 1, null')),
        ({"const": {"a": 1}}, "b", ("not-the-constant", "", 'must be {"a": 1}')),
        ({"required": ["a"]}, {}, ("required", "", 'member "a" is required')),
        ({"properties": {"b": {"required": ["a"]}}}, {"b": {}}, ("required", "/b", 'member "a" is required')),
        (
            {"dependentRequired": {"a": ["b"]}},
            {"a": 1},
            ("required", "", 'member "b" is required because of another that is there'),
        ),
        (
            {"additionalProperties": False},
            {"a/b~": 1},
            ("additional-property", "/a~1b~0", "the contract does not know this member"),
        ),
        (
            {"properties": {"0": {"additionalProperties": False}}},
            {"0": {"a": 1}},
            ("additional-property", "/0/a", "the contract does not know this member"),
        ),
        (
            {"unevaluatedProperties": False},
            {"a": 1},
            ("additional-property", "/a", "the contract does not know this member"),
        ),
        ({"unevaluatedItems": False}, [1], ("additional-item", "", "there are items that the contract does not know")),
        (
            {"prefixItems": [{}], "items": False},
            [1, 2],
            ("additional-item", "/1", "the contract does not know this item"),
        ),
        (
            {"propertyNames": {"maxLength": 1}},
            {"ab": 1},
            ("property-name", "", "a member has a name that the contract does not admit"),
        ),
        ({"minProperties": 1}, {}, ("too-few-properties", "", "must have at least 1 member")),
        ({"maxProperties": 0}, {"a": 1}, ("too-many-properties", "", "must have at most 0 members")),
        ({"minItems": 1}, [], ("too-few-items", "", "must have at least 1 item")),
        ({"maxItems": 1}, [1, 2], ("too-many-items", "", "must have at most 1 item")),
        ({"uniqueItems": True}, [1, 1], ("duplicate-items", "", "must not have the same item twice")),
        ({"minLength": 2}, "é", ("too-short", "", "must have at least 2 characters")),
        ({"maxLength": 1}, "ab", ("too-long", "", "must have at most 1 character")),
        ({"pattern": "^a$"}, "b", ("pattern-mismatch", "", "must match the pattern ^a$")),
        ({"format": "date"}, "b", ("wrong-format", "", "must be in the format date")),
        ({"format": "byte"}, "a", ("wrong-format", "", "must be in the format byte")),
        ({"minimum": 1}, 0, ("too-small", "", "must be at least 1")),
        ({"exclusiveMinimum": 1}, 1, ("too-small", "", "must be greater than 1")),
        ({"maximum": 1}, 2, ("too-large", "", "must be at most 1")),
        ({"exclusiveMaximum": 1}, 1, ("too-large", "", "must be less than 1")),
        ({"multipleOf": 2}, 3, ("not-a-multiple", "", "must be a multiple of 2")),
        ({"not": {"type": "null"}}, None, ("forbidden", "", "the contract forbids this value")),
        ({"properties": {"a": False}}, {"a": 1}, ("forbidden", "/a", "the contract forbids this value")),
        ({"items": {"type": "integer"}}, [1, "a"], ("wrong-type", "/1", "must be an integer")),
        (
            {"oneOf": [{"type": "integer"}, {"minimum": 1}]},
            1,
            ("several-alternatives", "", "fits more than one of the alternatives, and must fit exactly one"),
        ),
        (
            {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "a",
            ("no-alternative", "", "fits none of the alternatives"),
        ),
        ({"format": "int32"}, 2**31, ("too-large", "", "must be at most 2147483647")),
        (
            {"if": {"type": "string"}, "then": {"minLength": 1}},
            "",
            ("too-short", "", "must have at least 1 character"),
        ),
    ],
)
def test_each_error_has_a_code_a_pointer_and_words(schema: Any, value: Any, expected: tuple[str, str, str]) -> None:
    assert told(schema, value) == [expected]


CARD = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "card"}, "code": {"type": "integer"}}}
BANK = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "bank"}, "iban": {"type": "string"}}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"kind": "card", "code": 1}, []),
        ({"kind": "card", "code": "x"}, [("wrong-type", "/code")]),
        ({"kind": "card", "code": "x", "zip": 1}, [("wrong-type", "/code"), ("additional-property", "/zip")]),
        ({"kind": "card", "iban": "x"}, [("additional-property", "/iban")]),
        ({"kind": "card", "note": 1, "iban": "x"}, [("additional-property", "/iban"), ("wrong-type", "/note")]),
        ({"kind": "cash"}, [("no-alternative", "")]),
    ],
)
def test_known_members_are_not_called_unknown_when_their_schema_fails(value: Any, expected: list[Any]) -> None:
    references = [{"$ref": f"#/components/schemas/{name}"} for name in ("Card", "Bank")]
    schema = {"unevaluatedProperties": False, "properties": {"note": {"type": "string"}}, "oneOf": references}
    found = told({"type": "array", "items": schema}, [value], Card=CARD, Bank=BANK)
    assert sorted((pointer, code) for code, pointer, _ in found) == sorted((f"/0{at}", code) for code, at in expected)


def test_known_members_are_those_of_dependent_schemas_too() -> None:
    needs = {"a": {"properties": {"b": {"type": "integer"}}}}
    schema = {"unevaluatedProperties": False, "properties": {"a": {}}, "dependentSchemas": needs}
    assert [(code, pointer) for code, pointer, _ in told(schema, {"a": 1, "b": "x"})] == [("wrong-type", "/b")]


def test_contains_is_told_for_every_way_of_counting() -> None:
    for schema in ({"contains": {"const": 1}}, {"contains": {"const": 1}, "minContains": 2}):
        assert [code for code, _, _ in told(schema, [2])] == ["contains-mismatch"]
    assert [code for code, _, _ in told({"contains": {"const": 1}, "maxContains": 1}, [1, 1])] == ["contains-mismatch"]


def test_all_errors_come_at_once_and_not_more_than_asked_for() -> None:
    schema = {"type": "array", "items": {"type": "object", "required": ["a", "b"]}}
    judge = judges({"Subject": schema}).judge("/components/schemas/Subject", REQUEST)
    assert len(judge.errors([{}] * 30)) == 20
    assert len(judge.errors([{}] * 30, limit=3)) == 3
    assert len(judge.errors([{}])) == 2
    assert judge.errors([{"a": 1, "b": 1}]) == []


def test_a_flood_of_errors_costs_little() -> None:
    judge = judges({"Subject": {"items": {"type": "object"}}}).judge("/components/schemas/Subject", REQUEST)
    flood: Any = [1] * 300_000
    judge.compile()
    start = time.perf_counter()
    errors = judge.errors(flood)
    assert time.perf_counter() - start < 0.2
    assert [(error.code, error.pointer) for error in errors] == [("wrong-type", "/0")]


def test_nothing_of_the_value_is_told_but_names_of_members_and_those_not_at_any_length() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"enum": ["x"]}, "c": {"pattern": "^x$"}, "d": {"const": 1}},
        "propertyNames": {"maxLength": 3},
        "additionalProperties": False,
    }
    secret = "hunter2"
    value: Any = {"a": secret, "b": secret, "c": secret, "d": secret, "n" * 100_000: secret}
    judge = judges({"Subject": schema}).judge("/components/schemas/Subject", REQUEST)
    text = json.dumps(
        [[error.pointer, error.code, error.message, error.schema_pointer] for error in judge.errors(value)]
    )
    assert secret not in text
    assert len(text) < 5_000


def test_schema_pointers_lead_into_the_document() -> None:
    found = judges(
        {
            "Pet": {"properties": {"name": {"$ref": "#/components/schemas/Name"}}},
            "Name": {"$id": "https://a.example/name", "allOf": [{"maxLength": 1}]},
        },
        paths={"/a": {"post": {"requestBody": {"content": {"a/b": {"schema": {"$ref": "#/components/schemas/Pet"}}}}}}},
    )
    inline = found.judge("/paths/~1a/post/requestBody/content/a~1b/schema", REQUEST)
    (error,) = inline.errors({"name": "ab"})
    assert (error.pointer, error.keyword) == ("/name", "maxLength")
    assert error.schema_pointer == "/components/schemas/Name/allOf/0/maxLength"
    (error,) = found.judge("/components/schemas/Pet", REQUEST).errors({"name": "ab"})
    assert error.schema_pointer == "/components/schemas/Name/allOf/0/maxLength"


CAT = {
    "type": "object",
    "required": ["kind", "lives"],
    "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}},
}
DOG = {
    "type": "object",
    "required": ["kind", "tricks"],
    "properties": {"kind": {"const": "dog"}, "tricks": {"type": "array"}},
}
UNTAGGED = {"type": "object", "required": ["a"], "properties": {"kind": {"type": "string"}, "a": {"type": "string"}}}


def alternatives(keyword: str = "oneOf", **discriminator: Any) -> dict[str, Any]:
    branches = [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]
    return {keyword: branches, **({"discriminator": discriminator} if discriminator else {})}


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_of_alternatives_the_one_that_was_meant_is_reported(keyword: str, wrapped: bool) -> None:
    def told_of(schema: Any, value: Any, cat: Any = CAT, dog: Any = DOG) -> list[tuple[str, str]]:
        whole = {"properties": {"pet": schema}} if wrapped else schema
        found = told(whole, {"pet": value} if wrapped else value, Cat=cat, Dog=dog)
        return [(code, pointer.removeprefix("/pet") if wrapped else pointer) for code, pointer, _ in found]

    tag = {"propertyName": "kind"}
    mapping = {"cat": "#/components/schemas/Cat", "dog": "Dog"}
    both = {"kind": "cat", "lives": "nine"}
    assert told_of(alternatives(keyword), both) == [("wrong-type", "/lives")]
    assert told_of(alternatives(keyword, **tag, mapping=mapping), both) == [("wrong-type", "/lives")]
    assert told_of(alternatives(keyword, **tag, mapping=mapping), {"kind": "dog"}) == [("required", "")]
    assert told_of(alternatives(keyword, **tag, mapping=mapping), {"kind": "cow"}) == [("no-alternative", "/kind")]
    assert told_of(alternatives(keyword, **tag), {"kind": "Dog", "a": 1}, UNTAGGED, UNTAGGED) == [("wrong-type", "/a")]
    assert told_of({keyword: [CAT, {"type": "null"}]}, {"kind": "cat", "lives": ""}) == [("wrong-type", "/lives")]
    assert told_of(alternatives(keyword), {"kind": "cow"}) == [("no-alternative", "")]
    assert told_of(alternatives(keyword), {}) == [("no-alternative", "")]
    assert told_of(alternatives(keyword, **tag, defaultMapping="Dog"), {"tricks": 1}, CAT, DOG) == [
        ("required", ""),
        ("wrong-type", "/tricks"),
    ]
    assert told_of(alternatives(keyword, **tag, defaultMapping="Dog"), {"kind": "cow"}) == [("no-alternative", "/kind")]
    named = {keyword: [{"$ref": f"https://a.example/{name}"} for name in ("cat", "dog")]}
    named["discriminator"] = {**tag, "mapping": {"c": "https://a.example/cat"}}  # type: ignore[assignment]
    untagged = ({"$id": f"https://a.example/{name}", **UNTAGGED} for name in ("cat", "dog"))
    assert told_of(named, {"kind": "c", "a": 1}, *untagged) == [("wrong-type", "/a")]
    scalars = {keyword: [{"const": "a"}, {"enum": ["b"]}, {"type": "string", "maxLength": 1}]}
    assert told_of(scalars, "cd") == [("too-long", "")]


def test_a_discriminator_asserts_nothing() -> None:
    schema = {"anyOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}]}
    tagged = {**schema, "discriminator": {"propertyName": "kind", "mapping": {"dog": "#/components/schemas/Cat"}}}
    value = {"kind": "dog", "tricks": []}
    assert told(schema, value, Cat=CAT, Dog=DOG) == told(tagged, value, Cat=CAT, Dog=DOG) == []


READ_ONLY = {"type": "string", "readOnly": True}
WRITE_ONLY = {"type": "string", "writeOnly": True}
ACCOUNT = {
    "type": "object",
    "required": ["id", "name", "password"],
    "properties": {"id": READ_ONLY, "name": {}, "password": WRITE_ONLY},
}
BASE = {"type": "object", "required": ["id"], "properties": {"id": READ_ONLY}}
REF: Any = {"$ref": "#/components/schemas/Base"}
NEEDS: Any = {"$ref": "#/components/schemas/NeedsId"}


@pytest.mark.parametrize(
    ("schema", "request_body", "response_body"),
    [
        (ACCOUNT, {"name": "a", "password": "b"}, {"id": "1", "name": "a"}),
        (
            {"properties": {"inner": ACCOUNT}},
            {"inner": {"name": "a", "password": "b"}},
            {"inner": {"id": "1", "name": "a"}},
        ),
        ({"items": REF}, [{}], [{"id": "1"}]),
        (
            {"allOf": [REF, {"required": ["id", "name"], "properties": {"name": {}}}]},
            {"name": 1},
            {"id": "1", "name": 1},
        ),
        ({"allOf": [REF], "required": ["id"]}, {}, {"id": "1"}),
        ({"$ref": "#/components/schemas/Base", "required": ["id"]}, {}, {"id": "1"}),
        ({"required": ["id"], "properties": {"id": {"$ref": "#/components/schemas/Id"}}}, {}, {"id": "1"}),
        ({"required": ["id"], "properties": {"id": {"allOf": [{"$ref": "#/components/schemas/Id"}]}}}, {}, {"id": "1"}),
        ({"properties": {"id": READ_ONLY}, "allOf": [NEEDS]}, {}, {"id": "1"}),
        ({"properties": {"id": READ_ONLY}, "$ref": "#/components/schemas/NeedsId"}, {}, {"id": "1"}),
        ({"properties": {"id": READ_ONLY}, "dependentRequired": {"a": ["id"]}}, {"a": 1}, {"a": 1, "id": "1"}),
        ({"oneOf": [{"$ref": "#/components/schemas/Base"}, {"type": "null"}]}, {}, {"id": "1"}),
        (
            {"properties": {"id": READ_ONLY}, "if": {"required": ["a"]}, "then": {"required": ["id"]}},
            {"a": 1},
            {"a": 1, "id": "1"},
        ),
        ({"properties": {"id": READ_ONLY}, "not": {"required": ["id", "a"]}}, {"a": 1}, {"id": "1"}),
        (
            {"properties": {"id": READ_ONLY}, "oneOf": [{"required": ["id"]}, {"required": ["a"]}]},
            {"a": 1},
            {"id": "1"},
        ),
        (
            {"properties": {"id": READ_ONLY}, "oneOf": [{"required": ["id", "a"]}, {"required": ["id", "b"]}]},
            {"a": 1},
            {"id": "1", "b": 1},
        ),
        ({"anyOf": [{"properties": {"id": READ_ONLY}, "allOf": [{"required": ["id"]}]}]}, {}, {"id": "1"}),
        (
            {"properties": {"id": READ_ONLY}, "anyOf": [{"properties": {"x": READ_ONLY}, "required": ["x"]}]},
            {},
            {"id": "1", "x": "1"},
        ),
        (
            {"properties": {"id": READ_ONLY}, "allOf": [{"properties": {"x": READ_ONLY}, "required": ["id", "x"]}]},
            {},
            {"id": "1", "x": "1"},
        ),
        (
            {"properties": {"id": READ_ONLY}, "allOf": [NEEDS], "oneOf": [NEEDS, {"required": ["a"]}]},
            {"a": 1},
            {"id": "1"},
        ),
        (
            {"properties": {"id": READ_ONLY}, "dependentSchemas": {"a": {"required": ["id"]}}},
            {"a": 1},
            {"a": 1, "id": "1"},
        ),
        (
            {"properties": {"id": READ_ONLY}, "allOf": [{"$ref": "#/components/schemas/DependsOnId"}]},
            {"a": 1},
            {"a": 1, "id": "1"},
        ),
    ],
)
def test_what_is_read_only_is_refused_in_requests_and_required_in_responses_alone(
    schema: Any, request_body: Any, response_body: Any
) -> None:
    needs = {"$anchor": "needs", "required": ["id"]}
    others = {"Base": BASE, "Id": READ_ONLY, "NeedsId": needs, "DependsOnId": {"dependentRequired": {"a": ["id"]}}}
    assert told(schema, request_body, REQUEST, **others) == []
    assert told(schema, response_body, RESPONSE, **others) == []
    assert told(schema, response_body, REQUEST, **others) != []


def test_left_out_members_have_codes_of_their_own() -> None:
    whole = {"id": "1", "name": "a", "password": "b"}
    assert told(ACCOUNT, whole, REQUEST) == [("read-only", "/id", "may be in responses only")]
    assert told(ACCOUNT, whole, RESPONSE) == [("write-only", "/password", "may be in requests only")]


def test_other_uses_of_a_schema_that_needs_a_member_are_not_touched() -> None:
    schemas = {
        "Needs": {"$anchor": "needs", "required": ["id"]},
        "Anchored": {"$ref": "#needs"},
        "Own": {"properties": {"id": READ_ONLY}, "allOf": [{"$ref": "#/components/schemas/Needs"}]},
        "Other": {"properties": {"id": {"type": "string"}}, "allOf": [{"$ref": "#/components/schemas/Needs"}]},
    }
    found = judges(schemas)
    assert found.judge("/components/schemas/Own", REQUEST).is_valid({})
    assert not found.judge("/components/schemas/Other", REQUEST).is_valid({})
    assert not found.judge("/components/schemas/Needs", REQUEST).is_valid({})
    assert not found.judge("/components/schemas/Anchored", REQUEST).is_valid({})


def test_a_read_only_schema_is_no_reason_to_refuse_what_is_no_member() -> None:
    found = judges({"Id": READ_ONLY, "Ids": {"items": {"$ref": "#/components/schemas/Id"}}})
    assert found.judge("/components/schemas/Id", REQUEST).is_valid("a")
    assert found.judge("/components/schemas/Ids", REQUEST).is_valid(["a"])


def test_recursive_schemas_have_directions_too() -> None:
    node = {
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": READ_ONLY,
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Subject"}},
        },
        "allOf": [{"$ref": "#/components/schemas/Loop"}],
    }
    loop = {"allOf": [{"$ref": "#/components/schemas/Loop2"}], "required": ["id"]}
    loop2 = {"anyOf": [{"type": "object"}, {"$ref": "#/components/schemas/Loop"}]}
    assert told(node, {"children": [{"children": [{}]}]}, REQUEST, Loop=loop, Loop2=loop2) == []
    assert [pointer for _, pointer, _ in told(node, {"children": [{"id": "1"}]}, REQUEST, Loop=loop, Loop2=loop2)] == [
        "/children/0/id"
    ]


@pytest.mark.parametrize(
    ("format_", "good", "bad"),
    [
        ("int8", [-128, 127, 1.0, "x"], [-129, 128, 1.5]),
        ("int32", [-(2**31), 2**31 - 1], [-(2**31) - 1, 2**31, 0.5]),
        ("int64", [-(2**63), 2**63 - 1], [2**63, -(2**63) - 1]),
        ("uint8", [0, 255], [-1, 256]),
        ("uint64", [0, 2**64 - 1], [-1, 2**64]),
        ("double-int", [2**53 - 1], [2**53]),
        ("float", [3.4e38, -3.4e38, 0.1, 3], [3.5e38, 10**39]),
        ("double", [1.7e308, 0.1], [10**309]),
        ("byte", ["", "YQ==", "YWI=", "YWJj", "/+8=", 5], ["YQ=", "YQ", "Y Q==", "_-8=", "é", "YQ==\n"]),
        ("base64url", ["YQ", "YQ==", "_-8", "_-8="], ["/+8=", "Y"]),
        ("char", ["a", "é"], ["", "ab"]),
        (
            "date-time-local",
            ["2024-02-29T12:00:00", "2024-02-29t23:59:60.5"],
            ["2023-02-29T12:00:00", "2024-01-01T12:00:00Z"],
        ),
        ("time-local", ["00:00:00"], ["24:00:00", "00:00:00Z", "0:00:00"]),
        (
            "http-date",
            ["Sun, 06 Nov 1994 08:49:37 GMT"],
            ["Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC", "x"],
        ),
        ("media-range", ["text/*", "*/*", 'a/b; q="x"'], ["text", "a/b;"]),
        ("decimal", ["1", "-0.50", ".5", 1.5], ["1e5", "", "."]),
        ("sf-token", ["a:b", "*"], ["1a", ""]),
        ("sf-string", ['"a\\""'], ['"a', '"é"']),
        ("date", ["2024-02-29"], ["2023-02-29", "2024-2-9"]),
        ("uuid", ["2eb8aa08-aa98-11ea-b4aa-73b441d16380"], ["2eb8aa08"]),
        ("password", ["anything", 1], []),
        ("unheard-of", ["anything", 1], []),
    ],
)
def test_formats_hold_for_their_type_and_leave_others_alone(format_: str, good: list[Any], bad: list[Any]) -> None:
    judge = judges({"Subject": {"format": format_}}).judge("/components/schemas/Subject", REQUEST)
    assert [value for value in good if not judge.is_valid(value)] == []
    assert [value for value in bad if judge.is_valid(value)] == []


def test_bounds_of_a_format_add_to_those_of_the_author() -> None:
    schema = {"type": "integer", "format": "int32", "minimum": 1, "maximum": 2**40}
    assert [code for code, _, _ in told(schema, 0)] == ["too-small"]
    assert [code for code, _, _ in told(schema, 2**31)] == ["too-large"]
    assert told(schema, 2**31 - 1) == []


def test_integers_of_any_size_are_exact() -> None:
    huge = 10**400
    assert told({"type": "integer", "minimum": huge}, huge) == []
    assert [code for code, _, _ in told({"type": "integer", "minimum": huge}, huge - 1)] == ["too-small"]
    assert told({"const": 2**53 + 1}, 2**53) != []


def test_formats_are_annotations_where_the_document_says_so() -> None:
    found = judges({"Subject": {"format": "date"}}, **{"x-handfast-formats": "annotate"})
    assert found.judge("/components/schemas/Subject", REQUEST).is_valid("tomorrow")


def test_patterns_that_only_the_backtracking_engine_takes_are_judged_and_given_up_on() -> None:
    assert told({"pattern": "^(?=.*[0-9])[a-z0-9]+$"}, "a1") == []
    assert [code for code, _, _ in told({"pattern": "^(?=.*[0-9])[a-z0-9]+$"}, "ab")] == ["pattern-mismatch"]
    start = time.perf_counter()
    assert told({"pattern": r"^(a|aa)+\1$"}, "a" * 60 + "b") != []
    assert told({"pattern": "^(a+)+$"}, "a" * 5_000 + "b") != []
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"^{a}$", "{a}", "a"),
        (r"^(?:{[0-9]{2}}|x{,3})$", "{12}", "12"),
        (r"^a{1$", "a{1", "a"),
        (r"^a{2}b{1,}c{1,2}$", "aabcc", "ab"),
        (r"^[\w-.]+$", "a-.", "a/"),
        (r"^[a-\d]$", "-", "b"),
        (r"^[\d-x]$", "x", "y"),
        (r"^[^\s-]$", "a", "-"),
        (r"^[^]$", "\n", ""),
        (r"^a[]?$", "a", "b"),
        (r"^[\b]$", "\b", "b"),
        (r"^\0$", "\0", "0"),
        (r"^[^/:|\000-\037]\07\012$", "a\7\n", "\x1f\7\n"),
        (r"^[\1-\3\1777]$", "7", "1"),
        (r"^(a)\1$", "aa", "a\1"),
        (r"^[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDBFF-\uDC00\uDFFF\r\n\t]*$", "a\n\ue000", "\0"),
        (r"^[^\uD800-\uDFFF]$", "a", "ab"),
        (r"^[a-\uDFFF]$", "b", "\ue000"),
        (r"^[\uD800-\uFFFD]$", "\ue000", "b"),
        (r"^\uD83D\uDE00[\uD83D\uDE00]\u{1F600}$", "\U0001f600" * 3, "\U0001f600"),
        (r"^[\]\[{}]+$", "[]{}", "\\"),
        (r"^\p{L}{2}$", "é\u00ea", "e"),
    ],
)
def test_patterns_of_annex_b_mean_what_they_mean_in_javascript(pattern: str, good: str, bad: str) -> None:
    assert told({"pattern": pattern}, good) == []
    assert told({"pattern": pattern}, bad) != []
    named = {"patternProperties": {pattern: False}}
    assert [code for code, _, _ in told(named, {good: 1})] == ["forbidden"]
    assert told(named, {bad: 1}) == []


POINTED: dict[str, Any] = {
    "paths": {
        "/a": {
            "parameters": [
                {"name": "n", "in": "query", "schema": {"type": "integer", "$defs": {"d": {"type": "null"}}}}
            ],
            "get": {"responses": {"200": {"$ref": "#/components/responses/One"}}},
        }
    },
    "components": {
        "responses": {
            "One": {
                "headers": {"X-A": {"schema": {"type": "boolean"}}},
                "content": {"application/json": {"schema": {"properties": {"a b": {"items": [{"type": "string"}]}}}}},
            }
        }
    },
    "x-shared": {"text": {"type": "string", "maxLength": 1, "x-deep": {"type": "array"}}},
}


@pytest.mark.parametrize(
    ("reference", "good", "bad"),
    [
        ("#/paths/~1a/parameters/0/schema", 1, "a"),
        ("#/paths/~1a/parameters/0/schema/$defs/d", None, 1),
        ("#/components/responses/One/headers/X-A/schema", True, 1),
        ("#/components/responses/One/content/application~1json/schema/properties/a%20b/items/0", "a", 1),
        ("#/paths/~1a/get/responses/200/content/application~1json/schema/properties/a%20b/items/0", "a", 1),
        ("#/x-shared/text", "a", "ab"),
        ("#/x-shared/text/x-deep", [], "ab"),
    ],
)
def test_references_lead_to_any_place_of_the_document(reference: str, good: Any, bad: Any) -> None:
    found = judges(
        {"Subject": {"$ref": reference}, "Same": {"allOf": [{"$ref": "#/components/schemas/Subject"}]}}, **POINTED
    )
    for name in ("Subject", "Same"):
        judge = found.judge(f"/components/schemas/{name}", RESPONSE)
        assert judge.is_valid(good)
        assert not judge.is_valid(bad)
    pointer = reference[1:].replace("%20", " ")
    assert not judges({}, **POINTED).judge(pointer, REQUEST).is_valid(bad)


def test_recursive_schemas_that_cannot_be_compared_are_not_proven_to_cover_each_other() -> None:
    schemas = {
        "Animal": {"oneOf": [{"$ref": "#/components/schemas/Dog"}, {"$ref": "#/components/schemas/Fish"}]},
        "Base": {},
        "Dog": {"allOf": [{"$ref": "#/components/schemas/Base"}], "unevaluatedProperties": False},
        "Fish": {"properties": {"school": {"items": {"$ref": "#/components/schemas/Animal"}}}},
    }
    found = judges(schemas)
    dog, fish = (found.judge(f"/components/schemas/Animal/oneOf/{index}", RESPONSE) for index in (0, 1))
    assert not dog.covers(fish)
    assert not fish.covers(dog)


def test_the_document_may_have_an_address_of_its_own() -> None:
    schemas = {
        "Absolute": {"$ref": "https://api.example/openapi#/components/schemas/Text"},
        "Relative": {"$ref": "openapi#/components/schemas/Text"},
        "Owned": {"$id": "https://other.example/", "$ref": "https://api.example/openapi#/components/schemas/Text"},
        "Text": {"type": "string"},
    }
    source: Any = {"openapi": "3.2.0", "$self": "https://api.example/openapi", "components": {"schemas": schemas}}
    found = Judges(normalise(source))
    for name in schemas:
        judge = found.judge(f"/components/schemas/{name}", REQUEST)
        assert judge.is_valid("a")
        assert not judge.is_valid(1)


@pytest.mark.parametrize(
    ("schema", "code", "words"),
    [
        ({"$ref": "#/components/schemas/Missing"}, "schema-reference-unresolved", "leads nowhere"),
        ({"$ref": "#nowhere"}, "schema-reference-unresolved", "leads nowhere"),
        (
            {"$ref": "https://elsewhere.example/a~b.json#/c"},
            "schema-reference-remote",
            "https://elsewhere.example/a~b.json",
        ),
        ({"pattern": "("}, "pattern-invalid", "regular expression"),
        ({"patternProperties": {"[": {}}}, "pattern-invalid", "regular expression"),
        ({"pattern": "^.{0,2097152}$"}, "pattern-invalid", "repeats too often"),
        ({"type": "text"}, "schema-invalid", "2020-12"),
        ({"minLength": -1}, "schema-invalid", "2020-12"),
    ],
)
def test_what_cannot_be_compiled_is_said_for_every_schema_at_once(schema: Any, code: str, words: str) -> None:
    found = judges(
        {"Broken": schema, "Uses": {"items": {"$ref": "#/components/schemas/Broken"}}, "Fine": {"type": "string"}}
    )
    diagnostics = found.check()
    assert diagnostics[0].code == code
    assert diagnostics[0].pointer.startswith("/components/schemas/Broken")
    assert words in diagnostics[0].message
    assert not any(each.pointer.startswith("/components/schemas/Fine") for each in diagnostics)
    assert found.judge("/components/schemas/Fine", REQUEST).is_valid("a")
    with pytest.raises(ContractError, match=code):
        found.judge("/components/schemas/Broken", REQUEST).is_valid(1)


def test_a_pattern_that_repeats_too_often_is_tried_once_wherever_it_stands() -> None:
    found = judges({f"T{number}": {"pattern": "^.{0,2097152}$"} for number in range(200)})
    started = time.process_time()
    assert [each.pointer for each in found.check()] == [f"/components/schemas/T{n}/pattern" for n in range(200)]
    assert time.process_time() - started < 10


def test_keywords_with_values_that_they_do_not_take_are_found_at_their_place() -> None:
    diagnostics = judges({"A": {"properties": {"a": {"items": [{}]}}}, "B": {"required": "a"}}).check()
    assert {(each.code, each.pointer) for each in diagnostics} == {
        ("schema-invalid", "/components/schemas/A/properties/a/items"),
        ("schema-invalid", "/components/schemas/B/required"),
    }


def test_a_place_without_a_schema_is_an_error() -> None:
    for pointer in ("/components/schemas/Missing", "/info/title/x", "nonsense", "/paths/0"):
        with pytest.raises(ContractError, match="schema-missing"):
            judges({}).judge(pointer, REQUEST).compile()


def test_judges_are_made_once() -> None:
    found = judges({"A": {"type": "string"}})
    assert found.judge("/components/schemas/A", REQUEST) is found.judge("/components/schemas/A", REQUEST)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer", "minimum": 3, "maximum": 2}, False),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, False),
        ({"type": "string", "minLength": 1}, True),
        ({"$ref": "#/components/schemas/Subject"}, True),
    ],
)
def test_what_nothing_satisfies_is_known(schema: Any, expected: bool) -> None:
    assert judges({"Subject": schema}).judge("/components/schemas/Subject", REQUEST).is_satisfiable() is expected


@pytest.mark.parametrize("limit", [1_000, 0])
def test_what_texts_are_said_to_hold_is_known_of_branches_that_hold(
    limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_WIDE", limit)
    told = {"contentMediaType": "application/json", "contentSchema": {"type": "integer"}}
    branches = [{"properties": {"a": {"const": "x"}, "b": told}}, {"properties": {"a": {"const": "y"}}}]
    judge = judges({"Subject": {"oneOf": branches}}).judge("/components/schemas/Subject", RESPONSE)
    (found,) = judge.contents({"a": "x", "b": "1"})
    assert (found[0], found[1].is_valid(1), found[1].is_valid("1")) == ("/b", True, False)
    assert list(judge.contents({"a": "y", "b": "1"})) == []


CIRCLE = """
import json, resource
resource.setrlimit(resource.RLIMIT_AS, (1024**3, 1024**3))
from handfast.contract import Direction, load_contract_text
def reference(number):
    return {"$ref": f"#/components/schemas/T{number % 500}"}
def path(number):
    content = {"application/json": {"schema": reference(number)}}
    return {"get": {"responses": {"200": {"description": "Well.", "content": content}}}}
things = {f"T{n}": {"properties": {"at": {"format": "date"}, "to": reference(n + 1)}} for n in range(500)}
paths = {f"/T{n}": path(n) for n in range(500)}
info = {"title": "t", "version": "1"}
document = {"openapi": "3.1.1", "info": info, "paths": paths, "components": {"schemas": things}}
judges = load_contract_text(json.dumps(document), "api.json", validate=False).judges
assert judges.check() == []
judge = judges.judge("/paths/~1T7/get/responses/200/content/application~1json/schema", Direction.RESPONSE)
assert judge.compile() is judges.judge("/components/schemas/T7", Direction.RESPONSE).compile()
assert not judge.is_valid({"to": {"to": {"at": "2023-02-29"}}})
assert all(judges.judge(f"/components/schemas/T{n}", Direction.RESPONSE).is_valid({}) for n in range(500))
"""


def test_schemas_that_lead_to_each_other_fit_into_memory() -> None:
    subprocess.run([sys.executable, "-c", CIRCLE], check=True, timeout=120)
