"""What runs on GitHub, run here: the shell of action.yml and of a new project's workflow, in a repository of its own.

`gh` is a script that keeps the comments of one pull request in a file, and notes how it was called.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import CONTRACT, handfast, write_project

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
GH = """\
#!/usr/bin/env bash
echo "$*" >> "$GH_LOG"
case "$*" in *--paginate*) [ ! -e "$GH_COMMENT" ] || echo 41 ;; esac
for word in "$@"; do
  case "$word" in
    body=@*) cp "${word#body=@}" "$GH_COMMENT" ;;
    *.md) cp "$word" "$GH_COMMENT" ;;
  esac
done
"""
pytestmark = pytest.mark.skipif(not all(map(shutil.which, ("git", "bash"))), reason="there is no git or bash")


class Repository:
    """A repository with a contract, in which steps of a workflow run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "repository"
        self.folder.mkdir()
        tools = folder / "tools"
        tools.mkdir()
        (tools / "gh").write_text(GH, encoding="utf-8")
        (tools / "gh").chmod(0o755)
        self.log, self.comment, self.summary = folder / "gh.log", folder / "comment.md", folder / "summary.md"
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join((str(tools), str(BIN), os.environ["PATH"])),
            **{f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GH_LOG": str(self.log),
            "GH_COMMENT": str(self.comment),
        }

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a step as GitHub does: `bash -e -o pipefail`."""
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def commit(self) -> str:
        """Commit everything; answers the revision."""
        done = self.run("git init -q -b main .; git add -A; git commit -qm x; git rev-parse HEAD")
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def change(self, old: str, new: str) -> None:
        file = self.folder / "openapi" / "api.yaml"
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1
        file.write_text(text.replace(old, new), encoding="utf-8")


def filled(text: str, values: Mapping[str, str]) -> str:
    """A value of a workflow with its expressions replaced; one that is not known fails."""
    return re.sub(r"\$\{\{ *(.*?) *\}\}", lambda found: values[found[1]], text)


class Action:
    """action.yml, whose steps can be run one by one."""

    def __init__(self, **given: str) -> None:
        self._action: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
        github = {"github.event.pull_request.base.sha": "", "github.token": "secret"}
        inputs = {name: filled(each["default"], github) for name, each in self._action["inputs"].items()} | given
        self._values = {f"inputs.{name}": value for name, value in inputs.items()} | {
            "github.repository": "ada/notes",
            "github.event.pull_request.number": "7",
        }

    def run(self, name: str, repository: Repository) -> subprocess.CompletedProcess[str]:
        (step,) = (each for each in self._action["runs"]["steps"] if each["name"] == name)
        environment = {key: filled(value, self._values) for key, value in step["env"].items()}
        assert "${{" not in step["run"], "an expression in a script can be broken out of"
        return repository.run(step["run"], **environment)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path)
    write_project(made.folder)
    (made.folder / "openapi").mkdir(exist_ok=True)
    (made.folder / "openapi" / "api.yaml").write_text(CONTRACT, encoding="utf-8")
    return made


def test_the_action_says_on_the_lines_what_is_wrong(repository: Repository) -> None:
    action = Action(contract="openapi/api.yaml")
    assert "handfast" in action.run("install", repository).stdout
    assert action.run("lint", repository).returncode == 0
    repository.change("format: int32, minimum: 1", "format: int32, minimun: 1")
    wrong = action.run("lint", repository)
    assert wrong.returncode == 1
    assert "::error file=openapi/api.yaml,line=" in wrong.stdout
    assert "minimun" in wrong.stdout


def test_the_action_compares_generated_code(repository: Repository) -> None:
    action = Action()
    assert action.run("generate", repository).returncode == 1
    assert repository.run("handfast generate openapi/api.yaml").returncode == 0
    assert action.run("generate", repository).returncode == 0


def test_the_action_keeps_one_comment_up_to_date(repository: Repository) -> None:
    action = Action(base=repository.commit())
    repository.change("operationId: getNote", "operationId: readNote")
    breaking = action.run("diff", repository)
    assert breaking.returncode == 1, breaking.stderr
    assert "::error file=openapi/api.yaml" in breaking.stdout
    said = repository.comment.read_text(encoding="utf-8")
    assert said.startswith("<!-- handfast diff: openapi/api.yaml -->\n")
    assert "readNote" in said
    assert said == repository.summary.read_text(encoding="utf-8")
    repository.change("operationId: readNote", "operationId: getNote")
    repaired = action.run("diff", repository)
    assert repaired.returncode == 0, repaired.stderr
    assert "readNote" not in repository.comment.read_text(encoding="utf-8")
    written = [line for line in repository.log.read_text(encoding="utf-8").splitlines() if "--method" in line]
    assert [re.sub(r"body=.*", "", line).strip() for line in written] == [
        "api --silent --method POST repos/ada/notes/issues/7/comments --field",
        "api --silent --method PATCH repos/ada/notes/issues/comments/41 --field",
    ]


def test_the_action_has_nothing_to_compare_a_new_contract_with(repository: Repository) -> None:
    contract = repository.folder / "openapi" / "api.yaml"
    contract.unlink()
    base = repository.commit()
    contract.write_text(CONTRACT, encoding="utf-8")
    done = Action(base=base).run("diff", repository)
    assert (done.returncode, repository.log.exists()) == (0, False)
    assert "there is nothing to compare it with" in done.stdout


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_the_workflow_of_a_new_project_tells_a_pull_request_what_it_breaks(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    made = handfast("new", str(repository.folder / "hello"), folder=tmp_path)
    assert made.code == 0, made.err
    repository.folder /= "hello"
    tools = repository.folder / ".venv" / "bin"
    tools.mkdir(parents=True)
    for each in BIN.iterdir():
        (tools / each.name).symlink_to(each)
    (tools / ".ready").unlink(missing_ok=True)
    (tools / ".ready").touch()  # newer than pyproject.toml: it is set up
    base = repository.commit()
    workflow = yaml.safe_load((repository.folder / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    (step,) = (each for each in workflow["jobs"]["contract"]["steps"] if each.get("name") == "diff")
    values = {
        "github.event.pull_request.base.sha": base,
        "github.event.pull_request.number": "7",
        "github.token": "secret",
    }
    environment = {key: filled(value, values) for key, value in step["env"].items()}
    assert "${{" not in step["run"]
    unchanged = repository.run(step["run"], **environment)
    assert unchanged.returncode == 0, unchanged.stderr
    repository.change("operationId: getGreeting", "operationId: greet")
    breaking = repository.run(step["run"], **environment)
    assert breaking.returncode != 0
    assert "::error file=openapi/api.yaml" in breaking.stdout
    assert "getGreeting" in repository.comment.read_text(encoding="utf-8")
    assert repository.log.read_text(encoding="utf-8").startswith(
        "pr comment 7 --edit-last --create-if-none --body-file"
    )


def test_the_hooks_are_called_what_the_documentation_says() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "TESTING.md").read_text(encoding="utf-8")
    (sentence,) = re.findall(r"the hooks (.*) of\s`\.pre-commit-hooks\.yaml`", page)
    assert re.findall(r"`([\w-]+)`", sentence) == [each["id"] for each in hooks]
    for each in hooks:
        assert handfast(*each["entry"].split()[1:], "--help", folder=ROOT).code == 0
