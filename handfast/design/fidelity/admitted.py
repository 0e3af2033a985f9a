"""What a type of Python admits, as JSON Schema: read from the core schema that Pydantic validates with.

The reading is of JSON in strict mode by the names on the wire, as the runtime reads (`handfast.runtime.build`), and it
never says too much: each value that the JSON Schema admits is taken by the validator. What is not known here, such as
a validator function of somebody's own, admits nothing. Where that happened the reading is not `exact`: the validator
may take more. Each case is Pydantic's documented behaviour in strict mode, pinned by tests in tests/design:

* `1.0` is an integer: what is refused as it stands is read again with integral floats as integers.
* A smart union takes what one of its choices takes; a tagged union is a hint beside the plain one (`runtime.tagged`).
* Values that only Python code can give, such as MISSING, are not there in JSON.
* Date-times, dates and UUIDs (`runtime.exact`) take the texts of their formats, all of them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias, cast

from pydantic import TypeAdapter

from handfast.contract.model import JSONValue
from handfast.runtime.content import Upload
from handfast.runtime.exact import WireDate, WireDateTime, WireUuid

Core: TypeAlias = Mapping[str, Any]  # core schemas are typed as one union of fifty dictionaries
Schema: TypeAlias = dict[str, JSONValue]
Refer: TypeAlias = Callable[[Core], "str | None"]

NOTHING: Schema = {"not": {}}
_BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_LENGTHS = {"min_length": "min", "max_length": "max"}
_NUMBERS = frozenset({*_BOUNDS, "multiple_of"})
_HARMLESS = frozenset(
    {
        *("title", "extra_fields_behavior", "validate_by_alias", "validate_by_name", "serialize_by_alias"),
        *("ser_json_inf_nan", "strict", "allow_inf_nan"),
    }
)
"""Settings of a model that do not change what is taken, or are looked at here."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A JSON Schema of which every value is taken, with references to `classes` by the URI that `refer` gave them.

    `exact` tells that no other value is taken; `has_files` that files of a multipart body stand in it.
    """

    schema: Schema
    exact: bool
    has_files: bool


def core_of(annotation: object) -> Core:
    """The core schema of a type; one in which definitions stand has them still."""
    adapter: TypeAdapter[object] = TypeAdapter(cast("type[object]", annotation))
    return adapter.core_schema


def admitted(core: Core, refer: Refer, formats: frozenset[str]) -> Admitted:
    """What a core schema admits. `refer` gives the URI by which a core schema inside is spoken of, None to write it
    out; `formats` are those that may stand in the outcome, values of others are not admitted.
    """
    reader = _Reader(refer, formats)
    schema: Schema = {**reader.written(core)}
    if reader.definitions:
        schema["$defs"] = {**reader.definitions}
    return Admitted(schema, reader.exact, reader.has_files)


class _Reader:
    """Reads one core schema; every kind that it knows is a method called after it."""

    def __init__(self, refer: Refer, formats: frozenset[str]) -> None:
        self._refer = refer
        self._formats = formats
        self._names: dict[str, str] = {}
        self._outer: dict[str, Core] = {}
        self.definitions: dict[str, JSONValue] = {}
        self.exact = True
        self.has_files = False

    def read(self, core: Core) -> Schema:
        """The JSON Schema of a core schema inside of another: a reference, if it is spoken of by one."""
        if core["type"] == "definition-ref":
            return self._defined(str(core["schema_ref"]))
        uri = self._refer(core)
        return self.written(core) if uri is None else {"$ref": uri}

    def written(self, core: Core) -> Schema:
        """The JSON Schema of a core schema, written out."""
        method = getattr(self, f"_{str(core['type']).replace('-', '_')}", None)
        return self._unknown() if method is None else cast("Schema", method(core))

    def _unknown(self) -> Schema:
        self.exact = False
        return NOTHING

    # Scalars.

    def _any(self, core: Core) -> Schema:
        return {}

    def _none(self, core: Core) -> Schema:
        return {"type": "null"}

    def _bool(self, core: Core) -> Schema:
        return {"type": "boolean"}

    def _missing_sentinel(self, core: Core) -> Schema:
        return self.read(core["schema"]) if "schema" in core else NOTHING

    def _int(self, core: Core) -> Schema:
        return self._number("integer", core)

    def _float(self, core: Core) -> Schema:
        return self._number("number", core)

    def _number(self, kind: str, core: Core) -> Schema:
        if "multiple_of" in core:  # of floats it is approximate
            return self._unknown()
        return {"type": kind, **{word: core[name] for name, word in _BOUNDS.items() if name in core}}

    def _str(self, core: Core) -> Schema:
        if not core.keys() <= {"type", "min_length", "max_length", "metadata", "ref", "serialization", "strict"}:
            return self._unknown()
        return {"type": "string", **_lengths(core, "Length")}

    def _literal(self, core: Core) -> Schema:
        return self._one_of(core["expected"])

    def _enum(self, core: Core) -> Schema:
        return self._one_of([member.value for member in core["members"]])

    def _one_of(self, values: Sequence[object]) -> Schema:
        """Values; `Literal[1]` takes true as well, which is not said here."""
        plain = [value.value if isinstance(value, Enum) else value for value in values]
        if any(not isinstance(value, str | int | bool | None) for value in plain):
            self.exact = False
        return {"enum": [value for value in plain if isinstance(value, str | int | bool | None)]}

    # Containers.

    def _list(self, core: Core) -> Schema:
        schema: Schema = {"type": "array", **_lengths(core, "Items")}
        return {**schema, "items": self.read(core["items_schema"])} if "items_schema" in core else schema

    def _dict(self, core: Core) -> Schema:
        schema: Schema = {"type": "object", **_lengths(core, "Properties")}
        if "keys_schema" in core and self.read(core["keys_schema"]) not in ({}, {"type": "string"}):
            return self._unknown()
        values = self.read(core["values_schema"]) if "values_schema" in core else {}
        return {**schema, "additionalProperties": values}

    def _model(self, core: Core) -> Schema:
        config: Core = core.get("config", {})
        fields: Core = core["schema"]
        if (
            fields["type"] != "model-fields"
            or core.get("custom_init")
            or core.get("post_init")
            or core.get("root_model")
            or not config.keys() <= _HARMLESS
        ):
            return self._unknown()
        properties: dict[str, JSONValue] = {}
        required: list[JSONValue] = []
        for name, field in fields["fields"].items():
            alias = field.get("validation_alias", name)
            if not isinstance(alias, str):
                return self._unknown()
            properties[alias] = self.read(field["schema"])
            if field["schema"]["type"] != "default":
                required.append(alias)
        schema: Schema = {"type": "object", "properties": properties, "required": required}
        match fields.get("extra_behavior", config.get("extra_fields_behavior", "ignore")):
            case "forbid":
                schema["additionalProperties"] = False
            case "allow" if "extras_schema" in fields:
                schema["additionalProperties"] = self.read(fields["extras_schema"])
            case _:
                pass
        return self._unknown() if "extras_keys_schema" in fields else schema

    # What stands around others.

    def _default(self, core: Core) -> Schema:
        return self.read(core["schema"]) if core.get("on_error", "raise") == "raise" else self._unknown()

    def _nullable(self, core: Core) -> Schema:
        return {"anyOf": [self.read(core["schema"]), {"type": "null"}]}

    def _union(self, core: Core) -> Schema:
        choices: list[Core | tuple[Core, str]] = core["choices"]
        plain = [choice[0] if isinstance(choice, tuple) else choice for choice in choices]
        return {"anyOf": [self.read(choice) for choice in plain if choice["type"] != "tagged-union"] or [NOTHING]}

    def _json_or_python(self, core: Core) -> Schema:
        return self.read(core["json_schema"])

    def _lax_or_strict(self, core: Core) -> Schema:
        return self.read(core["strict_schema"])

    def _function_plain(self, core: Core) -> Schema:
        owner = getattr(core["function"]["function"], "__self__", None)
        if owner is Upload:
            self.has_files = True
        if owner in (WireDateTime, WireDate, WireUuid) and owner.format in self._formats:
            return {"type": "string", "format": owner.format}
        return self._unknown()

    def _function_after(self, core: Core) -> Schema:
        """A bound that Pydantic checks behind a union or an alias."""
        inner = self.read(core["schema"])
        function = core["function"]["function"]
        if not isinstance(function, functools.partial) or function.func.__module__ != "pydantic._internal._validators":
            return self._unknown()
        (name, value), *more = function.keywords.items()
        if more or name not in {*_BOUNDS, *_LENGTHS}:
            return self._unknown()
        if name in _BOUNDS:
            return {"allOf": [inner, {"type": "number", _BOUNDS[name]: value}]}
        texts: Schema = {"type": "string", f"{_LENGTHS[name]}Length": value}
        arrays: Schema = {"type": "array", f"{_LENGTHS[name]}Items": value}
        return {"allOf": [inner, {"anyOf": [texts, arrays]}]}

    # References.

    def _definitions(self, core: Core) -> Schema:
        self._outer.update({definition["ref"]: definition for definition in core["definitions"]})
        return self.written(core["schema"])

    def _definition_ref(self, core: Core) -> Schema:
        return self.written(self._outer[str(core["schema_ref"])])

    def _defined(self, reference: str) -> Schema:
        if (uri := self._refer(self._outer[reference])) is not None:
            return {"$ref": uri}
        if reference not in self._names:
            name = self._names[reference] = str(len(self._names))
            self.definitions[name] = True  # of a name, until what it stands for is read
            self.definitions[name] = self.written(self._outer[reference])
        return {"$ref": f"#/$defs/{self._names[reference]}"}


def _lengths(core: Core, noun: str) -> Schema:
    return {f"{word}{noun}": core[name] for name, word in _LENGTHS.items() if name in core}
