"""Contracts from Python values, generated into a folder and imported under a name of their own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

from handfast.contract import Contract, load_contract_text
from handfast.generate import generate

_NUMBERS = count()


def contract(paths: Mapping[str, Any] | None = None, **components: Mapping[str, Any]) -> Contract:
    """A valid contract with these paths and components."""
    document = {
        "openapi": "3.1.1",
        "info": {"title": "Made", "version": "1"},
        "paths": paths or {},
        "components": components,
    }
    return load_contract_text(json.dumps(document), "made.json")


def operation(name: str, *, response: Any = None, request: Any = None, **more: Any) -> dict[str, Any]:
    """An operation that takes and answers JSON of these schemas."""
    made: dict[str, Any] = {"operationId": name, "tags": ["things"], "responses": {"204": {"description": "Done."}}}
    if response is not None:
        made["responses"] = {"200": {"description": "Done.", "content": json_content(response)}}
    if request is not None:
        made["requestBody"] = {"required": True, "content": json_content(request)}
    return made | more


def json_content(schema: Any) -> dict[str, Any]:
    """The content of a body that is JSON."""
    return {"application/json": {"schema": schema}}


@contextmanager
def imported(made: Contract, folder: Path) -> Iterator[ModuleType]:
    """The generated package of a contract; `models`, `replies` and `operations` are among its modules."""
    name = f"made_{next(_NUMBERS)}"
    generate(made, folder / name, cache=folder / "cache")
    sys.path.insert(0, str(folder))
    invalidate_caches()
    try:
        package = import_module(name)
        for file in sorted((folder / name).rglob("*.py")):
            module = ".".join(file.relative_to(folder).with_suffix("").parts)
            import_module(module.removesuffix(".__init__"))
        yield package
    finally:
        sys.path.remove(str(folder))
        for module in [module for module in sys.modules if module == name or module.startswith(f"{name}.")]:
            del sys.modules[module]
