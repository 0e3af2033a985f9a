"""What the metaschemas cannot say of paths, operations and parameters: names that must agree, and must differ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches

from handfast.contract import callback_urls, expressions
from handfast.contract.assembly import METHODS, derived_operation_id, methods, path_items
from handfast.contract.cursor import Cursor, JSONObject
from handfast.contract.findings import Finding
from handfast.contract.places import Kind, Place
from handfast.contract.pointers import join
from handfast.errors import Severity

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_IGNORED = ("accept", "content-type", "authorization")
_UNRESERVED_METHODS = {name.upper() for name in METHODS}


@dataclass(frozen=True, slots=True)
class _Operation:
    """An operation where it is served; `variables` are those of its path, None for a webhook, which has none yet."""

    method: str
    path: str
    at: Cursor
    item: tuple[Cursor, ...]
    variables: tuple[str, ...] | None


def check(root: Cursor, places: Sequence[Place]) -> Iterator[Finding]:
    """Everything that is wrong with paths, operations and parameters, in document order."""
    operations = list(_operations(root))
    sent = [*_webhooks(root), *_callbacks(places, root)]
    yield from _paths(root)
    yield from _operation_ids(operations, places)
    yield from callback_urls.check_names(places)
    for operation in (*operations, *sent):
        yield from _parameters(operation)
    for operation in operations:
        yield from callback_urls.check_parameters(operation.at, operation.item, f"{operation.method} {operation.path}")
    yield from _shared_parameters(places)
    yield from _additional_methods(root)


def _operations(root: Cursor) -> Iterator[_Operation]:
    """The operations under `paths` (callbacks and webhooks have no path of ours)."""
    paths = root.child("paths")
    for path, item in path_items(paths) if paths else ():
        yield from _of_item(path, item, tuple(_VARIABLE.findall(path)))


def _webhooks(root: Cursor) -> Iterator[_Operation]:
    for name, item in root.members("webhooks"):
        yield from _of_item(name, (item,), None)


def _callbacks(places: Sequence[Place], root: Cursor) -> Iterator[_Operation]:
    for place in places:
        if place.kind is Kind.CALLBACK and isinstance(place.value, dict) and "$ref" not in place.value:
            for name, item in Cursor(root.root, place.pointer, place.value).members():
                with suppress(ValueError):  # reported by callback_urls
                    yield from _of_item(name, (item,), expressions.parse(name).variables)


def _of_item(path: str, item: tuple[Cursor, ...], variables: tuple[str, ...] | None) -> Iterator[_Operation]:
    seen: set[str] = set()
    for part in item:
        for method, at in methods(part):
            if method not in seen:
                seen.add(method)
                yield _Operation(method, path, at, item, variables)


def _paths(root: Cursor) -> Iterator[Finding]:
    """Templates, and paths of one shape; these are refused only where an operation could not be told from another."""
    shapes: dict[str, tuple[str, set[str]]] = {}
    paths = root.child("paths")
    for path, item in path_items(paths) if paths else ():
        if not path.startswith("/"):
            continue
        pointer = join("", "paths", path)
        yield from _template(path, pointer)
        own = {method for part in item for method, _ in methods(part)}
        first, taken = shapes.setdefault(_VARIABLE.sub("{}", path), (path, set()))
        if first != path:
            yield Finding(
                "path-duplicate",
                f"{path} and {first} are the same path: only the names of their variables differ",
                pointer,
                hint="write one of the two, with the operations of both",
                severity=Severity.ERROR if taken & own else Severity.WARNING,
            )
        taken |= own


def _template(path: str, pointer: str) -> Iterator[Finding]:
    names = _VARIABLE.findall(path)
    rest = _VARIABLE.sub("", path)
    if "{" in rest or "}" in rest or "" in names:
        yield Finding(
            "path-template-invalid", f"the braces of {path} do not enclose names", pointer, hint="a variable is {name}"
        )
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding("path-template-invalid", f"{path} has the variable {{{name}}} twice", pointer)
    if "?" in rest or "#" in rest:
        message = f"{path} has a ? or a #, which a client must send as %3F or %23: it is no query, and no fragment"
        hint = "declare query parameters under parameters, with `in: query`"
        yield Finding("path-unusual", message, pointer, hint=hint, severity=Severity.WARNING)


def _operation_ids(operations: list[_Operation], places: Sequence[Place]) -> Iterator[Finding]:
    """No two operations with one name, whether it is given or derived; webhooks and callbacks are operations too."""
    seen: dict[str, tuple[str, bool]] = {}
    for operation in sorted(operations, key=lambda found: not found.at.text("operationId")):
        given = operation.at.text("operationId")
        name = given or derived_operation_id(operation.method, operation.path)
        place = f"{operation.method} {operation.path}"
        if name not in seen:
            seen[name] = (place, bool(given))
        elif given:
            hint = "an operationId names one operation of the whole contract"
            message = f'the operationId "{name}" is that of {seen[name][0]} already'
            yield Finding("operation-id-duplicate", message, operation.at.at("operationId"), hint, "value")
        else:
            message = f'without an operationId, {place} is called "{name}", which is what {seen[name][0]} is called'
            yield Finding("operation-id-collision", message, operation.at.pointer, "give it an operationId")
    served = {operation.at.pointer for operation in operations}
    for each in places:
        if each.kind is Kind.OPERATION and isinstance(each.value, dict) and each.pointer not in served:
            sent = each.value.get("operationId")
            if isinstance(sent, str) and sent in seen:
                hint = "an operationId names one operation of the whole contract, webhooks and callbacks included"
                message = f'the operationId "{sent}" is that of {seen[sent][0]} already'
                yield Finding("operation-id-duplicate", message, join(each.pointer, "operationId"), hint, "value")
            elif isinstance(sent, str):
                seen[sent] = (f"#{each.pointer}", True)


def _parameters(operation: _Operation) -> Iterator[Finding]:
    template = list(dict.fromkeys(filter(None, operation.variables or ())))
    declared: dict[tuple[str, str], Cursor] = {}
    for place in (*reversed(operation.item), operation.at):
        yield from _list(place, operation, declared, template)
    in_path = {name for location, name in declared if location == "path"}
    for name in template:
        if name not in in_path:
            close = get_close_matches(name, sorted(in_path - set(template)), n=1)
            hint = f'rename the parameter "{close[0]}" to "{name}", or the variable' if close else None
            yield Finding(
                "path-variable-undeclared",
                f"the variable {{{name}}} of {operation.path} has no parameter in {operation.method}",
                operation.at.pointer,
                hint=hint or _declaration(name, operation.path),
            )
    yield from _querystring(operation, declared)


def _declaration(name: str, path: str) -> str:
    """How to declare a variable: one behind a question mark is none of the path (RFC 3986, section 3.3)."""
    if f"{{{name}}}" in path.partition("?")[2]:
        return f"a path has no query: end it before the question mark, and declare a parameter {name} with `in: query`"
    return f"add a parameter with `name: {name}`, `in: path`, `required: true` and a schema"


def _list(
    place: Cursor, operation: _Operation, declared: dict[tuple[str, str], Cursor], template: list[str]
) -> Iterator[Finding]:
    here: set[tuple[str, str]] = set()
    for index, parameter in enumerate(place.items("parameters")):
        name, location = parameter.text("name"), parameter.text("in")
        key = (location, name.lower() if location == "header" else name)
        written = place.at("parameters", index)
        if key in here:
            yield Finding("parameter-duplicate", f'the {location} parameter "{name}" is declared twice here', written)
        here.add(key)
        declared[key] = parameter
        if location == "path" and operation.variables is not None and name not in template:
            yield _undeclared(name, operation, parameter, written, template)


def _undeclared(name: str, operation: _Operation, parameter: Cursor, written: str, template: list[str]) -> Finding:
    """A parameter that the path does not have; the finding is at the name, when the parameter is written here."""
    shared = parameter.pointer != written
    hint = f"rename the parameter to one of {', '.join(template)}, or" if template else "remove the parameter, or"
    if len(template) == 1:
        hint = f'rename the parameter to "{template[0]}", or'
        wanted = operation.path.replace(f"{{{template[0]}}}", f"{{{name}}}")
        hint += f" the path to {wanted}"
    else:
        hint += f" write {{{name}}} into the path"
    return Finding(
        "parameter-undeclared-in-path",
        f'path parameter "{name}" is not in the path {operation.path}',
        written if shared else join(parameter.pointer, "name"),
        hint,
        "value",
    )


def _querystring(operation: _Operation, declared: dict[tuple[str, str], Cursor]) -> Iterator[Finding]:
    """One `querystring` parameter, and then no `query` ones (OpenAPI 3.2.0, section 4.12.2.1)."""
    whole = [at for (location, _), at in declared.items() if location == "querystring"]
    if len(whole) > 1 or (whole and any(location == "query" for location, _ in declared)):
        message = (
            "a querystring parameter is the whole query: no other querystring or query parameter can stand beside it"
        )
        yield Finding("querystring-conflict", message, whole[-1].pointer)


def _shared_parameters(places: Sequence[Place]) -> Iterator[Finding]:
    """What a parameter or header says by itself, wherever it stands."""
    for place in places:
        if not isinstance(place.value, dict) or "$ref" in place.value:
            continue
        if place.kind is Kind.PARAMETER:
            yield from _parameter(place.pointer, place.value)
        if place.kind is Kind.RESPONSE or place.kind is Kind.ENCODING:
            headers = place.value.get("headers")
            for name in headers if isinstance(headers, dict) else ():
                yield from _header(join(place.pointer, "headers", name), name)
                if name.lower() == "content-type":
                    yield Finding(
                        "header-ignored",
                        "a header Content-Type is ignored: the media types of the content describe it",
                        join(place.pointer, "headers", name),
                        hint="remove the header",
                        severity=Severity.WARNING,
                    )


def _parameter(pointer: str, value: JSONObject) -> Iterator[Finding]:
    name, location = value.get("name"), value.get("in")
    if not isinstance(name, str):
        return
    if location == "header":
        yield from _header(join(pointer, "name"), name)
        if name.lower() in _IGNORED:
            yield Finding(
                "parameter-ignored",
                f"a header parameter {name} is ignored: media types and security schemes describe it",
                pointer,
                hint="remove the parameter",
                severity=Severity.WARNING,
            )
    if location == "path" and value.get("required") is not True and "schema" not in value:
        message = f'the path parameter "{name}" must say `required: true`, and is taken as if it did'
        yield Finding("parameter-path-optional", message, pointer, severity=Severity.WARNING)
    if location == "path" and ("{" in name or "}" in name or not name):
        yield Finding(
            "parameter-name-invalid", f'"{name}" cannot be the name of a path parameter', join(pointer, "name")
        )
    if location == "cookie" and not _HEADER_NAME.fullmatch(name):
        yield Finding(
            "parameter-name-invalid", f'"{name}" cannot be the name of a cookie (RFC 6265)', join(pointer, "name")
        )


def _header(pointer: str, name: str) -> Iterator[Finding]:
    if not _HEADER_NAME.fullmatch(name):
        hint = "a name is made of letters, digits and hyphens" if name else "write its name, or remove it"
        yield Finding("header-name-invalid", f'"{name}" cannot be the name of a header (RFC 9110, 5.1)', pointer, hint)


def _additional_methods(root: Cursor) -> Iterator[Finding]:
    paths = root.child("paths")
    for _, item in path_items(paths) if paths else ():
        for part in item:
            for method in part.mapping("additionalOperations"):
                pointer = part.at("additionalOperations", method)
                if method.upper() in _UNRESERVED_METHODS:
                    hint = f"write it as `{method.lower()}:` of the path item"
                    yield Finding("method-misplaced", f"{method} is no additional method", pointer, hint=hint)
                elif not _HEADER_NAME.fullmatch(method):
                    yield Finding("method-invalid", f'"{method}" cannot be a method (RFC 9110, 9.1)', pointer)
