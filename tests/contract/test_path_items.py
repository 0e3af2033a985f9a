"""A fault in a path item is told at its own place, wherever the path item stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handfast.contract.pointers import join
from tests.contract.writing import diagnostics

OK = ("get", "responses", "200")
FAULTS: list[tuple[tuple[str, ...], Any, tuple[str | int, ...]]] = [
    (("gett",), {}, ("gett",)),
    (("summary",), 3, ("summary",)),
    (("put",), [1], ("put",)),
    (("put",), None, ("put",)),
    (("servers",), {}, ("servers",)),
    (("servers",), [{"description": "a"}], ("servers", 0)),
    (("parameters",), [{"name": "a", "in": "query"}], ("parameters", 0)),
    (("parameters",), [{"name": "a", "in": "quary", "schema": {}}], ("parameters", 0, "in")),
    (("get", "respnses"), {}, ("get", "respnses")),
    (("get", "deprecated"), "yes", ("get", "deprecated")),
    (("get", "tags"), "a", ("get", "tags")),
    (("get", "security"), {}, ("get", "security")),
    (("get", "parameters"), [{"name": "a", "schema": {}}], ("get", "parameters", 0)),
    (("get", "requestBody"), {"required": True}, ("get", "requestBody")),
    (("get", "responses", "2000"), {"description": "d"}, ("get", "responses", "2000")),
    ((*OK, "headers"), {"X": {"schema": 5}}, (*OK, "headers", "X", "schema")),
    ((*OK, "links"), {"L": {"operationId": 5}}, (*OK, "links", "L", "operationId")),
    (
        ("get", "callbacks"),
        {"c": {"{$url}": {"post": {"responses": {"200": {"description": 5}}}}}},
        ("get", "callbacks", "c", "{$url}", "post", "responses", "200", "description"),
    ),
]
PLACES: list[tuple[str, ...]] = [
    ("paths", "/a"),
    ("webhooks", "w"),
    ("components", "pathItems", "P"),
    ("components", "callbacks", "C", "{$url}"),
    ("paths", "/z", "post", "callbacks", "c", "{$url}"),
]

EVERYWHERE = [
    (version, place)
    for version in ("3.0.4", "3.1.1", "3.2.0")
    for place in PLACES
    if not (version.startswith("3.0") and {"webhooks", "pathItems"} & set(place))
]


def put(into: dict[str, Any], steps: tuple[str, ...], value: object) -> None:
    for step in steps[:-1]:
        into = into.setdefault(step, {})
    into[steps[-1]] = value


@pytest.mark.parametrize(("version", "place"), EVERYWHERE)
@pytest.mark.parametrize(("steps", "value", "fault"), FAULTS)
def test_a_fault_is_told_where_it_is(
    version: str,
    place: tuple[str, ...],
    steps: tuple[str, ...],
    value: object,
    fault: tuple[str | int, ...],
    tmp_path: Path,
) -> None:
    responses = {"200": {"description": "d"}}
    document: dict[str, Any] = {
        "openapi": version,
        "info": {"title": "T", "version": "1"},
        "paths": {"/z": {"post": {"operationId": "z", "responses": responses}}},
    }
    item: dict[str, Any] = {"get": {"operationId": "x", "responses": {"200": {"description": "d"}}}}
    put(item, steps, value)
    put(document, place, item)
    (found,) = diagnostics(tmp_path, json.dumps(document))
    assert found.pointer == join("", *place, *fault)
