"""`handfast lint`: forms, exit codes and places; what the rules themselves say is tested with the rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import CONTRACT, handfast, write_project

BROKEN = CONTRACT.replace("operationId: getNote", "operationId: 7").replace("title: Notes", "titel: Notes")


def test_a_sound_contract_has_nothing_to_report(tmp_path: Path) -> None:
    write_project(tmp_path)
    outcome = handfast("lint", folder=tmp_path)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "api/notes.yaml: 1 operation: nothing to report\n"


def test_all_faults_are_reported_at_once_with_their_places(tmp_path: Path) -> None:
    write_project(tmp_path, BROKEN)
    outcome = handfast("lint", folder=tmp_path)
    assert outcome.code == 1
    assert "api/notes.yaml:2:1: error[" in outcome.out or "api/notes.yaml:3:3: error[" in outcome.out
    assert "api/notes.yaml:14:20: error[" in outcome.out
    assert "→ 14 |       operationId: 7" in outcome.out
    assert outcome.out.splitlines()[-1].startswith("api/notes.yaml: ")
    assert "\x1b[" not in outcome.out


def test_json_has_an_object_for_each_diagnostic(tmp_path: Path) -> None:
    write_project(tmp_path, BROKEN)
    outcome = handfast("lint", "--format", "json", folder=tmp_path)
    found = json.loads(outcome.out)
    assert outcome.code == 1
    assert {"code", "severity", "message", "file", "line", "column", "pointer", "hint", "related"} == set(found[0])
    assert ("api/notes.yaml", 14, 20) in {(each["file"], each["line"], each["column"]) for each in found}


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(["--format", "github"], {}), ([], {"GITHUB_ACTIONS": "true"})],
    ids=["asked", "in CI"],
)
def test_github_gets_annotations(tmp_path: Path, arguments: list[str], environment: dict[str, str]) -> None:
    write_project(tmp_path, BROKEN)
    outcome = handfast("lint", *arguments, folder=tmp_path, **environment)
    assert outcome.code == 1
    assert all(line.startswith("::error file=api/notes.yaml,line=") for line in outcome.out.splitlines())


def test_a_terminal_gets_colour(tmp_path: Path) -> None:
    write_project(tmp_path, BROKEN)
    outcome = handfast("lint", folder=tmp_path, FORCE_COLOR="1")
    assert "\x1b[1;31merror[" in outcome.out


def test_a_contract_can_be_named(tmp_path: Path) -> None:
    file = write_project(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    outcome = handfast("lint", str(file), folder=elsewhere)
    assert outcome.code == 0
    assert "1 operation: nothing to report" in outcome.out


@pytest.mark.parametrize(
    "text", ["", "openapi: 3.1.1\n  bad: [", "[]", "openapi: '2.0'\n", "openapi: 3.1.1\ninfo: 3\n"]
)
def test_nothing_makes_it_fall_over(tmp_path: Path, text: str) -> None:
    write_project(tmp_path, text)
    outcome = handfast("lint", folder=tmp_path)
    assert outcome.code == 1
    assert "error[" in outcome.out
    assert "Traceback" not in outcome.err


def test_a_missing_contract_is_said_with_its_name(tmp_path: Path) -> None:
    write_project(tmp_path).unlink()
    outcome = handfast("lint", folder=tmp_path)
    assert outcome.code == 1
    assert "api/notes.yaml" in outcome.out + outcome.err
    assert "Traceback" not in outcome.err


def test_a_second_run_says_the_same_without_judging_again(tmp_path: Path) -> None:
    file = write_project(tmp_path, CONTRACT.replace(", maxLength: 200, examples: [Buy milk]", ""))
    cache = tmp_path / "cache"
    first = handfast("lint", folder=tmp_path, XDG_CACHE_HOME=str(cache))
    (entry,) = (cache / "handfast" / "lint").iterdir()
    assert handfast("lint", folder=tmp_path, XDG_CACHE_HOME=str(cache)) == first
    assert "example-missing" in first.out
    entry.write_text(
        entry.read_text(encoding="utf-8").replace("there is no example", "as remembered"), encoding="utf-8"
    )
    assert "as remembered" in handfast("lint", folder=tmp_path, XDG_CACHE_HOME=str(cache)).out
    assert handfast("lint", "--no-cache", folder=tmp_path, XDG_CACHE_HOME=str(cache)) == first
    entry.write_text("{", encoding="utf-8")
    assert handfast("lint", folder=tmp_path, XDG_CACHE_HOME=str(cache)) == first
    (file.parent / "lint.yaml").write_text("levels: { example-missing: error }\n", encoding="utf-8")
    assert "error[example-missing]" in handfast("lint", folder=tmp_path, XDG_CACHE_HOME=str(cache)).out
    file.write_text(CONTRACT, encoding="utf-8")
    assert handfast("lint", folder=tmp_path, XDG_CACHE_HOME=str(cache)).code == 0


def test_a_change_of_a_file_that_is_referred_to_is_seen(tmp_path: Path) -> None:
    _, _, rest = CONTRACT.partition("    Problem:\n")
    schemas = "    Note: { $ref: note.yaml }\n    Problem:\n"
    file = write_project(tmp_path, CONTRACT.partition("    Note:\n")[0] + schemas + rest)
    other = file.with_name("note.yaml")
    other.write_text(
        "type: object\nrequired: [text]\nproperties: { text: { type: string, examples: [a] } }\n", encoding="utf-8"
    )
    for _ in range(2):
        assert handfast("lint", folder=tmp_path).code == 0
    other.write_text("type: object\nproperties: { text: { type: string, examples: [1] } }\n", encoding="utf-8")
    assert "error[example-invalid]" in handfast("lint", folder=tmp_path).out
