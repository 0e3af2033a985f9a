"""Proofs that a model admits whatever its schema does, by the set reasoning of jsonschema-rs.

What a proof rests on. S is what the judge admits, M what the model admits, and S ⊆ M is wanted. Proven is S' ⊆ M',
where S ⊆ S' and M' ⊆ M:

* S' is the compound that the judge compiles, in the same direction, without the formats that become no type of their
  own: leaving out an assertion only widens.
* M' is read from the core schema that Pydantic validates with (`admitted`), and what cannot be read admits nothing.
* The formats of DateTime, Date and Uuid stay on both sides as names. The reasoner knows no more of them than whether a
  constant has one; a format on which it and the runtime disagree about some constant of the contract is taken away
  from M'. That those types take all texts that the judge takes is tested beside them.
* A model that speaks of another is proven with the schema of the other in its place: this is induction over the depth
  of values and, for aliases, over what stands for what, so that recursive schemas are proven too. It holds if
  each model that is reached is proven so, and is asked of all of them. Where that does not go through, models are
  written out instead.
* `covers` of jsonschema-rs answers YES for nothing but containment; that is taken on trust, so the report tries values
  on everything that is proven, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import cast

import jsonschema_rs
from jsonschema_rs import canonical

from handfast.contract.dialects import JSON_SCHEMA_2020_12
from handfast.contract.engine import FORMATS
from handfast.contract.model import Contract, Direction, JSONValue
from handfast.design.diff.side import Side, covers
from handfast.design.fidelity.admitted import Admitted, Core, Schema, admitted, core_of
from handfast.design.fidelity.schemas import Schemas
from handfast.design.fidelity.subjects import Subject
from handfast.runtime.exact import WireDate, WireDateTime, WireUuid

_MODELS = "https://contract.invalid/models"
_OPTIONS = jsonschema_rs.FancyRegexOptions()
_EXACT = (WireDateTime, WireDate, WireUuid)


@dataclass(frozen=True, slots=True)
class Step:
    """One model and its schema: whether the one covers the other, given that the models it `needs` do."""

    covered: bool
    needs: tuple[str, ...]


class Prover:
    """Proves for the schemas of one contract in one direction; what was found out is kept."""

    def __init__(self, contract: Contract, direction: Direction, models: ModuleType, named: Mapping[str, str]) -> None:
        """`named` are the models that stand for a schema in this direction, with its JSON Pointer."""
        side = Side(contract, direction)
        asserted = contract.document.get(FORMATS) != "annotate"
        self._formats = _trusted(side.definitions) if asserted else frozenset[str]()
        self._schemas = Schemas(side, self._formats)
        self._models = models
        self._named = named
        self._cores = {name: core_of(getattr(models, name)) for name in named if hasattr(models, name)}
        self._steps: dict[str, Step] = {}
        self._registry: jsonschema_rs.Registry | None = None

    def admitted(self, subject: Subject) -> Admitted:
        """What the type of a subject admits, with everything that it speaks of written out below `$defs`."""
        return admitted(core_of(subject.annotation), lambda _: None, self._formats)

    def is_proven(self, subject: Subject) -> bool:
        """Whether it is proven that the type of a subject admits whatever its schema does."""
        core = core_of(subject.annotation)
        step = self._step(subject.pointer, core)
        if step.covered and all(self._holds(name) for name in self._reach(step.needs)):
            return True
        return self._covers(admitted(core, self._model_uri, self._formats).schema, subject.pointer)

    def difference(self, subject: Subject) -> JSONValue:
        """A schema of values that the schema of a subject admits and its type may not; None where there is none."""
        wide = self._canonical(self.admitted(subject).schema)
        narrow = self._canonical(self._schemas.written(subject.pointer))
        if wide is None or narrow is None:
            return None
        try:
            return cast("JSONValue", narrow.subtract(wide).to_json_schema())
        except ValueError:
            return None

    def _holds(self, name: str) -> bool:
        return self._named_step(name).covered

    def _reach(self, names: tuple[str, ...]) -> Iterator[str]:
        seen = set(names)
        pending = list(names)
        while pending:
            name = pending.pop()
            yield name
            for other in self._named_step(name).needs:
                if other not in seen:
                    seen.add(other)
                    pending.append(other)

    def _named_step(self, name: str) -> Step:
        if name not in self._steps:
            self._steps[name] = self._step(self._named[name], self._cores[name])
        return self._steps[name]

    def _step(self, pointer: str, core: Core) -> Step:
        needs: dict[str, None] = {}

        def refer(inner: Core) -> str | None:
            name = self._name(inner)
            uri = None if name is None else self._schemas.reference(self._named[name])
            if name is not None and uri is not None:
                needs[name] = None
            return uri

        schema = admitted(core, refer, self._formats).schema
        return Step(self._covers(schema, pointer), tuple(needs))

    def _name(self, core: Core) -> str | None:
        """The model that a core schema is of: the class itself, or exactly what its alias is."""
        found = core.get("cls")
        name = (
            found.__name__
            if isinstance(found, type)
            else str(core.get("ref", "")).rpartition(":")[0].rpartition(".")[2]
        )
        if name not in self._cores:
            return None
        if isinstance(found, type):
            return name if found is getattr(self._models, name) else None
        return name if _plain(core) == _plain(_outermost(self._cores[name])) else None

    def _model_uri(self, core: Core) -> str | None:
        name = self._name(core)
        return None if name is None else f"{_MODELS}#/$defs/{name}"

    def _covers(self, schema: Schema, pointer: str) -> bool:
        """Whether a schema covers the one at a pointer; recursive ones are decided when written out."""
        return any(
            self.covers(schema, narrow) for narrow in (self._schemas.written(pointer), self._schemas.unfolded(pointer))
        )

    def _canonical(self, schema: Schema) -> jsonschema_rs.CanonicalSchema | None:
        try:
            return jsonschema_rs.canonicalize(
                schema, registry=self._resources(), validate_formats=True, pattern_options=_OPTIONS
            )
        except (ValueError, jsonschema_rs.ReferencingError, canonical.CanonicalizationError):
            return None

    def covers(self, wide: Schema, narrow: Schema) -> bool:
        """Whether it is proven that one schema admits whatever another does; both may refer to the contract's."""
        return covers(self._canonical(wide), self._canonical(narrow)) is True

    def _resources(self) -> jsonschema_rs.Registry:
        if self._registry is None:
            models: dict[str, JSONValue] = {
                name: {"$id": f"{_MODELS}/{name}", **admitted(core, self._model_uri, self._formats).schema}
                for name, core in self._cores.items()
            }
            self._registry = jsonschema_rs.Registry(
                [
                    (self._schemas.uri, self._schemas.resource),
                    (_MODELS, {"$schema": JSON_SCHEMA_2020_12, "$id": _MODELS, "$defs": models}),
                ],
                retriever=lambda _: True,
            )
        return self._registry


