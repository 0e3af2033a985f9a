"""Pages of a list: some items, and where the next page begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[_Item]):
    """Some items of a list; `next_cursor` is None on the last page."""

    items: Sequence[_Item]
    next_cursor: str | None = None


def cut(found: Sequence[_Item], limit: int, cursor: Callable[[_Item], str]) -> Page[_Item]:
    """A page of at most `limit` of the items found, of which there are one more if there is a next page."""
    items = found[:limit]
    return Page(items, cursor(items[-1]) if len(found) > limit else None)
