"""`handfast generate`: writes, says what changed, and `--check` fails on what is stale without touching it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.command import CONTRACT, handfast, write_project


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(file.relative_to(folder)): (file.read_bytes(), file.stat().st_mtime_ns)
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_it_writes_once_and_then_leaves_alone(tmp_path: Path) -> None:
    write_project(tmp_path)
    first = handfast("generate", folder=tmp_path)
    assert (first.code, first.err) == (0, "")
    assert "added    operations/notes.py" in first.out
    written = contents(tmp_path / "made")
    assert "operations.txt" in written
    again = handfast("generate", folder=tmp_path)
    assert (again.code, again.out) == (0, "made/ is up to date\n")
    assert contents(tmp_path / "made") == written
    check = handfast("generate", "--check", folder=tmp_path)
    assert (check.code, check.out) == (0, "made/ is up to date\n")


def test_check_lists_what_differs_and_writes_nothing(service: Path) -> None:
    file = service / "api" / "notes.yaml"
    before = contents(service / "made")
    file.write_text(CONTRACT.replace("operationId: getNote", "operationId: readNote"), encoding="utf-8")
    check = handfast("generate", "--check", folder=service)
    assert (check.code, check.out) == (1, "")
    assert "made/ is not what api/notes.yaml says; run: handfast generate" in check.err
    assert "changed  operations/notes.py" in check.err
    assert contents(service / "made") == before


def test_a_folder_can_be_named(tmp_path: Path) -> None:
    write_project(tmp_path)
    assert handfast("generate", "-o", "elsewhere", folder=tmp_path).code == 0
    assert (tmp_path / "elsewhere" / "models.py").exists()
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("command", ["generate", "scaffold", "editor"])
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, command: str) -> None:
    write_project(tmp_path)
    for name in ("made", "desk", ".schemas", ".vscode"):
        (tmp_path / name).symlink_to("gone")  # nothing can be made in the place of a link that leads nowhere
    outcome = handfast(command, folder=tmp_path)
    assert (outcome.code, outcome.out) == (1, "")
    assert re.fullmatch(r"(made|desk|.*/\.schemas)\S* cannot be written: .+\n", outcome.err)


def test_a_broken_contract_writes_nothing(tmp_path: Path) -> None:
    write_project(tmp_path, CONTRACT.replace("operationId: getNote", "operationId: 7"))
    outcome = handfast("generate", folder=tmp_path)
    assert (outcome.code, outcome.out) == (1, "")
    assert "api/notes.yaml:14:20: error[" in outcome.err
    assert not (tmp_path / "made").exists()


def test_a_report_says_how_far_each_model_goes_and_writes_nothing(service: Path) -> None:
    before = contents(service / "made")
    text = handfast("generate", "--check", "--report", folder=service)
    assert (text.code, text.err) == (0, "")
    assert "api/notes.yaml:38:5: Note: proven, " in text.out
    assert text.out.endswith("schemas: 2 proven (seed 0)\n")
    made = json.loads(handfast("generate", "--report", "--format", "json", "--seed", "7", folder=service).out)
    assert (made["seed"], made["counts"]) == (7, {"proven": 2, "fuzzed": 0, "judged": 0, "refuses": 0})
    assert [(each["title"], each["line"], each["judged"]) for each in made["schemas"]] == [
        ("Note", 38, []),
        ("Problem", 45, []),
    ]
    assert contents(service / "made") == before


def test_a_report_names_the_model_that_refuses_what_its_schema_admits(service: Path) -> None:
    models = service / "made" / "models.py"
    models.write_text(models.read_text(encoding="utf-8").replace("max_length=200", "max_length=20", 1), "utf-8")
    told = handfast("generate", "--report", folder=service)
    assert (told.code, told.err) == (1, "")
    assert "Note: refuses\n    the schema admits: {" in told.out
    assert "    Pydantic: text: String should have at most 20 characters" in told.out
    assert "schemas: 1 proven, 1 refuses (seed 0)" in told.out
    assert handfast("generate", "--check", "--report", folder=service).code == 1


def test_options_of_a_report_are_for_reports(service: Path) -> None:
    for wrong in (["--format", "json"], ["--seed", "1"], ["--watch", "--report"]):
        assert handfast("generate", *wrong, folder=service).code == 2
