"""Show that the gates bite: every seeded fault is caught, and by whom the table says.

python -m tests.fuzz.faults                    all faults, in handlers, domain and runtime
python -m tests.fuzz.faults "owner not asked"  those whose names contain this
python -m tests.fuzz.faults --write            all, and docs/FAULTS.md is written anew
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from handfast.testing.campaign import EXHAUSTIVE, Campaign, CampaignError, attack
from handfast.testing.campaign import serving as served
from tests.fuzz.campaign import CHEAP, CONTRACT, empty_database
from tests.fuzz.faulty import FAULTS
from tests.fuzz.seeded import SEEDED, Catcher, Fault

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "FAULTS.md"
REPORTS = ROOT / "reports" / "faults"
COPIED = ("blog", "generated", "handlers", "openapi", "tests", "pyproject.toml", "schemathesis.toml")
FUZZING = ("--phases", "fuzzing,stateful", "--max-time", "60", "--workers", "2", "--seed", "1")
NEEDS_STATE = {"delete-does-nothing"}
"""Faults of the runtime's table that show only when operations follow one another."""
REPRESENTATIVE = ("registerAccount", "createArticle", "getArticle", "listArticles")
"""Operations with everything that the faults of the runtime are about."""
REFUSED_BY_RUNTIME = re.compile(rb"handfast\.violations|ValidationError")
NOBODY = "nobody"


class Copy:
    """A copy of the project in a folder of its own, in which one fault at a time is made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder / name)

    @contextmanager
    def with_fault(self, fault: Fault) -> Iterator[None]:
        """Make the edits of a fault, and undo them when the block ends."""
        file = self.folder / fault.file
        before = text = file.read_text(encoding="utf-8")
        for old, new in ((fault.old, fault.new), *fault.more):
            if text.count(old) != 1:
                raise SystemExit(f"{fault.name}: {old!r} stands {text.count(old)} times in {fault.file}; once is meant")
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(before, encoding="utf-8")

    def caught_by(self, fault: Fault) -> str:
        """The first that notices: the type checker, start-up, the runtime, contract tests, or nobody."""
        if not self._types_fit():
            return Catcher.TYPES
        log, name = self.folder / "service.log", re.sub(r"\W+", "-", fault.name)
        with empty_database() as database:
            try:
                with served(None, {**self._environment(), **CHEAP, **database}, project=self.folder, log=log) as root:
                    found = self._attack(f"{root}/api/v1", name, fault.operations)
            except CampaignError as error:
                return Catcher.START_UP if "the service does not start" in str(error) else NOBODY
        if found and REFUSED_BY_RUNTIME.search(log.read_bytes()):
            return Catcher.RUNTIME
        return Catcher.CONTRACT_TESTS if found else NOBODY

    def _types_fit(self) -> bool:
        command = [sys.executable, "-m", "mypy", "handlers", "--cache-dir", ".mypy_cache"]
        done = subprocess.run(
            command, cwd=self.folder, env={**os.environ, **self._environment()}, capture_output=True, check=False
        )
        return done.returncode == 0

    def _attack(self, url: str, name: str, operations: tuple[str, ...]) -> bool:
        campaign = Campaign(contract=CONTRACT, reports=REPORTS)
        return not attack(campaign, url, name, (*EXHAUSTIVE, *only(operations)), quiet=True)

    def _environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(self.folder)}


def only(operations: Iterable[str]) -> list[str]:
    """Schemathesis' options for some operations."""
    return [option for each in operations for option in ("--include-operation-id", each)]


def seeded(faults: list[Fault]) -> Iterator[tuple[Fault, str]]:
    """Each fault with who caught it; two copies of the project work side by side."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(max_workers=2) as pool:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for number in range(2):
            copies.put(Copy(Path(folder) / str(number)))

        def look(fault: Fault) -> str:
            copy = copies.get()
            try:
                with copy.with_fault(fault):
                    return copy.caught_by(fault)
            finally:
                copies.put(copy)

        yield from zip(faults, pool.map(look, faults), strict=True)


def in_runtime(fault: str) -> str:
    """Who catches a fault in the toolkit itself: the contract tests of the service, or nobody."""
    with empty_database() as database, served("tests.fuzz.faulty:app", {**CHEAP, **database, "FAULT": fault}) as root:
        campaign = Campaign(contract=CONTRACT, reports=REPORTS)
        options = FUZZING if fault in NEEDS_STATE else (*EXHAUSTIVE, *only(REPRESENTATIVE))
        return NOBODY if attack(campaign, f"{root}/api/v1", fault, options, quiet=True) else Catcher.CONTRACT_TESTS


def main(arguments: list[str]) -> int:
    """Seed one fault after the other; 1 when one is caught by nobody, or by another than the table says."""
    wanted = [argument for argument in arguments if argument != "--write"]
    chosen = [fault for fault in SEEDED if not wanted or any(each in fault.name for each in wanted)]
    wrong: list[str] = []
    for fault, catcher in seeded(chosen):
        print(f"{fault.name:46}{catcher}{'' if catcher == fault.catcher else f', not {fault.catcher}'}", flush=True)
        wrong += [] if catcher == fault.catcher else [fault.name]
    for name in (name for name in FAULTS if not wanted or any(each in name for each in wanted)):
        catcher = in_runtime(name)
        print(f"{name:46}{catcher}", flush=True)
        wrong += [name] if catcher == NOBODY else []
    if "--write" in arguments and not wanted:
        PAGE.write_text(page(), encoding="utf-8")
    print(
        f"\nNot as the table says: {', '.join(wrong)}" if wrong else "\nEvery fault was caught, by whom the table says."
    )
    return 1 if wrong else 0


def page() -> str:
    """The table as a page of the documentation."""
    counts = Counter(fault.catcher for fault in SEEDED)
    told = ", ".join(f"{counts[catcher]} by {catcher}" for catcher in Catcher)
    rows = [f"| {fault.name} | `{fault.file}` | {fault.catcher} |" for fault in SEEDED]
    runtime = [f"| {name} | {Catcher.CONTRACT_TESTS} |" for name in FAULTS]
    return "\n".join([_ABOUT.format(count=len(SEEDED), told=told), *rows, _RUNTIME, *runtime, ""])


_ABOUT = """\
# Seeded faults

Written by `python -m tests.fuzz.faults --write`; `make faults` seeds each into a copy of the service and insists on
what the table says. A fault is caught by the first that notices, in the order in which a developer meets them: the type
checker, the report at start-up, the runtime that judges every reply, the contract tests.

{count} faults in handlers and domain: {told}.

| fault | where | caught by |
|---|---|---|"""
_RUNTIME = """
Faults in the toolkit itself, which nothing but the contract tests stands against:

| fault | caught by |
|---|---|"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
