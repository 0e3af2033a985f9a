"""Names: what generated code, documentation and people call things."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handfast.contract.names import snake_case
from handfast.contract.places import Kind
from handfast.contract.pointers import escape
from handfast.design.reading import Reading, below
from handfast.design.rule import Finding, Rule
from handfast.errors import Severity

_OPERATION_ID = re.compile(r"[a-z][A-Za-z0-9]*")
_SCHEMA_NAME = re.compile(r"[A-Z][A-Za-z0-9]*")
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*")
_ENUM = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

KEYWORDS = frozenset(
    (  # noqa: SIM905 - a hundred words read best as text
        "abstract and any as assert async await bool boolean break byte case catch chan char class const continue "
        "debugger def default defer del delete do double elif else enum except export extends false final finally "
        "float for from func function global go goto if implements import in instanceof int interface is lambda let "
        "long map match module native new none nonlocal not null object or package pass private protected public "
        "raise range return select self short static string struct super switch symbol this throw throws transient "
        "true try type typeof undefined var void volatile while with yield"
    ).split()
)
"""Words that Python, TypeScript, Java or Go keep for themselves, in lower case."""

_TAKEN = frozenset(
    {"error", "list", "response", "object", "file", "date", "map", "array", "string", "any", "none", "type"}
)


def operation_id_missing(reading: Reading) -> Iterator[Finding]:
    for operation in (*reading.contract.operations, *reading.contract.webhooks):
        if "operationId" not in reading.objects.get(operation.pointer, {}):
            message = f"without an operationId this is called {operation.operation_id}, until the path changes"
            yield Finding(operation.pointer, message, "verb and noun, as in listArticles")


def operation_id_form(reading: Reading) -> Iterator[Finding]:
    for operation in (*reading.contract.operations, *reading.contract.webhooks):
        at, name = below(operation.pointer, "operationId"), operation.operation_id
        if "operationId" not in reading.objects.get(operation.pointer, {}):
            continue
        if _OPERATION_ID.fullmatch(name) is None:
            yield Finding(at, f'"{name}" is not in camelCase', "letters and digits, the first a small letter")
        elif name.lower() in KEYWORDS or snake_case(name).rstrip("_") in KEYWORDS:
            yield Finding(at, f'"{name}" is a word that programming languages keep for themselves')


def operation_tags(reading: Reading) -> Iterator[Finding]:
    for operation in reading.contract.operations:
        if len(operation.tags) != 1:
            found = "no tag" if not operation.tags else f"{len(operation.tags)} tags"
            at = below(operation.pointer, "tags") if operation.tags else operation.pointer
            yield Finding(at, f"the tag of an operation decides its class, and this has {found}", "write exactly one")


def tag_undeclared(reading: Reading) -> Iterator[Finding]:
    declared = {tag.name for tag in reading.contract.tags if tag.pointer}
    for operation in (*reading.contract.operations, *reading.contract.webhooks):
        for index, name in enumerate(operation.tags):
            if name not in declared:
                message = f'the tag "{name}" is not declared'
                yield Finding(below(operation.pointer, "tags", index), message, "add it to tags, with a description")


def tag_unused(reading: Reading) -> Iterator[Finding]:
    used = {name for operation in reading.operations for name in operation.tags}
    used |= {tag.parent for tag in reading.contract.tags if tag.parent is not None}
    for tag in reading.contract.tags:
        if tag.pointer and tag.name not in used:
            yield Finding(tag.pointer, f'no operation has the tag "{tag.name}"')


def tag_form(reading: Reading) -> Iterator[Finding]:
    for tag in reading.contract.tags:
        if tag.pointer and _TAG.fullmatch(tag.name) is None:
            yield Finding(
                below(tag.pointer, "name"), f'"{tag.name}" makes a poor class name', "words of letters and digits"
            )


def component_name(reading: Reading) -> Iterator[Finding]:
    taken: dict[str, str] = {}
    for name, _ in _schemas(reading):
        at = f"/components/schemas/{escape(name)}"
        other = taken.setdefault(snake_case(name).replace("_", ""), name)
        if other != name:
            yield Finding(at, f'"{name}" and "{other}" are the same name in some languages')
        elif _SCHEMA_NAME.fullmatch(name) is None:
            yield Finding(at, f'"{name}" is not in PascalCase', "letters and digits, the first a capital")
        elif name.lower() in _TAKEN:
            yield Finding(at, f'"{name}" hides a type that languages have already')


def _schemas(reading: Reading) -> Iterator[tuple[str, object]]:
    components = reading.document.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    if isinstance(schemas, dict):
        yield from schemas.items()


def property_names_collide(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        properties = schema.get("properties")
        taken: dict[str, str] = {}
        for name in properties if isinstance(properties, dict) else ():
            other = taken.setdefault(snake_case(name).strip("_"), name)
            if other != name:
                message = f'"{name}" and "{other}" are the same name in generated code'
                yield Finding(below(pointer, "properties", name), message)


def enum_values(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        options = schema.get("enum")
        taken: dict[str, str] = {}
        for index, option in enumerate(options if isinstance(options, list) else ()):
            if not isinstance(option, str) or "x-enum-varnames" in schema:
                continue
            at = below(pointer, "enum", index)
            other = taken.setdefault(re.sub(r"[^a-z0-9]", "", option.lower()), option)
            if other != option:
                yield Finding(at, f'"{option}" and "{other}" become the same constant')
            elif _ENUM.fullmatch(option) is None:
                yield Finding(
                    at, f'"{option}" becomes a constant with a poor name', "letters, digits and _, or x-enum-varnames"
                )


def path_trailing_slash(reading: Reading) -> Iterator[Finding]:
    for path in dict.fromkeys(operation.path for operation in reading.contract.operations):
        if len(path) > 1 and path.endswith("/"):
            message = f"{path} is another address than {path.rstrip('/')}, and easily confused with it"
            yield Finding(f"/paths/{escape(path)}", message, "leave the last slash out")


def parameter_named_headers(reading: Reading) -> Iterator[Finding]:
    for pointer, parameter in reading.of_kind(Kind.PARAMETER):
        if parameter.get("name") == "headers":
            yield Finding(below(pointer, "name"), 'a parameter named "headers" does not compile in Java')


RULES = (
    Rule(
        "operation-id-missing",
        Severity.WARNING,
        "Names that authors give outlive changes of the path.",
        operation_id_missing,
    ),
    Rule("operation-id-form", Severity.HINT, "An operationId becomes a method in every language.", operation_id_form),
    Rule(
        "operation-tags",
        Severity.WARNING,
        "The tag of an operation decides its class, so there is one.",
        operation_tags,
    ),
    Rule("tag-undeclared", Severity.WARNING, "A tag is declared once, in order, and described.", tag_undeclared),
    Rule("tag-unused", Severity.WARNING, "A tag that no operation has is left over.", tag_unused),
    Rule("tag-form", Severity.WARNING, "A tag becomes a class and a module.", tag_form),
    Rule("component-name", Severity.WARNING, "The name of a schema is the name of a class.", component_name),
    Rule(
        "property-collision",
        Severity.WARNING,
        "Names that become one lose a property in some languages.",
        property_names_collide,
    ),
    Rule("enum-value-form", Severity.HINT, "Enum values become constants.", enum_values),
    Rule("path-trailing-slash", Severity.HINT, "An address ends without a slash.", path_trailing_slash),
    Rule("parameter-name-reserved", Severity.WARNING, "Some names do not compile.", parameter_named_headers),
)
