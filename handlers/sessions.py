"""The session of a request: one transaction, which commits when the reply was judged, and rolls back otherwise."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel.ext.asyncio.session import AsyncSession

from handlers.refusals import refusing
from handlers.services import ServicesDep

_SAFE_METHODS = frozenset({"GET", "HEAD"})


async def session(request: Request, services: ServicesDep) -> AsyncGenerator[AsyncSession]:
    """A session that reads for safe methods and else writes; nothing is connected to before its first statement."""
    database = services.database
    with refusing():
        async with database.reading() if request.method in _SAFE_METHODS else database.writing() as opened:
            yield opened


SessionDep = Annotated[AsyncSession, Depends(session)]
