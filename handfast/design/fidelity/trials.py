"""Values that a schema admits, tried on the type that stands for it: taken, and given back as they were.

Values are made up from the schema (`design.samples`) and by the constants of the contract, then changed everywhere a
little at a time; what the judge does not admit is not tried. The same seed gives the same values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json

from handfast.contract.model import Contract, Direction, JSONValue
from handfast.contract.names import snake_case
from handfast.contract.places import Kind, walk
from handfast.contract.pointers import Tokens
from handfast.design.samples import Samples
from handfast.errors import HandfastError
from handfast.generate.references import References
from handfast.runtime.build import Builder, ModelMismatch
from handfast.runtime.problems import Refused

_PLACES = 40
"""Members and items of a value that are changed, one at a time."""
_FEW, _MANY = (4, 500), (14, 3_000)
"""Samples of a schema, and changed values that are put before the judge: of what is proven, and of what is not."""
_ODD: tuple[JSONValue, ...] = (
    *(None, True, False, 0, 1, -1, 7, 2**31, 2**63, -(2**63) - 1, 10**40, 0.5, -1.5, 1e300, 5.0),
    *("", "a", "0", "ab" * 12, "😀", "2026-01-31", "2026-01-31T12:00:00Z", "1998-12-31t23:59:60z", "0000-02-29"),
    "9B2F4C1E-7c1d-4f5e-8a3b-0d6c5e4f3a2b",
    *cast("tuple[JSONValue, ...]", ([], [None], ["a", 1], {}, {"a": None}, {"x-more": [1]})),
)
"""Values of every type, with what Python's own types are known to take for something else."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that the schema admits, and what became of it."""

    value: JSONValue
    said: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many values were tried, and the shortest that went wrong."""

    tried: int
    refusal: Refusal | None


class Trials:
    """Tries values on the types of one contract."""

    def __init__(self, contract: Contract, seed: int) -> None:
        self._contract = contract
        self._seed = seed
        self._samples = Samples(contract.document, contract.judges, seed)
        self._references = References(contract.document)

    def on(
        self, pointer: str, direction: Direction, annotation: object, further: Iterable[JSONValue] | None = None
    ) -> Outcome:
        """Try values of the schema at a pointer; without a proof, more of them, and `further` ones."""
        judge = self._contract.judges.judge(pointer, direction)
        reader = _Reader(annotation)
        tried: dict[str, None] = {}
        refused: list[Refusal] = []
        for value in self._values(pointer, direction, further):
            if not judge.is_valid(value) or (text := _text(value)) in tried:
                continue
            tried[text] = None
            if (said := reader.complaint(value)) is not None:
                refused.append(Refusal(value, said))
        shortest = min(refused, key=lambda each: (len(_text(each.value)), _text(each.value)), default=None)
        return Outcome(len(tried), shortest)

    def _values(self, pointer: str, direction: Direction, further: Iterable[JSONValue] | None) -> Iterator[JSONValue]:
        samples, attempts = _FEW if further is None else _MANY
        made = [
            *(further or ()),
            *islice(self._samples.values(pointer, direction), 2),
            *islice(self._samples.values(pointer, direction, varied=True), samples - 2),
        ]
        constants = list(islice(self._constants(pointer), 100))
        yield from made
        yield from constants
        pool = [*_ODD, *constants]
        changes = [iter(_changed(value, pool)) for value in made or [None]]
        random = Random(f"{self._seed}/{pointer}/{direction}")  # not for secrets
        for _ in range(attempts):
            if not changes:
                return
            chosen = random.randrange(len(changes))
            if (value := next(changes[chosen], _END)) is _END:
                del changes[chosen]
            else:
                yield cast("JSONValue", value)

    def _constants(self, pointer: str) -> Iterator[JSONValue]:
        """What authors wrote inside of a schema and those that it refers to: constants, examples, defaults."""
        seen = {pointer}
        pending = [pointer]
        while pending:
            here = pending.pop(0)
            for place in walk(self._references.schema(here), Kind.SCHEMA, here):
                schema = place.value
                if not isinstance(schema, dict):
                    continue
                for keyword in ("const", "default", "example"):
                    if keyword in schema:
                        yield schema[keyword]
                for keyword in ("enum", "examples"):
                    if isinstance(values := schema.get(keyword), list):
                        yield from values
                target = (
                    self._references.resolve(reference, place.pointer)
                    if isinstance(reference := schema.get("$ref"), str)
                    else None
                )
                if target is not None and target not in seen:
                    seen.add(target)
                    pending.append(target)


class _Reader:
    """Reads values with a type as the runtime does, and writes them again."""

    def __init__(self, annotation: object) -> None:
        self._builder = Builder(annotation)
        self._adapter: TypeAdapter[object] = TypeAdapter(cast("type[object]", annotation))

    def complaint(self, value: JSONValue) -> str | None:
        """What went wrong with a value; None if it came back as it was."""
        raw = _text(value).encode()
        try:
            made = self._builder.from_json(raw, value)
        except (Refused, ModelMismatch) as error:
            return self._said(raw) or str(error)
        try:
            back = from_json(self._adapter.dump_json(made, by_alias=True))
        except (PydanticSerializationError, HandfastError, ValueError) as error:
            return f"cannot be written again: {error}"
        return None if _text(_integral(back)) == _text(_integral(value)) else f"became {_text(back)}"

    def _said(self, raw: bytes) -> str | None:
        try:
            self._adapter.validate_json(raw, strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False)
            return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'value'}: {each['msg']}" for each in found[:3])
        return None


def _changed(value: JSONValue, pool: list[JSONValue]) -> Iterator[JSONValue]:
    """A value with one place changed at a time: left out, one more, longer, shorter, something else."""
    for place, here in islice(_places(value), _PLACES):
        match here:
            case dict():
                for name in here:
                    yield _with(value, place, {other: here[other] for other in here if other != name})
                yield _with(value, place, {**here, "x-more": "more"})
                alike = [snake_case(name) for name in here] if here else ["x_more"]
                yield from (_with(value, place, {name: 1, **here}) for name in alike)
            case list():
                yield from (_with(value, place, other) for other in (here[:-1], here + here[-1:], here * 3))
            case str():
                yield from (_with(value, place, other) for other in (here[:1], here + "a", here * 5, here.upper()))
            case int() | float() if not isinstance(here, bool):
                changed = (here + 1, here - 1, -here, here * 1000)
                yield from (_with(value, place, other) for other in (*changed, *_as_float(here)))
            case _:
                pass
        for other in pool:
            yield _with(value, place, other)


def _as_float(value: float) -> Iterator[float]:
    """The number as a float; none of an integer that is beyond the doubles."""
    with suppress(OverflowError):
        yield float(value)


def _places(value: JSONValue) -> Iterator[tuple[Tokens, JSONValue]]:
    """The places of a value, itself first, near ones before deep ones."""
    pending: list[tuple[Tokens, JSONValue]] = [((), value)]
    while pending:
        place, here = pending.pop(0)
        yield place, here
        inner: Mapping[str, JSONValue] = (
            here
            if isinstance(here, dict)
            else {str(index): item for index, item in enumerate(here)}
            if isinstance(here, list)
            else {}
        )
        pending.extend(((*place, name), member) for name, member in inner.items())


def _with(value: JSONValue, place: Tokens, other: JSONValue) -> JSONValue:
    """A value with another one at a place; what does not change is shared."""
    if not place:
        return other
    if isinstance(value, list):
        at = int(place[0])
        return [*value[:at], _with(value[at], place[1:], other), *value[at + 1 :]]
    assert isinstance(value, dict)  # places come from the value itself
    return {**value, place[0]: _with(value[place[0]], place[1:], other)}


def _integral(value: JSONValue) -> JSONValue:
    """`1.0` as 1, which JSON Schema takes for the same."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_integral(item) for item in value]
    return {name: _integral(item) for name, item in value.items()} if isinstance(value, dict) else value


def _text(value: JSONValue) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


_END = object()
