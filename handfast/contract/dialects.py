"""The JSON Schema dialects that a 3.1 or 3.2 document may name: older drafts said in 2020-12, unknown ones refused.

A schema names its dialect by `$schema`, and hands it down; a document by `jsonSchemaDialect` (OpenAPI 3.1.1, section
4.8.24.5). What an older draft does not know is taken out, because it checks nothing there; what means something else in
2020-12 is said anew. Pointers stay, except into `items` of an array of them, which becomes `prefixItems`.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from enum import IntEnum
from functools import partial
from types import MappingProxyType

from handfast.contract.model import JSONValue
from handfast.contract.places import Kind, change, walk
from handfast.errors import Diagnostic

JSON_SCHEMA_2020_12 = "https://json-schema.org/draft/2020-12/schema"


class Draft(IntEnum):
    """The drafts of JSON Schema, in their order."""

    DRAFT_4 = 4
    DRAFT_6 = 6
    DRAFT_7 = 7
    DRAFT_2019_09 = 2019
    DRAFT_2020_12 = 2020


_DRAFTS = MappingProxyType(
    {
        "http://json-schema.org/draft-04/schema": Draft.DRAFT_4,
        "http://json-schema.org/draft-06/schema": Draft.DRAFT_6,
        "http://json-schema.org/draft-07/schema": Draft.DRAFT_7,
        "https://json-schema.org/draft/2019-09/schema": Draft.DRAFT_2019_09,
        JSON_SCHEMA_2020_12: Draft.DRAFT_2020_12,
    }
)
_OAS = ("https://spec.openapis.org/oas/3.1/dialect/", "https://spec.openapis.org/oas/3.2/dialect/")

_SINCE = MappingProxyType(
    {
        **dict.fromkeys(("const", "contains", "propertyNames"), Draft.DRAFT_6),
        **dict.fromkeys(("if", "then", "else"), Draft.DRAFT_7),
        **dict.fromkeys(
            (
                *("dependentRequired", "dependentSchemas", "minContains", "maxContains", "$anchor"),
                *("unevaluatedItems", "unevaluatedProperties"),
            ),
            Draft.DRAFT_2019_09,
        ),
        **dict.fromkeys(("prefixItems", "$dynamicRef", "$dynamicAnchor"), Draft.DRAFT_2020_12),
    }
)
"""The draft that brought each keyword which checks something."""

_BESIDE_REF = frozenset({"$ref", "$defs", "definitions", "title", "description", "default", "examples", "deprecated"})
"""What counts beside `$ref` up to draft 7: nothing that checks, but others may point into definitions."""

_BOUNDS = (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum"))


def modernise(
    document: dict[str, JSONValue], supplied: Container[str] = ()
) -> tuple[dict[str, JSONValue], list[Diagnostic]]:
    """The document with all schemas in 2020-12, and a diagnostic for each one that cannot be said in it.

    `supplied` are the URIs of metaschemas that the judges will be given; schemas of those stay as they are.
    """
    refused: list[Diagnostic] = []
    older = dict(_older(document, supplied, refused))
    if older:
        document = change(document, partial(_convert, older=older, refused=refused))
    elif any("$schema" in place.value for place in walk(document) if isinstance(place.value, dict)):
        document = change(document, _unsaid)
    return document, refused


def exclusive_bounds(schema: dict[str, JSONValue]) -> None:
    """Boolean `exclusiveMinimum` and `exclusiveMaximum` (draft 4, OpenAPI 3.0) become the bounds themselves."""
    for inclusive, exclusive in _BOUNDS:
        modifier = schema.get(exclusive)
        if isinstance(modifier, bool):
            del schema[exclusive]
            if modifier and inclusive in schema:
                schema[exclusive] = schema.pop(inclusive)


def _older(
    document: dict[str, JSONValue], supplied: Container[str], refused: list[Diagnostic]
) -> Iterator[tuple[str, Draft]]:
    """The schemas of older drafts by pointer; unknown dialects are refused on the way."""
    default = _draft(document.get("jsonSchemaDialect"), "/jsonSchemaDialect", supplied, refused)
    inherited: dict[str, Draft] = {}
    for place in walk(document):
        if place.kind is not Kind.SCHEMA or isinstance(place.value, bool):
            continue
        if "$schema" in place.value:
            draft = _draft(place.value["$schema"], f"{place.pointer}/$schema", supplied, refused)
        else:
            draft = _inherited(place.pointer, inherited, default)
        if draft is not default:
            inherited[place.pointer] = draft
        if draft is not Draft.DRAFT_2020_12:
            yield place.pointer, draft


def _inherited(pointer: str, inherited: dict[str, Draft], default: Draft) -> Draft:
    """The dialect of the nearest schema around this one that has another than the document's."""
    while inherited and pointer:
        pointer = pointer.rpartition("/")[0]
        if pointer in inherited:
            return inherited[pointer]
    return default


