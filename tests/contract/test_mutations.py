"""Broken documents by the hundred: each is loaded, or refused with places; nothing else may happen."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from handfast.contract import load_contract_text
from handfast.contract.pointers import join
from handfast.errors import ContractError, Diagnostic
from tests.corpora import corpus

JUNK: list[Any] = [None, 1, -1.5, "x", True, [], {}, ["a", {}], "$ref", {"$ref": 3}]
NOWHERE = ["", "#", "#/", "x.yaml", "http://a/b", "#/%zz", "#foo", "#/components/schemas/~5", "a b", "//h", "#/paths/0"]
FIELDS = [
    "$ref",
    "$id",
    "x",
    "",
    "get",
    "a/b",
    "{x}",
    "discriminator",
    "200",
    "allOf",
    "$schema",
    "parameters",
    "content",
]


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from paths_in(member, (*path, key))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def mutate(document: Any, dice: random.Random) -> None:
    """Takes a node away, puts another in its place, or adds a field: junk, a copy, or a reference to anywhere."""
    everywhere = list(paths_in(document))
    path = dice.choice(everywhere[1:])
    parent, key = at(document, path[:-1]), path[-1]
    elsewhere = dice.choice(everywhere)
    what = dice.choice(
        [
            dice.choice(JUNK),
            {"$ref": dice.choice(NOWHERE)},
            {"$ref": f"#{join('', *elsewhere)}"},
            at(document, elsewhere),
        ]
    )
    action = dice.randrange(4)
    if action == 0:
        parent.pop(key)
    elif action == 1 and isinstance(parent, dict):
        parent[dice.choice(FIELDS)] = copy.deepcopy(what)
    else:
        parent[key] = copy.deepcopy(what)


@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_whatever_breaks_a_document_is_a_diagnostic_with_a_place(version: str, tmp_path: Path) -> None:
    dice = random.Random(version)  # the same documents in every run
    files = [
        file for file in sorted(corpus(f"feature-fixtures/{version}").glob("*.json")) if file.stat().st_size < 20_000
    ]
    texts = [file.read_text("utf-8") for file in files]
    refused = 0
    for _ in range(200):
        document = json.loads(dice.choice(texts))
        for _ in range(dice.randrange(1, 4)):
            mutate(document, dice)
        found = diagnostics(json.dumps(document), tmp_path / "api.json")
        assert all(each.location and each.excerpt and each.code and each.message for each in found)
        refused += bool(found)
    assert refused > 100


def diagnostics(text: str, path: Path) -> Sequence[Diagnostic]:
    try:
        load_contract_text(text, path)
    except ContractError as error:
        return error.diagnostics
    return ()
