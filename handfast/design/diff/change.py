"""What a difference between contracts is: a rule's code, two places, directions, and verdicts with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from handfast.contract.model import Direction
from handfast.errors import Location


class Verdict(StrEnum):
    """What a change does to those who rely on the old contract."""

    BREAKING = "breaking"
    UNKNOWN = "unknown"
    COMPATIBLE = "compatible"


_SEVERITY = {Verdict.COMPATIBLE: 0, Verdict.UNKNOWN: 1, Verdict.BREAKING: 2}


def worst(*verdicts: Verdict) -> Verdict:
    """The one that matters most."""
    return max(verdicts, key=_SEVERITY.__getitem__, default=Verdict.COMPATIBLE)


class Impact(StrEnum):
    """What a change is for the version: it breaks, it may, it adds something, or it only says something else."""

    BREAKING = "breaking"
    UNKNOWN = "unknown"
    ADDITION = "addition"
    WORDING = "wording"


IMPACTS = tuple(Impact)
"""From the one that matters most to the one that matters least."""


IS_DEPRECATED = "is deprecated"
"""How the message of `deprecation-changed` ends where something is, by which a changelog has its heading."""

IS_NOT_DEPRECATED = "is not deprecated any more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One difference as a comparison finds it, before it has places and operations.

    Pointers lead into the old and the new document; None where there is nothing on that side. `wire` is about messages
    between clients and services that know different versions, `sdk` about code of clients that was generated from or
    written for the old one, `handlers` about hand-written code of the service. `reason` says why.
    """

    code: str
    old: str | None
    new: str | None
    message: str
    reason: str
    wire: Verdict = Verdict.COMPATIBLE
    sdk: Verdict = Verdict.COMPATIBLE
    handlers: Verdict = Verdict.COMPATIBLE
    direction: Direction | None = None
    is_wording: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference, once, whatever it reaches: `operations` are those of the new contract, else of the old one.

    `subject` says of which schema, and where in it, if it is one's: `NewBook.title`, `query parameter limit`.
    """

    code: str
    message: str
    directions: tuple[Direction, ...]
    wire: Verdict
    sdk: Verdict
    handlers: Verdict
    impact: Impact
    reason: str
    subject: str = ""
    old_pointer: str | None = None
    new_pointer: str | None = None
    old_location: Location | None = None
    new_location: Location | None = None
    old_excerpt: str | None = None
    new_excerpt: str | None = None
    operations: tuple[str, ...] = ()

    @property
    def pointer(self) -> str:
        """The pointer into the new contract, or into the old one for what is gone."""
        return (self.new_pointer if self.new_pointer is not None else self.old_pointer) or ""

    @property
    def direction(self) -> str:
        """`request`, `response`, `both` or `none`."""
        return "both" if len(self.directions) > 1 else str(self.directions[0]) if self.directions else "none"

    @property
    def location(self) -> Location | None:
        """The place in the new contract, or in the old one for what is gone."""
        return self.new_location or self.old_location


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything that differs between two contracts, what breaks first, and what follows for the version.

    `required` is the least version that owns up to the changes, None where `old_version` is no semantic version;
    `is_owned_up` tells that `new_version` is at least that.
    """

    old_name: str
    new_name: str
    old_version: str
    new_version: str
    changes: tuple[Change, ...]
    required: str | None
    is_owned_up: bool
    counts: Mapping[Impact, int] = field(default_factory=dict[Impact, int])

    def has(self, least: Impact) -> bool:
        """Whether a change matters as much as this, or more."""
        return any(self.counts.get(impact, 0) for impact in IMPACTS[: IMPACTS.index(least) + 1])
