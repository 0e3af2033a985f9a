"""`handfast new`: projects whose own commands succeed at once, around contracts of ours and of others."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from textwrap import dedent, indent

import pytest

from handfast.contract import load_contract
from handfast.design.projects import new_project
from tests.cli.command import CONTRACT, handfast
from tests.corpora import corpus

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
TEMPLATES = ROOT / "handfast" / "design" / "projects" / "template"


def make(folder: Path, *targets: str) -> str:
    """Run targets of a project's own Makefile with the environment of these tests; answers what was printed."""
    if shutil.which("make") is None:
        pytest.skip("there is no make")
    done = subprocess.run(
        ["make", "--no-print-directory", f"--old-file={BIN}/.ready", f"BIN={BIN}", *targets],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def new(folder: Path, *options: str) -> str:
    """Make a project in a folder; answers what was printed."""
    made = handfast("new", str(folder), *options, folder=folder.parent)
    assert (made.code, made.err) == (0, "")
    return made.out


def test_the_first_operation_takes_five_steps(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "new-project.md").read_text(encoding="utf-8")
    blocks = dict(re.findall(r"```\w+ (\w+)\n(.*?)```", page, re.DOTALL))
    project = tmp_path / "hello"
    assert new(project) == f"{project}/: 1 operation\nnext: cd {project} && make test\n"
    assert "6 passed" in make(project, "test")
    with (project / "openapi" / "api.yaml").open("a", encoding="utf-8") as contract:
        contract.write(blocks["operation"])
    for step in ("generate", "scaffold"):
        make(project, *blocks[step].split()[1:])
    handler = project / "handlers" / "greetings.py"
    stub = re.search(r"^ +raise NotImplementedError\(.*\)\n\Z", handler.read_text(encoding="utf-8"), re.MULTILINE)
    assert stub
    with (project / "tests" / "test_greetings.py").open("a", encoding="utf-8") as tests:
        tests.write("\n\n" + blocks["test"].replace("Goodbye, Ada!", "See you, Ada!"))
    assert "7 passed" in make(project, "test"), "the mock answers from the example"
    handler.write_text(
        handler.read_text(encoding="utf-8").replace(stub[0], indent(dedent(blocks["body"]), " " * 8)), encoding="utf-8"
    )
    test = project / "tests" / "test_greetings.py"
    test.write_text(test.read_text(encoding="utf-8").replace("See you, Ada!", "Goodbye, Ada!"), encoding="utf-8")
    assert blocks["test_all"].split() == ["make", "check", "make", "test"]
    said = make(project, "check", "test", "lint")
    assert "7 passed" in said
    assert "nothing to report" in said


@pytest.mark.parametrize(
    ("folder", "name", "operations"),
    [
        ("public-apis", "shorten.rest.json", 7),  # 3.0, with security schemes
        ("public-apis", "museum.yaml", 8),  # 3.1
    ],
)
def test_contracts_of_others_are_green_at_once(tmp_path: Path, folder: str, name: str, operations: int) -> None:
    project = tmp_path / "project"
    said = new(project, "--contract", str(corpus(folder) / name))
    assert f"{operations} operation" in said
    assert f"{operations} to be written" in said
    assert "4 passed" in make(project, "test")


def test_operations_that_are_not_written_say_so(tmp_path: Path) -> None:
    given = tmp_path / "notes.yaml"
    given.write_text(CONTRACT, encoding="utf-8")
    project = tmp_path / "project"
    new(project, "--contract", str(given))
    (project / "tests" / "test_notes.py").write_text(
        "from fastapi.testclient import TestClient\n"
        "from handlers.app import app, create_app\n\n\n"
        "def test_unwritten() -> None:\n"
        "    with TestClient(app, raise_server_exceptions=False) as client:\n"
        "        assert client.get('/v1/notes/1').status_code == 501\n"
        "        assert client.get('/v1/notes/1').json()['title'] == 'This operation is not written yet'\n"
        "    with TestClient(create_app(mocked=True)) as client:\n"
        "        assert client.get('/v1/notes/1').json() == {'text': 'Buy milk'}\n"
        "        assert client.get('/v1/notes/0').status_code == 404\n",
        encoding="utf-8",
    )
    assert "5 passed" in make(project, "test")


def test_a_yaml_file_is_taken_over_word_for_word(tmp_path: Path) -> None:
    given = tmp_path / "notes.yaml"
    given.write_text(f"# A comment.\n{CONTRACT}", encoding="utf-8")
    new(tmp_path / "project", "--contract", str(given))
    assert (tmp_path / "project" / "openapi" / "api.yaml").read_text(encoding="utf-8") == given.read_text("utf-8")


def test_several_files_become_one(tmp_path: Path) -> None:
    head, _, schemas = CONTRACT.partition("  schemas:\n")
    given = tmp_path / "notes.yaml"
    given.write_text(head.replace("#/components/schemas/", "parts.yaml#/"), encoding="utf-8")
    (tmp_path / "parts.yaml").write_text(re.sub(r"^    ", "", schemas, flags=re.MULTILINE), encoding="utf-8")
    new(tmp_path / "project", "--contract", str(given))
    taken = load_contract(tmp_path / "project" / "openapi" / "api.yaml")
    assert taken.source == load_contract(given).source


def test_tags_keep_the_names_of_the_applications_own_modules(tmp_path: Path) -> None:
    given = tmp_path / "notes.yaml"
    given.write_text(
        CONTRACT.replace("tags: [notes]", "tags: [app]").replace("name: notes", "name: app"), encoding="utf-8"
    )
    project = tmp_path / "project"
    new(project, "--contract", str(given))
    assert (project / "handlers" / "app_.py").is_file()
    assert "4 passed" in make(project, "test")
    assert "handlers/app.py:" in handfast("routes", folder=project).out


def test_a_contract_that_cannot_be_taken_leaves_nothing_behind(tmp_path: Path) -> None:
    given = tmp_path / "notes.yaml"
    unnamed = CONTRACT.replace("      operationId: getNote\n", "")
    other = unnamed.partition("paths:\n")[2].partition("components:")[0].replace("/notes/", "/notes/-/")
    given.write_text(unnamed.replace("components:", f"{other}components:"), encoding="utf-8")
    refused = handfast("new", "project", "--contract", str(given), folder=tmp_path)
    assert refused.code == 1
    assert "notes.yaml:30:5: error[operation-id-" in refused.err
    assert "getNotesByNoteId" in refused.err
    assert list(tmp_path.iterdir()) == [given]


def test_the_current_folder_will_do_when_it_is_empty(tmp_path: Path) -> None:
    made = handfast("new", ".", folder=tmp_path)
    assert (made.code, made.err) == (0, "")
    assert (tmp_path / "Makefile").is_file()


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    refused = handfast("new", str(tmp_path), folder=tmp_path)
    assert (refused.code, refused.out) == (1, "")
    assert "not empty" in refused.err
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("name", ["123", "null", "1e5", "true", "a b", "a#b: c", "Ünï cödé", "..."])
def test_a_folder_may_be_called_anything(tmp_path: Path, name: str) -> None:
    made = handfast("new", name, folder=tmp_path)
    assert (made.code, made.err) == (0, "")
    (step,) = (line.removeprefix("next: ") for line in made.out.splitlines() if line.startswith("next: "))
    there = subprocess.run(
        ["sh", "-c", step.replace("make test", "ls Makefile")], cwd=tmp_path, capture_output=True, check=False
    )
    assert there.stdout == b"Makefile\n"
    assert handfast("lint", folder=tmp_path / name).out.endswith("1 operation: nothing to report\n")


@pytest.mark.parametrize("name", ["a" * 300, "mine.txt/project"])
def test_a_project_that_cannot_be_written_is_told_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "mine.txt").touch()
    refused = handfast("new", name, folder=tmp_path)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith(f"{name} cannot be written: ")
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]


