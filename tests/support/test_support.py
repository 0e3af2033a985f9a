"""docs/SUPPORT.md tells the truth: it has every field of the specification, and each row holds when it is tried."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.support.fields import declared
from tests.support.page import rows
from tests.support.proofs import WORDS, Case, all_cases, prove, word_of

CASES = all_cases()


def test_every_field_of_the_specification_has_one_row_and_no_other_field_has() -> None:
    found = Counter((row.object, row.field) for row in rows())
    assert set(found) == set(declared())
    assert [field for field, count in found.items() if count > 1] == []


def test_every_row_says_which_version_brought_its_field() -> None:
    assert {(row.object, row.field): row.since for row in rows()} == declared()


def test_every_word_of_a_row_has_its_case_and_every_case_its_row() -> None:
    proven: dict[tuple[str, str], set[str]] = {}
    for name, field, case in CASES:
        proven.setdefault((name, field), set()).add(word_of(case))
    assert {(row.object, row.field): set(row.words) for row in rows()} == proven
    assert all(row.words <= set(WORDS) for row in rows())


@pytest.mark.parametrize(
    ("name", "field", "case"),
    [
        pytest.param(*each, id=f"{each[0]}.{each[1]}-{word_of(each[2])}-{index}".replace(" ", ""))
        for index, each in enumerate(CASES)
    ],
)
def test_a_row_holds_when_it_is_tried(name: str, field: str, case: Case) -> None:
    prove(name, field, case)
