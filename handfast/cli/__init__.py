"""The command line: each command reads the project, calls one function of the toolkit, and prints what it says.

Whatever a command needs is imported when it runs, so that `handfast lint` never waits for FastAPI.
Exit codes: 0 all is well, 1 something is wrong with the contract or the code, 2 the command was called wrongly.
"""

from __future__ import annotations

from typing import Annotated

import typer

from handfast import __version__
from handfast.cli import comparing, designing, explaining, printing, projects, serving, testing
from handfast.errors import HandfastError, UsageError

commands = typer.Typer(
    name="handfast",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def run() -> int:
    """Run the command line of this process, and answer its exit code."""
    try:
        commands()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    except HandfastError as error:
        printing.print_error(error)
        return 2 if isinstance(error, UsageError) else 1
    return 0


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"handfast {__version__}")
        raise typer.Exit


@commands.callback()
def handfast(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version, and stop.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Schema-first APIs: an OpenAPI contract written by hand, and handlers bound fast to it."""


for command in (
    designing.lint,
    projects.generate,
    projects.scaffold,
    projects.new,
    projects.routes,
    serving.serve,
    serving.mock,
    serving.preview,
    comparing.diff,
    designing.bundle,
    explaining.explain,
    explaining.editor,
    designing.sdk,
):
    commands.command()(command)
commands.command(context_settings=testing.PASSED_ON)(testing.contract_test)
