"""`handfast generate`: writes, says what changed, and `--check` fails on what is stale without touching it."""

from __future__ import annotations

from pathlib import Path

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


def test_a_broken_contract_writes_nothing(tmp_path: Path) -> None:
    write_project(tmp_path, CONTRACT.replace("operationId: getNote", "operationId: 7"))
    outcome = handfast("generate", folder=tmp_path)
    assert (outcome.code, outcome.out) == (1, "")
    assert "api/notes.yaml:14:20: error[" in outcome.err
    assert not (tmp_path / "made").exists()
