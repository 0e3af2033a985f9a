"""What a check has found, before it has a place in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from handfast.contract.layout import At
from handfast.contract.sources import Positions
from handfast.errors import Diagnostic, Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """Something at a JSON Pointer of the document; see Diagnostic."""

    code: str
    message: str
    pointer: str
    hint: str | None = None
    at: At = "key"
    severity: Severity = Severity.ERROR


def located(findings: Iterable[Finding], positions: Positions) -> Iterator[Diagnostic]:
    """Findings as diagnostics with their places."""
    for finding in findings:
        yield positions.diagnostic(
            finding.code, finding.message, finding.pointer, at=finding.at, hint=finding.hint, severity=finding.severity
        )
