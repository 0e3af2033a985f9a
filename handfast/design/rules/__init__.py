"""The rules of `handfast lint`, all of them, in families; to add one, write a function and a line in its table."""

from __future__ import annotations

from handfast.design.rule import Rule
from handfast.design.rules import (
    collisions,
    compatibility,
    completeness,
    contradictions,
    hostile,
    media_types,
    members,
    names,
    nesting,
    operations,
    reach,
    references,
    samples,
    schemas,
    sdk,
    transfers,
)

RULES: tuple[Rule, ...] = (
    *samples.RULES,
    *contradictions.RULES,
    *references.RULES,
    *operations.RULES,
    *reach.RULES,
    *schemas.RULES,
    *media_types.RULES,
    *members.RULES,
    *names.RULES,
    *collisions.RULES,
    *completeness.RULES,
    *hostile.RULES,
    *sdk.RULES,
    *nesting.RULES,
    *transfers.RULES,
    *compatibility.RULES,
)
"""Every rule, in the order in which they run; findings are printed in the order of the document."""
