"""The schemas of a document by JSON Pointer: the outermost ones, and what any pointer leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from handfast.contract.model import JSONValue, SchemaValue
from handfast.contract.places import FIELDS, Kind, Shape, children
from handfast.contract.pointers import Tokens, from_fragment, to_index, to_pointer, to_tokens

_HOPS = 32
"""References in a row that a pointer may pass before it counts as a circle."""


@dataclass(frozen=True, slots=True)
class Found:
    """A schema that a pointer leads to: `pointer` without detours, and the outermost schema `root` that it is in."""

    pointer: str
    root: str
    value: SchemaValue


class Schemas:
    """The outermost schemas of a normalised document, by pointer, in its order; grows by those that `find` adds."""

    def __init__(self, document: dict[str, JSONValue]) -> None:
        self._document = document
        self.roots: dict[str, SchemaValue] = dict(_outermost(document))

    def find(self, pointer: str) -> Found | None:
        """The schema at a pointer, which may pass through Reference Objects; None where there is none.

        A place that OpenAPI does not know as a schema (below an extension or an unknown keyword) becomes a root of its
        own, because somebody points at it.
        """
        if pointer in self.roots:
            return Found(pointer, pointer, self.roots[pointer])
        try:
            found = self._walk(to_tokens(pointer))
        except ValueError:
            return None
        if found is not None and found.root not in self.roots:
            self.roots[found.root] = found.value
        return found

    def _walk(self, tokens: Tokens) -> Found | None:
        value: JSONValue = self._document
        at: Tokens = ()
        hops = 0
        for index, token in enumerate(tokens):
            while (reference := _reference(value)) is not None and hops < _HOPS:
                hops += 1
                at = from_fragment(reference[1:])
                value = _get(self._document, at)
            step = _step(value, token)
            if step is None:
                return None
            value, at = step[0], (*at, token)
            here = to_pointer(at)
            if here in self.roots:
                return _inside(here, self.roots[here], at, tokens[index + 1 :])
        return Found(to_pointer(at), to_pointer(at), value) if isinstance(value, dict | bool) else None


def _inside(root: str, value: JSONValue, at: Tokens, rest: Tokens) -> Found | None:
    """Follow tokens inside a schema; one that leaves the keywords that hold schemas starts a root of its own."""
    expected: Shape | None = None
    known = True
    for token in rest:
        keyword = FIELDS[Kind.SCHEMA].get(token) if expected is None and isinstance(value, dict) else None
        if expected is None and keyword is None:
            known = False
        step = _step(value, token)
        if step is None:
            return None
        value, at = step[0], (*at, token)
        plain = expected is not None or keyword is None or (keyword[0] is Shape.ONE and not isinstance(value, list))
        expected = None if plain or keyword is None else keyword[0]
    if not isinstance(value, dict | bool):
        return None
    pointer = to_pointer(at)
    return Found(pointer, root if known and expected is None else pointer, value)


def _outermost(document: dict[str, JSONValue]) -> Iterator[tuple[str, SchemaValue]]:
    """The schemas that stand in something else than a schema."""
    pending: list[tuple[JSONValue, Kind, str]] = [(document, Kind.DOCUMENT, "")]
    while pending:
        value, kind, pointer = pending.pop()
        if kind is Kind.SCHEMA:
            if isinstance(value, dict | bool):
                yield pointer, value
        elif isinstance(value, dict):
            pending.extend(reversed(list(children(value, kind, pointer))))


def _reference(value: JSONValue) -> str | None:
    """The local reference that an object of the document is, if it is one."""
    reference = value.get("$ref") if isinstance(value, dict) else None
    return reference if isinstance(reference, str) and reference.startswith("#/") else None


def _get(value: JSONValue, tokens: Tokens) -> JSONValue:
    for token in tokens:
        step = _step(value, token)
        if step is None:
            return None
        value = step[0]
    return value


def _step(value: JSONValue, token: str) -> tuple[JSONValue] | None:
    """The member or item of a value that a token names, in a tuple because null is a value too."""
    if isinstance(value, dict):
        return (value[token],) if token in value else None
    if isinstance(value, list) and (index := to_index(token)) is not None and index < len(value):
        return (value[index],)
    return None
