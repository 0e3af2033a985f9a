"""References: what a `$ref` says, and whether each leads to an object of the right kind, and comes to an end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import unquote

from handfast.contract.cursor import JSONObject, lookup
from handfast.contract.places import Kind, Place, children
from handfast.contract.pointers import Tokens, from_fragment, join, to_pointer
from handfast.contract.sources import Positions
from handfast.contract.uris import resolve, split
from handfast.errors import Diagnostic

COMPONENTS: Mapping[Kind, str] = {
    Kind.SCHEMA: "schemas",
    Kind.RESPONSE: "responses",
    Kind.PARAMETER: "parameters",
    Kind.EXAMPLE: "examples",
    Kind.REQUEST_BODY: "requestBodies",
    Kind.HEADER: "headers",
    Kind.SECURITY_SCHEME: "securitySchemes",
    Kind.LINK: "links",
    Kind.CALLBACK: "callbacks",
    Kind.PATH_ITEM: "pathItems",
    Kind.MEDIA_TYPE: "mediaTypes",
}
"""What may be a reference, and the field of `components` where it lives."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
METASCHEMAS = "https://json-schema.org/draft/2020-12/"
"""References to the metaschemas of JSON Schema are no remote ones: the judge has them."""

_IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")


@dataclass(frozen=True, slots=True)
class Reference:
    """A `$ref` taken apart: the file (empty for its own), or a URI on another machine, and the fragment as written."""

    text: str
    file: str
    fragment: str
    remote: bool

    @property
    def anchor(self) -> str | None:
        """The plain name in the fragment, when it is one and no JSON Pointer."""
        return self.fragment if self.fragment and not self.fragment.startswith(("/", "%2F", "%2f")) else None


def parse(text: str) -> Reference:
    """A `$ref` taken apart (RFC 3986): percent-encoding in the name of the file is undone."""
    uri, fragment = split(text)
    remote = _SCHEME.match(uri) is not None or uri.startswith("//")
    return Reference(text, uri if remote else unquote(uri), fragment, remote)


def of(place: Place) -> str | None:
    """The `$ref` of an object that may be a reference."""
    if place.kind in COMPONENTS and isinstance(place.value, dict):
        target = place.value.get("$ref")
        return target if isinstance(target, str) else None
    return None


@dataclass(frozen=True, slots=True)
class Resources:
    """The schemas of a document that have an `$id`, by URI, and the anchors that stand outside them, with pointers."""

    by_uri: Mapping[str, str]
    anchors: Mapping[str, str]

    def base_of(self, pointer: str) -> str | None:
        """The URI of the innermost schema with an `$id` around a pointer."""
        inside = [(root, uri) for uri, root in self.by_uri.items() if pointer == root or pointer.startswith(f"{root}/")]
        return max(inside, key=lambda found: len(found[0]))[1] if inside else None


def resources(places: Mapping[str, Place]) -> Resources:
    """What schemas call themselves; an `$id` is resolved against the one around it (JSON Schema 2020-12, 8.2.1)."""
    by_uri: dict[str, str] = {}
    for pointer, place in places.items():
        if place.kind is Kind.SCHEMA and isinstance(place.value, dict):
            name = place.value.get("$id")
            if isinstance(name, str) and not name.startswith("#"):
                by_uri[split(resolve(Resources(by_uri, {}).base_of(pointer) or "", name))[0]] = pointer
    found = Resources(by_uri, {})
    anchors = {
        anchor: pointer
        for pointer, place in places.items()
        if place.kind is Kind.SCHEMA
        and isinstance(place.value, dict)
        and ("$anchor" in place.value or "$dynamicAnchor" in place.value)
        for anchor in (place.value.get("$anchor"), place.value.get("$dynamicAnchor"))
        if isinstance(anchor, str) and found.base_of(pointer) is None
    }
    return Resources(by_uri, anchors)


def check(
    document: JSONObject, places: Iterable[Place], positions: Positions, supplied: Set[str] = frozenset()
) -> Iterator[Diagnostic]:
    """Every reference of a bundled document that does not lead to an object of its kind, or that never ends.

    Schemas may refer to the `supplied` URIs as well.
    """
    return _Check(document, {place.pointer: place for place in places}, positions, supplied).run()


