"""How two sets of messages relate, and what that means: what is received may only widen, what is sent only narrow."""

from __future__ import annotations

from enum import Enum

from handfast.contract.model import Direction
from handfast.design.diff.change import Verdict


class Relation(Enum):
    """How what the new side admits relates to what the old one did; the value completes "the new contract ..."."""

    EQUAL = "admits the same"
    WIDER = "admits more"
    NARROWER = "admits less"
    OTHER = "admits something else"
    UNDECIDED = "cannot be compared with the old one"


def relation(covers: bool | None, is_covered: bool | None) -> Relation:
    """The relation, from whether the new one admits all of the old and the old all of the new; None: undecided."""
    table: dict[tuple[bool | None, bool | None], Relation] = {
        (True, True): Relation.EQUAL,
        (True, False): Relation.WIDER,
        (True, None): Relation.WIDER,
        (False, True): Relation.NARROWER,
        (None, True): Relation.NARROWER,
        (False, False): Relation.OTHER,
    }
    return table.get((covers, is_covered), Relation.UNDECIDED)


def of_sets(old: frozenset[str], new: frozenset[str]) -> Relation:
    """The relation of what is listed."""
    return relation(old <= new, new <= old)


class Variance(Enum):
    """Who reads a message: the side that is described (it may admit more) or its clients (they may get less)."""

    RECEIVED = Relation.WIDER
    SENT = Relation.NARROWER

    @property
    def direction(self) -> Direction:
        """The direction that reports name: what the service receives, or what it sends."""
        return Direction.REQUEST if self is Variance.RECEIVED else Direction.RESPONSE

    @property
    def opposite(self) -> Variance:
        """That of the answer to it."""
        return Variance.SENT if self is Variance.RECEIVED else Variance.RECEIVED

    def verdict(self, found: Relation) -> Verdict:
        """What a relation means for those who know the old contract."""
        if found is Relation.UNDECIDED:
            return Verdict.UNKNOWN
        return Verdict.COMPATIBLE if found in {Relation.EQUAL, self.value} else Verdict.BREAKING

    def reason(self, found: Relation) -> str:
        """Why, in a sentence."""
        return _REASONS[self, found]


_REASONS = {
    (Variance.RECEIVED, Relation.EQUAL): "the same values are admitted",
    (Variance.RECEIVED, Relation.WIDER): "what is received may widen: all that was admitted still is",
    (
        Variance.RECEIVED,
        Relation.NARROWER,
    ): "what is received may only widen: something that was admitted is refused now",
    (Variance.RECEIVED, Relation.OTHER): "what is received may only widen: something that was admitted is refused now",
    (Variance.RECEIVED, Relation.UNDECIDED): "it could not be proven that all that was admitted still is",
    (Variance.SENT, Relation.EQUAL): "the same values can come",
    (Variance.SENT, Relation.WIDER): "what is sent may only narrow: something can come now that could not before",
    (Variance.SENT, Relation.NARROWER): "what is sent may narrow: all that comes could come before",
    (Variance.SENT, Relation.OTHER): "what is sent may only narrow: something can come now that could not before",
    (Variance.SENT, Relation.UNDECIDED): "it could not be proven that all that comes could come before",
}
