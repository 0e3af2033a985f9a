"""Where the references of a document lead, found out without evaluating any schema."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from handfast.contract.model import JSONValue, SchemaValue
from handfast.contract.places import Kind, walk
from handfast.contract.pointers import from_fragment, to_pointer
from handfast.contract.schemas import Schemas
from handfast.contract.uris import resolve, split

_BASE = "https://contract.invalid/openapi"
_ANCHORS = ("$anchor", "$dynamicAnchor")


class References:
    """Resolves `$ref` by JSON Pointer, `$id` and `$anchor` (JSON Schema 2020-12 Core, section 8.2).

    `targets` are the JSON Pointers of all schemas that get a name because some reference in the document leads to them,
    or because they are unions with a discriminator. What was looked up once is remembered: samples of large values come
    back to the same places thousands of times.
    """

    def __init__(self, document: Mapping[str, JSONValue]) -> None:
        self.schemas = Schemas(dict(document))
        self._found: dict[str, SchemaValue] = {}
        self._targets: dict[tuple[str, str], str | None] = {}
        self._identifiers: dict[str, str] = {}
        self._bases: dict[str, str] = {}
        self._anchors: dict[tuple[str, str], str] = {}
        written: list[tuple[str, str]] = []
        for root, value in list(self.schemas.roots.items()):
            for place in walk(value, Kind.SCHEMA, root):
                if isinstance(place.value, dict):
                    self._index(place.value, place.pointer)
                    if isinstance(reference := place.value.get("$ref"), str):
                        written.append((reference, place.pointer))
                    if discriminator(place.value) is not None:
                        written.append((f"#{quote(place.pointer)}", ""))
        resolved = (self.resolve(reference, pointer) for reference, pointer in written)
        self.targets: Mapping[str, None] = dict.fromkeys(target for target in resolved if target is not None)

    def schema(self, pointer: str) -> SchemaValue:
        """The schema at a JSON Pointer; a place without one admits everything."""
        if (known := self._found.get(pointer)) is not None:
            return known
        found = self.schemas.find(pointer)
        value = self._found[pointer] = True if found is None else found.value
        return value

    def has_default(self, pointer: str) -> bool:
        """Whether a schema has a default, its own or one behind `$ref` or `allOf`."""
        seen: set[str] = set()
        pending = [pointer]
        while pending:
            here = pending.pop(0)
            schema = self.schema(here)
            if here in seen or isinstance(schema, bool):
                continue
            seen.add(here)
            if "default" in schema:
                return True
            if isinstance(reference := schema.get("$ref"), str) and (target := self.resolve(reference, here)):
                pending.append(target)
            if isinstance(members := schema.get("allOf"), list):
                pending.extend(f"{here}/allOf/{index}" for index in range(len(members)))
        return False

    def resolve(self, reference: str, pointer: str) -> str | None:
        """The JSON Pointer of the schema that a reference written at `pointer` leads to; None if there is none."""
        written = (self._base(pointer), reference)
        if written not in self._targets:
            self._targets[written] = self._target(*written)
        return self._targets[written]

    def _target(self, base: str, reference: str) -> str | None:
        uri, fragment = split(resolve(base, reference))
        root = "" if uri == _BASE else self._identifiers.get(uri)
        if root is None:
            return None
        if fragment and not fragment.startswith("/"):
            return self._anchors.get((uri, fragment))
        try:
            found = self.schemas.find(root + to_pointer(from_fragment(fragment)))
        except ValueError:
            return None
        return None if found is None or not found.pointer else found.pointer

    def _index(self, schema: dict[str, JSONValue], pointer: str) -> None:
        identifier = schema.get("$id")
        if isinstance(identifier, str) and not identifier.startswith("#"):
            base = split(resolve(self._base(pointer), identifier))[0]
            self._bases[pointer] = base
            self._identifiers[base] = pointer
        for keyword in _ANCHORS:
            if isinstance(anchor := schema.get(keyword), str):
                self._anchors.setdefault((self._base(pointer), anchor), pointer)

    def _base(self, pointer: str) -> str:
        while self._bases and pointer:
            if pointer in self._bases:
                return self._bases[pointer]
            pointer = pointer.rpartition("/")[0]
        return _BASE


def discriminator(schema: SchemaValue) -> dict[str, JSONValue] | None:
    """The Discriminator Object of a union; None for a schema that has none, or is no union."""
    if isinstance(schema, bool) or not ("oneOf" in schema or "anyOf" in schema):
        return None
    found = schema.get("discriminator")
    return found if isinstance(found, dict) and isinstance(found.get("propertyName"), str) else None
