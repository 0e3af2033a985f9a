"""Runs `handfast` as a user does: in a process of its own, in a folder with a project."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CONTRACT = """\
openapi: 3.1.1
info:
  title: Notes
  version: 1.0.0
servers:
  - url: /v1
security: []
tags:
  - name: notes
    description: Things to remember.
paths:
  /notes/{noteId}:
    get:
      operationId: getNote
      tags: [notes]
      summary: Read a note
      parameters:
        - name: noteId
          in: path
          required: true
          description: Which note.
          schema: { type: integer, format: int32, minimum: 1 }
      responses:
        '200':
          description: The note.
          content:
            application/json:
              schema: { $ref: '#/components/schemas/Note' }
        default: { $ref: '#/components/responses/Refusal' }
components:
  responses:
    Refusal:
      description: Why not.
      content:
        application/problem+json:
          schema: { $ref: '#/components/schemas/Problem' }
  schemas:
    Note:
      description: A thing to remember.
      type: object
      additionalProperties: false
      required: [text]
      properties:
        text: { type: string, maxLength: 200, examples: [Buy milk] }
    Problem:
      description: What is wrong (RFC 9457).
      type: object
      required: [title, status]
      properties:
        type: { type: string, maxLength: 200 }
        title: { type: string, maxLength: 200 }
        status: { type: integer, minimum: 100, maximum: 599 }
        detail: { type: string, maxLength: 2000 }
"""


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str


def handfast(*arguments: str, folder: Path, **environment: str) -> Outcome:
    """Run `handfast` with arguments in a folder, without colour and outside of any CI unless `environment` says so."""
    outside = {"GITHUB_ACTIONS", "FORCE_COLOR", "HOST", "PORT", "PYTHONPATH"}
    inherited = {name: value for name, value in os.environ.items() if name not in outside}
    done = subprocess.run(
        [sys.executable, "-m", "handfast", *arguments],
        cwd=folder,
        env={**inherited, "XDG_CACHE_HOME": str(folder.parent / "handfast-cache"), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,  # to end what hangs, and not to measure
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def write_project(folder: Path, contract: str = CONTRACT) -> Path:
    """A project with its own names for everything, and the contract in it; answers the contract's file."""
    (folder / "pyproject.toml").write_text(
        '[tool.handfast]\ncontract = "api/notes.yaml"\ngenerated = "made"\nhandlers = "desk"\napp = "desk.app:app"\n',
        encoding="utf-8",
    )
    file = folder / "api" / "notes.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(contract, encoding="utf-8")
    return file
