"""Where an article comes from: written for this place, translated, or printed before; kept as JSON in one column."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, TypeAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalWork:
    """It was written for this place."""

    kind: Literal["original"] = "original"


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """It was written in another language (a tag of RFC 5646), and is to be read there."""

    kind: Literal["translation"] = "translation"
    language: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprint:
    """It appeared elsewhere before, on so many pages."""

    kind: Literal["reprint"] = "reprint"
    published_on: date
    pages: int | None = None
    source: str | None = None


Origin: TypeAlias = OriginalWork | Translation | Reprint
ORIGINAL = OriginalWork()

_JSON = TypeAdapter[Origin](Annotated[Origin, Discriminator("kind")])


def write(origin: Origin) -> str:
    """An origin as the database keeps it."""
    return _JSON.dump_json(origin, exclude_none=True).decode()


def read(text: str) -> Origin:
    """What `write` wrote."""
    return _JSON.validate_json(text)
