"""`handfast routes`: every operation with the file and line of the method that answers it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import handfast, write_project

NOTES = """\
from typing import final

from typing_extensions import override

from made.models import Note, Problem
from made.operations.notes import GetNote200, NotesOperations
from made.replies import Refusal


@final
class Notes(NotesOperations):
    @override
    async def get_note(self, *, note_id: int) -> GetNote200 | Refusal:
        if note_id > 9:
            raise Refusal(Problem(title="There is no such note.", status=404), status=404)
        return GetNote200(Note(text=f"This is note {note_id}."))
"""
APP = """\
from pathlib import Path

from fastapi import FastAPI

from desk.notes import Notes
from handfast import bind, load_contract

app = FastAPI(openapi_url=None)
bind(app, load_contract(Path(__file__).parents[1] / "api" / "notes.yaml"), [Notes])
"""


def write_service(folder: Path) -> None:
    """A project that serves: its contract, what is generated from it, a handler and an application."""
    write_project(folder)
    generated = handfast("generate", folder=folder)
    assert (generated.code, generated.err) == (0, "")
    desk = folder / "desk"
    desk.mkdir()
    (desk / "notes.py").write_text(NOTES, encoding="utf-8")
    (desk / "app.py").write_text(APP, encoding="utf-8")


def test_it_names_the_line_of_the_method(tmp_path: Path) -> None:
    write_service(tmp_path)
    outcome = handfast("routes", folder=tmp_path)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "notes  getNote  GET  /notes/{noteId}  none  200 default  desk/notes.py:13\n"


def test_a_handler_that_does_not_fit_is_reported_with_both_places(tmp_path: Path) -> None:
    write_service(tmp_path)
    notes = tmp_path / "desk" / "notes.py"
    notes.write_text(NOTES.replace("def get_note", "def get_notes"), encoding="utf-8")
    outcome = handfast("routes", folder=tmp_path)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("the handlers do not fit the contract")
    assert "api/notes.yaml:13:5" in outcome.err
    assert "desk/notes.py:1" in outcome.err
    assert "Traceback" not in outcome.err


def test_an_application_that_is_not_there_is_an_error_of_use(tmp_path: Path) -> None:
    write_service(tmp_path)
    for name, words in [("desk.nowhere:app", "'desk.nowhere'"), ("desk.app:api", "'api'"), ("json:loads", "bind")]:
        outcome = handfast("routes", name, folder=tmp_path)
        assert (outcome.code, outcome.out) == (2, "")
        assert words in outcome.err


def test_an_import_that_fails_inside_the_application_is_not_hidden(tmp_path: Path) -> None:
    write_service(tmp_path)
    (tmp_path / "desk" / "app.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    outcome = handfast("routes", folder=tmp_path)
    assert outcome.code == 1
    assert "No module named 'nothing_of_this_name'" in outcome.err
