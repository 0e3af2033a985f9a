"""Measures the applications against each other, in process and over HTTP: interleaved rounds, medians, ratios."""

from __future__ import annotations

import asyncio
import importlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import cast

from starlette.types import ASGIApp, Message

from bench.applications import APPLICATIONS, Case, cases

Measure = Callable[[str, Case], float]
"""Microseconds per request of an application (by its name) that answers a case."""

PROTOCOLS = {"uvicorn": "httptools", "handfast serve": "handfast.server.protocol:GuardedProtocol"}
"""How the applications are served over HTTP: by uvicorn alone, and by the protocol of `handfast serve`."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A median with its quartiles."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> Ratio:
        """The quartiles of measured ratios."""
        return cls(*(statistics.quantiles(values, n=4) if len(values) > 1 else values * 3))

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.low:.2f} to {self.high:.2f})"


@dataclass(frozen=True, slots=True)
class Row:
    """One case: median microseconds by application, and how the bound one compares in each round."""

    case: str
    medians: dict[str, float]
    faster: Ratio
    """Times as fast as the one by hand."""
    share: Ratio
    """Part of the speed of the raw one."""
    of_bare: Ratio
    """Part of the speed of bare routes of FastAPI."""


@dataclass(frozen=True, slots=True)
class Table:
    """All cases, measured in one way."""

    title: str
    rows: list[Row]


def compare(title: str, group: str, measure: Measure, rounds: int) -> Table:
    """Measure every case on every application in turn, `rounds` times."""
    rows: list[Row] = []
    for case in cases(group):
        times: dict[str, list[float]] = {name: [] for name in APPLICATIONS}
        for _ in range(rounds):
            for name in APPLICATIONS:
                times[name].append(measure(name, case))
        medians = {name: statistics.median(each) for name, each in times.items()}
        pairs = [zip(times[name], times["bound"], strict=True) for name in ("by hand", "raw", "bare")]
        rows.append(Row(case.name, medians, *(Ratio.of([other / bound for other, bound in each]) for each in pairs)))
    return Table(title, rows)


def in_process(requests: int) -> Measure:
    """Calls the applications directly, `requests` times for each measurement; processor time of this thread counts."""
    applications = {name: cast("ASGIApp", importlib.import_module(path).app) for name, path in APPLICATIONS.items()}
    return lambda name, case: asyncio.run(_call(applications[name], case, requests))


@contextmanager
def over_http(protocol: str, seconds: int) -> Iterator[Measure]:
    """Serves each application by uvicorn in a process of its own, and lets `wrk` ask for `seconds` at a time."""
    with ExitStack() as stack:
        ports = {name: stack.enter_context(_served(path, protocol)) for name, path in APPLICATIONS.items()}
        yield lambda name, case: _wrk(ports[name], case, seconds)


async def _call(app: ASGIApp, case: Case, count: int) -> float:
    headers = [(b"host", b"localhost")]
    if case.body:
        headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(case.body))]
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": case.method,
        "scheme": "http", "path": case.path, "raw_path": case.path.encode(), "query_string": b"", "root_path": "",
        "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    message: Message = {"type": "http.request", "body": case.body, "more_body": False}
    status = 0

    async def receive() -> Message:
        return message

    async def send(event: Message) -> None:
        nonlocal status
        if event["type"] == "http.response.start":
            status = event["status"]

    started = time.thread_time()
    for _ in range(count):
        await app({**scope, "state": {}}, receive, send)
    elapsed = time.thread_time() - started
    if status != case.status:
        raise SystemExit(f"{case.name}: status {status} instead of {case.status}")
    return 1e6 * elapsed / count


@contextmanager
def _served(module: str, protocol: str) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = cast("int", probe.getsockname()[1])
    command = [sys.executable, "-m", "uvicorn", f"{module}:app", "--port", str(port), "--http", protocol]
    process = subprocess.Popen([*command, "--no-access-log", "--log-level", "warning"])
    try:
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _wrk(port: int, case: Case, seconds: int) -> float:
    """16 connections from one thread."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        body = case.body.decode().replace('"', '\\"')
        script.write(f'wrk.method = "{case.method}"\nwrk.headers["Content-Type"] = "application/json"\n')
        script.write(f'wrk.body = "{body}"\n' if body else "")
        script.flush()
        command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", script.name, f"http://127.0.0.1:{port}{case.path}"]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    refused = re.search(r"Non-2xx or 3xx responses: ([0-9]+)", output)
    if rate is None or (refused is None) != (case.status < 300):
        raise SystemExit(f"{case.name}: wrk says\n{output}")
    return 1e6 / float(rate[1])
