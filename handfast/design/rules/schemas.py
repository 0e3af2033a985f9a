"""Schemas that do not say what their author thinks they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from handfast.contract.formats import INTEGERS, NUMBERS, STRINGS
from handfast.contract.model import JSONValue
from handfast.contract.places import FIELDS, Kind
from handfast.contract.pointers import to_tokens
from handfast.design.reading import JSONObject, Reading, below
from handfast.design.rule import Finding, Rule
from handfast.errors import Severity

_FOR_TYPE = {
    "string": ("minLength", "maxLength", "pattern", "contentEncoding", "contentMediaType", "contentSchema"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": (
        *("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains"),
        "unevaluatedItems",
    ),
    "object": (
        *("properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "propertyNames"),
        *("required", "minProperties", "maxProperties", "dependentRequired", "dependentSchemas"),
    ),
}
_OTHERS = (
    *("$id", "$schema", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary", "$comment", "$defs"),
    *("type", "enum", "const", "format", "not", "if", "then", "else", "allOf", "anyOf", "oneOf"),
    *("title", "description", "default", "deprecated", "readOnly", "writeOnly", "examples"),
    *("discriminator", "xml", "externalDocs", "example"),
    *("definitions", "dependencies", "nullable"),
)
_KEYWORDS = frozenset({*_OTHERS, *FIELDS[Kind.SCHEMA], *(keyword for group in _FOR_TYPE.values() for keyword in group)})
_NUMERIC = {"integer", "number"}
_TEXTUAL = frozenset(
    (
        *("date", "date-time", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6"),
        *("uri", "uri-reference", "uri-template", "iri", "iri-reference", "uuid", "json-pointer"),
        *("relative-json-pointer", "regex", "byte", "binary", "password"),
    )
)
"""Formats that are about strings alone (JSON Schema 2020-12, Validation, section 7.3, and OpenAPI 3.0)."""


def keyword_unknown(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if "$schema" in schema:
            continue
        for name in schema:
            if name not in _KEYWORDS and not name.startswith("x-"):
                close = get_close_matches(name, _KEYWORDS, 1)
                hint = f"perhaps {close[0]} is meant" if close else "an extension starts with x-"
                yield Finding(below(pointer, name), f"JSON Schema has no keyword {name}, so it does nothing", hint)


def nullable_ignored(reading: Reading) -> Iterator[Finding]:
    if reading.contract.version.startswith("3.0"):
        return
    for pointer, schema in reading.schemas:
        if "nullable" in schema:
            message = "nullable does nothing since OpenAPI 3.1"
            yield Finding(
                below(pointer, "nullable"), message, "write type: [string, 'null'], or oneOf with type: 'null'"
            )


def nullable_ineffective(reading: Reading) -> Iterator[Finding]:
    if not reading.contract.version.startswith("3.0"):
        return
    for pointer, schema in reading.schemas:
        source = _source(reading, pointer)
        if source.get("nullable") is True and "$ref" not in source:  # beside a $ref the loader says that it is ignored
            if "type" not in source:
                message = "nullable does nothing without a type beside it (OpenAPI 3.0.3, section 4.7.24)"
                yield Finding(below(pointer, "nullable"), message, "write the type, or an anyOf with an enum of null")
            elif isinstance(options := schema.get("enum"), list) and None not in options:
                yield Finding(
                    below(pointer, "enum"), "null is not in the enum, so it is not admitted", "add null to the enum"
                )


def _source(reading: Reading, pointer: str) -> JSONObject:
    """The schema as its author wrote it."""
    value: JSONValue = dict(reading.contract.source)
    for token in to_tokens(pointer):
        value = value.get(token) if isinstance(value, dict) else value[int(token)] if isinstance(value, list) else None
    return value if isinstance(value, dict) else {}


def keyword_ineffective(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        types = set(_types(schema))
        if not types:
            continue
        types |= {"number"} if "integer" in types else set()
        for type_, keywords in _FOR_TYPE.items():
            for keyword in keywords if type_ not in types else ():
                if keyword in schema:
                    yield Finding(below(pointer, keyword), f"{keyword} is about {type_}s, and this is none")
        name = schema.get("format")
        if isinstance(name, str) and (name in INTEGERS or name in NUMBERS) and not _is_of(name, types):
            yield Finding(below(pointer, "format"), f"the format {name} is about numbers, and this is none")
        elif name in _TEXTUAL and "string" not in types:
            yield Finding(below(pointer, "format"), f"the format {name} is about strings, and this is none")


def _is_of(numeric: str, types: set[str]) -> bool:
    """Whether a numeric format is about one of some types: those of 64 bits are about texts, too."""
    return bool(types & _NUMERIC) or (numeric in STRINGS and "string" in types)


def format_misspelt(reading: Reading) -> Iterator[Finding]:
    """Formats that nobody knows, and that one letter or the case tells apart from one that is known."""
    for pointer, schema in reading.schemas:
        name = schema.get("format")
        if isinstance(name, str) and name not in _FORMATS:
            close = get_close_matches(name.lower(), _FORMATS, 1, 0.85)
            if close and _DIGITS.findall(close[0]) == _DIGITS.findall(name):
                message = f"nobody knows the format {name}, so it checks nothing"
                yield Finding(below(pointer, "format"), message, f"perhaps {close[0]} is meant")


_FORMATS = (*sorted(_TEXTUAL | STRINGS.keys()), *INTEGERS, *NUMBERS)
_DIGITS = re.compile("[0-9]+")


def type_missing(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if schema.keys().isdisjoint(_TYPED):
            for type_, keywords in _FOR_TYPE.items():
                said = [keyword for keyword in keywords if keyword in schema]
                if said and not _is_part(pointer):
                    message = f"without a type, {said[0]} holds for {type_}s, and everything else is admitted"
                    yield Finding(below(pointer, said[0]), message, f"add type: {type_}")
                    break


_TYPED = {"type", "enum", "const", "$ref", "allOf", "oneOf", "anyOf"}


def _is_part(pointer: str) -> bool:
    """Whether a schema only adds to another one, which has the type."""
    holder = pointer.rsplit("/", 2)
    return bool({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"} & set(holder))


def items_missing(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if "array" in _types(schema) and schema.keys().isdisjoint({"items", "prefixItems", "enum", "const", "allOf"}):
            yield Finding(pointer, "this array admits items of any kind", "add items, or items: {} if that is meant")


def read_and_write_only(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if schema.get("readOnly") is True and schema.get("writeOnly") is True:
            yield Finding(pointer, "what is both readOnly and writeOnly can be neither sent nor answered")


def _types(schema: JSONObject) -> list[str]:
    declared = schema.get("type")
    return [each for each in (declared if isinstance(declared, list) else [declared]) if isinstance(each, str)]


RULES = (
    Rule("keyword-unknown", Severity.ERROR, "A misspelt keyword checks nothing.", keyword_unknown),
    Rule("nullable-ignored", Severity.ERROR, "3.1 says null by type.", nullable_ignored),
    Rule(
        "nullable-ineffective", Severity.WARNING, "In 3.0 nullable only widens a type beside it.", nullable_ineffective
    ),
    Rule("keyword-ineffective", Severity.ERROR, "A keyword about another type checks nothing.", keyword_ineffective),
    Rule("format-misspelt", Severity.WARNING, "A format that nobody knows checks nothing.", format_misspelt),
    Rule("type-missing", Severity.WARNING, "Without a type every other kind of value is admitted.", type_missing),
    Rule("items-missing", Severity.WARNING, "An array of anything is seldom meant.", items_missing),
    Rule("read-and-write-only", Severity.ERROR, "A member must be of use in one direction.", read_and_write_only),
)
