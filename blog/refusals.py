"""Everything that the domain can refuse, as exceptions; whoever calls decides how to say it.

A refusal that is raised undoes the transaction it was raised in.
"""

from __future__ import annotations


class Refusal(Exception):
    """The root of what the domain refuses; `reason` is for people and holds nothing that a user wrote."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotThere(Refusal):
    """What was asked for does not exist, or does not exist for this viewer."""


class NotYours(Refusal):
    """It can be seen, but it belongs to somebody else."""


class Changed(Refusal):
    """It is not in the version that the caller expected."""


class Taken(Refusal):
    """A name that is unique belongs to somebody already."""


class Impossible(Refusal):
    """The request is right in itself, but what is there does not allow it."""


class LoginEnded(Refusal):
    """The session of a token has ended: revoked, expired, or its account is gone."""


class WrongPassword(Refusal):
    """The password is not that of the account."""


class Unavailable(Refusal):
    """The database, or the hashing of passwords, has no room now; later it may."""
