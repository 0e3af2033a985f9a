"""Generation on every save of the contract, telling what changed in its operations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import watchfiles

from handfast.contract import load_contract
from handfast.errors import ContractError, GenerationError
from handfast.generate import generate
from handfast.generate.difference import Snapshot, difference, snapshot

_SUFFIXES = (".yaml", ".yml", ".json")


def watch(
    path: str | Path, folder: str | Path, say: Callable[[str], None] = print, *, stop: threading.Event | None = None
) -> None:
    """Generate now and whenever a YAML or JSON file in the contract's folder is saved, until `stop` is set.

    `say` gets a line for each operation that is new, gone or changed, and how many files that changed; of a contract
    that is broken its diagnostics, and of the next good save, which goes on from the last good one, that it is.
    """
    source, target = Path(path), Path(folder)
    stamp = _stamp(source)
    known, is_broken = _round(source, target, None, say)
    for saved in watchfiles.watch(
        source.resolve().parent,
        watch_filter=lambda _, changed: _is_contract(Path(changed), target),
        debounce=200,
        step=50,
        rust_timeout=500,
        stop_event=stop,
        raise_interrupt=False,
        yield_on_timeout=True,  # what is saved during a round is noticed behind it
    ):
        if saved or stamp != _stamp(source):
            stamp = _stamp(source)
            known, is_broken = _round(source, target, known, say, was_broken=is_broken)


def _is_contract(changed: Path, target: Path) -> bool:
    return changed.suffix.lower() in _SUFFIXES and not changed.is_relative_to(target.resolve())


def _stamp(source: Path) -> int | None:
    try:
        return source.stat().st_mtime_ns
    except OSError:
        return None


def _round(
    source: Path, target: Path, known: Snapshot | None, say: Callable[[str], None], *, was_broken: bool = False
) -> tuple[Snapshot | None, bool]:
    """Generate once; answers the state of the contract, the last good one if it is broken now, and whether it is."""
    try:
        contract = load_contract(source)
        changes = generate(contract, target)
    except (ContractError, GenerationError) as error:
        say(str(error))
        return known, True
    except OSError as error:
        say(f"{source}: {error.strerror or error}")
        return known, True
    now = snapshot(contract)
    if known is None:
        say(f"{target}: {len(now.operations)} operations, {_files(len(changes))}")
    elif lines := difference(known, now):
        say(f"{lines.rstrip()}\n{target}: {_files(len(changes))}")
    elif changes:
        say(f"{target}: no operation changed, {_files(len(changes))}")
    elif was_broken:
        say(f"{target}: in order again, {_files(0)}")
    return now, False


def _files(count: int) -> str:
    return "nothing to write" if not count else f"{count} file{'' if count == 1 else 's'} written"
