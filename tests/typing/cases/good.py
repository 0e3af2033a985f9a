"""A handler as it is meant to be written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, final

from pydantic import MISSING
from typing_extensions import override

from generated.models import Mood, NewNote, Note, Problem
from generated.operations.notes import CreateNote201, GetNote200, NotesOperations
from generated.replies import Conflict, NotFound


@final
class Notes(NotesOperations):
    """Notes."""

    def __init__(self) -> None:
        self.notes: dict[int, Note] = {}

    @override
    async def create_note(self, *, body: NewNote) -> CreateNote201 | Conflict:
        mood: Mood | None = None if body.mood is MISSING else body.mood
        note = Note(id=len(self.notes), text=body.text, written_at=datetime.now(UTC), mood=mood)
        if note.text in {other.text for other in self.notes.values()}:
            return Conflict(body=Problem(title="There is such a note"))
        self.notes[note.id] = note
        return CreateNote201(note, location=f"/notes/{note.id}")

    @override
    async def get_note(self, *, id: int, format: Literal["short", "long"] | None) -> GetNote200:
        note = self.notes.get(id)
        if note is None:
            raise NotFound(Problem(title="There is no such note"))
        if format == "short":
            return GetNote200(note.text[:10], media_type="text/plain")
        return GetNote200(body=note)


HANDLERS = Notes()
