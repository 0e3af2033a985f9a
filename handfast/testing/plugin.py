"""A pytest plugin that reports which declared responses the tests have seen, and fails a run that saw too little.

`pytest --contract-coverage openapi/api.yaml` makes a folder for the notes and names it in the environment variable
`HANDFAST_RESPONSE_LOG`; a fixture gives it to the application: `app.add_middleware(ResponseRecorder, folder=...)`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from handfast.testing.coverage import Coverage, measure

RESPONSE_LOG = "HANDFAST_RESPONSE_LOG"
"""The environment variable that names the folder of the notes."""


def response_log() -> Path | None:
    """The folder for the notes, when the run asks for contract coverage."""
    folder = os.environ.get(RESPONSE_LOG)
    return Path(folder) if folder else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of contract coverage."""
    group = parser.getgroup("handfast", "contract coverage")
    group.addoption(
        "--contract-coverage", metavar="FILE", help="report which declared responses of this contract the tests saw"
    )
    group.addoption(
        "--contract-coverage-exceptions", metavar="FILE", help="reviewed list of responses that need not be seen"
    )
    group.addoption(
        "--contract-coverage-fail-under", metavar="PERCENT", type=float, default=None, help="fail below this percentage"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder for the notes, before workers and servers inherit the environment."""
    if _is_controller(config) and config.getoption("--contract-coverage") and RESPONSE_LOG not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="handfast-responses-")
        config.add_cleanup(folder.cleanup)
        os.environ[RESPONSE_LOG] = folder.name
        config.add_cleanup(_forget)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was not seen."""
    if (coverage := _coverage(config)) is None:
        return
    terminalreporter.section("contract coverage")
    seen, declared = sum(entry in coverage.seen for entry in coverage.declared), len(coverage.declared)
    rate = f"{seen} of {declared} declared responses seen ({coverage.percent:.1f} %)"
    terminalreporter.line(f"{rate}, {len(coverage.excepted)} excepted")
    for entry in coverage.missing:
        terminalreporter.line(f"never seen: {entry}")
    for entry in coverage.stale:
        terminalreporter.line(f"exception no longer needed: {entry}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int | pytest.ExitCode) -> None:
    """Fail a run that passed but saw too little, or whose list of exceptions is out of date."""
    if exitstatus != pytest.ExitCode.OK or (coverage := _coverage(session.config)) is None:
        return
    least: float | None = session.config.getoption("--contract-coverage-fail-under")
    if coverage.stale or (coverage.missing if least is None else coverage.percent < least):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _forget() -> None:
    os.environ.pop(RESPONSE_LOG, None)


def _is_controller(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


def _coverage(config: pytest.Config) -> Coverage | None:
    path: str | None = config.getoption("--contract-coverage")
    if path is None or not _is_controller(config):
        return None
    from handfast.contract import load_contract

    exceptions: str | None = config.getoption("--contract-coverage-exceptions")
    lines = Path(exceptions).read_text(encoding="utf-8").splitlines() if exceptions else []
    return measure(load_contract(path, validate=False), Path(os.environ[RESPONSE_LOG]), lines)
