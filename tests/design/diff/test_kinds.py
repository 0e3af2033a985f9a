"""`handfast.design.diff`: every kind of change has its name and its verdicts, at the lines where it was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from handfast.contract import Contract, load_contract, load_contract_text
from handfast.design.diff import Difference, Impact, Verdict, compare
from tests.design.diff.kinds import KINDS, Kind

LIBRARY = Path(__file__).with_name("library.yaml")
TEXT = LIBRARY.read_text(encoding="utf-8")
EXTRACTED = "    Tags: {type: array, items: {type: string}}\n"


@pytest.fixture(scope="module")
def old() -> Contract:
    return load_contract(LIBRARY)


def changed(kind: Kind) -> Contract:
    """The library after a change; what a change refers to and nobody has is added."""
    assert kind.old in TEXT, kind.old
    text = TEXT.replace(kind.old, kind.new)
    return load_contract_text(text + (EXTRACTED if "schemas/Tags" in text else ""), "new.yaml", validate=False)


def told(difference: Difference) -> str:
    return "\n".join(
        f"{each.code} {each.direction} wire={each.wire} sdk={each.sdk} {each.impact}: {each.message} ({each.reason})"
        for each in difference.changes
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name.replace(" ", "-"))
def test_a_kind_of_change(old: Contract, kind: Kind) -> None:
    difference = compare(old, changed(kind))
    codes = {each.code for each in difference.changes}
    if kind.code:
        assert kind.code in codes, told(difference)
        found = [each for each in difference.changes if each.code == kind.code]
        assert kind.wire in {each.wire for each in found}, told(difference)
    worst = next((impact for impact in Impact if difference.counts.get(impact)), Impact.WORDING)
    assert worst is kind.impact, told(difference)
    assert all(each.reason for each in difference.changes)


def test_nothing_changed(old: Contract) -> None:
    assert compare(old, old).changes == ()


def test_names_of_kinds_are_unique() -> None:
    names = [kind.name for kind in KINDS]
    assert len(set(names)) == len(names)
    assert sum(kind.impact is Impact.BREAKING for kind in KINDS) >= 50


def test_a_change_of_a_shared_schema_is_one_change(old: Contract) -> None:
    text = TEXT.replace("enum: [novel, poetry, play]", "enum: [novel, poetry, play, essay]")
    difference = compare(old, load_contract_text(text, "new.yaml"))
    (change,) = difference.changes
    assert change.direction == "both"
    assert change.operations == ("listBooks", "createBook", "getBook", "replaceBook")
    assert (change.old_pointer, change.new_pointer) == ("/components/schemas/Genre/enum",) * 2
    assert change.new_location is not None
    assert text.splitlines()[change.new_location.line - 1].startswith("    Genre:")


@pytest.mark.parametrize(
    ("old_version", "kind", "new_version", "required", "is_owned_up"),
    [
        ("1.4.2", "operation removed", "1.5.0", "2.0.0", False),
        ("1.4.2", "operation removed", "2.0.0", "2.0.0", True),
        ("0.4.2", "operation removed", "0.5.0", "0.5.0", True),
        ("1.4.2", "operation added", "1.4.2", "1.5.0", False),
        ("0.4.2", "operation added", "0.4.3", "0.4.3", True),
        ("1.4.2", "summary changed", "1.4.3", "1.4.3", True),
        ("1.4.2", "parameter default changed", "1.5.0", "1.5.0", True),
        ("spring", "operation removed", "summer", None, False),
    ],
)
def test_the_next_version(
    old_version: str, kind: str, new_version: str, required: str | None, is_owned_up: bool
) -> None:
    (row,) = (each for each in KINDS if each.name == kind)
    before = load_contract_text(TEXT.replace("version: 1.4.2", f"version: {old_version}"), "old.yaml", validate=False)
    text = TEXT.replace(row.old, row.new).replace("version: 1.4.2", f"version: {new_version}")
    difference = compare(before, load_contract_text(text, "new.yaml", validate=False))
    assert (difference.required, difference.is_owned_up) == (required, is_owned_up)


def test_verdicts_have_an_order() -> None:
    assert [*Verdict] == [Verdict.BREAKING, Verdict.UNKNOWN, Verdict.COMPATIBLE]
