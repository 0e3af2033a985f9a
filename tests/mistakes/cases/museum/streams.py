"""Streams: events and lines of JSON, both ways."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import final

from typing_extensions import override

from museum.generated.models import Event, Reading
from museum.generated.operations.streams import AddReadings200, GetReadings200, StreamsOperations, Watch200
from museum.generated.replies import Failed


@final
class Streams(StreamsOperations):
    """What goes on."""

    @override
    async def watch(self) -> Watch200 | Failed:
        return Watch200(_events())

    @override
    async def get_readings(self) -> GetReadings200 | Failed:
        return GetReadings200(_readings())

    @override
    async def add_readings(self, *, body: AsyncIterator[Reading]) -> AddReadings200 | Failed:
        total: int | float = 0
        async for reading in body:
            total += reading.value
        return AddReadings200(Reading(value=total))


async def _readings() -> AsyncIterator[Reading]:
    for value in (1, 2.5):
        yield Reading(value=value)


async def _events() -> AsyncIterator[Event]:
    async for reading in _readings():
        yield Event(event="opened", data=reading.model_dump_json())
