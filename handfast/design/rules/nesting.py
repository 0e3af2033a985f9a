"""SDK-friendliness of schemas: what has no name of its own, or stands where generators do not look."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handfast.contract.places import Kind
from handfast.design.reading import JSONObject, Reading, as_list, below
from handfast.design.rule import Finding, Rule
from handfast.errors import Severity

_COMPONENT = re.compile(r"/components/schemas/[^/]+")
_BRANCH = re.compile(r".*/(allOf|anyOf|oneOf|not|if|then|else)(/\d+)?")


def object_inline(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        named = _COMPONENT.fullmatch(pointer) or _BRANCH.fullmatch(pointer) or _is_form(pointer)
        if "properties" in schema and not named and "/encoding/" not in pointer:
            message = "an object without a name is named by each generator in another way"
            yield Finding(pointer, message, "move it to components/schemas, and refer to it")


def _is_form(pointer: str) -> bool:
    """Whether a schema is the body of a form, whose parts generators make arguments of."""
    return pointer.endswith("/schema") and ("~1form-data/" in pointer or "~1x-www-form-urlencoded/" in pointer)


def enum_inline(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        options = schema.get("enum")
        if isinstance(options, list) and len(options) > 1 and not _COMPONENT.fullmatch(pointer):
            message = "an enum without a name is named by each generator in another way"
            yield Finding(below(pointer, "enum"), message, "move it to components/schemas, and refer to it")


def reference_deep(reading: Reading) -> Iterator[Finding]:
    for place in reading.places:
        reference = place.value.get("$ref") if isinstance(place.value, dict) else None
        if isinstance(reference, str) and place.kind is Kind.SCHEMA and not _is_component(reference):
            message = f"{reference} leads to no component, and openapi-python-client leaves out what uses it"
            hint = "move the schema to components/schemas; handfast bundle --for sdk does so too"
            yield Finding(below(place.pointer, "$ref"), message, hint)


def _is_component(reference: str) -> bool:
    return re.fullmatch(r"#/components/schemas/[^/]+", reference) is not None


def schema_boolean(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        properties = schema.get("properties")
        for name, member in properties.items() if isinstance(properties, dict) else ():
            if isinstance(member, bool):
                what = "{}" if member else "not: {}"
                at = below(pointer, "properties", name)
                yield Finding(
                    at, "openapi-python-client refuses a document with true or false as a schema", f"write {what}"
                )


def all_of_required(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        parts = as_list(schema.get("allOf"))
        for index, part in enumerate(parts):
            if isinstance(part, dict) and "required" in part and not part.keys() - {"required", "type", "description"}:
                message = "a part that only adds required is not seen by openapi-generator: the fields stay optional"
                hint = "say required where the properties are, or write them again here"
                yield Finding(below(pointer, "allOf", index), message, hint)


def union_untagged(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        for keyword in ("oneOf", "anyOf"):
            branches = [reading.resolve(branch) for branch in as_list(schema.get(keyword))]
            objects = [branch for branch in branches if isinstance(branch, dict) and _is_object(branch)]
            if len(objects) > 1 and "discriminator" not in schema:
                message = f"clients must try all {len(objects)} alternatives to see which one an object is"
                hint = "give each a required const tag, and the union a discriminator with mapping"
                yield Finding(below(pointer, keyword), message, hint)


def _is_object(schema: JSONObject) -> bool:
    declared = schema.get("type", "object")
    return "properties" in schema and "object" in (declared if isinstance(declared, list) else [declared])


RULES = (
    Rule("object-inline", Severity.HINT, "Objects have names.", object_inline),
    Rule("enum-inline", Severity.HINT, "Enums have names.", enum_inline),
    Rule("reference-deep", Severity.HINT, "References lead to components.", reference_deep),
    Rule("schema-boolean", Severity.HINT, "A schema is a mapping.", schema_boolean),
    Rule("all-of-required", Severity.HINT, "required stands where the properties are.", all_of_required),
    Rule("union-untagged", Severity.HINT, "A union of objects has a tag.", union_untagged),
)
