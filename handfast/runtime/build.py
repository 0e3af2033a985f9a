"""Judged JSON values to what handlers get: generated models, aliases and plain types, strictly and without loss.

    builder = Builder(annotation)              the annotation of an argument, as generated; cheap, compiled at first use
    builder.from_value(value)                  a parameter
    builder.from_json(raw, value, uploads)     a body: its text, its value, and the files of a multipart one

The schema has judged before, so that a model can only refuse what Python cannot hold: a date outside of its range is
`Refused` with the code `unrepresentable`. Anything else is `ModelMismatch`: the generated model is narrower than its
schema, which is a fault of ours and answered with 500.

JSON's own strict mode is used, by the names on the wire alone: a member `foo_bar` never fills the field of `foo-bar`.
Integers written as `5.0` are made `5` when the model says no to the text as it is.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json
from typing_extensions import TypeAliasType

from handfast.contract.model import JSONValue
from handfast.contract.pointers import join
from handfast.errors import HandfastError
from handfast.runtime.content import Uploads
from handfast.runtime.problems import Cause, ProblemItem, Refused

_PLAIN: frozenset[object] = frozenset({str, int, bool, type(None), object, Any})
_UNIONS: frozenset[object] = frozenset({Union, types.UnionType})
_CONTAINERS: frozenset[object] = frozenset({list, dict})
_EXACT: frozenset[object] = frozenset({datetime, date, UUID})


class ModelMismatch(HandfastError):
    """A generated model refused what its schema admits; a fault of the toolkit, logged and answered with 500."""


class Builder:
    """Makes the values of one annotation."""

    __slots__ = ("_adapter", "_annotation", "_is_plain")

    def __init__(self, annotation: object) -> None:
        self._annotation = annotation
        self._is_plain = is_plain(annotation)
        self._adapter: TypeAdapter[object] | None = None

    def from_value(self, value: JSONValue) -> object:
        """The value of a parameter as its handler gets it."""
        return value if self._is_plain else self.from_json(to_json(value), value)

    def from_json(self, raw: bytes, value: JSONValue, uploads: Uploads | None = None) -> object:
        """The value of a body as its handler gets it; `raw` is its text, `value` what the text says."""
        adapter = self._adapter
        if adapter is None:
            adapter = self._adapter = TypeAdapter(cast("type[object]", self._annotation))
        try:
            return adapter.validate_json(raw, strict=True, by_alias=True, by_name=False, context=uploads)
        except ValidationError:
            again = to_json(_integral(value))
        try:
            return adapter.validate_json(again, strict=True, by_alias=True, by_name=False, context=uploads)
        except ValidationError as error:
            raise _explain(error, value) from None


def is_plain(annotation: object) -> bool:
    """Whether the JSON values of an annotation are what Python has for them: no models, enums or dates."""
    if isinstance(annotation, TypeAliasType):
        return is_plain(annotation.__value__)
    origin: object = get_origin(annotation)
    parts = get_args(annotation)
    if origin is Annotated:
        return parts[0] not in _EXACT and is_plain(parts[0])
    if origin is Literal:
        return True
    if origin in _UNIONS:
        return all((part is float and int in parts) or is_plain(part) for part in parts)
    if origin in _CONTAINERS:
        return all(is_plain(part) for part in parts)
    return annotation in _PLAIN


def _integral(value: JSONValue) -> JSONValue:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_integral(item) for item in value]
    if isinstance(value, dict):
        return {name: _integral(item) for name, item in value.items()}
    return value


def _explain(error: ValidationError, value: JSONValue) -> HandfastError:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    items = [
        ProblemItem(code="unrepresentable", detail=_detail(each["msg"]), pointer=_pointer(each["loc"], value))
        for each in found
        if each["type"] == "value_error"
    ]
    if items:
        return Refused(Cause.CONTRACT_VIOLATION, "", items)
    told = "; ".join(f"{'/'.join(map(str, each['loc']))}: {each['type']}" for each in found[:5])
    return ModelMismatch(f"the model {error.title} refused what its schema admits: {told}")


def _detail(message: str) -> str:
    return message.removeprefix("Value error, ")


def _pointer(location: Sequence[int | str], value: JSONValue) -> str:
    """The JSON Pointer of a location of Pydantic's, which also names branches of unions."""
    tokens: list[int | str] = []
    for token in location:
        match value, token:
            case dict(), str() if token in value:
                value = value[token]
            case list(), int() if token < len(value):
                value = value[token]
            case _:
                continue
        tokens.append(token)
    return join("", *tokens)


def members(annotation: object) -> Iterable[object]:
    """The members of a union, or the annotation itself."""
    return get_args(annotation) if get_origin(annotation) in _UNIONS else (annotation,)