def needs(folder: Path) -> list[str]:
    """What a project depends on."""
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    return [project["name"], *project["dependencies"]]


def test_a_project_depends_on_the_index_or_on_a_folder(tmp_path: Path) -> None:
    new_project(tmp_path / "Hello, World")
    assert needs(tmp_path / "Hello, World") == ["hello-world", "handfast[tooling,server]"]
    from_folder = f"handfast[tooling,server] @ {ROOT.as_uri()}"
    new(tmp_path / "near", "--handfast", str(ROOT))
    assert needs(tmp_path / "near") == ["near", from_folder]
    new(tmp_path / "beside")  # the Handfast of these tests is installed from its folder
    assert needs(tmp_path / "beside") == ["beside", from_folder]
    refused = handfast("new", "far", "--handfast", str(tmp_path), folder=tmp_path)
    assert (refused.code, "pyproject.toml" in refused.err) == (1, True)
    refused = handfast("new", "far", "--handfast", "near", folder=tmp_path)
    assert (refused.code, "near: its pyproject.toml is that of near; name" in refused.err) == (1, True)


def test_the_wheel_has_all_templates(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".template")}
    assert packed == {file.relative_to(ROOT).as_posix() for file in (ROOT / "handfast").rglob("*.template")}
    assert len(packed) > 8
