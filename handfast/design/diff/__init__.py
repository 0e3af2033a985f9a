"""What a change of a contract means: each difference, its verdicts for the wire and for code, and the next version."""

from __future__ import annotations

from handfast.design.diff.change import Change, Difference, Impact, Verdict
from handfast.design.diff.comparing import compare

__all__ = ["Change", "Difference", "Impact", "Verdict", "compare"]
