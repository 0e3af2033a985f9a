"""Diagnostics as people and programs read them: a module for each form, and one table of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from handfast.design.reports.github import as_github
from handfast.design.reports.junit import as_junit
from handfast.design.reports.records import as_json
from handfast.design.reports.sarif import as_sarif
from handfast.design.reports.text import as_text, summary
from handfast.errors import Diagnostic

__all__ = ["FILES", "Format", "as_github", "as_json", "as_junit", "as_sarif", "as_text", "summary"]


class Format(StrEnum):
    """The forms in which diagnostics are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"
    JUNIT = "junit"


FILES: Mapping[Format, Callable[[Sequence[Diagnostic], str], str]] = {
    Format.JSON: lambda diagnostics, _: as_json(diagnostics),
    Format.GITHUB: lambda diagnostics, _: "\n".join(map(as_github, diagnostics)),
    Format.SARIF: as_sarif,
    Format.JUNIT: as_junit,
}
"""What makes a whole report for programs, from the diagnostics and the name of what was looked at; text is printed
diagnostic by diagnostic."""
