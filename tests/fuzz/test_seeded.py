"""The table of seeded faults can be seeded: each edit stands once in its file, and the page says the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.faults import PAGE, page
from tests.fuzz.seeded import SEEDED, Catcher, Fault

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("fault", SEEDED, ids=lambda fault: fault.name.replace(" ", "-"))
def test_the_edit_stands_once(fault: Fault) -> None:
    text = (ROOT / fault.file).read_text(encoding="utf-8")
    for old, new in ((fault.old, fault.new), *fault.more):
        assert text.count(old) == 1
        assert old != new


def test_there_are_forty_of_them_and_every_gate_has_some() -> None:
    assert len({fault.name for fault in SEEDED}) == len(SEEDED) >= 40
    assert {fault.catcher for fault in SEEDED} == set(Catcher)


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()
