"""Desks: bodies of every kind."""

from __future__ import annotations

from typing import final

from pydantic import MISSING
from typing_extensions import override

from handfast.runtime import ByteStream
from museum.generated.models import LendRequest, Note, Order, Receipt
from museum.generated.operations.desks import DesksOperations, Engrave200, Lend201, Note200, Order200
from museum.generated.replies import Failed


@final
class Desks(DesksOperations):
    """Orders, loans, plaques and notes."""

    @override
    async def order(self, *, body: Order) -> Order200 | Failed:
        return Order200(Order(item=body.item, count=body.count, gift=False if body.gift is MISSING else body.gift))

    @override
    async def lend(self, *, body: LendRequest) -> Lend201 | Failed:
        files = [body.photo] if body.more is MISSING else [body.photo, *body.more]
        told = [f"{each.filename} {each.content_type} {len(await each.read())}" for each in files]
        return Lend201(Receipt(files=told, to=body.form.to, note=body.note))

    @override
    async def engrave(self, *, body: str) -> Engrave200 | Failed:
        return Engrave200(body.upper())

    @override
    async def note(self, *, body: Note | str | ByteStream) -> Note200 | Failed:
        if isinstance(body, Note):
            return Note200(body)
        text = body if isinstance(body, str) else (await body.read()).hex()
        return Note200(Note(text=text))
