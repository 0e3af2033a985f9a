"""`handfast lint`: each rule finds its fault at its line in an otherwise clean contract, and nothing else does.

`cases/clean.yaml` is the contract, `cases/rules.diff` has the faults; how to read it stands at its top.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest

from handfast.contract import JSONValue, load_contract
from handfast.design.lint import lint
from handfast.design.rules import RULES
from handfast.errors import ContractError, Diagnostic, Severity

FOLDER = Path(__file__).with_name("cases")
CLEAN = (FOLDER / "clean.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Case:
    """A contract with one fault, the codes of the rules that find it, and the number of its line."""

    codes: tuple[str, ...]
    text: str
    line: int


def cases() -> Iterator[Case]:
    _, *sections = (FOLDER / "rules.diff").read_text(encoding="utf-8").split("\n# ")
    for section in sections:
        header, *lines = section.splitlines()
        text = CLEAN
        for separates, hunk in groupby(lines, lambda line: not line):
            text = text if separates else patched(text, list(hunk))
        yield Case(tuple(header.split()), text.replace(MARK, ""), text[: text.index(MARK)].count("\n") + 1)


MARK = "\0"


def patched(text: str, hunk: list[str]) -> str:
    """The text with a hunk applied, and the line that is meant marked."""
    old = [line[2:] for line in hunk if line[:2] in ("- ", "  ", ">>")]
    new = [MARK + line[2:] if line[0] == ">" else line[2:] for line in hunk if line[:2] != "- "]
    before, after = "\n".join(["", *old, ""]), "\n".join(["", *new, ""])
    assert f"\n{text}".count(before) == 1, before
    return f"\n{text}".replace(before, after).removeprefix("\n")


def changed(*changes: tuple[str, str]) -> str:
    text = CLEAN
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def found_in(folder: Path, text: str, settings: str = "") -> tuple[list[Diagnostic], list[str]]:
    """What lint finds, and the lines of the contract."""
    file = folder / "api.yaml"
    file.write_text(text, encoding="utf-8")
    if settings:
        (folder / "lint.yaml").write_text(settings, encoding="utf-8")
    return list(lint(load_contract(file))), text.splitlines()


def test_a_clean_contract_has_nothing_to_report(tmp_path: Path) -> None:
    found, _ = found_in(tmp_path, CLEAN)
    assert [str(each) for each in found] == []


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: f"{case.codes[0]} in line {case.line}")
def test_a_fault_is_found_at_its_line(case: Case, tmp_path: Path) -> None:
    off = [f"{rule.code}: hint" for rule in RULES if rule.level is None and rule.code == case.codes[0]]
    found, _ = found_in(tmp_path, case.text, f"levels: {{ {', '.join(off)} }}\n" if off else "")
    assert {each.code for each in found} == {*case.codes}, [str(each) for each in found]
    assert case.line in {each.location.line for each in found if each.location and each.code == case.codes[0]}
    assert all(each.excerpt and each.message for each in found)


def test_every_rule_has_a_case() -> None:
    tested_below = {"default-invalid", "nullable-ineffective"}
    assert {rule.code for rule in RULES} - {case.codes[0] for case in cases()} == tested_below


BORN = "        born: { type: string, format: date }"
KIND = "    Kind: { type: string, enum: [cat, dog] }"


def test_nullable_of_3_0_without_effect_is_found(tmp_path: Path) -> None:
    text = changed(
        ("openapi: 3.1.1", "openapi: 3.0.3"),
        ("identifier: MIT", "url: 'https://a.example'"),
        (KIND, "    Kind: { type: string, nullable: true, enum: [cat, dog] }"),
        ("born: { type: string, format: date }", "born: { nullable: true, allOf: [{ type: string, format: date }] }"),
    )
    found, lines = found_in(tmp_path, text)
    assert [(each.code, lines[each.location.line - 1].strip()[:5]) for each in found if each.location] == [
        ("nullable-ineffective", "born:"),
        ("nullable-ineffective", "Kind:"),
    ]


def test_a_broken_default_is_found_once(tmp_path: Path) -> None:
    found, _ = found_in(tmp_path, changed((KIND, KIND.replace("enum", "default: cow, enum"))))
    assert [each.severity for each in found if each.code == "default-invalid"] == [Severity.ERROR]


def test_what_no_generator_and_no_server_reads_is_not_complained_of(tmp_path: Path) -> None:
    condition = BORN + "\n      if: { properties: { name: { const: Jerry } } }\n      then: { required: [born] }"
    text = changed((BORN, condition), ("maxLength: 80, pattern: '^[!-~ ]*$'", "maxLength: 80"))
    found, _ = found_in(tmp_path, text)
    assert [str(each) for each in found] == []


SETTINGS = """\
levels: {{ {level} }}
waivers:
  - code: {code}
    pointer: {pointer}
    reason: Because.
