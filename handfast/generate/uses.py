"""Which schemas are used in which direction, and which of them differ between the two."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from handfast.contract.model import Contract, Direction, MediaType, Operation, Schema
from handfast.contract.places import Kind, walk
from handfast.generate.references import References

_MARKS = ("readOnly", "writeOnly")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a schema refers to, and whether readOnly or writeOnly stands in it."""

    targets: tuple[str, ...]
    marked: bool


class Uses:
    """Answers in which directions the schemas that are referred to have to be Python types."""

    def __init__(self, contract: Contract, references: References) -> None:
        self._references = references
        self._reach: dict[str, Reach] = {}
        self._used = {
            direction: self._closure(schema.pointer for schema in schemas_of(contract, direction))
            for direction in Direction
        }
        self._differing: dict[str, bool] = {}

    def directions(self, pointer: str) -> tuple[Direction, ...]:
        """The directions that need a type of their own; just the response for what is the same in both, or unused."""
        if not self.differs(pointer):
            return (Direction.RESPONSE,)
        used = tuple(direction for direction in Direction if pointer in self._used[direction])
        return used or (Direction.RESPONSE,)

    def differs(self, pointer: str) -> bool:
        """Whether the schema, or one that it refers to, has members of one direction."""
        if pointer not in self._differing:
            self._differing[pointer] = any(self._at(each).marked for each in self._closure([pointer]))
        return self._differing[pointer]

    def _closure(self, pointers: Iterable[str]) -> dict[str, None]:
        found = dict.fromkeys(pointers)
        pending = list(found)
        while pending:
            for target in self._at(pending.pop()).targets:
                if target not in found:
                    found[target] = None
                    pending.append(target)
        return found

    def _at(self, pointer: str) -> Reach:
        if pointer not in self._reach:
            targets: dict[str, None] = {}
            marked = False
            for place in walk(self._references.schema(pointer), Kind.SCHEMA, pointer):
                if isinstance(place.value, dict):
                    marked = marked or any(place.value.get(mark) is True for mark in _MARKS)
                    if isinstance(reference := place.value.get("$ref"), str):
                        target = self._references.resolve(reference, place.pointer)
                        targets.update({target: None} if target is not None else {})
            self._reach[pointer] = Reach(tuple(targets), marked)
        return self._reach[pointer]


def schemas_of(contract: Contract, direction: Direction) -> Iterator[Schema]:
    """Every schema that an operation uses directly in a direction; webhooks and callbacks use the other one."""
    for operation in contract.operations:
        yield from _sent(operation) if direction is Direction.REQUEST else _answered(operation)
    for message in (*contract.webhooks, *contract.callbacks):
        yield from _answered(message) if direction is Direction.REQUEST else _sent(message)


def _sent(operation: Operation) -> Iterator[Schema]:
    for parameter in operation.parameters:
        yield from _of(parameter.schema, parameter.content)
    if operation.request_body is not None:
        for media_type in operation.request_body.content.values():
            yield from _of(None, media_type)


def _answered(operation: Operation) -> Iterator[Schema]:
    for response in operation.responses:
        for header in response.headers.values():
            yield from _of(header.schema, header.content)
        for media_type in response.content.values():
            yield from _of(None, media_type)


def _of(schema: Schema | None, content: MediaType | None) -> Iterator[Schema]:
    found = (schema, content.schema if content else None, content.item_schema if content else None)
    yield from (each for each in found if each is not None)
