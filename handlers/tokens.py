"""Tokens: the token and revocation endpoints of OAuth 2.0 for first-party clients (RFC 6749, RFC 7009)."""

from __future__ import annotations

from typing import final

from pydantic import MISSING
from typing_extensions import override

from blog import accounts, logins
from blog.tokens import scope_text
from generated.models import OAuthProblem, OAuthProblemCode, RevocationRequest, TokenRequest
from generated.models import Tokens as TokensBody
from generated.operations.tokens import CreateToken200, RevokeToken200, TokensOperations
from generated.replies import OAuthRefusal
from handlers.services import ServicesDep
from handlers.sessions import SessionDep


@final
class Tokens(TokensOperations):
    """Starts, continues and ends sessions."""

    def __init__(self, services: ServicesDep, session: SessionDep) -> None:
        self.services = services
        self.session = session

    @override
    async def create_token(self, *, body: TokenRequest) -> CreateToken200 | OAuthRefusal:
        match body.grant_type:
            case "password":
                return await self._start(body)
            case "refresh_token":
                return await self._renew(body)
            case _:
                return _refuse("unsupported_grant_type", "Use password or refresh_token.")

    @override
    async def revoke_token(self, *, body: RevocationRequest) -> RevokeToken200:
        viewer = self.services.tokens.read(body.token)
        if viewer is not None:
            await logins.end(self.session, viewer.login_id)
        else:
            await logins.end_by_token(self.session, body.token)
        return RevokeToken200()

    async def _start(self, body: TokenRequest) -> CreateToken200 | OAuthRefusal:
        name, password = _given(body.username), _given(body.password)
        if name is None or password is None:
            return _refuse("invalid_request", "This grant needs username and password.")
        scopes = logins.wanted_scopes(_given(body.scope))
        if scopes is None:
            return _refuse("invalid_scope", "There is no such scope.")
        async with self.services.database.reading() as reading:  # over before the slow part begins
            account = await accounts.find_by_name(reading, name)
        kept = account.password_hash if account else None
        verdict = await self.services.passwords.compare(password, kept)
        wrong = _refuse("invalid_grant", "Name or password is wrong.")
        if account is None or not verdict.right:
            return wrong
        if not await accounts.hold(self.session, account.id, account.password_hash):
            return wrong
        if verdict.new_hash is not None:
            await accounts.keep_hash(self.session, account.id, account.password_hash, verdict.new_hash)
        return self._granted(await logins.start(self.session, account.id, scopes, self.services.settings))

    async def _renew(self, body: TokenRequest) -> CreateToken200 | OAuthRefusal:
        refresh_token = _given(body.refresh_token)
        if refresh_token is None:
            return _refuse("invalid_request", "This grant needs refresh_token.")
        renewed = await logins.renew(self.session, refresh_token, _given(body.scope), self.services.settings)
        match renewed:
            case logins.Grant():
                return self._granted(renewed)
            case logins.Refused.TOKEN:
                return _refuse("invalid_grant", "The refresh token is not valid.")
            case logins.Refused.SCOPE:
                return _refuse("invalid_scope", "The session does not have this scope.")

    def _granted(self, grant: logins.Grant) -> CreateToken200:
        tokens = self.services.tokens
        return CreateToken200(
            TokensBody(
                access_token=tokens.write(grant.viewer),
                token_type="Bearer",
                expires_in=tokens.seconds,
                refresh_token=grant.refresh_token,
                scope=scope_text(grant.viewer.scopes),
            ),
            cache_control="no-store",
        )


def _given(member: str | MISSING) -> str | None:
    """A member of a grant; one without a value counts as left out (RFC 6749, section 3.2)."""
    return None if member is MISSING or not member else member


def _refuse(code: OAuthProblemCode, description: str) -> OAuthRefusal:
    """A refused grant; it is returned and not raised, so that a session that a used token has ended stays ended."""
    return OAuthRefusal(OAuthProblem(error=code, error_description=description))
