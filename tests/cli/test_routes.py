"""`handfast routes`: every operation with the file and line of the method that answers it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import NOTES, handfast


def test_it_names_the_line_of_the_method(service: Path) -> None:
    outcome = handfast("routes", folder=service)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "notes  getNote  GET  /notes/{noteId}  none  200 default  desk/notes.py:13\n"


def test_a_handler_that_does_not_fit_is_reported_with_both_places(service: Path) -> None:
    notes = service / "desk" / "notes.py"
    notes.write_text(NOTES.replace("def get_note", "def get_notes"), encoding="utf-8")
    outcome = handfast("routes", folder=service)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("the handlers do not fit the contract")
    assert "api/notes.yaml:13:5" in outcome.err
    assert "desk/notes.py:1" in outcome.err
    assert "Traceback" not in outcome.err


def test_an_application_that_is_not_there_is_an_error_of_use(service: Path) -> None:
    for name, words in [("desk.nowhere:app", "'desk.nowhere'"), ("desk.app:api", "'api'"), ("json:loads", "bind")]:
        outcome = handfast("routes", name, folder=service)
        assert (outcome.code, outcome.out) == (2, "")
        assert words in outcome.err


def test_an_import_that_fails_inside_the_application_is_not_hidden(service: Path) -> None:
    (service / "desk" / "app.py").write_text("import nothing_of_this_name\n", encoding="utf-8")
    outcome = handfast("routes", folder=service)
    assert outcome.code == 1
    assert "No module named 'nothing_of_this_name'" in outcome.err
