"""SDK-friendliness: what generators of clients were found to stumble over."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handfast.contract.places import Kind
from handfast.contract.pointers import escape
from handfast.design.reading import Reading, as_list, below
from handfast.design.rule import Finding, Rule
from handfast.errors import Severity

_MOMENTS = frozenset({"date", "date-time", "time"})
_CONDITION = re.compile(r"(?<!/properties)(?<!/schemas)/(?:if|then|else|not)(?:/|$)")
"""Places of schemas that generators read no types from."""


def license_incomplete(reading: Reading) -> Iterator[Finding]:
    info = reading.document.get("info")
    license_ = info.get("license") if isinstance(info, dict) else None
    if isinstance(license_, dict) and license_.keys().isdisjoint({"identifier", "url"}):
        yield Finding(
            "/info/license", "openapi-generator refuses a license without identifier and url", "add identifier: MIT"
        )


def media_types_several(reading: Reading) -> Iterator[Finding]:
    for operation in reading.contract.operations:
        body = operation.request_body
        if body is not None and len(body.content) > 1:
            message = f"{len(body.content)} media types of a request body break openapi-python-client"
            yield Finding(below(body.pointer, "content"), message, "one media type for each operation")


def mapping_missing(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        discriminator = schema.get("discriminator")
        if (
            isinstance(discriminator, dict)
            and "mapping" not in discriminator
            and ("oneOf" in schema or "anyOf" in schema)
        ):
            yield Finding(
                below(pointer, "discriminator"),
                "without a mapping typescript-fetch writes an empty type",
                "add mapping",
            )


def default_moment(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if "default" in schema and schema.get("format") in _MOMENTS:
            yield Finding(below(pointer, "default"), "a default of a date or a time does not compile in Java and Go")


def enum_null(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        options = schema.get("enum")
        if isinstance(options, list) and None in options and len(options) > 1:
            hint = "write oneOf with the enum and type: 'null'"
            yield Finding(
                below(pointer, "enum"), "null inside an enum makes three types in openapi-python-client", hint
            )


def title_differs(reading: Reading) -> Iterator[Finding]:
    components = reading.document.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    for name, schema in schemas.items() if isinstance(schemas, dict) else ():
        if isinstance(schema, dict) and "title" in schema and schema["title"] != name:
            message = f'some generators name the class after the title, others "{name}"'
            yield Finding(f"/components/schemas/{escape(name)}/title", message, "leave the title out")


def parameter_style(reading: Reading) -> Iterator[Finding]:
    for pointer, parameter in reading.of_kind(Kind.PARAMETER):
        if parameter.get("style") == "deepObject":
            yield Finding(
                below(pointer, "style"), "deepObject is sent wrongly by openapi-python-client", "use plain parameters"
            )
        if "content" in parameter:
            yield Finding(below(pointer, "content"), "a parameter with content breaks openapi-generator for Python")


def body_optional(reading: Reading) -> Iterator[Finding]:
    for operation in reading.contract.operations:
        if operation.request_body is not None and not operation.request_body.required:
            yield Finding(
                operation.request_body.pointer, "some clients cannot leave out an optional body", "required: true"
            )


def const_untyped(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if "const" in schema and "type" not in schema and _CONDITION.search(pointer) is None:
            yield Finding(
                below(pointer, "const"), "a const without a type becomes Any or Object", "write the type as well"
            )


def types_several(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        declared = schema.get("type")
        types = [each for each in declared if each != "null"] if isinstance(declared, list) else []
        if len(types) > 1:
            yield Finding(
                below(pointer, "type"), f"{' or '.join(map(str, types))} becomes a wrapper class in many languages"
            )


def default_in_body(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if (
            "default" in schema
            and "/properties/" in pointer
            and pointer in reading.sent
            and "/parameters/" not in pointer
        ):
            message = "openapi-typescript makes a property with a default required"
            yield Finding(below(pointer, "default"), message, "say it in the description")


def patch_array(reading: Reading) -> Iterator[Finding]:
    seen: set[str] = set()
    for operation in reading.contract.operations:
        body = operation.request_body
        if operation.method != "PATCH" or body is None:
            continue
        for media in body.content.values():
            schema = reading.resolve(media.schema.value) if media.schema is not None else None
            properties = schema.get("properties") if isinstance(schema, dict) else None
            required = as_list(schema.get("required")) if isinstance(schema, dict) else []
            for name, member in properties.items() if isinstance(properties, dict) else ():
                target = reading.resolve(member)
                optional = name not in required and media.pointer + name not in seen
                if optional and isinstance(target, dict) and target.get("type") == "array":
                    seen.add(media.pointer + name)
                    message = f'Java clients send "{name}": [] although it was never set, and so empty it'
                    yield Finding(media.pointer, message, "make it nullable: type: [array, 'null']")


def union_inline(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        for keyword in ("oneOf", "anyOf"):
            branches = schema.get(keyword)
            for index, branch in enumerate(branches if isinstance(branches, list) else ()):
                if isinstance(branch, dict) and "properties" in branch and "$ref" not in branch:
                    at = below(pointer, keyword, index)
                    yield Finding(
                        at, "generators number an alternative without a name: PetOneOf1", "make it a component"
                    )


def constructor_name(reading: Reading) -> Iterator[Finding]:
    components = reading.document.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    names = schemas.keys() if isinstance(schemas, dict) else set[str]()
    for name in names:
        if name.startswith("New") and name[3:] in names:
            message = f'Go does not compile: "{name}" is the constructor of "{name[3:]}" in openapi-generator'
            hint = f"another name, or --model-name-mappings {name}={name[3:]}Input"
            yield Finding(f"/components/schemas/{escape(name)}", message, hint)


def array_unique(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if schema.get("uniqueItems") is True:
            message = "typescript-axios types a Set, which is sent as {}, and an array is what comes"
            yield Finding(below(pointer, "uniqueItems"), message, "say in the description that items are different")


def tuple_array(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if "prefixItems" in schema:
            yield Finding(below(pointer, "prefixItems"), "openapi-python-client refuses prefixItems", "use an object")


RULES = (
    Rule("license-incomplete", Severity.WARNING, "One generator refuses the document.", license_incomplete),
    Rule("request-media-types", Severity.HINT, "One request body, one media type.", media_types_several),
    Rule("discriminator-mapping-missing", Severity.HINT, "A mapping says what names only suggest.", mapping_missing),
    Rule("default-moment", Severity.HINT, "Defaults of dates do not compile everywhere.", default_moment),
    Rule("enum-null", Severity.HINT, "Null is a type, not an option.", enum_null),
    Rule("title-differs", Severity.HINT, "A class has one name.", title_differs),
    Rule("parameter-style", Severity.HINT, "Plain parameters are sent right by all clients.", parameter_style),
    Rule("body-optional", Severity.HINT, "A body is there or it is not.", body_optional),
    Rule("const-untyped", Severity.HINT, "A constant has a type.", const_untyped),
    Rule("types-several", Severity.HINT, "A value has one type, or is null.", types_several),
    Rule("default-in-body", Severity.HINT, "Defaults in bodies are read in two ways.", default_in_body),
    Rule("patch-array", Severity.HINT, "Absent and empty are different in a PATCH.", patch_array),
    Rule("union-inline", Severity.HINT, "Alternatives have names.", union_inline),
    Rule("constructor-name", None, "A name that a language makes for another is taken.", constructor_name),
    Rule("array-unique", None, "A set is an array to JSON.", array_unique),
    Rule("tuple-array", Severity.HINT, "Tuples are objects without names.", tuple_array),
)
