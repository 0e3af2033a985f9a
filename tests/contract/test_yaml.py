"""YAML and JSON as authors write them: what a scalar means, and what is refused at which place."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from handfast.contract import load_contract
from handfast.errors import ContractError
from tests.contract.writing import HEAD, diagnostics, load

SCALARS: list[tuple[str, Any]] = [
    ("yes", "yes"),
    ("no", "no"),
    ("on", "on"),
    ("Off", "Off"),
    ("y", "y"),
    ("true", True),
    ("False", False),
    ("TRUE", True),
    ("tRUE", "tRUE"),
    ("null", None),
    ("~", None),
    ("", None),
    ("Null", None),
    ("nULL", "nULL"),
    ("2020-01-01", "2020-01-01"),
    ("2020-01-01T10:00:00Z", "2020-01-01T10:00:00Z"),
    ("12:30:00", "12:30:00"),
    ("1:30", "1:30"),
    ("0", 0),
    ("-0", 0),
    ("+5", 5),
    ("010", 10),
    ("09", 9),
    ("0o10", 8),
    ("0x1F", 31),
    ("0b11", "0b11"),
    ("1_000", "1_000"),
    ("123456789012345678901234567890", 123456789012345678901234567890),
    ("5.0", 5.0),
    ("5.", 5.0),
    (".5", 0.5),
    ("1e3", 1000.0),
    ("1E-2", 0.01),
    ("1.1.1", "1.1.1"),
    ("=", "="),
    ("'yes'", "yes"),
    ('"5"', "5"),
    ("!!str 5", "5"),
    ("!!str null", "null"),
    ("! 5", "5"),
    ("!!int 5", 5),
    ("!!float 5", 5.0),
    ("!!bool true", True),
    ("!!null ''", None),
    ("|\n    text\n", "text\n"),
    (">-\n    folded\n    text\n", "folded text"),
    ('"\\u0000"', "\x00"),
    ('"é😀"', "é😀"),
    ("a\u2028b", "a\u2028b"),
]


@pytest.mark.parametrize(("written", "meant"), SCALARS, ids=[repr(written) for written, _ in SCALARS])
def test_scalars_mean_what_yaml_1_2_says(tmp_path: Path, written: str, meant: Any) -> None:
    contract = load(tmp_path, f"{HEAD}paths: {{}}\nx-value: {written}\n")
    value = contract.source["x-value"]
    assert value == meant
    assert type(value) is type(meant)


def test_what_yaml_1_1_reads_otherwise_is_a_warning(tmp_path: Path) -> None:
    found = diagnostics(tmp_path, f"{HEAD}paths: {{}}\nx-a: 010\nx-b: 0x1F\nx-c: 1_000\nx-d: yes\nx-e: 12\n")
    assert [(each.code, each.location.line, each.location.column) for each in found if each.location] == [
        ("yaml-ambiguous", 4, 6),
        ("yaml-ambiguous", 5, 6),
        ("yaml-ambiguous", 6, 6),
        ("yaml-ambiguous", 7, 6),
    ]
    assert found[3].hint == 'write "yes" for the text, or true for the boolean'
    assert found[0].hint == 'write 10 for the number, or "010" for the text'


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("2026-01-31", "a date"),
        ("2026-01-31T12:00:00Z", "a point in time"),
        ("2026-1-31 12:00:00.5 +1", "a point in time"),
        ("12:30:45", "the number 45045"),
        ("-1:30", "the number -90"),
        ("1_0:30", "the number 630"),
        ("1:30.5", "the number 90.5"),
        ("0b101", "the number 5"),
        ("1_000.5", "the number 1000.5"),
    ],
)
def test_a_text_that_yaml_1_1_takes_for_something_else(tmp_path: Path, written: str, other: str) -> None:
    (found,) = diagnostics(tmp_path, f"{HEAD}paths: {{}}\nx-a: {written}\nx-b: '{written}'\n")
    assert (found.code, found.message) == (
        "yaml-ambiguous",
        f"{written} is text in YAML 1.2, and {other} in YAML 1.1",
    )


@pytest.mark.parametrize(
    "written",
    ["2026-1-31", "2026-01", "12:60:00", "01:30:45x", "12:30:45Z", "1.2.3", "192.0.2.1", "a:1", "2026-01-31Z", "0b2"],
)
def test_a_text_that_all_read_alike(tmp_path: Path, written: str) -> None:
    assert not diagnostics(tmp_path, f"{HEAD}paths: {{}}\nx-a: {written}\n")


def test_keys_are_texts(tmp_path: Path) -> None:
    text = f"{HEAD}paths: {{}}\nx-keys: {{200: a, 1.0: b, true: c, null: d, 2020-01-01: e, 010: f, '': g}}\n"
    assert load(tmp_path, text).source["x-keys"] == {
        "200": "a",
        "1.0": "b",
        "true": "c",
        "null": "d",
        "2020-01-01": "e",
        "010": "f",
        "": "g",
    }


def test_anchors_and_merge_keys(tmp_path: Path) -> None:
    text = f"""{HEAD}paths: {{}}
