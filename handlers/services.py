"""What lives as long as the process, and how handlers get it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from blog.database import Database
from blog.passwords import Passwords
from blog.settings import Settings
from blog.tokens import AccessTokens
from handlers.streaming import Slots


@dataclass(frozen=True, slots=True)
class Services:
    """Everything of the domain that is made once."""

    settings: Settings
    database: Database
    passwords: Passwords
    tokens: AccessTokens
    streams: Slots

    @classmethod
    def of(cls, settings: Settings) -> Services:
        """The services with these settings; nothing is connected to yet."""
        return cls(
            settings, Database(settings), Passwords(settings), AccessTokens(settings), Slots(settings.stream_limit)
        )

    async def close(self) -> None:
        """Let go of threads and connections."""
        self.passwords.close()
        await self.database.close()


async def services(request: Request) -> Services:
    """The services of the application that a request came to."""
    found: object = request.app.state.services
    if not isinstance(found, Services):
        raise TypeError("the application has not been started: its lifespan makes the services")
    return found


ServicesDep = Annotated[Services, Depends(services)]
