"""What the judges of one direction share: the compound of all schemas, and the engine that compiles them.

Patterns are compiled by the linear-time engine of `jsonschema-rs`; a schema with a pattern that only the backtracking
engine takes (look-around, back-references) is compiled by that one, which gives up, and refuses the value, after a
fixed number of steps. The linter reports such patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import jsonschema_rs
from jsonschema_rs import ValidationErrorKind as Kinds
from jsonschema_rs import canonical

from handfast.contract.compiled import Compiled
from handfast.contract.compound import REFUSE, Compound, build
from handfast.contract.cursor import lookup
from handfast.contract.dialects import JSON_SCHEMA_2020_12
from handfast.contract.directions import CODES, Directions
from handfast.contract.formats import STRINGS, bounded
from handfast.contract.model import Direction, JSONValue
from handfast.contract.patterns import readable
from handfast.contract.places import Kind, change, walk
from handfast.contract.pointers import join, to_tokens
from handfast.contract.schemas import Schemas
from handfast.contract.verdicts import Explainer, SchemaError
from handfast.errors import ContractError, Diagnostic

FORMATS = "x-handfast-formats"
"""The extension at the root of a document that makes `format` an annotation, with the value `annotate`."""

_REGEX_SIZE = 150_000_000
"""Bytes that one compiled pattern may take; bounded repetitions of Unicode classes need far more than the default."""

_COUNT = re.compile(r"(?<=[{,])\d+(?=[,}])")
"""A bound of a repetition."""

_REPEATED = re.compile(r"\{(\d{1,9}),(\d{1,9})\}")
"""A repetition with both bounds."""

_WIDE = 30
"""Schemas that one may lead to and still have a validator of its own, which has a copy of each."""

_JSON = re.compile(r"application/json|[^/]+/[^/]+\+json", re.IGNORECASE)
"""A media type that is JSON (RFC 6839, section 3.1)."""

_STEPS = 1_000_000
"""Steps of the backtracking engine before it gives up on a value."""

_Options: TypeAlias = jsonschema_rs.RegexOptions | jsonschema_rs.FancyRegexOptions
_LINEAR = jsonschema_rs.RegexOptions(size_limit=_REGEX_SIZE)
_BACKTRACKING = jsonschema_rs.FancyRegexOptions(backtrack_limit=_STEPS, size_limit=_REGEX_SIZE)


_NO_SCHEMA = "this is no schema of JSON Schema 2020-12"


class Engine:
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
        self._located: dict[str, str] = {}
        self._missing: set[str] = set()
        self._built: dict[bool, tuple[Compound, jsonschema_rs.Registry]] = {}
        self._compiled: dict[str, Compiled] = {}
        self._wide: Mapping[str, Compiled] | None = None

    def pointers(self) -> list[str]:
        """The pointers of all outermost schemas."""
        self._build()
        return list(self._schemas.roots)

    def faults(self) -> list[Diagnostic]:
        """What can be said of schemas without compiling them: references that fail, keywords with wrong values."""
        return [*self._broken_references(), *_invalid(self._build()[0])]

    def wrong_patterns(self) -> Iterator[Diagnostic]:
        """A diagnostic for each pattern that is none, at the pattern itself; for when a schema did not compile.

        Each is compiled once, wherever it stands: one that repeats too often takes seconds.
        """
        reasons: dict[str, str] = {}
        for place in walk(dict(self._document)):
            schema = place.value
            if place.kind is not Kind.SCHEMA or not isinstance(schema, dict):
                continue
            named = schema.get("patternProperties")
            found = [
                (join(place.pointer, "patternProperties", each), each)
                for each in (named if isinstance(named, dict) else ())
            ]
            found += [(join(place.pointer, "pattern"), text)] if isinstance(text := schema.get("pattern"), str) else []
            for pointer, pattern in found:
                if pattern not in reasons:
                    reasons[pattern] = _why_no_pattern(pattern)
                if reasons[pattern]:
                    yield _diagnostic("pattern-invalid", reasons[pattern], pointer)

    def explain(self, errors: Iterator[jsonschema_rs.ValidationError], value: JSONValue) -> Iterator[SchemaError]:
        """Errors of the validators in our words; `value` is the one that was judged."""
        return Explainer(self._document, self._locate, self._refusal).explain(errors, value)

    def _locate(self, location: str) -> str:
        """The pointer of a keyword location, cut back to what is written in the document.

        Bounds of a format, refusals, and where a format is asked about are the judges' own. There are no more locations
        than keywords, so all are kept.
        """
        if (known := self._located.get(location)) is not None:
            return known
        value: JSONValue = dict(self._document)
        written = ""
        tokens = to_tokens(self._build()[0].pointer(location))
        for token in tokens:
            try:
                value = lookup(value, (token,))
            except LookupError:
                if tokens[-1] == "format":
                    written = join(written.removesuffix("/allOf"), "format")
                break
            written = join(written, token)
        self._located[location] = written
        return written

    @cached_property
    def has_contents(self) -> bool:
        """Whether any schema of the document says with `contentSchema` what a text holds."""
        return any(
            place.kind is Kind.SCHEMA and isinstance(place.value, dict) and "contentSchema" in place.value
            for place in walk(dict(self._document))
        )

    def contents(self, compiled: Compiled, value: JSONValue) -> Iterator[tuple[str, str]]:
        """Each text in an admitted value that is said to be JSON, and the `contentSchema` of that, by their pointers.

        Both are annotations (JSON Schema 2020-12, Validation, section 8): a branch that does not hold says nothing.
        """
        for place, location in compiled.annotations(value):
            if not location.endswith("/contentSchema"):
                continue
            pointer = self._locate(location)
            try:
                schema = lookup(self._document, to_tokens(pointer)[:-1])
            except LookupError:
                continue
            if (
                isinstance(schema, dict)
                and "contentEncoding" not in schema
                and _is_json(schema.get("contentMediaType"))
            ):
                yield place, pointer

    def compile(self, pointer: str) -> Compiled:
        """The schema at a pointer, compiled; raises ContractError when it cannot be enforced.

        What only refers to another schema is that one, and all that lead to many others are compiled together.
        """
        referred = self._referred(pointer)
        reference = self._build()[0].end_of(referred)
        if (known := self._together().get(reference) or self._compiled.get(reference)) is None:
            known = self._compiled[reference] = Compiled(self._tried({"$ref": reference}, pointer))
        return known

    def _together(self) -> Mapping[str, Compiled]:
        """The schemas that lead to many others, as members of one validator; none when one cannot be compiled."""
        if self._wide is None:
            members = {f"s{number}": each for number, each in enumerate(self._build()[0].wide(_WIDE))}
            schema: dict[str, JSONValue] = {"properties": {name: {"$ref": each} for name, each in members.items()}}
            try:
                validator = self._tried(schema, "") if members else None
            except ContractError:
                validator = None
            self._wide = {each: Compiled(validator, name) for name, each in members.items()} if validator else {}
        return self._wide

    def check(self, pointers: Sequence[str]) -> None:
        """Compile the schemas at some pointers at once, and keep none; raises ContractError when one does not compile.

        What several lead to is compiled once: of schemas that all lead to each other, each would take all others along.
        """
        references: list[JSONValue] = [{"$ref": self._referred(pointer)} for pointer in pointers]
        self._tried({"allOf": [True, *references]}, pointers[0] if len(pointers) == 1 else "")

    def _tried(self, schema: dict[str, JSONValue], pointer: str) -> jsonschema_rs.Validator:
        try:
            return self._compile(schema, _LINEAR)
        except jsonschema_rs.ValidationError as error:
            if not _is_pattern(error):
                raise self._refused(error, pointer) from None
        try:
            return self._compile(schema, _BACKTRACKING)
        except jsonschema_rs.ValidationError as error:
            raise self._refused(error, pointer) from None

    def _refused(self, error: jsonschema_rs.ValidationError, pointer: str) -> ContractError:
        if isinstance(error.kind, Kinds.Referencing):
            message = f"a reference leads nowhere: {error.message}"
            return ContractError(
                self._broken_references() or [_diagnostic("schema-reference-unresolved", message, pointer)]
            )
        if _is_pattern(error):
            return ContractError([_diagnostic("pattern-invalid", _why_not(str(error.instance), error), pointer)])
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
        reference = self._referred(pointer, quick=False)
        try:
            return jsonschema_rs.canonicalize(
                {"$ref": reference},
                registry=self._build(quick=False)[1],
                validate_formats=True,
                pattern_options=_BACKTRACKING,
            )
        except (ValueError, canonical.CanonicalizationError):
            return None

    def _compile(self, schema: dict[str, JSONValue], options: _Options) -> jsonschema_rs.Validator:
        return jsonschema_rs.Draft202012Validator(
            schema,
            registry=self._build()[1],
            validate_formats=self._document.get(FORMATS) != "annotate",
            formats=dict(STRINGS),
            keywords={REFUSE: _Refused},
            pattern_options=options,
        )

    def _referred(self, pointer: str, *, quick: bool = True) -> str:
        reference = self._build(quick=quick)[0].reference(pointer)
        if reference is None:
            self._built.clear()  # `reference` has noted the place, if there is one, as a schema that somebody wants
            self._wide = None
            reference = self._build(quick=quick)[0].reference(pointer)
        if reference is None:
            raise ContractError([_diagnostic("schema-missing", "there is no schema here", pointer)])
        return reference

    def _build(self, *, quick: bool = True) -> tuple[Compound, jsonschema_rs.Registry]:
        """The compound to judge by if it is `quick`, else the one to reason about, which is for the time of design."""
        if quick not in self._built:
            compound = build(self._document, self._schemas, self._directions, quick=quick)
            resources = {**self._remotes, compound.uri: compound.resource}
            registry = jsonschema_rs.Registry(list(resources.items()), retriever=self._not_supplied)
            self._built[quick] = compound, registry
        return self._built[quick]

    def _not_supplied(self, uri: str) -> jsonschema_rs.JSONType:
        """What stands for a document that nobody supplied: a schema that cannot be compiled."""
        self._missing.add(uri)
        return {"$ref": "#/not-supplied"}


def asserted(remote: JSONValue) -> JSONValue:
    """A supplied document with its numeric formats said as bounds, and its patterns so that the engine reads them."""

    def by(schema: dict[str, JSONValue], _kind: Kind, _pointer: str) -> dict[str, JSONValue]:
        if isinstance(pattern := schema.get("pattern"), str):
            schema["pattern"] = readable(pattern)
        if isinstance(named := schema.get("patternProperties"), dict):
            schema["patternProperties"] = {readable(name): value for name, value in named.items()}
        return bounded(schema)

    return change(remote, by, Kind.SCHEMA) if isinstance(remote, dict) else remote


class _Refused:
    """The keyword beside a member that the direction leaves out: nothing fits it."""

    def __init__(self, parent_schema: dict[str, object], value: object, schema_path: list[str | int]) -> None:
        pass

    def validate(self, instance: object) -> None:
        raise ValueError("left out")


def _is_json(media_type: JSONValue) -> bool:
    return isinstance(media_type, str) and _JSON.fullmatch(media_type.partition(";")[0].strip()) is not None


def _why_no_pattern(pattern: str) -> str:
    """What is wrong with a pattern, nothing where it can be compiled."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": readable(pattern)}, pattern_options=_BACKTRACKING)
    except jsonschema_rs.ValidationError as error:
        return _why_not(pattern, error)
    return ""


def _why_not(pattern: str, error: jsonschema_rs.ValidationError) -> str:
    """What is wrong with a pattern that cannot be compiled: what it says, or just how often."""
    modest = _COUNT.sub(lambda found: str(min(int(found[0][-9:]), 2)), readable(pattern))
    try:
        jsonschema_rs.Draft202012Validator({"pattern": modest}, pattern_options=_BACKTRACKING)
    except jsonschema_rs.ValidationError:
        return f"a pattern is no regular expression of ECMA-262: {error.message}"
    for least, most in _REPEATED.findall(pattern):
        if int(least) > int(most):
            return f'a pattern repeats from {least} to {most} times, and the first must be the smaller: "{pattern}"'
    return f'a pattern repeats too often to be held, lengths are for minLength and maxLength to say: "{pattern}"'


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