"""
WRONG = changed(("maxLength: 20, ", ""), ("  schemas:\n", "  schemas:\n    Left: { type: string, maxLength: 1 }\n"))
LEFT = "/components/schemas/Left"
ITEMS = "/components/schemas/Pet/properties/tags/items"


def codes(found: list[Diagnostic]) -> Iterator[tuple[str, Severity]]:
    return ((each.code, each.severity) for each in found)


@pytest.mark.parametrize(
    ("level", "code", "pointer", "expected"),
    [
        ("string-unbounded: error", "component-unused", LEFT, [("string-unbounded", Severity.ERROR)]),
        ("string-unbounded: off", "component-unused", f"'#{LEFT}'", []),
        ("", "string-unbounded", ITEMS, [("component-unused", Severity.WARNING)]),
        ("", "string-unbounded", "/components/schemas/Pet", [("component-unused", Severity.WARNING)]),
        (
            "component-unused: hint",
            "string-unbounded",
            "/components/schemas/Pe",
            [
                ("waiver-unused", Severity.WARNING),
                ("string-unbounded", Severity.HINT),
                ("component-unused", Severity.HINT),
            ],
        ),
    ],
)
def test_levels_and_waivers_come_from_a_file_beside_the_contract(
    level: str, code: str, pointer: str, expected: list[tuple[str, Severity]], tmp_path: Path
) -> None:
    found, _ = found_in(tmp_path, WRONG, SETTINGS.format(level=level, code=code, pointer=pointer))
    assert sorted(codes(found)) == sorted(expected)
    assert all(each.location for each in found)


@pytest.mark.parametrize(
    ("settings", "line", "words"),
    [
        ("levels:\n  no-such-rule: error\n", 2, "no-such-rule"),
        ("levels:\n  string-unbounded: fatal\n", 2, "error, warning, hint or off"),
        ("waivers:\n  - code: string-unbounded\n    pointer: /a\n", 2, "reason"),
        ("waivers:\n  - code: string-unbounded\n    pointer: /a\n    reason: ' '\n", 2, "reason"),
        ("ignore: []\n", 1, "ignore"),
        ("[]\n", 1, "mapping"),
    ],
)
def test_wrong_settings_are_errors_with_their_place(settings: str, line: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(ContractError) as caught:
        found_in(tmp_path, CLEAN, settings)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "lint-settings"
    assert diagnostic.location is not None
    assert (Path(diagnostic.location.file).name, diagnostic.location.line) == ("lint.yaml", line)
    assert words in diagnostic.message


def test_a_finding_reads_like_this(tmp_path: Path) -> None:
    found, _ = found_in(tmp_path, changed(("{ name: Tom, kind: cat", "{ name: Tom, kind: cow")))
    (diagnostic,) = found
    assert str(diagnostic).partition("api.yaml")[2] == (
        ':82:27: error[example-invalid]: the example breaks its schema at "/kind": must be one of "cat", "dog"\n'
        "    80 |     Tom:\n"
        "    81 |       summary: A cat\n"
        "  → 82 |       value: { name: Tom, kind: cow, tags: [black] }"
    )


def test_a_value_spares_the_proof_that_there_is_none(tmp_path: Path) -> None:
    parts: dict[str, JSONValue] = {
        f"Part{number}": {"type": "object", "properties": {f"p{number}_{n}": {"type": "string"} for n in range(40)}}
        for number in range(20)
    }
    union: JSONValue = {
        "type": "object",
        "anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in parts],
        "additionalProperties": {"type": "string"},
    }
    wholes: dict[str, JSONValue] = {f"Whole{number}": union for number in range(6)}
    document = {
        "openapi": "3.1.1",
        "info": {"title": "Large", "version": "1"},
        "paths": {},
        "components": {"schemas": {**parts, **wholes}},
    }
    file = tmp_path / "api.json"
    file.write_text(json.dumps(document))
    contract = load_contract(file)
    started = time.process_time()
    assert "schema-unsatisfiable" not in {each.code for each in lint(contract)}
    assert time.process_time() - started < 3
