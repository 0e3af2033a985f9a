"""Texts that tell patterns apart where no proof does: one that fits these and is refused by those decides."""

from __future__ import annotations

import random
from collections.abc import Sequence

import jsonschema_rs
import rstr

from handfast.design.samples.texts import FORMATS

_TRIES = 60


def refute(patterns: Sequence[str], others: Sequence[str]) -> bool:
    """Whether an example is found that fits the patterns and not the others; False says nothing."""
    makes = rstr.Rstr(random.Random(0))
    for pattern in patterns:
        for _ in range(_TRIES):
            try:
                text = makes.xeger(pattern)
            except (ValueError, KeyError, IndexError, NotImplementedError):
                break
            if _fits(patterns, text) and not _fits(others, text):
                return True
    return False


def seem_implied(formats: Sequence[str], patterns: Sequence[str]) -> bool:
    """Whether all known texts of a format fit patterns, so that they may hold for every other one."""
    known = [FORMATS[name] for name in formats if name in FORMATS]
    return bool(known) and all(_fits(patterns, text) for text in known[0])


def _fits(patterns: Sequence[str], text: str) -> bool:
    return all(jsonschema_rs.is_valid({"pattern": pattern}, text) for pattern in patterns)
