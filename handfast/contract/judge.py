"""The judge: compiled validators for every schema of a document, in both directions, and what they say of a value.

`jsonschema-rs` decides: JSON Schema 2020-12 with formats asserted. Patterns are compiled by its linear-time engine; a
schema with a pattern that only the backtracking engine takes (look-around, back-references) is compiled by that one,
which gives up, and refuses the value, after a fixed number of steps. The linter reports such patterns.

Integers of any size are judged exactly. A number with a fraction or an exponent is the IEEE 754 double that the JSON
parser made of it, which is what every handler and client in Python sees too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TypeAlias

import jsonschema_rs
from jsonschema_rs import ValidationErrorKind as Kinds
from jsonschema_rs import canonical

from handfast.contract.compound import REFUSE, Compound, build
from handfast.contract.dialects import JSON_SCHEMA_2020_12
from handfast.contract.directions import CODES, Directions
from handfast.contract.formats import STRINGS
from handfast.contract.model import Direction, JSONValue
from handfast.contract.pointers import join
from handfast.contract.schemas import Schemas
from handfast.contract.verdicts import Explainer, SchemaError
from handfast.errors import ContractError, Diagnostic

__all__ = ["Judge", "Judges", "SchemaError"]

FORMATS = "x-handfast-formats"
"""The extension at the root of a document that makes `format` an annotation, with the value `annotate`."""

_REGEX_SIZE = 150_000_000
"""Bytes that one compiled pattern may take; bounded repetitions of Unicode classes need far more than the default."""

_STEPS = 1_000_000
"""Steps of the backtracking engine before it gives up on a value."""

_SMALL = 2_000
"""Members and items up to which all errors of a value are collected; of a larger one the first is reported.