def _outermost(core: Core) -> Core:
    """A core schema without the definitions around it."""
    if core["type"] != "definitions":
        return core
    inner: Core = core["schema"]
    if inner["type"] != "definition-ref":
        return inner
    return next(each for each in core["definitions"] if each["ref"] == inner["schema_ref"])


def _plain(core: object) -> object:
    """A core schema without what says nothing of values, for comparing."""
    if isinstance(core, dict):
        parts = cast("Core", core).items()
        return {name: _plain(value) for name, value in parts if name not in ("metadata", "serialization")}
    return [_plain(value) for value in cast("list[object]", core)] if isinstance(core, list) else core


def _trusted(definitions: Mapping[str, JSONValue]) -> frozenset[str]:
    """The exact formats of which the reasoner thinks as the runtime does, of every constant of the contract."""
    texts = set(_texts(dict(definitions)))
    return frozenset(kind.format for kind in _EXACT if all(_agree(kind, text) for text in texts))


def _agree(kind: type[WireDateTime | WireDate | WireUuid], text: str) -> bool:
    validator = jsonschema_rs.Draft202012Validator({"format": kind.format}, validate_formats=True)
    try:
        kind.parse(text)
    except ValueError:
        return not validator.is_valid(text)
    return validator.is_valid(text)


def _texts(value: JSONValue) -> Iterator[str]:
    """The texts of all constants; more are found than there are, for names of members are not told apart."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, member in value.items():
            if name in ("const", "enum"):
                yield from _strings(member)
            yield from _texts(member)


def _strings(value: JSONValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
