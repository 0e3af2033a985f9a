"""Answers for what went wrong: refusals, exceptions of handlers, and replies that break the contract.

The client learns what the contract tells of its own request, and nothing of the inside; that is for the log.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from handfast.contract.model import Contract, Operation, ParameterLocation, Response
from handfast.runtime.answers import Answer, RawHeaders
from handfast.runtime.problem_bodies import Problem, ProblemRenderer, problem_of, render
from handfast.runtime.problems import TABLE, Cause, ProblemItem, Refused, refusal, status_phrase
from handfast.runtime.violations import declared, violation

logger = logging.getLogger("handfast.violations")

_LOCATIONS: Mapping[str, ParameterLocation] = {str(location): location for location in ParameterLocation}


@dataclass(frozen=True, slots=True)
class Failures:
    """Makes the answers for one operation, or, without one, for requests that reach none."""

    contract: Contract
    operation: Operation | None
    renderer: ProblemRenderer | None

    def refuse(self, refused: Refused) -> Answer:
        """The answer for a request that is turned down."""
        if self.operation is None:
            status, response = TABLE[refused.cause].statuses[0], None
        else:
            found = refusal(self.operation, refused.cause)
            status, response = found.status, found.response
        return self._answer(problem_of(refused, status, self.operation), response, refused.headers)

    def internal(self, cause: Cause = Cause.INTERNAL) -> Answer:
        """The answer for a failure of ours, which tells nothing."""
        headers = [("Retry-After", "1")] if cause is Cause.TIMEOUT else []
        return self.refuse(Refused(cause, headers=headers))

    def http_exception(self, error: HTTPException) -> Answer:
        """The answer for Starlette's and FastAPI's HTTPException; `ResponseViolation` for an undeclared status."""
        response = self.operation.response(error.status_code) if self.operation is not None else None
        if self.operation is not None and response is None:
            what = f"HTTPException with the status {error.status_code}, which is not declared"
            raise violation(
                self.contract, self.operation, what + declared(each.status for each in self.operation.responses)
            )
        given = cast("object", error.detail)  # FastAPI lets it be any JSON value
        detail = given if isinstance(given, str) else ""
        problem = Problem(
            type="about:blank",
            title=status_phrase(error.status_code),
            status=error.status_code,
            detail="" if detail == status_phrase(error.status_code) else detail,
            operation=self.operation,
        )
        return self._answer(problem, response, tuple((error.headers or {}).items()))

    def _answer(self, problem: Problem, response: Response | None, extra: tuple[tuple[str, str], ...]) -> Answer:
        headers: RawHeaders = []
        answer = Answer(problem.status, headers)
        if (body := render(self.contract, problem, response, self.renderer)) is not None:
            if not body.fits and self.operation is not None:
                logger.error(
                    "%s %s: the declared schema admits no form of our own problem %s; give bind a renderer",
                    self.operation.operation_id,
                    problem.status,
                    problem.type,
                )
            headers.append((b"content-type", body.media_type.encode("latin-1")))
            answer.body = body.content
        headers += ((name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in extra)
        return answer


def refused_of(error: RequestValidationError) -> Refused:
    """The refusal for a dependency that reads parameters of its own, which FastAPI found wrong."""
    items: list[ProblemItem] = []
    for each in error.errors():
        place = [str(part) for part in each.get("loc", ())]
        location = _LOCATIONS.get(place[0]) if place else None
        items.append(
            ProblemItem(
                code=str(each.get("type", "invalid")).replace("_", "-"),
                detail=str(each.get("msg", "")),
                parameter=place[1] if location is not None and len(place) > 1 else None,
                location=location,
            )
        )
    return Refused(Cause.CONTRACT_VIOLATION, errors=items)
