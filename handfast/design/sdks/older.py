"""A document of OpenAPI 3.2 in the words of 3.1, for generators that refuse 3.2 or read past what is new in it.

What says something to people alone moves to a description or goes. A whole query string that is a form becomes the
query parameters that it has; one of another kind goes, as do flows and methods that 3.1 does not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from handfast.contract.model import JSONValue
from handfast.contract.places import Kind, change
from handfast.contract.pointers import from_fragment

_FORM = "application/x-www-form-urlencoded"
_NEW: Mapping[Kind, tuple[str, ...]] = {
    Kind.DOCUMENT: ("$self",),
    Kind.COMPONENTS: ("mediaTypes",),
    Kind.PATH_ITEM: ("query", "additionalOperations"),
    Kind.RESPONSE: ("summary",),
    Kind.MEDIA_TYPE: ("description", "prefixEncoding", "itemEncoding"),
    Kind.ENCODING: ("encoding", "prefixEncoding", "itemEncoding"),
    Kind.EXAMPLE: ("dataValue", "serializedValue"),
    Kind.SECURITY_SCHEME: ("deprecated", "oauth2MetadataUrl"),
}
"""The fields that 3.1 does not know."""
_LONGEST_CHAIN = 20


def is_newer(document: Mapping[str, JSONValue]) -> bool:
    """Whether a document is one of OpenAPI 3.2."""
    return str(document.get("openapi", "")).startswith("3.2")


def in_3_1(document: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """A document of 3.2 as one of 3.1, but for `itemSchema`."""

    def older(value: dict[str, JSONValue], kind: Kind, _: str) -> dict[str, JSONValue]:
        if kind is Kind.MEDIA_TYPE and "$ref" in value:
            return change(followed(document, value), older, kind)
        if "$ref" in value and kind not in (Kind.SCHEMA, Kind.PATH_ITEM):
            return value
        if kind in (Kind.PATH_ITEM, Kind.OPERATION) and isinstance(value.get("parameters"), list):
            value["parameters"] = [new for each in _list(value["parameters"]) for new in plain(document, each)]
        _reword(value, kind)
        for name in _NEW.get(kind, ()):
            value.pop(name, None)
        return value

    return change(document, older) | {"openapi": "3.1.1"}


def plain(document: dict[str, JSONValue], parameter: JSONValue) -> list[JSONValue]:
    """A parameter as 3.1 has it: a query string that is a form in parts, none for another one."""
    found = followed(document, parameter)
    if found.get("in") != "querystring":
        return [parameter]
    form = _mapping(followed(document, _mapping(found.get("content")).get(_FORM)))
    schema = followed(document, form.get("schema"))
    needed = _list(schema.get("required")) if found.get("required") is True else []
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": each}
        for name, each in _mapping(schema.get("properties")).items()
    ]


def lost(document: dict[str, JSONValue]) -> Iterator[str]:
    """A line for each security flow that 3.1 does not have, and for each query string."""
    for name, scheme in _mapping(_mapping(document.get("components")).get("securitySchemes")).items():
        if "deviceAuthorization" in _mapping(_mapping(scheme).get("flows")):
            yield f"left out: the flow deviceAuthorization of {name}, which is new in OpenAPI 3.2"
    for path, item in _mapping(document.get("paths")).items():
        for method, holder in (("", item), *_mapping(item).items()):
            for each in _list(_mapping(holder).get("parameters")):
                found = followed(document, each)
                if found.get("in") == "querystring":
                    title = f"{method.upper()} {path}".strip()
                    parts = ", ".join(str(_mapping(part)["name"]) for part in plain(document, each))
                    said = f"written as the query parameters {parts}" if parts else "left out"
                    yield f"{said}: the query string {found.get('name')} of {title}, which is new in OpenAPI 3.2"


def followed(document: dict[str, JSONValue], value: JSONValue) -> dict[str, JSONValue]:
    """What a reference within the document leads to; empty for what is no object."""
    for _ in range(_LONGEST_CHAIN):
        reference = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            break
        value = document
        for token in from_fragment(reference[1:]):
            value = _mapping(value).get(token)
    return _mapping(value)


def _reword(value: dict[str, JSONValue], kind: Kind) -> None:
    """Say what there is another word for."""
    match kind:
        case Kind.DOCUMENT if "tags" in value:
            value["tags"] = [_tag(_mapping(tag)) for tag in _list(value.get("tags"))]
        case Kind.COMPONENTS:
            parameters = _mapping(value.get("parameters"))
            for name in [name for name, each in parameters.items() if _mapping(each).get("in") == "querystring"]:
                del parameters[name]
        case Kind.PARAMETER if value.get("style") == "cookie":
            del value["style"]  # `form`, which is the style of cookies in 3.1
        case Kind.RESPONSE:
            value.setdefault("description", value.get("summary", ""))
        case Kind.EXAMPLE if "dataValue" in value:
            value.setdefault("value", value["dataValue"])
        case Kind.SECURITY_SCHEME:
            _mapping(value.get("flows")).pop("deviceAuthorization", None)
        case Kind.SCHEMA:
            _mapping(value.get("discriminator")).pop("defaultMapping", None)
            xml = _mapping(value.get("xml"))
            if xml.pop("nodeType", None) == "attribute":
                xml["attribute"] = True
        case _:
            pass
    for server in _list(value.get("servers")) if kind in (Kind.DOCUMENT, Kind.PATH_ITEM, Kind.OPERATION) else ():
        _mapping(server).pop("name", None)


def _tag(tag: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """A tag with its summary as the description, where it has none."""
    told = {"description": tag["summary"]} if "summary" in tag else {}
    return told | {name: value for name, value in tag.items() if name not in ("summary", "kind", "parent")}


def _mapping(value: JSONValue) -> dict[str, JSONValue]:
    return value if isinstance(value, dict) else {}


def _list(value: JSONValue) -> list[JSONValue]:
    return value if isinstance(value, list) else []
