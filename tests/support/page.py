"""The rows of docs/SUPPORT.md: what it says of each field of each object."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "SUPPORT.md"

_HEADING = re.compile(r"### (.+)")
_ROW = re.compile(r"\| (`.+?`) \| (3\.\d) \| ([a-z, ]+) \| (.*) \|")


@dataclass(frozen=True, slots=True)
class Row:
    """A field of an object, the version that brought it, and the words that hold of it."""

    object: str
    field: str
    since: str
    words: frozenset[str]


def rows() -> Iterator[Row]:
    """Every row below a heading that names an object; one line may tell of several fields."""
    name = ""
    for line in PAGE.read_text("utf-8").splitlines():
        if heading := _HEADING.fullmatch(line):
            name = heading[1]
        elif line.startswith("#"):
            name = ""
        elif name and (row := _ROW.fullmatch(line)):
            for field in re.findall(r"`([^`]+)`", row[1]):
                yield Row(name, field, row[2], frozenset(row[3].split(", ")))
