"""Security requirements as declared: finds credentials, asks the authenticators, and says which alternative holds.

    security={"bearerAuth": authenticate}                  one authenticator per scheme, given to `bind`
    async def authenticate(credentials: Credentials) -> Grant | None
    ViewerDep = Annotated[Viewer | None, Depends(principal(Viewer))]

An authenticator answers None for credentials that are not valid (401). Scopes that an operation needs and the grant
lacks are 403. Challenges follow RFC 9110 section 11.6.1, RFC 6750 section 3 and RFC 7617 section 2.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeAlias, TypeVar, cast
from urllib.parse import unquote_plus

from starlette.requests import Request
from starlette.types import Scope

from handfast.contract.model import Contract, Operation, ParameterLocation, SecurityRequirement, SecurityScheme
from handfast.runtime.problems import Cause, Refused

T = TypeVar("T")

PRINCIPALS = "handfast.principals"
"""The key of the ASGI scope under which the principals of a request are, a tuple of objects."""

_BEARER_TYPES = frozenset({"oauth2", "openIdConnect"})
_BEARER_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_UNQUOTABLE = re.compile(r"[^\x20-\x21\x23-\x5b\x5d-\x7e]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client presents for one security scheme.

    `scheme` is the scheme's name in the contract and `type` its type. `value` is the API key, the bearer token, what
    follows another scheme's name in Authorization, or the client's certificate (PEM); `username` and `password` are
    those of HTTP Basic. The body of `request` is not read yet, and must be left alone.
    """

    scheme: str
    type: str
    value: str
    username: str = ""
    password: str = ""
    request: Request


@dataclass(frozen=True, slots=True)
class Grant:
    """Credentials that are valid: whom they stand for, and the scopes (or roles) that they reach."""

    principal: object
    scopes: frozenset[str] = frozenset()


Authenticator: TypeAlias = Callable[[Credentials], Awaitable[Grant | None]]


class Principal(Generic[T]):
    """A dependency that gives the principal of a type; make it with `principal`."""

    __slots__ = ("type",)

    def __init__(self, kind: type[T]) -> None:
        self.type = kind

    def of(self, scope: Scope) -> T | None:
        """The first principal of the request that is of the type, or None."""
        for found in cast("tuple[object, ...]", scope.get(PRINCIPALS, ())):
            if isinstance(found, self.type):
                return found
        return None

    async def __call__(self, request: Request) -> T | None:
        """What FastAPI's `Depends` calls."""
        return self.of(request.scope)


@cache
def principal(kind: type[T]) -> Principal[T]:
    """The dependency that gives the principal of a type; always the same one, so that tests can override it."""
    return Principal(kind)


@dataclass(frozen=True, slots=True)
class _Presented:
    """What a request has for a scheme: credentials, or the fact that they cannot be right."""

    value: str = ""
    username: str = ""
    password: str = ""
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class _Scheme:
    """A security scheme, ready to look for its credentials."""

    declaration: SecurityScheme
    authenticate: Authenticator
    find: Callable[[Scope], _Presented | None]


