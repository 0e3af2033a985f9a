"""The clock of a peer that does not read: whether anything of what waits to be sent has left."""

from __future__ import annotations

import asyncio


class WriteWatch:
    """Aborts a connection of which no byte was accepted for some seconds, while something waits to be sent.

    It is for a transport that nobody writes to meanwhile: one whose writers are paused, or that is about to close.
    """

    __slots__ = ("_clock", "_loop", "_seconds", "_transport", "_waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport, seconds: float) -> None:
        self._loop = loop
        self._transport = transport
        self._seconds = seconds
        self._waiting = 0
        self._clock: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Look again after the seconds, unless everything has left already."""
        self._waiting = self._transport.get_write_buffer_size()
        if self._waiting and self._clock is None:
            self._clock = self._loop.call_later(self._seconds, self._look)

    def stop(self) -> None:
        """Look no more."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _look(self) -> None:
        self._clock = None
        if self._transport.get_write_buffer_size() >= self._waiting:
            self._transport.abort()
        else:
            self.start()
