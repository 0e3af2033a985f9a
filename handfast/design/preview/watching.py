"""Notices saves of a contract: of its main file, of what it refers to, of `lint.yaml`, and of the base in git.

What wakes the watch is an event in a folder of one of the files; what decides is the files themselves. So it does not
matter how an editor saves (in place, or by a rename), many events are one save, and where a file system has no events
(some mounts of containers) a look now and then is enough. Folders are not watched with what is below them: a contract
may lie beside a million files.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import watchfiles

from handfast.project import LINT_SETTINGS

_NAMES = re.compile(
    r"""\$ref["']?\s*:\s*["']?([^"'\#\s,}]+)"""  # whatever a reference names, with any ending
    r"""|([^\s"'\#,:{}\[\]]+\.(?:ya?ml|json))\b""",  # and values of discriminators, x-handfast-documents, ...
    re.IGNORECASE,
)
_MOST_FILES = 5_000
_LARGEST_BYTES = 20_000_000
_DEBOUNCE_MILLISECONDS = 200
_STEP_MILLISECONDS = 20
_LOOK_MILLISECONDS = 500
_GONE_SECONDS = 0.25
"""How long a file may be away before it is gone: editors that rename leave a moment without one."""

_Stamp = dict[Path, tuple[int, int, int] | None]


def saves(contract: Path, others: Collection[Path], stop: threading.Event) -> Iterator[None]:
    """Yields once at the beginning, and then whenever a file of the contract, or one of the others, is another one.

    A file that is created or deleted is another one, too. What is added to `others` is watched from then on. Ends when
    `stop` is set.
    """
    stamp: _Stamp = {}
    while not stop.is_set():
        files = {*named(contract), *others}
        folders = _folders(files)
        if stamp != (now := _stamp(contract, files, stop)):
            stamp = now
            yield
        for _ in watchfiles.watch(
            *folders,
            watch_filter=None,
            debounce=_DEBOUNCE_MILLISECONDS,
            step=_STEP_MILLISECONDS,
            rust_timeout=_LOOK_MILLISECONDS,
            yield_on_timeout=True,
            stop_event=stop,
            recursive=False,
            raise_interrupt=False,
        ):
            files = {*named(contract), *others}
            if stamp != (now := _stamp(contract, files, stop)):
                stamp = now
                yield
            if _folders(files) != folders:
                break


def named(contract: Path) -> set[Path]:
    """The files that a contract consists of, as far as their texts tell: also while it is broken, also missing ones."""
    found = {contract.parent / LINT_SETTINGS}
    pending = [contract]
    while pending and len(found) < _MOST_FILES:
        file = pending.pop()
        for each in (file, file.resolve()):  # a link may be set anew, or what it leads to be saved
            if each not in found:
                found.add(each)
                pending += _mentioned(each, _look(each))
    return found


@lru_cache(maxsize=_MOST_FILES)
def _mentioned(file: Path, look: tuple[int, int, int] | None) -> tuple[Path, ...]:
    if look is None or look[1] > _LARGEST_BYTES:
        return ()
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    names = {one or other for one, other in _NAMES.findall(text)}
    return tuple(file.parent / name for name in sorted(names) if "://" not in name and "\0" not in name)


def _stamp(contract: Path, files: Iterable[Path], stop: threading.Event) -> _Stamp:
    if _look(contract) is None:
        stop.wait(_GONE_SECONDS)
    return {file: _look(file) for file in files}


def _look(file: Path) -> tuple[int, int, int] | None:
    """What tells that a file is another one: when it was written, its bytes, its number; None when it is not there."""
    try:
        status = file.stat()
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _folders(files: Iterable[Path]) -> frozenset[Path]:
    """The folders of files; of one that is not there, the nearest above it."""
    return frozenset(map(_existing, {file.parent for file in files}))


def _existing(folder: Path) -> Path:
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder
