"""THE table of refusals: every way in which a request can be turned down, its statuses, and its problem type.

Nothing here knows a web framework: the linter asks `refusals(operation)` which statuses an operation should declare,
and the runtime asks the same table which one to answer. Bodies follow RFC 9457.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus

from handfast.contract.model import Operation, Parameter, ParameterLocation, Response
from handfast.errors import RequestViolation

MAX_ERRORS = 20
"""How many errors a body lists; more help nobody, and cost time and bandwidth that an attacker would like to spend."""


class Cause(StrEnum):
    """Why a request is not answered as asked; the value is the last part of the problem type, and permanent."""

    PATH_UNKNOWN = "path-unknown"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    MALFORMED_PATH = "malformed-path"
    CREDENTIALS_MISSING = "credentials-missing"
    CREDENTIALS_AMBIGUOUS = "credentials-ambiguous"
    CREDENTIALS_INVALID = "credentials-invalid"
    SCOPE_INSUFFICIENT = "scope-insufficient"
    NOT_ACCEPTABLE = "not-acceptable"
    BODY_TOO_LARGE = "body-too-large"
    MEDIA_TYPE_UNSUPPORTED = "media-type-unsupported"
    MALFORMED_BODY = "malformed-body"
    MALFORMED_PARAMETER = "malformed-parameter"
    PATH_PARAMETER = "path-parameter"
    CONTRACT_VIOLATION = "contract-violation"
    PRECONDITION_MISSING = "precondition-missing"
    RANGE_UNSATISFIABLE = "range-unsatisfiable"
    NOT_IMPLEMENTED = "not-implemented"
    TIMEOUT = "timeout"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: the statuses in order of preference, and the title that people read."""

    statuses: tuple[int, ...]
    title: str


TABLE: dict[Cause, Row] = {
    Cause.PATH_UNKNOWN: Row((404,), "There is nothing at this path"),
    Cause.METHOD_NOT_ALLOWED: Row((405,), "This path does not know this method"),
    Cause.MALFORMED_PATH: Row((400, 404), "The path is not UTF-8 in percent-encoding"),
    Cause.CREDENTIALS_MISSING: Row((401, 403), "Credentials are needed"),
    Cause.CREDENTIALS_AMBIGUOUS: Row((400, 401, 403), "There is more than one set of credentials"),
    Cause.CREDENTIALS_INVALID: Row((401, 403), "The credentials are not valid"),
    Cause.SCOPE_INSUFFICIENT: Row((403, 401), "The credentials do not reach this far"),
    Cause.NOT_ACCEPTABLE: Row((406,), "None of the accepted media types can be served"),
    Cause.BODY_TOO_LARGE: Row((413, 400, 422), "The body is too large"),
    Cause.MEDIA_TYPE_UNSUPPORTED: Row((415, 400, 422), "The media type of the body is not supported"),
    Cause.MALFORMED_BODY: Row((400, 422), "The body cannot be read"),
    Cause.MALFORMED_PARAMETER: Row((400, 422), "A parameter cannot be read"),
    Cause.PATH_PARAMETER: Row((404, 422, 400), "No such resource can exist"),
    Cause.CONTRACT_VIOLATION: Row((422, 400), "The request breaks the contract"),
    Cause.PRECONDITION_MISSING: Row((428, 422, 400), "The request must be conditional"),
    Cause.RANGE_UNSATISFIABLE: Row((416,), "The body has no such part"),
    Cause.NOT_IMPLEMENTED: Row((501, 500), "This operation is not written yet"),
    Cause.TIMEOUT: Row((503, 500), "The answer took too long"),
    Cause.INTERNAL: Row((500,), "Something went wrong on our side"),
}

