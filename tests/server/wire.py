"""Raw connections to a server that runs as a process of its own, and answers read byte by byte."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
"""Seconds that a test waits for something that must happen; a busy machine needs some."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Wire:
    """A connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def send(self, data: bytes) -> Wire:
        """Send bytes; a server that has closed is no error, because its answer may be there already."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)
        return self

    def answer(self, *, to_head: bool = False) -> Answer:
        """The next answer; interim ones are skipped."""
        while True:
            head = self._until(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            status = int(lines[0].split(" ")[1])
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            if status >= 200:
                break
        if to_head or status in (204, 304):
            return Answer(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, self._chunks())
        if "content-length" in headers:
            return Answer(status, headers, self._exactly(int(headers["content-length"])))
        return Answer(status, headers, self.rest())

    def rest(self) -> bytes:
        """Everything until the server closes."""
        while self._more():
            pass
        rest, self._rest = self._rest, b""
        return rest

    def half_close(self) -> Wire:
        """Close our side."""
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def close(self) -> None:
        """Close both sides."""
        self.socket.close()

    def _more(self) -> bool:
        data: bytes = self.socket.recv(65536)
        self._rest += data
        return bool(data)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            if not self._more():
                raise EOFError(f"closed after {self._rest!r}")
        head, _, self._rest = self._rest.partition(mark)
        return head

    def _exactly(self, count: int) -> bytes:
        while len(self._rest) < count:
            if not self._more():
                raise EOFError(f"closed after {len(self._rest)} of {count} bytes")
        data, self._rest = self._rest[:count], self._rest[count:]
        return data

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._until(b"\r\n"), 16):
            body += self._exactly(size)
            assert self._until(b"\r\n") == b""
        self._until(b"\r\n")
        return body


@dataclass(slots=True)
class Running:
    """A server process."""

    process: subprocess.Popen[str]
    port: int
    lines: list[str]

    def wire(self) -> Wire:
        """A new connection."""
        return Wire(self.port)

    def ask(self, data: bytes) -> Answer:
        """The answer to one request on a connection of its own."""
        wire = self.wire()
        try:
            return wire.send(data).answer()
        finally:
            wire.close()

    def is_well(self) -> bool:
        """Whether the next request is answered."""
        return bool(self.ask(b"GET /well HTTP/1.1\r\nHost: a\r\n\r\n").json["path"] == "/well")

    def find_port(self) -> None:
        """Take the port from what it has printed."""
        found = re.search(r"http://127\.0\.0\.1:(\d+)", self.log())
        self.port = int(found[1]) if found else 0

    def log(self) -> str:
        """What it has printed so far."""
        return "".join(self.lines)

    def wait_for(self, text: str, count: int = 1) -> None:
        """Wait until it has printed something."""
        end = time.monotonic() + PATIENCE
        while self.log().count(text) < count:
            assert time.monotonic() < end, f"{text!r} was not printed:\n{self.log()}"
            assert self.process.poll() is None or text in self.log(), self.log()
            time.sleep(0.02)

    def stop(self) -> int:
        """End it as an operator does, and answer its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def command(limits: Iterable[tuple[str, float]] = (), **arguments: object) -> str:
    """A Python program that serves on a free port, with these limits and these arguments of `serve`."""
    given = ", ".join(f"{name}={value}" for name, value in limits)
    more = "".join(f", {name}={value!r}" for name, value in arguments.items())
    return (
        "import sys; from handfast.server import ServerLimits, serve; "
        f"sys.exit(serve('tests.server.application:app', port=0, limits=ServerLimits({given}){more}))"
    )


@contextmanager
def running(program: str, folder: Path = ROOT, ready: str = "serving ") -> Generator[Running]:
    """A server process, which is ended in any case; `ready` is what it prints when it takes requests."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    )
    server = Running(process, 0, [])
    assert process.stderr is not None
    stream = process.stderr
    reader = threading.Thread(target=lambda: server.lines.extend(iter(stream.readline, "")), daemon=True)
    reader.start()
    try:
        server.wait_for(ready)
        server.find_port()
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(PATIENCE)
        stream.close()
