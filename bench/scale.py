"""How matching, start-up, memory and generation grow with the number of operations."""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from starlette.types import ASGIApp, Message

COUNTS = (10, 100, 1_000, 10_000)
GENERATED = 1_000
"""Up to how many operations generation is measured, too."""
PACKAGE = "@octokit/openapi@23.0.2"
CACHE = Path(".cache/bench")


@dataclass(frozen=True, slots=True)
class Scale:
    """What a contract with so many operations costs: seconds, microseconds, bytes."""

    name: str
    operations: int
    load_seconds: float
    bind_seconds: float
    generate_seconds: float | None
    request_microseconds: float
    bytes_per_operation: float


def measure(name: str, path: Path, *, generate: bool) -> Scale:
    """Measure one contract in a process of its own, so that memory and caches are its own."""
    options = ["--generate"] if generate else []
    command = [sys.executable, "-m", "bench.scale", name, str(path), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Scale(**json.loads(done.stdout.splitlines()[-1]))


def counts() -> Iterator[Scale]:
    """Contracts made for the purpose, small to large."""
    with tempfile.TemporaryDirectory() as folder:
        for count in COUNTS:
            path = Path(folder) / f"{count}.json"
            path.write_text(json.dumps(document(count)), encoding="utf-8")
            yield measure(f"{count:,} operations", path, generate=count <= GENERATED)


def github() -> Scale | None:
    """GitHub's REST description from its npm package; None where npm or the package cannot be had."""
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / "package" / "generated" / "api.github.com.json"
    if not path.exists():
        try:
            packed = subprocess.run(
                ["npm", "pack", "--silent", PACKAGE], cwd=CACHE, capture_output=True, text=True, check=True
            )
            subprocess.run(["tar", "-xzf", packed.stdout.split()[-1]], cwd=CACHE, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
    return measure("GitHub's description", path, generate=True) if path.exists() else None


def document(count: int) -> dict[str, object]:
    """A contract with so many operations, all of the same kind."""
    book = {"type": "object", "properties": {"title": {"type": "string", "maxLength": 200}}}
    return {
        "openapi": "3.1.1",
        "info": {"title": "Scale", "version": "1.0.0"},
        "paths": {
            f"/area{number % 97}/shelf{number}/books/{{id}}": {
                "get": {
                    "operationId": f"getBook{number}",
                    "tags": [f"area{number % 97}"],
                    "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
                    "responses": {"200": {"description": "It.", "content": {"application/json": {"schema": book}}}},
                }
            }
            for number in range(count)
        },
    }


def _main(name: str, path: Path, *, generate: bool) -> None:
    from fastapi import FastAPI

    from handfast.contract import load_contract
    from handfast.generate import generate as write
    from handfast.runtime import Credentials, Grant, bind
    from handfast.runtime.fallback import JudgedRequest, PlainReply

    started = time.perf_counter()
    contract = load_contract(path, validate=False)
    loaded = time.perf_counter() - started

    async def fallback(request: JudgedRequest) -> PlainReply:
        return PlainReply(status=200, body={"title": "A title"}, media_type="application/json")

    async def everybody(credentials: Credentials) -> Grant | None:
        return Grant("somebody", frozenset())

    app, before, started = FastAPI(openapi_url=None), _resident(), time.perf_counter()
    security = dict.fromkeys(contract.security_schemes, everybody)
    bind(app, contract, [], fallback=fallback, security=security, docs=None)
    bound = time.perf_counter() - started
    grown = max(0, _resident() - before)
    seconds = None
    if generate:
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            write(contract, Path(folder) / "generated")
            seconds = time.perf_counter() - started
    paths = [each.path for each in contract.operations if each.method == "GET"]
    path_asked = paths[len(paths) // 2].replace("{id}", "7")
    microseconds = asyncio.run(_requests(app, path_asked)) if name.endswith("operations") else 0.0
    scale = Scale(
        name, len(contract.operations), loaded, bound, seconds, microseconds, grown / len(contract.operations)
    )
    print(json.dumps(asdict(scale)))


async def _requests(app: ASGIApp, path: str, count: int = 5_000) -> float:
    """Microseconds of one request, in process: the best of seven rounds, because only matching differs."""
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "headers": [(b"host", b"localhost")], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    statuses: set[int] = set()

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.add(message["status"])

    rounds: list[float] = []
    for _ in range(7):
        started = time.thread_time()
        for _ in range(count):
            await app({**scope, "state": {}}, receive, send)
        rounds.append(time.thread_time() - started)
    if statuses != {200}:
        raise SystemExit(f"{path}: statuses {statuses}")
    return 1e6 * min(rounds) / count


def _resident() -> int:
    """Bytes of this process that are in memory."""
    gc.collect()
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), generate="--generate" in sys.argv)
