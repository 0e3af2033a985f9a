"""How the command line prints diagnostics, errors and counts."""

from __future__ import annotations

import os
from collections.abc import Iterable

import typer
from rich.console import Console

from handfast.design import reports
from handfast.design.reports import Format
from handfast.errors import ContractError, Diagnostic, HandfastError


def print_error(error: HandfastError) -> None:
    console = _console(stderr=True)
    if isinstance(error, ContractError):
        _print_diagnostics(error.diagnostics, console)
    else:
        console.print(str(error), style="red")


def default_format() -> Format:
    return Format.GITHUB if os.environ.get("GITHUB_ACTIONS") == "true" else Format.TEXT


def report(found: list[Diagnostic], form: Format, title: str) -> None:
    match form:
        case Format.JSON:
            typer.echo(reports.as_json(found))
        case Format.GITHUB:
            for diagnostic in found:
                typer.echo(reports.as_github(diagnostic))
        case Format.TEXT:
            console = _console()
            _print_diagnostics(found, console)
            console.print(f"{title}: {reports.summary(found) or 'nothing to report'}")


def _print_diagnostics(diagnostics: Iterable[Diagnostic], console: Console) -> None:
    for diagnostic in diagnostics:
        console.print(reports.as_text(diagnostic))
        console.print()


def _console(*, stderr: bool = False) -> Console:
    """Where text goes; colour only on a terminal, and never where NO_COLOR is set."""
    return Console(stderr=stderr, highlight=False, markup=False, soft_wrap=True, emoji=False)


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