`jsonschema-rs` collects all errors at once, 7 microseconds each: 200,000 wrong items would block for 1.5 seconds.
"""

_Options: TypeAlias = jsonschema_rs.RegexOptions | jsonschema_rs.FancyRegexOptions
_LINEAR = jsonschema_rs.RegexOptions(size_limit=_REGEX_SIZE)
_BACKTRACKING = jsonschema_rs.FancyRegexOptions(backtrack_limit=_STEPS, size_limit=_REGEX_SIZE)


_NO_SCHEMA = "this is no schema of JSON Schema 2020-12"


class Judge:
    """Judges values by one schema in one direction; compiled at the first use, or by `compile`."""

    __slots__ = ("_canonical_form", "_direction", "_judges", "_pointer", "_validator")

    def __init__(self, judges: Judges, pointer: str, direction: Direction) -> None:
        self._judges = judges
        self._pointer = pointer
        self._direction = direction
        self._validator: jsonschema_rs.Validator | None = None
        self._canonical_form: jsonschema_rs.CanonicalSchema | None = None

    def compile(self) -> jsonschema_rs.Validator:
        """The compiled validator; raises ContractError when the schema cannot be enforced."""
        if self._validator is None:
            self._validator = self._judges.room(self._direction).compile(self._pointer)
        return self._validator

    def is_valid(self, value: JSONValue) -> bool:
        """Whether the schema admits a value."""
        return (self._validator or self.compile()).is_valid(value)

    def errors(self, value: JSONValue, limit: int = 20) -> list[SchemaError]:
        """What is wrong with a value, at most `limit` errors; empty if nothing is.

        Of a value with more than a few thousand members and items only the first error is looked for.
        """
        found = self._found(value)
        return list(islice(self._judges.room(self._direction).explain(found, value), limit))

    def is_satisfiable(self) -> bool:
        """Whether some value can satisfy the schema; True as well where that cannot be decided."""
        schema = self._canonical()
        return schema is None or schema.satisfiability() is not canonical.Satisfiability.NO

    def covers(self, other: Judge) -> bool:
        """Whether it is proven that this schema admits everything that another one does."""
        ours, theirs = self._canonical(), other._canonical()
        return ours is not None and theirs is not None and ours.covers(theirs) is canonical.Containment.YES

    def _canonical(self) -> jsonschema_rs.CanonicalSchema | None:
        if self._canonical_form is None:
            self._canonical_form = self._judges.room(self._direction).canonical(self._pointer)
        return self._canonical_form

    def _found(self, value: JSONValue) -> Iterator[jsonschema_rs.ValidationError]:
        validator = self.compile()
        if _is_small(value):
            yield from validator.iter_errors(value)
            return
        try:
            validator.validate(value)
        except jsonschema_rs.ValidationError as error:
            yield error


class Judges:
    """The judges of all schemas of a normalised document, each compiled when it is first needed.

    `remotes` are documents that schemas may refer to, by absolute URI; nothing is ever fetched. JSON Schema's own
    metaschemas are always there.
    """

    def __init__(self, document: Mapping[str, JSONValue], remotes: Mapping[str, JSONValue] | None = None) -> None:
        self._document = document
        self._remotes = remotes or {}
        self._schemas: Schemas | None = None
        self._rooms: dict[Direction, _Room] = {}
        self._judges: dict[tuple[str, Direction], Judge] = {}

    def judge(self, pointer: str, direction: Direction) -> Judge:
        """The judge of the schema at a JSON Pointer of the document; cheap, nothing is compiled yet."""
        key = (pointer, direction)
        if (judge := self._judges.get(key)) is None:
            judge = self._judges[key] = Judge(self, pointer, direction)
        return judge

    def check(self) -> list[Diagnostic]:
        """A diagnostic for each schema that cannot be compiled, and so not be enforced; takes a while."""
        room = self.room(Direction.REQUEST)
        found = {(each.code, each.pointer): each for each in room.faults()}
        known = {pointer for pointer in room.pointers() if any(f"{at}/".startswith(f"{pointer}/") for _, at in found)}
        for pointer in room.pointers():
            try:
                self.judge(pointer, Direction.REQUEST).compile()
            except ContractError as error:
                found.update({(each.code, each.pointer): each for each in error.diagnostics if pointer not in known})
        return list(found.values())

    def room(self, direction: Direction) -> _Room:
        """What the judges of a direction share; for judges."""
        if not self._rooms:
            self._schemas = Schemas(dict(self._document))
            shared: _Room | None = None
            for each in Direction:
                directions = Directions(self._schemas, each)
                if directions.is_needed():
                    self._rooms[each] = _Room(self._document, self._schemas, each, directions, self._remotes)
                else:
                    shared = shared or _Room(self._document, self._schemas, each, None, self._remotes)
                    self._rooms[each] = shared
        return self._rooms[direction]


class _Room:
    """What the judges of one direction share: the compound, and the registry made of it."""

    def __init__(
        self,
        document: Mapping[str, JSONValue],
        schemas: Schemas,
        direction: Direction,
        directions: Directions | None,
        remotes: Mapping[str, JSONValue],
    ) -> None:
        self._document = document
        self._schemas = schemas
        self._directions = directions
        self._remotes = remotes
        self._refusal = CODES[direction]
        self._missing: set[str] = set()
        self._built: tuple[Compound, jsonschema_rs.Registry] | None = None

    def pointers(self) -> list[str]:
        """The pointers of all outermost schemas."""
        self._build()
        return list(self._schemas.roots)

    def faults(self) -> list[Diagnostic]:
        """What can be said of schemas without compiling them: references that fail, keywords with wrong values."""
        return [*self._broken_references(), *_invalid(self._build()[0])]

    def explain(self, errors: Iterator[jsonschema_rs.ValidationError], value: JSONValue) -> Iterator[SchemaError]:
        compound, _ = self._build()
        explainer = Explainer(self._document, compound.pointer, self._refusal)
        for error in errors:
            yield from explainer.explain(error, value)

    def compile(self, pointer: str) -> jsonschema_rs.Validator:
        reference = self._referred(pointer)
        try:
            return self._compile(reference, _LINEAR)
        except jsonschema_rs.ValidationError as error:
            if not _is_pattern(error):
                raise self._refused(error, pointer) from None
        try:
            return self._compile(reference, _BACKTRACKING)
        except jsonschema_rs.ValidationError as error:
            raise self._refused(error, pointer) from None

    def _refused(self, error: jsonschema_rs.ValidationError, pointer: str) -> ContractError:
        if isinstance(error.kind, Kinds.Referencing):
            message = f"a reference leads nowhere: {error.message}"
            return ContractError(
                self._broken_references() or [_diagnostic("schema-reference-unresolved", message, pointer)]
            )
        if _is_pattern(error):
            message = f"a pattern is no regular expression of ECMA-262: {error.message}"
            return ContractError([_diagnostic("pattern-invalid", message, pointer)])
        return ContractError([_diagnostic("schema-invalid", f"{_NO_SCHEMA}: {error.message}", pointer)])

    def _broken_references(self) -> list[Diagnostic]:
        compound, _ = self._build()
        return [
            *(
                _diagnostic("schema-reference-remote", f"{uri} is not part of the contract", join(pointer, "$ref"))
                for uri, pointer in compound.outside
                if uri in self._missing
            ),
            *(
                _diagnostic("schema-reference-unresolved", f"{reference} leads nowhere", join(pointer, "$ref"))
                for reference, pointer in compound.dangling
            ),
        ]

    def canonical(self, pointer: str) -> jsonschema_rs.CanonicalSchema | None:
        """The schema in a form that can be reasoned about, or None."""
        reference, registry = self._referred(pointer), self._build()[1]
        try:
            return jsonschema_rs.canonicalize(
                {"$ref": reference}, registry=registry, validate_formats=True, pattern_options=_BACKTRACKING
            )
        except (ValueError, canonical.CanonicalizationError):
            return None

    def _compile(self, reference: str, options: _Options) -> jsonschema_rs.Validator:
        return jsonschema_rs.Draft202012Validator(
            {"$ref": reference},
            registry=self._build()[1],
            validate_formats=self._document.get(FORMATS) != "annotate",
            formats=dict(STRINGS),
            keywords={REFUSE: _Refused},
            pattern_options=options,
        )

    def _referred(self, pointer: str) -> str:
        reference = self._build()[0].reference(pointer)
        if reference is None:
            self._built = None  # `reference` has noted the place, if there is one, as a schema that somebody wants
            reference = self._build()[0].reference(pointer)
        if reference is None:
            raise ContractError([_diagnostic("schema-missing", "there is no schema here", pointer)])
        return reference

    def _build(self) -> tuple[Compound, jsonschema_rs.Registry]:
        if self._built is None:
            compound = build(self._document, self._schemas, self._directions)
            resources = {**self._remotes, compound.uri: compound.resource}
            registry = jsonschema_rs.Registry(list(resources.items()), retriever=self._not_supplied)
            self._built = compound, registry
        return self._built

    def _not_supplied(self, uri: str) -> jsonschema_rs.JSONType:
        """What stands for a document that nobody supplied: a schema that cannot be compiled."""
        self._missing.add(uri)
        return {"$ref": "#/not-supplied"}


class _Refused:
    """The keyword beside a member that the direction leaves out: nothing fits it."""

    def __init__(self, parent_schema: dict[str, object], value: object, schema_path: list[str | int]) -> None:
        pass

    def validate(self, instance: object) -> None:
        raise ValueError("left out")


def _is_small(value: JSONValue) -> bool:
    """Whether a value has few members and items, counted without looking at more than that."""
    left = _SMALL
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, dict | list):
            left -= len(current)
            if left < 0:
                return False
            pending.extend(current.values() if isinstance(current, dict) else current)
    return True


def _is_pattern(error: jsonschema_rs.ValidationError) -> bool:
    return isinstance(error.kind, Kinds.Format) and error.kind.format == "regex"


def _invalid(compound: Compound) -> Iterator[Diagnostic]:
    """The schemas that are none, with the places of what is wrong."""
    metaschema = jsonschema_rs.Draft202012Validator({"$ref": JSON_SCHEMA_2020_12})
    if metaschema.is_valid(compound.resource):
        return
    for pointer, schema in compound.schemas.roots.items():
        for error in () if metaschema.is_valid(schema) else metaschema.iter_errors(schema):
            yield _diagnostic("schema-invalid", f"{_NO_SCHEMA}: {error.message}", join(pointer, *error.instance_path))


def _diagnostic(code: str, message: str, pointer: str) -> Diagnostic:
    return Diagnostic(code=code, message=message, pointer=pointer)
