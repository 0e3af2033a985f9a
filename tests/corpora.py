"""Where the corpora are: contracts and cases that others wrote, read in place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

VARIABLE = "HANDFAST_CORPORA"


def found(name: str) -> Path | None:
    """The folder of a corpus, None when there is none."""
    root = Path(os.environ.get(VARIABLE) or Path(__file__).parents[2] / "shared" / "corpora")
    folder = root / name
    return folder if folder.is_dir() else None


def corpus(name: str) -> Path:
    """The folder of a corpus; skips the calling test when there is none."""
    folder = found(name)
    if folder is None:
        pytest.skip(f"no corpus {name}: set {VARIABLE} to the folder of the corpora")
    return folder
