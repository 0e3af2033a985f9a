"""What the domain refuses, as the replies that the contract declares for it: a line for each kind of refusal."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from blog.refusals import (
    Changed,
    Impossible,
    LoginEnded,
    NotThere,
    NotYours,
    Refusal,
    Taken,
    Unavailable,
    WrongPassword,
)
from generated.models import Problem
from generated.replies import Conflict, Forbidden, NotFound, PreconditionFailed, ServiceUnavailable, Unauthorized

RETRY_AFTER = 2
"""Seconds after which to try again when the database has no room."""


def problem(status: int, kind: str, title: str, detail: str) -> Problem:
    """A problem of this service (RFC 9457); `kind` is permanent."""
    return Problem(type=f"urn:handfast:publishing:{kind}", title=title, status=status, detail=detail)


def _not_there(reason: str) -> Exception:
    return NotFound(problem(404, "not-there", "There is nothing at this address", reason))


def _not_yours(reason: str) -> Exception:
    return Forbidden(problem(403, "not-yours", "It belongs to somebody else", reason))


def _wrong_password(reason: str) -> Exception:
    return Forbidden(problem(403, "wrong-password", "The password is wrong", reason))


def _changed(reason: str) -> Exception:
    return PreconditionFailed(problem(412, "changed-meanwhile", "It has changed since it was read", reason))


def _taken(reason: str) -> Exception:
    return Conflict(problem(409, "taken", "The name is taken", reason))


def _impossible(reason: str) -> Exception:
    return Conflict(problem(409, "impossible", "What is there does not allow this", reason))


def _login_ended(reason: str) -> Exception:
    return Unauthorized(
        problem(401, "login-ended", "The credentials are not valid any more", reason),
        www_authenticate='Bearer error="invalid_token"',
    )


def _unavailable(reason: str) -> Exception:
    return ServiceUnavailable(
        problem(503, "unavailable", "The service cannot do this at the moment", reason), retry_after=RETRY_AFTER
    )


_REPLIES: dict[type[Refusal], Callable[[str], Exception]] = {
    NotThere: _not_there,
    NotYours: _not_yours,
    WrongPassword: _wrong_password,
    Changed: _changed,
    Taken: _taken,
    Impossible: _impossible,
    LoginEnded: _login_ended,
    Unavailable: _unavailable,
}


@contextmanager
def refusing() -> Generator[None]:
    """Raise the declared reply for a refusal of the domain that leaves the block."""
    try:
        yield
    except Refusal as refusal:
        raise _REPLIES[type(refusal)](refusal.reason) from refusal
