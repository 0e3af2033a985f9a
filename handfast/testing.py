"""Contract coverage: which declared responses a test suite has seen, and a pytest plugin that gates on it.

An application that is wrapped in `ResponseRecorder` notes every response it gives to an operation, a line each, in a
folder that any number of processes may share. The plugin (`pytest --contract-coverage openapi/api.yaml`) makes that
folder, names it in the environment variable `HANDFAST_RESPONSE_LOG`, and compares what was seen with what is declared:
operation x status x media type.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from handfast.contract import Contract

RESPONSE_LOG = "HANDFAST_RESPONSE_LOG"
"""The environment variable that names the folder of the notes."""
NO_CONTENT = "-"
"""Stands for the media type of a response without content."""


class Observation(NamedTuple):
    """One response of an operation; `status` is a declaration (`4XX`, `default`) or the number that was sent."""

    operation_id: str
    status: str
    media_type: str

    def __str__(self) -> str:
        return " ".join(self)


class ResponseRecorder:
    """ASGI middleware that notes operation, status and media type of every response of a bound application.

    It is meant for test runs: it keeps what it has seen in memory and appends each new observation to a file of its
    own process in `folder`, at once, so that a killed process loses nothing.
    """

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self.app = app
        self.folder = folder
        self.seen: set[Observation] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, message)
            await send(message)

        await self.app(scope, receive, note)

    def _note(self, scope: Scope, message: Message) -> None:
        operation_id = scope.get("handfast.operation_id")
        if operation_id is None:
            return
        content_type = next((value.decode("latin-1") for name, value in message["headers"] if name == b"content-type"), "")
        observation = Observation(operation_id, str(message["status"]), _essence(content_type))
        if observation not in self.seen:
            self.seen.add(observation)
            with (self.folder / f"{os.getpid()}.txt").open("a", encoding="utf-8") as file:
                file.write(f"{observation}\n")


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a contract declares, what was seen of it, and the exceptions that reviewers accepted."""

    declared: tuple[Observation, ...]
    seen: frozenset[Observation]
    excepted: frozenset[Observation]

    @property
    def missing(self) -> list[Observation]:
        """Declared, never seen, and not excepted."""
        return [entry for entry in self.declared if entry not in self.seen and entry not in self.excepted]

    @property
    def stale(self) -> list[Observation]:
        """Exceptions that are no longer needed: seen after all, or not declared any more."""
        return sorted(entry for entry in self.excepted if entry in self.seen or entry not in set(self.declared))

    @property
    def percent(self) -> float:
        """How much of what is declared was seen, of 100."""
        return 100 * sum(entry in self.seen for entry in self.declared) / max(len(self.declared), 1)


def declared_responses(contract: Contract) -> Iterator[Observation]:
    """Every operation x status x media type of a contract, in its order."""
    for operation in contract.operations:
        for response in operation.responses:
            for media_type in response.content or [NO_CONTENT]:
                yield Observation(operation.operation_id, response.status, _essence(media_type))


def measure(contract: Contract, folder: Path, exceptions: Iterable[str] = ()) -> Coverage:
    """Compare the notes in a folder with a contract; an exception is `operationId status media-type`, `#` comments."""
    declared = tuple(declared_responses(contract))
    known = set(declared)
    notes = {line for file in folder.glob("*.txt") for line in file.read_text(encoding="utf-8").splitlines()}
    seen = {_as_declared(_observation(note), known) for note in notes}
    lines = (line.split("#")[0].strip() for line in exceptions)
    return Coverage(declared, frozenset(seen), frozenset(_observation(line) for line in lines if line))


def _observation(line: str) -> Observation:
    operation_id, status, media_type = line.split(" ")
    return Observation(operation_id, status, media_type)


def _as_declared(seen: Observation, declared: set[Observation]) -> Observation:
    for status in (seen.status, f"{seen.status[0]}XX", "default"):
        for media_type in (seen.media_type, f"{seen.media_type.split('/')[0]}/*", "*/*", NO_CONTENT):
            if (candidate := Observation(seen.operation_id, status, media_type)) in declared:
                return candidate
    return seen


def _essence(content_type: str) -> str:
    return content_type.split(";")[0].strip().lower() or NO_CONTENT


# The pytest plugin, registered by the distribution's entry point `pytest11`.


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of contract coverage."""
    group = parser.getgroup("handfast", "contract coverage")
    group.addoption("--contract-coverage", metavar="FILE", help="report which declared responses of this contract the tests saw")
    group.addoption("--contract-coverage-exceptions", metavar="FILE", help="reviewed list of responses that need not be seen")
    group.addoption("--contract-coverage-fail-under", metavar="PERCENT", type=float, default=None, help="fail below this percentage")


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder for the notes, before workers and servers inherit the environment."""
    if _is_controller(config) and config.getoption("--contract-coverage") and RESPONSE_LOG not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="handfast-responses-")
        config.add_cleanup(folder.cleanup)
        config.add_cleanup(lambda: os.environ.pop(RESPONSE_LOG, None))
        os.environ[RESPONSE_LOG] = folder.name


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print what was not seen."""
    if (coverage := _coverage(config)) is None:
        return
    terminalreporter.section("contract coverage")
    seen = sum(entry in coverage.seen for entry in coverage.declared)
    terminalreporter.line(f"{seen} of {len(coverage.declared)} declared responses seen ({coverage.percent:.1f} %), {len(coverage.excepted)} excepted")
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
