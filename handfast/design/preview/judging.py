"""A warm process that judges a contract at every save: `python -m handfast.design.preview.judging CONTRACT BASE`.

A line on standard input, a number, means: look now. On standard output it answers with lines of JSON, `{"number",
"part", "value"}`, each as soon as it is known: `loaded` or `broken`, `findings`, `changes`. When it is asked again in
between, what is left of the older round is dropped. It ends when standard input does.

It is a process of its own so that the page, its events and the mock never wait for the linter.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TextIO

from handfast.contract import Contract, load_contract, published
from handfast.design import reports
from handfast.design.diff import Change, compare, prose, revisions
from handfast.design.lint import lint
from handfast.design.reports.records import record
from handfast.errors import ContractError, Diagnostic, HandfastError, Location

_Value = Mapping[str, object]


class Judging:
    """What is kept from one round to the next: the contract of the base."""

    def __init__(self, contract: Path, base: str) -> None:
        self._path = contract
        self._revision = base
        self._base: tuple[str, Contract] | None = None

    def parts(self) -> Iterator[tuple[str, _Value]]:
        """All that there is to say about the contract as it is now, by and by."""
        try:
            contract = load_contract(self._path)
        except ContractError as error:
            yield "broken", {"diagnostics": _told(error.diagnostics), "gone": not self._path.is_file()}
            return
        yield "loaded", _loaded(contract)
        yield "findings", _safely(lambda: _findings(contract))
        yield "changes", {"base": self._revision, **_safely(lambda: self._changes(contract))}

    def _changes(self, contract: Contract) -> _Value:
        folder = self._path.resolve().parent
        commit = revisions.commit(self._revision, folder)
        if self._base is None or self._base[0] != commit:
            self._base = None
            self._base = commit, revisions.load(f"{self._revision}:{self._path.resolve()}", folder=folder)
        old = self._base[1]
        difference = compare(old, contract)
        return {
            "commit": commit[:10],
            "summary": prose.summary(difference),
            "oldVersion": difference.old_version,
            "newVersion": difference.new_version,
            "required": difference.required,
            "isOwnedUp": difference.is_owned_up,
            "changes": [_change(each) for each in difference.changes],
        }


def _told(diagnostics: Iterable[Diagnostic]) -> list[dict[str, object]]:
    """Diagnostics as JSON, with their excerpts."""
    return [{**record(each), "excerpt": each.excerpt} for each in diagnostics]


def _loaded(contract: Contract) -> _Value:
    return {
        "title": contract.title,
        "version": contract.info_version,
        "openapi": contract.version,
        "operations": len(contract.operations),
        "document": published.as_json(contract.source),
    }


def _findings(contract: Contract) -> _Value:
    found = lint(contract)
    return {"diagnostics": _told(found), "summary": reports.summary(found)}


def _change(change: Change) -> dict[str, object]:
    return {
        "code": change.code,
        "message": change.message,
        "impact": str(change.impact),
        "wire": str(change.wire),
        "sdk": str(change.sdk),
        "handlers": str(change.handlers),
        "direction": change.direction,
        "reason": change.reason,
        "pointer": change.pointer,
        "operations": list(change.operations),
        "oldPlace": _place(change.old_location),
        "newPlace": _place(change.new_location),
        "oldExcerpt": change.old_excerpt,
        "newExcerpt": change.new_excerpt,
    }


def _place(location: Location | None) -> str | None:
    return None if location is None else str(location)


def _safely(value: Callable[[], _Value]) -> _Value:
    """A value, or why there is none; a fault of ours must not take the documentation away."""
    try:
        return value()
    except ContractError as error:
        return {"problem": "it is not in order", "diagnostics": _told(error.diagnostics)}
    except HandfastError as error:
        return {"problem": str(error)}
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        return {"problem": f"this is a fault of Handfast: {type(error).__name__}: {error}"}


def _rounds(judging: Judging, orders: queue.Queue[str], say: TextIO) -> None:
    while order := _newest(orders, orders.get()):
        for part, value in _guarded(judging):
            say.write(json.dumps({"number": int(order), "part": part, "value": value}) + "\n")
            say.flush()
            if not orders.empty():
                break


def _guarded(judging: Judging) -> Iterator[tuple[str, _Value]]:
    try:
        yield from judging.parts()
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        yield "broken", {"diagnostics": [], "problem": f"this is a fault of Handfast: {type(error).__name__}: {error}"}


def _newest(orders: queue.Queue[str], order: str) -> str:
    """The last of the orders that wait; an empty one is the end."""
    while order and not orders.empty():
        order = orders.get()
    return order


def main(arguments: list[str]) -> None:
    """Judge until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, whose end is ours
    say = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else prints must not get among the answers
    orders: queue.Queue[str] = queue.Queue()

    def listen() -> None:
        for line in sys.stdin:
            orders.put(line.strip())
        orders.put("")

    threading.Thread(target=listen, daemon=True).start()
    _rounds(Judging(Path(arguments[0]), arguments[1]), orders, say)


if __name__ == "__main__":
    main(sys.argv[1:])