x-first: &first {{a: 1, b: 1}}
x-second: &second {{b: 2, c: 2}}
x-alias: *first
x-merged: {{<<: [*first, *second], c: 3, d: 4}}
x-text: {{"<<": 5}}
"""
    contract = load(tmp_path, text)
    assert contract.source["x-alias"] == {"a": 1, "b": 1}
    assert contract.source["x-merged"] == {"c": 3, "d": 4, "a": 1, "b": 1}
    assert contract.source["x-text"] == {"<<": 5}
    assert (contract.locate("/x-merged/b").line, contract.locate("/x-merged/d").line) == (4, 7)


BROKEN: list[tuple[str, str | bytes, str, int, int]] = [
    ("empty", "", "source-empty", 1, 1),
    ("comment alone", "# nothing\n", "source-empty", 1, 1),
    ("list", "- a\n", "document-not-mapping", 1, 1),
    ("scalar", "hello\n", "document-not-mapping", 1, 1),
    ("duplicate key", f"{HEAD}paths: {{}}\npaths: {{}}\n", "duplicate-key", 4, 1),
    ("duplicate in flow", f"{HEAD}x-a: {{b: 1, 'b': 2}}\n", "duplicate-key", 3, 13),
    ("duplicate number key", f"{HEAD}x-a: {{200: 1, '200': 2}}\n", "duplicate-key", 3, 15),
    ("tab", f"{HEAD}paths:\n\t/a: {{}}\n", "yaml-tab", 4, 1),
    ("tab after spaces", f"{HEAD}paths:\n  /a:\n  \tget: {{}}\n", "yaml-tab", 5, 3),
    ("tab behind a separator", f'{HEAD}x-a: "a\u2028b"\npaths:\n\t/a: {{}}\n', "yaml-tab", 5, 1),
    ("two documents", f"{HEAD}paths: {{}}\n---\na: 1\n", "yaml-documents", 4, 1),
    ("unknown alias", f"{HEAD}x-a: *nowhere\n", "yaml-alias-unknown", 3, 6),
    ("cyclic alias", f"{HEAD}x-a: &a [1, *a]\n", "yaml-alias-cyclic", 3, 13),
    ("merge a scalar", f"{HEAD}x-a: {{<<: 1}}\n", "yaml-merge-key", 3, 7),
    ("key of a list", f"{HEAD}? [a, b]\n: 1\n", "yaml-key", 3, 3),
    ("infinity", f"{HEAD}x-a: .inf\n", "yaml-not-json", 3, 6),
    ("not a number", f"{HEAD}x-a: .NaN\n", "yaml-not-json", 3, 6),
    ("too large", f"{HEAD}x-a: 1e999\n", "number-too-large", 3, 6),
    ("too large by its tag", f"{HEAD}x-a: !!float {'9' * 400}\n", "number-too-large", 3, 6),
    ("too long", f"{HEAD}x-a: {'9' * 5000}\n", "number-too-large", 3, 6),
    ("too long in hexadecimal", f"{HEAD}x-a: 0x{'f' * 5000}\n", "number-too-large", 3, 6),
    ("tag", f"{HEAD}x-a: !!binary aGk=\n", "yaml-tag", 3, 6),
    ("own tag", f"{HEAD}x-a: !thing {{}}\n", "yaml-tag", 3, 6),
    ("wrong tag", f"{HEAD}x-a: !!int five\n", "yaml-tag", 3, 6),
    ("unclosed", f"{HEAD}x-a: [1, 2\n", "yaml-syntax", 4, 1),
    ("colon in value", f"{HEAD}x-a: b: c\n", "yaml-syntax", 3, 7),
    ("latin-1", HEAD.encode() + b"x-a: caf\xe9\n", "source-encoding", 3, 9),
    ("utf-16", f"{HEAD}".encode("utf-16"), "source-encoding", 1, 1),
    ("control character", f"{HEAD}x-a: \x07\n", "source-character", 3, 6),
    ("half a surrogate pair", f'{HEAD}x-a: "\\ud800"\n', "yaml-syntax", 3, 9),
    ("deep", f"{HEAD}x-a: {'[' * 5000}{']' * 5000}\n", "source-too-deep", 3, 206),
]


@pytest.mark.parametrize(("text", "code", "line", "column"), [case[1:] for case in BROKEN], ids=[c[0] for c in BROKEN])
def test_what_cannot_be_read_has_a_code_and_a_place(
    tmp_path: Path, text: str | bytes, code: str, line: int, column: int
) -> None:
    (found,) = diagnostics(tmp_path, text)
    assert found.location is not None
    assert (found.code, found.location.line, found.location.column) == (code, line, column)
    assert found.excerpt is None or f"→ {line} |" in found.excerpt


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("description: Every: body", 'a text with ": " in it needs quotes'),
        ("description: 'it's'", "quotes that end too early"),
        ("a:\n  b: 1\n c: 2", "look at the indentation of this line"),
        ("a:b\nc: 1", "a key needs a colon and a space after it"),
        ("a: @x", "a text that begins with @"),
        ("a: 'x", "a quote that was opened before is not closed"),
        ('pattern: "\\d"', "a backslash begins an escape in double quotes"),
        ("enum: [a, b", "close the bracket"),
        ("a: *", "a text that begins with * or & needs quotes"),
        ("a: ]", "a text that begins with a comma or a closing bracket"),
        ("a: - b", "a list begins on a line of its own"),
    ],
)
def test_what_is_no_yaml_is_told_with_what_mostly_mends_it(tmp_path: Path, text: str, cure: str) -> None:
    (found,) = diagnostics(tmp_path, f"{HEAD}{text}\n")
    assert found.code == "yaml-syntax"
    assert cure in (found.hint or "")


def test_a_very_deep_document_does_not_crash_the_parser(tmp_path: Path) -> None:
    assert diagnostics(tmp_path, "[" * 200_000)[0].code == "source-too-deep"


def test_alias_bombs_are_bounded(tmp_path: Path) -> None:
    lines = ["x-a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"x-a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    (found,) = diagnostics(tmp_path, HEAD + "\n".join(lines))
    assert found.code == "yaml-alias-bomb"


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    text = f"{HEAD}paths: {{}}\nx-a: 1\n".replace("\n", "\r\n")
    contract = load(tmp_path, b"\xef\xbb\xbf" + text.encode())
    assert contract.source["x-a"] == 1
    assert (contract.locate("/openapi").column, contract.locate("/x-a").line) == (1, 4)


def test_separators_that_yaml_1_2_does_not_break_lines_at(tmp_path: Path) -> None:
    contract = load(tmp_path, f'{HEAD}x-a: a\u2028b\nx-b: "c\x85d"\npaths: {{}}\n')
    assert (contract.source["x-a"], contract.source["x-b"]) == ("a\u2028b", "c\x85d")
    assert contract.locate("/paths").line == 5


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere.yaml", tmp_path):
        with pytest.raises(ContractError) as caught:
            load_contract(path)
        assert [each.code for each in caught.value.diagnostics] == ["source-unreadable"]


JSON_HEAD = '{"openapi": "3.1.1", "info": {"title": "T", "version": "1"}, "paths": {}, '
COMMA = 83 if sys.version_info >= (3, 13) else 84
"""Where Python's parser sees a comma that is one too many: from 3.13 on at the comma, before behind it."""
BROKEN_JSON: list[tuple[str, str, str, int, int]] = [
    ("empty", " \n", "source-empty", 1, 1),
    ("YAML in it", "openapi: 3.1.1\n", "json-syntax", 1, 1),
    ("comma at the end", JSON_HEAD + '"x-a": 1,}', "json-syntax", 1, COMMA),
    ("duplicate key", JSON_HEAD + '\n"x-a": 1,\n "x-a": 2}', "duplicate-key", 3, 2),
    ("duplicate key, escaped", JSON_HEAD + '\n"x-a": 1,\n "x\\u002da": 2}', "duplicate-key", 3, 2),
    ("not a number", JSON_HEAD + '\n"x-a": NaN}', "json-syntax", 2, 8),
    ("infinity", JSON_HEAD + '\n"x-a": [1, -Infinity]}', "json-syntax", 2, 12),
    ("too large", JSON_HEAD + '\n"x-a": 1e999}', "number-too-large", 2, 8),
    ("too long", JSON_HEAD + f'\n"x-a": {"9" * 5000}}}', "number-too-large", 2, 8),
    ("longer than in YAML", JSON_HEAD + f'\n"x-a": -{"9" * 1001}}}', "number-too-large", 2, 8),
    ("half a surrogate pair", JSON_HEAD + '\n"x-a": "\\ud800"}', "source-character", 2, 8),
    ("deep", JSON_HEAD + f'\n"x-a": {"[" * 100_000}{"]" * 100_000}}}', "source-too-deep", 2, 208),
    ("list", "[]", "document-not-mapping", 1, 1),
]


