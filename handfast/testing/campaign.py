"""Attack a running service with Schemathesis: everything that is exhaustive first, then fuzzing within a time budget.

Each run leaves a JUnit report, a page of HTML and every exchange as NDJSON; failures are printed with a line of curl.
`schemathesis.toml` of the project is obeyed; without one, the checks of `handfast.testing.checks` are added to all of
Schemathesis' own.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path

from handfast.errors import HandfastError, unwritable
from handfast.testing.coverage import RECORDS

URL = "HANDFAST_TEST_URL"
"""The environment variable under which `schemathesis.toml` finds the service: `base-url = "${HANDFAST_TEST_URL}"`."""
EXHAUSTIVE = ("--phases", "examples,coverage", "--generation-deterministic")
"""Phases whose cases are the same in every run."""
SETTINGS = Path(__file__).with_name("schemathesis.toml")
"""The settings of a project that has none."""
Serve = Callable[[str], AbstractContextManager[str]]
"""Serves for the run of a name while the block lasts, and gives the URL below which the operations are."""
_PATIENCE = 120.0  # seconds for a service to answer


class CampaignError(HandfastError):
    """The attack could not begin; nothing is said about the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What is attacked, for how long, and where reports go.

    `seconds` are those of fuzzing and stateful testing, for each seed, after the exhaustive phases; without seeds one
    is drawn, and printed. `arguments` go to Schemathesis as they are.
    """

    contract: Path
    reports: Path
    seconds: int = 0
    seeds: tuple[int, ...] = ()
    workers: int = 2
    is_exhaustive: bool = True
    arguments: tuple[str, ...] = field(default=())


def attack(campaign: Campaign, url: str, name: str, options: Sequence[str], *, quiet: bool = False) -> bool:
    """One run of Schemathesis against the operations below `url`; whether it found nothing."""
    try:
        campaign.reports.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CampaignError(unwritable(campaign.reports, error)) from None
    kinds = (("junit", "xml"), ("html", "html"), ("ndjson", "ndjson"))
    reports = [f"--report-{kind}-path={campaign.reports / name}.{ending}" for kind, ending in kinds]
    settings = [] if _has_settings() else ["--config-file", str(SETTINGS)]
    command = [sys.executable, "-m", "schemathesis.cli", *settings, "run", str(campaign.contract), *reports, *options]
    environment: Mapping[str, str] = {
        **os.environ,
        URL: url,
        "HANDFAST_CONTRACT": str(campaign.contract),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(Path.cwd()), os.environ.get("PYTHONPATH", "")))),
    }
    output = subprocess.DEVNULL if quiet else None
    done = subprocess.run([*command, *campaign.arguments], env=environment, check=False, stdout=output)
    if done.returncode not in {0, 1}:
        raise CampaignError(f"Schemathesis could not do its work (exit code {done.returncode}): {' '.join(command)}")
    return done.returncode == 0


def run(campaign: Campaign, serve: Serve, say: Callable[[str], None]) -> list[str]:
    """All runs of a campaign, each against a service of its own; answers the names of those that found something."""
    require_schemathesis()
    found: list[str] = []
    for name, options in runs(campaign):
        say(f"{name}: {' '.join(options)}")
        with serve(name) as url:
            if not attack(campaign, url, name, options):
                found.append(name)
    return found


def runs(campaign: Campaign) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name of each run, and its options for Schemathesis."""
    if campaign.is_exhaustive:
        yield "exhaustive", EXHAUSTIVE
    if campaign.seconds:
        budget = ("--phases", "fuzzing,stateful", "--max-time", str(campaign.seconds))
        for seed in campaign.seeds or (secrets.randbelow(2**31),):
            yield f"seed-{seed}", (*budget, "--workers", str(campaign.workers), "--seed", str(seed))


def require_schemathesis() -> None:
    """Say how to get Schemathesis where it is missing."""
    if find_spec("schemathesis") is None:
        raise CampaignError("Schemathesis is not installed: pip install 'handfast[testing]'")


@contextmanager
def serving(
    app: str | None,
    environment: Mapping[str, str] | None = None,
    *,
    project: Path | None = None,
    log: Path | None = None,
) -> Generator[str]:
    """Serve an application of a project in a process of its own until the block ends; gives its URL.

    `app` is `module:attribute`, by default what the project in the folder `project` says; what the process prints goes
    to the file `log`. Raises CampaignError when it does not answer, with what it printed.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "handfast", "serve", *([app] if app else [])]
    values = {**os.environ, **(environment or {}), "HOST": "127.0.0.1", "PORT": str(port)}
    values.pop(RECORDS, None)
    with log.open("w+b") if log else tempfile.TemporaryFile() as printed:
        process = subprocess.Popen(command, cwd=project, env=values, stdout=printed, stderr=subprocess.STDOUT)
        try:
            if not _answers(process, port):
                printed.seek(0)
                raise CampaignError(f"the service does not start:\n{printed.read().decode(errors='replace')[-4000:]}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether the service answers before patience or the process ends; it listens before it has its application."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        try:
            connection.request("HEAD", "/")
            connection.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.05)
        else:
            return True
        finally:
            connection.close()
    return False


def _has_settings() -> bool:
    """Whether Schemathesis will find settings of the project, as it looks for them: here and above, up to the root."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        if (folder / "schemathesis.toml").is_file():
            return True
        if (folder / ".git").exists():
            return False
    return False
