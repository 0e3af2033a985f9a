"""The command line: each command reads the project, calls one function of the toolkit, and prints what it says.

Whatever a command needs is imported when it runs, so that `handfast lint` never waits for FastAPI.
Exit codes: 0 all is well, 1 something is wrong with the contract or the code, 2 the command was called wrongly.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from handfast import __version__
from handfast.design import reports
from handfast.design.reports import Format
from handfast.errors import ContractError, Diagnostic, HandfastError, Severity
from handfast.project import Project, ProjectError, find_project, import_app

if TYPE_CHECKING:
    pass

if TYPE_CHECKING:
    from handfast.server import Reload

commands = typer.Typer(
    name="handfast",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ContractArgument = Annotated[
    Path | None,
    typer.Argument(
        help="The contract (default: what [tool.handfast] in pyproject.toml says).", exists=True, dir_okay=False
    ),
]
FolderOption = Annotated[Path | None, typer.Option("--output", "-o", help="The folder to write (default: as above).")]
AppArgument = Annotated[str | None, typer.Argument(help="The application, as module:attribute.", metavar="[APP]")]


def run() -> int:
    """Run the command line of this process, and answer its exit code."""
    try:
        commands()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    except HandfastError as error:
        _print_error(error)
        return 2 if isinstance(error, ProjectError) else 1
    return 0


def _print_error(error: HandfastError) -> None:
    console = _console(stderr=True)
    if isinstance(error, ContractError):
        _print_diagnostics(error.diagnostics, console)
    else:
        console.print(str(error), style="red")


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


@commands.command()
def lint(
    contract: ContractArgument = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Default: text; github inside GitHub Actions.")
    ] = None,
) -> None:
    """Say what is wrong with the contract, each finding with its place; exit 1 on errors and warnings."""
    from handfast.contract import load_contract
    from handfast.design.lint import lint as find

    path = contract or find_project().contract
    title = str(path)
    try:
        loaded = load_contract(path)
        found = list(find(loaded))
        title = f"{path}: {_count(len(loaded.operations), 'operation')}"
    except ContractError as error:
        found = list(error.diagnostics)
    _report(found, form or _default_format(), title)
    if any(diagnostic.severity is not Severity.HINT for diagnostic in found):
        raise typer.Exit(1)


@commands.command()
def generate(
    contract: ContractArgument = None,
    output: FolderOption = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 and list what differs.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on at every save, and say what changed.")] = False,
) -> None:
    """Write the models and the abstract classes of the contract; what has not changed is left alone."""
    from handfast.contract import load_contract
    from handfast.generate import generate as write

    project = find_project()
    path, folder = contract or project.contract, output or project.generated
    if watch and check:
        raise typer.BadParameter("--watch writes and --check does not")
    if watch:
        from handfast.generate.watching import watch as go_on

        go_on(path, folder, typer.echo)
        return
    changes = write(load_contract(path), folder, check=check)
    if check and changes:
        typer.echo(f"{folder}{os.sep} is not what {path} says; run: handfast generate\n{changes}", err=True)
        raise typer.Exit(1)
    typer.echo(f"{folder}{os.sep} is up to date" if not changes else f"{folder}{os.sep}\n{changes}")


@commands.command()
def scaffold(contract: ContractArgument = None) -> None:
    """Add the classes and methods that handlers/ lacks, each with a body that says so; what is there stays."""
    from handfast.contract import load_contract
    from handfast.generate.scaffold import scaffold as add

    project = find_project()
    added = add(load_contract(contract or project.contract), project.handlers, project.generated)
    typer.echo("\n".join(map(str, added)) or f"{project.handlers}{os.sep}: every operation has its method")


@commands.command()
def new(
    folder: Annotated[Path, typer.Argument(help="The folder to make; its name becomes the project's.")],
    contract: Annotated[
        Path | None, typer.Option("--contract", help="A contract to begin with.", exists=True, dir_okay=False)
    ] = None,
    toolkit: Annotated[
        Path | None, typer.Option("--handfast", help="A copy of Handfast to depend on, instead of the package index.")
    ] = None,
) -> None:
    """Make a project whose tests pass at once: a contract, generated code, handlers to write, tests, CI."""
    from handfast.design.projects import new_project

    made = new_project(folder, contract, toolkit)
    unwritten = f", {made.unwritten} to be written" if made.unwritten else ""
    typer.echo(f"{folder}{os.sep}: {_count(made.operations, 'operation')}{unwritten}\nnext: cd {folder} && make test")


@commands.command()
def routes(app: AppArgument = None) -> None:
    """List tag, operationId, method, path, security, statuses, and the file and line of the method that answers."""
    from handfast.generate.routes import aligned, row
    from handfast.runtime.listing import bound_operations

    found = bound_operations(import_app(find_project(), app))
    if not found:
        raise ProjectError("no contract is bound to this application: call handfast.bind(app, contract, handlers)")
    typer.echo(aligned([(*row(each.operation), each.place or "(fallback)") for each in found]), nl=False)


@commands.command()
def serve(
    app: AppArgument = None,
    host: Annotated[str, typer.Option(envvar="HOST", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", min=0, max=65535, help="0 for any that is free.")] = 8000,
    workers: Annotated[int, typer.Option(envvar="WEB_CONCURRENCY", min=1, help="How many processes serve.")] = 1,
    reload: Annotated[bool, typer.Option("--reload", help="Generate and start anew at every save.")] = False,
    trusted_proxies: Annotated[
        str, typer.Option(envvar="FORWARDED_ALLOW_IPS", help="Proxies whose X-Forwarded-For is believed: a,b/8.")
    ] = "",
    log_level: Annotated[str, typer.Option(envvar="LOG_LEVEL", help="DEBUG, INFO, WARNING or ERROR.")] = "INFO",
) -> None:
    """Serve the application until SIGTERM or SIGINT; what was begun is finished then."""
    from handfast.server import serve as run_server

    os.chdir(find_project().root)  # so that the application, its database and its log mean the same from every folder
    project = find_project()
    proxies = tuple(proxy.strip() for proxy in trusted_proxies.split(",") if proxy.strip())
    code = run_server(
        app or project.app,
        host,
        port,
        reload=_reload(project) if reload else None,
        workers=workers,
        trusted_proxies=proxies,
        log_level=log_level,
    )
    raise typer.Exit(code)


def _reload(project: Project) -> Reload:
    """Generate when the contract is saved, start anew when code is."""
    from handfast.contract import load_contract
    from handfast.generate import generate as write
    from handfast.server import Reload, code_folders

    def regenerate() -> str:
        changes = write(load_contract(project.contract), project.generated)
        return str(changes) if changes else ""

    return Reload(
        contract=project.contract, code=code_folders(project.root), regenerate=regenerate, report=_print_error
    )


@commands.command()
def mock(
    contract: ContractArgument = None,
    host: Annotated[str, typer.Option(envvar="HOST", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", min=0, max=65535, help="0 for any that is free.")] = 8000,
    seed: Annotated[int, typer.Option(help="Another seed makes up other values.")] = 0,
) -> None:
    """Serve a mock of the contract: it judges requests, and replies with examples or values made up for schemas."""
    from handfast.design import mocking
    from handfast.server import serve as run_server

    path = contract or find_project().contract
    os.environ[mocking.CONTRACT], os.environ[mocking.SEED] = str(path.resolve()), str(seed)
    raise typer.Exit(run_server(mocking.APP, host, port))


@commands.command()
def bundle(
    contract: ContractArgument = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file; a name in .json makes it JSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of YAML.")] = False,
) -> None:
    """Print the contract as one document, with what other files had inside of it: the form in which it is published."""
    from handfast.contract import load_contract, published

    source = load_contract(contract or find_project().contract).source
    in_json = as_json or (output is not None and output.suffix == ".json")
    text = published.as_json(source) if in_json else published.as_yaml(source)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def _default_format() -> Format:
    return Format.GITHUB if os.environ.get("GITHUB_ACTIONS") == "true" else Format.TEXT


def _report(found: list[Diagnostic], form: Format, title: str) -> None:
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


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
