"""`handfast.design.diff`: every kind of change has its name and its verdicts, at the lines where it was made."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from handfast.contract import Contract, load_contract, load_contract_text
from handfast.design.diff import Difference, Impact, Verdict, compare
from handfast.design.diff.prose import as_changelog
from handfast.design.diff.subjects import subject
from tests.design.diff.kinds import KINDS, Kind

LIBRARY = Path(__file__).with_name("library.yaml")
TEXT = LIBRARY.read_text(encoding="utf-8")
EXTRACTED = """    Tags: {type: array, items: {type: string}}
    Form:
      oneOf: [{$ref: '#/components/schemas/Paper'}, {$ref: '#/components/schemas/Ebook'}]
      discriminator: {propertyName: kind, mapping: {paper: Paper, ebook: '#/components/schemas/Ebook'}}
"""
NAMED = re.compile("schemas/(Tags|Form)'")


@pytest.fixture(scope="module")
def old() -> Contract:
    return load_contract(LIBRARY)


def changed(kind: Kind) -> Contract:
    """The library after a change; what a change refers to and nobody has is added."""
    assert kind.old in TEXT, kind.old
    text = TEXT.replace(kind.old, kind.new)
    return load_contract_text(text + (EXTRACTED if NAMED.search(text) else ""), "new.yaml", validate=False)


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


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        (
            "parameter maximum lowered",
            "### Changed (breaking)\n\n- query parameter limit: the maximum is 50 instead of 100 (listBooks).",
        ),
        (
            "request length raised",
            "### Changed\n\n- NewBook.title: the greatest length is 300 instead of 200 (createBook, replaceBook).",
        ),
        (
            "reply member added",
            '### Added\n\n- Book: member "weight" is new (listBooks, createBook, getBook, replaceBook).',
        ),
        (
            "reply member removed",
            '### Removed (breaking)\n\n- Book: member "addedAt" is gone (listBooks, createBook, getBook, replaceBook).',
        ),
        ("operation deprecated", "### Deprecated\n\n- getBook: it is deprecated."),
        ("member deprecated", "### Deprecated\n\n- Book.title: it is deprecated."),
        ("parameter deprecated", "### Deprecated\n\n- query parameter 'lang' is deprecated."),
        ("operation removed", "### Removed (breaking)\n\n- replaceBook: PUT /books/{id} is gone."),
        (
            "member default changed",
            (
                "### Changed (may break)\n\n"
                '- NewBook: member "currency" is "usd" when it is left out, instead of "eur" (createBook, replaceBook).'
            ),
        ),
    ],
)
def test_the_entry_of_a_changelog(old: Contract, name: str, entry: str) -> None:
    (kind,) = (each for each in KINDS if each.name == name)
    new = changed(kind)
    assert as_changelog(compare(old, new)) == f"## Unreleased\n\n{entry}"
    text = TEXT.replace(kind.old, kind.new).replace("version: 1.4.2", "version: 2.0.0")
    released = load_contract_text(text, "new.yaml", validate=False)
    assert as_changelog(compare(old, released)) == f"## 2.0.0\n\n{entry}"


def test_a_changelog_without_an_entry(old: Contract) -> None:
    nothing = "Nothing that a client could notice."
    assert as_changelog(compare(old, old)) == nothing
    released = load_contract_text(TEXT.replace("version: 1.4.2", "version: 1.4.3"), "new.yaml", validate=False)
    assert as_changelog(compare(old, released)) == f"## 1.4.3\n\n{nothing}"


@pytest.mark.parametrize(
    ("pointer", "words"),
    [
        ("/components/schemas/NewBook/properties/tags/items/maxLength", "NewBook.tags[]"),
        ("/components/schemas/Book/properties/format/oneOf/0/properties/grams", "Book.format.grams"),
        ("/components/schemas/Book/additionalProperties/type", "Book.*"),
        ("/paths/~1books/get/parameters/1/schema/items", "query parameter genre[]"),
        ("/paths/~1books/get/responses/200/headers/X-Total/schema/minimum", "header X-Total"),
        ("/paths/~1books/post/requestBody/content/application~1json/schema/properties/a~1b/type", "request body, a/b"),
        ("/paths/~1books/get/responses/200/content/text~1csv/schema/type", "response 200"),
        ("/paths/~1books/get", ""),
    ],
)
def test_what_a_change_is_about(old: Contract, pointer: str, words: str) -> None:
    assert subject(old.document, pointer) == words


def test_verdicts_have_an_order() -> None:
    assert [*Verdict] == [Verdict.BREAKING, Verdict.UNKNOWN, Verdict.COMPATIBLE]
