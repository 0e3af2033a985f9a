"""Contracts and the packages that are generated from them, whole, as a reviewer reads them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from handfast.contract import load_contract
from handfast.generate.package import package_files

_GOLDEN = Path(__file__).parent / "golden"
_CASES = sorted(_GOLDEN.glob("*.yaml"))


@pytest.mark.parametrize("contract", _CASES, ids=[case.stem for case in _CASES])
def test_a_contract_becomes_the_reviewed_text(contract: Path) -> None:
    files = package_files(load_contract(contract))
    del files["openapi.json"]  # the contract itself
    text = "".join(f"=== {path}\n{files[path]}" for path in sorted(files))
    golden = contract.with_suffix(".txt")
    if os.environ.get("HANDFAST_GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8"), "after review: HANDFAST_GOLDEN=write"
