"""The official JSON Schema suite, draft 2020-12: what a schema admits, its model admits and gives back unchanged."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from handfast.contract import load_contract_text
from handfast.contract.normalise import normalise
from handfast.generate.emission import Emitter, Model
from handfast.generate.models import models_module
from tests.contract.json_schema_suite import COMPONENT, Group, groups, is_local

_EMPTY = load_contract_text('{"openapi": "3.1.1", "info": {"title": "t", "version": "1"}, "paths": {}}', "empty.json")
_REFERENCE = "#/components/schemas/"


def _prefixed(value: Any, prefix: str) -> Any:
    """A plain schema whose references get a prefix, so that many groups fit into one module."""
    if isinstance(value, list):
        return [_prefixed(item, prefix) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: each.replace(_REFERENCE, _REFERENCE + prefix, 1)
        if name == "$ref" and isinstance(each, str)
        else _prefixed(each, prefix)
        for name, each in value.items()
    }


def _models(group: Group, prefix: str) -> dict[str, Model]:
    document = normalise(group.document(COMPONENT))
    emitter = Emitter(replace(_EMPTY, document=document))  # the loader refuses references that only the suite makes
    emitter.check()
    return {
        prefix + name: Model(prefix + name, model.pointer, _prefixed(model.schema, prefix))
        for name, model in emitter.models.items()
    }


def _module(of: list[Group], name: str) -> ModuleType:
    models: dict[str, Model] = {}
    for index, group in enumerate(of):
        models |= _models(group, f"G{index:03}")
    module = ModuleType(name)
    sys.modules[name] = module
    exec(compile(models_module(models), f"{name}.py", "exec"), vars(module))  # noqa: S102 - it was just made
    return module


def _integral(value: Any) -> Any:
    """`1.0` as 1, which JSON Schema takes for the same; the runtime reads a body so when it is refused at first."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_integral(item) for item in value]
    return {name: _integral(item) for name, item in value.items()} if isinstance(value, dict) else value


def _round_trip(adapter: TypeAdapter[Any], instance: Any) -> Any:
    try:
        made = adapter.validate_json(json.dumps(instance), strict=True, by_alias=True, by_name=False)
    except ValidationError:
        made = adapter.validate_json(json.dumps(_integral(instance)), strict=True, by_alias=True, by_name=False)
    return json.loads(adapter.dump_json(made, by_alias=True))


def _outcome(adapter: TypeAdapter[Any], instance: Any) -> str | None:
    """What went wrong with an instance; None when it came back as it was."""
    try:
        back = _round_trip(adapter, instance)
    except ValidationError as error:
        return f"is refused: {error}"
    return None if _same(back, instance) else f"became {json.dumps(back)}"


def _same(one: Any, other: Any) -> bool:
    """Equality of JSON: true is not 1, but 1.0 is."""
    return json.dumps(_integral(one), sort_keys=True) == json.dumps(_integral(other), sort_keys=True)


@pytest.mark.parametrize(("folder", "count"), [(".", 741), ("optional", 84), ("optional/format", 376)])
def test_what_a_schema_admits_its_model_gives_back(folder: str, count: int) -> None:
    local = [group for group in groups(folder) if is_local(group)]
    name = f"suite_{folder.strip('.').replace('/', '_')}"
    module = _module(local, name)
    tried, wrong = 0, []
    try:
        for index, group in enumerate(local):
            adapter: TypeAdapter[Any] = TypeAdapter(getattr(module, f"G{index:03}Subject"))
            for case, instance, valid in group.cases:
                if not valid:
                    continue
                tried += 1
                if (outcome := _outcome(adapter, instance)) is not None:
                    wrong.append(f"{group.file}: {group.name}: {case}: {json.dumps(instance)} {outcome}")
    finally:
        del sys.modules[name]
    assert wrong == []
    assert tried == count
