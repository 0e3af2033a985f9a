"""Diagnostics as text with colour, and how many there are of each severity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.text import Text

from handfast.errors import Diagnostic, Severity

STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.HINT: "bold cyan"}


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
        elif line.startswith(("    hint:", "    see:")):
            text.stylize("green", start, start + line.index(":") + 1)
        elif line.lstrip()[:1].isdigit():
            text.stylize("dim", start, start + len(line))
        start = end + 1
    return text


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """How many there are of each severity: `2 errors, 1 warning`."""
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    parts = [
        f"{counts[severity]} {severity}{'s' * (counts[severity] != 1)}" for severity in Severity if counts[severity]
    ]
    return ", ".join(parts)
