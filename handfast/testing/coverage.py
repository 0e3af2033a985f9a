"""Contract coverage: which declared responses a test suite has seen, as operation x status x media type.

An application with the middleware `ResponseRecorder` notes every response it gives to an operation, a line each, in a
folder that any number of processes may share; `measure` compares these notes with what a contract declares.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from handfast.contract import Contract

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
        operation_id = getattr(scope.get("route"), "name", None)
        if not isinstance(operation_id, str):
            return
        content_type = next(
            (value.decode("latin-1") for name, value in message["headers"] if name == b"content-type"), ""
        )
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
