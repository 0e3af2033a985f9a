"""The commands of those who write a contract: lint, bundle, sdk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from handfast.cli.arguments import ContractArgument, ReportOption
from handfast.cli.printing import count, default_format, report
from handfast.design.reports import Format
from handfast.errors import ContractError, Severity
from handfast.project import find_project


def lint(
    contract: ContractArgument = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Default: text; github inside GitHub Actions.")
    ] = None,
    output: ReportOption = None,
) -> None:
    """Say what is wrong with the contract, each finding with its place; exit 1 on errors and warnings."""
    from handfast.contract import load_contract
    from handfast.design.lint import lint as find

    path = contract or find_project().contract
    title = str(path)
    try:
        loaded = load_contract(path)
        found = list(find(loaded))
        title = f"{path}: {count(len(loaded.operations), 'operation')}"
    except ContractError as error:
        found = list(error.diagnostics)
    report(found, form or default_format(), title, output)
    if any(diagnostic.severity is not Severity.HINT for diagnostic in found):
        raise typer.Exit(1)


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


def sdk(
    kinds: Annotated[
        list[str] | None,
        typer.Argument(help="python, typescript, typescript-fetch (default: all).", metavar="[KIND]..."),
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
