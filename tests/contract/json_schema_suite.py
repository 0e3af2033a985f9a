"""The official JSON Schema test suite as OpenAPI documents: each schema in a component, or inline in an operation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

from tests.corpora import corpus

REMOTE_HOST = "http://localhost:1234/"
COMPONENT = "/components/schemas/Subject"
INLINE = "/paths/~1subject/post/requestBody/content/application~1json/schema"
_DATA = frozenset({"enum", "const", "default", "examples"})


@dataclass(frozen=True, slots=True)
class Group:
    """A schema of the suite with its cases: description, instance, and whether the schema admits it."""

    file: str
    name: str
    schema: Any
    cases: tuple[tuple[str, Any, bool], ...]

    def document(self, pointer: str) -> dict[str, Any]:
        """An OpenAPI 3.1 document with the schema at a pointer, `COMPONENT` or `INLINE`."""
        schema = _rebased(self.schema, pointer)
        document: dict[str, Any] = {"openapi": "3.1.1", "info": {"title": self.name, "version": "1"}, "paths": {}}
        if pointer == COMPONENT:
            document["components"] = {"schemas": {"Subject": schema}}
        else:
            body = {"required": True, "content": {"application/json": {"schema": schema}}}
            responses = {"204": {"description": "Admitted."}}
            document["paths"] = {
                "/subject": {"post": {"operationId": "judge", "requestBody": body, "responses": responses}}
            }
        if self.file == "format.json":  # the one file that wants formats to be annotations
            document["x-handfast-formats"] = "annotate"
        return document


def groups(folder: str) -> list[Group]:
    """The groups of a folder of the suite: `.`, `optional` or `optional/format`."""
    root = corpus("json-schema-test-suite") / "tests" / "draft2020-12" / folder
    return [
        Group(path.name, group["description"], group["schema"], tuple(_cases(group["tests"])))
        for path in sorted(root.glob("*.json"))
        for group in json.loads(path.read_text(encoding="utf-8"))
    ]


def remotes() -> dict[str, Any]:
    """The documents that the suite's schemas refer to, by URI."""
    root = corpus("json-schema-test-suite") / "remotes"
    return {
        REMOTE_HOST + path.relative_to(root).as_posix(): json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(root.rglob("*.json"))
        if _is_of_this_century(path.relative_to(root))
    }


def is_local(group: Group) -> bool:
    """Whether a group needs no document but its own, and JSON Schema's metaschema."""
    return not _needs_remotes(group.schema)


def _cases(tests: list[dict[str, Any]]) -> Iterator[tuple[str, Any, bool]]:
    for test in tests:
        yield test["description"], test["data"], test["valid"]


def _is_of_this_century(path: Path) -> bool:
    """Leave out drafts that `jsonschema-rs` does not have, and the one to come."""
    return path.parts[0] not in ("draft3", "draft4", "draft6", "v1")


def _needs_remotes(schema: Any) -> bool:
    """Whether a schema refers to a document of the suite's host that it does not define itself."""
    nodes = list(_nodes(schema, ""))
    defined = {base for _, base in nodes}
    wanted = {
        urldefrag(urljoin(base, reference)).url
        for node, base in nodes
        for keyword in ("$ref", "$dynamicRef", "$schema")
        if isinstance(reference := node.get(keyword), str)
    }
    return any(uri.startswith(REMOTE_HOST) for uri in wanted - defined)


def _nodes(node: Any, base: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every object in a schema, with the URI that its references are relative to."""
    if isinstance(node, dict):
        if isinstance(node.get("$id"), str):
            base = urldefrag(urljoin(base, node["$id"])).url
        yield node, base
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from _nodes(child, base)


def _rebased(schema: Any, pointer: str, owned: bool = False) -> Any:
    """The schema with references to its own root led to where it now stands; below an `$id` they are right already."""
    if isinstance(schema, list):
        return [_rebased(item, pointer, owned) for item in schema]
    if not isinstance(schema, dict):
        return schema
    identifier = schema.get("$id")
    owned = owned or (isinstance(identifier, str) and not identifier.startswith("#"))
    return {
        name: value
        if name in _DATA
        else f"#{pointer}{value[1:]}"
        if name in ("$ref", "$dynamicRef") and not owned and isinstance(value, str) and _is_of_root(value)
        else _rebased(value, pointer, owned)
        for name, value in schema.items()
    }


def _is_of_root(reference: str) -> bool:
    return reference == "#" or reference.startswith("#/")
