"""A browser without a screen: where it is, how it is started, and a page in it that tests can steer.

A page is steered by the Chrome DevTools Protocol over two pipes, so that nothing else has to be installed.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
PATIENCE = 30.0
"""Seconds that something on a page may take; a busy machine needs some."""


def browser() -> str:
    """A browser that runs without a screen; skipped where there is none, except in CI."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        message = f"no browser: install one of {', '.join(BROWSERS)}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


_EXEC = """import os, sys
os.dup2(int(sys.argv[1]), 3), os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Page:
    """A page of a running browser; `events` has what the browser told of it, in its own words."""

    def __init__(self, connection: _Connection, session: str) -> None:
        self._connection = connection
        self._session = session

    @property
    def events(self) -> list[dict[str, Any]]:
        return [each for each in self._connection.events if each.get("sessionId") == self._session]

    def command(self, method: str, **parameters: Any) -> Any:
        """A command of the DevTools protocol, and what it answers."""
        return self._connection.command(method, parameters, self._session)

    def open(self, url: str) -> None:
        """Go to a page, without waiting for all of it."""
        self.command("Page.navigate", url=url)

    def value(self, expression: str) -> Any:
        """What JavaScript says to an expression; a promise is waited for. Fails when it throws."""
        answer = self.command("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true, in the sense of JavaScript."""
        end = time.monotonic() + PATIENCE
        while not self.value(f"Boolean({expression})"):
            assert time.monotonic() < end, f"{expression}\n{self.value('document.body.innerText')}"
            time.sleep(0.03)

    def write(self, selector: str, text: str) -> None:
        """Write a text into a field, in place of what is in it, and leave the field."""
        self.value(f"document.querySelector({json.dumps(selector)}).focus()")
        self.value("document.activeElement.select()")
        self.command("Input.insertText", text=text)
        self.value("document.activeElement.blur()")

    def errors(self) -> list[str]:
        """Exceptions, and whatever was blocked or logged as an error."""
        told = []
        for event in self.events:
            if event["method"] == "Runtime.exceptionThrown":
                told.append(str(event["params"]["exceptionDetails"]))
            elif event["method"] == "Log.entryAdded" and event["params"]["entry"]["level"] == "error":
                told.append(event["params"]["entry"]["text"])
        return told

    def size(self, width: int, height: int, *, dark: bool = False) -> None:
        """Give the page a size in CSS pixels, and the light or dark that its system prefers."""
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])

    def screenshot(self, file: Path) -> None:
        """What is to be seen, as a PNG."""
        file.write_bytes(base64.b64decode(self.command("Page.captureScreenshot", format="png")["data"]))


class Browser:
    """A running browser."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def page(self) -> Page:
        """A new page, in a tab of its own."""
        target = self._connection.command("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self._connection.command("Target.attachToTarget", {"targetId": target, "flatten": True})
        page = Page(self._connection, attached["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.command(f"{domain}.enable")
        return page


@contextmanager
def browsing(profile: Path) -> Generator[Browser]:
    """A browser while it runs; `profile` is a folder of its own, which is made."""
    program = browser()
    ours, theirs = os.pipe(), os.pipe()  # theirs is what it writes to, ours what it reads from
    # The browser reads from descriptor 3 and writes to 4; high numbers here, so that neither is in the way.
    reads, writes = (fcntl.fcntl(each, fcntl.F_DUPFD, 20) for each in (ours[0], theirs[1]))
    for each in (ours[0], theirs[1]):
        os.close(each)
    arguments = [*FLAGS, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
    process = subprocess.Popen(
        [sys.executable, "-c", _EXEC, str(reads), str(writes), program, *arguments],
        pass_fds=(reads, writes),
        stderr=subprocess.DEVNULL,
    )
    os.close(reads)
    os.close(writes)
    connection = _Connection(ours[1], theirs[0])
    try:
        yield Browser(connection)
    finally:
        connection.close()
        process.terminate()
        try:
            process.wait(20)
        finally:
            process.kill()


class _Connection:
    """Messages of JSON that end with a zero byte, both ways."""

    def __init__(self, writes: int, reads: int) -> None:
        self.events: list[dict[str, Any]] = []
        self._writes, self._reads = writes, reads
        self._number = 0
        self._pending = b""

    def command(self, method: str, parameters: dict[str, Any], session: str | None = None) -> Any:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._writes, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            if "method" in answer:
                self.events.append(answer)
        assert "error" not in answer, f"{method}: {answer['error']}"
        return answer["result"]

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._pending:
            data = os.read(self._reads, 1 << 20)
            assert data, "the browser has ended"
            self._pending += data
        message, _, self._pending = self._pending.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def close(self) -> None:
        os.close(self._writes)
        os.close(self._reads)
