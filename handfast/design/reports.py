"""Diagnostics as people and programs read them: coloured text, JSON, and GitHub's annotations."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

from rich.text import Text

from handfast.errors import Diagnostic, Severity

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.HINT: "bold cyan"}
GITHUB_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}


class Format(StrEnum):
    """The forms in which diagnostics are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def as_text(diagnostic: Diagnostic) -> Text:
    """The text of a diagnostic with styles: same characters as `str(diagnostic)`."""
    text = Text(str(diagnostic))
    place = len(f"{diagnostic.location}: ") if diagnostic.location else 0
    label = f"{diagnostic.severity}[{diagnostic.code}]:"
    text.stylize("bold", 0, place)
    text.stylize(STYLES[diagnostic.severity], place, place + len(label))
    start = text.plain.find("\n") + 1
    while start:
        end = text.plain.find("\n", start)
        line = text.plain[start : end if end >= 0 else None]
        if line.lstrip().startswith("→"):
            text.stylize("bold", start, start + len(line))
        elif line.startswith("    hint:"):
            text.stylize("green", start, start + len("    hint:"))
        elif line.lstrip()[:1].isdigit():
            text.stylize("dim", start, start + len(line))
        start = end + 1
    return text


def as_json(diagnostics: Iterable[Diagnostic]) -> str:
    """A JSON array with an object for each diagnostic; `file`, `line` and `column` are null where there is no place."""
    return json.dumps([_record(diagnostic) for diagnostic in diagnostics], ensure_ascii=False, indent=2)


def as_github(diagnostic: Diagnostic) -> str:
    """A workflow command of GitHub Actions, which becomes an annotation at the line in a pull request."""
    properties: dict[str, object] = {"title": diagnostic.code}
    if diagnostic.location:
        properties = {
            "file": diagnostic.location.file,
            "line": diagnostic.location.line,
            "col": diagnostic.location.column,
            **properties,
        }
    named = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    hint = f"\nhint: {diagnostic.hint}" if diagnostic.hint else ""
    return f"::{GITHUB_LEVELS[diagnostic.severity]} {named}::{_data(diagnostic.message + hint)}"


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """How many there are of each severity: `2 errors, 1 warning`."""
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    parts = [
        f"{counts[severity]} {severity}{'s' * (counts[severity] != 1)}" for severity in Severity if counts[severity]
    ]
    return ", ".join(parts)


def _record(diagnostic: Diagnostic) -> dict[str, object]:
    location = diagnostic.location
    return {
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "message": diagnostic.message,
        "file": location.file if location else None,
        "line": location.line if location else None,
        "column": location.column if location else None,
        "pointer": diagnostic.pointer,
        "hint": diagnostic.hint,
    }


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
