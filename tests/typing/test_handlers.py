"""What a handler author gets wrong is an error of both type checkers, and what is right is none."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from handfast.contract import load_contract
from handfast.generate import generate
from tests.generate.made import contract
from tests.generate.test_models import HOSTILE

_CASES = Path(__file__).parent / "cases"
_LIBRARY = Path(__file__).parents[1] / "generate" / "golden" / "library.yaml"
_GOOD = (_CASES / "good.py").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Mistake:
    """A change to the good handler, and a text on the line that is to be reported."""

    old: str
    new: str
    line: str


MISTAKES: Mapping[str, Mistake] = {
    "a method is missing": Mistake(
        _GOOD[_GOOD.index("    @override\n    async def get_note") : _GOOD.index("\n\nHANDLERS")], "", "class Notes("
    ),
    "a method is renamed": Mistake("def get_note(", "def read_note(", "def read_note("),
    "a method is not async": Mistake("async def get_note", "def get_note", "def get_note"),
    "an argument is missing": Mistake(
        ', format: Literal["short", "long"] | None) -> GetNote200:',
        ") -> GetNote200:\n        format = 'short'",
        "def get_note",
    ),
    "an argument is renamed": Mistake("*, id: int,", "*, number: int,", "def get_note"),
    "an argument is too much": Mistake("*, id: int,", "*, id: int, page: int,", "def get_note"),
    "an argument has another type": Mistake("*, id: int,", "*, id: str,", "def get_note"),
    "an argument is too narrow": Mistake('Literal["short", "long"] | None', 'Literal["short"] | None', "def get_note"),
    "the body has another type": Mistake("*, body: NewNote", "*, body: Note", "def create_note"),
    "the body has no such member": Mistake("text=body.text,", "text=body.title,", "body.title"),
    "an absent member is not thought of": Mistake(
        "None if body.mood is MISSING else body.mood", "body.mood", "body.mood"
    ),
    "a reply is not declared": Mistake("-> GetNote200:", "-> GetNote200 | Conflict:", "def get_note"),
    "a reply of another operation": Mistake(
        "return GetNote200(body=note)", 'return CreateNote201(note, location="/")', "CreateNote201(note"
    ),
    "a dictionary is returned": Mistake("return GetNote200(body=note)", 'return {"id": 1}', 'return {"id"'),
    "a model is returned": Mistake("return GetNote200(body=note)", "return note", "return note"),
    "nothing is returned": Mistake("        return GetNote200(body=note)\n", "", "-> GetNote200:"),
    "a required header is forgotten": Mistake(', location=f"/notes/{note.id}"', "", "CreateNote201(note"),
    "a header has another type": Mistake('location=f"/notes/{note.id}"', "location=note.id", "location=note.id"),
    "an unknown header": Mistake('location=f"/notes/{note.id}"', 'location="/", etag="x"', 'etag="x"'),
    "the body of a reply has another type": Mistake(
        "Conflict(body=Problem(title=", "Conflict(body=NewNote(text=", "Conflict("
    ),
    "the body of a reply is forgotten": Mistake(
        'Conflict(body=Problem(title="There is such a note"))', "Conflict()", "Conflict()"
    ),
    "a media type is not declared": Mistake('"text/plain"', '"text/html"', "text/html"),
    "a required member is forgotten": Mistake("text=body.text, ", "", "note = Note("),
    "a member has another type": Mistake("text=body.text,", "text=body.pinned,", "body.pinned"),
    "an enum has no such value": Mistake("mood=mood)", 'mood="angry")', '"angry"'),
    "a text for a date-time": Mistake("datetime.now(UTC)", '"2026-01-01"', '"2026-01-01"'),
    "an abstract class is constructed": Mistake(
        "HANDLERS = Notes()", "HANDLERS = NotesOperations()", "NotesOperations()"
    ),
}


def _file(name: str) -> str:
    return re.sub(r"\W", "_", name) + ".py"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the good handler, a file for each mistake, and generated packages, of which two are difficult."""
    folder = tmp_path_factory.mktemp("typing")
    generate(load_contract(_LIBRARY), folder / "library")
    thing = {"type": "object", "properties": {name: {"type": "string"} for name in HOSTILE}, "required": HOSTILE[::2]}
    generate(contract(schemas={"Thing": thing}), folder / "hostile")
    generate(load_contract(_CASES / "notes.yaml"), folder / "generated")
    (folder / "good.py").write_text(_GOOD, encoding="utf-8")
    for name, mistake in MISTAKES.items():
        assert _GOOD.count(mistake.old) >= 1, name
        (folder / _file(name)).write_text(_GOOD.replace(mistake.old, mistake.new), encoding="utf-8")
    return folder


def _mypy(folder: Path) -> dict[str, set[int]]:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--enable-error-code", "explicit-override", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return _by_file(re.findall(r"^([^:\n]+):(\d+): error", done.stdout, re.MULTILINE))


def _pyright(folder: Path) -> dict[str, set[int]]:
    (folder / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}')
    done = subprocess.run(
        [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    found = [each for each in json.loads(done.stdout)["generalDiagnostics"] if each["severity"] == "error"]
    return _by_file([(each["file"], each["range"]["start"]["line"] + 1) for each in found])


def _by_file(found: list[tuple[str, str | int]] | list[tuple[str, str]]) -> dict[str, set[int]]:
    reported: dict[str, set[int]] = {}
    for file, line in found:
        reported.setdefault(Path(file).name, set()).add(int(line))
    return reported


@pytest.mark.parametrize("check", [_mypy, _pyright], ids=["mypy", "pyright"])
def test_each_mistake_is_an_error_where_it_was_made(project: Path, check: object) -> None:
    assert callable(check)
    reported = check(project)
    unseen: list[str] = []
    for name, mistake in MISTAKES.items():
        lines = (project / _file(name)).read_text(encoding="utf-8").splitlines()
        meant = {number for number, line in enumerate(lines, 1) if mistake.line in line}
        assert meant, name
        if not meant & reported.get(_file(name), set()):
            unseen.append(f"{name}: {sorted(meant)} was meant, {sorted(reported.get(_file(name), ()))} reported")
    assert unseen == []
    assert set(reported) == {_file(name) for name in MISTAKES}, "good.py and generated/ are right"