class Gate:
    """Lets requests through, or raises `Refused`; operations with the same requirements share one."""

    __slots__ = ("_alternatives", "_is_optional", "_realm", "_schemes", "_uses_authorization")

    def __init__(self, alternatives: Sequence[SecurityRequirement], schemes: Mapping[str, _Scheme], realm: str) -> None:
        self._alternatives = tuple(
            tuple((name, frozenset(scopes)) for name, scopes in requirement.items())
            for requirement in alternatives
            if requirement
        )
        self._is_optional = any(not requirement for requirement in alternatives)
        names = dict.fromkeys(name for alternative in self._alternatives for name, _ in alternative)
        self._schemes = {name: schemes[name] for name in names}
        self._realm = _quotable(realm)
        self._uses_authorization = any(_in_authorization(scheme.declaration) for scheme in self._schemes.values())

    async def admit(self, scope: Scope, request: Request) -> tuple[object, ...]:
        """The principals of a request, in the order of the alternative that holds; none for an anonymous one."""
        authorizations = _header(scope, b"authorization") if self._uses_authorization else []
        if len(authorizations) > 1:
            raise Refused(Cause.CREDENTIALS_AMBIGUOUS, "there are several Authorization headers")
        presented = {name: scheme.find(scope) for name, scheme in self._schemes.items()}
        grants: dict[str, Grant | None] = {}
        lacking: frozenset[str] | None = None
        for alternative in self._alternatives:
            if any(presented[name] is None for name, _ in alternative):
                continue
            missing = await self._missing(alternative, presented, grants, request)
            if missing is None:
                continue
            if not missing:
                return tuple(grant.principal for name, _ in alternative if (grant := grants[name]) is not None)
            lacking = lacking if lacking is not None and len(lacking) <= len(missing) else missing
        if lacking is not None:
            raise self._insufficient(lacking)
        anything = bool(authorizations) or any(found is not None for found in presented.values())
        if self._is_optional and not anything:
            return ()
        raise self._unauthenticated(anything)

    async def _missing(
        self,
        alternative: Iterable[tuple[str, frozenset[str]]],
        presented: Mapping[str, _Presented | None],
        grants: dict[str, Grant | None],
        request: Request,
    ) -> frozenset[str] | None:
        """The scopes that an alternative lacks; None when some of its credentials are not valid."""
        missing: frozenset[str] = frozenset()
        for name, scopes in alternative:
            if name not in grants:
                grants[name] = await self._grant(self._schemes[name], presented[name], request)
            grant = grants[name]
            if grant is None:
                return None
            missing |= scopes - grant.scopes
        return missing

    async def _grant(self, scheme: _Scheme, found: _Presented | None, request: Request) -> Grant | None:
        if found is None or found.is_broken:
            return None
        return await scheme.authenticate(
            Credentials(
                scheme=scheme.declaration.name,
                type=scheme.declaration.type,
                value=found.value,
                username=found.username,
                password=found.password,
                request=request,
            )
        )

    def _unauthenticated(self, anything: bool) -> Refused:
        cause = Cause.CREDENTIALS_INVALID if anything else Cause.CREDENTIALS_MISSING
        detail = "the credentials are not valid here" if anything else "this operation needs credentials"
        error = ("error", "invalid_token") if anything else None
        return Refused(cause, detail, headers=self._challenge(error))

    def _insufficient(self, scopes: frozenset[str]) -> Refused:
        needed = " ".join(sorted(scopes))
        challenges = self._challenge(("error", "insufficient_scope"), ("scope", needed), only_bearer=True)
        return Refused(Cause.SCOPE_INSUFFICIENT, f"these scopes are missing: {needed}", headers=challenges)

    def _challenge(self, *parameters: tuple[str, str] | None, only_bearer: bool = False) -> list[tuple[str, str]]:
        """A WWW-Authenticate header for each way to authenticate; the parameters go to those of OAuth 2.0."""
        challenges: dict[str, None] = {}
        for scheme in self._schemes.values():
            declaration = scheme.declaration
            if _is_bearer(declaration):
                more = [f'{name}="{_quotable(value)}"' for name, value in filter(None, parameters)]
                challenges[", ".join([f'Bearer realm="{self._realm}"', *more])] = None
            elif not only_bearer:
                challenges[self._plain_challenge(declaration)] = None
        return [("WWW-Authenticate", challenge) for challenge in challenges]

    def _plain_challenge(self, declaration: SecurityScheme) -> str:
        realm = f'realm="{self._realm}"'
        if declaration.type == "http":
            charset = ', charset="UTF-8"' if declaration.scheme == "basic" else ""
            return f"{declaration.scheme.title()} {realm}{charset}"
        if declaration.type == "apiKey":
            return f'ApiKey {realm}, in="{declaration.location}", name="{_quotable(declaration.parameter_name)}"'
        return f"ClientCertificate {realm}"


