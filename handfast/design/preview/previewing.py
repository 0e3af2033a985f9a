"""A contract while it is edited: every save is judged, and the last good state of it stays."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from starlette.types import ASGIApp

from handfast.contract import load_contract_text
from handfast.contract.model import Contract, JSONValue
from handfast.design.diff import revisions
from handfast.design.mock import MockOptions
from handfast.design.mock.serving import mocked
from handfast.design.preview.judge import Answer, Judge
from handfast.design.preview.state import State
from handfast.design.preview.watching import saves

_SILENCE_SECONDS = 0.5
"""How long nothing is said of a save that is being read."""


@dataclass(frozen=True, slots=True)
class Mock:
    """The mock of the last good contract; `has_root` tells that it answers `/` itself."""

    app: ASGIApp
    has_root: bool


class Preview:
    """Watches a contract, has it judged, and keeps what the page shows in `state`.

    The parts are `status`, `document` (what the documentation shows), `findings` and `changes`. Numbers count saves:
    findings whose number is not that of the status are about to be replaced.
    """

    def __init__(self, contract: Path, base: str, options: MockOptions) -> None:
        self.state = State()
        self.mock: Mock | None = None
        self._path = contract
        self._base = base
        self._options = options
        self._judge = Judge(contract, base)
        self._stop = threading.Event()
        self._good: dict[str, object] | None = None
        self._document = ""  # the last good one, as it was published
        self._broken_since: int | None = None
        self._told: Mapping[str, object] = self._status("starting")

    async def run(self) -> None:
        """Follow the saves until `end`."""
        self._publish(self._told)
        loop = asyncio.get_running_loop()
        watching = threading.Thread(target=self._watch, args=(loop,), daemon=True, name="watch")
        watching.start()
        try:
            async for answer in self._judge.answers():
                await self._take(answer)
        finally:
            self._stop.set()
            await self._judge.end()

    async def end(self) -> None:
        """Let everybody go who follows, and end the watch."""
        self.state.end()
        self._stop.set()
        await self._judge.end()

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        folder = self._path.resolve().parent
        in_git = set(revisions.files_of(self._base, folder))
        for _ in saves(self._path, in_git, self._stop):
            loop.call_soon_threadsafe(self._ask, loop)
            in_git.update(revisions.files_of(self._base, folder))  # it may be a repository by now

    def _ask(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(_SILENCE_SECONDS, self._tell_asked, self._judge.ask())

    def _tell_asked(self, number: int) -> None:
        """Tell that a save is being read, when that takes a while."""
        if cast("int", self._told["number"]) < number and not self._stop.is_set():
            self._publish({**self._told, "asked": number})

    def _publish(self, status: Mapping[str, object], **others: object) -> None:
        self._told = status
        self.state.publish({**others, "status": status})

    async def _take(self, answer: Answer) -> None:
        value = dict(answer.value)
        if answer.part == "loaded":
            await self._take_good(answer.number, value)
        elif answer.part == "broken":
            self._broken_since = self._broken_since or _now()
            state = "gone" if value.pop("gone", False) else "broken"
            self._publish({**self._status(state, answer.number), **value})
        else:
            self.state.publish({answer.part: {**value, "number": answer.number, "at": _now()}})

    async def _take_good(self, number: int, value: dict[str, object]) -> None:
        text = str(value.pop("document"))
        parts: dict[str, object] = {}
        if text != self._document:
            contract, self.mock = await asyncio.to_thread(_mocked, text, self._path, self._options)
            self._document = text
            parts["document"] = _shown(text, contract)
        self._good, self._broken_since = {**value, "at": _now()}, None
        self._publish(self._status("good", number), **parts)

    def _status(self, state: str, number: int = 0) -> dict[str, object]:
        """How the contract is: `since` tells since when it is broken, `good` what the last good one was and when.

        `number` is that of the save which it is about, `asked` that of one which is being read.
        """
        return {
            "state": state,
            "number": number,
            "asked": number,
            "contract": str(self._path),
            "good": self._good,
            "since": self._broken_since,
            "diagnostics": [],
        }


def _now() -> int:
    """Milliseconds since 1970, as JavaScript counts."""
    return time.time_ns() // 1_000_000


def _mocked(text: str, path: Path, options: MockOptions) -> tuple[Contract, Mock]:
    """The mock of exactly the document that was judged, whatever the files are by now."""
    contract = load_contract_text(text, path.resolve().with_suffix(".json"), validate=False)
    paths = {(_base_path(contract) + operation.path) or "/" for operation in contract.operations}
    return contract, Mock(mocked(contract, options), has_root="/" in paths)


def _base_path(contract: Contract) -> str:
    return contract.servers[0].base_path if contract.servers else ""


def _shown(text: str, contract: Contract) -> Mapping[str, JSONValue]:
    """The document as the page shows it: what is tried out goes to the mock, and to no server of the contract."""
    document = cast("dict[str, JSONValue]", json.loads(text))
    urls = ", ".join(server.url for server in contract.servers if server.url != _base_path(contract))
    description = f"The mock of this preview{f'; the contract says {urls}' if urls else ''}"
    document["servers"] = [{"url": _base_path(contract) or "/", "description": description}]
    paths = document.get("paths")
    for item in paths.values() if isinstance(paths, dict) else ():
        if isinstance(item, dict):
            for each in (item, *item.values()):
                if isinstance(each, dict):
                    each.pop("servers", None)
    return document
