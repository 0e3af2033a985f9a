"""The bundle for generators of clients: `for_sdks`, references that lead to components alone, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from handfast.contract.model import JSONValue
from handfast.contract.names import pascal_case
from handfast.contract.places import Kind, walk
from handfast.contract.pointers import escape, from_fragment
from handfast.design.sdks.document import Events, for_sdks
from handfast.design.sdks.older import is_newer, lost

_SCHEMAS = "#/components/schemas/"
_DEPTH = 3  # tokens of the pointer of a component


def for_generators(
    source: Mapping[str, JSONValue], events: Events = Events.TEXT
) -> tuple[dict[str, JSONValue], list[str]]:
    """The document as generators take it, and a line for each thing that is another one now."""
    document = for_sdks(source, events)
    moved = [*_hoisted(document)]
    _drop_empty(document)
    return document, [*_left_out(source), *moved]


def _left_out(source: Mapping[str, JSONValue]) -> Iterator[str]:
    if is_newer(source):
        yield f"written as OpenAPI 3.1 instead of {source['openapi']}, which two generators refuse"
        yield from lost(dict(source))
    for name in _mapping(source.get("webhooks")):
        yield f"left out: webhook {name}"
    for path, item in _mapping(source.get("paths")).items():
        for method, operation in _mapping(item).items():
            if method == "query":
                yield f"left out: QUERY {path}, a method of OpenAPI 3.2"
            elif method == "additionalOperations":
                yield from (f"left out: {name} {path}, a method of OpenAPI 3.2" for name in _mapping(operation))
            else:
                yield from _parts_left_out(f"{method.upper()} {path}", _mapping(operation))


def _parts_left_out(title: str, operation: dict[str, JSONValue]) -> Iterator[str]:
    callbacks = operation.get("callbacks")
    if isinstance(callbacks, dict):
        yield from (f"left out: callback {name} of {title}" for name in callbacks)
    responses = _mapping(operation.get("responses"))
    links = [name for response in responses.values() for name in _mapping(_mapping(response).get("links"))]
    if links:
        yield f"left out: links of {title}: {', '.join(dict.fromkeys(links))}"


def _hoisted(document: dict[str, JSONValue]) -> Iterator[str]:
    """Give every target of a deep reference a component of its own; the place it was at refers to it too."""
    components = _made(document, "components")
    schemas = _made(components, "schemas")
    known: dict[str, str] = {}
    while (deep := next(_deep(document, known), None)) is not None:
        reference, tokens = deep
        holder, last = _holder(document, tokens)
        target = holder[int(last)] if isinstance(holder, list) else holder.get(last)
        if isinstance(target, dict) and isinstance(inner := target.get("$ref"), str) and len(target) == 1:
            known[reference] = inner
        else:
            name = _free(pascal_case(" ".join(_telling(tokens))), schemas)
            known[reference] = _SCHEMAS + escape(name)
            schemas[name] = target
            if isinstance(holder, list):
                holder[int(last)] = {"$ref": known[reference]}
            else:
                holder[last] = {"$ref": known[reference]}
            yield f"moved: {reference} to {known[reference]}"
        _redirect(document, reference, known[reference])


def _deep(document: dict[str, JSONValue], known: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for place in walk(document):
        reference = place.value.get("$ref") if isinstance(place.value, dict) else None
        if place.kind is Kind.SCHEMA and isinstance(reference, str) and reference.startswith("#/"):
            tokens = from_fragment(reference[1:])
            is_component = tokens[:2] == ("components", "schemas") and len(tokens) == _DEPTH
            if not is_component and reference not in known:
                yield reference, tokens


def _holder(
    document: dict[str, JSONValue], tokens: tuple[str, ...]
) -> tuple[dict[str, JSONValue] | list[JSONValue], str]:
    """What holds the target of a reference, references on the way followed, and under which name."""
    value: JSONValue = document
    for token in tokens[:-1]:
        value = _step(document, value, token)
    value = _followed(document, value)
    return (value if isinstance(value, list) else _mapping(value)), tokens[-1]


def _step(document: dict[str, JSONValue], value: JSONValue, token: str) -> JSONValue:
    value = _followed(document, value)
    if isinstance(value, list):
        return value[int(token)]
    return _mapping(value).get(token)


def _followed(document: dict[str, JSONValue], value: JSONValue) -> JSONValue:
    for _ in range(32):
        reference = value.get("$ref") if isinstance(value, dict) else None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            break
        value = document
        for token in from_fragment(reference[1:]):
            value = value[int(token)] if isinstance(value, list) else _mapping(value).get(token)
    return value


def _redirect(document: dict[str, JSONValue], old: str, new: str) -> None:
    """Every reference to the old place, and to what is below it, leads to the new one."""
    for place in walk(document):
        reference = place.value.get("$ref") if isinstance(place.value, dict) else None
        if isinstance(place.value, dict) and isinstance(reference, str):
            if reference == old:
                place.value["$ref"] = new
            elif reference.startswith(f"{old}/"):
                place.value["$ref"] = new + reference.removeprefix(old)


def _drop_empty(document: dict[str, JSONValue]) -> None:
    """`$defs` whose members all moved say nothing any more."""
    for place in list(walk(document)):
        if place.kind is Kind.SCHEMA and isinstance(place.value, dict) and isinstance(place.value.get("$defs"), dict):
            held = _mapping(place.value["$defs"])
            for name in [name for name, value in held.items() if isinstance(value, dict) and [*value] == ["$ref"]]:
                del held[name]
            if not held:
                del place.value["$defs"]


def _telling(tokens: tuple[str, ...]) -> Iterator[str]:
    """The parts of a pointer that make a name: those of authors, not those of the specification."""
    dull = {
        "components",
        "schemas",
        "properties",
        "$defs",
        "definitions",
        "paths",
        "content",
        "schema",
        "allOf",
        "oneOf",
    }
    yield from (token for token in tokens if token not in dull)


def _free(name: str, taken: Mapping[str, JSONValue]) -> str:
    return next(
        each for number in range(1, len(taken) + 2) if (each := name if number == 1 else f"{name}{number}") not in taken
    )


def _made(holder: dict[str, JSONValue], name: str) -> dict[str, JSONValue]:
    value = holder.setdefault(name, {})
    return value if isinstance(value, dict) else {}


def _mapping(value: JSONValue) -> dict[str, JSONValue]:
    return value if isinstance(value, dict) else {}
