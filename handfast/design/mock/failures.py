"""Failures that a mock makes on purpose: the same ones for the same seed and the same order of requests."""

from __future__ import annotations

from random import Random

from handfast.design.mock.choosing import Choice, respond
from handfast.design.mock.options import MockOptions
from handfast.runtime.fallback import JudgedRequest

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
