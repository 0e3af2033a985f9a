"""`[tool.handfast]`: found from any folder below, and what is wrong in it is said with the file's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import CONTRACT, handfast, write_project


def test_the_project_is_found_from_a_folder_below(tmp_path: Path) -> None:
    write_project(tmp_path)
    below = tmp_path / "desk" / "deep"
    below.mkdir(parents=True)
    outcome = handfast("lint", folder=below)
    assert outcome.code == 0
    assert "notes.yaml: 1 operation: nothing to report" in outcome.out


def test_without_a_table_the_layout_of_this_repository_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "openapi").mkdir()
    (tmp_path / "openapi" / "api.yaml").write_text(CONTRACT, encoding="utf-8")
    assert handfast("lint", folder=tmp_path).out.startswith("openapi/api.yaml: ")


def test_a_folder_without_a_contract_is_told_how_to_name_one(tmp_path: Path) -> None:
    outcome = handfast("generate", folder=tmp_path)
    assert outcome.code == 1
    assert "openapi/api.yaml:1:1: error[source-unreadable]" in outcome.err
    assert "[tool.handfast]: contract = " in outcome.err


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('contrct = "a.yaml"', ["pyproject.toml", "'contrct'", "contract, generated, handlers, app"]),
        ("contract = 3", ["pyproject.toml", "contract must be a text", "openapi/api.yaml"]),
        ('contract = ""', ["pyproject.toml", "contract must be a text"]),
        ("contract = ", ["pyproject.toml", "this is not TOML"]),
    ],
)
def test_a_wrong_table_is_an_error_of_use(tmp_path: Path, table: str, words: list[str]) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.handfast]\n{table}\n", encoding="utf-8")
    outcome = handfast("lint", folder=tmp_path)
    assert outcome.code == 2
    assert [word for word in words if word not in outcome.err] == []
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(("text", "code"), [("[tool]\nhandfast = 3\n", 2), ("tool = 3\n", 1)])
def test_what_is_no_table_is_no_crash(tmp_path: Path, text: str, code: int) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    outcome = handfast("lint", folder=tmp_path)
    told = "tool.handfast must be a table" if code == 2 else "openapi/api.yaml:1:1: error[source-unreadable]"
    assert (outcome.code, told in outcome.out + outcome.err, "Traceback" in outcome.err) == (code, True, False)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["lint", "missing.yaml"],
        ["preview", "missing.yaml"],
        ["lint", "--format", "poem"],
        ["sdk", "cobol"],
        ["serve", "--log-level", "loud"],
        ["serve", "--reload", "--workers", "3"],
    ],
)
def test_a_wrong_call_ends_with_2(tmp_path: Path, arguments: list[str]) -> None:
    outcome = handfast(*arguments, folder=tmp_path)
    assert outcome.code == 2
    assert "handfast --help" in outcome.err or "--help" in outcome.err


def test_help_lists_the_commands(tmp_path: Path) -> None:
    outcome = handfast("--help", folder=tmp_path)
    assert outcome.code == 0
    for command in ("lint", "generate", "scaffold", "routes", "serve", "bundle"):
        assert f"  {command} " in outcome.out
