"""Replies: the declared responses of a contract as classes, which handlers return or raise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


@dataclass(frozen=True, slots=True)
class Header:
    """Marks a field of a reply as a response header, by the name that goes over the wire."""

    name: str


class Reply:
    """One declared response; generated subclasses are dataclasses with a `body` and a field per header.

    `status` and `media_type` are of the class where the contract has one, and fields where it has a range or several.
    A `media_type` of None means that there is no body, or that the runtime chooses by `Accept` among the declared ones.
    """

    status: int
    if not TYPE_CHECKING:  # generated fields of this name have a narrower type, which a declaration here would forbid
        media_type: str | None = None

    def __init_subclass__(cls, *, status: int | None = None, media_type: str | None = None) -> None:
        super().__init_subclass__()
        if status is not None:
            cls.status = status
        if media_type is not None:
            setattr(cls, "media_type", media_type)  # noqa: B010  # see above


class ErrorReply(Reply, Exception):
    """A declared response with a status from 400 up: it may be raised, which also rolls the transaction back."""
