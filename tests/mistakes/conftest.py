"""The museum, built once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.mistakes.museum import build, imported


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the package `museum`."""
    made = tmp_path_factory.mktemp("mistakes")
    build(made)
    return made


@pytest.fixture(scope="package")
def museum(folder: Path) -> Iterator[ModuleType]:
    """The module `museum.app`."""
    with imported(folder) as module:
        yield module
