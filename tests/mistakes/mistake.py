"""What a mistake is: an edit of one file of the museum, and who is to notice it first."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.mistakes.museum import SOURCE


class Catcher(StrEnum):
    """Who notices, in the order in which a developer meets them."""

    TYPES = "types"
    START_UP = "start-up"
    WIRE = "wire"


@dataclass(frozen=True, slots=True)
class Ask:
    """A request; the reply to it is where a mistake shows."""

    method: str = "GET"
    target: str = ""
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """An edit: `old` stands in the file, and becomes `new`; `more` are further edits that it takes, such as imports.

    `line` is a text on the line that type checkers must point at, `A or B` where they point at different ones. `says`
    is what start-up or the log of the wire must tell, and `ask` the request that shows it.
    """

    name: str
    file: str
    old: str
    new: str
    by: Catcher
    line: str = ""
    says: str = ""
    ask: Ask = Ask()
    more: tuple[tuple[str, str], ...] = ()

    @property
    def slug(self) -> str:
        """The name as a module."""
        return re.sub(r"\W+", "_", self.name)

    def text(self) -> str:
        """The file with the mistake in it; AssertionError when it no longer has what was to be edited."""
        text = (SOURCE / self.file).read_text(encoding="utf-8")
        for old, new in ((self.old, self.new), *self.more):
            assert text.count(old) == 1, f"{self.name}: {old!r} stands {text.count(old)} times in {self.file}"
            text = text.replace(old, new)
        return text

    def lines(self) -> set[int]:
        """The lines that are meant, counted from 1."""
        texts = self.line.split(" or ")
        return {
            number for number, line in enumerate(self.text().splitlines(), 1) if any(text in line for text in texts)
        }
