"""Accounts: register, find, change and delete them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, delete, or_, select, update

from blog import logins
from blog.moments import now
from blog.refusals import Changed, Taken, Unavailable, WrongPassword
from blog.tables import AccountRow

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What an account is registered with; the password is hashed already."""

    handle: str
    email: str
    display_name: str
    password_hash: str


async def register(session: AsyncSession, new: NewAccount) -> AccountRow:
    """Add an account; raises Taken when its handle or its e-mail address belongs to somebody."""
    await _check_email(session, new.email)
    if (await session.exec(select(AccountRow.id).where(AccountRow.handle == new.handle))).first() is not None:
        raise Taken("The handle belongs to somebody.")
    moment = now()
    row = AccountRow(
        handle=new.handle,
        email=new.email,
        email_key=_key(new.email),
        display_name=new.display_name,
        password_hash=new.password_hash,
        created_at=moment,
        updated_at=moment,
    )
    session.add(row)
    await session.flush()
    return row


async def find_by_name(session: AsyncSession, name: str) -> AccountRow | None:
    """The account with a handle or an e-mail address."""
    found = await session.exec(
        select(AccountRow).where(or_(AccountRow.handle == name.lower(), AccountRow.email_key == _key(name)))
    )
    return found.first()


async def change(
    session: AsyncSession, account: AccountRow, version: int, changes: Mapping[str, str | None]
) -> AccountRow:
    """Write what is different in `email`, `display_name` and `biography`; nothing different changes nothing.

    Raises Changed when the account is not in this version, Taken when the e-mail address belongs to somebody else.
    """
    different = {name: value for name, value in changes.items() if getattr(account, name) != value}
    email = different.get("email")
    if email is not None and _key(email) != account.email_key:
        await _check_email(session, email)
        different["email_key"] = _key(email)
    await _write(session, account, version, different)
    await session.refresh(account)
    return account


async def hold(session: AsyncSession, account_id: int, compared: str) -> bool:
    """Keep an account whose password was compared as it is until the transaction ends; False if it is gone.

    Raises Unavailable when its hash is another one by now: the same password may still be right, or not any more.
    """
    found = await session.exec(
        select(AccountRow.password_hash).where(AccountRow.id == account_id).with_for_update(key_share=True)
    )
    current = found.one_or_none()
    if current is not None and current != compared:
        raise Unavailable("The password was changed while it was being compared.")
    return current is not None


async def change_password(session: AsyncSession, account_id: int, compared: str, new_hash: str) -> None:
    """Keep another hash and end all sessions; raises WrongPassword if it is not the one compared any more."""
    written = await session.exec(
        update(AccountRow)
        .where(col(AccountRow.id) == account_id, col(AccountRow.password_hash) == compared)
        .values(password_hash=new_hash)
    )
    if written.rowcount != 1:
        raise WrongPassword("The password has changed in the meantime.")
    await logins.end_all(session, account_id)


async def keep_hash(session: AsyncSession, account_id: int, compared: str, new_hash: str) -> None:
    """Keep the hash of the same password with newer settings, unless the password has changed since."""
    await session.exec(
        update(AccountRow)
        .where(col(AccountRow.id) == account_id, col(AccountRow.password_hash) == compared)
        .values(password_hash=new_hash)
    )


async def remove(session: AsyncSession, account: AccountRow, version: int) -> None:
    """Delete an account with all that belongs to it; raises Changed when it is not in this version."""
    removed = await session.exec(
        delete(AccountRow).where(col(AccountRow.id) == account.id, col(AccountRow.version) == version)
    )
    if removed.rowcount != 1:
        raise Changed("The account has changed.")


async def _write(session: AsyncSession, account: AccountRow, version: int, values: Mapping[str, str | None]) -> None:
    if not values and account.version == version:
        return
    written = await session.exec(
        update(AccountRow)
        .where(col(AccountRow.id) == account.id, col(AccountRow.version) == version)
        .values(**values, version=version + 1, updated_at=now())
    )
    if written.rowcount != 1:
        raise Changed("The account has changed.")


async def _check_email(session: AsyncSession, email: str) -> None:
    found = await session.exec(select(AccountRow.id).where(AccountRow.email_key == _key(email)))
    if found.first() is not None:
        raise Taken("The e-mail address belongs to somebody.")


def _key(email: str) -> str:
    """An e-mail address without regard to case: people expect no difference, though RFC 5321 allows one."""
    return email.lower()
