"""Any OpenAPI 3.x document to OpenAPI 3.1 form, with every schema in JSON Schema 2020-12; JSON Pointers stay the same.

What 3.0 says in its own dialect is said in 2020-12 without a change of meaning (OpenAPI 3.0.3, section 4.7.24, which
holds for all of 3.0: it made the older texts precise). 3.2 is a superset of 3.1 and stays as it is. Numeric formats are
the judges' business: here `format: int32` stays what it is.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import partial

from handfast.contract.dialects import exclusive_bounds, modernise
from handfast.contract.model import JSONValue
from handfast.contract.places import Kind, change, walk
from handfast.contract.pointers import to_tokens
from handfast.errors import ContractError, Diagnostic

_FORM = "3.1.1"
_URLENCODED = "application/x-www-form-urlencoded"
_STYLES = frozenset({"style", "explode", "allowReserved"})
"""What 3.0 ignores in the encoding of any other media type (3.0.4, section 4.7.15.1), and 3.1 does not."""


def normalise(source: Mapping[str, JSONValue], supplied: Container[str] = ()) -> dict[str, JSONValue]:
    """The document in 3.1 form; data (examples, defaults, enums) is shared with the source, so change neither.

    `supplied` are the URIs of metaschemas that the judges will be given. Raises ContractError with all diagnostics
    (without locations) when a schema is in a dialect that cannot be enforced, or uses a type that OpenAPI 3 has not.
    """
    document = dict(source)
    if str(source.get("openapi", "")).startswith("3.0"):
        refused: list[Diagnostic] = []
        document = {**change(document, partial(_from_3_0, refused=refused)), "openapi": _FORM}
    else:
        document, refused = modernise(document, supplied)
        refused += [
            _unknown_type(place.pointer)
            for place in walk(document)
            if place.kind is Kind.SCHEMA and isinstance(place.value, dict) and place.value.get("type") == "file"
        ]
    if refused:
        raise ContractError(refused)
    return document


def _from_3_0(
    value: dict[str, JSONValue], kind: Kind, pointer: str, *, refused: list[Diagnostic]
) -> dict[str, JSONValue]:
    if isinstance(value.get("$ref"), str) and kind is not Kind.PATH_ITEM:
        return {"$ref": value["$ref"]}  # "any properties added SHALL be ignored" (3.0.4, section 4.7.23)
    if kind is Kind.SCHEMA:
        if value.get("type") == "file":
            refused.append(_unknown_type(pointer))
        _nullable(value)
        exclusive_bounds(value)
    elif kind is Kind.ENCODING and to_tokens(pointer)[-3].partition(";")[0].strip().lower() != _URLENCODED:
        return {name: member for name, member in value.items() if name not in _STYLES}
    return value


def _nullable(schema: dict[str, JSONValue]) -> None:
    """`nullable: true` adds null to the type beside it, and to nothing else: not to an enum, an allOf or a `$ref`."""
    nullable = schema.pop("nullable", None)
    declared = schema.get("type")
    if nullable is True and isinstance(declared, str) and declared != "null":
        schema["type"] = [declared, "null"]


def _unknown_type(pointer: str) -> Diagnostic:
    return Diagnostic(
        code="schema-type-unknown",
        message='the type "file" is of Swagger 2.0; OpenAPI 3 does not have it',
        pointer=f"{pointer}/type",
        hint="write type: string and format: binary, under the media type of the file or multipart/form-data",
    )
