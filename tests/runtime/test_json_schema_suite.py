"""The official JSON Schema suite, draft 2020-12, through the whole house: load, generate, bind, send each instance."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from handfast import HandfastError, bind, load_contract
from handfast.generate import generate
from tests.contract.json_schema_suite import COMPONENT, Group, groups, is_local, remotes

_CODE = """
from {package}.operations.suite import EchoSubject200, SuiteOperations

class Suite(SuiteOperations):
    async def echo_subject(self, *, body):
        return EchoSubject200(body)
"""
_PROBLEM = {"description": "Refused.", "content": {"application/problem+json": {"schema": {"type": "object"}}}}


def _contract(group: Group) -> dict[str, Any]:
    document = group.document(COMPONENT)
    content = {"application/json": {"schema": {"$ref": f"#{COMPONENT}"}}}
    operation = {
        "operationId": "echoSubject",
        "tags": ["suite"],
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": "The same.", "content": content}, "4XX": _PROBLEM},
    }
    return document | {"paths": {"/subject": {"post": operation}}}


@contextmanager
def _client(group: Group, folder: Path, package: str) -> Iterator[TestClient]:
    path = folder / f"{package}.json"
    path.write_text(json.dumps(_contract(group)), encoding="utf-8")
    contract = load_contract(path, documents=None if is_local(group) else remotes())
    generate(contract, folder / package, cache=folder / "cache")
    (folder / f"{package}_handlers.py").write_text(_CODE.format(package=package), encoding="utf-8")
    importlib.invalidate_caches()
    handlers = importlib.import_module(f"{package}_handlers")
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    bind(app, contract, [handlers.Suite], docs=None)
    try:
        with TestClient(app) as client:
            yield client
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] in (package, f"{package}_handlers")]:
            del sys.modules[name]


def _outcome(client: TestClient, instance: Any, valid: bool) -> str | None:
    """What went wrong with an instance; None when it was judged right, and came back as it was."""
    answer = client.post("/subject", content=json.dumps(instance), headers={"Content-Type": "application/json"})
    if valid:
        if answer.status_code != 200:
            return f"{answer.status_code} instead of 200: {answer.text}"
        return None if _same(answer.json(), instance) else f"came back as {answer.text}"
    return None if answer.status_code == 422 else f"{answer.status_code} instead of 422"


def _same(one: Any, other: Any) -> bool:
    """Equality of JSON values: 1 and 1.0 are the same number, 1 and true are not the same."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return bool(one == other)


@pytest.mark.parametrize("share", range(8))
def test_every_required_case_is_answered_as_the_suite_says(
    share: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    wrong: list[str] = []
    for index, group in list(enumerate(groups(".")))[share::8]:
        try:
            with _client(group, tmp_path, f"suite_{index:03}") as client:
                for name, instance, valid in group.cases:
                    if (outcome := _outcome(client, instance, valid)) is not None:
                        wrong.append(f"{group.file}: {group.name}: {name}: {outcome}")
        except HandfastError as error:
            wrong.append(f"{group.file}: {group.name}: {error}")
    assert wrong == []


def test_the_required_suite_has_as_many_cases_as_we_say() -> None:
    assert sum(len(group.cases) for group in groups(".") if is_local(group)) == 1250
    assert sum(len(group.cases) for group in groups(".")) == 1299
