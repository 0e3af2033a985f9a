"""A valid document as a Contract: operations with what they inherit, servers, security schemes, tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from handfast.contract import parts
from handfast.contract.cursor import Cursor
from handfast.contract.model import (
    JSONValue,
    Operation,
    Parameter,
    ParameterLocation,
    SecurityRequirement,
    SecurityScheme,
    Server,
    Tag,
)
from handfast.contract.names import words
from handfast.contract.scheme_names import scheme_name

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
"""The fields of a path item that are operations; `query` since 3.2."""

UNTAGGED = "default"
"""The tag of operations that have none, and are no callbacks of others."""


def operations(root: Cursor) -> Iterator[Operation]:
    """The operations under `paths`, in document order."""
    paths = root.child("paths")
    for path, item in path_items(paths) if paths else ():
        yield from _operations(_Setting(root, item, path))


def webhooks(root: Cursor) -> Iterator[Operation]:
    """The operations under `webhooks`; the path of each is the webhook's name."""
    for name, item in root.members("webhooks"):
        yield from _operations(_Setting(root, (_beside(root, item, "webhooks", name), item), name, is_sent=True))


def servers(root: Cursor, at: Cursor | None = None) -> tuple[Server, ...]:
    """The servers of an object, or those of the document."""
    declared = at if at is not None and "servers" in at.value else root
    return tuple(_server(child) for child in declared.items("servers"))


def security_schemes(root: Cursor) -> dict[str, SecurityScheme]:
    """The security schemes by name."""
    components = root.child("components")
    return {name: _scheme(name, child) for name, child in components.members("securitySchemes")} if components else {}


def tags(root: Cursor, declared_by: tuple[Operation, ...]) -> tuple[Tag, ...]:
    """The declared tags, then those that operations name without a declaration, in document order."""
    declared = {
        at.text("name"): Tag(
            name=at.text("name"),
            pointer=at.pointer,
            description=at.text("description"),
            parent=at.optional_text("parent"),
            kind=at.optional_text("kind"),
        )
        for at in root.items("tags")
    }
    for operation in declared_by:
        for name in (operation.tag, *operation.tags):
            declared.setdefault(name, Tag(name=name))
    return tuple(declared.values())


def derived_operation_id(method: str, path: str) -> str:
    """The name of an operation that has none: its method and the words of its path, a variable after `By`.

    `GET /articles/{slug}` gives `getArticlesBySlug`, `GET /` gives `getRoot`.
    """
    words_of_path = ""
    for segment in path.replace("{", "/{").replace("}", "}/").split("/"):
        text = _capitalised(segment)
        words_of_path += f"By{text}" if segment.startswith("{") and text else text
    return f"{method.lower()}{words_of_path or 'Root'}"


def _capitalised(text: str) -> str:
    """The words of a text in one, each with a capital."""
    return "".join(word[0].upper() + word[1:] for word in words(text))


def path_items(paths: Cursor) -> Iterator[tuple[str, tuple[Cursor, ...]]]:
    """The path items of `paths`, as written and, when that is a reference, as referred to."""
    for path, item in paths.members():
        yield path, (_beside(paths, item, path), item)


def _beside(parent: Cursor, item: Cursor, *tokens: str) -> Cursor:
    """A path item as it is written, before its reference: fields beside a `$ref` count, and win."""
    value: JSONValue = parent.value
    for token in tokens:
        value = value[token] if isinstance(value, dict) else None
    own = parent.at(*tokens)
    return Cursor(parent.root, own, value) if isinstance(value, dict) and own != item.pointer else item


@dataclass(frozen=True, slots=True)
class _Setting:
    """A path item where it stands, as written and as referred to; `above`: the operations that it is a callback of.

    `is_sent`: its operations are webhooks or callbacks. Their responses are no shared ones, whatever component they
    are, because their bodies are of the other direction (see Contract.as_messages).
    """

    root: Cursor
    item: tuple[Cursor, ...]
    path: str
    callback: str = ""
    above: frozenset[str] = frozenset()
    tag: str = UNTAGGED
    is_sent: bool = False

    def derived_operation_id(self, method: str) -> str:
        return f"{self.callback}{method.capitalize()}" if self.callback else derived_operation_id(method, self.path)


def _operations(setting: _Setting) -> Iterator[Operation]:
    """The operations of a path item; what is written beside a reference goes before what that leads to."""
    seen: set[str] = set()
    for part in setting.item:
        for method, at in methods(part):
            if method not in seen:
                seen.add(method)
                yield _operation(setting, part, at, method)


def methods(item: Cursor) -> Iterator[tuple[str, Cursor]]:
    """The operations that a path item has itself, by method as sent on the wire."""
    for field, value in item.value.items():
        if field in METHODS and isinstance(value, dict):
            yield field.upper(), item.follow(item.at(field), value)
    yield from item.members("additionalOperations")


