"""What a mock that remembers begins with: the things that the examples of a contract show."""

from __future__ import annotations

from dataclasses import dataclass

from handfast.contract import Contract, Direction
from handfast.contract.model import JSONValue, MediaType
from handfast.design.mock.answers import Answers
from handfast.design.mock.resources import Resource, Role, json_media, success
from handfast.design.mock.shaping import Shaper
from handfast.design.mock.store import Thing
from handfast.design.samples import Unsatisfiable

_SEEDS = 3
"""Things that a collection begins with when no example says so."""


@dataclass(frozen=True, slots=True)
class Seeds:
    """Finds things in the replies of one contract."""

    contract: Contract
    answers: Answers
    shaper: Shaper

    def of(self, resource: Resource) -> list[Thing]:
        """The things that examples show of a resource; where there are no examples, some that are made up."""
        found: list[Thing] = []
        for role in (Role.READ, Role.LIST, Role.CREATE):
            operation = resource.operations.get(role)
            media = json_media(success(operation)) if operation is not None else None
            if operation is None or media is None or media.schema is None:
                continue
            judge = self.contract.judge(media.schema, Direction.RESPONSE)
            for value in media.examples.values():
                if judge.is_valid(value):
                    found += self.things_in(value, resource, media)
        return found or self._made_up(resource)

    def _made_up(self, resource: Resource) -> list[Thing]:
        for role in (Role.READ, Role.CREATE, Role.REPLACE):
            operation = resource.operations.get(role)
            media = json_media(success(operation)) if operation is not None else None
            if operation is None or media is None or media.schema is None:
                continue
            try:
                values = [
                    self.answers.samples.value(
                        media.schema.pointer, Direction.RESPONSE, seed=f"{operation.operation_id}/{number}", varied=True
                    )
                    for number in range(_SEEDS)
                ]
            except Unsatisfiable:
                continue
            return [thing for value in values for thing in self.things_in(value, resource, media)]
        return []

    def things_in(self, value: JSONValue, resource: Resource, media: MediaType) -> list[Thing]:
        """The things in a reply: itself, what it wraps, or the items of its list."""
        if isinstance(value, list):
            return [item for item in value if isinstance(item, dict)]
        if not isinstance(value, dict):
            return []
        if resource.member in value:
            return [value]
        wrapper = self.shaper.wrapper(media.schema.pointer, resource.member) if media.schema is not None else None
        inner = value.get(wrapper) if wrapper is not None else None
        if isinstance(inner, dict):
            return [inner]
        lists = [member for member in value.values() if isinstance(member, list)]
        return [item for each in lists for item in each if isinstance(item, dict) and resource.member in item]
