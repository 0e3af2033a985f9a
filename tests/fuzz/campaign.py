"""Attack the running service with Schemathesis: a fresh database, a real server, all checks (see `schemathesis.toml`).

python -m tests.fuzz.campaign                     every phase that is exhaustive: examples and coverage
python -m tests.fuzz.campaign --seconds 100       then fuzzing and stateful, with a seed that is printed
python -m tests.fuzz.campaign --seconds 100 --seed 7 --workers 2
"""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.fuzz.tokens import token

ROOT = Path(__file__).parents[2]
REPORTS = ROOT / "reports" / "schemathesis"
EXHAUSTIVE = ("--phases", "examples,coverage", "--generation-deterministic")
CHEAP = {
    "ARGON2_MEMORY_KIB": "64",
    "ARGON2_ITERATIONS": "1",
    "LOG_LEVEL": "ERROR",
    "SEED_EXAMPLES": "true",
    "STREAM_SECONDS": "0",
}
"""Password hashes that are worth nothing, so that the attack does not spend its time on them."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(database: str, application: str = "handlers.app:app", **environment: str) -> Iterator[str]:
    """Serve the publishing service in a process of its own; gives the URL of its API."""
    port = free_port()
    command = [sys.executable, "-m", "handfast", "serve", application]
    values = {**os.environ, **CHEAP, **environment, "DATABASE_URL": database, "HOST": "127.0.0.1", "PORT": str(port)}
    process = subprocess.Popen(command, cwd=ROOT, env=values)
    try:
        _wait(process, f"http://127.0.0.1:{port}/api/v1/health/ready")
        yield f"http://127.0.0.1:{port}/api/v1"
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"the service ended at once, with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"the service did not answer at {url} within a minute")


def populate(url: str) -> None:
    """Write enough that lists have several pages, so that links to the next page lead somewhere."""
    signed = {"Authorization": f"Bearer {token(url, 'librarian')}"}
    for number in range(40):
        name = {"slug": f"book-{number}", "title": f"Book {number}"}
        article = {**name, "body": "Text.", "status": "published", "tags": [f"shelf-{number}", "books"]}
        requests.post(f"{url}/articles", json=article, headers=signed, timeout=30).raise_for_status()
    for number in range(30):
        comment = {"body": f"Comment {number}"}
        requests.post(f"{url}/articles/book-0/comments", json=comment, headers=signed, timeout=30).raise_for_status()


def attack(url: str, name: str, *options: str, quiet: bool = False) -> int:
    """One run of Schemathesis with a JUnit and an HTML report of its own; 0 when it found nothing."""
    reports = [
        f"--report-{kind}-path={REPORTS / name}.{ending}"
        for kind, ending in (("junit", "xml"), ("html", "html"), ("ndjson", "ndjson"))
    ]
    command = [sys.executable, "-m", "schemathesis.cli", "run", "openapi/api.yaml", *reports, *options]
    environment: Mapping[str, str] = {**os.environ, "HANDFAST_FUZZ_URL": url, "PYTHONPATH": str(ROOT)}
    REPORTS.mkdir(parents=True, exist_ok=True)
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=output).returncode


def main() -> int:
    """Run what was asked for, and say how to repeat it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--seconds", type=int, default=0, help="of fuzzing and stateful testing after the exhaustive phases"
    )
    parser.add_argument(
        "--seed", type=int, action="append", help="of fuzzing; may be given several times, one run each"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--skip-exhaustive", action="store_true")
    options = parser.parse_args()
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        if not options.skip_exhaustive:
            with serving(f"sqlite+aiosqlite:///{folder}/exhaustive.db") as url:
                failed += ["examples and coverage"] if attack(url, "exhaustive", *EXHAUSTIVE) else []
        for seed in (options.seed or [secrets.randbelow(2**31)]) if options.seconds else ():
            print(f"\nFuzzing for {options.seconds} s with --seed {seed} --workers {options.workers}", flush=True)
            with serving(f"sqlite+aiosqlite:///{folder}/{seed}.db") as url:
                populate(url)
                limits = (
                    "--phases",
                    "fuzzing,stateful",
                    "--max-time",
                    str(options.seconds),
                    "--workers",
                    str(options.workers),
                )
                failed += [f"seed {seed}"] if attack(url, f"seed-{seed}", *limits, "--seed", str(seed)) else []
    print(f"\nFound something: {', '.join(failed)}" if failed else "\nNothing was found.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
