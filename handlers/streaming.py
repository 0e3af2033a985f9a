"""Streams that stay open: how many at the same time, how often they look for news, and when they end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from typing import TypeVar

from blog.refusals import Unavailable

_LOOK_AGAIN = 0.25
"""Seconds between two looks at the database."""

_Item = TypeVar("_Item")


class Slots:
    """Room for so many streams at the same time in this process."""

    def __init__(self, limit: int) -> None:
        self._free = limit

    def check(self) -> None:
        """Raise Unavailable when there is no room for one more."""
        if self._free <= 0:
            raise Unavailable("There are as many streams as there may be.")

    async def held(self, items: AsyncGenerator[_Item]) -> AsyncGenerator[_Item]:
        """The items of a stream, which has a place from its first item to its end."""
        self._free -= 1
        try:
            async for item in items:
                yield item
        finally:
            self._free += 1
            await items.aclose()


class Pace:
    """When a stream looks for news again: until nothing came for `silence` seconds, or `total` seconds are over."""

    def __init__(self, silence: float, total: float) -> None:
        self._silence = silence
        self._end = time.monotonic() + total
        self._until = min(time.monotonic() + silence, self._end)

    async def goes_on(self, *, something_came: bool) -> bool:
        """Wait for the next look; false when it is time to end."""
        now = time.monotonic()
        if something_came:
            self._until = min(now + self._silence, self._end)
        if now >= self._until:
            return False
        await asyncio.sleep(min(_LOOK_AGAIN, self._until - now))
        return True