def _draft(value: JSONValue, pointer: str, supplied: Container[str], refused: list[Diagnostic]) -> Draft:
    if not isinstance(value, str) or value in supplied or value.startswith(_OAS):
        return Draft.DRAFT_2020_12
    draft = _DRAFTS.get(value.removesuffix("#"))
    if draft is None:
        message = f"schemas of the dialect {value} cannot be enforced"
        hint = f"write them in JSON Schema 2020-12, and name {JSON_SCHEMA_2020_12} or no dialect"
        refused.append(Diagnostic(code="schema-dialect-unknown", message=message, pointer=pointer, hint=hint))
    return draft or Draft.DRAFT_2020_12


def _unsaid(value: dict[str, JSONValue], kind: Kind, _: str) -> dict[str, JSONValue]:
    """A schema without the name of a dialect that adds only annotations; `jsonschema-rs` does not know OpenAPI's."""
    named = value.get("$schema")
    if kind is Kind.SCHEMA and isinstance(named, str) and named.startswith(_OAS):
        del value["$schema"]
    return value


def _convert(
    value: dict[str, JSONValue], kind: Kind, pointer: str, *, older: dict[str, Draft], refused: list[Diagnostic]
) -> dict[str, JSONValue]:
    draft = older.get(pointer)
    if draft is None or kind is not Kind.SCHEMA:
        return _unsaid(value, kind, pointer)
    refused.extend(_inexpressible(value, draft, pointer))
    value.pop("$schema", None)
    if isinstance(definitions := value.get("definitions"), dict):  # 2020-12 finds identifiers in $defs alone
        others = value.get("$defs")
        value["$defs"] = {**definitions, **(others if isinstance(others, dict) else {})}
    if "$ref" in value and draft <= Draft.DRAFT_7:
        return {name: each for name, each in value.items() if name in _BESIDE_REF or name.startswith("x-")}
    for name in [name for name in value if _SINCE.get(name, draft) > draft]:
        del value[name]
    _identify(value, draft)
    exclusive_bounds(value)
    further = value.pop("additionalItems", None)
    if isinstance(items := value.get("items"), list):
        del value["items"]
        value["prefixItems"] = items
        if further is not None:
            value["items"] = further
    return value


def _identify(value: dict[str, JSONValue], draft: Draft) -> None:
    """`id` of draft 4 and fragments as `$id` up to draft 7 become what they are called today."""
    if draft is Draft.DRAFT_4:
        value.pop("$id", None)
        if isinstance(name := value.get("id"), str):
            value["$id"] = name
            del value["id"]
    identifier = value.get("$id")
    if draft <= Draft.DRAFT_7 and isinstance(identifier, str) and identifier.startswith("#"):
        del value["$id"]
        value["$anchor"] = identifier[1:]


def _inexpressible(value: dict[str, JSONValue], draft: Draft, pointer: str) -> Iterator[Diagnostic]:
    """What 2019-09 means and 2020-12 cannot say."""
    if draft is not Draft.DRAFT_2019_09:
        return
    faults: list[tuple[str, str]] = [
        (name, "there is $dynamicRef instead") for name in ("$recursiveRef", "$recursiveAnchor") if name in value
    ]
    if "unevaluatedItems" in value and any(
        "contains" in place.value for place in walk(value, Kind.SCHEMA) if isinstance(place.value, dict)
    ):
        faults.append(("unevaluatedItems", "contains counts as an evaluation since"))
    for name, reason in faults:
        yield Diagnostic(
            code="schema-dialect-inexpressible",
            message=f"{name} of JSON Schema 2019-09 cannot be enforced: {reason}",
            pointer=f"{pointer}/{name}",
            hint=f"write the schema in {JSON_SCHEMA_2020_12}",
        )
