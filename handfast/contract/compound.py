"""One JSON Schema 2020-12 resource for a whole document: every schema at a known place, every reference followed.

`jsonschema-rs` finds `$id`, `$anchor` and `$dynamicAnchor` only where JSON Schema itself keeps subschemas. So each
schema that stands somewhere in the OpenAPI document, in components or inline, becomes a member of one `$defs`, named
by its JSON Pointer, and every `$ref` to a place in the document is rewritten to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote

from handfast.contract.dialects import JSON_SCHEMA_2020_12
from handfast.contract.directions import BRANCHES, NOTHING, PASSING, Directions, Dropped
from handfast.contract.formats import bounded, evident
from handfast.contract.model import JSONValue, SchemaValue
from handfast.contract.patterns import readable
from handfast.contract.places import FIELDS, Kind, Shape
from handfast.contract.pointers import escape, from_fragment, to_pointer, unescape
from handfast.contract.schemas import Found, Schemas
from handfast.contract.uris import resolve, split

REFUSE = "x-handfast-refuse"
"""The keyword that refuses a member which the direction leaves out, wherever one is sent."""

_BASE = "https://contract.invalid/openapi"
_FIELDS = FIELDS[Kind.SCHEMA]
_ANCHORS = ("$anchor", "$dynamicAnchor")
_WORDS = frozenset({"title", "description", "example", "examples", "externalDocs", "xml"})
_SAFE = "/~!$&'()*+,;=:@"


@dataclass(frozen=True, slots=True)
class Compound:
    """The resource, and the way between its places and those of the document.

    `definitions` are the members of its `$defs`, and `names` gives the JSON Pointer in the document of each;
    `identifiers` that of each schema with an `$id`, by its absolute URI. `outside` and `dangling` are references that
    lead to other documents, and into this one but nowhere, each with the pointer of the schema that has it.
    """

    uri: str
    resource: dict[str, JSONValue]
    definitions: Mapping[str, SchemaValue]
    names: Mapping[str, str]
    identifiers: Mapping[str, str]
    outside: tuple[tuple[str, str], ...]
    dangling: tuple[tuple[str, str], ...]
    schemas: Schemas

    def reference(self, pointer: str) -> str | None:
        """The URI by which the schema at a JSON Pointer of the document is referred to; None if there is none."""
        found = self.schemas.find(pointer)
        if found is None or found.root not in self.names:
            return None
        return _reference(self.uri, found.root, found)

    def end_of(self, reference: str) -> str:
        """The URI that one leads to in the end, past schemas that do nothing but refer to another."""
        seen: set[str] = set()
        while reference not in seen:
            seen.add(reference)
            name = unescape(unquote(reference.removeprefix(f"{self.uri}#/$defs/")))
            schema = self.definitions.get(name)
            if not isinstance(schema, dict) or schema.keys() != {"$ref"}:
                break
            reference = resolve(self.uri, str(schema["$ref"]))
        return reference

    def wide(self, limit: int) -> Iterator[str]:
        """The URIs of the members of `$defs` that lead to more than so many of them."""
        next_to = {name: self._referred(schema) for name, schema in self.definitions.items()}
        for name in self.definitions:
            seen: set[str] = set()
            pending = [name]
            while pending and len(seen) <= limit:
                if (each := pending.pop()) not in seen:
                    seen.add(each)
                    pending += next_to[each]
            if len(seen) > limit:
                yield _reference(self.uri, name, None)

    def _referred(self, schema: SchemaValue) -> set[str]:
        """The members of `$defs` that a schema refers to, itself and in its subschemas."""
        start = f"{self.uri}#/$defs/"
        found = (resolve(self.uri, reference).removeprefix(start) for reference in _references_in(schema))
        return {unescape(unquote(each.partition("/")[0])) for each in found} & self.definitions.keys()

    def pointer(self, location: str) -> str:
        """The JSON Pointer in the document of an absolute keyword location."""
        uri, fragment = split(location)
        path = unquote(fragment)
        if uri != self.uri:
            return self.identifiers.get(uri, "") + (path if path.startswith("/") else "")
        name, slash, rest = path.removeprefix("/$defs/").partition("/")
        return self.names.get(unescape(name), "") + slash + rest


def build(
    document: Mapping[str, JSONValue], schemas: Schemas, directions: Directions | None = None, *, quick: bool = False
) -> Compound:
    """The compound of all schemas of a normalised document; without directions both are judged alike.

    References that lead nowhere are kept, and fail when a schema that has them is compiled. What is `quick` says the
    same so that it is judged sooner, and is harder to reason about.
    """
    builder = _Builder(_uri(document), schemas, directions, quick=quick)
    builder.build()
    resource: dict[str, JSONValue] = {
        "$schema": JSON_SCHEMA_2020_12,
        "$id": builder.uri,
        "$defs": dict(builder.definitions),
    }
    outside = tuple(each for each in builder.outside if each[0] not in builder.identifiers)
    return Compound(
        builder.uri,
        resource,
        builder.definitions,
        builder.names,
        builder.identifiers,
        outside,
        tuple(builder.dangling),
        schemas,
    )


class _Builder:
    """Rewrites one schema after the other; those that somebody points at are added on the way."""

    def __init__(self, uri: str, schemas: Schemas, directions: Directions | None, *, quick: bool) -> None:
        self.uri = uri
        self.definitions: dict[str, SchemaValue] = {}
        self.names: dict[str, str] = {}
        self.identifiers: dict[str, str] = {}
        self.outside: list[tuple[str, str]] = []
        self.dangling: list[tuple[str, str]] = []
        self._schemas = schemas
        self._directions = directions
        self._quick = quick

    def build(self) -> None:
        pending = list(self._schemas.roots)
        while pending:
            for pointer in pending:
                self._define(pointer, pointer, self._schemas.roots[pointer], NOTHING)
            pending = [pointer for pointer in self._schemas.roots if pointer not in self.names]

    def _define(self, name: str, pointer: str, schema: SchemaValue, dropped: Dropped) -> None:
        self.names[name] = pointer
        self.definitions[name] = True
        self.definitions[name] = self._schema(schema, self.uri, pointer, dropped)

    def _schema(self, schema: SchemaValue, base: str, pointer: str, dropped: Dropped) -> SchemaValue:
        if isinstance(schema, bool):
            return schema
        identifier = schema.get("$id")
        if isinstance(identifier, str) and not identifier.startswith("#"):
            base = split(resolve(base, identifier))[0]
            self.identifiers[base] = pointer
        names: frozenset[str] = frozenset()
        if self._directions is not None:
            names = self._directions.names(schema)
        inner = Dropped(dropped.names | names, dropped.branch) if names else dropped
        rewritten: dict[str, JSONValue] = {}
        for keyword, value in schema.items():
            at = f"{pointer}/{escape(keyword)}"
            if keyword in _FIELDS:
                rewritten[keyword] = self._keyword(keyword, value, base, at, inner)
            elif keyword in ("$ref", "$dynamicRef") and isinstance(value, str):
                rewritten[keyword] = self._follow(keyword, value, base, pointer, inner)
            elif keyword == "pattern" and isinstance(value, str):
                rewritten[keyword] = readable(value)
            elif keyword not in _WORDS and not (keyword in _ANCHORS and dropped.names):
                rewritten[keyword] = value
        if inner.names:
            _relax(rewritten, names, inner)
        finished = bounded(rewritten)
        return evident(finished) if self._quick else finished

    def _keyword(self, keyword: str, value: JSONValue, base: str, pointer: str, dropped: Dropped) -> JSONValue:
        if keyword not in PASSING:
            dropped = NOTHING
        elif keyword in BRANCHES and dropped.names:
            dropped = Dropped(dropped.names, branch=True)
        if isinstance(value, list):
            return [self._any(item, base, f"{pointer}/{index}", dropped) for index, item in enumerate(value)]
        if _FIELDS[keyword][0] is Shape.ONE or not isinstance(value, dict):
            return self._any(value, base, pointer, dropped)
        return {
            readable(name) if keyword == "patternProperties" else name: self._member(
                item, base, f"{pointer}/{escape(name)}", dropped, keyword
            )
            for name, item in value.items()
        }

    def _member(self, value: JSONValue, base: str, pointer: str, dropped: Dropped, keyword: str) -> JSONValue:
        member = self._any(value, base, pointer, dropped)
        if (
            self._directions is not None
            and keyword in ("properties", "patternProperties")
            and self._directions.is_left_out(value)
            and isinstance(member, dict)
        ):
            return {**member, REFUSE: True}
        return member

    def _any(self, value: JSONValue, base: str, pointer: str, dropped: Dropped) -> JSONValue:
        return self._schema(value, base, pointer, dropped) if isinstance(value, dict | bool) else value

    def _follow(self, keyword: str, reference: str, base: str, pointer: str, dropped: Dropped) -> str:
        """A reference into the document as one into the compound; others (anchors, `$id`s) stay."""
        uri, fragment = split(resolve(base, reference))
        if uri != self.uri:
            self.outside.append((uri, pointer))
        if uri != self.uri or not fragment.startswith("/"):
            return reference
        try:
            found = self._schemas.find(to_pointer(from_fragment(fragment)))
        except ValueError:
            found = None
        if found is None:
            self.dangling.append((reference, pointer))
            return reference
        name = found.root
        if keyword == "$ref" and dropped.names and self._is_asked(found, dropped):
            name = f"{found.pointer} without {', '.join(sorted(dropped.names))}{' in a branch' * dropped.branch}"
            if name not in self.names:
                self._define(name, found.pointer, found.value, dropped)
            return _reference("" if base == self.uri else self.uri, name, None)
        return _reference("" if base == self.uri else self.uri, name, found)

    def _is_asked(self, found: Found, dropped: Dropped) -> bool:
        return self._directions is not None and self._directions.demands(found.value, dropped.names)


def _relax(schema: dict[str, JSONValue], own: frozenset[str], dropped: Dropped) -> None:
    """Take the names that the direction leaves out from `required` and `dependentRequired`."""
    required = schema.get("required")
    if isinstance(required, list):
        kept: list[JSONValue] = [name for name in required if name not in dropped.names]
        tells_apart = dropped.branch and not kept and own.isdisjoint(name for name in required if isinstance(name, str))
        if not tells_apart:
            schema["required"] = kept
    dependent = schema.get("dependentRequired")
    if isinstance(dependent, dict):
        schema["dependentRequired"] = {
            name: [item for item in needed if item not in dropped.names] if isinstance(needed, list) else needed
            for name, needed in dependent.items()
        }


def _references_in(schema: SchemaValue) -> Iterator[str]:
    """What a schema refers to, itself and in its subschemas."""
    pending: list[JSONValue] = [schema]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if isinstance(reference := value.get("$ref"), str):
                yield reference
            pending += value.values()
        elif isinstance(value, list):
            pending += value


def _reference(uri: str, name: str, found: Found | None) -> str:
    """The URI reference of a member of `$defs`, or of what stands inside it."""
    rest = found.pointer[len(found.root) :] if found is not None else ""
    return f"{uri}#/$defs/{quote(escape(name), safe=_SAFE)}{quote(rest, safe=_SAFE)}"


def _uri(document: Mapping[str, JSONValue]) -> str:
    """The URI of the document: its `$self` (OpenAPI 3.2), or one that cannot be anybody's."""
    own = document.get("$self")
    return split(resolve(_BASE, own))[0] if isinstance(own, str) else _BASE
