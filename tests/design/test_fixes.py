"""`handfast lint --fix`: a mechanical fault is gone, every other byte stays, and a second run changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from handfast.contract import load_contract
from handfast.design import fixes
from handfast.design.lint import lint
from tests.cli.command import handfast
from tests.design.test_lint import CLEAN

BORN = "        born: { type: string, format: date }\n"
KIND = "    Kind: { type: string, enum: [cat, dog] }\n"
LICENSE = "  license: { name: MIT, identifier: MIT }\n"
REFUSAL = "        default: { $ref: '#/components/responses/Refusal' }\n  /pets/{petId}:\n"

CASES = {
    "nullable, flow": (
        "nullable-ignored",
        (BORN, "        born: { type: string, nullable: true, format: date } # when\n"),
        "        born: { type: [string, 'null'], format: date } # when\n",
    ),
    "nullable, block": (
        "nullable-ignored",
        (
            BORN,
            (
                "        born:\n          # a day\n          nullable: true\n"
                "          type: string\n          format: date\n"
            ),
        ),
        "        born:\n          # a day\n          type: [string, 'null']\n          format: date\n",
    ),
    "nullable: false": (
        "nullable-ignored",
        (BORN, "        born:\n          type: string\n          format: date\n          nullable: false  # never\n"),
        "        born:\n          type: string\n          format: date\n",
    ),
    "no operationId": (
        "operation-id-missing",
        ("    post:\n      operationId: createPet\n", "    post:  # in\n"),
        "    post:  # in\n      operationId: postPets\n",
    ),
    "a value twice": (
        "enum-value-wrong",
        (
            "    Kind: { type: string, enum: [cat, dog] }\n",
            ("    Kind:\n      type: string\n      enum:\n        - cat\n        - dog   # barks\n        - cat\n"),
        ),
        "    Kind:\n      type: string\n      enum:\n        - cat\n        - dog   # barks\n",
    ),
    "a value twice, flow": (
        "enum-value-wrong",
        ("    Kind: { type: string, enum: [cat, dog] }\n", "    Kind: { type: string, enum: [cat, 'cat', dog] }\n"),
        "    Kind: { type: string, enum: [cat, dog] }\n",
    ),
    "license": (
        "license-incomplete",
        (LICENSE, "  license:\n    name: Apache 2.0\n\n"),
        "  license:\n    name: Apache 2.0\n    identifier: Apache-2.0\n\n",
    ),
    "ambiguous number": (
        "yaml-ambiguous",
        ("          maxItems: 9\n", "          maxItems: 0x9\n"),
        "          maxItems: 9\n",
    ),
    "ambiguous text": (
        "yaml-ambiguous",
        ("    description: Pets, and what they do.\n", "    description: no\n"),
        "    description: 'no'\n",
    ),
    "ambiguous date": (
        "yaml-ambiguous",
        ("    description: Pets, and what they do.\n", "    description: 2026-01-31\n"),
        "    description: '2026-01-31'\n",
    ),
    "slash": ("server-url", ("  - url: /v1\n", '  - url: "/v1/"\n'), '  - url: "/v1"\n'),
    "constant": (
        "const-untyped",
        (BORN, "        born: { const: 3 }\n"),
        "        born: { type: integer, const: 3 }\n",
    ),
    "boolean schema": ("schema-boolean", (BORN, "        born: true\n"), "        born: {}\n"),
    "mapping": (
        "discriminator-mapping-missing",
        (
            BORN,
            (
                "        beast:\n          oneOf:\n            - { $ref: '#/components/schemas/Cat' }\n"
                "            - { $ref: '#/components/schemas/Dog' }\n"
                "          discriminator:\n            propertyName: kind\n"
                "    Cat: { type: object, required: [kind], properties: { kind: { type: string, const: cat } } }\n"
                "    Dog: { type: object, required: [kind], properties: { kind: { type: string, enum: [dog] } } }\n"
            ),
        ),
        (
            "            propertyName: kind\n            mapping:\n              cat: '#/components/schemas/Cat'\n"
            "              dog: '#/components/schemas/Dog'\n"
        ),
    ),
    "refusals": (
        "refusal-undeclared",
        (REFUSAL, "        '409': { description: There is one. } # taken\n  /pets/{petId}:\n"),
        (
            "        '400': { $ref: '#/components/responses/BadRequest' }\n"
            "        '409': { description: There is one. } # taken\n"
            "        '413': { $ref: '#/components/responses/ContentTooLarge' }\n"
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_fault_is_corrected_and_nothing_else_changes(name: str, newline: str, tmp_path: Path) -> None:
    code, (old, wrong), right = CASES[name]
    assert CLEAN.count(old) == 1
    file = tmp_path / "api.yaml"
    before = CLEAN.replace(old, wrong).replace("\n", newline)
    file.write_bytes(before.encode())
    assert code in {each.code for each in lint(load_contract(file))}

    fixed = fixes.fix(file)
    fixes.write(fixed)

    after = file.read_bytes().decode()
    assert code not in {each.code for each in lint(load_contract(file))}
    assert right.replace("\n", newline) in after
    kept = [line for line in before.splitlines(keepends=True) if line not in after.splitlines(keepends=True)]
    gone = wrong.replace("\n", newline).splitlines(keepends=True)
    assert all(line in gone or line.rstrip() in map(str.rstrip, gone) for line in kept)
    assert ("\r\n" in after, "\n" in after.replace("\r\n", "")) == (newline == "\r\n", newline == "\n")
    assert fixes.fix(file).difference() == ""


def test_what_is_shared_already_is_used_again(tmp_path: Path) -> None:
    text = CLEAN.replace(REFUSAL, "        4XX: { $ref: '#/components/responses/Refusal' }\n  /pets/{petId}:\n")
    text = text.replace("    Refusal:\n", "    Conflict: { description: Taken., content: {} }\n    Refusal:\n")
    assert text != CLEAN
    file = tmp_path / "api.yaml"
    file.write_text(text, encoding="utf-8")
    assert "refusal-undeclared" not in fixes.fix(file).counts


@pytest.mark.parametrize("components", ["", "components: {}\n", "components:\n    examples: { a: { value: 1 } }\n"])
def test_components_are_made_where_there_are_none(components: str, tmp_path: Path) -> None:
    file = tmp_path / "api.yaml"
    file.write_text(
        "openapi: 3.1.1\ninfo: { title: T, version: 1.0.0 }\npaths:\n  /a:\n    get:\n      operationId: a\n"
        f"      responses:\n        '200': {{ description: Yes. }}\n{components}",
        encoding="utf-8",
    )
    fixed = fixes.fix(file)
    assert fixed.counts["refusal-undeclared"] == 2
    assert "refusal-undeclared" not in {each.code for each in fixed.left}
    fixes.write(fixed)
    contract = load_contract(file)
    assert {response.status for response in contract.operations[0].responses} == {"200", "400", "422"}
    assert "application/problem+json" in contract.operations[0].responses[1].content


def test_nothing_uncertain_is_touched(tmp_path: Path) -> None:
    file = tmp_path / "api.yaml"
    text = CLEAN.replace("maxLength: 20, ", "").replace(LICENSE, "  license: { name: Ours }\n")
    file.write_text(text, encoding="utf-8")
    assert fixes.fix(file).after == text


def test_a_dry_run_prints_the_difference_and_a_run_writes_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.handfast]\ncontract = 'api.yaml'\n", encoding="utf-8")
    file = tmp_path / "api.yaml"
    text = CLEAN.replace(LICENSE, "  license: { name: MIT }\n")
    file.write_text(text, encoding="utf-8")
    file.chmod(0o640)
    outcome = handfast("lint", "--fix", "--dry-run", folder=tmp_path)
    assert (outcome.code, file.read_text(encoding="utf-8")) == (0, text)
    assert "-  license: { name: MIT }\n+  license: { name: MIT, identifier: MIT }\n" in outcome.out
    outcome = handfast("lint", "--fix", folder=tmp_path)
    assert (outcome.code, file.read_text(encoding="utf-8")) == (0, CLEAN)
    assert "fixed license-incomplete (1)" in outcome.err
    assert (file.stat().st_mode & 0o777, [each.name for each in tmp_path.glob(".api*")]) == (0o640, [])
