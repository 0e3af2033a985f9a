"""Reach: operations that nobody can call, paths that hide others, and servers where nothing is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from handfast.contract.model import Direction, JSONValue, Operation, Schema
from handfast.contract.pointers import escape
from handfast.design.reading import Reading, below
from handfast.design.rule import Finding, Rule
from handfast.errors import ContractError, Severity


def operation_unreachable(reading: Reading) -> Iterator[Finding]:
    for operation in reading.contract.operations:
        for pointer, schema, what in _needed(operation):
            try:
                satisfiable = reading.contract.judge(schema, Direction.REQUEST).is_satisfiable()
            except ContractError:
                continue
            if not satisfiable:
                message = f"nobody can call {operation.operation_id}: no value satisfies its required {what}"
                yield Finding(pointer, message, "correct the schema that it has")


def _needed(operation: Operation) -> Iterator[tuple[str, Schema, str]]:
    for parameter in operation.parameters:
        if parameter.required and parameter.schema is not None:
            yield parameter.pointer, parameter.schema, f'{parameter.location} parameter "{parameter.name}"'
    body = operation.request_body
    schemas = [media.schema for media in body.content.values()] if body is not None and body.required else []
    if len(schemas) == 1 and schemas[0] is not None and body is not None:
        yield body.pointer, schemas[0], "request body"


def path_shadowed(reading: Reading) -> Iterator[Finding]:
    """A concrete path takes a value away from a parameter of a template that admits it."""
    templates: dict[tuple[str, int], list[Operation]] = {}
    for operation in reading.contract.operations:
        if "{" in operation.path:
            templates.setdefault((operation.method, operation.path.count("/")), []).append(operation)
    for operation in reading.contract.operations:
        for other in templates.get((operation.method, operation.path.count("/")), ()):
            taken = _taken(operation, other)
            if taken is not None and _admits(reading, other, *taken):
                name, text = taken
                message = f'{other.operation_id} is never asked for the {name} "{text}", which this path takes'
                hint = f'exclude "{text}" from the values of {name} by a pattern, or choose another path'
                yield Finding(f"/paths/{escape(operation.path)}", message, hint)


_VARIABLE = re.compile(r"\{([^{}]+)\}")


def _taken(concrete: Operation, template: Operation) -> tuple[str, str] | None:
    """The variable of a template whose place a literal segment of an otherwise equal path has, and the literal."""
    ours, theirs = concrete.path.split("/"), template.path.split("/")
    if len(ours) != len(theirs) or concrete.path == template.path:
        return None
    found: list[tuple[str, str]] = []
    for own, other in zip(ours, theirs, strict=True):
        variable = _VARIABLE.fullmatch(other)
        if variable is not None and "{" not in own:
            found.append((variable[1], unquote(own)))
        elif "{" in own and "{" in other:
            continue
        elif own != other:
            return None
    return found[0] if len(found) == 1 else None


def _admits(reading: Reading, operation: Operation, name: str, text: str) -> bool:
    for parameter in operation.parameters:
        if parameter.location == "path" and parameter.name == name and parameter.schema is not None:
            values: list[JSONValue] = [text, *([int(text)] if text.isdecimal() else [])]
            try:
                judge = reading.contract.judge(parameter.schema, Direction.REQUEST)
                return any(judge.is_valid(value) for value in values)
            except ContractError:
                return False
    return False


def server_url(reading: Reading) -> Iterator[Finding]:
    for server in reading.contract.servers:
        if not server.pointer:
            continue
        url = re.sub(r"\{[^{}]*\}", "x", server.url)
        at = below(server.pointer, "url")
        try:
            parts = urlsplit(url)
            parts.port  # noqa: B018 - raises where it is no number
        except ValueError as error:
            yield Finding(at, f"{server.url} is no URL: {error}", "for example https://api.example.org/v1")
            continue
        if not parts.scheme and not url.startswith(("/", ".")) and url:
            yield Finding(at, f"{server.url} is relative to this document's own address", "write https:// before it")
        elif parts.scheme and not parts.netloc:
            yield Finding(at, f"{server.url} has no host", "for example https://api.example.org/v1")
        elif parts.query or parts.fragment:
            yield Finding(at, "the URL of a server has neither query nor fragment, because paths are put behind it")
        elif len(url) > 1 and url.endswith("/"):
            message = "paths are put behind the URL, so that addresses get two slashes"
            yield Finding(at, message, f"write {server.url.rstrip('/') or '/'}")


RULES = (
    Rule("operation-unreachable", Severity.ERROR, "Every operation can be called.", operation_unreachable),
    Rule("path-shadowed", Severity.HINT, "A literal path takes a value away from its neighbour.", path_shadowed),
    Rule("server-url", Severity.WARNING, "The URL of a server is where the paths begin.", server_url),
)