def gates(contract: Contract, security: Mapping[str, Authenticator]) -> Callable[[Operation], Gate | None]:
    """Gives the gate of an operation, None for one that anybody may call; equal requirements share a gate."""
    schemes = {
        name: _Scheme(declaration, security[name], _finder(declaration))
        for name, declaration in contract.security_schemes.items()
        if name in security
    }
    made: dict[str, Gate] = {}

    def gate(operation: Operation) -> Gate | None:
        if not any(operation.security):
            return None
        key = repr([list(requirement.items()) for requirement in operation.security])
        if key not in made:
            made[key] = Gate(operation.security, schemes, contract.title)
        return made[key]

    return gate


def _finder(declaration: SecurityScheme) -> Callable[[Scope], _Presented | None]:
    """Where the credentials of a scheme are."""
    if declaration.type == "apiKey":
        return _api_key(declaration)
    if declaration.type == "mutualTLS":
        return _certificate
    scheme = "bearer" if _is_bearer(declaration) else declaration.scheme
    read = {"bearer": _bearer, "basic": _basic}.get(scheme, _other)

    def find(scope: Scope) -> _Presented | None:
        for value in _header(scope, b"authorization"):
            name, _, rest = value.strip().partition(" ")
            if name.lower() == scheme:
                return read(rest.strip())
        return None

    return find


def _bearer(text: str) -> _Presented:
    return _Presented(text) if _BEARER_TOKEN.fullmatch(text) else _Presented(is_broken=True)


def _other(text: str) -> _Presented:
    return _Presented(text)


def _basic(text: str) -> _Presented:
    """User-id and password (RFC 7617, section 2), in UTF-8."""
    try:
        decoded = a2b_base64(text, strict_mode=True).decode()
    except ValueError:
        return _Presented(is_broken=True)
    username, colon, password = decoded.partition(":")
    return _Presented(text, username, password) if colon else _Presented(is_broken=True)


def _api_key(declaration: SecurityScheme) -> Callable[[Scope], _Presented | None]:
    name = declaration.parameter_name
    if declaration.location is ParameterLocation.HEADER:
        wire = name.lower().encode("latin-1")

        def values(scope: Scope) -> list[str]:
            return _header(scope, wire)
    elif declaration.location is ParameterLocation.QUERY:

        def values(scope: Scope) -> list[str]:
            return _query(scope, name)
    else:

        def values(scope: Scope) -> list[str]:
            return _cookie(scope, name)

    def find(scope: Scope) -> _Presented | None:
        found = values(scope)
        if not found:
            return None
        if len(found) > 1 or not found[0]:
            return _Presented(is_broken=True)
        return _Presented(found[0])

    return find


def _certificate(scope: Scope) -> _Presented | None:
    """The client's certificate from the server's TLS extension of ASGI."""
    extensions = cast("Mapping[str, Mapping[str, object]]", scope.get("extensions") or {})
    chain = extensions.get("tls", {}).get("client_cert_chain")
    certificates = [str(each) for each in cast("Iterable[object]", chain or ())]
    return _Presented(certificates[0]) if certificates else None


def _header(scope: Scope, name: bytes) -> list[str]:
    headers = cast("Iterable[tuple[bytes, bytes]]", scope["headers"])
    return [value.decode("latin-1").strip(" \t") for key, value in headers if key == name]


def _query(scope: Scope, name: str) -> list[str]:
    query = cast("bytes", scope.get("query_string", b"")).decode("latin-1")
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return [unquote_plus(value) for key, _, value in pairs if unquote_plus(key) == name]


def _cookie(scope: Scope, name: str) -> list[str]:
    pairs = (pair.partition("=") for line in _header(scope, b"cookie") for pair in line.split(";"))
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def _is_bearer(declaration: SecurityScheme) -> bool:
    return declaration.type in _BEARER_TYPES or (declaration.type == "http" and declaration.scheme == "bearer")


def _in_authorization(declaration: SecurityScheme) -> bool:
    return declaration.type == "http" or declaration.type in _BEARER_TYPES


def _quotable(text: str) -> str:
    """A text that may stand between quotes in a header."""
    return _UNQUOTABLE.sub("", text)
