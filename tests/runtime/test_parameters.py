"""Every style of parameter and its lexical grammar: what goes over the wire, and the value or code that it gives."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from handfast.contract import JSONValue, load_contract_text
from handfast.runtime import parameters
from handfast.runtime.limits import Limits
from handfast.runtime.parameters import ParameterReader
from handfast.runtime.problems import Cause

STRING: JSONValue = {"type": "string"}
INTEGER: JSONValue = {"type": "integer"}
NUMBER: JSONValue = {"type": "number"}
BOOLEAN: JSONValue = {"type": "boolean"}
STRINGS: JSONValue = {"type": "array", "items": STRING}
INTEGERS: JSONValue = {"type": "array", "items": INTEGER}
RGB: JSONValue = {
    "type": "object",
    "properties": {"R": INTEGER, "G": INTEGER, "B": INTEGER},
    "additionalProperties": False,
}
LIMIT: JSONValue = {"type": "integer", "minimum": 1, "maximum": 100}
SMALL: JSONValue = {"type": "integer", "maximum": 9}
WORD: JSONValue = {"type": "string", "pattern": "^[a-z]+$"}
RANGE: JSONValue = {"anyOf": [{"type": "object", "properties": {"gt": INTEGER}}, INTEGER]}
COLORS = ["blue", "black", "brown"]
COLOR = {"R": 100, "G": 200, "B": 150}

ABSENT = "(absent)"


@dataclass(frozen=True)
class Refused:
    """The codes that a refusal has, in order."""

    codes: tuple[str, ...]


def refused(*codes: str) -> Refused:
    return Refused(codes)


@dataclass(frozen=True)
class Case:
    """A parameter `color` (or another name), what is sent, and what comes of it."""

    sent: str | list[str]
    schema: JSONValue
    expected: object
    options: dict[str, JSONValue] = field(default_factory=dict)
    name: str = "color"


def reader_of(
    *declared: dict[str, JSONValue],
    version: str = "3.1.1",
    operation: dict[str, JSONValue] | None = None,
    **more: JSONValue,
) -> ParameterReader:
    path = "/things" + "".join(f"/{{{each['name']}}}" for each in declared if each["in"] == "path")
    document = {
        "openapi": version,
        "info": {"title": "Parameters", "version": "1"},
        "paths": {
            path: {
                "get": {
                    "operationId": "op",
                    "parameters": list(declared),
                    "responses": {"200": {"description": "Fine."}},
                    **(operation or {}),
                }
            }
        },
        **more,
    }
    contract = load_contract_text(json.dumps(document), "openapi.json", validate=False)
    return parameters.compile(contract.operations[0], contract, parameters.lexicon(contract))


def read(reader: ParameterReader, location: str, name: str, sent: str | list[str]) -> parameters.ReadParameters:
    texts = [sent] if isinstance(sent, str) else sent
    path = {name: texts[0]} if location == "path" else {}
    query = texts[0].encode() if location in ("query", "querystring") else b""
    header = b"cookie" if location == "cookie" else name.lower().encode()
    headers = [(header, text.encode("latin-1")) for text in texts] if location in ("header", "cookie") else []
    return reader.read(path, query, headers)


def outcome(location: str, case: Case) -> object:
    declared: dict[str, JSONValue] = {"name": case.name, "in": location, **case.options}
    if location == "path":
        declared["required"] = True
    if "content" not in declared:
        declared["schema"] = case.schema
    found = read(reader_of(declared, version="3.2.0"), location, case.name, case.sent)
    if found.problems:
        assert found.cause is not None
        return Refused(tuple(problem.code for problem in found.problems))
    assert found.cause is None
    return found.values.get((location, case.name), ABSENT)


def same(left: object, right: object) -> bool:
    """Equal, and of the same types: True is not 1."""
    return left == right and json.dumps(left, default=repr, sort_keys=True) == json.dumps(
        right, default=repr, sort_keys=True
    )


def check(location: str, case: Case) -> None:
    assert same(outcome(location, case), case.expected), case


EXPLODE: dict[str, JSONValue] = {"explode": True}
FLAT: dict[str, JSONValue] = {"explode": False}


def style(name: str, **more: JSONValue) -> dict[str, JSONValue]:
    return {"style": name, **more}


PATH = [
    # The style examples of OpenAPI 3.2.0, section 4.12.6
    Case("blue", STRING, "blue"),
    Case("blue,black,brown", STRINGS, COLORS),
    Case("blue,black,brown", STRINGS, COLORS, EXPLODE),
    Case("R,100,G,200,B,150", RGB, COLOR),
    Case("R=100,G=200,B=150", RGB, COLOR, EXPLODE),
    Case(";color", STRING, "", style("matrix")),
    Case(";color=blue", STRING, "blue", style("matrix")),
    Case(";color=blue,black,brown", STRINGS, COLORS, style("matrix")),
    Case(";color=R,100,G,200,B,150", RGB, COLOR, style("matrix")),
    Case(";color=", STRING, "", style("matrix", explode=True)),
    Case(";color=blue", STRING, "blue", style("matrix", explode=True)),
    Case(";color=blue;color=black;color=brown", STRINGS, COLORS, style("matrix", explode=True)),
    Case(";R=100;G=200;B=150", RGB, COLOR, style("matrix", explode=True)),
    Case(".", STRING, "", style("label")),
    Case(".blue", STRING, "blue", style("label")),
    Case(".blue,black,brown", STRINGS, COLORS, style("label")),
    Case(".R,100,G,200,B,150", RGB, COLOR, style("label")),
    Case(".blue", STRING, "blue", style("label", explode=True)),
    Case(".blue.black.brown", STRINGS, COLORS, style("label", explode=True)),
    Case(".R=100.G=200.B=150", RGB, COLOR, style("label", explode=True)),
    # Escapes
    Case("a%2Fb", STRING, "a/b"),
    Case("a+b", STRING, "a+b"),
    Case("a%2Bb", STRING, "a+b"),
    Case("a%20b", STRING, "a b"),
    Case("%C3%A9", STRING, "é"),
    Case("%e2%82%ac", STRING, "€"),
    Case("%F0%9F%98%80", STRING, "😀"),
    Case("%00", STRING, "\0"),
    Case("a,b", STRING, "a,b"),
    Case("a%2Cb,c", STRINGS, ["a,b", "c"]),
    Case("a%2Cb", STRINGS, ["a,b"]),
    Case("1%2C2", INTEGERS, [1, 2]),
    Case("%FF", STRING, refused("not-utf-8")),
    Case("%C0%80", STRING, refused("not-utf-8")),
    Case("%ED%A0%80", STRING, refused("not-utf-8")),
    Case("%zz", STRING, refused("wrong-percent-escape")),
    Case("100%", STRING, refused("wrong-percent-escape")),
    Case("é", STRING, refused("not-percent-encoded")),
    # Styles that are not kept
    Case("blue", STRING, refused("wrong-style"), style("label")),
    Case("blue", STRING, refused("wrong-style"), style("matrix")),
    Case(";colour=blue", STRING, refused("wrong-style"), style("matrix")),
    Case(";color=a;color=b", STRINGS, refused("repeated-parameter"), style("matrix")),
    Case("R,100,G", RGB, refused("malformed-value")),
    Case("R=100,G", RGB, refused("malformed-value"), EXPLODE),
    Case("R,100,R,200", RGB, refused("repeated-member")),
    Case("R,100,X,200", RGB, refused("additional-property")),
    Case("R,x", RGB, refused("wrong-type")),
    Case("1.5", NUMBER, 1.5),
    Case(".1.5", NUMBER, 1.5, style("label")),
    Case(".5", INTEGER, 5, style("label")),
    Case(";color=5", INTEGER, 5, style("matrix")),
    Case("%5B1%2C2%5D", INTEGER, [1, 2], {"content": {"application/json": {"schema": INTEGERS}}}),
]


@pytest.mark.parametrize("case", PATH, ids=lambda case: f"{case.sent}-{case.options}")
def test_path(case: Case) -> None:
    check("path", case)


FORM: JSONValue = {
    "content": {
        "application/x-www-form-urlencoded": {
            "schema": {"type": "object", "properties": {"a": INTEGER, "b": STRINGS}, "additionalProperties": False}
        }
    }
}
QUERY = [
    Case("color=", STRING, ""),
    Case("color", STRING, ""),
    Case("color=blue", STRING, "blue"),
    Case("color=blue&color=black&color=brown", STRINGS, COLORS),
    Case("color=blue,black,brown", STRINGS, COLORS, FLAT),
    Case("color=R,100,G,200,B,150", RGB, COLOR, FLAT),
    Case("R=100&G=200&B=150", RGB, COLOR),
    Case("color=blue%20black%20brown", STRINGS, COLORS, style("spaceDelimited", explode=False)),
    Case("color=blue+black+brown", STRINGS, COLORS, style("spaceDelimited", explode=False)),
    Case("color=R%20100%20G%20200%20B%20150", RGB, COLOR, style("spaceDelimited", explode=False)),
    Case("color=blue%7Cblack%7Cbrown", STRINGS, COLORS, style("pipeDelimited", explode=False)),
    Case("color=blue|black|brown", STRINGS, COLORS, style("pipeDelimited", explode=False)),
    Case("color=blue%7cblack", STRINGS, ["blue", "black"], style("pipeDelimited", explode=False)),
    Case("color=R|100|G|200|B|150", RGB, COLOR, style("pipeDelimited", explode=False)),
    Case("color=blue&color=black", STRINGS, ["blue", "black"], style("pipeDelimited", explode=True)),
    Case("color[R]=100&color[G]=200&color[B]=150", RGB, COLOR, style("deepObject", explode=True)),
    Case("color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150", RGB, COLOR, style("deepObject", explode=True)),
    # Escapes: a plus sign is a space, a comma that is escaped belongs to its item
    Case("color=a+b", STRING, "a b"),
    Case("color=a%2Bb", STRING, "a+b"),
    Case("color=a%26b%3Dc", STRING, "a&b=c"),
    Case("color=a=b", STRING, "a=b"),
    Case("c%6Flor=blue", STRING, "blue"),
    Case("color=a%2Cb,c", STRINGS, ["a,b", "c"], FLAT),
    Case("color=1%2C2", INTEGERS, [1, 2], FLAT),
    Case("color=R%2C1%2CG%2C2", RGB, {"R": 1, "G": 2}, FLAT),
    Case("color=/?:@!$'()*,;", STRING, "/?:@!$'()*,;", {"allowReserved": True}),
    Case("color=%FF", STRING, refused("not-utf-8")),
    Case("color=%C3%28", STRING, refused("not-utf-8")),
    Case("color=%zz", STRING, refused("wrong-percent-escape")),
    Case("color=%2", STRING, refused("wrong-percent-escape")),
    Case("color=%", STRINGS, refused("wrong-percent-escape")),
    Case("col%zzor=a", STRING, refused("wrong-percent-escape")),
    # Empty and repeated
    Case("", STRING, ABSENT),
    Case("&&", STRING, ABSENT),
    Case("color=&", STRING, ""),
    Case("color=a&color=b", STRING, refused("repeated-parameter")),
    Case("color=1&color=1", INTEGER, refused("repeated-parameter")),
    Case("color=a,b&color=c", STRINGS, refused("repeated-parameter"), FLAT),
    Case("color=", STRINGS, [""]),
    Case("color=", INTEGERS, []),
    Case("color=", STRINGS, [""], FLAT),
    Case("color=", {"type": "array", "items": {"type": "string", "minLength": 1}}, [], FLAT),
    Case("color=", {"type": "array", "items": {"type": "string", "minLength": 1}}, []),
    Case("color=a,,b", STRINGS, ["a", "", "b"], FLAT),
    Case("color=1,,2", INTEGERS, refused("wrong-type"), FLAT),
    Case("color=", INTEGER, refused("wrong-type")),
    Case("color=", {"type": "string", "minLength": 1}, refused("too-short")),
    Case("color=", INTEGER, ABSENT, {"allowEmptyValue": True}),
    Case("color", INTEGER, ABSENT, {"allowEmptyValue": True}),
    Case("color=", STRING, "", {"allowEmptyValue": True}),
    Case("color=", INTEGER, refused("required"), {"allowEmptyValue": True, "required": True}),
    Case("", STRING, refused("required"), {"required": True}),
    Case("", STRINGS, refused("required"), {"required": True}),
    Case("", RGB, {}, {"required": True}),
    Case("", RGB, {}, style("deepObject", explode=True, required=True)),
    Case("", {**RGB, "required": ["R"]}, refused("required"), {"required": True}),  # type: ignore[dict-item]  # it is one
    # Undeclared
    Case("colour=a", STRING, refused("undeclared-parameter")),
    Case("color=a&Color=b", STRING, refused("undeclared-parameter")),
    Case("color[]=a", STRINGS, refused("undeclared-parameter")),
    Case("R=1&X=1", RGB, refused("undeclared-parameter")),
    Case("color=x", RGB, refused("undeclared-parameter")),
    Case("color=x&__proto__=1", STRING, refused("undeclared-parameter")),
    # deepObject
    Case("color[R]=100&color[X]=1", RGB, refused("additional-property"), style("deepObject", explode=True)),
    Case("color[R]=1&color[R]=2", RGB, refused("repeated-member"), style("deepObject", explode=True)),
    Case("color=x", RGB, refused("wrong-style"), style("deepObject", explode=True)),
    Case("color[R=1", RGB, refused("malformed-name"), style("deepObject", explode=True)),
    Case("color[R]x=1", RGB, refused("malformed-name"), style("deepObject", explode=True)),
    Case("color[a][b]=1", {"type": "object"}, {"a": {"b": "1"}}, style("deepObject", explode=True)),
    Case(
        "color[a][b]=1&color[a][c]=x",
        {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": INTEGER, "c": STRING}}}},
        {"a": {"b": 1, "c": "x"}},
        style("deepObject", explode=True),
    ),
    Case(
        "color[a]=1&color[a]=2", {"type": "object", "properties": {"a": INTEGERS}}, {"a": [1, 2]}, style("deepObject")
    ),
    Case("color[a]=1", {"type": "object", "properties": {"a": INTEGERS}}, {"a": [1]}, style("deepObject")),
    Case(
        "color[a][]=1&color[a][]=2",
        {"type": "object", "properties": {"a": INTEGERS}},
        {"a": [1, 2]},
        style("deepObject"),
    ),
    Case(
        "color[a][1]=2&color[a][0]=1",
        {"type": "object", "properties": {"a": INTEGERS}},
        {"a": [1, 2]},
        style("deepObject"),
    ),
    Case(
        "color[a][1]=2", {"type": "object", "properties": {"a": INTEGERS}}, refused("wrong-type"), style("deepObject")
    ),
    Case("color[a]=1&color[a][b]=2", {"type": "object"}, refused("ambiguous-member"), style("deepObject")),
    Case("color" + "[a]" * 40 + "=1", {"type": "object"}, refused("too-deep"), style("deepObject")),
    # deepObject of what is no object, as many services have it: OpenAPI leaves it undefined
    Case("color[]=1&color[]=2", INTEGERS, [1, 2], style("deepObject", explode=True)),
    Case("color[0]=1&color[1]=2", INTEGERS, [1, 2], style("deepObject", explode=True)),
    Case("color%5B%5D=blue", STRINGS, ["blue"], style("deepObject")),
    Case("color=1&color=2", INTEGERS, [1, 2], style("deepObject")),
    Case("color[1]=2", INTEGERS, refused("wrong-type"), style("deepObject", explode=True)),
    Case("color[]=x", INTEGERS, refused("wrong-type"), style("deepObject", explode=True)),
    Case("color=5", RANGE, 5, style("deepObject", explode=True)),
    Case("color[gt]=5", RANGE, {"gt": 5}, style("deepObject", explode=True)),
    Case("color[gt]=5&color=5", RANGE, refused("ambiguous-member"), style("deepObject", explode=True)),
    Case("color=null", {"type": ["object", "null"]}, None, style("deepObject", explode=True)),
    Case("color[a]=1", INTEGER, refused("undeclared-parameter"), style("deepObject", explode=True)),
    Case("color[a]=1", INTEGERS, refused("undeclared-parameter"), EXPLODE),
    # Exploded objects
    Case("R=100&x=y", {"type": "object", "properties": {"R": INTEGER}}, {"R": 100, "x": "y"}),
    Case("x=1&y=2", {"type": "object", "additionalProperties": INTEGER}, {"x": 1, "y": 2}),
    Case("x=1&y=2", {"type": ["object", "null"], "additionalProperties": INTEGER}, {"x": 1, "y": 2}),
    Case("R=1&R=2", RGB, refused("repeated-member")),
    Case("R=1&R=2", {"type": "object", "properties": {"R": INTEGERS}}, {"R": [1, 2]}),
    Case(
        "R[a]=1",
        {"type": "object", "properties": {"R": {"type": "object", "properties": {"a": INTEGER}}}},
        {"R": {"a": 1}},
    ),
    # Content
    Case("color=%7B%22a%22%3A1%7D", None, {"a": 1}, {"content": {"application/json": {"schema": {"type": "object"}}}}),
    Case('color={"a":1}', None, {"a": 1}, {"content": {"application/json": {"schema": {"type": "object"}}}}),
    Case(
        "color=%7B%22a%22%3A1%2C%22a%22%3A2%7D", None, refused("duplicate-key"), {"content": {"application/json": {}}}
    ),
    Case("color=NaN", None, refused("not-finite"), {"content": {"application/json": {}}}),
    Case("color={", None, refused("syntax"), {"content": {"application/json": {}}}),
    Case("color=1", None, refused("wrong-type"), {"content": {"application/json": {"schema": STRING}}}),
    Case("color=x", None, "x", {"content": {"text/plain": {"schema": STRING}}}),
    Case("color=%7B%22a%22%3A1%7D&color=%7B%7D", {"type": "array", "items": {"type": "object"}}, [{"a": 1}, {}]),
    Case("color=%5B1%5D", {"type": "array", "items": INTEGERS}, [[1]]),
    Case("color=%7B", {"type": "array", "items": {"type": "object"}}, refused("wrong-type")),
    Case('color={"a":1,"a":2}', {"type": "array", "items": {"type": "object"}}, refused("wrong-type")),
    Case("color=a%3D1%26b%3Dx%2By", None, {"a": 1, "b": ["x y"]}, FORM),  # type: ignore[arg-type]  # it is a dict
    Case("color=a%3Dx", None, refused("wrong-type"), FORM),  # type: ignore[arg-type]  # it is a dict
    Case("color=1", None, 1, {"content": {"application/vnd.x+json; a=b": {"schema": {}}}}),
]


@pytest.mark.parametrize("case", QUERY, ids=lambda case: f"{case.sent}-{case.options}")
def test_query(case: Case) -> None:
    check("query", case)


LEXICAL = [
    *[
        (text, INTEGER, value)
        for text, value in [
            ("5", 5),
            ("5.0", 5),
            ("5e0", 5),
            ("5E0", 5),
            ("50e-1", 5),
            ("0.5e1", 5),
            ("5e%2B0", 5),
            ("-5", -5),
            ("0", 0),
            ("-0", 0),
            ("-0.0", 0),
            ("9007199254740993", 9007199254740993),
            ("9007199254740993.0", 9007199254740993),
            ("1e3", 1000),
            ("1e22", 10**22),
            ("123456789012345678901234567890", 123456789012345678901234567890),
        ]
    ],
    *[
        (text, INTEGER, refused("wrong-type"))
        for text in [
            "1_0",
            "%2B5",
            "+5",
            "%205",
            "5%20",
            "05",
            "-05",
            "00",
            "５",
            "٣",
            "0x10",
            "0b1",
            "5.",
            ".5",
            "5e",
            "e5",
            "--5",
            "-",
            "",
            "5.5",
            "1e-1",
            "1e400",
            "NaN",
            "Infinity",
            "-Infinity",
            "true",
            "null",
            "yes",
            "5,0",
            "1%0A",
            "%005",
            "5" * 4_301,
            "1e999999999",
        ]
    ],
    *[
        (text, NUMBER, value)
        for text, value in [
            ("1.5", 1.5),
            ("1", 1),
            ("-1.5e3", -1500),
            ("1e-7", 1e-7),
            ("0.1", 0.1),
            ("1.0", 1),
            ("0e999999999", 0),
        ]
    ],
    *[
        (text, NUMBER, refused("wrong-type"))
        for text in ["1e400", "nan", "inf", ".5", "1.", "1,5", "1_000.0", "１.5", "1.5f"]
    ],
    ("true", BOOLEAN, True),
    ("false", BOOLEAN, False),
    *[
        (text, BOOLEAN, refused("wrong-type"))
        for text in ["TRUE", "True", "yes", "no", "1", "0", "on", "", "t", "%20true"]
    ],
    ("null", {"type": "null"}, None),
    ("null", {"type": ["integer", "null"]}, None),
    ("5", {"type": ["integer", "null"]}, 5),
    ("", {"type": ["integer", "null"]}, refused("wrong-type")),
    ("NULL", {"type": ["integer", "null"]}, refused("wrong-type")),
    ("null", STRING, "null"),
    ("5", STRING, "5"),
    ("true", STRING, "true"),
    ("%20a%20", STRING, " a "),
    ("5", {"type": ["string", "integer"]}, 5),
    ("05", {"type": ["string", "integer"]}, "05"),
    ("x", {"type": ["string", "integer"]}, "x"),
    ("5", {"anyOf": [INTEGER, STRING]}, 5),
    ("500", {"anyOf": [SMALL, STRING]}, "500"),
    ("5", {"anyOf": [INTEGER, WORD]}, 5),
    ("5", {"oneOf": [WORD, INTEGER]}, 5),
    ("true", {"oneOf": [BOOLEAN, STRING]}, True),
    ("5", {}, 5),
    ("abc", {}, "abc"),
    ("true", {}, True),
    ("null", {}, None),
    ("[1]", {}, "[1]"),
    ("1.5", True, 1.5),
    ("5", {"enum": [5, 6]}, 5),
    ("5", {"enum": ["5", "6"]}, "5"),
    ("5", {"enum": ["5", 5]}, 5),
    ("7", {"enum": [5, 6]}, refused("not-in-enum")),
    ("5", {"const": 5}, 5),
    ("5", {"const": "5"}, "5"),
    ("true", {"enum": [True, "x"]}, True),
    ("null", {"enum": [None]}, None),
    ("5", {"allOf": [{"minimum": 1}, INTEGER]}, 5),
    ("5", {"allOf": [{"maxLength": 3}, {"type": "string"}]}, "5"),
    ("5", {"type": "integer", "allOf": [{"minimum": 6}]}, refused("too-small")),
    ("5", {"$ref": "#/components/schemas/Limit"}, 5),
    ("x", {"$ref": "#/components/schemas/Limit"}, refused("wrong-type")),
    ("101", {"$ref": "#/components/schemas/Limit"}, refused("too-large")),
    ("5", {"anyOf": [{"$ref": "#/components/schemas/Limit"}, {"type": "null"}]}, 5),
    ("3000000000", {"type": "integer", "format": "int32"}, refused("too-large")),
    ("3000000000", {"type": "integer", "format": "int64"}, 3000000000),
    ("5", {"not": STRING}, 5),
    ("5", {"type": "string", "minLength": 2}, refused("too-short")),
    ("2026-01-31T12:00:00Z", {"type": "string", "format": "date-time"}, "2026-01-31T12:00:00Z"),
    ("2026-01-31%2012:00:00Z", {"type": "string", "format": "date-time"}, refused("wrong-format")),
    ("5", {"if": STRING, "then": False}, 5),
]


@pytest.mark.parametrize(("text", "schema", "expected"), LEXICAL, ids=lambda value: str(value)[:40])
def test_lexical_grammar(text: str, schema: JSONValue, expected: object) -> None:
    reader = reader_of({"name": "q", "in": "query", "schema": schema}, components={"schemas": {"Limit": LIMIT}})
    found = reader.read({}, f"q={text}".encode(), [])
    if text.isascii():
        actual = Refused(tuple(each.code for each in found.problems)) if found.problems else found.values["query", "q"]
        assert same(actual, expected)
    else:
        assert [each.code for each in found.problems] == ["not-percent-encoded"]


@pytest.mark.parametrize("text", ["５", "٣", "²", "一"])
def test_digits_of_other_scripts_are_text(text: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in text.encode())
    found = reader_of({"name": "q", "in": "query", "schema": INTEGER}).read({}, f"q={encoded}".encode(), [])
    assert [each.code for each in found.problems] == ["wrong-type"]


LINKS: dict[str, JSONValue] = {
    "content": {"application/linkset": {"schema": {"type": "object", "required": ["linkset"]}}}
}
HEADERS = [
    Case("blue", STRING, "blue"),
    Case("  blue\t", STRING, "blue"),
    Case("a, b", STRING, "a, b"),
    Case("blue,black,brown", STRINGS, COLORS),
    Case("blue , black,\tbrown", STRINGS, COLORS),
    Case(["blue", "black, brown"], STRINGS, COLORS),
    Case("R,100,G,200,B,150", RGB, COLOR),
    Case("R=100,G=200, B=150", RGB, COLOR, EXPLODE),
    Case(["R=100", "G=200"], RGB, {"R": 100, "G": 200}, EXPLODE),
    Case("5", INTEGER, 5),
    Case("+5", INTEGER, refused("wrong-type")),
    Case("true", BOOLEAN, True),
    Case("a%20b", STRING, "a%20b"),
    Case("100%", STRING, "100%"),
    Case("é", STRING, "é"),
    Case("", STRING, ""),
    Case("", INTEGERS, []),
    Case(["a", "b"], STRING, refused("repeated-parameter")),
    Case(["1", "1"], INTEGER, refused("repeated-parameter")),
    Case("1,x", INTEGERS, refused("wrong-type")),
    Case('{"a":1}', None, {"a": 1}, {"content": {"application/json": {"schema": {"type": "object"}}}}),
    Case('{"a":1', None, refused("syntax"), {"content": {"application/json": {}}}),
    Case("\xff", None, refused("not-utf-8"), {"content": {"application/json": {}}}),
    Case('</b>; rel="next"', None, {"linkset": [{"next": [{"href": "/b"}]}]}, LINKS),
    Case(
        ["</b>;rel=next", "<c>;rel=prev"],
        None,
        {"linkset": [{"next": [{"href": "/b"}], "prev": [{"href": "c"}]}]},
        LINKS,
    ),
    Case(
        '</b>; rel="a b"; anchor="/x"',
        None,
        {"linkset": [{"anchor": "/x", "a": [{"href": "/b"}], "b": [{"href": "/b"}]}]},
        LINKS,
    ),
    Case(
        "</b>;rel=a;title=x;TITLE=y;k=1;k=2;title*=UTF-8'de'%C3%BC,,",
        None,
        {
            "linkset": [
                {
                    "a": [
                        {
                            "href": "/b",
                            "title": "x",
                            "k": ["1", "2"],
                            "title*": [{"value": "\u00fc", "language": "de"}],
                        }
                    ]
                }
            ]
        },
        LINKS,
    ),
    Case("</b>", None, {"linkset": [{}]}, LINKS),
    Case("/b", None, refused("malformed-value"), LINKS),
    Case("</b>; rel=a b", None, refused("malformed-value"), LINKS),
    Case("</b>; rel=a; title*=b", None, refused("malformed-value"), LINKS),
    Case("</b>; rel=a", None, "</b>; rel=a", {"content": {"application/linkset": {"schema": STRING}}}),
]


@pytest.mark.parametrize("case", HEADERS, ids=lambda case: f"{case.sent}-{case.options}")
def test_header(case: Case) -> None:
    check("header", Case(case.sent, case.schema, case.expected, case.options, name="X-Color"))


COOKIES = [
    Case("color=blue", STRING, "blue"),
    Case("a=b; color=blue; c=d", STRING, "blue"),
    Case(["a=b", "color=blue"], STRING, "blue"),
    Case("Color=blue", STRING, ABSENT),
    Case("color=", STRING, ""),
    Case("color=a%20b", STRING, "a b"),
    Case("color=100%", STRING, "100%"),
    Case("color=a+b", STRING, "a+b"),
    Case("color=a=b", STRING, "a=b"),
    Case("color=5", INTEGER, 5),
    Case("color=05", INTEGER, refused("wrong-type")),
    Case("color=a; color=b", STRING, refused("repeated-parameter")),
    Case("color=blue,black,brown", STRINGS, COLORS, FLAT),
    Case("color=blue,black,brown", STRINGS, COLORS),
    Case("color=blue&color=black&color=brown", STRINGS, COLORS),
    Case("color=blue; color=black; color=brown", STRINGS, COLORS, style("cookie", explode=True)),
    Case("color=R,100,G,200,B,150", RGB, COLOR, FLAT),
    Case("R=100; G=200; B=150", RGB, COLOR, style("cookie", explode=True)),
    Case("color=R=100&G=200&B=150", RGB, COLOR),
    Case("color=R=100,G=200,B=150", RGB, COLOR),
    Case("color=a%20b", STRING, "a%20b", style("cookie", explode=True)),
    Case("color; a=b", STRING, ABSENT),
    Case("a=b;color=c", STRING, "c"),
    Case('color="blue"', STRING, '"blue"'),
    Case("undeclared=1", STRING, ABSENT),
    Case("color=%7B%22a%22%3A1%7D", None, {"a": 1}, {"content": {"application/json": {}}}),
    Case('color={"a":1}', None, {"a": 1}, {"content": {"application/json": {}}}),
    Case("color=a%20b", None, "a%20b", {"content": {"text/plain": {"schema": STRING}}}),
    Case("a=b%20c", RGB, ABSENT, style("cookie", explode=True)),
]


@pytest.mark.parametrize("case", COOKIES, ids=lambda case: f"{case.sent}-{case.options}")
def test_cookie(case: Case) -> None:
    check("cookie", case)


QUERYSTRING = [
    Case("a=1&b=x&b=y", None, {"a": 1, "b": ["x", "y"]}, FORM),  # type: ignore[arg-type]  # it is a dict
    Case("a=x", None, refused("wrong-type"), FORM),  # type: ignore[arg-type]  # it is a dict
    Case("c=x", None, refused("additional-property"), FORM),  # type: ignore[arg-type]  # it is a dict
    Case("%7B%22a%22%3A1%7D", None, {"a": 1}, {"content": {"application/json": {}}}),
    Case("%7B", None, refused("syntax"), {"content": {"application/json": {}}}),
    Case("", None, ABSENT, {"content": {"application/json": {}}}),
    Case("", None, refused("required"), {"content": {"application/json": {}}, "required": True}),
]


@pytest.mark.parametrize("case", QUERYSTRING, ids=lambda case: f"{case.sent}-{case.options}")
def test_querystring(case: Case) -> None:
    check("querystring", case)


UNIONS = [
    ("color=1", {"anyOf": [INTEGER, INTEGERS]}, {}, 1),
    ("color=1&color=2", {"anyOf": [INTEGER, INTEGERS]}, {}, [1, 2]),
    ("color=1,2", {"anyOf": [INTEGER, INTEGERS]}, FLAT, [1, 2]),
    ("color=a,b", {"anyOf": [STRING, STRINGS]}, FLAT, ["a", "b"]),
    ("color=a%2Cb", {"anyOf": [STRING, STRINGS]}, FLAT, "a,b"),
    ("color=1,x", {"type": "array", "items": {"type": ["integer", "string"]}}, FLAT, [1, "x"]),
    ("color=1,x,true", {"type": "array", "prefixItems": [STRING, STRING, BOOLEAN]}, FLAT, ["1", "x", True]),
    ("color=1", {"allOf": [{"type": "array"}, {"items": {"type": ["integer", "string"]}}]}, {}, [1]),
    ("color=a&color=a", {"type": "array", "items": STRING, "uniqueItems": True}, {}, refused("duplicate-items")),
    ("color=a&color=b", {"type": "array", "items": STRING, "maxItems": 1}, {}, refused("too-many-items")),
    ("color=null", {"anyOf": [STRINGS, {"type": "null"}]}, {}, None),
    ("a=1&color=2", {"type": "object", "properties": {"a": INTEGER, "color": STRING}}, {}, {"a": 1, "color": "2"}),
    (
        "a1=1",
        {"type": "object", "patternProperties": {"^a[0-9]$": INTEGER}, "additionalProperties": False},
        {},
        {"a1": 1},
    ),
    (
        "color=x",
        {"type": "object", "properties": {"a": {"$ref": "#/paths/~1things/get/parameters/0/schema"}}},
        {},
        {"color": "x"},
    ),
]


@pytest.mark.parametrize(("sent", "schema", "options", "expected"), UNIONS, ids=lambda value: str(value)[:60])
def test_the_first_candidate_that_the_schema_admits_wins(
    sent: str, schema: JSONValue, options: dict[str, JSONValue], expected: object
) -> None:
    check("query", Case(sent, schema, expected, options))


def test_defaults_stand_in_for_what_was_not_sent_and_for_nothing_else() -> None:
    reader = reader_of(
        {"name": "limit", "in": "query", "schema": {"$ref": "#/components/schemas/Limit"}},
        {"name": "tags", "in": "query", "schema": {"type": "array", "items": STRING, "default": ["a"]}},
        {"name": "mode", "in": "header", "schema": {"allOf": [{"type": "string", "default": "x"}]}},
        {"name": "none", "in": "query", "schema": {"type": ["string", "null"], "default": None}},
        components={"schemas": {"Limit": {**LIMIT, "default": 20}}},  # type: ignore[dict-item]  # it is one
    )
    found = reader.read({}, b"", [])
    assert found.values == {
        ("query", "limit"): 20,
        ("query", "tags"): ["a"],
        ("header", "mode"): "x",
        ("query", "none"): None,
    }
    changed = found.values["query", "tags"]
    assert isinstance(changed, list)
    changed.append("b")
    assert reader.read({}, b"", []).values["query", "tags"] == ["a"]
    assert reader.read({}, b"limit=5", []).values["query", "limit"] == 5
    assert [each.code for each in reader.read({}, b"limit=", []).problems] == ["wrong-type"]


def test_all_errors_come_at_once_with_names_and_places() -> None:
    reader = reader_of(
        {"name": "slug", "in": "path", "required": True, "schema": {"type": "string", "maxLength": 3}},
        {"name": "limit", "in": "query", "schema": LIMIT},
        {"name": "ids", "in": "query", "schema": INTEGERS},
        {"name": "X-Flag", "in": "header", "required": True, "schema": BOOLEAN},
    )
    found = reader.read({"slug": "long"}, b"limit=0&ids=1&ids=x&other=1&%22=2", [])
    assert found.cause is Cause.PATH_PARAMETER
    assert [(str(each.location), each.parameter, each.code, each.pointer) for each in found.problems] == [
        ("path", "slug", "too-long", None),
        ("query", "limit", "too-small", None),
        ("query", "ids", "wrong-type", "/1"),
        ("header", "X-Flag", "required", None),
        ("query", "other", "undeclared-parameter", None),
        ("query", None, "undeclared-parameter", None),
    ]
    assert "long" not in " ".join(each.detail for each in found.problems)
    assert reader.read({"slug": "ok"}, b"limit=0", [(b"x-flag", b"true")]).cause is Cause.CONTRACT_VIOLATION
    assert reader.read({"slug": "ok"}, b"limit=%zz", [(b"x-flag", b"true")]).cause is Cause.MALFORMED_PARAMETER
    assert reader.read({"slug": "%zz"}, b"limit=%zz", [(b"x-flag", b"true")]).cause is Cause.MALFORMED_PATH


def test_a_query_that_cannot_be_read_is_named_once() -> None:
    reader = reader_of(
        {"name": "limit", "in": "query", "required": True, "schema": LIMIT},
        {"name": "ids", "in": "query", "schema": INTEGERS},
        {"name": "X-Flag", "in": "header", "required": True, "schema": BOOLEAN},
    )
    found = reader.read({}, b"%ff=1&limit=5", [])
    assert found.cause is Cause.MALFORMED_PARAMETER
    assert [(str(each.location), each.parameter, each.code) for each in found.problems] == [
        ("query", None, "not-utf-8"),
        ("header", "X-Flag", "required"),
    ]


BRACKETS = [
    ("labels[a]=x", {"labels": {"labels[a]": "x"}}),
    ("limit[a]=x", {"labels": {"limit[a]": "x"}}),
    ("limit=5&filter[a]=x", {"limit": 5, "filter": {"a": "x"}}),
    ("filter[raw]=x", {"filter[raw]": "x"}),
    ("filter[raw]=x&filter[a]=y&more=z", {"filter[raw]": "x", "filter": {"a": "y"}, "labels": {"more": "z"}}),
]


@pytest.mark.parametrize(("sent", "expected"), BRACKETS)
def test_brackets_belong_to_one_parameter(sent: str, expected: dict[str, JSONValue]) -> None:
    of_texts: JSONValue = {"type": "object", "additionalProperties": STRING}
    reader = reader_of(
        {"name": "limit", "in": "query", "schema": INTEGER},
        {"name": "filter", "in": "query", "style": "deepObject", "schema": of_texts},
        {"name": "filter[raw]", "in": "query", "schema": STRING},
        {"name": "labels", "in": "query", "schema": of_texts},
    )
    found = reader.read({}, sent.encode(), [])
    assert found.problems == []
    assert {name: value for (_, name), value in found.values.items()} == expected


def test_undeclared_query_parameters_may_be_let_through() -> None:
    document = {
        "openapi": "3.1.1",
        "info": {"title": "Parameters", "version": "1"},
        "paths": {"/": {"get": {"operationId": "op", "responses": {"200": {"description": "Fine."}}}}},
    }
    contract = load_contract_text(json.dumps(document), "openapi.json")
    words = parameters.lexicon(contract)
    strict = parameters.compile(contract.operations[0], contract, words)
    lax = parameters.compile(contract.operations[0], contract, words, unknown_query="ignore")
    assert [each.code for each in strict.read({}, b"a=1", []).problems] == ["undeclared-parameter"]
    assert lax.read({}, b"a=1", []).problems == []


def test_an_api_key_in_the_query_is_declared() -> None:
    reader = reader_of(
        operation={"security": [{"key": []}]},
        components={"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "api_key"}}},
    )
    assert reader.read({}, b"api_key=x", []).problems == []
    assert [each.code for each in reader.read({}, b"other=x", []).problems] == ["undeclared-parameter"]


def test_the_number_of_fields_is_limited() -> None:
    reader = reader_of({"name": "q", "in": "query", "schema": STRINGS})
    allowed = Limits().fields
    assert len(reader.read({}, b"&".join([b"q=1"] * allowed), []).values["query", "q"]) == allowed  # type: ignore[arg-type]  # a list
    found = reader.read({}, b"&".join([b"q=1"] * (allowed + 1)), [])
    assert {each.code for each in found.problems} == {"too-many-fields"}


@pytest.mark.parametrize("name", ["Accept", "content-type", "Authorization"])
def test_headers_that_openapi_ignores_have_no_effect(name: str) -> None:
    reader = reader_of({"name": name, "in": "header", "required": True, "schema": INTEGER})
    found = reader.read({}, b"", [])
    assert (found.values, found.problems) == ({}, [])
