"""Formatting of generated Python by ruff, in one process for all files, independent of any project's settings."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from handfast.errors import GenerationError

_FORMAT = (
    *("format", "--isolated", "--no-cache", "--quiet", "--line-length", "120", "--target-version", "py311"),
    *("--config", "format.skip-magic-trailing-comma=true", "--config", "format.docstring-code-format=false"),
)


def formatted(sources: Mapping[str, str]) -> dict[str, str]:
    """The Python texts by name, formatted; the names are only for messages. Raises GenerationError if ruff refuses."""
    if not sources:
        return {}
    with TemporaryDirectory(prefix="handfast-") as folder:
        files = {name: Path(folder) / f"{index}.py" for index, name in enumerate(sources)}
        for name, file in files.items():
            file.write_text(sources[name], encoding="utf-8", newline="\n")
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *_FORMAT, folder], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise GenerationError(f"ruff refuses generated code (the pinned version is needed): {done.stderr.strip()}")
        return {name: file.read_text(encoding="utf-8") for name, file in files.items()}
