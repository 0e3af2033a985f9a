"""`handfast scaffold`: what is missing is added, what is there stays, and the outcome binds."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import CONTRACT, NOTES, handfast

ANOTHER = """\
    delete:
      operationId: deleteNote
      tags: [notes]
      summary: Forget a note
      parameters:
        - name: noteId
          in: path
          required: true
          description: Which note.
          schema: { type: integer, format: int32, minimum: 1 }
      responses:
        '204':
          description: It is forgotten.
        default: { $ref: '#/components/responses/Refusal' }
components:
"""


def test_a_new_operation_gets_a_method_behind_those_that_are_there(service: Path) -> None:
    contract = CONTRACT.replace("components:\n", ANOTHER, 1)
    (service / "api" / "notes.yaml").write_text(contract, encoding="utf-8")
    assert handfast("generate", folder=service).code == 0
    outcome = handfast("scaffold", folder=service)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "desk/notes.py: to class Notes: delete_note\n"
    text = (service / "desk" / "notes.py").read_text(encoding="utf-8")
    assert NOTES.partition("@final")[2] in text
    routes = handfast("routes", folder=service)
    assert routes.code == 0, routes.err
    assert "deleteNote" in routes.out
    assert handfast("scaffold", folder=service).out == "desk/: every operation has its method\n"
    assert (service / "desk" / "notes.py").read_text(encoding="utf-8") == text


def test_a_package_that_cannot_be_imported_is_named(service: Path) -> None:
    settings = service / "pyproject.toml"
    settings.write_text(settings.read_text("utf-8").replace('"made"', '"made-by/class"'), encoding="utf-8")
    outcome = handfast("scaffold", folder=service)
    assert (outcome.code, outcome.out) == (1, "")
    assert "made-by/class: 'class' is no name that Python imports" in outcome.err


def test_the_first_class_is_written_whole(service: Path) -> None:
    (service / "desk" / "notes.py").unlink()
    outcome = handfast("scaffold", folder=service)
    assert outcome.out == "desk/notes.py: class Notes: get_note; give it to bind\n"
    assert handfast("routes", folder=service).code == 0
