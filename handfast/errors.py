"""What can be wrong, and where: locations, diagnostics, and the errors that carry them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

_COMMAND = re.compile(r"^([ \t]*:)(?=:)|(?<=##)(?=\[)", re.MULTILINE)
"""Where a workflow command begins, in both of its forms: `::error::` at the start of a line, `##[error]` anywhere."""


def visible(text: str, *, lines: bool = False) -> str:
    """A text of a contract as a terminal may print it: what is not printable is written as an escape of Python.

    So colours, titles, bells and bidirectional marks of others' texts are seen and not obeyed, and no text begins a
    line of its own, unless `lines` keeps the ends of lines. What GitHub Actions would take for a command is broken up.
    """
    kept = "\t\n" if lines else "\t"
    escaped = "".join(char if char.isprintable() or char in kept else ascii(char)[1:-1] for char in text)
    return _COMMAND.sub(r"\1\\", escaped)


def unwritable(path: object, error: OSError) -> str:
    """What is said of a file or folder that the system does not let us write, and why it does not."""
    return f"{path} cannot be written: {error.strerror or error}"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Severity(StrEnum):
    """How much a diagnostic matters: an error stops, a warning fails CI, a hint informs."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that a diagnostic speaks of, and what it has to do with it: "the first of the two", "was here"."""

    location: Location
    message: str

    def __str__(self) -> str:
        return f"{self.location}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One thing that there is to say about a contract: a fault, or a change of it.

    `code` is kebab-case and permanent. `pointer` is a JSON Pointer (RFC 6901) into the document. `excerpt` is the
    source around `location`, ready to print, with an arrow at the line that is meant. `details` are further facts for
    programs, by name; people have them in the message.
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR
    location: Location | None = None
    pointer: str = ""
    hint: str | None = None
    excerpt: str | None = None
    related: tuple[Related, ...] = ()
    details: Mapping[str, object] = field(default_factory=dict[str, object])

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        lines = [f"{visible(place)}{self.severity}[{self.code}]: {visible(self.message)}"]
        if self.excerpt:
            lines.append(visible(self.excerpt, lines=True))
        lines += [f"    see: {visible(str(each))}" for each in self.related]
        if self.hint:
            lines.append(f"    hint: {visible(self.hint)}")
        return "\n".join(lines)


class HandfastError(Exception):
    """The root of everything that Handfast raises."""


class UsageError(HandfastError):
    """A command was told of what there is not: a setting, a file, a revision; it ends with the exit code 2."""


class ContractError(HandfastError):
    """The contract is wrong; `diagnostics` has everything that is, in source order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: Sequence[Diagnostic] = tuple(diagnostics)
        super().__init__("\n\n".join(str(diagnostic) for diagnostic in self.diagnostics))


class GenerationError(HandfastError):
    """The contract cannot become Python; the message names both places that collide."""


class BindError(HandfastError):
    """The handlers do not fit the contract; `gaps` has every gap, each with the places of both sides."""

    def __init__(self, gaps: Iterable[str]) -> None:
        self.gaps: Sequence[str] = tuple(gaps)
        count = len(self.gaps)
        title = f"the handlers do not fit the contract ({count} {'gap' if count == 1 else 'gaps'}):"
        super().__init__("\n".join([title, *(f"  - {gap}" for gap in self.gaps)]))


class Violation(HandfastError):
    """One side broke the contract at run time."""


class RequestViolation(Violation):
    """The client broke the contract."""


class ResponseViolation(Violation):
    """The handler broke the contract; clients are told nothing of it but the status 500."""


class OutboundRequestViolation(RequestViolation):
    """A request of ours to a webhook or callback breaks the contract; nothing was sent."""


class OutboundResponseViolation(ResponseViolation):
    """What a receiver of a webhook or callback answered breaks the contract; `status` is what it answered."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
