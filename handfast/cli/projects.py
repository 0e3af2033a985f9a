"""The commands that write and read the code around a contract: generate, scaffold, new, routes."""

from __future__ import annotations

import os
import shlex
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handfast.application import import_app
from handfast.cli.arguments import AppArgument, ContractArgument, FolderOption
from handfast.cli.printing import count, say
from handfast.project import ProjectError, find_project

if TYPE_CHECKING:
    from handfast.contract import Contract


class ReportForm(StrEnum):
    """How a report on the models is printed."""

    TEXT = "text"
    JSON = "json"


def generate(
    contract: ContractArgument = None,
    output: FolderOption = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 and list what differs.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on at every save, and say what changed.")] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Write nothing; say whether each model admits what its schema does.")
    ] = False,
    form: Annotated[ReportForm | None, typer.Option("--format", help="With --report; default: text.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="With --report: other values to try (default: 0).")] = None,
) -> None:
    """Write the models and the abstract classes of the contract; what has not changed is left alone."""
    from handfast.contract import load_contract
    from handfast.generate import generate as write

    project = find_project()
    path, folder = contract or project.contract, output or project.generated
    if watch and (check or report):
        raise typer.BadParameter("--watch writes; --check and --report do not")
    if not report and (form is not None or seed is not None):
        raise typer.BadParameter("--format and --seed are for --report")
    if watch:
        from handfast.generate.watching import watch as go_on

        go_on(path, folder, typer.echo)
        return
    loaded = load_contract(path)
    if report and not check:
        _report(loaded, folder, form or ReportForm.TEXT, seed or 0)
        return
    changes = write(loaded, folder, check=check)
    if check and changes:
        typer.echo(f"{folder}{os.sep} is not what {path} says; run: handfast generate\n{changes}", err=True)
        raise typer.Exit(1)
    if report:
        _report(loaded, folder, form or ReportForm.TEXT, seed or 0)
        return
    typer.echo(f"{folder}{os.sep} is up to date" if not changes else f"{folder}{os.sep}\n{changes}")


def _report(contract: Contract, folder: Path, form: ReportForm, seed: int) -> None:
    """Print how far the models of a package go; exit 1 if one refuses what its schema admits."""
    from handfast.design import fidelity
    from handfast.design.fidelity import printed

    made = fidelity.report(contract, folder, seed)
    say(printed.as_text(made)) if form is ReportForm.TEXT else typer.echo(printed.as_json(made))
    if made.refusals:
        raise typer.Exit(1)


def scaffold(contract: ContractArgument = None) -> None:
    """Add the classes and methods that handlers/ lacks, each with a body that says so; what is there stays."""
    from handfast.contract import load_contract
    from handfast.generate.scaffold import scaffold as add

    project = find_project()
    added = add(load_contract(contract or project.contract), project.handlers, project.generated)
    say("\n".join(map(str, added)) or f"{project.handlers}{os.sep}: every operation has its method")


def new(
    folder: Annotated[Path, typer.Argument(help="The folder to make; its name becomes the project's.")],
    contract: Annotated[
        Path | None, typer.Option("--contract", help="A contract to begin with.", exists=True, dir_okay=False)
    ] = None,
    toolkit: Annotated[
        Path | None,
        typer.Option(
            "--handfast",
            help="A copy of Handfast to depend on; default: where this one was installed from, a folder or the index.",
        ),
    ] = None,
) -> None:
    """Make a project whose tests pass at once: a contract, generated code, handlers to write, tests, CI."""
    from handfast.design.projects import new_project, origin

    made = new_project(folder, contract, toolkit or origin())
    unwritten = f", {made.unwritten} to be written" if made.unwritten else ""
    typer.echo(f"{folder}{os.sep}: {count(made.operations, 'operation')}{unwritten}")
    typer.echo(f"next: cd {shlex.quote(str(folder))} && make test")


def routes(app: AppArgument = None) -> None:
    """List tag, operationId, method, path, security, statuses, and the file and line of the method that answers."""
    from handfast.generate.routes import aligned, row
    from handfast.runtime.listing import bound_operations

    project = find_project()
    found = bound_operations(import_app(app or project.app, project.root))
    if not found:
        raise ProjectError("no contract is bound to this application: call handfast.bind(app, contract, handlers)")
    say(aligned([(*row(each.operation), each.place or "(fallback)") for each in found]).rstrip("\n"))
