"""Sessions and their refresh tokens: each token works once, and one that comes back ends its session (RFC 9700, 4.14).

A refresh token is 256 random bits; the database has its SHA-256 alone, so that a stolen copy of the database opens
nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from sqlmodel import col, delete, select, update

from blog.moments import now
from blog.refusals import LoginEnded
from blog.tables import AccountRow, LoginRow, RefreshTokenRow
from blog.tokens import SCOPES, Viewer, scope_text

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from blog.settings import Settings


@dataclass(frozen=True, slots=True)
class Grant:
    """What a login gives: who it is for, and the refresh token to continue with."""

    viewer: Viewer
    refresh_token: str


class Hold(Enum):
    """What nobody else may do with an account until the transaction ends; SQLite has one writer at a time anyway."""

    NOTHING = "nothing"
    """Whoever only reads holds nothing."""

    REMOVAL = "removal"
    """What is written for the account needs it to be there still."""

    CHANGE = "change"


class Refused(Enum):
    """Why a session is not continued: its token is not valid, or it does not have a scope that was asked for."""

    TOKEN = "token"
    SCOPE = "scope"


def wanted_scopes(text: str | None, allowed: frozenset[str] = frozenset(SCOPES)) -> frozenset[str] | None:
    """The scopes that a text names, all that are allowed without a text, None if one of them is not allowed."""
    if text is None:
        return allowed
    wanted = frozenset(text.split())
    return wanted if wanted and wanted <= allowed else None


async def start(session: AsyncSession, account_id: int, scopes: frozenset[str], settings: Settings) -> Grant:
    """Begin a session of an account, and forget those that are long over."""
    started = now()
    await session.exec(
        delete(LoginRow).where(col(LoginRow.account_id) == account_id, col(LoginRow.expires_at) < started)
    )
    login = LoginRow(
        account_id=account_id,
        scope=scope_text(scopes),
        created_at=started,
        expires_at=started + timedelta(seconds=settings.refresh_absolute_seconds),
    )
    session.add(login)
    await session.flush()
    return Grant(Viewer(account_id, login.id, scopes), _add_token(session, login, settings))


async def renew(session: AsyncSession, refresh_token: str, scope: str | None, settings: Settings) -> Grant | Refused:
    """The next refresh token of a session in exchange for the last one.

    A token that was used before ends its session, and the caller must commit that. Asking for a scope that the session
    does not have uses nothing up.
    """
    row = await session.get(RefreshTokenRow, _digest(refresh_token))
    login = await session.get(LoginRow, row.login_id, with_for_update=True) if row else None  # one renewal at a time
    if row is None or login is None or not _goes_on(login):
        return Refused.TOKEN
    if row.used_at is not None:
        login.ended_at = now()
        return Refused.TOKEN
    if row.expires_at <= now():
        return Refused.TOKEN
    scopes = wanted_scopes(scope, frozenset(login.scope.split()))
    if scopes is None:
        return Refused.SCOPE
    if not await _use(session, row):
        login.ended_at = now()
        return Refused.TOKEN
    return Grant(Viewer(login.account_id, login.id, scopes), _add_token(session, login, settings))


async def check(session: AsyncSession, viewer: Viewer, hold: Hold = Hold.NOTHING) -> AccountRow:
    """The account of a viewer; raises LoginEnded when the session was ended or the account is gone."""
    query = (
        select(AccountRow, LoginRow)
        .join(LoginRow, col(LoginRow.account_id) == col(AccountRow.id))
        .where(AccountRow.id == viewer.account_id, LoginRow.id == viewer.login_id)
    )
    if hold is not Hold.NOTHING:
        is_shared = hold is Hold.REMOVAL
        query = query.with_for_update(of=AccountRow, read=is_shared, key_share=is_shared)
    pair = (await session.exec(query)).one_or_none()
    if pair is None or not _goes_on(pair[1]):
        raise LoginEnded("The session has ended.")
    return pair[0]


async def end(session: AsyncSession, login_id: int) -> None:
    """End a session; one that is over or unknown is no error."""
    await session.exec(
        update(LoginRow).where(col(LoginRow.id) == login_id, col(LoginRow.ended_at).is_(None)).values(ended_at=now())
    )


async def end_by_token(session: AsyncSession, refresh_token: str) -> None:
    """End the session of a refresh token, used or not; an unknown one is no error."""
    row = await session.get(RefreshTokenRow, _digest(refresh_token))
    if row is not None:
        await end(session, row.login_id)


async def end_all(session: AsyncSession, account_id: int) -> None:
    """End all sessions of an account."""
    await session.exec(
        update(LoginRow)
        .where(col(LoginRow.account_id) == account_id, col(LoginRow.ended_at).is_(None))
        .values(ended_at=now())
    )


async def _use(session: AsyncSession, row: RefreshTokenRow) -> bool:
    """Mark a token as used; False if it was already, be it by a request at the same time."""
    marked = await session.exec(
        update(RefreshTokenRow)
        .where(col(RefreshTokenRow.digest) == row.digest, col(RefreshTokenRow.used_at).is_(None))
        .values(used_at=now())
        .execution_options(synchronize_session=False)
    )
    return marked.rowcount == 1


def _add_token(session: AsyncSession, login: LoginRow, settings: Settings) -> str:
    token = secrets.token_urlsafe(32)
    expires = now() + timedelta(seconds=settings.refresh_idle_seconds)
    session.add(RefreshTokenRow(digest=_digest(token), login_id=login.id, expires_at=min(expires, login.expires_at)))
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _goes_on(login: LoginRow) -> bool:
    return login.ended_at is None and login.expires_at > now()
