"""Starts `handfast serve` as a user does, waits until it answers, and stops it again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from pathlib import Path

START = 30.0
"""Seconds that a server may take to answer; a busy machine needs some."""


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(
    folder: Path,
    *arguments: str,
    ready: str,
    log: Path,
    command: str = "serve",
    port: str = "",
    **environment: str,
) -> Generator[str]:
    """The address of the application of a project while it is served; `ready` is a path that answers when
    it is, `log` the file that gets what it prints."""
    port = port or str(free_port())
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "handfast", command, *arguments],
            cwd=folder,
            env={**os.environ, "HOST": "127.0.0.1", "PORT": port, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or status(address + ready) == 200, log)
        assert process.poll() is None, log.read_text(encoding="utf-8")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        finally:
            process.kill()
    assert process.returncode == 0, log.read_text(encoding="utf-8")


def status(url: str) -> int:
    """The status that a GET is answered with; 0 while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            code: int = response.status
            return code
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def wait_until(condition: Callable[[], bool], log: Path) -> None:
    """Wait until something holds; after `START` seconds fail with what the server said."""
    end = time.monotonic() + START
    while not condition():
        assert time.monotonic() < end, log.read_text(encoding="utf-8")
        time.sleep(0.1)
