"""The commands that help who writes a contract: explain, editor."""

from __future__ import annotations

import os
from itertools import groupby
from typing import Annotated

import typer

from handfast.project import find_project


def explain(
    code: Annotated[str | None, typer.Argument(help="The code of a diagnostic (default: list all).")] = None,
    page: Annotated[bool, typer.Option("--page", help="Everything as one page of Markdown.")] = False,
) -> None:
    """Say what a code means: what is wrong, why, and how to write it instead."""
    from handfast.design import explanations as registry

    known = registry.explanations()
    if page:
        typer.echo(registry.page(), nl=False)
    elif code is None:
        for family, entries in groupby(known.values(), lambda each: each.family):
            typer.echo(f"{family}\n" + "\n".join(f"  {each.code}" for each in entries) + "\n")
    elif code in known:
        typer.echo(str(known[code]))
    else:
        close = registry.similar(code)
        meant = f"; did you mean {', '.join(close)}?" if close else "; `handfast explain` lists them all"
        typer.echo(f"there is no code {code!r}{meant}", err=True)
        raise typer.Exit(1)


def editor() -> None:
    """Write what VS Code needs to complete and check the contract offline: .schemas/, .vscode/."""
    from handfast.contract import load_contract
    from handfast.design import editors

    project = find_project()
    made = editors.write(project.root, project.contract, load_contract(project.contract, validate=False).version)
    typer.echo("\n".join(os.path.relpath(each) for each in made) or "everything is up to date")
