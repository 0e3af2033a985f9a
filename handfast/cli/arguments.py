"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ContractArgument = Annotated[
    Path | None,
    typer.Argument(
        help="The contract (default: what [tool.handfast] in pyproject.toml says).", exists=True, dir_okay=False
    ),
]
FolderOption = Annotated[Path | None, typer.Option("--output", "-o", help="The folder to write (default: as above).")]
AppArgument = Annotated[str | None, typer.Argument(help="The application, as module:attribute.", metavar="[APP]")]
ReportOption = Annotated[
    Path | None, typer.Option("--output", "-o", help="A file for the report, instead of the terminal.", dir_okay=False)
]
