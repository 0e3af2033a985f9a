"""Documents that schemas refer to by URI: supplied in Python or named by the contract, never fetched."""

import json
from pathlib import Path
from typing import Any

import pytest

from handfast.contract import Contract, Direction, load_contract, load_contract_text
from handfast.errors import ContractError

URI = "https://example.org/schemas/money.json"
SCHEMA: dict[str, Any] = {"$defs": {"amount": {"type": "integer", "minimum": 0}}}
POINTER = "/components/schemas/Money"


def document(**more: Any) -> str:
    schemas = {"Money": {"$ref": f"{URI}#/$defs/amount"}}
    return json.dumps(
        {"openapi": "3.1.1", "info": {"title": "t", "version": "1"}, "components": {"schemas": schemas}, **more}
    )


def admits(contract: Contract, value: Any) -> bool:
    return contract.judges.judge(POINTER, Direction.REQUEST).is_valid(value)


def test_a_value_or_a_file_can_be_supplied(tmp_path: Path) -> None:
    file = tmp_path / "money.json"
    file.write_text(json.dumps(SCHEMA), encoding="utf-8")
    for given in (SCHEMA, file, str(file)):
        contract = load_contract_text(document(), "api.json", documents={URI: given})
        assert (admits(contract, 1), admits(contract, -1)) == (True, False)


def test_a_metaschema_can_be_supplied() -> None:
    schema = {"$schema": URI, "type": "integer", "minimum": 0}
    meta: Any = {"$id": URI, "$schema": "https://json-schema.org/draft/2020-12/schema", "type": ["object", "boolean"]}
    contract = load_contract_text(
        document(components={"schemas": {"Money": schema}}), "api.json", documents={URI: meta}
    )
    assert (admits(contract, 1), admits(contract, -1)) == (True, False)


def test_a_contract_can_say_where_a_document_is(tmp_path: Path) -> None:
    (tmp_path / "money.yaml").write_text("$defs: {amount: {type: integer, minimum: 0}}", encoding="utf-8")
    file = tmp_path / "api.json"
    file.write_text(document(**{"x-handfast-documents": {URI: "money.yaml"}}), encoding="utf-8")
    assert not admits(load_contract(file), -1)
    assert admits(load_contract(file, documents={URI: {"$defs": {"amount": {}}}}), -1)  # Python's word goes first


@pytest.mark.parametrize(
    ("amount", "right", "wrong"),
    [
        ({"type": "integer", "format": "int32"}, 2**31 - 1, 2**31),
        ({"format": "uint8", "minimum": 9}, 9, 256),
        ({"format": "date"}, "2024-02-29", "2023-02-29"),
        ({"pattern": r"^[\w-.]$"}, "-", "!"),
        ({"patternProperties": {r"^[\w-.]$": {"type": "null"}}}, {"-": None}, {"-": 1}),
    ],
)
def test_formats_and_patterns_are_asserted_in_a_supplied_document(amount: Any, right: Any, wrong: Any) -> None:
    contract = load_contract_text(document(), "api.json", documents={URI: {"$defs": {"amount": amount}}})
    assert (admits(contract, right), admits(contract, wrong)) == (True, False)


def test_what_is_supplied_is_not_told_to_be_missing() -> None:
    schemas = {"Money": {"$ref": f"{URI}#/$defs/amount"}, "Other": {"$ref": "https://example.org/other.json"}}
    with pytest.raises(ContractError) as caught:
        load_contract_text(document(components={"schemas": schemas}), "api.json", documents={URI: SCHEMA})
    assert [(each.code, each.pointer) for each in caught.value.diagnostics] == [
        ("reference-remote", "/components/schemas/Other/$ref")
    ]


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        (None, "reference-remote"),
        ({URI: "none.json"}, "reference-file-missing"),
        ({URI: "../" * 20 + "etc/hostname"}, "reference-outside"),
        ({URI: 1}, "reference-file-missing"),
        (["money.yaml"], "field-value"),
    ],
)
def test_what_is_not_supplied_is_refused_by_name(declared: Any, code: str, tmp_path: Path) -> None:
    file = tmp_path / "api.json"
    file.write_text(document(**({"x-handfast-documents": declared} if declared else {})), encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        load_contract(file)
    assert caught.value.diagnostics[0].code == code
