"""Contracts that others wrote: what is generated from them imports, and is right for mypy in strict mode."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from handfast.contract import load_contract
from handfast.errors import ContractError
from handfast.generate import generate
from tests.corpora import corpus

_IMPORT_ALL = """
import importlib, pathlib, sys
from pydantic import BaseModel, TypeAdapter
root = pathlib.Path(sys.argv[1])
for file in sorted(root.glob("v*/**/*.py")):
    module = importlib.import_module(".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__"))
    for name, value in list(vars(module).items()):
        if isinstance(value, type) and issubclass(value, BaseModel):
            assert value.__pydantic_complete__, (module.__name__, name)
        elif type(value).__name__ == "TypeAliasType":
            TypeAdapter(value)
"""


def _generate_all(folder: Path) -> int:
    """Generate a package for each document of the corpus that is valid, and count them."""
    count = 0
    for document in sorted(corpus("feature-fixtures").rglob("*.json")):
        try:
            contract = load_contract(document)
        except ContractError:
            continue
        name = f"{document.parent.name}_{document.stem}".replace(".", "_").replace("-", "_")
        generate(contract, folder / f"v{name}")
        count += 1
    return count


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run([sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_valid_document_becomes_a_package_that_imports_and_type_checks(tmp_path: Path) -> None:
    assert _generate_all(tmp_path) > 40
    _run(tmp_path, "-W", "error", "-c", _IMPORT_ALL, str(tmp_path))
    _run(tmp_path, "-m", "mypy", "--strict", ".")
