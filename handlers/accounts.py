"""Accounts: register, and look after one's own account."""

from __future__ import annotations

from typing import final

from fastapi import Request
from pydantic import MISSING
from typing_extensions import override

from blog import accounts
from blog.logins import Hold
from blog.refusals import WrongPassword
from generated.models import AccountChanges, EntityTags, NewAccount, PasswordChange
from generated.operations.accounts import (
    AccountsOperations,
    ChangePassword204,
    DeleteAccount204,
    GetAccount200,
    RegisterAccount201,
    UpdateAccount200,
)
from generated.replies import NotModified
from handlers import views
from handlers.etags import etag, expect, is_known
from handlers.services import ServicesDep
from handlers.sessions import SessionDep
from handlers.signed_in import account_of
from handlers.viewers import ViewerDep


@final
class Accounts(AccountsOperations):
    """Accounts; passwords are hashed before the transaction asks anything of the database."""

    def __init__(self, request: Request, services: ServicesDep, session: SessionDep, viewer: ViewerDep) -> None:
        self.request = request
        self.services = services
        self.session = session
        self.viewer = viewer

    @override
    async def register_account(self, *, body: NewAccount) -> RegisterAccount201:
        new = accounts.NewAccount(
            handle=body.handle,
            email=body.email,
            display_name=body.display_name,
            password_hash=await self.services.passwords.hash(body.password),
        )
        row = await accounts.register(self.session, new)
        return RegisterAccount201(
            views.account(row),
            location=str(self.request.app.url_path_for("getAccount")),
            etag=etag(row.id, row.version),
        )

    @override
    async def get_account(self, *, if_none_match: EntityTags | None) -> GetAccount200 | NotModified:
        row = await account_of(self.session, self.viewer)
        current = etag(row.id, row.version)
        if is_known(if_none_match, current):
            return NotModified(etag=current)
        return GetAccount200(views.account(row), etag=current)

    @override
    async def update_account(self, *, if_match: EntityTags, body: AccountChanges) -> UpdateAccount200:
        row = await account_of(self.session, self.viewer, Hold.CHANGE)
        expect(if_match, etag(row.id, row.version))
        changed = await accounts.change(self.session, row, row.version, _changes(body))
        return UpdateAccount200(views.account(changed), etag=etag(changed.id, changed.version))

    @override
    async def delete_account(self, *, if_match: EntityTags) -> DeleteAccount204:
        row = await account_of(self.session, self.viewer, Hold.CHANGE)
        expect(if_match, etag(row.id, row.version))
        await accounts.remove(self.session, row, row.version)
        return DeleteAccount204()

    @override
    async def change_password(self, *, body: PasswordChange) -> ChangePassword204:
        async with self.services.database.reading() as reading:  # over before the slow part begins
            row = await account_of(reading, self.viewer)
        verdict = await self.services.passwords.compare(body.current_password, row.password_hash)
        if not verdict.right:
            raise WrongPassword("It is not the current password of the account.")
        new_hash = await self.services.passwords.hash(body.new_password)
        await account_of(self.session, self.viewer, Hold.CHANGE)  # the slow part took its time
        await accounts.change_password(self.session, row.id, row.password_hash, new_hash)
        return ChangePassword204()


def _changes(body: AccountChanges) -> dict[str, str | None]:
    """What a merge patch changes: a member that is absent is left alone, null takes away."""
    changes: dict[str, str | None] = {}
    if body.email is not MISSING:
        changes["email"] = body.email
    if body.display_name is not MISSING:
        changes["display_name"] = body.display_name
    if body.biography is not MISSING:
        changes["biography"] = body.biography
    return changes
