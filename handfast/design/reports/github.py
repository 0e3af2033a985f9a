"""Diagnostics as workflow commands of GitHub Actions, which become annotations at lines of a pull request."""

from __future__ import annotations

from collections.abc import Mapping

from handfast.errors import Diagnostic, Severity, visible

LEVELS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}


def as_github(diagnostic: Diagnostic) -> str:
    """A workflow command: one line, whatever the message is."""
    properties: dict[str, object] = {"title": diagnostic.code}
    if diagnostic.location:
        properties = {
            "file": diagnostic.location.file,
            "line": diagnostic.location.line,
            "col": diagnostic.location.column,
            **properties,
        }
    named = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    lines = [diagnostic.message, *(f"see {each}" for each in diagnostic.related)]
    lines += [f"hint: {diagnostic.hint}"] if diagnostic.hint else []
    text = chr(10).join(visible(line, lines=True) for line in lines)
    return f"::{LEVELS[diagnostic.severity]} {named}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
