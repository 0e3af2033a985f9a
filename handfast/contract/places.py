"""What stands where in an OpenAPI document: the objects of OpenAPI 3.0 to 3.2 and the fields that hold more of them.

Everything that walks a document follows this one table, so that a schema is found wherever the specification allows
one, and nowhere else: an example that looks like a schema is data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TypeAlias

from handfast.contract.model import JSONValue
from handfast.contract.pointers import escape


class Kind(StrEnum):
    """The objects of the specification that hold schemas, or hold what holds them."""

    DOCUMENT = "document"
    COMPONENTS = "components"
    PATH_ITEM = "path-item"
    OPERATION = "operation"
    PARAMETER = "parameter"
    REQUEST_BODY = "request-body"
    RESPONSE = "response"
    HEADER = "header"
    MEDIA_TYPE = "media-type"
    ENCODING = "encoding"
    CALLBACK = "callback"
    EXAMPLE = "example"
    LINK = "link"
    SECURITY_SCHEME = "security-scheme"
    SCHEMA = "schema"


class Shape(Enum):
    """How a field holds objects: one, a list, or a map; an open map also takes extensions, which are none of them."""

    ONE = 1
    LIST = 2
    MAP = 3
    OPEN_MAP = 4


Fields: TypeAlias = Mapping[str, tuple[Shape, Kind]]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_PARAMETER: Fields = {
    "schema": (Shape.ONE, Kind.SCHEMA),
    "content": (Shape.MAP, Kind.MEDIA_TYPE),
    "examples": (Shape.MAP, Kind.EXAMPLE),
}
_PARTS: Fields = {
    "encoding": (Shape.MAP, Kind.ENCODING),
    "prefixEncoding": (Shape.LIST, Kind.ENCODING),
    "itemEncoding": (Shape.ONE, Kind.ENCODING),
}
_SCHEMA: Fields = {
    **dict.fromkeys(
        (
            *("items", "unevaluatedItems", "contains", "additionalItems"),
            *("additionalProperties", "unevaluatedProperties", "propertyNames"),
            *("not", "if", "then", "else", "contentSchema"),
        ),
        (Shape.ONE, Kind.SCHEMA),
    ),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (Shape.LIST, Kind.SCHEMA)),
    **dict.fromkeys(
        ("properties", "patternProperties", "dependentSchemas", "dependencies", "$defs", "definitions"),
        (Shape.MAP, Kind.SCHEMA),
    ),
}

FIELDS: Mapping[Kind, Fields] = {
    Kind.DOCUMENT: {
        "paths": (Shape.OPEN_MAP, Kind.PATH_ITEM),
        "webhooks": (Shape.MAP, Kind.PATH_ITEM),
        "components": (Shape.ONE, Kind.COMPONENTS),
    },
    Kind.COMPONENTS: {
        "schemas": (Shape.MAP, Kind.SCHEMA),
        "responses": (Shape.MAP, Kind.RESPONSE),
        "parameters": (Shape.MAP, Kind.PARAMETER),
        "examples": (Shape.MAP, Kind.EXAMPLE),
        "requestBodies": (Shape.MAP, Kind.REQUEST_BODY),
        "headers": (Shape.MAP, Kind.HEADER),
        "securitySchemes": (Shape.MAP, Kind.SECURITY_SCHEME),
        "links": (Shape.MAP, Kind.LINK),
        "callbacks": (Shape.MAP, Kind.CALLBACK),
        "pathItems": (Shape.MAP, Kind.PATH_ITEM),
        "mediaTypes": (Shape.MAP, Kind.MEDIA_TYPE),
    },
    Kind.PATH_ITEM: {
        "parameters": (Shape.LIST, Kind.PARAMETER),
        **dict.fromkeys(_METHODS, (Shape.ONE, Kind.OPERATION)),
        "additionalOperations": (Shape.MAP, Kind.OPERATION),
    },
    Kind.OPERATION: {
        "parameters": (Shape.LIST, Kind.PARAMETER),
        "requestBody": (Shape.ONE, Kind.REQUEST_BODY),
        "responses": (Shape.OPEN_MAP, Kind.RESPONSE),
        "callbacks": (Shape.MAP, Kind.CALLBACK),
    },
    Kind.PARAMETER: _PARAMETER,
    Kind.HEADER: _PARAMETER,
    Kind.REQUEST_BODY: {"content": (Shape.MAP, Kind.MEDIA_TYPE)},
    Kind.RESPONSE: {
        "headers": (Shape.MAP, Kind.HEADER),
        "content": (Shape.MAP, Kind.MEDIA_TYPE),
        "links": (Shape.MAP, Kind.LINK),
    },
    Kind.MEDIA_TYPE: {
        "schema": (Shape.ONE, Kind.SCHEMA),
        "itemSchema": (Shape.ONE, Kind.SCHEMA),
        "examples": (Shape.MAP, Kind.EXAMPLE),
        **_PARTS,
    },
    Kind.ENCODING: {"headers": (Shape.MAP, Kind.HEADER), **_PARTS},
    Kind.CALLBACK: {},
    Kind.EXAMPLE: {},
    Kind.LINK: {},
    Kind.SECURITY_SCHEME: {},
    Kind.SCHEMA: _SCHEMA,
}


@dataclass(frozen=True, slots=True)
class Place:
    """An object of a known kind at a JSON Pointer; `value` is a dict, or a bool for a schema that is one."""

    pointer: str
    kind: Kind
    value: dict[str, JSONValue] | bool


Change: TypeAlias = Callable[[dict[str, JSONValue], Kind, str], dict[str, JSONValue]]
"""Gets a copy of an object with its children changed already, its kind and pointer, and returns what replaces it."""


def walk(value: JSONValue, kind: Kind = Kind.DOCUMENT, pointer: str = "") -> Iterator[Place]:
    """Every object below `value`, itself first, in the order of the document; references are not followed."""
    pending = [(value, kind, pointer)]
    while pending:
        value, kind, pointer = pending.pop()
        if not isinstance(value, dict):
            if isinstance(value, bool) and kind is Kind.SCHEMA:
                yield Place(pointer, kind, value)
            continue
        yield Place(pointer, kind, value)
        pending.extend(reversed(list(children(value, kind, pointer))))


def children(value: dict[str, JSONValue], kind: Kind, pointer: str) -> Iterator[tuple[JSONValue, Kind, str]]:
    """What stands directly below an object, as value, kind and pointer."""
    for name, field in value.items():
        found = field_of(kind, name, value)
        if found is None:
            continue
        shape, child = found
        at = f"{pointer}/{escape(name)}"
        if isinstance(field, list):
            yield from ((item, child, f"{at}/{index}") for index, item in enumerate(field))
        elif shape is Shape.ONE:
            yield field, child, at
        elif isinstance(field, dict) and shape is not Shape.LIST:
            yield from (
                (item, child, f"{at}/{escape(key)}")
                for key, item in field.items()
                if shape is Shape.MAP or not key.startswith("x-")
            )


def field_of(kind: Kind, name: str, value: dict[str, JSONValue]) -> tuple[Shape, Kind] | None:
    """What a field of an object holds, or None for one that holds no objects of the table."""
    if kind is Kind.CALLBACK:
        return None if name.startswith("x-") or "$ref" in value else (Shape.ONE, Kind.PATH_ITEM)
    if "$ref" in value and kind not in (Kind.SCHEMA, Kind.PATH_ITEM):
        return None  # a Reference Object: what stands beside `$ref` is not looked at
    return FIELDS[kind].get(name)


def change(
    value: dict[str, JSONValue], by: Change, kind: Kind = Kind.DOCUMENT, pointer: str = ""
) -> dict[str, JSONValue]:
    """A copy of a document in which `by` has replaced every object, innermost first; data is shared, not copied."""
    changed = {
        name: _change_field(field, by, found, f"{pointer}/{escape(name)}")
        if (found := field_of(kind, name, value)) is not None
        else field
        for name, field in value.items()
    }
    return by(changed, kind, pointer)


def _change_field(field: JSONValue, by: Change, found: tuple[Shape, Kind], pointer: str) -> JSONValue:
    shape, kind = found
    if isinstance(field, list):
        return [_change_any(item, by, kind, f"{pointer}/{index}") for index, item in enumerate(field)]
    if shape is Shape.ONE or not isinstance(field, dict):
        return _change_any(field, by, kind, pointer)
    return {
        key: item
        if shape is Shape.OPEN_MAP and key.startswith("x-")
        else _change_any(item, by, kind, f"{pointer}/{escape(key)}")
        for key, item in field.items()
    }


def _change_any(value: JSONValue, by: Change, kind: Kind, pointer: str) -> JSONValue:
    return change(value, by, kind, pointer) if isinstance(value, dict) else value
