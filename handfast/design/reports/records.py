"""Diagnostics as JSON: an array with an object for each."""

from __future__ import annotations

import json
from collections.abc import Iterable

from handfast.errors import Diagnostic, Location


def as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """A JSON array with an object for each diagnostic; `file`, `line` and `column` are null where there is no place.

    `related` has the other places, each with its message; what a diagnostic has in `details` stands beside the rest.
    """
    return json.dumps([record(diagnostic) for diagnostic in diagnostics], ensure_ascii=False, indent=2)


def record(diagnostic: Diagnostic) -> dict[str, object]:
    """A diagnostic as an object of JSON."""
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        **_place(diagnostic.location),
        "pointer": diagnostic.pointer,
        "hint": diagnostic.hint,
        "related": [{**_place(each.location), "message": each.message} for each in diagnostic.related],
        **diagnostic.details,
    }


def _place(location: Location | None) -> dict[str, object]:
    if location is None:
        return {"file": None, "line": None, "column": None}
    return {"file": location.file, "line": location.line, "column": location.column}
