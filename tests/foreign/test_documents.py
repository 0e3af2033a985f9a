"""Some of the contracts that others wrote, end to end; `make corpora` does it with all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpora import corpus
from tests.foreign.documents import work

SAMPLE = [
    ("feature-fixtures", "3.0/discriminators.json"),
    ("feature-fixtures", "3.0/parameters-style.json"),
    ("feature-fixtures", "3.0/file-uploads.json"),
    ("feature-fixtures", "3.0/security.json"),
    ("feature-fixtures", "3.1/parameters-style.json"),
    ("feature-fixtures", "3.1/schema-types.json"),
    ("public-apis", "museum.yaml"),
    ("public-apis", "train-travel.yaml"),
    ("public-apis", "getgo.com__gototraining.json"),
]


@pytest.mark.parametrize(("name", "document"), SAMPLE)
def test_every_operation_answers_right_requests_and_refuses_wrong_ones(
    name: str, document: str, tmp_path: Path
) -> None:
    root = corpus(name)
    row = work(name, root, root / document, tmp_path)
    assert row.is_right, [row.refusal, *row.faults, *row.tally.failures]
    assert row.tally.answered == row.tally.operations - len(row.tally.impossible) > 0
    assert row.tally.refused == row.tally.invalid
