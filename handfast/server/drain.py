"""A uvicorn server that ends well: it says so, takes no more, finishes what is under way, and exits with 0."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from types import FrameType

from typing_extensions import override
from uvicorn import Config, Server

from handfast.server.limits import ServerLimits

_LOG = logging.getLogger("handfast.server")


class DrainingServer(Server):
    """Serves until SIGTERM or SIGINT; a second one ends it at once.

    The application sees what is going on as `request.state.draining` (ASGI: `scope["state"]["draining"]`): false, then
    true from the signal on, so that its readiness can say no while requests are still taken.
    """

    def __init__(self, config: Config, limits: ServerLimits, when_ready: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self._limits = limits
        self._when_ready = when_ready
        self._hurry = asyncio.Event()

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.lifespan.state.setdefault("draining", False)
        if self.started and self._when_ready is not None:
            self._when_ready()

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.lifespan.state["draining"] = True
        _LOG.info("shutting down")
        with contextlib.suppress(TimeoutError):  # a lame duck, unless a second signal cuts it short
            await asyncio.wait_for(self._hurry.wait(), self._limits.lame_duck_seconds)
        await super().shutdown(sockets)

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note a signal; uvicorn would raise it once more at the end, and exit as if it had been killed by it."""
        if self.should_exit:
            self.force_exit = True
            asyncio.get_running_loop().call_soon_threadsafe(self._hurry.set)
        self.should_exit = True
