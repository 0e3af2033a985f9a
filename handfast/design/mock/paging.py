"""The part of a list that a request asks for: filtered by members, and a page of it, by the usual names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from handfast.contract.model import JSONValue
from handfast.design.mock.store import Thing
from handfast.runtime.fallback import JudgedRequest

_SIZES = ("limit", "size", "pagesize", "perpage", "maxresults", "first", "top", "take", "count")
_PAGES = ("page", "pagenumber")
_OFFSETS = ("offset", "skip", "start", "startindex")
_CURSORS = ("cursor", "after", "pagetoken", "next", "nexttoken", "startingafter", "continuationtoken")


@dataclass(frozen=True, slots=True)
class Page:
    """Things that were asked for, how many there are in all, and the number of the first that follows, if any."""

    things: list[Thing]
    total: int
    following: int | None


def page_of(things: Sequence[Thing], request: JudgedRequest) -> Page:
    """The things that fit a request: those whose members equal the query parameters of these names, a page of them."""
    asked = {name: value for (location, name), value in request.parameters.items() if location == "query"}
    found = [thing for thing in things if all(_fits(thing, name, value) for name, value in asked.items())]
    said = {_bare(name): value for name, value in asked.items()}
    size = _number(said, _SIZES)
    offset = _number(said, _OFFSETS) or _number(said, _CURSORS) or 0
    page = _number(said, _PAGES)
    if page is not None and size:
        offset = max(page - 1, 0) * size
    until = offset + size if size else len(found)
    return Page(found[offset:until], len(found), until if until < len(found) else None)


def _fits(thing: Thing, name: str, wanted: JSONValue) -> bool:
    """Whether a thing has what a query parameter wants; a parameter that is no member wants nothing."""
    for member in (name, f"{name}s"):
        if member in thing:
            options = wanted if isinstance(wanted, list) else [wanted]
            return any(value in options for value in _values(thing[member]))
    return True


def _values(value: JSONValue) -> Iterator[JSONValue]:
    """A value itself; of a list its items, and what these hold."""
    if isinstance(value, list):
        for item in value:
            yield from item.values() if isinstance(item, dict) else (item,)
    else:
        yield value


def _number(said: dict[str, JSONValue], names: Sequence[str]) -> int | None:
    for name in names:
        value = said.get(name)
        if isinstance(value, str) and value.isdecimal() and len(value) <= 64:
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return None


def _bare(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())
