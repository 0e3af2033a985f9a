"""What the metaschemas cannot say of security, servers, tags, media types and links: that what is named exists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TypeAlias
from urllib.parse import urlsplit

from handfast.contract.cursor import Cursor, JSONObject
from handfast.contract.findings import Finding
from handfast.contract.framing import has_items
from handfast.contract.model import JSONValue
from handfast.contract.parts import is_media_type
from handfast.contract.places import Kind, Place
from handfast.contract.pointers import join
from handfast.contract.scheme_names import scheme_name
from handfast.errors import Severity

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_COMPONENT_NAME = re.compile(r"[a-zA-Z0-9._-]+")

_WITH_EXAMPLES = (Kind.PARAMETER, Kind.HEADER, Kind.MEDIA_TYPE)  # whose metaschema forgets it in 3.1

_Schemes: TypeAlias = dict[str, JSONObject]


def check(root: Cursor, places: Sequence[Place], version: str) -> Iterator[Finding]:
    """Everything that is named but not there, or not well formed."""
    schemes = _schemes(root)
    operation_ids = {
        name
        for place in places
        if place.kind is Kind.OPERATION
        and isinstance(place.value, dict)
        and isinstance(name := place.value.get("operationId"), str)
    }
    yield from _security(root, root.value, "", schemes, version)
    yield from _servers(root.value, "")
    yield from _tags(root, version)
    for place in places:
        value, pointer = place.value, place.pointer
        if not isinstance(value, dict):
            continue
        if "$ref" in value and place.kind not in (Kind.SCHEMA, Kind.PATH_ITEM):
            yield from _beside_reference(value, pointer, version)
            continue
        if place.kind is Kind.SCHEMA and "$ref" in value and version == "3.0":
            yield from _beside_reference(value, pointer, version)
        if place.kind in (Kind.OPERATION, Kind.PATH_ITEM, Kind.LINK):
            yield from _servers(value, pointer)
        if place.kind is Kind.OPERATION:
            yield from _security(root, value, pointer, schemes, version)
        if place.kind is Kind.LINK:
            yield from _link(value, pointer, operation_ids)
        if place.kind in (Kind.REQUEST_BODY, Kind.RESPONSE, Kind.PARAMETER, Kind.HEADER):
            yield from _media_types(value, pointer)
            yield from _items(root, value, pointer)
        if version == "3.1" and place.kind in _WITH_EXAMPLES and "example" in value and "examples" in value:
            message = '"example" and "examples" exclude each other'
            yield Finding("fields-exclusive", message, join(pointer, "example"), "move the one into the others")
    yield from _component_names(root)


def _schemes(root: Cursor) -> _Schemes:
    components = root.child("components")
    return {name: at.value for name, at in components.members("securitySchemes")} if components else {}


def _security(root: Cursor, value: JSONObject, pointer: str, schemes: _Schemes, version: str) -> Iterator[Finding]:
    requirements = value.get("security")
    for index, requirement in enumerate(requirements if isinstance(requirements, list) else ()):
        for written, scopes in requirement.items() if isinstance(requirement, dict) else ():
            at = join(pointer, "security", index, written)
            name = scheme_name(root.value, written) if version == "3.2" else written
            if name not in schemes:
                close = get_close_matches(name, list(schemes), n=1)
                hint = f'did you mean "{close[0]}"?' if close else "declare it in components/securitySchemes"
                yield Finding("security-scheme-unknown", f'there is no security scheme "{name}"', at, hint)
            else:
                yield from _scopes(name, schemes[name], scopes if isinstance(scopes, list) else [], at, version)


def _scopes(name: str, scheme: JSONObject, scopes: list[JSONValue], pointer: str, version: str) -> Iterator[Finding]:
    kind = scheme.get("type")
    if kind == "oauth2":
        flows = scheme.get("flows")
        known = [
            scope
            for flow in (flows.values() if isinstance(flows, dict) else ())
            if isinstance(flow, dict) and isinstance(declared := flow.get("scopes"), dict)
            for scope in declared
        ]
        for index, scope in enumerate(scopes):
            if scope not in known:
                close = get_close_matches(str(scope), known, n=1)
                hint = f'did you mean "{close[0]}"?' if close else f"add it to the scopes of {name}"
                message = f'no flow of {name} has the scope "{scope}"'
                yield Finding("security-scope-unknown", message, join(pointer, index), hint, severity=Severity.WARNING)
    elif scopes and kind != "openIdConnect" and version == "3.0":
        message = f"{name} is of type {kind}, which has no scopes in OpenAPI 3.0"
        yield Finding("security-scope-unknown", message, pointer, "write an empty list", severity=Severity.WARNING)


def _servers(value: JSONObject, pointer: str) -> Iterator[Finding]:
    servers = value.get("servers")
    named = [
        (join(pointer, "servers", index), server)
        for index, server in enumerate(servers if isinstance(servers, list) else ())
    ]
    if "server" in value:
        named.append((join(pointer, "server"), value["server"]))
    for at, server in named:
        if isinstance(server, dict):
            yield from _server(server, at)


def _server(server: JSONObject, pointer: str) -> Iterator[Finding]:
    url = server.get("url")
    variables = server.get("variables")
    declared = variables if isinstance(variables, dict) else {}
    names = _VARIABLE.findall(url) if isinstance(url, str) else []
    for name in names:
        if name not in declared:
            message = f"the URL has the variable {{{name}}}, which is not under variables"
            hint = f"add it under variables, with a default: {name}: {{default: ...}}"
            in_path = f"{{{name}}}" in urlsplit(str(url)).path
            severity = (
                Severity.ERROR if in_path else Severity.WARNING
            )  # only the path is what a service is served under
            yield Finding("server-variable-unknown", message, join(pointer, "url"), hint, "value", severity)
    for name, variable in declared.items():
        if name not in names:
            message = f"the URL has no variable {{{name}}}"
            yield Finding(
                "server-variable-unused", message, join(pointer, "variables", name), severity=Severity.WARNING
            )
        if isinstance(variable, dict):
            options, default = variable.get("enum"), variable.get("default")
            if isinstance(options, list) and options and default is not None and default not in options:
                message = f'the default "{default}" is not one of {", ".join(map(str, options))}'
                place = join(pointer, "variables", name, "default")
                yield Finding("server-variable-default", message, place, at="value", severity=Severity.WARNING)


def _tags(root: Cursor, version: str) -> Iterator[Finding]:
    parents: dict[str, str | None] = {}
    for index, tag in enumerate(root.items("tags")):
        name = tag.text("name")
        if name in parents:
            yield Finding("tag-duplicate", f'the tag "{name}" is declared twice', join("", "tags", index))
        parents.setdefault(name, tag.optional_text("parent"))
    if version != "3.2":
        return
    for index, (name, parent) in enumerate(parents.items()):
        pointer = join("", "tags", index, "parent")
        if parent is not None and parent not in parents:
            yield Finding("tag-parent-unknown", f'there is no tag "{parent}"', pointer, at="value")
        elif _is_own_ancestor(name, parents):
            yield Finding("tag-parent-cyclic", f'the tag "{name}" is its own ancestor', pointer)


def _is_own_ancestor(name: str, parents: dict[str, str | None]) -> bool:
    ancestor = parents.get(name)
    for _ in parents:
        if ancestor is None or ancestor == name:
            break
        ancestor = parents.get(ancestor)
    return ancestor == name


def _beside_reference(value: JSONObject, pointer: str, version: str) -> Iterator[Finding]:
    kept = {"$ref"} if version == "3.0" else {"$ref", "summary", "description"}
    ignored = [name for name in value if name not in kept and not name.startswith("x-")]
    if ignored and isinstance(value["$ref"], str):
        yield Finding(
            "reference-siblings-ignored",
            f"{', '.join(ignored)} beside a $ref {'is' if len(ignored) == 1 else 'are'} ignored in OpenAPI {version}",
            join(pointer, ignored[0]),
            hint="use allOf with the $ref in it" if version == "3.0" else "change what is referred to",
            severity=Severity.WARNING,
        )


def _link(value: JSONObject, pointer: str, operation_ids: set[str]) -> Iterator[Finding]:
    name = value.get("operationId")
    if isinstance(name, str) and name not in operation_ids:
        close = get_close_matches(name, sorted(operation_ids), n=1)
        hint = f'did you mean "{close[0]}"?' if close else None
        message = f'no operation is called "{name}"'
        yield Finding("link-operation-unknown", message, join(pointer, "operationId"), hint, "value", Severity.WARNING)
    if "body" in value:
        hint = 'what to send is "requestBody"; a server is "server"'
        yield Finding("field-unknown", 'a link has no field "body"', join(pointer, "body"), hint)


def _media_types(value: JSONObject, pointer: str) -> Iterator[Finding]:
    content = value.get("content")
    names = list(content) if isinstance(content, dict) else []
    severity = Severity.WARNING if any(map(is_media_type, names)) else Severity.ERROR
    for name in names:
        if not is_media_type(name):
            hint = "a media type is type/subtype, such as application/json, or a range, such as text/*"
            if is_media_type(name.partition(";")[0].strip()):
                hint = "what follows the semicolon is name=value, such as text/plain; charset=utf-8"
            message = (
                f'"{name}" is no media type, and is ignored'
                if severity is Severity.WARNING
                else f'"{name}" is no media type'
            )
            yield Finding("media-type-invalid", message, join(pointer, "content", name), hint, severity=severity)


def _items(root: Cursor, value: JSONObject, pointer: str) -> Iterator[Finding]:
    """What says how items are, under media types that have none."""
    content = value.get("content")
    for name, media in content.items() if isinstance(content, dict) else ():
        at = join(pointer, "content", name)
        declared = root.follow(at, media) if isinstance(media, dict) else None
        if declared is not None and "itemSchema" in declared.value and is_media_type(name) and not has_items(name):
            message = f'itemSchema is for sequences: nothing says where an item of "{name}" ends'
            hint = "write `schema` for the whole, or a media type such as application/jsonl or text/event-stream"
            yield Finding("item-schema-misplaced", message, declared.at("itemSchema"), hint)


def _component_names(root: Cursor) -> Iterator[Finding]:
    """In 3.0 the metaschema says it too; twice is not reported twice."""
    for group, members in root.mapping("components").items():
        for name in members if isinstance(members, dict) and not group.startswith("x-") else ():
            if not _COMPONENT_NAME.fullmatch(name):
                message = f'the name "{name}" has characters other than letters, digits, dots, dashes and _'
                yield Finding("component-name-invalid", message, join("", "components", group, name))
