"""A pytest plugin that reports how much of a contract the tests have seen, and fails a run that saw too little.

`pytest --contract-coverage openapi/api.yaml` makes a folder for the notes and names it in the environment variable
`HANDFAST_CONTRACT_RECORDS`; the tests' application takes part by one line: `app.add_middleware(ContractRecorder)`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from handfast.testing.coverage import RECORDS, Coverage, measure

_COVERAGE = pytest.StashKey[Coverage]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of contract coverage."""
    group = parser.getgroup("handfast", "contract coverage")
    group.addoption(
        "--contract-coverage",
        metavar="FILE",
        help="report which responses, request bodies and parameters of this contract the tests saw",
    )
    group.addoption(
        "--contract-coverage-exceptions",
        metavar="FILE",
        help="reviewed list of what need not be seen: `operationId part detail  # reason`, a line each",
    )
    group.addoption(
        "--contract-coverage-fail-under",
        metavar="PERCENT",
        type=float,
        default=None,
        help="fail below this percentage of what is declared and not excepted (default: 100)",
    )
    group.addoption(
        "--contract-coverage-report",
        metavar="FILE",
        action="append",
        default=[],
        help="write a report, as JSON to a name in .json, else as a page of HTML; may be given several times",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder for the notes, before workers and servers inherit the environment."""
    if not config.getoption("--contract-coverage"):
        for name in ("--contract-coverage-exceptions", "--contract-coverage-fail-under", "--contract-coverage-report"):
            if config.getoption(name) not in (None, []):
                raise pytest.UsageError(f"{name} needs --contract-coverage FILE, the contract that is meant")
    elif _is_controller(config) and RECORDS not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="handfast-records-")
        config.add_cleanup(folder.cleanup)
        os.environ[RECORDS] = folder.name
        config.add_cleanup(_forget)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int | pytest.ExitCode) -> None:
    """Measure and write reports; fail a run that passed but saw too little, or whose exceptions are out of date."""
    if (coverage := _measure(session.config)) is None:
        return
    session.config.stash[_COVERAGE] = coverage
    if exitstatus != pytest.ExitCode.OK:
        return
    least: float | None = session.config.getoption("--contract-coverage-fail-under")
    if coverage.stale or coverage.percent < (100 if least is None else least):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was not seen, and where the reports are."""
    from handfast.testing.coverage_reports import as_lines

    if (coverage := config.stash.get(_COVERAGE, None)) is None:
        return
    terminalreporter.section("contract coverage")
    for line in as_lines(coverage):
        terminalreporter.line(line)
    for path in _reports(config):
        terminalreporter.line(f"report: {path}")


def _forget() -> None:
    os.environ.pop(RECORDS, None)


def _is_controller(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


def _reports(config: pytest.Config) -> list[str]:
    named: list[str] | None = config.getoption("--contract-coverage-report")
    return named or []


def _measure(config: pytest.Config) -> Coverage | None:
    path: str | None = config.getoption("--contract-coverage")
    if path is None or not _is_controller(config):
        return None
    from handfast.contract import load_contract
    from handfast.testing.coverage_reports import write

    exceptions: str | None = config.getoption("--contract-coverage-exceptions")
    lines = Path(exceptions).read_text(encoding="utf-8").splitlines() if exceptions else []
    contract = load_contract(path, validate=False)
    coverage = measure(contract, Path(os.environ[RECORDS]), lines)
    for report in _reports(config):
        write(coverage, Path(report), contract.title)
    return coverage
