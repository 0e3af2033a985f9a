"""Samples: the examples and defaults that a contract gives, against the schemas that they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handfast.contract.judge import SchemaError
from handfast.contract.model import JSONValue
from handfast.contract.places import Kind
from handfast.contract.pointers import from_fragment, to_pointer
from handfast.design.reading import JSONObject, Reading, below
from handfast.design.rule import Finding, Rule
from handfast.errors import ContractError, Severity

_READABLE = re.compile(
    r"(application/([\w.!#$&^-]+\+)?json|application/x-www-form-urlencoded|multipart/.*|text/.*)(;.*)?", re.IGNORECASE
)


def example_invalid(reading: Reading) -> Iterator[Finding]:
    for pointer, value, schema in _examples(reading):
        yield from _judged(reading, pointer, value, schema, "example")


def default_invalid(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if "default" in schema:
            yield from _judged(reading, below(pointer, "default"), schema["default"], pointer, "default")


def _judged(reading: Reading, pointer: str, value: JSONValue, schema: str, what: str) -> Iterator[Finding]:
    """The first error of a value in the direction that likes it best."""
    found: list[list[SchemaError]] = []
    for direction in reading.directions(schema):
        try:
            errors = reading.contract.judges.judge(schema, direction).errors(value, 3)
        except ContractError:
            return
        if not errors:
            return
        found.append(errors)
    for error in min(found, key=len):
        place = f' at "{error.pointer}"' if error.pointer else ""
        is_reference = isinstance(value, dict) and value.keys() == {"$ref"}
        hint = "a $ref within a value is not followed: put it in the place of the example" if is_reference else None
        yield Finding(pointer + error.pointer, f"the {what} breaks its schema{place}: {error.message}", hint)


def _examples(reading: Reading) -> Iterator[tuple[str, JSONValue, str]]:
    """Every example, as pointer, value, and the pointer of its schema."""
    for pointer, schema in reading.schemas:
        if "example" in schema:
            yield below(pointer, "example"), schema["example"], pointer
        examples = schema.get("examples")
        for index, value in enumerate(examples if isinstance(examples, list) else ()):
            yield below(pointer, "examples", index), value, pointer
    for kind in (Kind.PARAMETER, Kind.HEADER, Kind.MEDIA_TYPE):
        for pointer, value in reading.of_kind(kind):
            if "schema" in value and (kind is not Kind.MEDIA_TYPE or _is_readable(pointer)):
                yield from (
                    (at, each, below(pointer, "schema")) for at, each in _named_examples(reading, pointer, value)
                )


def _is_readable(pointer: str) -> bool:
    """Whether examples of a media type are values; in XML and the like they are text in that language."""
    name = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    return _READABLE.fullmatch(name) is not None


def _named_examples(reading: Reading, pointer: str, value: JSONObject) -> Iterator[tuple[str, JSONValue]]:
    if "example" in value:
        yield below(pointer, "example"), value["example"]
    examples = value.get("examples")
    for name, example in examples.items() if isinstance(examples, dict) else ():
        at = below(pointer, "examples", name)
        if (
            isinstance(example, dict)
            and isinstance(reference := example.get("$ref"), str)
            and reference.startswith("#/")
        ):
            at = to_pointer(from_fragment(reference[1:]))
        target = reading.get(at)
        for field in ("value", "dataValue"):
            if isinstance(target, dict) and field in target:
                yield below(at, field), target[field]


RULES = (
    Rule("example-invalid", Severity.ERROR, "Readers, mocks and tests believe examples.", example_invalid),
    Rule("default-invalid", Severity.ERROR, "A default must be a value that could have been sent.", default_invalid),
)
