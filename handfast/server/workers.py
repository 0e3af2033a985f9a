"""Starts and ends processes that serve: several at a time on one socket, or a new one before the old one goes."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

from handfast.server.options import ServerOptions

_LOG = logging.getLogger("handfast.server")
_LOOK_SECONDS = 0.05
_SPARE_SECONDS = 5.0
_RETRY_SECONDS = 1.0


class Worker:
    """A process that serves on a socket which it inherits; its own session keeps Ctrl+C away from it.

    It imports the modules of `preload` and then waits for `go` before it touches the application.
    """

    def __init__(self, options: ServerOptions, listener: socket.socket, preload: Sequence[str] = ()) -> None:
        self._control, theirs = socket.socketpair()
        self._patience = options.limits.lame_duck_seconds + options.limits.drain_seconds + _SPARE_SECONDS
        fds = (listener.fileno(), theirs.fileno())
        command = [sys.executable, "-m", "handfast.server.worker", options.as_text(), *map(str, fds)]
        with theirs:
            self._process = subprocess.Popen(command, pass_fds=fds, start_new_session=True)
        self._control.sendall(json.dumps(preload).encode() + b"\n")
        self._control.setblocking(False)
        self._said = b""
        self._was_asked = False
        self.modules: list[str] | None = None
        """What it has imported from installed distributions, when it takes requests."""

    @property
    def exit_code(self) -> int | None:
        """The exit code of a process that has ended."""
        return self._process.poll()

    def go(self) -> None:
        """Let it import the application, and serve."""
        with suppress(OSError):  # it has ended already, which its exit code tells
            self._control.sendall(b"go\n")

    def look(self) -> bool:
        """Whether it takes requests by now."""
        with suppress(BlockingIOError, ConnectionResetError):
            while self.modules is None and (data := self._control.recv(65536)):
                self._said += data
                if self._said.endswith(b"\n"):
                    self.modules = json.loads(self._said)
        return self.modules is not None

    def await_ready(self, stopped: threading.Event) -> bool:
        """Wait until it takes requests; False when it ends before, or when everything is to be stopped."""
        while not self.look():
            if self.exit_code is not None or stopped.wait(_LOOK_SECONDS):
                return False
        return True

    def ask_to_end(self) -> None:
        """Let it drain and end."""
        if self.exit_code is None and not self._was_asked:
            self._was_asked = True  # a second signal would mean: at once
            self._process.send_signal(signal.SIGTERM)

    def end(self) -> int:
        """Wait until it has ended, kill it when it does not in time, and answer its exit code."""
        self.ask_to_end()
        try:
            return self._process.wait(self._patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            self._control.close()


@contextmanager
def stopping_on_signals() -> Generator[threading.Event]:
    """An event that SIGTERM and SIGINT set."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_workers(options: ServerOptions, listener: socket.socket, count: int, announce: str) -> int:
    """Serve with `count` processes until a signal comes; one that dies is replaced. Answers the exit code."""
    with stopping_on_signals() as stopped:
        workers = [_started(options, listener) for _ in range(count)]
        code = 0
        if all(worker.await_ready(stopped) for worker in workers):
            _LOG.info("%s, with %d processes (pid %d)", announce, count, os.getpid())
            while not stopped.wait(_LOOK_SECONDS * 4):
                workers = [_replaced(worker, options, listener, stopped) for worker in workers]
        elif not stopped.is_set():
            code = 1
        listener.close()  # at once: what nobody is going to accept must not wait in our queue
        for worker in workers:
            worker.ask_to_end()
        codes = [worker.end() for worker in workers]
        return code or max(map(abs, codes))


def _replaced(worker: Worker, options: ServerOptions, listener: socket.socket, stopped: threading.Event) -> Worker:
    was_ready = worker.look()  # before its end, which closes what it speaks through
    code = worker.exit_code
    if code is None:
        return worker
    _LOG.error("a process ended with %d and is replaced", code)
    worker.end()
    if not was_ready:
        stopped.wait(_RETRY_SECONDS)  # it could not start: not again and again as fast as possible
    return _started(options, listener)


def _started(options: ServerOptions, listener: socket.socket) -> Worker:
    worker = Worker(options, listener)
    worker.go()
    return worker
