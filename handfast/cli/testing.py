"""The command that tests a service: contract-test."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from handfast.project import find_project

PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
"""What the command does not know is for Schemathesis."""


def contract_test(
    context: typer.Context,
    app: Annotated[
        str | None,
        typer.Option("--app", help="What is served, as module:attribute (default: what pyproject.toml says)."),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", help="A service that runs already, with its base path, instead of --app.")
    ] = None,
    contract: Annotated[
        Path | None, typer.Option("--contract", help="The contract.", exists=True, dir_okay=False)
    ] = None,
    seconds: Annotated[
        int, typer.Option(min=0, help="Of fuzzing and stateful testing for each seed, after the exhaustive phases.")
    ] = 0,
    seed: Annotated[list[int] | None, typer.Option(help="A run of fuzzing for each (default: one, drawn).")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Of fuzzing.")] = 2,
    exhaustive: Annotated[bool, typer.Option(help="Run the phases that are the same every time, too.")] = True,
    reports: Annotated[Path, typer.Option(help="The folder for JUnit, HTML and NDJSON reports.")] = Path(
        "reports/schemathesis"
    ),
) -> None:
    """Attack the service with Schemathesis and checks of our own; exit 1 when something was found.

    Further options go to Schemathesis, as --include-operation-id getArticle.
    """
    from handfast.contract import load_contract
    from handfast.testing import campaign as campaigns

    if not exhaustive and not seconds:
        raise typer.BadParameter("--no-exhaustive leaves nothing to run; say for how long to fuzz, with --seconds")
    if seed and not seconds:
        raise typer.BadParameter("--seed is for fuzzing; say for how long, with --seconds")

    path = contract or find_project().contract
    servers = load_contract(path).servers
    base = servers[0].base_path if servers else ""
    campaign = campaigns.Campaign(
        contract=path,
        reports=reports,
        seconds=seconds,
        seeds=tuple(seed or ()),
        workers=workers,
        is_exhaustive=exhaustive,
        arguments=tuple(context.args),
    )

    @contextmanager
    def serve(name: str) -> Generator[str]:
        if url is not None:
            yield url
            return
        with campaigns.serving(app) as root:
            yield root + base

    found = campaigns.run(campaign, serve, typer.echo)
    typer.echo(f"Found something: {', '.join(found)}; see {reports}" if found else f"Nothing was found; see {reports}")
    if found:
        raise typer.Exit(1)
