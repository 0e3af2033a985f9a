"""The account behind a viewer, asked of the database: a token may outlive its login by some minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blog import logins
from blog.logins import Hold
from blog.refusals import LoginEnded

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from blog.tables import AccountRow
    from blog.tokens import Viewer


async def account_of(session: AsyncSession, viewer: Viewer | None, hold: Hold = Hold.NOTHING) -> AccountRow:
    """The account of a viewer; raises LoginEnded when the session was ended or the account is gone.

    What is written with the account is written while it is held, so that it is not gone or another before the end.
    """
    if viewer is None:
        raise LoginEnded("Nobody is logged in.")  # the contract asks for credentials wherever this is called
    return await logins.check(session, viewer, hold)


async def account_id(session: AsyncSession, viewer: Viewer | None) -> int | None:
    """The id of a viewer's account, None for an anonymous one; raises LoginEnded."""
    return None if viewer is None else (await logins.check(session, viewer)).id
