"""Contracts: OpenAPI documents as files, loaded into one validated, frozen Contract with the position of everything."""

from __future__ import annotations

from handfast.contract.loader import load_contract, load_contract_text
from handfast.contract.model import (
    Contract,
    Direction,
    Encoding,
    Header,
    JSONValue,
    Link,
    MediaType,
    Operation,
    Parameter,
    ParameterLocation,
    RequestBody,
    Response,
    Schema,
    SchemaValue,
    SecurityRequirement,
    SecurityScheme,
    Server,
    Tag,
)

__all__ = [
    "Contract",
    "Direction",
    "Encoding",
    "Header",
    "JSONValue",
    "Link",
    "MediaType",
    "Operation",
    "Parameter",
    "ParameterLocation",
    "RequestBody",
    "Response",
    "Schema",
    "SchemaValue",
    "SecurityRequirement",
    "SecurityScheme",
    "Server",
    "Tag",
    "load_contract",
    "load_contract_text",
]
