"""docs/ENFORCEMENT.md: every row of its checked tables, sent to a reader of parameters."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from handfast.contract import JSONValue
from handfast.runtime.parameters import ParameterReader, ReadParameters
from handfast.runtime.problems import TABLE
from tests.runtime.test_parameters import reader_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "ENFORCEMENT.md"
STYLES = {"simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "deepObject", "cookie"}
CODE = re.compile(r"`([^`]*)`")


@dataclass(frozen=True)
class Row:
    """One row of a checked table."""

    line: int
    place: tuple[str, ...]
    schema: JSONValue
    sent: list[str]
    answer: str


def rows() -> list[Row]:
    found: list[Row] = []
    is_checked = False
    for number, line in enumerate(DOCUMENT.read_text().splitlines(), 1):
        if line.startswith("## "):
            is_checked = line.endswith("(checked)")
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if is_checked and line.startswith("|") and len(cells) == 4 and cells[0].split(",")[0] in PLACES:
            place = tuple(part.strip() for part in cells[0].split(","))
            found.append(Row(number, place, json.loads(cells[1].strip("`")), CODE.findall(cells[2]), cells[3]))
    return found


PLACES = {"path", "query", "header", "cookie"}
ROWS = rows()


def read(row: Row) -> tuple[str, ReadParameters]:
    location, *words = row.place
    declared: dict[str, JSONValue] = {"name": "p", "in": location, "schema": row.schema}
    declared["required"] = "required" in words or location == "path"
    if "allowEmptyValue" in words:
        declared["allowEmptyValue"] = True
    styles = [word for word in words if word in STYLES]
    if styles:
        declared["style"] = styles[0]
        declared["explode"] = "explode" in words
    reader: ParameterReader = reader_of(declared, version="3.2.0")
    text = row.sent[0] if row.sent else ""
    name = b"cookie" if location == "cookie" else b"p"
    headers = [(name, each.encode("latin-1")) for each in row.sent] if location in ("header", "cookie") else []
    return location, reader.read({"p": text}, text.encode() if location == "query" else b"", headers)


def test_the_document_has_tables() -> None:
    assert len(ROWS) > 80


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"line {row.line}")
def test_every_row_is_true(row: Row) -> None:
    location, found = read(row)
    if found.problems:
        assert found.cause is not None
        assert row.answer == f"{TABLE[found.cause].statuses[0]} {found.problems[0].code}"
    elif (location, "p") in found.values:
        value = found.values[location, "p"]
        assert row.answer == f"`{json.dumps(value, separators=(',', ':'), ensure_ascii=False)}`"
    else:
        assert row.answer == "absent"
