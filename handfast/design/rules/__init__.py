"""The rules of `handfast lint`, all of them, in families; to add one, write a function and a line in its table."""

from __future__ import annotations

from handfast.design.rule import Rule
from handfast.design.rules import (
    completeness,
    contradictions,
    hostile,
    names,
    operations,
    references,
    samples,
    schemas,
    sdk,
)

RULES: tuple[Rule, ...] = (
    *samples.RULES,
    *contradictions.RULES,
    *references.RULES,
    *operations.RULES,
    *schemas.RULES,
    *names.RULES,
    *completeness.RULES,
    *hostile.RULES,
    *sdk.RULES,
)
"""Every rule, in the order in which they run; findings are printed in the order of the document."""
