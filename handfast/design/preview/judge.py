"""The server's side of the process that judges: starts it, asks it, starts it anew when it died or takes too long."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LONGEST_LINE = 1 << 30
_PATIENCE_SECONDS = 1.0
"""How long findings or changes of an older save may hold up a newer one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A part of what was found, in the round of a number."""

    number: int
    part: str
    value: Mapping[str, object]


class Judge:
    """A process that judges one contract; used from one event loop."""

    def __init__(self, contract: Path, base: str) -> None:
        self._arguments = ("-m", "handfast.design.preview.judging", str(contract), base)
        self._process: Process | None = None
        self._number = 0
        self._answered = 0.0  # when the newest answer came
        self._last = ""  # what it was
        self._asked = asyncio.Event()
        self._over = asyncio.Event()

    def ask(self) -> int:
        """Have the contract judged as it is now; answers the number of the round."""
        self._number += 1
        held_up = self._last in {"loaded", "findings"} and time.monotonic() - self._answered > _PATIENCE_SECONDS
        if self._process is not None and self._process.returncode is None:
            if held_up:
                self._process.kill()  # the next one is asked when this one is gone
            else:
                self._send()
        self._asked.set()
        return self._number

    async def answers(self) -> AsyncIterator[Answer]:
        """What is found in all rounds; parts of older ones may come before those of the newest."""
        while not self._over.is_set():
            process = await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments, stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE
            )
            self._process, self._last = process, ""
            if self._over.is_set():  # while it was started
                await self.end()
            began_with = self._number
            if began_with:
                self._send()
            assert process.stdout is not None
            while line := await process.stdout.readline():
                answer = Answer(**json.loads(line))
                self._last, self._answered = answer.part, time.monotonic()
                yield answer
            code = await process.wait()
            # One that died is replaced, and asked once more; one that dies at that, too, is replaced at the next save.
            if not self._over.is_set() and self._number == began_with and self._last not in {"changes", "broken"}:
                problem = f"the process that judges the contract ended with {code}; it is tried again at the next save"
                yield Answer(self._number, "broken", {"diagnostics": [], "problem": problem})
                self._asked.clear()
                await self._asked.wait()

    async def end(self) -> None:
        """End the process, and `answers`."""
        self._over.set()
        self._asked.set()
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def _send(self) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{self._number}\n".encode())
