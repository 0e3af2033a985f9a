"""`handfast explain`: every code has an entry; what an entry calls wrong is found, and what it calls right is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from handfast.contract import load_contract_text
from handfast.contract.yaml_text import parse
from handfast.design.explanations import Explanation, explanations, page
from handfast.design.lint import lint
from handfast.design.rules import RULES
from handfast.design.waivers import Settings
from handfast.errors import ContractError, HandfastError, Severity
from tests.cli.command import handfast

ROOT = Path(__file__).parents[2]
DOCUMENT = {"openapi", "info", "servers", "tags", "components", "webhooks"}
OPERATION = {"operationId", "responses", "requestBody", "parameters", "operationID"}
SHOWN = [each for each in explanations().values() if each.wrong]
IN_TEXT = {"duplicate-key", "yaml-ambiguous"}
"""Codes of what is gone once the YAML is read."""


def contract(example: str) -> dict[str, Any]:
    """The smallest document around an example: of a document, of paths, of an operation, or of a schema by name."""
    value = yaml.safe_load(example)
    document: dict[str, Any] = {"openapi": "3.1.1", "info": {"title": "Pets", "version": "1.0.0"}, "paths": {}}
    document["tags"] = [{"name": "pets", "description": "Pets."}]
    if value.keys() <= DOCUMENT:
        return {**document, **value, "paths": _users(value)}
    if all(name.startswith("/") for name in value):
        return {**document, "paths": value}
    if value.keys() & OPERATION:
        return {**document, "paths": {"/pets": {"get" if "requestBody" not in value else "post": value}}}
    whole = {"type": "object", "maxProperties": 9, "properties": value}
    body = {"content": {"application/json": {"schema": whole}}}
    return {**document, "paths": {"/a": {"post": {"requestBody": body, "responses": {"200": {"description": "x"}}}}}}


def _users(value: dict[str, Any]) -> dict[str, Any]:
    """An operation for each schema and tag of a document, so that they are used, unless that is the point."""
    names = [name for name in value.get("components", {}).get("schemas", {}) if name != "Left"]
    tags = [tag["name"] for tag in value.get("tags", []) if tag["name"] != "beasts"]
    if not names and not tags:
        return {}
    content = {"application/json": {"schema": {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}}}
    body = {"requestBody": {"content": content}} if names else {}
    return {"/a": {"post": {"tags": tags, **body, "responses": {"200": {"description": "x"}}}}}


def codes(example: str, code: str) -> set[str]:
    if code in IN_TEXT:
        try:
            return {surprise.code for surprise in parse(example).surprises}
        except HandfastError as fault:
            return {str(getattr(fault, "code", ""))}
    text = json.dumps(contract(example))
    rules = Settings({rule.code: Severity.HINT for rule in RULES if rule.level is None})
    try:
        loaded = load_contract_text(text, "api.json")
    except ContractError as error:
        return {each.code for each in error.diagnostics}
    return {each.code for each in lint(loaded, rules)}


@pytest.mark.parametrize("each", SHOWN, ids=lambda each: each.code)
def test_what_is_wrong_is_found_and_what_is_right_is_not(each: Explanation) -> None:
    assert each.code in codes(each.wrong, each.code)
    assert each.code not in codes(each.right, each.code)


def test_every_rule_has_an_example() -> None:
    assert {rule.code for rule in RULES} - {each.code for each in SHOWN} == set()


def test_the_page_in_docs_is_the_registry() -> None:
    assert (ROOT / "docs" / "DIAGNOSTICS.md").read_text(encoding="utf-8") == page()


def test_a_code_is_explained_with_its_examples(tmp_path: Path) -> None:
    outcome = handfast("explain", "nullable-ignored", folder=tmp_path)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == (
        "nullable-ignored (Rules: schemas)\n\nError. `nullable` does nothing since OpenAPI 3.1. Write"
        " `type: [string, 'null']`.\n\nwrong:\n    name: { type: string, nullable: true }\n\nright:\n"
        "    name: { type: [string, 'null'] }\n"
    )


def test_a_misspelt_code_gets_a_suggestion_and_none_gets_the_list(tmp_path: Path) -> None:
    outcome = handfast("explain", "nulable-ignored", folder=tmp_path)
    assert (outcome.code, outcome.out) == (1, "")
    assert "did you mean nullable-ignored" in outcome.err
    listed = handfast("explain", folder=tmp_path)
    assert listed.code == 0
    assert all(f"  {rule.code}\n" in listed.out for rule in RULES)
