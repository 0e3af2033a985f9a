"""models.py: the plain schemas as Pydantic classes and type aliases, by datamodel-code-generator in process.

It knows the schemas under names that nothing can collide with, and says in its metadata what became of each; what it
writes is read back as a syntax tree, given the authors' names, sorted, and printed in one style.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from handfast.errors import GenerationError
from handfast.generate.emission import Model
from handfast.generate.plain import RUNTIME
from handfast.generate.syntax import Printer

if TYPE_CHECKING:
    from handfast.contract.model import JSONValue

_REFERENCE = "#/components/schemas/"


def models_module(models: Mapping[str, Model]) -> str:
    """The text of models.py, not yet formatted. A schema that is just a `$ref` is another name for its target."""
    others = {
        name: str(model.schema["$ref"]).removeprefix(_REFERENCE)
        for name, model in models.items()
        if "$ref" in model.schema
    }
    names = sorted((name for name in models if name not in others), key=lambda name: (name.casefold(), name))
    stand_ins = {name: f"Zq{index:05}" for index, name in enumerate(names)}
    schemas = {stand_ins[name]: _referring(models[name].schema, stand_ins) for name in names}
    written = _write(schemas, _unstable_names(models)) if schemas else ""
    return Printer(written, {stand_in: name for name, stand_in in stand_ins.items()}, others, models).text()


def _write(schemas: Mapping[str, JSONValue], aliases: Mapping[str, str]) -> str:
    """Run the generator; each schema must have become exactly one class or alias under its own name."""
    from datamodel_code_generator import GenerateConfig, InputFileType, LiteralType, generate
    from datamodel_code_generator.enums import DataModelType, NamingStrategy, TargetPydanticVersion
    from datamodel_code_generator.format import Formatter, PythonVersion

    document = {
        "openapi": "3.1.0",
        "info": {"title": "models", "version": "1"},
        "paths": {},
        "components": {"schemas": dict(schemas)},
    }
    with TemporaryDirectory(prefix="handfast-") as folder:
        metadata = Path(folder) / "models.json"
        config = GenerateConfig(
            input_file_type=InputFileType.OpenAPI,
            output_model_type=DataModelType.PydanticV2BaseModel,
            target_python_version=PythonVersion.PY_311,
            target_pydantic_version=TargetPydanticVersion.V2_14,
            base_class=f"{RUNTIME}.Model",
            aliases=aliases,
            use_missing_sentinel=True,
            use_annotated=True,
            use_type_alias=True,
            use_union_operator=True,
            use_schema_description=True,
            use_field_description=True,
            strict_nullable=True,
            enum_field_as_literal=LiteralType.All,
            treat_dot_as_module=False,
            naming_strategy=NamingStrategy.FullPath,
            snake_case_field=True,
            strict_refs=True,
            allow_remote_refs=False,
            formatters=[Formatter.BUILTIN],
            disable_timestamp=True,
            emit_model_metadata=metadata,
        )
        text = generate(input_=document, config=config)
        made = [(entry["class_name"], entry["source_path"]) for entry in json.loads(metadata.read_text())["models"]]
    strangers = [name for name, path in made if path != ["components", "schemas", name]]
    if not isinstance(text, str) or strangers or {name for name, _ in made} != set(schemas):
        raise GenerationError(f"datamodel-code-generator named schemas by itself, which is a bug here: {strangers}")
    return text


def _referring(value: JSONValue, stand_ins: Mapping[str, str]) -> JSONValue:
    """A plain schema whose references name the stand-ins; members of objects may have any name, `$ref` too."""
    if isinstance(value, list):
        return [_referring(each, stand_ins) for each in value]
    if not isinstance(value, dict):
        return value
    renamed: dict[str, JSONValue] = {}
    for keyword, each in value.items():
        if keyword == "$ref":
            renamed[keyword] = _REFERENCE + stand_ins[str(each).removeprefix(_REFERENCE)]
        elif keyword == "properties" and isinstance(each, dict):
            renamed[keyword] = {name: _referring(member, stand_ins) for name, member in each.items()}
        else:
            renamed[keyword] = each if keyword in ("enum", "required") else _referring(each, stand_ins)
    return renamed


def _unstable_names(models: Mapping[str, Model]) -> dict[str, str]:
    """Field names for members whose names Python would normalise (PEP 3131: identifiers are read in NFKC)."""
    aliases: dict[str, str] = {}
    for model in models.values():
        properties = model.schema.get("properties")
        for name in properties if isinstance(properties, dict) else ():
            stable = unicodedata.normalize("NFKC", name)
            if stable != name and name.isidentifier():
                aliases[name] = f"{stable}_" if isinstance(properties, dict) and stable in properties else stable
    return aliases
