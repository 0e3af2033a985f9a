"""What a rule is: a permanent code, a level, a sentence, and a function from the contract to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from handfast.design.reading import Reading
from handfast.errors import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a rule; the linter adds code, level, line and excerpt."""

    pointer: str
    message: str
    hint: str | None = None


Check: TypeAlias = Callable[[Reading], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the linter; `why` is one sentence, and docs/DIAGNOSTICS.md has the rest under `code`.

    Without a `level` it is off until `lint.yaml` gives it one: it is about a policy that not everybody has.
    """

    code: str
    level: Severity | None
    why: str
    check: Check
