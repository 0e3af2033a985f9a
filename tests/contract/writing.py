"""Contracts written as text in a test, and what the loader says of them."""

from __future__ import annotations

from pathlib import Path

from handfast.contract import Contract, load_contract
from handfast.errors import ContractError, Diagnostic

HEAD = 'openapi: 3.1.1\ninfo: {title: Test, version: "1"}\n'


def load(folder: Path, text: str | bytes, name: str = "api.yaml", **others: str) -> Contract:
    """Loads a contract from a file in `folder`, with others beside it (`schemas__pet_yaml` is schemas/pet.yaml)."""
    for other, content in others.items():
        file = folder / other.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_contract(folder / name)


def diagnostics(folder: Path, text: str | bytes, name: str = "api.yaml", **others: str) -> list[Diagnostic]:
    """What the loader finds wrong, or is warned of."""
    try:
        return list(load(folder, text, name, **others).warnings)
    except ContractError as error:
        return list(error.diagnostics)
