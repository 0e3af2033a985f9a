"""Who is let in by a mock: whoever presents credentials of the kind that the contract declares, whatever they are."""

from __future__ import annotations

from handfast.contract import Contract
from handfast.runtime.security import Authenticator, Credentials, Grant


def anybody(contract: Contract) -> dict[str, Authenticator]:
    """Authenticators for `bind(..., security=...)` that let in whoever presents well-formed credentials.

    A bearer token, an API key in its place, a user name and password: of the kind that the scheme declares, with any
    value, and with every scope that an operation asks for. Without them the operation is refused as in the service.
    """
    return {name: _grant(_scopes(contract, name)) for name in contract.security_schemes}


def _grant(scopes: frozenset[str]) -> Authenticator:
    async def authenticate(credentials: Credentials) -> Grant | None:
        return Grant(credentials.username or credentials.value, scopes)

    return authenticate


def _scopes(contract: Contract, name: str) -> frozenset[str]:
    """All scopes that some operation needs of a scheme."""
    return frozenset(
        scope
        for operation in contract.operations
        for requirement in operation.security
        for scope in requirement.get(name, ())
    )
