"""The museum: a contract with one of everything, generated beside handlers as they are meant to be written."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType

from handfast.contract import Contract, load_contract
from handfast.generate import generate

SOURCE = Path(__file__).parent / "cases" / "museum"


def build(folder: Path) -> Contract:
    """Copy the package `museum` into a folder, and generate `museum.generated` there."""
    shutil.copytree(SOURCE, folder / "museum", ignore=shutil.ignore_patterns("__pycache__"))
    contract = load_contract(folder / "museum" / "contract.yaml")
    generate(contract, folder / "museum" / "generated", cache=folder / "cache")
    return contract


@contextmanager
def imported(folder: Path) -> Iterator[ModuleType]:
    """The module `museum.app` of a folder in which it was built."""
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        yield import_module("museum.app")
    finally:
        sys.path.remove(str(folder))
        for name in [each for each in sys.modules if each.partition(".")[0] == "museum"]:
            del sys.modules[name]
