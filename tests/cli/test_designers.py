"""docs/designers.md, word for word: its commands are run in an empty folder, and its edits made where it says.

A block `console` has commands after `$`, and below each what it prints; `...` stands for anything, as a line for any
number of lines. A block `yaml` goes where `Walk.edit` says. What runs on, `console mock`, is stopped at the end.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from handfast.design import sdks
from tests.cli.command import handfast
from tests.cli.serving import served

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "designers.md"
CONTRACT = Path("openapi/api.yaml")
ADDRESS = "http://127.0.0.1:8000"


def blocks() -> Iterator[tuple[str, str]]:
    """The label and the text of each block, in order."""
    yield from re.findall(r"^```([^\n]+)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@dataclass
class Walk:
    """Somebody who follows the page, in a folder."""

    folder: Path
    address: str = ADDRESS
    run: list[str] = field(default_factory=list)

    def edit(self, label: str, text: str) -> None:
        """Put a block where the page says it goes."""
        file = self.folder / CONTRACT
        contract = file.read_text(encoding="utf-8")
        if label == "lint":
            (self.folder / "openapi" / "lint.yaml").write_text(text, encoding="utf-8")
            return
        if label == "tags":
            contract = contract.replace("maxLenght", "maxLength")
        before, after = {
            "schemas": ("    Problem:\n", f"{text}    Problem:\n"),
            "tags": ("\ntags:\n", f"\ntags:\n{text}"),
            "version": ("  version: 0.1.0\n", text),
            "operation": ("", ""),
        }[label]
        assert not before or contract.count(before) == 1
        contract = contract.replace(before, after) if before else contract + text
        file.write_text(contract, encoding="utf-8")

    def type(self, block: str) -> None:
        """Run the commands of a block, and compare what they print."""
        for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            if command.startswith("cd "):
                self.folder /= command.removeprefix("cd ")
                continue
            done = subprocess.run(
                ["bash", "-c", command.replace(ADDRESS, self.address)],
                cwd=self.folder,
                env={**os.environ, **surroundings()},
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            self.run.append(command)
            if expected:
                printed = done.stdout if done.stdout.endswith("\n") else f"{done.stdout}\n"
                assert pattern(expected).fullmatch(printed), f"$ {command}\n{done.stdout}{done.stderr}"
            else:
                assert done.returncode == 0, f"$ {command}\n{done.stdout}{done.stderr}"


def surroundings() -> dict[str, str]:
    """A shell with the commands of these tests first, an author for git, and no package index."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PIP_NO_INDEX": "1",  # what the page installs is here already
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "GITHUB_ACTIONS": "",
        **{f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }


def pattern(text: str) -> re.Pattern[str]:
    """What may be printed where the page has a text."""
    lines = (
        "(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + "\n" for line in text.splitlines()
    )
    return re.compile("".join(lines) + "\n?")


@pytest.mark.skipif(not all(map(shutil.which, ("curl", "git", "bash"))), reason="there is no curl, git or bash")
def test_the_page_is_followed_from_an_empty_folder_to_clients(tmp_path: Path) -> None:
    walk = Walk(tmp_path)
    pending = list(blocks())
    index = next(index for index, (label, _) in enumerate(pending) if label == "console mock")
    follow(walk, pending[:index])
    assert pending[index][1] == "$ handfast mock\n"
    log = tmp_path / "mock.log"
    with served(walk.folder, command="mock", ready="/openapi.json", log=log) as walk.address:
        follow(walk, pending[index + 1 :])
    assert walk.run[-1].startswith("handfast bundle")


def follow(walk: Walk, steps: list[tuple[str, str]]) -> None:
    for label, text in steps:
        if label == "console":
            walk.type(text)
        elif label.startswith("yaml "):
            walk.edit(label.removeprefix("yaml "), text)
        else:
            assert label == "console slow", label


@pytest.mark.slow
def test_the_clients_of_the_page_are_built(tmp_path: Path) -> None:
    if not (Path(sys.prefix) / "handfast-sdk-tools" / ".complete").is_file() and os.environ.get("CI") != "true":
        pytest.skip("the generators are not installed; `make sdk` does it")
    sdks.prepare(print)
    assert handfast("new", "pets", folder=tmp_path).code == 0
    ((_, commands),) = (block for block in blocks() if block[0] == "console slow")
    Walk(tmp_path / "pets").type(commands)
    assert list((tmp_path / "pets" / "build" / "sdk" / "python" / "dist").glob("*.whl"))