class _Check:
    def __init__(
        self, document: JSONObject, places: Mapping[str, Place], positions: Positions, supplied: Set[str]
    ) -> None:
        self.supplied = supplied
        self.document = document
        self.positions = positions
        self.places = places
        self.resources = resources(self.places)
        self.targets: dict[str, str] = {}

    def run(self) -> Iterator[Diagnostic]:
        for pointer, place in self.places.items():
            if (text := of(place)) is not None:
                fault = self._check(pointer, place, text)
                if fault is not None:
                    yield fault
        yield from self._cycles()

    def _check(self, pointer: str, place: Place, text: str) -> Diagnostic | None:
        if place.kind is Kind.SCHEMA:
            base = self.resources.base_of(pointer) if self.resources.by_uri else None
            if base is not None or not text.startswith("#"):
                return self._check_uri(pointer, base or "", text)
        reference = parse(text)
        if reference.anchor is not None:
            if (
                place.kind is Kind.SCHEMA
                and (found := self.resources.anchors.get(unquote(reference.anchor))) is not None
            ):
                self.targets[pointer] = found
                return None
            message = f'nothing is called "{text}": there is no such $anchor, and a JSON Pointer starts with #/'
            return self._fault("reference-missing", message, pointer)
        return self._check_pointer(pointer, place, reference)

    def _check_pointer(self, pointer: str, place: Place, reference: Reference) -> Diagnostic | None:
        try:
            tokens = from_fragment(reference.fragment)
        except ValueError as error:
            return self._fault("reference-syntax", f'"{reference.text}" is no reference: {error}', pointer)
        target = to_pointer(tokens)
        try:
            lookup(self.document, tokens)
        except LookupError:
            return self._fault(
                "reference-missing",
                f'"{reference.text}" is not there',
                pointer,
                hint=self._similar(place.kind, tokens[-1]),
            )
        found = self.places.get(target)
        if found is None and place.kind is Kind.SCHEMA and self._is_for_schemas(tokens):
            return None
        if found is None or found.kind is not place.kind:
            what = "nothing that OpenAPI knows" if found is None else name(found.kind)
            return self._fault(
                "reference-wrong-kind",
                f'"{reference.text}" is {what}; {name(place.kind)} is needed here',
                pointer,
                hint=f"refer to something under #/components/{COMPONENTS[place.kind]}",
            )
        self.targets[pointer] = target
        return None

    def _is_for_schemas(self, tokens: Tokens) -> bool:
        """Whether a place that OpenAPI does not know may hold a schema: below an extension, or an unknown keyword."""
        around = (self.places.get(to_pointer(tokens[:length])) for length in range(len(tokens)))
        extended = any(token.startswith("x-") for token in tokens)
        return extended or any(place is not None and place.kind is Kind.SCHEMA for place in around)

    def _check_uri(self, pointer: str, base: str, text: str) -> Diagnostic | None:
        """A reference in terms of `$id`s; what is inside a resource is left to the compiler of schemas."""
        uri, fragment = split(resolve(base, text))
        if uri in self.resources.by_uri:
            if not fragment:
                self.targets[pointer] = self.resources.by_uri[uri]
            return None
        if uri.startswith(METASCHEMAS) or uri in self.supplied or (uri == base and base):
            return None
        return self._fault(
            "reference-missing",
            f'"{text}" means {uri}, and no schema has that $id',
            pointer,
            hint="a reference inside a schema with an $id is relative to that $id",
        )

    def _fault(self, code: str, message: str, pointer: str, *, hint: str | None = None) -> Diagnostic:
        return self.positions.diagnostic(code, message, join(pointer, "$ref"), at="value", hint=hint)

    def _similar(self, kind: Kind, wanted: str) -> str | None:
        components = self.document.get("components")
        group = components.get(COMPONENTS[kind]) if isinstance(components, dict) else None
        names = get_close_matches(wanted, list(group), n=1) if isinstance(group, dict) else []
        return f'did you mean "#/components/{COMPONENTS[kind]}/{names[0]}"?' if names else None

    def _cycles(self) -> Iterator[Diagnostic]:
        """Chains that come back to where they were without a step into the data (a schema) or another message."""
        done: set[str] = set()
        for start in self.targets:
            path: list[str] = []
            on_path: set[str] = set()
            stack: list[tuple[str, bool]] = [(start, False)]
            while stack:
                pointer, leaving = stack.pop()
                if leaving:
                    on_path.discard(path.pop())
                    done.add(pointer)
                elif pointer in on_path:
                    yield self._cycle(path[path.index(pointer) :])
                elif pointer not in done:
                    path.append(pointer)
                    on_path.add(pointer)
                    stack.append((pointer, True))
                    stack.extend((following, False) for following in self._steps(pointer))

    def _steps(self, pointer: str) -> Iterator[str]:
        place = self.places[pointer]
        if pointer in self.targets:
            yield self.targets[pointer]
        if not isinstance(place.value, dict) or place.kind in (Kind.PATH_ITEM, Kind.CALLBACK):
            return
        for _, kind, child in children(place.value, place.kind, pointer):
            if child not in self.places or kind is Kind.CALLBACK:
                continue
            in_place = child[len(pointer) + 1 :].split("/", 1)[0] in _IN_PLACE
            if kind is not Kind.SCHEMA or (place.kind is Kind.SCHEMA and in_place):
                yield child

    def _cycle(self, path: list[str]) -> Diagnostic:
        start = next((pointer for pointer in path if pointer in self.targets), path[0])
        ways = " -> ".join(f"#{pointer}" for pointer in [*path, path[0]])
        is_schema = self.places[start].kind is Kind.SCHEMA
        return self._fault(
            "reference-cyclic",
            f"this never ends: {ways}",
            start,
            hint="a schema may refer to itself only below properties, items and the like" if is_schema else None,
        )


def name(kind: Kind) -> str:
    """A kind of object with its article, for messages."""
    text = kind.value.replace("-", " ")
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"
