"""Tells at start-up which refusals cannot be said in the shape that a contract gives to its errors."""

from __future__ import annotations

from collections.abc import Iterator

from handfast.contract.model import Contract, Operation, ParameterLocation
from handfast.runtime.problem_bodies import ProblemRenderer, problem_of, render
from handfast.runtime.problems import Cause, ProblemItem, Refusal, Refused, refusal, refusals

_SAMPLE = (
    ProblemItem(code="too-short", detail="must have at least 1 character", pointer="/name"),
    ProblemItem(code="required", detail="the parameter is required", parameter="id", location=ParameterLocation.QUERY),
)


def misfits(contract: Contract, renderer: ProblemRenderer | None) -> Iterator[str]:
    """A gap for each declared response that admits no form of a problem; one for each response that is shared."""
    seen: set[tuple[str, int]] = set()
    for operation in contract.operations:
        for each in _answers(operation):
            if each.response is None or (each.response.pointer, each.status) in seen:
                continue
            seen.add((each.response.pointer, each.status))
            sample = Refused(each.cause, "a sample", _SAMPLE if each.cause is Cause.CONTRACT_VIOLATION else ())
            body = render(contract, problem_of(sample, each.status, operation), each.response, renderer)
            if body is not None and not body.fits:
                reason = "the renderer does not give" if renderer else "no form of a problem fits"
                yield (
                    f"{contract.locate(each.response.pointer)}: {operation.operation_id} declares {each.status} with a "
                    f"body that {reason}, and can be refused with it ({each.cause}); give bind problems=..., a "
                    "renderer for error bodies"
                )


def _answers(operation: Operation) -> list[Refusal]:
    """What the runtime may answer by itself: every refusal, and the failure of a handler where it is declared."""
    internal = refusal(operation, Cause.INTERNAL)
    return [*refusals(operation), internal]
