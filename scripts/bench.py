"""Compare the bound service with the same contract by hand on FastAPI and with a raw ASGI application, in one run."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp, Message

APPLICATIONS = {"raw": "bench.raw", "by hand": "bench.by_hand", "bound": "bench.bound"}
GOOD = json.dumps({"title": "A title", "body": "A body", "tags": ["a", "b"]}).encode()
BAD = json.dumps({"titel": "A title", "body": 1}).encode()


@dataclass(frozen=True, slots=True)
class Case:
    """One request that all three applications answer."""

    name: str
    method: str
    path: str
    body: bytes = b""
    status: int = 200


CASES = [
    case
    for group in ("plain", "session")
    for case in (
        Case(f"read, {group}", "GET", f"/{group}/articles/1"),
        Case(f"list 20, {group}", "GET", f"/{group}/articles"),
        Case(f"create, {group}", "POST", f"/{group}/articles", GOOD, 201),
        Case(f"refused, {group}", "POST", f"/{group}/articles", BAD, 422),
    )
]
Measure = Callable[[str, Case, int], float]


async def call(app: ASGIApp, case: Case, count: int) -> float:
    """Microseconds per request, in process."""
    headers = [
        (b"host", b"localhost"),
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(case.body)),
    ]
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1", "method": case.method,
        "scheme": "http", "path": case.path, "raw_path": case.path.encode(), "query_string": b"", "root_path": "",
        "headers": headers if case.body else headers[:1], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    message: Message = {"type": "http.request", "body": case.body, "more_body": False}
    status = 0

    async def receive() -> Message:
        return message

    async def send(event: Message) -> None:
        nonlocal status
        if event["type"] == "http.response.start":
            status = event["status"]

    started = time.perf_counter()
    for _ in range(count):
        await app({**scope, "state": {}}, receive, send)
    elapsed = time.perf_counter() - started
    if status != case.status:
        raise SystemExit(f"{case.name}: status {status} instead of {case.status}")
    return 1e6 * elapsed / count


def in_process() -> Measure:
    """A measure that calls the applications directly."""
    applications = {name: importlib.import_module(module).app for name, module in APPLICATIONS.items()}
    return lambda name, case, size: asyncio.run(call(applications[name], case, size))


@contextmanager
def served(module: str) -> Iterator[int]:
    """Run an application under uvicorn on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        f"{module}:app",
        "--port",
        str(port),
        "--no-access-log",
        "--log-level",
        "warning",
    ]
    process = subprocess.Popen(command)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def wrk(port: int, case: Case, seconds: int) -> float:
    """Microseconds per request over HTTP: 16 connections from one thread."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        body = case.body.decode().replace('"', '\\"')
        script.write(f'wrk.method = "{case.method}"\nwrk.headers["Content-Type"] = "application/json"\n')
        script.write(f'wrk.body = "{body}"\n' if body else "")
        script.flush()
        command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-s", script.name, f"http://127.0.0.1:{port}{case.path}"]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert rate is not None, output
    return 1e6 / float(rate[1])


def compare(title: str, measure: Measure, size: int, rounds: int) -> None:
    """Measure every case on every application in turn, and print medians and ratios with their spread."""
    print(f"\n{title}: microseconds per request, median of {rounds} interleaved rounds; ratios with their quartiles")
    print(f"{'':20}{'raw':>9}{'by hand':>9}{'bound':>9}   {'faster than by hand':>22}   {'share of raw':>22}")
    for case in CASES:
        times: dict[str, list[float]] = {name: [] for name in APPLICATIONS}
        for _ in range(rounds):
            for name in APPLICATIONS:
                times[name].append(measure(name, case, size))
        medians = {name: statistics.median(values) for name, values in times.items()}
        faster = [hand / bound for hand, bound in zip(times["by hand"], times["bound"], strict=True)]
        share = [raw / bound for raw, bound in zip(times["raw"], times["bound"], strict=True)]
        columns = "".join(f"{value:9.1f}" for value in medians.values())
        print(f"{case.name:20}{columns}   {spread(faster):>22}   {spread(share):>22}", flush=True)


def spread(values: list[float]) -> str:
    """`2.10 x (2.05 to 2.14)`."""
    low, middle, high = statistics.quantiles(values, n=4) if len(values) > 1 else values * 3
    return f"{middle:.2f} x ({low:.2f} to {high:.2f})"


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2, help="of wrk, per application and case and round")
    parser.add_argument("--requests", type=int, default=1000, help="in process, per application and case and round")
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parent.parent))
    compare("In process", in_process(), options.requests, options.rounds)
    if shutil.which("wrk") is None:
        print("\nOver HTTP: skipped, because wrk is not installed (Debian: apt-get install wrk)")
        return
    with served("bench.raw") as raw, served("bench.by_hand") as by_hand, served("bench.bound") as bound:
        ports = {"raw": raw, "by hand": by_hand, "bound": bound}
        compare("Over HTTP", lambda name, case, size: wrk(ports[name], case, size), options.seconds, options.rounds)


if __name__ == "__main__":
    main()
