"""Contract coverage: how much of what a contract declares a test suite has seen, as operation x part.

A part is a response (status and media type), a request body (media type) or a parameter. `recording.py` notes what
passes an application, a line each, in a folder that any number of processes may share; `measure` compares these notes
with the contract.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from handfast.contract import Contract

RECORDS = "HANDFAST_CONTRACT_RECORDS"
"""The environment variable that names the folder of the notes, while a run asks for contract coverage."""
NO_CONTENT = "-"
"""Stands for the media type of a response without content."""
BODY = "body"
"""Stands before the media type of a request body, where responses have their status."""
LOCATIONS = frozenset({"path", "query", "querystring", "header", "cookie"})


class Kind(StrEnum):
    """What an entry is about; the value is the noun of reports."""

    RESPONSE = "response"
    BODY = "request body"
    PARAMETER = "parameter"


class Observation(NamedTuple):
    """One thing that an operation declares, or that was seen of it.

    `part` and `detail` are a status and a media type (`404 application/problem+json`; as declared, `4XX` and `default`
    included), `body` and a media type, or the location and name of a parameter (`query limit`).
    """

    operation_id: str
    part: str
    detail: str

    @property
    def kind(self) -> Kind:
        """What it is about."""
        if self.part == BODY:
            return Kind.BODY
        return Kind.PARAMETER if self.part in LOCATIONS else Kind.RESPONSE

    def __str__(self) -> str:
        return " ".join(self)


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
        """How much of what is declared and not excepted was seen, of 100."""
        wanted = [entry for entry in self.declared if entry not in self.excepted]
        return 100 * sum(entry in self.seen for entry in wanted) / len(wanted) if wanted else 100.0

    def counted(self, kind: Kind) -> tuple[int, int]:
        """How many of a kind were seen, and how many are declared."""
        declared = [entry for entry in self.declared if entry.kind is kind]
        return sum(entry in self.seen for entry in declared), len(declared)


def declared_parts(contract: Contract) -> Iterator[Observation]:
    """Everything that a suite can see of a contract, in its order; parameters in `path` are seen with the operation."""
    for operation in contract.operations:
        name = operation.operation_id
        for parameter in operation.parameters:
            yield Observation(name, str(parameter.location), parameter.name)
        for media_type in operation.request_body.content if operation.request_body else ():
            yield Observation(name, BODY, essence(media_type))
        for response in operation.responses:
            for media_type in response.content or [NO_CONTENT]:
                yield Observation(name, response.status, essence(media_type))


def measure(contract: Contract, folder: Path, exceptions: Iterable[str] = ()) -> Coverage:
    """Compare the notes in a folder with a contract; exceptions are `operationId part detail  # why`."""
    declared = tuple(dict.fromkeys(declared_parts(contract)))
    known = set(declared)
    notes = {line for file in folder.glob("*.txt") for line in file.read_text(encoding="utf-8").splitlines()}
    seen = {_as_declared(_observation(note), known) for note in notes}
    lines = (line.split(" #")[0].strip() for line in exceptions if not line.startswith("#"))
    return Coverage(declared, frozenset(seen), frozenset(_observation(line) for line in lines if line))


def essence(media_type: str) -> str:
    """A media type without its parameters, in lower case."""
    return media_type.split(";")[0].strip().lower() or NO_CONTENT


def _observation(line: str) -> Observation:
    operation_id, part, detail = line.split(" ", 2)
    return Observation(operation_id, part, detail)


def _as_declared(seen: Observation, declared: set[Observation]) -> Observation:
    """The declaration that an observation belongs to: the most specific status, then the most specific media type."""
    if seen.kind is Kind.PARAMETER:
        return seen
    main, _, sub = seen.detail.partition("/")
    suffix = f"{main}/*+{sub.rpartition('+')[2]}"
    parts = [seen.part] if seen.kind is Kind.BODY else [seen.part, f"{seen.part[0]}XX", "default"]
    for part in parts:
        for detail in (seen.detail, suffix, f"{main}/*", "*/*", NO_CONTENT):
            if (candidate := Observation(seen.operation_id, part, detail)) in declared:
                return candidate
    return seen
