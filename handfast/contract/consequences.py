"""Consequences: errors that are there only because of others, and say nothing that is true of the value.

`unevaluatedProperties` refuses what no part of a schema has judged. Where a part failed, that is all that it describes,
so that members which the contract knows would be called unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import TypeAlias

from jsonschema_rs import ValidationError

from handfast.contract.cursor import lookup
from handfast.contract.model import JSONValue
from handfast.contract.pointers import Tokens, from_fragment, to_tokens

_Path: TypeAlias = tuple[str | int, ...]
_IN_PLACE = frozenset({"allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "$ref"})


class Causes:
    """The errors of a value that others may follow from, by each part of the value that they are in."""

    def __init__(self, document: Mapping[str, JSONValue]) -> None:
        self._document = document
        self._paths: dict[_Path, list[_Path]] = {}

    def add(self, error: ValidationError) -> None:
        where = tuple(error.evaluation_path)
        for part in accumulate(([token] for token in error.instance_path), initial=list[str | int]()):
            self._paths.setdefault(tuple(part), []).append(where)

    def unexplained(self, error: ValidationError, names: Iterable[str], pointer: str) -> list[str]:
        """The members that are unknown, of those that `unevaluatedProperties` at a pointer of the document refuses."""
        *schema, _ = error.evaluation_path
        depth = len(schema)
        others = self._paths.get(tuple(error.instance_path), ())
        if not any(other[:depth] == tuple(schema) and {*other[depth : depth + 1]} & _IN_PLACE for other in others):
            return list(names)
        known = self._named(pointer.rpartition("/")[0])
        return [name for name in names if name not in known]

    def _named(self, pointer: str) -> set[str]:
        """The properties that the parts of a schema name."""
        names: set[str] = set()
        pending, seen = [self._at(to_tokens(pointer))], set[int]()
        while pending:
            schema = pending.pop()
            if not isinstance(schema, dict) or id(schema) in seen:
                continue
            seen.add(id(schema))
            properties = schema.get("properties")
            names |= set(properties if isinstance(properties, dict) else ())
            for keyword in _IN_PLACE:
                part = schema.get(keyword)
                if isinstance(part, str) and part.startswith("#/"):
                    part = self._at(from_fragment(part[1:]))
                elif keyword == "dependentSchemas" and isinstance(part, dict):
                    part = list(part.values())
                pending += part if isinstance(part, list) else [part]
        return names

    def _at(self, tokens: Tokens) -> JSONValue:
        try:
            return lookup(dict(self._document), tokens)
        except LookupError:
            return None
