"""The forms of diagnostics for programs, as `handfast lint` prints them: SARIF and JUnit, and what they say."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest

from handfast.design.reports import as_github, as_json, as_junit, as_sarif, as_text
from handfast.errors import Diagnostic, Location, Related, Severity
from tests.cli.command import CONTRACT, handfast, write_project

BROKEN = CONTRACT.replace("operationId: getNote", "operationId: 7").replace("title: Notes", "titel: Notes")
CHANGE = Diagnostic(
    code="operation-removed",
    message="the operation getNote is gone <&\0>",
    severity=Severity.WARNING,
    location=Location("api/a note.yaml", 4, 7),
    pointer="/paths/~1notes/get",
    hint="deprecate it first",
    related=(Related(Location("old/api.yaml", 12, 5), "it was here"),),
    details={"wire": "breaking", "operations": ["getNote"]},
)
NOWHERE = Diagnostic(code="source-unreadable", message="there is no such file", severity=Severity.HINT)


def lint(folder: Path, form: str, text: str = BROKEN) -> tuple[int, str]:
    write_project(folder, text)
    outcome = handfast("lint", "--format", form, folder=folder)
    assert outcome.err == ""
    return outcome.code, outcome.out


def test_sarif_has_a_result_with_rule_level_and_region_for_each_diagnostic(tmp_path: Path) -> None:
    code, text = lint(tmp_path, "sarif")
    (run,) = json.loads(text)["runs"]
    plain = json.loads(lint(tmp_path, "json")[1])
    rules = run["tool"]["driver"]["rules"]
    assert code == 1
    assert [_facts(result, rules) for result in run["results"]] == [
        (each["code"], each["severity"], each["file"], each["line"], each["column"]) for each in plain
    ]


def _facts(result: dict[str, Any], rules: list[dict[str, Any]]) -> tuple[object, ...]:
    place = result["locations"][0]["physicalLocation"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    region = place["region"]
    where = (place["artifactLocation"]["uri"], region["startLine"], region["startColumn"])
    return (result["ruleId"], result["level"].replace("note", "hint"), *where)


@pytest.mark.parametrize("found", [[], [CHANGE, NOWHERE]], ids=["nothing", "two places, and none"])
def test_sarif_is_valid(found: list[Diagnostic], tmp_path: Path) -> None:
    schema = os.environ.get("HANDFAST_SARIF_SCHEMA")
    if not schema:
        pytest.skip("HANDFAST_SARIF_SCHEMA does not name sarif-2.1.0.json (npm: @microsoft/sarif-multitool-linux)")
    judge = jsonschema_rs.validator_for(json.loads(Path(schema).read_text(encoding="utf-8-sig")), validate_formats=True)
    for text in (as_sarif(found, "api.yaml"), lint(tmp_path, "sarif")[1]):
        assert [error.message for error in judge.iter_errors(json.loads(text))] == []


def test_reports_bear_the_same_name_in_each_run(tmp_path: Path) -> None:
    for text in (CONTRACT, BROKEN):
        sarif, junit = (lint(tmp_path, form, text)[1] for form in ("sarif", "junit"))
        assert json.loads(sarif)["runs"][0]["automationDetails"] == {"id": "handfast/lint/api/notes.yaml/"}
        assert [each.get("name") for each in ET.fromstring(junit).iter("testsuite")] == ["handfast/lint/api/notes.yaml"]
    (tmp_path / "old.yaml").write_text(CONTRACT.replace("1.0.0", "2.0.0"), encoding="utf-8")
    write_project(tmp_path)
    for old in ("old.yaml", "api/notes.yaml"):
        changed = handfast("diff", old, "--format", "sarif", folder=tmp_path)
        assert json.loads(changed.out)["runs"][0]["automationDetails"] == {"id": "handfast/diff/api/notes.yaml/"}


def test_sarif_keeps_the_fingerprint_of_what_moved() -> None:
    def fingerprint(line: int) -> str:
        moved = Diagnostic(code="a-b", message="c", location=Location("d", line, 1), pointer="/e")
        result = json.loads(as_sarif([moved], "d"))["runs"][0]["results"][0]
        return str(result["partialFingerprints"]["handfast/v1"])

    assert fingerprint(1) == fingerprint(9)


def test_junit_has_a_case_for_each_diagnostic_and_hints_pass() -> None:
    suites = ET.fromstring(as_junit([CHANGE, NOWHERE], "api.yaml"))
    changed, nowhere = suites.iterfind("testsuite/testcase")
    assert (suites.get("tests"), suites.get("failures")) == ("2", "1")
    assert (changed.get("name"), changed.get("line")) == ("operation-removed api/a note.yaml:4:7", "4")
    assert changed.find("failure") is not None
    assert "old/api.yaml:12:5: it was here" in (changed.findtext("failure") or "")
    assert [each.tag for each in nowhere] == ["system-out"]


def test_junit_of_a_sound_contract_is_one_case_that_passes(tmp_path: Path) -> None:
    code, text = lint(tmp_path, "junit", CONTRACT)
    suites = ET.fromstring(text)
    assert (code, suites.get("tests"), suites.get("failures")) == (0, "1", "0")
    assert len(list(suites.iter("testcase"))) == 1


def test_a_report_goes_to_a_file(tmp_path: Path) -> None:
    write_project(tmp_path, BROKEN)
    for form in ("text", "junit", "json"):
        outcome = handfast("lint", "--format", form, "--output", f"{form}.out", folder=tmp_path)
        assert (outcome.code, outcome.out) == (1, "")
        assert "operationId" in (tmp_path / f"{form}.out").read_text(encoding="utf-8")


def test_a_second_place_and_facts_of_its_own_are_in_every_form() -> None:
    place = "old/api.yaml:12:5: it was here"
    assert f"    see: {place}" in as_text(CHANGE).plain
    assert f"%0Asee {place}" in as_github(CHANGE)
    (record,) = json.loads(as_json([CHANGE]))
    assert record["related"] == [{"file": "old/api.yaml", "line": 12, "column": 5, "message": "it was here"}]
    assert (record["wire"], record["operations"]) == ("breaking", ["getNote"])
    (result,) = json.loads(as_sarif([CHANGE], "x"))["runs"][0]["results"]
    assert result["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "old/api.yaml"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "api/a%20note.yaml"
    assert result["properties"]["wire"] == "breaking"
