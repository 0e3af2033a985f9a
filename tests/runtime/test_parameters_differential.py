"""Random values and texts: what the reader makes of them against slow references that are easy to see through."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from handfast.contract import JSONValue, Parameter, ParameterLocation, load_contract_text
from handfast.runtime import parameters, serialise
from handfast.runtime.parameters import ParameterReader

SETTINGS = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
STYLES = [
    (location, style, explode)
    for location, styles in {
        "path": ("simple", "label", "matrix"),
        "query": ("form", "spaceDelimited", "pipeDelimited", "deepObject"),
        "header": ("simple",),
        "cookie": ("form", "cookie"),
    }.items()
    for style in styles
    for explode in (False, True)
]

SCALARS = {
    "string": st.text(st.characters(codec="utf-8"), max_size=8),
    "integer": st.integers(-(10**20), 10**20),
    "number": st.one_of(st.integers(-1000, 1000), st.floats(allow_nan=False, allow_infinity=False)),
    "boolean": st.booleans(),
}
MEMBERS = ("R", "G", "long name&=é")


def compiled(schema: JSONValue, location: str, style: str, *, explode: bool) -> tuple[Parameter, ParameterReader]:
    return _compiled(json.dumps(schema), location, style, explode)


@lru_cache(maxsize=1_000)
def _compiled(text: str, location: str, style: str, explode: bool) -> tuple[Parameter, ParameterReader]:
    schema: JSONValue = json.loads(text)
    declared: dict[str, JSONValue] = {"name": "p", "in": location, "schema": schema, "style": style, "explode": explode}
    path = "/{p}" if location == "path" else "/"
    operation: JSONValue = {
        "operationId": "op",
        "parameters": [{**declared, "required": True} if location == "path" else declared],
        "responses": {"200": {"description": "Fine."}},
    }
    document = {"openapi": "3.2.0", "info": {"title": "t", "version": "1"}, "paths": {path: {"get": operation}}}
    contract = load_contract_text(json.dumps(document), "openapi.json", validate=False)
    reader = parameters.compile(contract.operations[0], contract, parameters.lexicon(contract))
    return contract.operations[0].parameters[0], reader


# --- Styles: a writer for each row of the table in OpenAPI 3.2.0, section 4.12.6


def text_of(value: JSONValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def escaped(text: str) -> str:
    return quote(text, safe="")


def in_one(value: JSONValue, between: str, equals: str, escape: Callable[[str], str]) -> str:
    """`a,b,c` and `R,1,G,2`, with the given delimiters."""
    if isinstance(value, list):
        return between.join(escape(text_of(item)) for item in value)
    if isinstance(value, dict):
        return between.join(escape(name) + equals + escape(text_of(item)) for name, item in value.items())
    return escape(text_of(value))


def written(  # noqa: C901  # a table that is longer than a screen if it is split
    location: str, style: str, value: JSONValue, *, explode: bool
) -> str:
    """The reference: a value on the wire."""
    is_spread = explode and isinstance(value, (list, dict))
    match location, style:
        case "path", "simple":
            return in_one(value, ",", "=" if explode else ",", escaped)
        case "path", "label":
            return "." + in_one(value, "." if explode else ",", "=" if explode else ",", escaped)
        case "path", "matrix" if is_spread and isinstance(value, list):
            return "".join(";p=" + escaped(text_of(item)) for item in value)
        case "path", "matrix" if is_spread:
            return ";" + in_one(value, ";", "=", escaped)
        case "path", "matrix":
            return ";p=" + in_one(value, ",", ",", escaped)
        case "header", _:
            return in_one(value, ",", "=" if explode else ",", str)
        case "query", "deepObject" if isinstance(value, dict):
            return "&".join(f"p%5B{escaped(name)}%5D={escaped(text_of(item))}" for name, item in value.items())
        case "query", _ if is_spread and isinstance(value, list):
            return "&".join("p=" + escaped(text_of(item)) for item in value)
        case "query", _ if is_spread:
            return in_one(value, "&", "=", escaped)
        case "cookie", "cookie" if is_spread and isinstance(value, list):
            return "; ".join("p=" + text_of(item) for item in value)
        case "cookie", "cookie" if is_spread:
            return in_one(value, "; ", "=", str)
        case "cookie", "cookie":
            return "p=" + in_one(value, ",", ",", str)
        case "cookie", _:
            return "p=" + in_one(value, ",", "=" if explode else ",", escaped)
        case _:
            between = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(style, ",")
            return "p=" + in_one(value, between, between, escaped)


def is_writable(location: str, style: str, value: JSONValue, *, explode: bool) -> bool:
    """Whether the style can say a value at all, and only this one."""
    texts = [
        text_of(item)
        for item in (value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value])
    ]
    names = list(value) if isinstance(value, dict) else []
    if isinstance(value, (list, dict)) and not value:
        return False
    if style == "deepObject" and not isinstance(value, dict):
        return False
    if style in ("spaceDelimited", "pipeDelimited") and explode and isinstance(value, dict):
        return False  # "n/a" in the table
    if location == "path" and not isinstance(value, (list, dict)) and style == "simple":
        return bool(texts[0])  # an empty segment is no match
    every = [*texts, *names]
    if style == "label" and isinstance(value, (list, dict)) and any("." in text for text in every):
        return False
    between = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style)
    if between and not explode and isinstance(value, (list, dict)):
        return not any(between in text for text in every)  # it is escaped like the delimiter itself
    is_raw = location == "header" or style == "cookie"
    if is_raw:
        return all(text.isascii() and text.isprintable() and text == text.strip() for text in every) and not any(
            character in text for text in every for character in ",;="
        )
    if isinstance(value, (list, dict)) and len(texts) == 1 and not explode and "," in "".join(every):
        return isinstance(value, list)  # one escaped text may be a list that was escaped as a whole
    return True


def shapes() -> st.SearchStrategy[tuple[JSONValue, JSONValue]]:
    """A schema, and a value that it admits."""

    def one(kind: str) -> st.SearchStrategy[tuple[JSONValue, JSONValue]]:
        scalar: JSONValue = {"type": kind}
        array: JSONValue = {"type": "array", "items": scalar}
        record: JSONValue = {
            "type": "object",
            "properties": dict.fromkeys(MEMBERS, scalar),
            "additionalProperties": False,
        }
        return st.one_of(
            SCALARS[kind].map(lambda value: (scalar, value)),
            st.lists(SCALARS[kind], max_size=4).map(lambda value: (array, list(value))),
            st.dictionaries(st.sampled_from(MEMBERS), SCALARS[kind]).map(lambda value: (record, dict(value))),
        )

    return st.sampled_from(sorted(SCALARS)).flatmap(one)


@pytest.mark.parametrize(("location", "style", "explode"), STYLES)
@SETTINGS
@given(pair=shapes())
def test_what_is_written_is_read(location: str, style: str, explode: bool, pair: tuple[JSONValue, JSONValue]) -> None:
    schema, value = pair
    assume(is_writable(location, style, value, explode=explode))
    parameter, reader = compiled(schema, location, style, explode=explode)
    wire = written(location, style, value, explode=explode)
    headers = {"header": [(b"p", wire.encode("latin-1", "replace"))], "cookie": [(b"cookie", wire.encode())]}
    found = reader.read({"p": wire}, wire.encode() if location == "query" else b"", headers.get(location, []))
    assert found.problems == []
    assert found.values[location, "p"] == value
    own = {
        ParameterLocation.PATH: serialise.path_text,
        ParameterLocation.QUERY: serialise.query_text,
        ParameterLocation.HEADER: serialise.header_value,
        ParameterLocation.COOKIE: serialise.cookie_text,
    }[parameter.location](parameter, value)
    assert own.replace("[", "%5B").replace("]", "%5D") == wire.replace("[", "%5B").replace("]", "%5D")


# --- Texts: JSON's own parser and an independent validator say what a text can be

TYPES = ["string", "integer", "number", "boolean", "null"]
SCHEMAS = st.one_of(
    st.sampled_from(TYPES).map(lambda kind: {"type": kind}),
    st.lists(st.sampled_from(TYPES), min_size=1, max_size=3, unique=True).map(lambda kinds: {"type": kinds}),
    st.lists(st.sampled_from(TYPES), min_size=1, max_size=3, unique=True).map(
        lambda kinds: {"anyOf": [{"type": kind} for kind in kinds]}
    ),
    st.just({"type": "integer", "minimum": -5, "maximum": 100}),
    st.just({"anyOf": [{"type": "integer", "maximum": 9}, {"type": "string", "maxLength": 3}]}),
    st.just({"enum": [1, "1", True, "true", None, 2.5]}),
    st.just({"oneOf": [{"type": "number", "multipleOf": 2}, {"type": "string", "pattern": "^[0-9]{2}$"}]}),
    st.just({"allOf": [{"type": ["integer", "string"]}, {"not": {"const": 5}}]}),
    st.just({}),
)
TEXTS = st.one_of(
    st.text("0123456789+-.eE_ ", max_size=6),
    st.text(st.characters(codec="utf-8"), max_size=5),
    st.sampled_from(
        [
            "true",
            "false",
            "null",
            "TRUE",
            "True",
            "yes",
            "NaN",
            "Infinity",
            "-0",
            "1e400",
            "５",
            "٣",
            "[1]",
            '"a"',
            "0x1",
        ]
    ),
    st.integers().map(str),
    st.floats(allow_nan=False).map(repr),
)


def readings(text: str) -> list[JSONValue]:
    """Everything that a text can be: the scalar that JSON's own parser finds, and itself."""
    try:
        value: JSONValue = json.loads(text, parse_constant=lambda name: {"no": name})
    except ValueError:
        return [text]
    is_literal = text == text.strip() and not isinstance(value, (str, list, dict))
    is_finite = not (isinstance(value, float) and math.isinf(value))
    return [value, text] if is_literal and is_finite else [text]


@settings(SETTINGS, max_examples=500)
@given(text=TEXTS, schema=SCHEMAS)
def test_a_text_is_the_first_reading_that_the_schema_admits(text: str, schema: dict[str, JSONValue]) -> None:
    _, reader = compiled(dict(schema), "query", "form", explode=True)
    found = reader.read({}, b"p=" + quote(text, safe="").encode(), [])
    validator = Draft202012Validator(schema)
    admitted = [value for value in readings(text) if validator.is_valid(value)]
    if admitted:
        assert found.problems == []
        value = found.values["query", "p"]
        assert value == admitted[0] or value == int(
            Decimal(text)
        )  # integers are exact, JSON's parser rounds to doubles
        assert isinstance(value, bool) is isinstance(admitted[0], bool)
        assert isinstance(value, str) is isinstance(admitted[0], str)
    else:
        assert found.problems
