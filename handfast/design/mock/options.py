"""What a mock is told when it is made; goes from the command line to the process that serves as one line of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from handfast.design.mock.latency import Latency


@dataclass(frozen=True, slots=True, kw_only=True)
class MockOptions:
    """How a mock answers.

    `seed` decides everything that chance decides. With `dynamic`, values are made up although there are examples.
    `latency` is the time that each answer takes. `failure_rate` is the part of the requests, from 0 to 1, that are
    answered with a failure: one of `failure_statuses`, or without these a 5XX or 429 that the operation declares (an
    operation that declares none never fails). With `stateful`, what was created can be read, listed, changed, deleted.
    """

    seed: int = 0
    dynamic: bool = False
    latency: Latency = field(default_factory=Latency)
    failure_rate: float = 0.0
    failure_statuses: tuple[int, ...] = ()
    stateful: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.failure_rate <= 1:
            raise ValueError(f"a failure rate is from 0 to 1, and not {self.failure_rate:g}")
        if wrong := [status for status in self.failure_statuses if not 400 <= status <= 599]:
            raise ValueError(f"a failure has a status from 400 to 599, and not {wrong[0]}")

    def as_text(self) -> str:
        """The options as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> MockOptions:
        """What `as_text` wrote."""
        values = json.loads(text)
        latency, statuses = Latency(**values.pop("latency")), tuple(values.pop("failure_statuses"))
        return cls(latency=latency, failure_statuses=statuses, **values)
