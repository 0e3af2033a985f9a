"""Generated packages pass mypy and pyright in strict mode, whatever the members of a schema are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from handfast.contract import Contract, load_contract
from handfast.generate import generate
from tests.generate.made import contract
from tests.generate.test_models import HOSTILE
from tests.mistakes.checkers import CHECKERS

_LIBRARY = Path(__file__).parent / "golden" / "library.yaml"
_THING = {"type": "object", "properties": {name: {"type": "string"} for name in HOSTILE}, "required": HOSTILE[::2]}


@pytest.mark.parametrize("checker", CHECKERS)
@pytest.mark.parametrize(
    "made", [load_contract(_LIBRARY), contract(schemas={"Thing": _THING})], ids=["library", "hostile"]
)
def test_no_type_checker_finds_anything(made: Contract, checker: str, tmp_path: Path) -> None:
    generate(made, tmp_path / "made", cache=tmp_path / "cache")
    assert CHECKERS[checker](tmp_path, "made") == {}