@pytest.mark.parametrize(
    ("text", "code", "line", "column"), [case[1:] for case in BROKEN_JSON], ids=[case[0] for case in BROKEN_JSON]
)
def test_json_that_cannot_be_read(tmp_path: Path, text: str, code: str, line: int, column: int) -> None:
    (found,) = diagnostics(tmp_path, text, "api.json")
    assert found.location is not None
    assert (found.code, found.location.line, found.location.column) == (code, line, column)


def test_json_with_tabs_has_the_same_places_as_its_layout(tmp_path: Path) -> None:
    info = '\t"info": {"title": "T", "version": "1"},\n\t"paths": {},\n'
    large = "9" * 1000  # no double, and an integer all the same
    text = '{\n\t"openapi": "3.1.1",\n' + info + f'\t"x-a": [1, {{"b": [2, 3]}}, "\\u00e9", {large}]\n}}\n'
    contract = load(tmp_path, text, "api.json")
    pointers = ["", "/openapi", "/info/version", "/x-a", "/x-a/1", "/x-a/1/b/1", "/x-a/2", "/x-a/9", "/nowhere/at/all"]
    quick = [contract.locate(pointer) for pointer in pointers]
    laid_out = [contract.positions.locate(pointer) for pointer in pointers * 4][-len(pointers) :]
    assert quick == laid_out
    assert [(place.line, place.column) for place in quick] == [
        (1, 1), (2, 2), (3, 25), (5, 2), (5, 13), (5, 23), (5, 28), (5, 2), (1, 1),
    ]  # fmt: skip
    assert contract.positions.locate("/x-a", "value").column == 9


def test_yaml_with_json_in_it_is_yaml(tmp_path: Path) -> None:
    assert load(tmp_path, JSON_HEAD + '"x-a": yes}', "api.yaml").source["x-a"] == "yes"