def _operation(setting: _Setting, part: Cursor, at: Cursor, method: str) -> Operation:
    tag_names = at.texts("tags")
    body = at.child("requestBody")
    answers = at.child("responses")
    serving = next((place for place in (at, *setting.item) if "servers" in place.value), None)
    operation_id = at.text("operationId") or setting.derived_operation_id(method)
    tag = tag_names[0] if tag_names else setting.tag
    responses = tuple(parts.response(status, child) for status, child in answers.members()) if answers else ()
    return Operation(
        pointer=at.pointer,
        operation_id=operation_id,
        method=method,
        path=setting.path,
        tag=tag,
        tags=tag_names,
        summary=at.text("summary") or part.text("summary"),
        description=at.text("description") or part.text("description"),
        deprecated=at.flag("deprecated"),
        parameters=_parameters(setting.item, at),
        request_body=parts.request_body(body) if body else None,
        responses=tuple(replace(each, component=None) for each in responses) if setting.is_sent else responses,
        security=_security(at if "security" in at.value else setting.root, setting.root),
        servers=servers(setting.root, serving),
        callbacks={
            name: tuple(_callbacks(setting, callback, f"{operation_id}{_capitalised(name)}", at.pointer, tag))
            for name, callback in at.members("callbacks")
            if at.pointer not in setting.above
        },
        extensions=at.extensions(),
    )


def _callbacks(setting: _Setting, callback: Cursor, name: str, parent: str, tag: str) -> Iterator[Operation]:
    """The operations of a callback, one level of those that lead back to where they come from.

    One without an operationId is called after the operation, the callback and the method (`subscribeOnEventPost`);
    where the callback has several expressions, after their words too.
    """
    expressions = list(callback.members())
    for expression, item in expressions:
        yield from _operations(
            _Setting(
                root=setting.root,
                item=(_beside(callback, item, expression), item),
                path=expression,
                callback=f"{name}{_capitalised(expression)}" if len(expressions) > 1 else name,
                above=setting.above | {parent},
                tag=tag,
                is_sent=True,
            )
        )


def _parameters(item: tuple[Cursor, ...], at: Cursor) -> tuple[Parameter, ...]:
    """The parameters of a path, those of the operation in place of equal ones; header names have no case."""
    found: dict[tuple[ParameterLocation, str], Parameter] = {}
    for place in (*reversed(item), at):
        for child in place.items("parameters"):
            parameter = parts.parameter(child)
            if not _is_ignored(parameter):
                found[_identity(parameter)] = parameter
    return tuple(found.values())


def _identity(parameter: Parameter) -> tuple[ParameterLocation, str]:
    name = parameter.name.lower() if parameter.location is ParameterLocation.HEADER else parameter.name
    return parameter.location, name


def _is_ignored(parameter: Parameter) -> bool:
    """Accept, Content-Type and Authorization are described elsewhere; such parameters SHALL be ignored (4.8.12.2)."""
    return parameter.location is ParameterLocation.HEADER and parameter.name.lower() in {
        "accept",
        "content-type",
        "authorization",
    }


def _security(at: Cursor, root: Cursor) -> tuple[SecurityRequirement, ...]:
    requirements = at.value.get("security")
    return tuple(
        {scheme_name(root.value, name): _scopes(scopes) for name, scopes in requirement.items()}
        for requirement in (requirements if isinstance(requirements, list) else ())
        if isinstance(requirement, dict)
    )


def _scopes(value: JSONValue) -> tuple[str, ...]:
    return tuple(scope for scope in value if isinstance(scope, str)) if isinstance(value, list) else ()


def _scheme(name: str, at: Cursor) -> SecurityScheme:
    is_key = at.text("type") == "apiKey"
    return SecurityScheme(
        pointer=at.pointer,
        name=name,
        type=at.text("type"),
        scheme=at.text("scheme").lower(),
        bearer_format=at.text("bearerFormat"),
        location=ParameterLocation(at.text("in")) if is_key else None,
        parameter_name=at.text("name") if is_key else "",
        flows=at.mapping("flows"),
        open_id_connect_url=at.text("openIdConnectUrl"),
        description=at.text("description"),
        deprecated=at.flag("deprecated"),
    )


def _server(at: Cursor) -> Server:
    defaults = {name: child.text("default") for name, child in at.members("variables")}
    return Server(
        pointer=at.pointer,
        url=at.text("url"),
        base_path=base_path(at.text("url"), defaults),
        description=at.text("description"),
    )


def base_path(url: str, variables: Mapping[str, str]) -> str:
    """The path of a server's URL, absolute or relative, without a slash at the end; the root is the empty text.

    A relative one begins where the document is served, at the root; `.` and `..` are resolved, as clients do before
    they send anything (RFC 3986, section 5.2.4).
    """
    for name, default in variables.items():
        url = url.replace(f"{{{name}}}", default)
    kept: list[str] = []
    for segment in urlsplit(url).path.removeprefix("/").split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return f"/{'/'.join(kept)}".rstrip("/")
