"""The commands that listen: serve, mock."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from handfast.cli.arguments import AppArgument, ContractArgument
from handfast.cli.printing import print_error
from handfast.project import Project, find_project

if TYPE_CHECKING:
    from handfast.server import Reload


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

    return Reload(contract=project.contract, code=code_folders(project.root), regenerate=regenerate, report=print_error)


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
