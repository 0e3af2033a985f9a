"""How the command line prints diagnostics, errors and counts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import IO

import typer
from rich.console import Console

from handfast.design import reports
from handfast.design.reports import Format
from handfast.errors import ContractError, Diagnostic, HandfastError, unwritable, visible
from handfast.project import ProjectError


def print_error(error: HandfastError) -> None:
    console = _console(stderr=True)
    if isinstance(error, ContractError):
        _print_diagnostics(error.diagnostics, console)
    else:
        console.print(visible(str(error), lines=True), style="red")


def default_format() -> Format:
    return Format.GITHUB if os.environ.get("GITHUB_ACTIONS") == "true" else Format.TEXT


def report(found: Sequence[Diagnostic], form: Format, name: str, title: str, output: Path | None = None) -> None:
    """Print diagnostics in a form, or write them to a file.

    `name` tells programs what was looked at, `lint/openapi/api.yaml`, and is the same in each run; `title` tells people
    what there is to say of all of it.
    """
    if (whole := reports.FILES.get(form)) is not None:
        text = whole(found, name)
        typer.echo(text, nl=bool(text)) if output is None else write(output, f"{text}\n")
        return
    file = None if output is None else StringIO()
    console = _console(file=file)
    _print_diagnostics(found, console)
    console.print(f"{visible(title)}: {reports.summary(found) or 'nothing to report'}")
    if output is not None and file is not None:
        write(output, file.getvalue())


def write(output: Path, text: str) -> None:
    """Write a file that an option names, in a folder that may not be there yet; raises ProjectError if it cannot be."""
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ProjectError(unwritable(output, error)) from None


def _print_diagnostics(diagnostics: Iterable[Diagnostic], console: Console) -> None:
    for diagnostic in diagnostics:
        console.print(reports.as_text(diagnostic))
        console.print()


def _console(*, stderr: bool = False, file: IO[str] | None = None) -> Console:
    """Where text goes; colour only on a terminal, and never where NO_COLOR is set."""
    return Console(stderr=stderr, file=file, highlight=False, markup=False, soft_wrap=True, emoji=False)


def say(text: str, *, error: bool = False) -> None:
    """Print lines in which texts of a contract may stand."""
    typer.echo(visible(text, lines=True), err=error)


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
