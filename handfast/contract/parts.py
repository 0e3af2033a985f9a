"""The parts of operations as model objects: parameters, headers, bodies, responses, with defaults made explicit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from handfast.contract.cursor import Cursor, JSONObject
from handfast.contract.framing import framing_of
from handfast.contract.model import (
    Encoding,
    Header,
    JSONValue,
    Link,
    MediaType,
    Parameter,
    ParameterLocation,
    RequestBody,
    Response,
    Schema,
)
from handfast.contract.pointers import join

DEFAULT_STYLES: Mapping[ParameterLocation, str] = {
    ParameterLocation.PATH: "simple",
    ParameterLocation.QUERY: "form",
    ParameterLocation.QUERYSTRING: "form",
    ParameterLocation.HEADER: "simple",
    ParameterLocation.COOKIE: "form",
}
"""The style of a parameter that has none (OpenAPI 3.1.1, section 4.8.12.2.1)."""

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_MEDIA_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}(?:[ \t]*;[ \t]*(?:{_TOKEN}=(?:{_TOKEN}|\"(?:[^\"\\]|\\.)*\"))?)*[ \t]*")
_FORMS = ("multipart/", "application/x-www-form-urlencoded")
_EXPLODING_STYLES = {"form", "cookie"}


def parameter(at: Cursor) -> Parameter:
    """A parameter; its style and explode as given, or the defaults of its location."""
    location = ParameterLocation(at.text("in"))
    style = at.text("style") or DEFAULT_STYLES[location]
    return Parameter(
        pointer=at.pointer,
        name=at.text("name"),
        location=location,
        required=at.flag("required") or location is ParameterLocation.PATH,
        style=style,
        explode=at.flag("explode", style in _EXPLODING_STYLES),
        allow_reserved=at.flag("allowReserved"),
        allow_empty_value=at.flag("allowEmptyValue"),
        description=at.text("description"),
        deprecated=at.flag("deprecated"),
        schema=schema(at, "schema"),
        content=_only_content(at),
        examples=examples(at),
        extensions=at.extensions(),
    )


def header(name: str, at: Cursor) -> Header:
    """A response header, or a header of a multipart part."""
    only = _only_content(at)
    return Header(
        pointer=at.pointer,
        name=name,
        required=at.flag("required"),
        description=at.text("description"),
        deprecated=at.flag("deprecated"),
        explode=at.flag("explode"),
        schema=schema(at, "schema"),
        content=only,
        examples=examples(at) if only is None else only.examples,
    )


def _headers(at: Cursor, *, ignored: frozenset[str] = frozenset({"content-type"})) -> dict[str, Header]:
    """The headers of a response or a part; Content-Type is described by the media type (4.8.17.1: SHALL be ignored)."""
    return {name: header(name, child) for name, child in at.members("headers") if name.lower() not in ignored}


def request_body(at: Cursor) -> RequestBody:
    """A request body."""
    return RequestBody(
        pointer=at.pointer, required=at.flag("required"), content=content(at), description=at.text("description")
    )


def response(status: str, at: Cursor) -> Response:
    """A response; the metaschemas admit a status of three digits, a range in capitals (`4XX`), and `default`."""
    return Response(
        pointer=at.pointer,
        status=status,
        description=at.text("description") or at.text("summary"),
        component=at.component,
        headers=_headers(at),
        content=content(at),
        links={name: _link(name, child) for name, child in at.members("links")},
    )


def _link(name: str, at: Cursor) -> Link:
    return Link(
        pointer=at.pointer,
        name=name,
        operation_id=at.optional_text("operationId"),
        operation_ref=at.optional_text("operationRef"),
        parameters=at.mapping("parameters"),
        request_body=at.value.get("requestBody"),
        description=at.text("description"),
    )


def content(at: Cursor) -> dict[str, MediaType]:
    """What a `content` field declares, by media type; a name that is none can never match, and is left out."""
    return {name: media_type(name, child) for name, child in at.members("content") if is_media_type(name)}


def is_media_type(text: str) -> bool:
    """Whether a text is a media type or a range of them (RFC 9110, 8.3.1 and 12.5.1)."""
    return _MEDIA_TYPE.fullmatch(text) is not None


def _only_content(at: Cursor) -> MediaType | None:
    return next(iter(content(at).values()), None)


def media_type(name: str, at: Cursor) -> MediaType:
    """A media type with its schemas and encodings."""
    item_encoding = at.child("itemEncoding")
    return MediaType(
        pointer=at.pointer,
        media_type=name,
        schema=schema(at, "schema"),
        is_opaque=_is_opaque(name, at),
        item_schema=schema(at, "itemSchema") or _items_of_stream(name, at),
        encoding={property_name: encoding(child) for property_name, child in at.members("encoding")},
        prefix_encoding=tuple(encoding(child) for child in at.items("prefixEncoding")),
        item_encoding=encoding(item_encoding) if item_encoding else None,
        examples=examples(at),
        texts={example: child.text("serializedValue") for example, child in at.members("examples") if _has_text(child)},
        extensions=at.extensions(),
    )


def _items_of_stream(name: str, at: Cursor) -> Schema | None:
    """The `items` of an array schema under a media type that is a sequence of JSON values.

    OpenAPI 3.2.0, section 4.14.3.1, has `schema` describe the whole sequence as an array; earlier versions have
    no other way to say what the items are. What the array says beside `items` is not held: nothing is gathered.
    No sequence is an object: the schema of one can only be about each item, and is what other tools take it for.
    """
    value = at.value.get("schema")
    if framing_of(name) is None or not isinstance(value, dict):
        return None
    target = at.follow(at.at("schema"), value)
    return schema(at, "schema") if _is_object(target) else schema(target, "items")


def _is_object(at: Cursor, depth: int = 8) -> bool:
    """Whether a schema admits objects alone, as far as its types say so."""
    if "type" in at.value:
        return at.value["type"] in ("object", ["object"])
    if "properties" in at.value:
        return True
    if depth == 0:
        return False
    every = [at.follow(place, each) for place, each in _branches(at, "allOf")]
    some = [[at.follow(place, each) for place, each in _branches(at, keyword)] for keyword in ("oneOf", "anyOf")]
    return any(_is_object(each, depth - 1) for each in every) or any(
        branches and all(_is_object(each, depth - 1) for each in branches) for branches in some
    )


def _branches(at: Cursor, keyword: str) -> Iterator[tuple[str, JSONObject]]:
    found = at.value.get(keyword)
    for index, each in enumerate(found if isinstance(found, list) else ()):
        if isinstance(each, dict):
            yield at.at(keyword, index), each


def _is_opaque(name: str, at: Cursor) -> bool:
    """Whether a form is described as a text, `{type: string, format: binary}`, which no fields could ever make up."""
    value = at.value.get("schema")
    if not name.lower().startswith(_FORMS) or not isinstance(value, dict):
        return False
    return at.follow(at.at("schema"), value).value.get("type") in ("string", ["string"])


def encoding(at: Cursor) -> Encoding:
    """How a property is written; any of style, explode and allowReserved makes the style explicit (4.8.15.1.2)."""
    style = at.text("style") or "form"
    return Encoding(
        pointer=at.pointer,
        content_type=at.optional_text("contentType"),
        headers=_headers(at),
        style=style,
        explode=at.flag("explode", style in _EXPLODING_STYLES),
        allow_reserved=at.flag("allowReserved"),
        explicit_style=not at.value.keys().isdisjoint({"style", "explode", "allowReserved"}),
    )


def schema(at: Cursor, name: str) -> Schema | None:
    """The schema in a field; a reference in it stays."""
    value = at.value.get(name)
    if not isinstance(value, (bool, dict)):
        return None
    return Schema(pointer=join(at.pointer, name), value=value)


def examples(at: Cursor) -> dict[str, JSONValue]:
    """The examples with a value, by name; the one in `example` is called `default`. Serialised ones are left out."""
    named = {name: _example(child) for name, child in at.members("examples")}
    found = {name: value[0] for name, value in named.items() if value}
    return {"default": at.value["example"], **found} if "example" in at.value else found


def _example(at: Cursor) -> list[JSONValue]:
    return [at.value[name] for name in ("dataValue", "value") if name in at.value][:1]


def _has_text(at: Cursor) -> bool:
    return isinstance(at.value.get("serializedValue"), str)
