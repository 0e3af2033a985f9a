"""A contract as generators of clients take it: without what they choke on, and with what they misread said plainly.

Left out are links (openapi-generator refuses a document in which a `requestBody` of one is no text, and no client uses
them), webhooks and callbacks (openapi-generator writes Python for them that is none), examples of streams, and lengths
of binary texts (openapi-generator's Go takes the length of a file as that of a text, and does not compile). A 3.2
document becomes one of 3.1 (`older`), because two generators refuse 3.2 as a whole.

Server-sent events have no form that all generators read alike. Those that know nothing of them (`Events.TEXT`) would
parse the stream as one JSON value if they knew a schema, and so get the text; those that take it apart (`Events.DATA`)
hand over what is in `data`, and so get the schema of that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum

from handfast.contract.model import JSONValue
from handfast.contract.places import Kind, walk
from handfast.design.sdks.older import followed, in_3_1, is_newer

_EVENTS = "text/event-stream"
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_VALUES = frozenset({"example", "examples", "default", "const", "enum"})
"""Fields with values of users, in which nothing is a schema."""


class Events(StrEnum):
    """What a generator makes of server-sent events."""

    TEXT = "text"
    DATA = "data"


def for_sdks(source: Mapping[str, JSONValue], events: Events = Events.TEXT) -> dict[str, JSONValue]:
    """A copy of a bundled document for generators of clients."""
    document: dict[str, JSONValue] = json.loads(json.dumps(source))  # no part of it is shared, as YAML aliases are
    document.pop("webhooks", None)
    if is_newer(document):
        document = in_3_1(document)
    components = _mapping(document.get("components"))
    for unused in ("links", "callbacks"):
        components.pop(unused, None)
    for response in _responses(document, components):
        response.pop("links", None)
        for media_type, media in _mapping(response.get("content")).items():
            if isinstance(media, dict):
                _plain_stream(document, media_type, media, events)
    for place in walk(document):
        if place.kind is Kind.REQUEST_BODY and isinstance(place.value, dict):
            for media_type, media in _mapping(place.value.get("content")).items():
                if isinstance(media, dict) and "itemSchema" in media:
                    _plain_stream(document, media_type, media, Events.TEXT)
    _without_lengths(document)
    return document


def _without_lengths(value: JSONValue) -> None:
    """Take the lengths from all binary texts, wherever schemas stand."""
    if isinstance(value, list):
        for item in value:
            _without_lengths(item)
    elif isinstance(value, dict):
        if value.get("format") == "binary":
            value.pop("minLength", None)
            value.pop("maxLength", None)
        for name, member in value.items():
            if name not in _VALUES:
                _without_lengths(member)


def _responses(document: dict[str, JSONValue], components: dict[str, JSONValue]) -> Iterator[dict[str, JSONValue]]:
    """Every response that is written out, after the operations are rid of what is theirs."""
    items = [*_mapping(document.get("paths")).values(), *_mapping(components.get("pathItems")).values()]
    for item in items:
        path_item = _mapping(item)
        for method in _METHODS:
            operation = _mapping(path_item.get(method))
            operation.pop("callbacks", None)
            yield from map(_mapping, _mapping(operation.get("responses")).values())
    yield from map(_mapping, _mapping(components.get("responses")).values())


def _plain_stream(document: dict[str, JSONValue], media_type: str, media: dict[str, JSONValue], events: Events) -> None:
    """Say what comes of a stream in the words of 3.1."""
    item = media.pop("itemSchema", None)
    if media_type.partition(";")[0].strip().lower() == _EVENTS:
        schema = item if item is not None else _items(document, media.get("schema"))
        media.pop("example", None)
        media.pop("examples", None)
        media["schema"] = {"type": "string"} if events is Events.TEXT else _data(document, schema)
    elif item is not None:
        media["schema"] = {"type": "array", "items": item}


def _items(document: dict[str, JSONValue], schema: JSONValue) -> JSONValue:
    """The schema of each event, be it said of the whole stream as an array or of each event."""
    target = followed(document, schema)
    return target.get("items", schema)


def _data(document: dict[str, JSONValue], event: JSONValue) -> JSONValue:
    """The schema of what is in the `data` of an event; of an event without one, that of the event."""
    properties = _mapping(followed(document, event).get("properties"))
    if "data" not in properties:
        return event
    data = followed(document, properties["data"])
    return data.get("contentSchema", properties["data"])


def _mapping(value: JSONValue) -> dict[str, JSONValue]:
    """The object itself, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}
