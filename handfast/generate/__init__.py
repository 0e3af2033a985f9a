"""Contract to Python: parse is done by `handfast.contract`; here it is projected, translated, rendered and written."""

from __future__ import annotations

from pathlib import Path

from handfast.contract.model import Contract
from handfast.errors import GenerationError, unwritable
from handfast.generate.folder import Changes, compare, write
from handfast.generate.package import package_files

__all__ = ["Changes", "generate"]


def generate(
    contract: Contract, folder: str | Path, *, check: bool = False, cache: str | Path | None = None
) -> Changes:
    """Write the generated package of a contract into a folder, and answer what changed.

    The folder belongs to the generator: stale files go, unchanged ones are not touched, and nothing is written when
    something is wrong. With `check` nothing is written at all. `cache` is a folder that spares the work on unchanged
    schemas (default: `.cache/handfast` beside the folder); the result does not depend on it, and `check` ignores it.

    Raises GenerationError when names collide, or the folder has files that the generator did not write, or
    cannot be written.
    """
    target = Path(folder)
    kept = None if check else Path(cache) if cache is not None else target.parent / ".cache" / "handfast"
    files = package_files(contract, kept)
    try:
        changes = compare(files, target)
        if changes and not check:
            write(files, target, changes)
    except OSError as error:
        raise GenerationError(unwritable(target, error)) from None
    return changes
