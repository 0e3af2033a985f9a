"""How long a mock takes to answer: a time, or a range of them, `200ms`, `50..200ms`, `1.5s`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

_FORM = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|s)?(?:\.\.(\d{1,6}(?:\.\d{1,3})?)(ms|s)?)?")
_UNITS = {"ms": 0.001, "s": 1.0}
_LONGEST = 60.0


@dataclass(frozen=True, slots=True)
class Latency:
    """The least and the most time in seconds, from the request, judged, to the reply."""

    least: float = 0.0
    most: float = 0.0

    @classmethod
    def of(cls, text: str) -> Latency:
        """Read `200ms`, `2s`, `50..200ms` (the unit holds for both) or `0.5s..2s`. Raises ValueError."""
        found = _FORM.fullmatch(text.strip())
        if found is None or not (found[2] or found[4]):
            raise ValueError(f"a latency is written 200ms, 1.5s or 50..200ms, and not {text[:40]!r}")
        unit = found[4] or found[2]
        least = float(found[1]) * _UNITS[found[2] or unit]
        most = float(found[3]) * _UNITS[unit] if found[3] else least
        if least > most or most > _LONGEST:
            raise ValueError(f"a latency goes from less to more, and to {_LONGEST:g}s at most: {text[:40]!r} does not")
        return cls(least, most)

    def seconds(self, random: Random) -> float:
        """A time within the range."""
        return random.uniform(self.least, self.most)
