"""A client of a preview: asks for its parts, and follows its events as a browser does."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from tests.cli.command import CONTRACT, write_project
from tests.cli.serving import START, served


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    headers: Message
    body: bytes


def ask(url: str, **headers: str) -> Answer:
    """A GET, whatever it is answered with."""
    request = Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urlopen(request, timeout=10) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


@dataclass(frozen=True, slots=True)
class Client:
    """Where a preview is, and the contract that it shows."""

    address: str
    contract: Path
    log: Path

    def part(self, name: str) -> dict[str, Any]:
        """A part as it is now."""
        answer = ask(f"{self.address}/_preview/parts/{name}")
        assert answer.status == 200, name
        found: dict[str, Any] = json.loads(answer.body)
        return found

    def save(self, text: str) -> None:
        """Save another text in place."""
        self.contract.write_text(text, encoding="utf-8")

    def wait(self, name: str, condition: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Wait until a part is as it should be, and answer it."""
        end = time.monotonic() + START
        while not condition(found := self.part(name)):
            assert time.monotonic() < end, (found, self.log.read_text(encoding="utf-8"))
            time.sleep(0.05)
        return found


@contextmanager
def previewed(
    folder: Path, *arguments: str, text: str = CONTRACT, ready: str = "parts/changes", port: str = ""
) -> Generator[Client]:
    """A project in a folder, while `handfast preview` shows its contract."""
    folder.mkdir(exist_ok=True)
    contract = write_project(folder, text)
    log = folder.parent / f"{folder.name}.log"
    with served(folder, *arguments, command="preview", ready=f"/_preview/{ready}", log=log, port=port) as address:
        yield Client(address, contract, log)


@contextmanager
def following(address: str) -> Generator[list[dict[str, str]]]:
    """The events of a preview, as they come, while it is followed."""
    told: list[dict[str, str]] = []
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", "/_preview/events", headers={"Accept": "text/event-stream"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")

    def read() -> None:
        with suppress(OSError, ValueError, AttributeError, http.client.HTTPException):  # closed, by either side
            while line := answer.readline():
                if line.startswith(b"data: "):
                    told.append(json.loads(line.removeprefix(b"data: ")))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield told
    finally:
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)  # wakes the reader
        reader.join(10)
        connection.close()
