"""What lint found, remembered by the digest of everything that it depends on, so that a second run takes no time.

An entry holds for the bytes of the contract, of every file that it refers to and of `lint.yaml`, for the folder that
names of files are relative to, and for the code and the libraries that judge. Contracts that do not load are not
remembered: they may need a file that is not there yet.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import cast

import handfast
from handfast.errors import Diagnostic, Location, Severity
from handfast.project import LINT_SETTINGS

_KEPT = 64
"""Entries that stay in the folder."""

_LIBRARIES = ("jsonschema-rs", "openapi-spec-validator", "pyyaml")


@dataclass(frozen=True, slots=True)
class Checked:
    """What lint found in a contract, and how many operations it has."""

    diagnostics: Sequence[Diagnostic]
    operations: int


def check(path: Path, *, fresh: bool = False) -> Checked:
    """Load and lint a contract, or say what came of it when everything was the same; `fresh` does not look.

    Raises ContractError when the contract does not load.
    """
    entry = _folder() / f"{_key(path)}.json"
    if not fresh and (known := _read(entry)) is not None:
        return known
    from handfast.contract import load_contract
    from handfast.design.lint import lint

    contract = load_contract(path)
    checked = Checked(tuple(lint(contract)), len(contract.operations))
    with suppress(OSError):  # a folder that cannot be written is no reason to fail
        _write(entry, checked, contract.positions.files)
    return checked


def _folder() -> Path:
    """The user's cache, where the XDG Base Directory Specification has it; made when it is first written."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(home) if Path(home).is_absolute() else Path.home() / ".cache"
    return base / "handfast" / "lint"


def _key(path: Path) -> str:
    settings = path.parent / LINT_SETTINGS
    parts = (str(Path.cwd()), str(path), _digest(path), _digest(settings), *_judges())
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _judges() -> Iterator[str]:
    """What tells that the code of Handfast, or a library that decides, is another one."""
    yield handfast.__version__
    yield from (metadata.version(name) for name in _LIBRARIES)
    folder = Path(handfast.__file__).parent
    for part in ("contract", "design", "runtime"):
        for file in sorted((folder / part).rglob("*.py")):
            status = file.stat()
            yield f"{file.name} {status.st_size} {status.st_mtime_ns}"


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "absent"


def _read(entry: Path) -> Checked | None:
    """An entry, unless a further file of the contract has changed, or the entry cannot be read."""
    try:
        value = json.loads(entry.read_bytes())
        if any(_digest(Path(name)) != digest for name, digest in value["files"].items()):
            return None
        return Checked(tuple(_diagnostic(each) for each in value["diagnostics"]), value["operations"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _diagnostic(value: dict[str, object]) -> Diagnostic:
    place = cast("tuple[str, int, int] | None", value["location"])
    return Diagnostic(
        code=str(value["code"]),
        message=str(value["message"]),
        severity=Severity(str(value["severity"])),
        location=Location(*place) if place else None,
        pointer=str(value["pointer"]),
        hint=None if value["hint"] is None else str(value["hint"]),
        excerpt=None if value["excerpt"] is None else str(value["excerpt"]),
    )


def _write(entry: Path, checked: Checked, files: Sequence[str]) -> None:
    value = {
        "files": {str(Path(name).absolute()): _digest(Path(name)) for name in files},
        "operations": checked.operations,
        "diagnostics": [_record(each) for each in checked.diagnostics],
    }
    entry.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=entry.parent, prefix=".new")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False)
    Path(name).replace(entry)
    entries = sorted(entry.parent.glob("*.json"), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in entries[_KEPT:]:
        old.unlink(missing_ok=True)


def _record(diagnostic: Diagnostic) -> dict[str, object]:
    place = diagnostic.location
    return {
        "code": diagnostic.code,
        "message": diagnostic.message,
        "severity": str(diagnostic.severity),
        "location": [place.file, place.line, place.column] if place else None,
        "pointer": diagnostic.pointer,
        "hint": diagnostic.hint,
        "excerpt": diagnostic.excerpt,
    }
