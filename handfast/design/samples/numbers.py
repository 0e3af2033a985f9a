"""Numbers for samples: within all bounds, and a multiple of every step."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, inf
from random import Random

from handfast.design.samples.facts import Facts


def number(facts: Facts, random: Random, *, whole: bool, widely: bool) -> int | float | None:
    """A number that the facts allow, the smallest or 1 unless `widely`; None when there is none."""
    low, high = max(facts.minimum, facts.above), min(facts.maximum, facts.below)
    step = facts.multiple
    if whole:
        step = Fraction(1) if step is None else Fraction(step.numerator)  # whole multiples of p/q are those of p
    if step is None:
        return _between(low, high, facts, random, widely=widely)
    first, last = _first(low, facts.above, step), -_first(-high, -facts.below, step)
    if first > last:
        return None
    count = _count(first, last, random, widely=widely)
    value = count * step
    return int(value) if value.denominator == 1 else float(value)


def allows(facts: Facts, value: float, *, whole: bool) -> bool:
    """Whether the facts allow a number."""
    return (
        (not whole or is_whole(value))
        and facts.minimum <= value <= facts.maximum
        and facts.above < value < facts.below
        and (facts.multiple is None or (Fraction(str(value)) / facts.multiple).denominator == 1)
    )


def is_whole(value: float) -> bool:
    """Whether a number is an integer, of any size: one beyond the doubles has no `is_integer` of its own."""
    return isinstance(value, int) or value.is_integer()


def _first(low: float, above: float, step: Fraction) -> float:
    """The least multiple of a step that is not under one bound, and over the other."""
    if low == -inf:
        return -inf
    count = ceil(Fraction(str(low)) / step)
    return count + 1 if above > -inf and count * step == Fraction(str(above)) else count


def _count(first: float, last: float, random: Random, *, widely: bool) -> int:
    if widely:
        lowest = int(first) if first > -inf else (int(last) if last < inf else 0) - 1_000
        return random.randint(lowest, int(last) if last < inf else max(lowest, 0) + 1_000)
    return int(min(max(1, first), last))


def _between(low: float, high: float, facts: Facts, random: Random, *, widely: bool) -> int | float | None:
    if low > high or (low == high and low in (facts.above, facts.below)):
        return None
    bottom = low if low > -inf else min(high, 0) - 1_000
    top = high if high < inf else max(bottom, 0) + 1_000
    if widely:
        return random.uniform(bottom, top)
    for value in (1, 0, bottom, top, ceil(bottom), (bottom + top) / 2):
        if low <= value <= high and facts.above < value < facts.below:
            return int(value) if is_whole(value) else value
    return None
