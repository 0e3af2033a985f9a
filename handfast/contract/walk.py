"""The walk of openapi-spec-validator through operations and schemas, with the places of what it complains about.

Three of its complaints are warnings here, because the specification allows what they are about: a `required` name
without a property (JSON Schema 2020-12, validation 6.5.3), a `pattern` that Python's `re` does not know (they are
ECMA-262, core 6.4), and a `format` that a default does not have by its checkers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import cast

from jsonschema.exceptions import ValidationError
from jsonschema_path import SchemaPath
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator, OpenAPIV32SpecValidator
from openapi_spec_validator.validation import keywords
from openapi_spec_validator.validation.exceptions import ExtraParametersError, UnresolvableParameterError
from openapi_spec_validator.validation.registries import KeywordValidatorRegistry
from openapi_spec_validator.validation.validators import SpecValidator

from handfast.contract.cursor import JSONObject, lookup, start
from handfast.contract.findings import Finding
from handfast.contract.model import JSONValue
from handfast.contract.pointers import join
from handfast.errors import Severity

_DEFAULT = "default"


def validate(document: JSONObject, version: str) -> Iterator[Finding]:
    """What the validator says of a document; when it fails itself, a warning says so."""
    try:
        validator = _VALIDATORS[version](SchemaPath.from_dict(document, handlers=_NOWHERE))
        for error in validator.root_validator(validator.schema_path):
            if (finding := _finding(error, document)) is not None:
                yield finding
    except Exception as error:
        message = f"openapi-spec-validator failed on this document: {type(error).__name__}"
        yield Finding("validator-failed", message, "", severity=Severity.WARNING)


def _finding(error: ValidationError, document: JSONObject) -> Finding | None:
    tokens = [str(token) for token in error.absolute_path]
    pointer = _canonical(document, tokens)
    message = re.sub(r"\s+", " ", error.message)
    if isinstance(error, ExtraParametersError):
        return Finding("required-undefined", message, pointer, severity=Severity.WARNING)
    if isinstance(error, UnresolvableParameterError):  # checked before; the validator reads `{a:}` as `format` does
        return None
    if "Unknown JSON Schema dialect" in message or (error.validator == "format" and error.validator_value == "regex"):
        return None  # which dialects and patterns can be enforced is for the judge to say
    if _DEFAULT in tokens[-1:] or getattr(error, _MARK, None) == _DEFAULT:
        hint = "clients and readers take it for a value that could have been sent"
        message = f"the default breaks its schema: {message}"
        return Finding("default-invalid", message, pointer, hint, "value", Severity.WARNING)
    if message.startswith("False schema does not allow"):
        return Finding("field-misplaced", f'"{tokens[-1]}" cannot stand beside the other fields here', pointer)
    return Finding("document-invalid", message, pointer)


def _canonical(document: JSONObject, tokens: list[str]) -> str:
    """The pointer of what tokens lead to when every reference on the way is followed, as far as it exists."""
    root = start(document)
    value: JSONValue = document
    pointer = ""
    for token in tokens:
        if isinstance(value, dict) and token not in value and "$ref" in value:
            followed = root.follow(pointer, value)
            pointer, value = followed.pointer, followed.value
        try:
            value = lookup(value, (token,))
        except LookupError:
            break
        pointer = join(pointer, token)
    return pointer


_MARK = "handfast_place"


def _placed(errors: Iterator[ValidationError], parts: tuple[object, ...], mark: str) -> Iterator[ValidationError]:
    """Errors with the path of the schema that they are about before their own; the innermost schema counts."""
    for error in errors:
        if getattr(error, _MARK, None) is None:
            setattr(error, _MARK, mark)
            error.path.extendleft(str(part) for part in reversed(parts))
        yield error


class _Seen(set[int]):
    """What was visited; the validator keeps it in a list, which takes minutes where this takes seconds."""

    append = set[int].add


class _SchemaPlaces(keywords.SchemaValidator):
    """Errors of schemas say where they are; that they are schemas has been checked before, by the same metaschemas."""

    def __init__(self, registry: KeywordValidatorRegistry) -> None:
        super().__init__(registry)
        self.visited_schema_ids = cast("list[int]", _Seen())
        self.meta_checked_schema_ids = cast("list[int]", _Seen())

    def __call__(
        self, schema: SchemaPath, require_properties: bool = True, meta_checked: bool = False
    ) -> Iterator[ValidationError]:
        if isinstance(schema.read_value(), list):  # `items` of older drafts, which the validator does not know
            return chain.from_iterable(self(each, False, True) for each in schema)
        return _placed(super().__call__(schema, require_properties, True), schema.parts, "schema")


class _DefaultPlaces(keywords.ValueValidator):
    """Errors of defaults, likewise."""

    def __call__(self, schema: SchemaPath, value: object) -> Iterator[ValidationError]:
        for error in super().__call__(schema, value):
            error.path.clear()  # within the default
            yield from _placed(iter([error]), (*schema.parts, _DEFAULT), _DEFAULT)


class _Schemas30(_SchemaPlaces, keywords.OpenAPIV30SchemaValidator):
    pass


class _Schemas31(_SchemaPlaces, keywords.OpenAPIV31SchemaValidator):
    pass


class _Schemas32(_SchemaPlaces, keywords.OpenAPIV32SchemaValidator):
    pass


class _Defaults30(_DefaultPlaces, keywords.OpenAPIV30ValueValidator):
    pass


class _Defaults31(_DefaultPlaces, keywords.OpenAPIV31ValueValidator):
    pass


class _Defaults32(_DefaultPlaces, keywords.OpenAPIV32ValueValidator):
    pass


class _V30(OpenAPIV30SpecValidator):
    keyword_validators = {  # noqa: RUF012 - the validator declares it like that
        **OpenAPIV30SpecValidator.keyword_validators,
        "schema": _Schemas30,
        "default": _Defaults30,
    }


class _V31(OpenAPIV31SpecValidator):
    keyword_validators = {  # noqa: RUF012 - the validator declares it like that
        **OpenAPIV31SpecValidator.keyword_validators,
        "schema": _Schemas31,
        "default": _Defaults31,
    }


class _V32(OpenAPIV32SpecValidator):
    keyword_validators = {  # noqa: RUF012 - the validator declares it like that
        **OpenAPIV32SpecValidator.keyword_validators,
        "schema": _Schemas32,
        "default": _Defaults32,
    }


def _refuse(uri: str) -> object:
    raise LookupError(f"{uri} is not in the document")


_NOWHERE = {"<all_urls>": _refuse, "http": _refuse, "https": _refuse, "file": _refuse}
_VALIDATORS: Mapping[str, type[SpecValidator]] = {"3.0": _V30, "3.1": _V31, "3.2": _V32}
