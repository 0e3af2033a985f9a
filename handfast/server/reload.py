"""Reload in development: on a change of the contract regenerate, on a change of code start anew, and survive mistakes.

The old process serves until the new one takes requests, so a save that cannot start costs nothing, and no request
meets a closed port. While the contract is broken, its diagnostics are printed and everything stays as it was.
"""

from __future__ import annotations

import logging
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from watchfiles import Change, DefaultFilter, watch

from handfast.errors import HandfastError
from handfast.server.options import ServerOptions
from handfast.server.workers import Worker, stopping_on_signals

_LOG = logging.getLogger("handfast.server")

_CONTRACT_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
_NO_CODE = frozenset({"build", "dist", "docs", "node_modules", "reports", "site", "tests"})
_ORDINARY = DefaultFilter()
_DEBOUNCE_MILLISECONDS = 200
_LOOK_MILLISECONDS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """What to watch, and what to do about it.

    `regenerate` is called before the first start and whenever a file of the contract changes, and answers what it
    changed in words ("" for nothing); it raises a HandfastError when the contract is wrong, which `report` then prints.
    """

    contract: Path
    code: tuple[Path, ...]
    regenerate: Callable[[], str]
    report: Callable[[HandfastError], None]


def code_folders(root: Path) -> tuple[Path, ...]:
    """The folders and files of a project that are code which it runs: neither hidden, nor tests, nor an environment."""
    return tuple(
        entry
        for entry in sorted(root.iterdir())
        if not entry.name.startswith((".", "__"))
        and entry.name not in _NO_CODE
        and (
            entry.suffix == ".py"
            or (entry.is_dir() and not (entry / "pyvenv.cfg").exists() and any(entry.glob("*.py")))
        )
    )


def run_reloading(options: ServerOptions, listener: socket.socket, reload: Reload, announce: str) -> int:
    """Serve until a signal comes, always with the newest code that works. Answers the exit code."""
    with stopping_on_signals() as stopped:
        _Reloader(options, listener, reload, stopped, announce).run()
    return 0


class _Reloader:
    def __init__(
        self, options: ServerOptions, listener: socket.socket, reload: Reload, stopped: threading.Event, announce: str
    ) -> None:
        self._options = options
        self._listener = listener
        self._reload = reload
        self._stopped = stopped
        self._announce = announce
        self._worker: Worker | None = None
        self._spare: Worker | None = None  # has imported what no save changes, and waits for the next one
        self._read = 0.0  # when the contract was
        self._started = 0.0  # when the newest process was, whether it lived or not
        self._has_announced = False

    def run(self) -> None:
        watched = self._changes()
        next(watched, None)  # watching begins here, so that no save is missed while the first process starts
        try:
            if self._regenerated():
                self._start()
            for changes in watched:
                self._take(changes)
        finally:
            self._listener.close()
            for worker in filter(None, (self._spare, self._worker)):
                worker.end()

    def _changes(self) -> Iterator[set[tuple[Change, str]]]:
        contract = self._reload.contract.resolve()
        return watch(
            *{contract.parent, *(path.resolve() for path in self._reload.code)},
            watch_filter=lambda change, path: _ORDINARY(change, path) and self._is_watched(Path(path)),
            debounce=_DEBOUNCE_MILLISECONDS,
            stop_event=self._stopped,
            rust_timeout=_LOOK_MILLISECONDS,
            yield_on_timeout=True,
            raise_interrupt=False,
        )

    def _is_watched(self, path: Path) -> bool:
        return path.suffix == ".py" or self._is_contract(path)

    def _is_contract(self, path: Path) -> bool:
        return path.suffix in _CONTRACT_SUFFIXES and path.is_relative_to(self._reload.contract.resolve().parent)

    def _take(self, changes: Iterable[tuple[Change, str]]) -> None:
        changed = {Path(path) for _, path in changes}
        if any(self._is_contract(path) and _is_news(path, self._read) for path in changed):
            if self._regenerated():
                self._start()
        elif any(path.suffix == ".py" and _is_news(path, self._started) for path in changed):
            self._start()
        elif self._worker is not None and self._worker.exit_code is not None:
            _LOG.error("the process ended with %d; it starts again with the next save", self._worker.exit_code)
            self._worker.end()
            self._worker = None

    def _regenerated(self) -> bool:
        """Regenerate; False when the contract is wrong, which is reported."""
        self._read = time.time()
        try:
            changes = self._reload.regenerate()
        except HandfastError as error:
            self._reload.report(error)
            _LOG.error("the contract is broken: %s", self._what_now())
            return False
        except Exception:  # a tool of the generator may fail in its own ways, and the next save may be better
            traceback.print_exc(file=sys.stderr)
            _LOG.error("the contract could not be generated from: %s", self._what_now())
            return False
        if changes:
            _LOG.info("regenerated\n%s", changes)
        return True

    def _start(self) -> None:
        """Start the newest code, and end the old process once the new one takes requests, unless it cannot start."""
        began = time.monotonic()
        self._started = time.time()
        new, self._spare = self._spare or Worker(self._options, self._listener), None
        new.go()
        if new.await_ready(self._stopped):
            old, self._worker = self._worker, new
            if old is not None:
                old.end()
                _LOG.info("reloaded in %.1f s", time.monotonic() - began)
            elif not self._has_announced:
                self._has_announced = True
                _LOG.info("%s (pid %d), reloading on save", self._announce, os.getpid())
        else:
            new.end()
            if not self._stopped.is_set():
                _LOG.error("the application could not start: %s", self._what_now())
        if not self._stopped.is_set():
            preload = self._worker.modules if self._worker is not None else None
            self._spare = Worker(self._options, self._listener, preload or [])

    def _what_now(self) -> str:
        return "the old one goes on, and the next save is tried" if self._worker else "the next save is tried"


def _is_news(path: Path, since: float) -> bool:
    """Whether a file came to be as it is after a time; what was regenerated before a start is no reason for another."""
    try:
        return path.stat().st_ctime > since
    except FileNotFoundError:
        return True
