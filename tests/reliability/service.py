"""The service as it runs in production: `handfast serve` as a process of its own, and clients over HTTP."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds that a test waits for what must happen; a busy machine needs some."""

_SETTINGS = {
    "ARGON2_MEMORY_KIB": "64",
    "ARGON2_ITERATIONS": "1",
    "DATABASE_POOL_TIMEOUT": "30",
    "HOST": "127.0.0.1",
    "LOG_FORMAT": "json",
    "PORT": "0",
    "SEED_EXAMPLES": "false",
}


@dataclass(slots=True)
class Service:
    """A process of the service; `url` is the base path of its contract."""

    process: subprocess.Popen[bytes]
    log: Path
    url: str = ""
    pid: int = 0
    """That of the service itself, whatever it runs under."""

    def await_ready(self) -> None:
        """Wait until it takes requests."""
        end = time.monotonic() + PATIENCE
        while not self.url:
            said = self.log.read_text(encoding="utf-8", errors="replace")
            assert time.monotonic() < end, said
            assert self.process.poll() is None, said
            if found := re.search(r"on (http://127\.0\.0\.1:\d+).*\(pid (\d+)\)", said):
                self.url, self.pid = f"{found[1]}/api/v1", int(found[2])
            time.sleep(0.05)

    def client(self) -> httpx2.AsyncClient:
        """A client with room for many requests at the same time."""
        limits = httpx2.Limits(max_connections=64, max_keepalive_connections=64)
        return httpx2.AsyncClient(base_url=self.url, timeout=PATIENCE, limits=limits)

    def kill(self) -> None:
        """End it as a power cut would, but for the disk."""
        if self.process.poll() is None:
            if self.pid:
                os.kill(self.pid, signal.SIGKILL)
            else:
                self.process.kill()
        self.process.wait()


@contextmanager
def serving(folder: Path, *arguments: str, under: tuple[str, ...] = ()) -> Generator[Service]:
    """The service with a database in a folder; `under` is a command that runs it."""
    log = folder / f"{len(list(folder.glob('*.log')))}.log"
    environment = {**os.environ, **_SETTINGS, "DATABASE_URL": f"sqlite:///{folder / 'blog.db'}"}
    command = [*under, sys.executable, "-m", "handfast", "serve", *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    service = Service(process, log)
    try:
        service.await_ready()
        yield service
        if process.poll() is None:
            os.kill(service.pid, signal.SIGTERM)
            assert process.wait(PATIENCE) == 0, log.read_text(encoding="utf-8", errors="replace")
    finally:
        service.kill()


async def writer(client: httpx2.AsyncClient, handle: str) -> dict[str, str]:
    """Register somebody, and the header that shows who they are."""
    account = {"handle": handle, "email": f"{handle}@example.org", "password": "a long sentence", "displayName": "X"}
    assert (await client.post("/accounts", json=account)).status_code == 201
    form = {"grant_type": "password", "username": handle, "password": "a long sentence"}
    token: str = (await client.post("/tokens", data=form)).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}
