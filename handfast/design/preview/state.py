"""What every open page shows: parts with digests, so that a page asks only for those that it does not have yet."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A part as JSON, and the digest of it."""

    content: bytes
    digest: str

    @classmethod
    def of(cls, value: object) -> Part:
        content = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        return cls(content, hashlib.sha256(content).hexdigest()[:32])


class State:
    """The newest of each part; whoever follows it is told the digests of all, and never waits for other readers."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}
        self._changed = asyncio.Event()
        self._is_over = False

    def publish(self, values: Mapping[str, object]) -> None:
        """Set parts, all at the same time."""
        parts = {name: Part.of(value) for name, value in values.items()}
        if any(self._parts.get(name) != part for name, part in parts.items()):
            self._parts.update(parts)
            self._tell()

    def part(self, name: str) -> Part | None:
        """The newest of a part; None while there is none."""
        return self._parts.get(name)

    def end(self) -> None:
        """Let everybody who follows go."""
        self._is_over = True
        self._tell()

    async def follow(self, patience: float) -> AsyncIterator[Mapping[str, str] | None]:
        """The digests now, and whenever one changes: always the newest; None after `patience` seconds without news."""
        known: Mapping[str, str] | None = None
        while not self._is_over:
            changed = self._changed
            digests = {name: part.digest for name, part in self._parts.items()}
            yield digests if digests != known else None
            known = digests
            try:
                await asyncio.wait_for(changed.wait(), patience)
            except TimeoutError:
                continue

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
