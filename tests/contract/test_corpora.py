"""Documents that others wrote: each is loaded whole, or refused for a reason that is written down here."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator, OpenAPIV32SpecValidator

from handfast.contract import Contract, load_contract
from handfast.contract.cursor import lookup
from handfast.contract.pointers import to_tokens
from handfast.contract.sources import read
from handfast.errors import ContractError
from tests.corpora import VARIABLE

ROOT = Path(os.environ.get(VARIABLE) or Path(__file__).parents[3] / "shared" / "corpora")
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", "query"}
VALIDATORS = {"3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator, "3.2": OpenAPIV32SpecValidator}

UNDECLARED = {"path-variable-undeclared", "parameter-undeclared-in-path", "security-scheme-unknown"}

REFUSED = {
    "feature-fixtures/3.0/openapi-workshop/post.json": {"field-empty"},
    "feature-fixtures/3.0/parameters-common.json": {"path-template-invalid"},
    "feature-fixtures/3.0/response-http-behavior.json": {"security-scheme-unknown"},
    "feature-fixtures/3.0/schema-validation.json": {"default-invalid"},
    "feature-fixtures/3.1/schema-validation-local.json": {"schema-dialect-unknown"},
    "openapi-schema-fixtures/v3.1/pass/operation-object-example.yaml": UNDECLARED,
    "openapi-schema-fixtures/v3.1/pass/security-scheme-object-examples.yaml": {"reference-remote"},
    "openapi-schema-fixtures/v3.1/pass/style-defaults.yaml": {"media-type-invalid"},
    "openapi-schema-fixtures/v3.2/pass/operation-object-example.yaml": UNDECLARED,
    "openapi-schema-fixtures/v3.2/pass/security-scheme-object-examples.yaml": {"reference-remote"},
    "public-apis/axesso.de.json": {"default-invalid"},
    "public-apis/sinao.app.json": {"default-invalid"},
}
"""Why a document is refused: every code that is an error."""

STRICTER = {
    "feature-fixtures/3.0/parameters-common.json": "3.2.0, 4.8.1: a variable stands once in a path",
    "feature-fixtures/3.0/response-http-behavior.json": "a security scheme that is not there cannot be enforced",
    "openapi-schema-fixtures/v3.1/pass/security-scheme-object-examples.yaml": "a remote reference",
    "openapi-schema-fixtures/v3.1/pass/style-defaults.yaml": "a media type without a slash is none",
    "openapi-schema-fixtures/v3.2/pass/security-scheme-object-examples.yaml": "a remote reference",
}
"""Why a document is refused that openapi-spec-validator accepts."""

ACCEPTED = {
    "feature-fixtures/3.1/schema-validation-top-level.json": "its schemas are of draft 4, which it judges as 2020-12",
    "openapi-schema-fixtures/v3.1/pass/json_schema_dialect.yaml": "a dialect of OpenAPI that it does not know",
    "openapi-schema-fixtures/v3.1/pass/path_item_servers_parameters.yaml": "links have a server (its metaschema: body)",
    "openapi-schema-fixtures/v3.2/pass/json_schema_dialect.yaml": "a dialect of OpenAPI that it does not know",
    "public-apis/optimade.local.json": "the formats of defaults",
}
"""Why a document is accepted that openapi-spec-validator refuses."""

LARGE = 150_000
"""Bytes of a document above which openapi-spec-validator, unaided, takes seconds; its verdict is not asked for."""


def documents(*folders: str) -> list[Any]:
    files = [
        file for folder in folders for file in sorted((ROOT / folder).rglob("*")) if file.suffix in (".json", ".yaml")
    ]
    if not files:
        return [pytest.param("", marks=pytest.mark.skip(f"no corpora: set {VARIABLE} to their folder"))]
    return [file.relative_to(ROOT).as_posix() for file in files]


def load(name: str) -> Contract | ContractError:
    try:
        return load_contract(ROOT / name)
    except ContractError as error:
        return error


LOADABLE = documents(
    "feature-fixtures", "public-apis", "openapi-schema-fixtures/v3.1/pass", "openapi-schema-fixtures/v3.2/pass"
)


@pytest.mark.parametrize("name", LOADABLE)
def test_a_document_is_loaded_or_refused_for_a_named_reason(name: str) -> None:
    contract = load(name)
    if isinstance(contract, ContractError):
        assert {each.code for each in contract.diagnostics if each.severity == "error"} == REFUSED[name]
        assert all(each.location and each.excerpt for each in contract.diagnostics)
    else:
        assert name not in REFUSED
        whole(contract)
    agrees(name, contract)


def agrees(name: str, ours: Contract | ContractError) -> None:
    """What openapi-spec-validator refuses, we refuse; where we differ, it is written down."""
    if (ROOT / name).stat().st_size > LARGE:
        return
    document: Any = read(ROOT / name).value
    try:
        theirs = VALIDATORS[document["openapi"][:3]](document).is_valid()
    except Exception:  # it fails on a reference that leads nowhere
        theirs = False
    if isinstance(ours, ContractError):
        assert not theirs or name in STRICTER
    else:
        assert theirs or name in ACCEPTED
        assert not (theirs and name in ACCEPTED)


def whole(contract: Contract) -> None:
    """Nothing of the document is missing in the model, and every pointer leads back to it."""
    paths: Any = contract.document.get("paths", {})
    written = [method for item in paths.values() if isinstance(item, dict) and "$ref" not in item for method in item]
    assert len(contract.operations) >= sum(method in METHODS for method in written)
    assert len({operation.operation_id for operation in contract.operations}) == len(contract.operations)
    for operation in (*contract.operations, *contract.webhooks):
        declared: Any = lookup(dict(contract.document), to_tokens(operation.pointer))
        assert len(operation.responses) == len([name for name in declared.get("responses", {}) if name[:2] != "x-"])
        assert {parameter.name for parameter in operation.parameters if parameter.location == "path"} == {
            part.split("}")[0] for part in operation.path.split("{")[1:]
        } or operation in contract.webhooks
        schemas = [part.schema for part in operation.parameters if part.schema]
        schemas += [media.schema for answer in operation.responses for media in answer.content.values() if media.schema]
        for schema in schemas:
            assert lookup(dict(contract.document), to_tokens(schema.pointer)) == schema.value
            assert contract.locate(schema.pointer).line >= 1


@pytest.mark.parametrize("name", documents("openapi-schema-fixtures/v3.1/fail", "openapi-schema-fixtures/v3.2/fail"))
def test_a_document_that_must_fail_is_refused_with_its_place(name: str) -> None:
    error = load(name)
    assert isinstance(error, ContractError)
    assert all(each.location and each.excerpt for each in error.diagnostics)
