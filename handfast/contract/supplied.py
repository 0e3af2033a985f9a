"""Documents that schemas refer to by a URI which no schema of the contract has: supplied, and never fetched.

    x-handfast-documents:                          in the contract: files of the project, relative to the contract
      https://example.org/schemas/money.json: schemas/money.json
    load_contract(path, documents={"https://example.org/schemas/money.json": Path("money.json")})     or in Python

What is supplied is judged with, and stays where it is: generated models take a value of such a schema for any.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from handfast.contract import sources
from handfast.contract.cursor import JSONObject
from handfast.contract.model import JSONValue
from handfast.contract.sources import Source
from handfast.contract.targets import project_folder
from handfast.contract.uris import split
from handfast.errors import ContractError

Documents: TypeAlias = Mapping[str, "JSONValue | Path"]
"""Schemas, or documents that hold some, by absolute URI: as a path or text of a path, or as the value itself."""

EXTENSION = "x-handfast-documents"


def supplied(source: Source, path: Path, document: JSONObject, given: Documents | None) -> dict[str, JSONValue]:
    """All supplied documents of a contract by URI; raises ContractError for one that cannot be read."""
    found = {split(uri)[0]: _value(value) for uri, value in (given or {}).items()}
    declared = document.get(EXTENSION)
    if declared is None:
        return found
    if not isinstance(declared, dict):
        hint = f"{EXTENSION}: {{https://example.org/money.json: schemas/money.json}}"
        message = f"{EXTENSION} is a mapping of URIs to files"
        raise ContractError([source.diagnostic("field-value", message, (EXTENSION,), at="value", hint=hint)])
    folder = path.resolve().parent
    root = project_folder(path.resolve()) or folder
    for uri, file in declared.items():
        target = (folder / file).resolve() if isinstance(file, str) else None
        if target is None or not target.is_relative_to(root) or not target.is_file():
            is_outside = target is not None and not target.is_relative_to(root)
            code = "reference-outside" if is_outside else "reference-file-missing"
            message = f'"{file}" is {"outside the project" if is_outside else "not there"}'
            hint = "a path of a file in the project, relative to the contract"
            raise ContractError([source.diagnostic(code, message, (EXTENSION, uri), at="value", hint=hint)])
        found.setdefault(split(uri)[0], sources.read(target).value)
    return found


def _value(given: JSONValue | Path) -> JSONValue:
    return sources.read(given).value if isinstance(given, (str, Path)) else given
