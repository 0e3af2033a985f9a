"""Changes as diagnostics, which every form of report knows: what breaks is an error, what may break a warning."""

from __future__ import annotations

from collections.abc import Iterator

from handfast.design.diff.change import Change, Difference, Impact
from handfast.errors import Diagnostic, Related, Severity

SEVERITIES = {
    Impact.BREAKING: Severity.ERROR,
    Impact.UNKNOWN: Severity.WARNING,
    Impact.ADDITION: Severity.HINT,
    Impact.WORDING: Severity.HINT,
}
_FEW = 5


def diagnostics(difference: Difference, *, has_words: bool = True) -> list[Diagnostic]:
    """A diagnostic for each change, and one for a version that does not own up to them; words may be left out."""
    shown = (change for change in difference.changes if has_words or change.impact is not Impact.WORDING)
    return [*map(diagnostic, shown), *_version(difference)]


def diagnostic(change: Change) -> Diagnostic:
    """One change: where it is now, where it was, and who feels it."""
    is_gone = change.new_location is None
    was = () if is_gone or change.old_location is None else (Related(change.old_location, "it was here"),)
    return Diagnostic(
        code=change.code,
        message=f"{change.message}{_reached(change)}",
        severity=SEVERITIES[change.impact],
        location=change.location,
        pointer=change.pointer,
        hint=f"wire {change.wire}, SDKs {change.sdk}, handlers {change.handlers}: {change.reason}",
        excerpt=change.old_excerpt if is_gone else _both(change),
        related=was,
        details={
            "impact": str(change.impact),
            "direction": change.direction,
            "wire": str(change.wire),
            "sdk": str(change.sdk),
            "handlers": str(change.handlers),
            "reason": change.reason,
            "oldPointer": change.old_pointer,
            "newPointer": change.new_pointer,
            "operations": list(change.operations),
        },
    )


def _both(change: Change) -> str | None:
    """The lines before and after, where both are there and differ."""
    before, after = change.old_excerpt, change.new_excerpt
    is_one_thing = (change.old_pointer or "").rpartition("/")[2] == (change.new_pointer or "").rpartition("/")[2]
    if not before or not after or not is_one_thing or _meant(before) == _meant(after):
        return after
    return f"{after}\n    was\n{before}"


def _meant(excerpt: str) -> str:
    return excerpt.rpartition("\n")[2].partition("|")[2].strip()


def _reached(change: Change) -> str:
    if not change.operations:
        return ""
    more = len(change.operations) - _FEW
    return f" ({', '.join(change.operations[:_FEW])}{f' and {more} more' if more > 0 else ''})"


def _version(difference: Difference) -> Iterator[Diagnostic]:
    if difference.is_owned_up or not difference.changes:
        return
    is_breaking = difference.counts.get(Impact.BREAKING, 0) > 0
    said = f"info.version is {difference.new_version}"
    if difference.required is None:
        message, hint = f"{said}: what it was, {difference.old_version!r}, is no semantic version", "write it as 1.0.0"
    else:
        message = f"{said}, and must be at least {difference.required}"
        hint = f"set info.version to {difference.required}"
    severity = Severity.ERROR if is_breaking else Severity.HINT
    yield Diagnostic(code="version-too-low", message=message, severity=severity, pointer="/info/version", hint=hint)
