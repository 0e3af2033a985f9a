"""Names that become one when case, punctuation or place are lost, as they are in some language or file system."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handfast.contract.names import argument_names, snake_case
from handfast.contract.places import Kind
from handfast.contract.pointers import escape
from handfast.design.reading import Reading, below
from handfast.design.rule import Finding, Rule
from handfast.errors import Severity

_PROPERTY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLE = re.compile(r"\{[^{}]*\}")


def operation_id_case(reading: Reading) -> Iterator[Finding]:
    taken: dict[str, str] = {}
    for operation in reading.operations:
        name = operation.operation_id
        other = taken.setdefault(re.sub(r"[^a-z0-9]", "", name.lower()), name)
        if other != name:
            message = f'"{name}" and "{other}" differ only in case or punctuation, and become one file or method'
            yield Finding(below(operation.pointer, "operationId"), message, "choose another verb or noun")


def path_case(reading: Reading) -> Iterator[Finding]:
    taken: dict[str, str] = {}
    for path in dict.fromkeys(operation.path for operation in reading.contract.operations):
        key = _VARIABLE.sub("{}", path).lower()
        other = taken.setdefault(key, path)
        if other != path and _VARIABLE.sub("{}", other) != _VARIABLE.sub("{}", path):
            message = f"{path} and {other} differ only in case, which people and proxies do not see"
            yield Finding(f"/paths/{escape(path)}", message, "choose one form, small letters best")


def parameter_collision(reading: Reading) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for operation in reading.contract.operations:
        named = argument_names(operation)
        taken: dict[str, str] = {}
        for parameter in operation.parameters:
            if (str(parameter.location), parameter.name) not in named:
                continue
            name = snake_case(parameter.name)
            place = f"{parameter.location} parameter"
            other = taken.setdefault(name, place)
            message = f'"{parameter.name}" has the same name in code as a {other} of {operation.operation_id}'
            if taken[name] is not place and (parameter.pointer, message) not in seen:
                seen.add((parameter.pointer, message))
                yield Finding(below(parameter.pointer, "name"), message, "rename one of them")


def property_name_form(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        properties = schema.get("properties")
        for name in properties if isinstance(properties, dict) else ():
            if _PROPERTY.fullmatch(name) is None:
                message = f'"{name}" is no name in most languages, and is changed in each in another way'
                yield Finding(below(pointer, "properties", name), message, "letters, digits and _")


def parameter_name_form(reading: Reading) -> Iterator[Finding]:
    for pointer, parameter in reading.of_kind(Kind.PARAMETER):
        name = parameter.get("name")
        if isinstance(name, str) and parameter.get("in") == "query" and re.search(r"[\[\]{}]", name):
            message = f'"{name}" has brackets, which some clients encode and some take for an object'
            yield Finding(below(pointer, "name"), message, "letters, digits, - and _; repeat the name for a list")


RULES = (
    Rule("operation-id-case", Severity.ERROR, "Names differ by more than their case.", operation_id_case),
    Rule("path-case", Severity.WARNING, "Paths differ by more than their case.", path_case),
    Rule("parameter-collision", Severity.WARNING, "A name stands for one parameter.", parameter_collision),
    Rule("property-name-form", Severity.HINT, "A property has a name that code can use.", property_name_form),
    Rule("parameter-name-form", Severity.HINT, "Brackets in names mean different things.", parameter_name_form),
)
