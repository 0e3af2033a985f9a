"""One document after another: loaded, generated, imported, bound to the mock and asked; what came of it as a row."""

from __future__ import annotations

import asyncio
import importlib
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from handfast.contract import load_contract
from handfast.errors import ContractError, Severity
from handfast.generate import generate
from tests.foreign.mocked import Tally, exercise

CORPORA = {"feature-fixtures": "**/*.json", "public-apis": "*.*"}
"""The corpora of whole contracts, and where their documents are."""


@dataclass(slots=True)
class Row:
    """What came of a document; `refusal` says why it is none, `faults` what is wrong with what was made of it."""

    corpus: str
    name: str
    package: str
    refusal: str = ""
    tally: Tally = field(default_factory=Tally)
    faults: list[str] = field(default_factory=list[str])
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        """Whether a valid document got everything that it may expect."""
        return not self.refusal and not self.faults and not self.tally.failures


def work(corpus: str, root: Path, document: Path, folder: Path) -> Row:
    """Load, generate, import, bind and ask one document; its package goes into `folder`."""
    name = document.relative_to(root).as_posix()
    row = Row(corpus, name, "v_" + "".join(char if char.isalnum() else "_" for char in f"{corpus}_{name}").lower())
    started = time.perf_counter()
    try:
        contract = load_contract(document)
    except ContractError as error:
        row.refusal = _reason(error)
        return row
    try:
        generate(contract, folder / row.package)
        _import(folder, row.package)
    except Exception as error:  # whatever it is, it is a finding
        row.faults.append(f"generate: {type(error).__name__}: {error}")
    try:
        row.tally = asyncio.run(exercise(contract))
    except Exception as error:
        row.faults.append(f"mock: {type(error).__name__}: {error}")
    row.seconds = time.perf_counter() - started
    return row


def _reason(error: ContractError) -> str:
    errors = [each for each in error.diagnostics if each.severity is Severity.ERROR]
    more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
    return f"`{errors[0].code}`: {errors[0].message}{more}"


def _import(folder: Path, package: str) -> None:
    """Import every module of a package, and see that all models are complete; nothing of it stays."""
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        for file in sorted((folder / package).rglob("*.py")):
            parts = file.relative_to(folder).with_suffix("").parts
            module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
            for name, value in list(vars(module).items()):
                if isinstance(value, type) and issubclass(value, BaseModel):
                    assert value.__pydantic_complete__, (module.__name__, name)
                elif type(value).__name__ == "TypeAliasType":
                    TypeAdapter(value)
    finally:
        sys.path.remove(str(folder))
        for module_name in [each for each in sys.modules if each.split(".")[0] == package]:
            del sys.modules[module_name]
