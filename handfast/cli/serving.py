"""The commands that listen: serve, mock, preview."""

from __future__ import annotations

import os
import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handfast.cli.arguments import AppArgument, ContractArgument
from handfast.cli.printing import print_error
from handfast.project import Project, find_project

if TYPE_CHECKING:
    from handfast.server import Reload

HostOption = Annotated[str, typer.Option(envvar="HOST", help="The address to listen on.")]
_ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://[^/?#\s@]+")
"""How browsers write an origin (RFC 6454, section 6.1), or any."""
PortOption = Annotated[int, typer.Option(envvar="PORT", min=0, max=65535, help="0 for any that is free.")]


class LogLevel(StrEnum):
    """From which level on messages are logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


def serve(
    app: AppArgument = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    workers: Annotated[int, typer.Option(envvar="WEB_CONCURRENCY", min=1, help="How many processes serve.")] = 1,
    reload: Annotated[bool, typer.Option("--reload", help="Generate and start anew at every save.")] = False,
    trusted_proxies: Annotated[
        str, typer.Option(envvar="FORWARDED_ALLOW_IPS", help="Proxies whose X-Forwarded-For is believed: a,b/8.")
    ] = "",
    log_level: Annotated[
        LogLevel, typer.Option(envvar="LOG_LEVEL", case_sensitive=False, help="What is logged.")
    ] = LogLevel.INFO,
) -> None:
    """Serve the application until SIGTERM or SIGINT; what was begun is finished then."""
    from handfast.server import serve as run_server

    if reload and workers > 1:
        raise typer.BadParameter("--reload starts one process anew: leave --workers (WEB_CONCURRENCY) out")
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
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    seed: Annotated[int, typer.Option(help="Another seed makes up other values, and fails at other times.")] = 0,
    dynamic: Annotated[bool, typer.Option("--dynamic", help="Make values up, although there are examples.")] = False,
    stateful: Annotated[
        bool, typer.Option("--stateful", help="Remember what is created, changed and deleted.")
    ] = False,
    latency: Annotated[str, typer.Option(help="How long answers take: 200ms, 50..200ms.")] = "0ms",
    failure_rate: Annotated[float, typer.Option(min=0, max=1, help="The part of the requests to fail.")] = 0.0,
    failure_status: Annotated[
        list[int] | None,
        typer.Option(min=400, max=599, help="A status to fail with, declared or not; may be repeated."),
    ] = None,
    cors: Annotated[
        list[str] | None, typer.Option("--cors", help="An origin whose pages may ask, or *; may be repeated.")
    ] = None,
    reload: Annotated[bool, typer.Option("--reload", help="Start anew when the contract is saved.")] = False,
) -> None:
    """Serve a mock of the contract: it judges requests, and replies with examples or values made up for schemas."""
    from handfast.design.mock import Latency, MockOptions, serving
    from handfast.server import serve as run_server

    if failure_status and not failure_rate:
        raise typer.BadParameter("--failure-status says how to fail; say how often, with --failure-rate")
    for origin in cors or ():
        if not _ORIGIN.fullmatch(origin):
            raise typer.BadParameter(f"an origin is written http://localhost:3000, without a path, and not {origin!r}")
    try:
        options = MockOptions(
            seed=seed,
            dynamic=dynamic,
            stateful=stateful,
            latency=Latency.of(latency),
            failure_rate=failure_rate,
            failure_statuses=tuple(failure_status or ()),
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    path = (contract or find_project().contract).resolve()
    os.environ[serving.CONTRACT], os.environ[serving.OPTIONS] = str(path), options.as_text()
    os.environ[serving.ORIGINS] = " ".join(cors or ())
    raise typer.Exit(run_server(serving.APP, host, port, reload=_reload_mock(path) if reload else None))


def _reload_mock(path: Path) -> Reload:
    """Start anew when the contract is saved, and is in order."""
    from handfast.contract import load_contract
    from handfast.server import Reload

    def check() -> str:
        load_contract(path)
        return ""

    return Reload(contract=path, code=(), regenerate=check, report=print_error)


def preview(
    contract: ContractArgument = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8000,
    base: Annotated[str, typer.Option(help="What to compare with: a branch, a tag or a commit of git.")] = "main",
    stateful: Annotated[
        bool, typer.Option("--stateful", help="Let the mock remember what is created, until the next save.")
    ] = False,
    opens: Annotated[bool, typer.Option("--open", help="Show the page in the browser.")] = False,
) -> None:
    """Show the contract as it is saved: documentation, findings, what changed since main, and a mock that answers."""
    from handfast.design.mock import MockOptions
    from handfast.design.preview.server import preview as run_preview

    path = contract or find_project().contract
    options = MockOptions(stateful=stateful)
    raise typer.Exit(run_preview(path, host, port, base=base, options=options, opens=opens))
