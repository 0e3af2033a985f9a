"""Files to values with positions: reading, and pointing back into what was read."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from handfast.contract import json_text, yaml_text
from handfast.contract.layout import At, Mark, Node, SourceFault, Surprise, find, lines_of
from handfast.contract.model import JSONValue
from handfast.contract.pointers import Tokens, to_pointer, to_tokens
from handfast.errors import ContractError, Diagnostic, Location, Severity

_QUICK = 16  # places to find one by one in a JSON file before its whole layout is worked out
_BEFORE = 2  # lines of an excerpt before the one that is meant
_WIDTH = 160  # columns of an excerpt


class Source:
    """One file that was read: its name for messages, its value, and, when somebody asks, its layout."""

    def __init__(
        self,
        name: str,
        text: str,
        value: JSONValue,
        layout: Callable[[], Node],
        *,
        surprises: list[Surprise] | None = None,
        quickly: Callable[[Tokens, At], Mark] | None = None,
    ) -> None:
        self.name = name
        self.text = text
        self.value = value
        self.surprises = surprises or []
        self._layout = layout
        self._find = quickly
        self._found = 0

    @cached_property
    def root(self) -> Node:
        """The layout; for JSON it is worked out at the first use."""
        return self._layout()

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return lines_of(self.text)

    def locate(self, tokens: Tokens, at: At = "key") -> Location:
        """The place of a node, or of its nearest ancestor."""
        if self._find is not None and self._found < _QUICK:
            self._found += 1
            mark = self._find(tokens, at)
        else:
            mark = find(self.root, tokens, at)
        return Location(self.name, mark.line, mark.column)

    def diagnostic(
        self,
        code: str,
        message: str,
        tokens: Tokens,
        *,
        at: At = "key",
        hint: str | None = None,
        severity: Severity = Severity.ERROR,
        pointer: str | None = None,
    ) -> Diagnostic:
        """A diagnostic at a node of this file; `pointer` is for where the node went in the document."""
        location = self.locate(tokens, at)
        return Diagnostic(
            code=code,
            message=message,
            severity=severity,
            location=location,
            pointer=to_pointer(tokens) if pointer is None else pointer,
            hint=hint,
            excerpt=excerpt(self.lines, location.line, location.column),
        )


def excerpt(lines: list[str], line: int, column: int = 1) -> str:
    """Up to two lines of context and the line that is meant, numbered, ready to print."""
    width = len(str(line))
    return "\n".join(
        f"  {'→' if number == line else ' '} {number:>{width}} | {_window(lines[number - 1], column)}".rstrip()
        for number in range(max(1, line - _BEFORE), min(line, len(lines)) + 1)
    )


def _window(line: str, column: int) -> str:
    """A line, or what is around a column when it is too long (minified JSON has lines of megabytes)."""
    if len(line) <= _WIDTH:
        return line
    start = max(0, column - 1 - _WIDTH // 2)
    return f"{'…' if start else ''}{line[start : start + _WIDTH]}{'…' if start + _WIDTH < len(line) else ''}"


@dataclass(slots=True)
class Positions:
    """Where everything in the one, bundled document came from.

    `origins` maps the pointer of each part that was moved in from a file to that file and the part's pointer in it;
    what is below a part moved with it.
    """

    main: Source
    origins: Mapping[Tokens, tuple[Source, Tokens]] = field(default_factory=dict[Tokens, tuple[Source, Tokens]])

    def locate(self, pointer: str, at: At = "key") -> Location:
        """The place of a JSON Pointer into the document, or of its nearest ancestor that has one.

        A member of a mapping stands where its key does; `at="value"` asks for the value.
        """
        source, tokens = self.origin(pointer)
        return source.locate(tokens, at)

    def origin(self, pointer: str) -> tuple[Source, Tokens]:
        """The file, and the pointer's tokens in it."""
        tokens = to_tokens(pointer)
        if self.origins:
            for length in range(len(tokens), 0, -1):
                if (found := self.origins.get(tokens[:length])) is not None:
                    source, prefix = found
                    return source, prefix + tokens[length:]
        return self.main, tokens

    def diagnostic(
        self,
        code: str,
        message: str,
        pointer: str,
        *,
        at: At = "key",
        hint: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> Diagnostic:
        """A diagnostic with the location and the excerpt of a pointer."""
        source, tokens = self.origin(pointer)
        return source.diagnostic(code, message, tokens, at=at, hint=hint, severity=severity, pointer=pointer)

    def rename(self, renamed: Callable[[str], str]) -> None:
        """Give the files other names in messages, as when they were read from a copy."""
        sources = {id(source): source for source in (self.main, *(source for source, _ in self.origins.values()))}
        for source in sources.values():
            source.name = renamed(source.name)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of all files that the document was read from, the main one first."""
        return tuple(dict.fromkeys([self.main.name, *(source.name for source, _ in self.origins.values())]))


def read(path: str | Path) -> Source:
    """Reads a YAML or JSON file; raises ContractError with a position when it cannot be read."""
    path = Path(path)
    name = display_name(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        hint = "name another one, or write in pyproject.toml, below [tool.handfast]: contract = ..."
        raise ContractError(
            [Diagnostic(code="source-unreadable", message=message, location=Location(name, 1, 1), hint=hint)]
        ) from error
    return read_bytes(raw, name, json=path.suffix.lower() == ".json")


def read_bytes(raw: bytes, name: str, *, json: bool = False) -> Source:
    """Reads the bytes of a file, as strict JSON or else as YAML; `name` is for messages."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].removeprefix(b"\xef\xbb\xbf")
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        hint = "save it as UTF-8" + (" (it looks like UTF-16)" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "")
        fault = SourceFault("source-encoding", "this is not UTF-8", Mark(line, column), hint=hint)
        lines = raw.decode("utf-8", "replace").split("\n")
        raise ContractError([_diagnostic(fault, name, lines)]) from error
    return read_text(text, name, json=json)


def read_text(text: str, name: str, *, json: bool = False) -> Source:
    """Reads a text, as strict JSON or else as YAML; `name` is for messages."""
    try:
        if json:
            value = json_text.parse(text)
            return Source(
                name,
                text,
                value,
                lambda: json_text.layout(text),
                quickly=lambda tokens, at: json_text.find(text, tokens, at),
            )
        document = yaml_text.parse(text)
    except SourceFault as fault:
        raise ContractError([_diagnostic(fault, name, lines_of(text))]) from fault
    return Source(name, text, document.value, lambda: document.root, surprises=document.surprises)


def warnings(source: Source) -> list[Diagnostic]:
    """What in a file may be read otherwise than its author thinks."""
    return [
        Diagnostic(
            code=surprise.code,
            message=surprise.message,
            severity=Severity.WARNING,
            location=Location(source.name, surprise.mark.line, surprise.mark.column),
            hint=surprise.hint,
            excerpt=excerpt(source.lines, surprise.mark.line, surprise.mark.column),
        )
        for surprise in source.surprises
    ]


def display_name(path: Path) -> str:
    """A path as messages show it: relative to the working directory where that is shorter, with slashes."""
    absolute = path.absolute()
    try:
        relative = os.path.relpath(absolute)
    except ValueError:  # another drive on Windows
        return absolute.as_posix()
    return absolute.as_posix() if relative.startswith("..") else Path(relative).as_posix()


def _diagnostic(fault: SourceFault, name: str, lines: list[str]) -> Diagnostic:
    return Diagnostic(
        code=fault.code,
        message=fault.message,
        location=Location(name, fault.mark.line, fault.mark.column),
        hint=fault.hint,
        excerpt=excerpt(lines, fault.mark.line, fault.mark.column),
    )
