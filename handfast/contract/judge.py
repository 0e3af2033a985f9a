"""The judges: what every schema of a document says of a value, in both directions.

`jsonschema-rs` decides: JSON Schema 2020-12 with formats asserted. Integers of any size are judged exactly. A number
with a fraction or an exponent is the IEEE 754 double that the JSON parser made of it, which is what every handler and
client in Python sees too. docs/SCHEMAS.md has all decisions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

import jsonschema_rs
from jsonschema_rs import canonical
from typing_extensions import override

from handfast.contract.compiled import Compiled
from handfast.contract.directions import Directions
from handfast.contract.engine import FORMATS, Engine, asserted
from handfast.contract.model import Direction, JSONValue
from handfast.contract.schemas import Schemas
from handfast.contract.verdicts import SchemaError
from handfast.errors import ContractError, Diagnostic

__all__ = ["FORMATS", "Judge", "Judges", "SchemaError"]

_SMALL = 2_000
"""Members and items up to which all errors of a value are collected; of a larger one the first is reported.

`jsonschema-rs` collects all errors at once, 7 microseconds each: 200,000 wrong items would block for 1.5 seconds.
"""


class Judge:
    """Judges values by one schema in one direction; compiled at the first use, or by `compile`."""

    __slots__ = ("_canonical_form", "_compiled", "_direction", "_judges", "_pointer")

    def __init__(self, judges: Judges, pointer: str, direction: Direction) -> None:
        self._judges = judges
        self._pointer = pointer
        self._direction = direction
        self._compiled: Compiled | None = None
        self._canonical_form: jsonschema_rs.CanonicalSchema | None = None

    def compile(self) -> Compiled:
        """The compiled schema; raises ContractError when it cannot be enforced."""
        if self._compiled is None:
            self._compiled = self._judges.engine(self._direction).compile(self._pointer)
        return self._compiled

    def is_valid(self, value: JSONValue) -> bool:
        """Whether the schema admits a value."""
        return (self._compiled or self.compile()).is_valid(value)

    def errors(self, value: JSONValue, limit: int = 20) -> list[SchemaError]:
        """What is wrong with a value, at most `limit` errors; empty if nothing is.

        Of a value with more than a few thousand members and items only the first error is looked for.
        """
        compiled = self.compile()
        found = compiled.errors(value, first=not _is_small(value))
        told = self._judges.engine(self._direction).explain(found, compiled.whole(value))
        return [replace(error, pointer=compiled.inside(error.pointer)) for error in islice(told, limit)]

    def has_contents(self) -> bool:
        """Whether the schema may say what texts hold; False when no schema of the document does."""
        return self._judges.engine(self._direction).has_contents

    def contents(self, value: JSONValue) -> Iterator[tuple[str, Judge]]:
        """The pointer of each text in an admitted value that is said to be JSON, and the judge of what it says.

        What counts is `contentSchema` beside a `contentMediaType` of JSON (JSON Schema 2020-12, Validation, section 8)
        in the branches that hold.
        """
        found = self._judges.engine(self._direction).contents(self.compile(), value)
        return ((place, self._judges.judge(pointer, self._direction)) for place, pointer in found)

    def is_satisfiable(self) -> bool:
        """Whether some value can satisfy the schema; True as well where that cannot be decided."""
        schema = self._canonical()
        return schema is None or schema.satisfiability() is not canonical.Satisfiability.NO

    def covers(self, other: Judge) -> bool:
        """Whether it is proven that this schema admits everything that another one does."""
        ours, theirs = self._canonical(), other._canonical()
        if ours is None or theirs is None:
            return False
        try:
            return ours.covers(theirs) is canonical.Containment.YES
        except canonical.IncompatibleOperands:  # recursive schemas with `unevaluated*`, which it unfolds in two ways
            return False

    def _canonical(self) -> jsonschema_rs.CanonicalSchema | None:
        if self._canonical_form is None:
            self._canonical_form = self._judges.engine(self._direction).canonical(self._pointer)
        return self._canonical_form


class Judges:
    """The judges of all schemas of a normalised document, each compiled when it is first needed.

    `remotes` are documents that schemas may refer to, by absolute URI; nothing is ever fetched. JSON Schema's own
    metaschemas are always there.
    """

    def __init__(self, document: Mapping[str, JSONValue], remotes: Mapping[str, JSONValue] | None = None) -> None:
        self._document = document
        self._remotes = remotes or {}
        self._engines: Mapping[Direction, Engine] = {}
        self._judges: dict[tuple[str, Direction], Judge] = {}

    def judge(self, pointer: str, direction: Direction) -> Judge:
        """The judge of the schema at a JSON Pointer of the document; cheap, nothing is compiled yet."""
        key = (pointer, direction)
        if (judge := self._judges.get(key)) is None:
            judge = self._judges[key] = Judge(self, pointer, direction)
        return judge

    def check(self) -> list[Diagnostic]:
        """A diagnostic for each schema that cannot be compiled, and so not be enforced; takes a while."""
        engine = self.engine(Direction.REQUEST)
        found = {(each.code, each.pointer): each for each in engine.faults()}
        known = {pointer for pointer in engine.pointers() if any(f"{at}/".startswith(f"{pointer}/") for _, at in found)}
        try:
            engine.check(engine.pointers())
        except ContractError as refused:
            if all(each.code == "pattern-invalid" for each in refused.diagnostics):
                return [*found.values(), *(list(engine.wrong_patterns()) or refused.diagnostics)]
            for pointer in engine.pointers():
                try:
                    engine.check([pointer])
                except ContractError as error:
                    found |= {(each.code, each.pointer): each for each in error.diagnostics if pointer not in known}
        if any(code == "pattern-invalid" for code, _ in found) and (patterns := list(engine.wrong_patterns())):
            return [*(each for each in found.values() if each.code != "pattern-invalid"), *patterns]
        return list(found.values())

    def exchanged(self) -> Judges:
        """The same judges with the directions exchanged, for what a service sends unasked; see Contract.as_messages."""
        return _Exchanged(self)

    def engine(self, direction: Direction) -> Engine:
        """What the judges of a direction share; for judges."""
        if not self._engines:
            schemas = Schemas(dict(self._document))
            remotes = {uri: asserted(remote) for uri, remote in self._remotes.items()}
            shared = Engine(self._document, schemas, direction, None, remotes)
            directed = {each: Directions(schemas, each) for each in Direction}
            self._engines = {
                each: Engine(self._document, schemas, each, marks, remotes) if marks.is_needed() else shared
                for each, marks in directed.items()
            }
        return self._engines[direction]


class _Exchanged(Judges):
    """Judges that look from the other side; everything compiled is shared."""

    def __init__(self, judges: Judges) -> None:
        self._inner = judges

    @override
    def judge(self, pointer: str, direction: Direction) -> Judge:
        return self._inner.judge(pointer, direction.opposite)

    @override
    def check(self) -> list[Diagnostic]:
        return self._inner.check()

    @override
    def exchanged(self) -> Judges:
        return self._inner

    @override
    def engine(self, direction: Direction) -> Engine:
        return self._inner.engine(direction.opposite)


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
