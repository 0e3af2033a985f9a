"""The folder of the generated package: all of it belongs to the generator, and it changes as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from handfast.errors import GenerationError
from handfast.generate.package import CONTRACT, ROUTES
from handfast.generate.text import HEADER

_DATA = frozenset({CONTRACT, ROUTES})


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between a folder and its contract, as paths inside the folder, sorted."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.added) + len(self.changed) + len(self.removed)

    def __str__(self) -> str:
        lines = [
            *(f"added    {path}" for path in self.added),
            *(f"changed  {path}" for path in self.changed),
            *(f"removed  {path}" for path in self.removed),
        ]
        return "\n".join(lines) or "nothing changed"


def compare(files: Mapping[str, str], folder: Path) -> Changes:
    """What writing the files would change; raises GenerationError for a folder with files that somebody else wrote."""
    known = _owned(folder)
    added = sorted(path for path in files if path not in known)
    changed = sorted(path for path, text in files.items() if path in known and known[path] != text.encode())
    removed = sorted(path for path in known if path not in files)
    return Changes(tuple(added), tuple(changed), tuple(removed))


def write(files: Mapping[str, str], folder: Path, changes: Changes) -> None:
    """Make the changes: everything is written beside the folder first, then moved; untouched files stay as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as staged:
        new = Path(staged)
        for index, path in enumerate((*changes.added, *changes.changed)):
            (new / str(index)).write_text(files[path], encoding="utf-8", newline="\n")
        for index, path in enumerate((*changes.added, *changes.changed)):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            _move(new / str(index), target)
        for path in changes.removed:
            (folder / path).unlink()
    for path in changes.removed:
        with suppress(OSError):
            (folder / path).parent.rmdir()


def _move(source: Path, target: Path) -> None:
    """Put a file in place in one step; its mode is that of a file that was simply written."""
    if target.exists():
        source.chmod(target.stat().st_mode)
    source.replace(target)


def _owned(folder: Path) -> dict[str, bytes]:
    if folder.exists() and not folder.is_dir():
        raise GenerationError(f"{folder} is a file; generated code needs a folder of its own")
    contents = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}
    is_ours = _is_python_of_ours("__init__.py", contents.get("__init__.py", b""))
    strangers = [
        path
        for path, content in sorted(contents.items())
        if not (_is_python_of_ours(path, content) or (is_ours and path in _DATA))
    ]
    if strangers:
        listed = ", ".join(strangers[:5]) + (f" and {len(strangers) - 5} more" if len(strangers) > 5 else "")
        raise GenerationError(
            f"{folder} has files that the generator did not write: {listed}\n"
            "    hint: everything in this folder belongs to the generator; move them, or choose another folder"
        )
    return contents


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and "__pycache__" not in path.parts and path.name != ".DS_Store":
            yield path


def _is_python_of_ours(path: str, content: bytes) -> bool:
    return path.endswith(".py") and content.startswith(HEADER.encode())
