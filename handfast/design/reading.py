"""A contract as the rules read it: every object with its kind, and what several rules ask about, found once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

from handfast.contract.model import Contract, Direction, JSONValue, MediaType, Operation, Schema
from handfast.contract.places import Kind, Place, walk
from handfast.contract.pointers import from_fragment, join, to_pointer, to_tokens

JSONObject: TypeAlias = dict[str, JSONValue]


class Reading:
    """What rules read: the contract, and views of it that are made when a rule first asks."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.document: JSONObject = dict(contract.document)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        """Every operation: of paths, webhooks and callbacks."""
        own = (*self.contract.operations, *self.contract.webhooks)
        return (*own, *(callback for each in own for group in each.callbacks.values() for callback in group))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every object of the document, in its order."""
        return tuple(walk(self.document))

    @cached_property
    def objects(self) -> Mapping[str, JSONObject]:
        """Every object by pointer."""
        return {place.pointer: place.value for place in self.places if isinstance(place.value, dict)}

    @cached_property
    def schemas(self) -> tuple[tuple[str, JSONObject], ...]:
        """Every schema that is a mapping, the ones inside others too, by pointer."""
        return tuple(
            (place.pointer, place.value)
            for place in self.places
            if place.kind is Kind.SCHEMA and isinstance(place.value, dict)
        )

    def of_kind(self, kind: Kind) -> Iterator[tuple[str, JSONObject]]:
        """The objects of one kind, without references to others."""
        for place in self.places:
            if place.kind is kind and isinstance(place.value, dict) and "$ref" not in place.value:
                yield place.pointer, place.value

    @cached_property
    def sent(self) -> frozenset[str]:
        """The pointers of all schemas that judge what others send, through references too."""
        return self._reached(Direction.REQUEST)

    @cached_property
    def answered(self) -> frozenset[str]:
        """The pointers of all schemas that judge what the service sends, through references too."""
        return self._reached(Direction.RESPONSE)

    def directions(self, pointer: str) -> tuple[Direction, ...]:
        """The directions in which a schema judges; both for one that nothing uses."""
        found = [
            direction
            for direction, reached in ((Direction.REQUEST, self.sent), (Direction.RESPONSE, self.answered))
            if pointer in reached
        ]
        return tuple(found or Direction)

    def resolve(self, schema: JSONValue) -> JSONValue:
        """A schema after its local references, as far as they lead."""
        for _ in range(32):
            reference = schema.get("$ref") if isinstance(schema, dict) else None
            if not isinstance(reference, str) or not reference.startswith("#/"):
                return schema
            schema = self.get(to_pointer(from_fragment(reference[1:])))
        return schema

    def target(self, reference: str) -> str | None:
        """The pointer of the schema that a reference means, or None if it is not told by a pointer of the document."""
        if not reference.startswith("#/"):
            return None
        pointer = to_pointer(from_fragment(reference[1:]))
        return pointer if self.get(pointer) is not None else None

    def get(self, pointer: str) -> JSONValue:
        """The value at a pointer of the document, or None."""
        value: JSONValue = self.document
        for token in to_tokens(pointer):
            if isinstance(value, dict):
                value = value.get(token)
            elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
                value = value[int(token)]
            else:
                return None
        return value

    def _reached(self, direction: Direction) -> frozenset[str]:
        pending = [schema.pointer for schema in self._used(direction)]
        reached: set[str] = set()
        while pending:
            pointer = pending.pop()
            if pointer in reached:
                continue
            for place in walk(self.get(pointer), Kind.SCHEMA, pointer):
                reached.add(place.pointer)
                reference = place.value.get("$ref") if isinstance(place.value, dict) else None
                if isinstance(reference, str) and reference.startswith("#/"):
                    pending.append(to_pointer(from_fragment(reference[1:])))
        return frozenset(reached)

    def _used(self, direction: Direction) -> Iterator[Schema]:
        """The schemas of one direction, where operations use them; what webhooks send is the service's own (ADR 9)."""
        served = {operation.pointer for operation in self.contract.operations}
        for operation in self.operations:
            if (direction is Direction.REQUEST) == (operation.pointer in served):
                for parameter in operation.parameters:
                    yield from _schemas(parameter.schema, parameter.content)
                if operation.request_body is not None:
                    for content in operation.request_body.content.values():
                        yield from _schemas(None, content)
            else:
                for response in operation.responses:
                    for header in response.headers.values():
                        yield from _schemas(header.schema, header.content)
                    for content in response.content.values():
                        yield from _schemas(None, content)


def _schemas(schema: Schema | None, content: MediaType | None) -> Iterator[Schema]:
    if schema is not None:
        yield schema
    if content is not None:
        yield from (each for each in (content.schema, content.item_schema) if each is not None)
        for encoding in (*content.encoding.values(), *content.prefix_encoding):
            for header in encoding.headers.values():
                yield from _schemas(header.schema, header.content)


def below(pointer: str, *tokens: str | int) -> str:
    """The pointer of a field of an object."""
    return join(pointer, *tokens)


def as_list(value: JSONValue) -> list[JSONValue]:
    """A value that should be a list; empty if it is none."""
    return value if isinstance(value, list) else []
