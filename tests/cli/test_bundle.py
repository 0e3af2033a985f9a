"""`handfast bundle`: one document with the value that the files have together, in YAML and in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from openapi_spec_validator import validate

from handfast.contract import JSONValue, load_contract_text
from handfast.contract.published import as_json, as_yaml
from tests.cli.command import CONTRACT, handfast, write_project

HOSTILE = [
    *("yes", "1e3", ".5", "0o7", "0x1F", "1_000", "null", "~", "", "2026-01-01", "1:30", "<<", "="),
    *("- a", "a: b", "# c", "'q'", '"q"', " lead", "trail ", "two\nlines", "two\n\n", "  lead\nlines", "\r\n x"),
    *("\ttab\n x", "\x07", "é", "\u2028", "a\nb\x85c", "\ufeff", "😀"),
]


def test_it_is_the_contract_in_yaml_and_in_json(tmp_path: Path) -> None:
    write_project(tmp_path)
    expected = yaml.safe_load(CONTRACT)
    assert yaml.safe_load(handfast("bundle", folder=tmp_path).out) == expected
    assert json.loads(handfast("bundle", "--json", folder=tmp_path).out) == expected


def test_the_name_of_the_file_decides_the_form(tmp_path: Path) -> None:
    write_project(tmp_path)
    for name in ("all.yaml", "all.json"):
        outcome = handfast("bundle", "-o", name, folder=tmp_path)
        assert (outcome.code, outcome.out) == (0, "")
    assert json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))["info"]["title"] == "Notes"
    assert (tmp_path / "all.yaml").read_text(encoding="utf-8").startswith("openapi: 3.1.1\ninfo:\n  title: Notes\n")


@pytest.mark.parametrize(
    "command", [("bundle",), ("lint",), ("lint", "--format", "json"), ("diff", "api.yaml", "--format", "markdown")]
)
def test_a_file_is_written_into_a_folder_that_is_not_there_and_into_no_file(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    write_project(tmp_path)
    (tmp_path / "api.yaml").write_text(CONTRACT, encoding="utf-8")
    assert handfast(*command, "-o", "build/deep/it", folder=tmp_path).code == 0
    assert (tmp_path / "build" / "deep" / "it").stat().st_size > 0
    outcome = handfast(*command, "-o", "pyproject.toml/it", folder=tmp_path)
    assert (outcome.code, outcome.err) == (2, "pyproject.toml/it cannot be written: File exists\n")


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_every_text_is_read_back_as_it_was_by_readers_of_both_yaml_versions(text: str) -> None:
    document: dict[str, JSONValue] = {
        "openapi": "3.1.1",
        "info": {"title": "T", "version": "1", "x-text": {text or "x": [text]}},
        "paths": {},
    }
    assert json.loads(as_json(document)) == document
    written = as_yaml(document)
    assert yaml.safe_load(written) == document
    assert load_contract_text(written, "all.yaml", validate=False).source == document


def test_a_broken_contract_is_reported_and_nothing_is_printed(tmp_path: Path) -> None:
    write_project(tmp_path, CONTRACT.replace("openapi: 3.1.1", "openapi: 3.1.1\nopenapi: 3.1.0"))
    outcome = handfast("bundle", folder=tmp_path)
    assert (outcome.code, outcome.out) == (1, "")
    assert "api/notes.yaml:2:1: error[" in outcome.err


DEEP = """\
openapi: 3.2.0
info: { title: Deep, version: 1.0.0 }
security: []
paths:
  /a:
    query:
      operationId: queryA
      responses: { '200': { description: Yes. } }
    get:
      operationId: getA
      responses:
        '200':
          description: Yes.
          content: { application/json: { schema: { $ref: '#/components/schemas/A' } } }
          links: { Again: { operationId: getA } }
webhooks:
  happened: { post: { operationId: happened, responses: { '204': { description: Noted. } } } }
components:
  schemas:
    A:
      type: object
      $defs: { inner: { type: string, maxLength: 3 } }
      properties:
        one: { $ref: '#/components/schemas/A/$defs/inner' }
        two: { $ref: '#/components/schemas/A/properties/three' }
        three: { type: object, properties: { four: { type: integer } } }
        five: { $ref: '#/components/schemas/A/properties/three/properties/four' }
"""


def test_a_bundle_for_sdks_has_what_generators_take_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    write_project(tmp_path, DEEP)
    outcome = handfast("bundle", "--for", "sdk", "--json", folder=tmp_path)
    document = json.loads(outcome.out)
    assert outcome.code == 0
    assert (document["openapi"], document["paths"]["/a"].keys()) == ("3.1.1", {"get"})
    assert "webhooks" not in document
    assert "links" not in outcome.out
    schemas = document["components"]["schemas"]
    assert schemas["A"] == {
        "type": "object",
        "properties": {
            "one": {"$ref": "#/components/schemas/AInner"},
            "two": {"$ref": "#/components/schemas/AThree"},
            "three": {"$ref": "#/components/schemas/AThree"},
            "five": {"$ref": "#/components/schemas/AThreeFour"},
        },
    }
    assert schemas["AInner"] == {"type": "string", "maxLength": 3}
    assert schemas["AThree"]["properties"]["four"] == {"$ref": "#/components/schemas/AThreeFour"}
    for said in ("3.1 instead of 3.2.0", "QUERY /a", "webhook happened", "links of GET /a", "moved: "):
        assert said in outcome.err
    load_contract_text(outcome.out, "bundle.json")
    validate(document)
