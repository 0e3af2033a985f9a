"""Where replies that break the contract end: raised, logged, or let go, as the mode of the application says."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from handfast.contract.model import Contract, Operation
from handfast.errors import ResponseViolation

logger = logging.getLogger("handfast.violations")

Mode: TypeAlias = Literal["enforce", "report", "off"]
"""What happens to a reply that breaks the contract: it becomes a 500, it is logged and sent, or nobody looks."""


@dataclass(frozen=True, slots=True)
class Violations:
    """Takes what is wrong with the replies of one operation; the text is for the log, and never holds values."""

    contract: Contract
    operation: Operation
    mode: Mode

    @property
    def is_judging(self) -> bool:
        """Whether anybody wants to know."""
        return self.mode != "off"

    def tell(self, what: str, status: int | None = None, errors: Sequence[str] = ()) -> None:
        """Tell of a broken contract: raised in mode `enforce`, logged in mode `report`."""
        if self.mode == "enforce":
            raise self.fatal(what, status, errors)
        if self.mode == "report":
            logger.error("%s", self.fatal(what, status, errors))

    def fatal(self, what: str, status: int | None = None, errors: Sequence[str] = ()) -> ResponseViolation:
        """What to raise, whatever the mode, where there is nothing that could be sent."""
        return violation(self.contract, self.operation, what, status, errors)


def violation(
    contract: Contract, operation: Operation, what: str, status: int | None = None, errors: Iterable[str] = ()
) -> ResponseViolation:
    """What is wrong with a reply, after the place in the contract: of the response with a status, or the operation."""
    response = operation.response(status) if status is not None else None
    place = contract.locate(operation.pointer if response is None else response.pointer)
    name = operation.operation_id if status is None else f"{operation.operation_id} {status}"
    return ResponseViolation(f"{place}: {name}: {what}" + "".join(f"\n  {error}" for error in errors))


def declared(names: Iterable[str]) -> str:
    """What the contract has instead, as the end of a sentence."""
    listed = ", ".join(names)
    return f"; declared: {listed}" if listed else "; none is declared"


def article(noun: str) -> str:
    """A noun after its indefinite article."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
