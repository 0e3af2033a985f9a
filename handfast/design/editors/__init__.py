"""What editors need to complete and check a contract offline: JSON Schemas, and the settings that name them.

The schema of the document is the specification's own, as openapi-spec-validator ships it, with two changes: it looks
inside Schema Objects, and its fields say what they are for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import cast

from handfast.contract.model import JSONValue
from handfast.design.editors.hovers import FIELDS, KEYWORDS
from handfast.design.explanations import explanations
from handfast.design.lint import LOADER_CODES
from handfast.design.rules import RULES
from handfast.errors import HandfastError, unwritable
from handfast.project import LINT_SETTINGS

_FOLDER = ".schemas"
_EXTENSION = "redhat.vscode-yaml"

_ANY: dict[str, JSONValue] = {}
_SCHEMA: dict[str, JSONValue] = {"$ref": "#/$defs/schema"}
_SCHEMAS: dict[str, JSONValue] = {"type": "array", "minItems": 1, "items": _SCHEMA}
_NAMED: dict[str, JSONValue] = {"type": "object", "additionalProperties": _SCHEMA}
_COUNT: dict[str, JSONValue] = {"type": "integer", "minimum": 0}
_TEXT: dict[str, JSONValue] = {"type": "string"}
_FLAG: dict[str, JSONValue] = {"type": "boolean"}
_NUMBER: dict[str, JSONValue] = {"type": "number"}
_TYPE: dict[str, JSONValue] = {"enum": ["string", "integer", "number", "boolean", "array", "object", "null"]}
_SHAPES: Mapping[str, dict[str, JSONValue]] = {
    "type": {"anyOf": [_TYPE, {"type": "array", "minItems": 1, "items": _TYPE}]},
    "enum": {"type": "array", "minItems": 1},
    "examples": {"type": "array"},
    "required": {"type": "array", "items": _TEXT},
    "dependentRequired": {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}},
    "discriminator": {"$ref": "#/$defs/discriminator"},
    "externalDocs": {"$ref": "#/$defs/external-documentation"},
    "xml": {"type": "object"},
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), _SCHEMAS),
    **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs"), _NAMED),
    **dict.fromkeys(
        (
            *("items", "contains", "unevaluatedItems", "additionalProperties", "unevaluatedProperties"),
            *("propertyNames", "not", "if", "then", "else", "contentSchema"),
        ),
        _SCHEMA,
    ),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _COUNT),
    **dict.fromkeys(("minContains", "maxContains"), _COUNT),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _NUMBER),
    **dict.fromkeys(("readOnly", "writeOnly", "deprecated", "uniqueItems"), _FLAG),
    **dict.fromkeys(("example", "default", "const"), _ANY),
}
_DISCRIMINATOR: dict[str, JSONValue] = {
    "type": "object",
    "required": ["propertyName"],
    "properties": {"propertyName": _TEXT, "mapping": {"type": "object", "additionalProperties": _TEXT}},
    "patternProperties": {"^x-": _ANY},
}


def write(root: Path, contract: Path, version: str) -> list[Path]:
    """Write schemas and settings below a project's root, for a contract of an OpenAPI version; answers what is new.

    Settings that are there stay, and get what they lack. Raises HandfastError for settings that are no plain JSON, a
    contract outside of the project, and files that cannot be written.
    """
    if not contract.resolve().is_relative_to(root.resolve()):
        raise HandfastError(f"{contract}: it is outside of {root}, where the settings go; call this in its own project")
    name = contract.resolve().relative_to(root.resolve()).as_posix()
    settings = Path(name).with_name(LINT_SETTINGS).as_posix()
    kind = version[:3]
    wanted: dict[str, JSONValue] = {f"./{_FOLDER}/openapi-{kind}.json": [name], f"./{_FOLDER}/lint.json": [settings]}
    vscode = root / ".vscode"
    texts = {
        root / _FOLDER / f"openapi-{kind}.json": _text(document_schema(kind)),
        root / _FOLDER / "lint.json": _text(settings_schema()),
        vscode / "settings.json": _text(_with_schemas(vscode / "settings.json", wanted)),
        vscode / "extensions.json": _text(_with_extension(vscode / "extensions.json")),
    }
    return list(_written(texts))


def document_schema(version: str) -> dict[str, JSONValue]:
    """The schema of a document of OpenAPI 3.0, 3.1 or 3.2 for editors."""
    folder = files("openapi_spec_validator") / "resources" / "schemas" / f"v{version}"
    schema = cast("dict[str, JSONValue]", json.loads((folder / "schema.json").read_text(encoding="utf-8")))
    schema.pop("$id", None)
    schema.pop("id", None)
    if version != "3.0":
        definitions = _mapping(schema["$defs"])
        definitions["schema"] = _schema_object()
        definitions["discriminator"] = _DISCRIMINATOR
    _describe(schema)
    return schema


def settings_schema() -> dict[str, JSONValue]:
    """The schema of `lint.yaml`: every code with what it is about."""
    known = explanations()
    codes = sorted({rule.code for rule in RULES} | LOADER_CODES)
    levels: dict[str, JSONValue] = {
        code: {"enum": ["error", "warning", "hint", "off"], "description": known[code].text.split("\n\n")[0]}
        for code in codes
    }
    waiver: dict[str, JSONValue] = {
        "type": "object",
        "required": ["code", "pointer", "reason"],
        "additionalProperties": False,
        "properties": {
            "code": {"enum": [*codes], "description": "The rule that does not hold here."},
            "pointer": {"type": "string", "description": "A JSON Pointer into the contract; holds for what is below."},
            "reason": {"type": "string", "minLength": 1, "description": "Why, for who reads this later."},
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "levels": {"type": "object", "additionalProperties": False, "properties": levels},
            "waivers": {"type": "array", "items": waiver},
        },
    }


def _schema_object() -> dict[str, JSONValue]:
    members: dict[str, JSONValue] = {
        name: {**_SHAPES.get(name, _TEXT), "description": text} for name, text in KEYWORDS.items() if name != "nullable"
    }
    return {
        "type": ["object", "boolean"],
        "properties": members,
        "patternProperties": {"^x-": _ANY},
        "additionalProperties": False,
    }


def _describe(value: JSONValue) -> None:
    """Point references at the Schema Object, and say of each field that has no description what it is for."""
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, list):
            pending.extend(current)
        elif isinstance(current, dict):
            if current.get("$dynamicRef") == "#meta":
                del current["$dynamicRef"]
                current["$ref"] = "#/$defs/schema"
            properties = current.get("properties")
            for name, member in properties.items() if isinstance(properties, dict) else ():
                text = FIELDS.get(name) or KEYWORDS.get(name)
                if isinstance(member, dict) and "description" not in member and text is not None:
                    member["description"] = text
            pending.extend(current.values())


def _with_schemas(file: Path, wanted: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
    settings = _read(file)
    schemas = _mapping(settings.get("yaml.schemas"))
    theirs = {name: value for name, value in schemas.items() if not name.startswith(f"./{_FOLDER}/")}
    defaults: dict[str, JSONValue] = {"yaml.schemaStore.enable": False, "yaml.yamlVersion": "1.2"}
    return {**defaults, **settings, "yaml.schemas": {**theirs, **wanted}}


def _with_extension(file: Path) -> dict[str, JSONValue]:
    settings = _read(file)
    listed = settings.get("recommendations")
    known = listed if isinstance(listed, list) else []
    return {**settings, "recommendations": [*known, *([_EXTENSION] if _EXTENSION not in known else [])]}


def _read(file: Path) -> dict[str, JSONValue]:
    if not file.is_file():
        return {}
    try:
        return _mapping(json.loads(file.read_text(encoding="utf-8")))
    except ValueError:
        raise HandfastError(f"{os.path.relpath(file)} is no plain JSON (comments?), and left alone") from None


def _text(value: Mapping[str, JSONValue]) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def _written(texts: Mapping[Path, str]) -> Iterator[Path]:
    for file, text in texts.items():
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n")
            except OSError as error:
                raise HandfastError(unwritable(file, error)) from None
            yield file


def _mapping(value: JSONValue) -> dict[str, JSONValue]:
    return value if isinstance(value, dict) else {}