_ALWAYS = (Cause.MALFORMED_PARAMETER, Cause.CONTRACT_VIOLATION)
_SECURED = (
    Cause.CREDENTIALS_MISSING,
    Cause.CREDENTIALS_AMBIGUOUS,
    Cause.CREDENTIALS_INVALID,
)
_PRECONDITIONS = ("if-match", "if-unmodified-since")
_BODY = (Cause.BODY_TOO_LARGE, Cause.MEDIA_TYPE_UNSUPPORTED, Cause.MALFORMED_BODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemItem:
    """One thing that is wrong with a request; never holds what the client sent.

    `pointer` is a JSON Pointer into the body, or into the value of the parameter when `parameter` is given, whose
    `location` is OpenAPI's `in`. `code` is kebab-case and permanent.
    """

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None
    location: ParameterLocation | None = None


class Refused(RequestViolation):
    """A request that is turned down, with everything that an answer needs.

    `headers` are extra ones of the answer, as (name, value) in the case in which they are sent.
    """

    def __init__(
        self,
        cause: Cause,
        detail: str = "",
        errors: Sequence[ProblemItem] = (),
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(detail or TABLE[cause].title)
        self.cause = cause
        self.detail = detail
        self.errors: Sequence[ProblemItem] = errors
        self.headers = tuple(headers)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status that the runtime can answer for an operation; `response` is its declaration, if there is one."""

    cause: Cause
    status: int
    response: Response | None


def problem_type(cause: Cause) -> str:
    """The `type` of RFC 9457: a URN, which names a problem without promising a page about it."""
    return f"urn:handfast:problem:{cause}"


_PHRASES = {413: "Content Too Large", 414: "URI Too Long", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}
"""Reason phrases that RFC 9110 changed, and Python 3.13 after it."""


def status_phrase(status: int) -> str:
    """The reason phrase of a status, or an empty text for one that nobody registered."""
    if status in _PHRASES:
        return _PHRASES[status]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def refusal(operation: Operation, cause: Cause) -> Refusal:
    """What the runtime answers for a cause: the first preferred status that the operation declares.

    A status that is declared by itself goes before one that a range (`4XX`) or `default` covers. Where none of the
    preferred ones is declared, the first is answered all the same, and the linter says so.
    """
    statuses = TABLE[cause].statuses
    declared = {response.status: response for response in operation.responses}
    for status in statuses:
        if (exact := declared.get(str(status))) is not None:
            return Refusal(cause, status, exact)
    for status in statuses:
        if (response := operation.response(status)) is not None:
            return Refusal(cause, status, response)
    return Refusal(cause, statuses[0], None)


def refusals(operation: Operation) -> list[Refusal]:
    """Every way in which the runtime can turn down a request to an operation; what the linter compares.

    Left out: failures of the service itself (500, 501, 503), and 406 and 416, which are answered only where declared.
    """
    return [refusal(operation, cause) for cause in _causes(operation)]


def is_precondition(parameter: Parameter) -> bool:
    """Whether a required parameter makes a request conditional, so that its absence is 428 (RFC 6585, section 3)."""
    return parameter.location is ParameterLocation.HEADER and parameter.name.lower() in _PRECONDITIONS


def _causes(operation: Operation) -> list[Cause]:
    causes: list[Cause] = list(_ALWAYS)
    if any(parameter.location is ParameterLocation.PATH for parameter in operation.parameters):
        causes.append(Cause.PATH_PARAMETER)
    if any(parameter.required and is_precondition(parameter) for parameter in operation.parameters):
        causes.append(Cause.PRECONDITION_MISSING)
    if any(requirement for requirement in operation.security):
        causes += _SECURED
        if any(scopes for requirement in operation.security for scopes in requirement.values()):
            causes.append(Cause.SCOPE_INSUFFICIENT)
    if operation.request_body is not None:
        causes += (cause for cause in _BODY if cause is not Cause.MEDIA_TYPE_UNSUPPORTED or _is_choosy(operation))
    return causes


def _is_choosy(operation: Operation) -> bool:
    """Whether there is a media type that the request body of an operation does not take."""
    return operation.request_body is not None and "*/*" not in operation.request_body.content
