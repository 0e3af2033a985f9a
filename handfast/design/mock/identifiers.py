"""Identifiers of things: read from paths, written into them, and new ones that nothing has yet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from handfast.contract import Contract, Direction
from handfast.contract.model import JSONValue, Operation, Schema
from handfast.design.mock.answers import Answers
from handfast.design.mock.resources import Resource, Role, json_media, success
from handfast.design.mock.store import Store, Thing
from handfast.runtime.fallback import JudgedRequest
from handfast.runtime.header_text import header_text

_VARIABLE = re.compile(r"\{([^{}]*)\}")
_TRIES = 200
_SAYING = ("title", "name", "label", "subject")


def filled(operation: Operation, parameters: Mapping[tuple[str, str], JSONValue]) -> str:
    """The path of an operation with its variables filled in; equal values give equal paths, however they were sent."""
    return _VARIABLE.sub(lambda found: text_of(parameters.get(("path", found[1]))), operation.path)


def text_of(value: JSONValue) -> str:
    """An identifier as one segment of a path."""
    return quote(header_text(value, explode=False), safe="")


def addressed(request: JudgedRequest, parameter: str) -> JSONValue:
    """The identifier in the path of a request: the value of the last variable, whatever the operation calls it."""
    names = _VARIABLE.findall(request.operation.path)
    if not names or not request.operation.path.endswith("}"):
        return request.parameters.get(("path", parameter))
    return request.parameters.get(("path", names[-1]))


@dataclass(frozen=True, slots=True)
class Identifiers:
    """Makes identifiers that both the member of a thing and the variable of its path admit."""

    contract: Contract
    answers: Answers

    def fresh(self, resource: Resource, collection: str, store: Store, thing: Thing) -> JSONValue:
        """An identifier that no thing of a collection has: a name made of its title, the next number, or of chance."""
        admits = self._admits(resource, thing)
        last: JSONValue = None
        for value in self._candidates(resource, collection, store, thing):
            last = value
            if admits(value) and f"{collection.rstrip('/')}/{text_of(value)}" not in store.things:
                return value
        return last

    def _candidates(self, resource: Resource, collection: str, store: Store, thing: Thing) -> Iterator[JSONValue]:
        member = resource.member or ""
        known = [each.get(member) for _, each in store.in_collection(collection)]
        numbers = [value for value in known if isinstance(value, int) and not isinstance(value, bool)]
        following = max(numbers, default=0) + 1
        yield following
        if "slug" in f"{member} {resource.parameter}".lower():
            yield from _slugs(thing)
        for schema in self._schemas(resource):
            if schema.form:
                for number in range(_TRIES):
                    yield from self._of_chance(schema.pointer, f"{collection}/{len(known)}/{number}", member)
        yield from (f"{resource.noun}-{number}" for number in range(len(known) + 1, len(known) + _TRIES))
        yield from (str(number) for number in range(following, following + _TRIES))
        for schema in self._schemas(resource):
            for number in range(_TRIES):
                yield from self._of_chance(schema.pointer, f"{collection}/{len(known)}/{number}", "")

    def _of_chance(self, pointer: str, seed: str, name: str) -> Iterator[JSONValue]:
        found = self.answers.samples.values(pointer, Direction.RESPONSE, seed=seed, varied=True, name=name)
        value = next(found, None)
        if value is not None:
            yield value

    def _admits(self, resource: Resource, thing: Thing) -> Callable[[JSONValue], bool]:
        judges = [self.contract.judges.judge(each.pointer, Direction.RESPONSE) for each in self._schemas(resource)]
        return lambda value: all(judge.is_valid(value) for judge in judges)

    def _schemas(self, resource: Resource) -> list[_Identifying]:
        """The schemas of the variable and of the member."""
        shapes, found = self.answers.shapes, list[_Identifying]()
        for role in (Role.READ, Role.REPLACE, Role.CHANGE, Role.DELETE):
            operation = resource.operations.get(role)
            parameter = next(
                (each for each in operation.parameters if each.location == "path" and each.name == resource.parameter)
                if operation is not None
                else iter(()),
                None,
            )
            if parameter is not None and isinstance(parameter.schema, Schema):
                found.append(self._identifying(parameter.schema.pointer))
                break
        for role in (Role.READ, Role.CREATE):
            operation = resource.operations.get(role)
            media = json_media(success(operation)) if operation is not None else None
            if media is None or media.schema is None or resource.member is None:
                continue
            shape = shapes.of(media.schema.pointer)
            if resource.member in shape.names:
                found += [self._identifying(pointer) for pointer in shapes.member(shape, resource.member).pointers]
                break
        return found

    def _identifying(self, pointer: str) -> _Identifying:
        layers = self.answers.shapes.of(pointer).layers
        return _Identifying(pointer, any("format" in each.schema or "pattern" in each.schema for each in layers))


@dataclass(frozen=True, slots=True)
class _Identifying:
    """A schema that identifiers satisfy; `form` tells that it wants a certain form."""

    pointer: str
    form: bool


def _slugs(thing: Thing) -> Iterator[str]:
    """Names for the address line, made of what a thing is called."""
    for member in _SAYING:
        said = thing.get(member)
        if isinstance(said, str):
            plain = unicodedata.normalize("NFKD", said).encode("ascii", "ignore").decode().lower()
            slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
            if slug:
                yield from (slug, *(f"{slug}-{number}" for number in range(2, _TRIES)))
