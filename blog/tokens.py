"""Access tokens: signed statements of who somebody is and what they may do, for ten minutes (RFC 9068, RFC 8725)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeGuard

import jwt

if TYPE_CHECKING:
    from blog.settings import Settings

SCOPES = ("account", "articles", "comments")
"""Everything that a token can allow, in the order in which scopes are written."""

_ALGORITHM = "HS256"
_HEADER = {"typ": "at+jwt", "alg": _ALGORITHM}
_CLAIMS = ("iss", "aud", "sub", "sid", "scope", "jti", "iat", "exp")
_LEEWAY = timedelta(seconds=30)
_LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who a valid access token speaks for; whether the login is still going is for `logins.check` to say."""

    account_id: int
    login_id: int
    scopes: frozenset[str]


class AccessTokens:
    """Writes and reads access tokens with the secret of the service."""

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.secret_key.get_secret_value()
        self._issuer = settings.token_issuer
        self._audience = settings.token_audience
        self.seconds = settings.access_token_seconds

    def write(self, viewer: Viewer) -> str:
        """An access token for a viewer, valid from now on."""
        issued = datetime.now(UTC)
        claims: dict[str, object] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(viewer.account_id),
            "sid": str(viewer.login_id),
            "scope": scope_text(viewer.scopes),
            "jti": secrets.token_urlsafe(16),
            "iat": issued,
            "exp": issued + timedelta(seconds=self.seconds),
        }
        # PyJWT's signatures name key classes of `cryptography`, which shared secrets do not need.
        return jwt.encode(  # pyright: ignore[reportUnknownMemberType]
            claims, self._secret, algorithm=_ALGORITHM, headers=_HEADER
        )

    def read(self, token: str) -> Viewer | None:
        """The viewer of a token, or None for any text that is not a valid access token of ours.

        The header must be exactly ours: no other type of token, no key that the token brings along (RFC 8725, 3.11).
        """
        if len(token) > _LONGEST:
            return None
        try:
            if jwt.get_unverified_header(token) != _HEADER:
                return None
            claims: dict[str, object] = jwt.decode(  # pyright: ignore[reportUnknownMemberType]  # see `write`
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                leeway=_LEEWAY,
                options={"require": list(_CLAIMS), "strict_aud": True},
            )
        except (jwt.InvalidTokenError, ValueError):
            return None
        subject, login, scope = claims["sub"], claims["sid"], claims["scope"]
        if not _is_number(subject) or not _is_number(login) or not isinstance(scope, str):
            return None
        return Viewer(int(subject), int(login), frozenset(scope.split()) & frozenset(SCOPES))


def scope_text(scopes: frozenset[str]) -> str:
    """Scopes as they are written, in one order."""
    return " ".join(scope for scope in SCOPES if scope in scopes)


def _is_number(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19
