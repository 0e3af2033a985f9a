"""The document against the OpenAPI specification, by openapi-spec-validator and the metaschemas that it ships."""

from __future__ import annotations

from collections.abc import Iterator

from openapi_spec_validator import (
    OpenAPIV30SpecValidator,
    OpenAPIV31SpecValidator,
    OpenAPIV32SpecValidator,
)

from handfast.contract.cursor import JSONObject
from handfast.contract.pointers import join
from handfast.contract.sources import Positions
from handfast.errors import Diagnostic

_VALIDATORS = {
    "3.0": OpenAPIV30SpecValidator,
    "3.1": OpenAPIV31SpecValidator,
    "3.2": OpenAPIV32SpecValidator,
}


def check(document: JSONObject, version: str, positions: Positions) -> Iterator[Diagnostic]:
    """Everything that openapi-spec-validator says."""
    for error in _VALIDATORS[version[:3]](document).iter_errors():
        pointer = join("", *error.absolute_path)
        yield positions.diagnostic("document-invalid", str(error.message), pointer)
