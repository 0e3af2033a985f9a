"""What the museum has, for as long as it runs; each request gets it as a dependency."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from museum.generated.models import Specimen


@dataclass
class Collection:
    """Specimens by number, files in a folder, and what happened, in order."""

    folder: Path
    specimens: dict[int, Specimen] = field(default_factory=dict[int, Specimen])
    log: list[str] = field(default_factory=list[str])


async def open_collection(request: Request) -> AsyncIterator[Collection]:
    """The collection for one request, which is noted when it is over."""
    collection: Collection = request.app.state.collection
    yield collection
    collection.log.append(f"{request.method} {request.url.path}")


CollectionDep = Annotated[Collection, Depends(open_collection)]
