"""Failures that a mock makes on purpose: the same ones for the same seed and the same order of requests."""

from __future__ import annotations

from random import Random

from handfast.contract import Direction, JSONValue
from handfast.design.mock.choosing import Choice, respond
from handfast.design.mock.options import MockOptions
from handfast.design.samples import Samples, Unsatisfiable
from handfast.runtime.fallback import JudgedRequest
from handfast.runtime.problem_bodies import Problem, error_media_type

_TELLING = (503, 500, 502, 504, 429)
"""Statuses that `5XX` and `default` stand for, where nobody named others."""


def failing(options: MockOptions, request: JudgedRequest, random: Random) -> int | None:
    """The status to fail with, or None; chance is asked the same number of times whatever it says."""
    chance, choice = random.random(), random.random()
    if chance >= options.failure_rate:
        return None
    statuses = options.failure_statuses or declared_failures(request)
    return statuses[int(choice * len(statuses))] if statuses else None


def declared_failures(request: JudgedRequest) -> tuple[int, ...]:
    """The failures of the service (5XX and 429) that an operation declares, one for each range."""
    found: dict[int, None] = {}
    for response in request.operation.responses:
        if response.status.isdecimal() and (response.status[0] == "5" or response.status == "429"):
            found[int(response.status)] = None
    if not found:
        found = {status: None for status in _TELLING[:1] if respond(request, status) is not None}
    return tuple(found)


def failure(request: JudgedRequest, status: int) -> Choice | None:
    """The declared response for a failure; None where the operation does not declare it."""
    return respond(request, status)


def made_up(samples: Samples, problem: Problem) -> JSONValue:
    """The body of a refusal for a schema that admits no form of a problem; the problem itself where none is found."""
    response = problem.operation.response(problem.status) if problem.operation is not None else None
    declared = error_media_type(response) if response is not None else None
    if declared is None or (schema := declared[1].schema) is None:
        return problem.as_json()
    try:
        return samples.value(schema.pointer, Direction.RESPONSE)
    except Unsatisfiable:
        return problem.as_json()
