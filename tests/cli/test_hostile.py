"""What the commands print of a contract is seen by a terminal, a CI system and a pull request, and obeyed by none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.command import CONTRACT, Outcome, handfast, write_project

ESCAPES = "\\e[31m\\a\\u202e\\u2028\\n::error::pwned\\n##[error]pwned | <img> @team [x](javascript:1) `"
OLD = CONTRACT.replace("operationId: getNote\n", "operationId: getNote\n      x-more: 1\n")
NEW = (
    CONTRACT.replace("        text: {", f'        "{ESCAPES}": {{ type: string, pattern: a }}\n        text: {{')
    .replace("tags: [notes]", f'tags: ["{ESCAPES}"]')
    .replace("  - name: notes", f'  - name: "{ESCAPES}"')
    .replace("version: 1.0.0", f'version: "1.0.0{ESCAPES}"')
)
COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)


def _is_tame(outcome: Outcome) -> None:
    for text in (outcome.out, outcome.err):
        assert all(char.isprintable() or char in "\n\t" for char in text), ascii(text)
        assert not COMMAND.search(text), text
    assert "pwned" in outcome.out + outcome.err


@pytest.mark.parametrize(
    "arguments",
    [("lint",), ("generate", "--report"), ("diff", "old.yaml"), ("diff", "old.yaml", "--format", "junit")],
    ids=" ".join,
)
def test_texts_of_a_contract_are_shown_and_not_obeyed(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    write_project(tmp_path, NEW)
    (tmp_path / "old.yaml").write_text(OLD, encoding="utf-8")
    assert handfast("generate", folder=tmp_path).code == 0
    _is_tame(handfast(*arguments, folder=tmp_path))


def test_names_that_collide_are_shown_and_not_obeyed(tmp_path: Path) -> None:
    collide = f'    "{ESCAPES[-60:]}": {{}}\n'
    write_project(tmp_path, CONTRACT.replace("  schemas:\n", f"  schemas:\n{collide}"))
    outcome = handfast("generate", folder=tmp_path)
    assert outcome.code == 1
    assert all(char.isprintable() or char == "\n" for char in outcome.err), ascii(outcome.err)


def test_a_workflow_command_is_one_line(tmp_path: Path) -> None:
    write_project(tmp_path, NEW)
    out = handfast("lint", "--format", "github", folder=tmp_path).out
    assert all(line.startswith("::") and line.count("file=") == 1 for line in out.splitlines()), out
    assert all(char.isprintable() or char == "\n" for char in out)


@pytest.mark.parametrize("form", ["markdown", "changelog"])
def test_markdown_has_no_markup_of_a_contract(tmp_path: Path, form: str) -> None:
    write_project(tmp_path, NEW)
    (tmp_path / "old.yaml").write_text(OLD, encoding="utf-8")
    outcome = handfast("diff", "old.yaml", "--format", form, folder=tmp_path)
    assert "pwned" in outcome.out
    assert "<img>" not in outcome.out
    assert "@team" not in outcome.out
    assert not re.search(r"(?<!\\)\[x(?<!\\)\]\(", outcome.out)
    assert all(char.isprintable() or char in "\n\u200c" for char in outcome.out), ascii(outcome.out)


def test_routes_are_a_line_each(tmp_path: Path) -> None:
    write_project(tmp_path, NEW)
    handfast("generate", folder=tmp_path)
    listed = (tmp_path / "made" / "operations.txt").read_text(encoding="utf-8")
    assert listed.count("\n") == 1
    assert listed.isprintable() or listed[:-1].isprintable()
