"""The kinds of defects of `test_defects.py` in other places, in each version, as JSON, and in a second file.

`cases/variants.txt` has them. A case starts with the codes that may name the fault, a title, and in brackets the
versions or forms that it is for, if not for all. `»` stands in the line that must be named; with `no` before the codes
they must not be found at all. Each case is tried as it is written, as JSON, and as a second file whose path items the
contract refers to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from handfast.contract import load_contract
from handfast.design.lint import lint
from handfast.errors import ContractError, Diagnostic

CASES = Path(__file__).with_name("cases") / "variants.txt"
VERSIONS = {"3.0": "3.0.4", "3.1": "3.1.1", "3.2": "3.2.0"}
MAIN = ("openapi", "info", "tags", "security", "servers", "webhooks")
MARK = "»"


@dataclass(frozen=True, slots=True)
class Variant:
    codes: tuple[str, ...]
    is_fault: bool
    title: str
    files: Mapping[str, str]

    def place(self) -> tuple[str, set[int]]:
        """The file and the lines that may be named; an object of a JSON array begins a line before its first member."""
        name, text = next((name, text) for name, text in self.files.items() if MARK in text)
        lines = text.splitlines()
        index = next(index for index, line in enumerate(lines) if MARK in line)
        return name, {index + 1, index} if lines[index - 1].strip() == "{" else {index + 1}


def variants() -> Iterator[Variant]:
    _, *sections = CASES.read_text(encoding="utf-8").split("\n# ")
    for section in sections:
        header, _, body = section.partition("\n")
        found = re.fullmatch(r"(no )?([\w|-]+): (.*?)(?: \[(.*)\])?", header)
        assert found, header
        options = (found[4] or "").split()
        for version in [each for each in options if each in VERSIONS] or VERSIONS:
            text = f"openapi: {VERSIONS[version]}\ninfo: {{ title: T, version: 1.0.0 }}\n{body}"
            for form, files in forms(found[2], text):
                if f"no-{form}" not in options:
                    title = f"{found[2]}, {found[3]}, {version}, {form}"
                    yield Variant(tuple(found[2].split("|")), not found[1], title, files)


def forms(code: str, text: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield "yaml", {"api.yaml": text}
    if code == "duplicate-key":
        return
    value = json.loads(json.dumps(yaml.safe_load(text)))
    yield "json", {"api.yaml": json.dumps(value, indent=2, ensure_ascii=False)}
    if not any(MARK in json.dumps(value.get(key), ensure_ascii=False) for key in MAIN) and not _is_about_paths(value):
        yield "second", {"api.yaml": yaml.safe_dump(_around(value), sort_keys=False), "second.yaml": text}


def _is_about_paths(value: Mapping[str, Any]) -> bool:
    return any(path.startswith(MARK) for path in value["paths"])


def _around(value: Mapping[str, Any]) -> dict[str, Any]:
    """A contract that refers to the path items of another document."""
    document = {key: value[key] for key in MAIN if key in value}
    escapes = str.maketrans({"~": "~0", "/": "~1", "{": "%7B", "}": "%7D"})
    document["paths"] = {path: {"$ref": "second.yaml#/paths/" + path.translate(escapes)} for path in value["paths"]}
    schemes = value.get("components", {}).get("securitySchemes")
    return {**document, "components": {"securitySchemes": schemes}} if schemes else document


def found_in(folder: Path, variant: Variant) -> list[Diagnostic]:
    for name, text in variant.files.items():
        (folder / name).write_text(text.replace(MARK, ""), encoding="utf-8")
    try:
        return list(lint(load_contract(folder / "api.yaml")))
    except ContractError as error:
        return list(error.diagnostics)


ALL = list(variants())


@pytest.mark.parametrize("variant", [each for each in ALL if each.is_fault], ids=lambda variant: variant.title)
def test_a_defect_is_found_at_its_line(variant: Variant, tmp_path: Path) -> None:
    found = found_in(tmp_path, variant)
    name, lines = variant.place()
    places = [each.location for each in found if each.code in variant.codes and each.location]
    assert {each.line for each in places if Path(each.file).name == name} & lines, [str(each) for each in found]


@pytest.mark.parametrize("variant", [each for each in ALL if not each.is_fault], ids=lambda variant: variant.title)
def test_what_only_looks_like_a_defect_is_not_reported(variant: Variant, tmp_path: Path) -> None:
    assert [str(each) for each in found_in(tmp_path, variant) if each.code in variant.codes] == []
