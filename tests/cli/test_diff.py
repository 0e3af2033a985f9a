"""`handfast diff`: files and revisions of git, forms, exit codes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.command import CONTRACT, handfast, write_project

BROKEN = CONTRACT.replace("minimum: 1", "minimum: 5")


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project in git whose contract breaks the committed one."""
    assert BROKEN != CONTRACT
    write_project(tmp_path)
    git(tmp_path, "init", "--initial-branch", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "First")
    contract(tmp_path).write_text(BROKEN, encoding="utf-8")
    return tmp_path


def contract(folder: Path) -> Path:
    return folder / "api" / "notes.yaml"


def test_a_revision_against_the_folder(project: Path) -> None:
    done = handfast("diff", "main", folder=project)
    assert done.code == 1, done.err
    line = BROKEN[: BROKEN.index("minimum: 5")].count("\n") + 1
    assert f"api/notes.yaml:{line}:" in done.out
    assert "error[bound-tightened]: the minimum is 5 instead of 1 (getNote" in done.out
    assert f"see: main:api/notes.yaml:{line}:" in done.out
    assert "what is received may only widen" in done.out


def test_a_bound_that_no_double_holds(project: Path) -> None:
    contract(project).write_text(CONTRACT.replace("minimum: 1 }", f"minimum: {10**400} }}", 1), encoding="utf-8")
    done = handfast("diff", "main", folder=project)
    assert f"error[bound-tightened]: the minimum is {10**400} instead of 1" in done.out, done.err


def test_files_and_revisions_say_the_same(project: Path) -> None:
    (project / "old.yaml").write_text(CONTRACT, encoding="utf-8")
    said = [
        json.loads(handfast("diff", *names, "--format", "json", folder=project).out)
        for names in (("old.yaml", "api/notes.yaml"), ("main:api/notes.yaml",), ("HEAD", "api/notes.yaml"))
    ]
    pointers = [[(each["code"], each["pointer"]) for each in one] for one in said]
    assert pointers[0] == pointers[1] == pointers[2]
    assert pointers[0][0][0] == "bound-tightened"


def test_a_contract_in_several_files(project: Path) -> None:
    text = contract(project).read_text(encoding="utf-8")
    (project / "api" / "part.yaml").write_text("type: string\nmaxLength: 9\n", encoding="utf-8")
    more = text.replace("components:\n", "components:\n", 1).rstrip() + "\n"
    assert "schemas:\n" in more
    contract(project).write_text(
        more.replace("schemas:\n", "schemas:\n    Part: {$ref: part.yaml}\n", 1), encoding="utf-8"
    )
    git(project, "add", ".")
    git(project, "commit", "-m", "Second")
    done = handfast("diff", "HEAD", folder=project)
    assert (done.code, done.out.splitlines()[-1]) == (0, "HEAD → api/notes.yaml: nothing changed: nothing to report")


def test_a_version_that_owns_up_passes(project: Path) -> None:
    version = next(line for line in BROKEN.splitlines() if "version:" in line)
    said = version.split("version:")[1].strip(" }'\"")
    contract(project).write_text(BROKEN.replace(version, version.replace(said, "99.0.0")), encoding="utf-8")
    assert handfast("diff", "main", folder=project).code == 0


@pytest.mark.parametrize(("level", "code"), [("breaking", 1), ("addition", 1), ("none", 0)])
def test_where_the_line_is(project: Path, level: str, code: int) -> None:
    assert handfast("diff", "main", "--fail-on", level, folder=project).code == code


@pytest.mark.parametrize("form", ["json", "sarif", "junit", "github", "markdown", "changelog", "next-version"])
def test_forms(project: Path, form: str) -> None:
    done = handfast("diff", "main", "--format", form, "--output", "report", folder=project)
    text = (project / "report").read_text(encoding="utf-8")
    assert done.code == 1
    if form in {"json", "sarif"}:
        found = json.loads(text)
        results = found if form == "json" else found["runs"][0]["results"]
        assert "bound-tightened" in {each.get("code", each.get("ruleId")) for each in results}
    elif form == "junit":
        assert list(ET.fromstring(text).iter("failure"))
    else:
        wanted = {
            "github": "::error ",
            "markdown": "| change | reaches | wire | SDKs | why |",
            "changelog": "### Changed (breaking)",
            "next-version": ".0",
        }
        assert wanted[form] in text


@pytest.mark.parametrize(
    ("old", "told"),
    [
        ("nowhere", "git knows no revision 'nowhere'; fetch it, or name another branch, tag or commit"),
        ("nowhere.yaml", "there is no file nowhere.yaml"),
        ("main:api/other.yaml", "there is no api/other.yaml in the revision main"),
        ("main:../outside.yaml", "the file is not in the repository"),
    ],
)
def test_what_is_not_there(project: Path, old: str, told: str) -> None:
    done = handfast("diff", old, folder=project)
    assert (done.code, done.out) == (2, "")
    assert told in done.err


def test_a_broken_contract_in_a_revision_is_reported_there(project: Path) -> None:
    good = contract(project).read_text(encoding="utf-8")
    contract(project).write_text("openapi: 3.1.1\n", encoding="utf-8")
    git(project, "add", ".")
    git(project, "commit", "-m", "Broken")
    contract(project).write_text(good, encoding="utf-8")
    done = handfast("diff", "HEAD", folder=project)
    assert done.code == 1
    assert "HEAD:api/notes.yaml:1:1: error[" in done.err
