"""Members: who is let in, by several security schemes together, one or another, or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, final

from fastapi import Depends
from typing_extensions import override

from handfast.runtime import Credentials, Grant, principal
from museum.generated.models import Member
from museum.generated.operations.members import MembersOperations, Open204, WhoAmI200
from museum.generated.replies import Failed, Refused


@dataclass(frozen=True)
class Person:
    """Whom credentials stand for."""

    name: str
    scopes: frozenset[str] = field(default_factory=frozenset[str])


PersonDep = Annotated[Person | None, Depends(principal(Person))]


async def by_badge(credentials: Credentials) -> Grant | None:
    """Badges are names."""
    return Grant(Person(credentials.value)) if credentials.value.isalpha() else None


async def by_password(credentials: Credentials) -> Grant | None:
    """The password is the name, backwards."""
    is_right = credentials.password == credentials.username[::-1]
    return Grant(Person(credentials.username)) if is_right else None


async def by_token(credentials: Credentials) -> Grant | None:
    """A token is a name, and scopes after it."""
    name, *scopes = credentials.value.split("/")
    return Grant(Person(name, frozenset(scopes)), frozenset(scopes)) if name != "stranger" else None


@final
class Members(MembersOperations):
    """Who may do what."""

    def __init__(self, person: PersonDep) -> None:
        self.person = person

    @override
    async def who_am_i(self) -> WhoAmI200 | Refused | Failed:
        if self.person is None:
            return WhoAmI200(Member(name="nobody"))
        return WhoAmI200(Member(name=self.person.name, scopes=sorted(self.person.scopes)))

    @override
    async def open(self) -> Open204 | Refused | Failed:
        return Open204()
