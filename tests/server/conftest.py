"""One server with patience for a fraction of a second, shared by the tests that do not end it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.wire import Running, command, running

QUICK = {
    "header_seconds": 0.6,
    "body_idle_seconds": 0.6,
    "body_seconds": 1.2,
    "body_rate": 1000,
    "keep_alive_seconds": 0.5,
    "write_stall_seconds": 2.0,
    "half_closed_seconds": 1.0,
    "linger_idle_seconds": 0.5,
    "linger_seconds": 3.0,
    "connections": 40,
    "pipelined": 20,
    "lame_duck_seconds": 0.1,
}


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    """A server that runs."""
    with running(command(QUICK.items())) as started:
        yield started
        assert started.stop() == 0, started.log()
