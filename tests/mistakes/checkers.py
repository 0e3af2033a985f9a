"""What the two type checkers say of the museum and of every mistake, file by file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.mistakes.mistake import Mistake

PYTHON = "3.11"
"""What is checked for, so that the same is said on whatever the tests run."""

_MYPY = re.compile(r"^(?P<file>[^:\n]+):(?P<line>\d+): (?P<kind>error|note): (?P<message>.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Said:
    """An error at a line, with what a checker adds to it."""

    line: int
    message: str


Report = Mapping[str, list[Said]]
"""What was said, by the name of the file."""


def write(folder: Path, mistakes: Iterable[Mistake]) -> None:
    """Write a module for each mistake that is made in Python, beside the right ones."""
    package = folder / "museum" / "mistakes"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").touch()
    for mistake in mistakes:
        if mistake.file.endswith(".py"):
            (package / f"{mistake.slug}.py").write_text(mistake.text(), encoding="utf-8")


def mypy(folder: Path, package: str = "museum") -> Report:
    """What mypy says in strict mode of a package in a folder."""
    options = [
        "--strict",
        "--enable-error-code=explicit-override",
        f"--python-version={PYTHON}",
        "--hide-error-context",
    ]
    done = _run(["mypy", *options, package], folder)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    said: dict[str, list[Said]] = {}
    for found in _MYPY.finditer(done.stdout):
        here = said.setdefault(Path(found["file"]).name, [])
        line, message = int(found["line"]), found["message"].rstrip()
        if found["kind"] == "error":
            here.append(Said(line, message))
        elif here and here[-1].line == line:
            here[-1] = Said(line, f"{here[-1].message}\n{message}")
    return said


def basedpyright(folder: Path, package: str = "museum") -> Report:
    """What basedpyright says in pyright's strict mode of a package in a folder."""
    settings = {"typeCheckingMode": "strict", "pythonVersion": PYTHON, "include": [package]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    done = _run(["basedpyright", "--outputjson", "--pythonpath", sys.executable], folder)
    said: dict[str, list[Said]] = {}
    for found in json.loads(done.stdout)["generalDiagnostics"]:
        if found["severity"] == "error":
            rule = f" ({found['rule']})" if "rule" in found else ""
            here = said.setdefault(Path(found["file"]).name, [])
            here.append(Said(found["range"]["start"]["line"] + 1, found["message"].replace("\xa0", " ") + rule))
    return said


CHECKERS = {"mypy": mypy, "basedpyright": basedpyright}


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
