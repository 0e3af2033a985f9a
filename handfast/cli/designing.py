"""The commands of those who write a contract: lint, bundle, sdk."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from handfast.cli.arguments import ContractArgument, ReportOption
from handfast.cli.printing import count, default_format, report, write
from handfast.design.reports import Format
from handfast.errors import ContractError, Severity
from handfast.project import find_project


class Purpose(StrEnum):
    """What a bundle is for, if not to be published."""

    SDK = "sdk"


class Client(StrEnum):
    """The SDKs that are built."""

    PYTHON = "python"
    TYPESCRIPT = "typescript"
    TYPESCRIPT_FETCH = "typescript-fetch"


def lint(
    contract: ContractArgument = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Default: text; github inside GitHub Actions.")
    ] = None,
    output: ReportOption = None,
    fix: Annotated[bool, typer.Option("--fix", help="Correct what is mechanical, and report the rest.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --fix: print the difference, write nothing.")
    ] = False,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Judge again what is known from an earlier run.")
    ] = False,
) -> None:
    """Say what is wrong with the contract, each finding with its place; exit 1 on errors and warnings."""
    from handfast.design.remembered import check

    path = contract or find_project().contract
    if dry_run and not fix:
        raise typer.BadParameter("--dry-run is for --fix")
    if fix:
        _fix(path, dry_run=dry_run)
        if dry_run:
            return
    title = str(path)
    try:
        checked = check(path, fresh=no_cache)
        found = list(checked.diagnostics)
        title = f"{path}: {count(checked.operations, 'operation')}"
    except ContractError as error:
        found = list(error.diagnostics)
    report(found, form or default_format(), f"lint/{path.as_posix()}", title, output)
    if any(diagnostic.severity is not Severity.HINT for diagnostic in found):
        raise typer.Exit(1)


def _fix(path: Path, *, dry_run: bool) -> None:
    """Correct the file, or print how it would be corrected; what was corrected goes to stderr."""
    from handfast.design import fixes

    fixed = fixes.fix(path)
    if dry_run:
        typer.echo(fixed.difference(), nl=False)
    elif fixed.after != fixed.before:
        fixes.write(fixed)
    done = ", ".join(f"{code} ({number})" for code, number in fixed.counts.items())
    typer.echo(f"{path}: {'would fix' if dry_run else 'fixed'} {done or 'nothing'}", err=True)


def bundle(
    contract: ContractArgument = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file; a name in .json makes it JSON.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of YAML.")] = False,
    purpose: Annotated[
        Purpose | None, typer.Option("--for", help="sdk: without what generators of clients choke on.")
    ] = None,
) -> None:
    """Print the contract as one document, with what other files had inside of it: the form in which it is published."""
    from handfast.contract import load_contract, published

    source = load_contract(contract or find_project().contract).source
    if purpose is Purpose.SDK:
        from handfast.design.sdks.bundled import for_generators

        source, left_out = for_generators(source)
        for line in left_out:
            typer.echo(line, err=True)
    in_json = as_json or (output is not None and output.suffix == ".json")
    text = published.as_json(source) if in_json else published.as_yaml(source)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write(output, text)


def sdk(
    kinds: Annotated[
        list[Client] | None,
        typer.Argument(help="Which to build (default: all).", metavar="[KIND]..."),
    ] = None,
    contract: Annotated[
        Path | None,
        typer.Option("--contract", help="The contract (default: the project's).", exists=True, dir_okay=False),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Each SDK gets a folder in it.")] = Path("build/sdk"),
) -> None:
    """Build clients of the contract, type-checked strictly and packaged; the generators install themselves, once."""
    from handfast.contract import load_contract
    from handfast.design import sdks

    loaded = load_contract(contract or find_project().contract)
    tools = sdks.prepare(typer.echo)
    for folder, outcome in sdks.build(loaded, output, tools, kinds or None):
        typer.echo(f"{folder}/: {outcome}")
