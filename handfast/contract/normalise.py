"""Any OpenAPI 3.x document to OpenAPI 3.1 form, with every schema in JSON Schema 2020-12; JSON Pointers stay the same.

What 3.0 says in its own dialect is said in 2020-12 without a change of meaning (OpenAPI 3.0.3, section 4.7.24, which
holds for all of 3.0: it made the older texts precise). 3.2 is a superset of 3.1 and stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from handfast.contract.dialects import foreign_dialects, modernise
from handfast.contract.model import JSONValue
from handfast.contract.places import Kind, change
from handfast.errors import ContractError, Diagnostic

_FORM = "3.1.1"
_BOUNDS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))


def normalise(source: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    """The document in 3.1 form; data (examples, defaults, enums) is shared with the source, so change neither.

    Raises ContractError with all diagnostics (without locations) when a schema is in a dialect that cannot be
    enforced, or uses a type that OpenAPI 3 does not have.
    """
    version = str(source.get("openapi", ""))
    refused: list[Diagnostic] = []
    document = dict(source)
    if version.startswith("3.0"):
        changed = change(document, partial(_from_3_0, refused=refused))
    else:
        refused.extend(foreign_dialects(document))
        changed = change(modernise(document), partial(_check_3_1, refused=refused))
    if refused:
        raise ContractError(refused)
    if version.startswith("3.0"):
        changed["openapi"] = _FORM
    return changed


def _from_3_0(
    value: dict[str, JSONValue], kind: Kind, pointer: str, *, refused: list[Diagnostic]
) -> dict[str, JSONValue]:
    if "$ref" in value and kind is not Kind.PATH_ITEM and isinstance(value["$ref"], str):
        return {"$ref": value["$ref"]}  # "any properties added SHALL be ignored" (3.0.4, section 4.7.23)
    if kind is not Kind.SCHEMA:
        return value
    refused.extend(_unknown_types(value, pointer))
    _nullable(value)
    for inclusive, exclusive in _BOUNDS:
        _exclusive(value, inclusive, exclusive)
    return value


def _nullable(schema: dict[str, JSONValue]) -> None:
    """`nullable: true` adds null to the type beside it, and to nothing else: not to an enum, an allOf or a `$ref`."""
    nullable = schema.pop("nullable", None)
    declared = schema.get("type")
    if nullable is True and isinstance(declared, str) and declared != "null":
        schema["type"] = [declared, "null"]


def _exclusive(schema: dict[str, JSONValue], inclusive: str, exclusive: str) -> None:
    """A boolean bound modifier becomes the bound itself."""
    modifier = schema.get(exclusive)
    if not isinstance(modifier, bool):
        return
    del schema[exclusive]
    if modifier and inclusive in schema:
        schema[exclusive] = schema.pop(inclusive)


def _check_3_1(
    value: dict[str, JSONValue], kind: Kind, pointer: str, *, refused: list[Diagnostic]
) -> dict[str, JSONValue]:
    if kind is Kind.SCHEMA:
        refused.extend(_unknown_types(value, pointer))
    return value


def _unknown_types(schema: dict[str, JSONValue], pointer: str) -> list[Diagnostic]:
    declared = schema.get("type")
    types = declared if isinstance(declared, list) else [declared]
    if "file" not in types:
        return []
    return [
        Diagnostic(
            code="schema-type-unknown",
            message='the type "file" is of Swagger 2.0; OpenAPI 3 does not have it',
            pointer=f"{pointer}/type",
            hint="write type: string and format: binary, under the media type of the file or multipart/form-data",
        )
    ]
