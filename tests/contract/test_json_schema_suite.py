"""The official JSON Schema test suite, draft 2020-12, through the judges of a document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handfast.contract import load_contract
from handfast.contract.judge import Judges
from handfast.contract.model import Direction
from handfast.contract.normalise import normalise
from handfast.errors import ContractError
from tests.contract.json_schema_suite import COMPONENT, INLINE, groups, is_local, remotes


@pytest.mark.parametrize("pointer", [COMPONENT, INLINE], ids=["component", "inline"])
@pytest.mark.parametrize(
    ("folder", "with_remotes", "count"),
    [
        (".", False, 1250),
        (".", True, 1299),
        ("optional", False, 157),
        ("optional", True, 162),
        ("optional/format", False, 764),
    ],
)
def test_every_case_is_judged_as_the_suite_says(folder: str, with_remotes: bool, count: int, pointer: str) -> None:
    judged, wrong = 0, []
    supplied = remotes() if with_remotes else None
    for group in groups(folder):
        if not with_remotes and not is_local(group):
            continue
        judge = Judges(normalise(group.document(pointer), supplied or ()), supplied).judge(pointer, Direction.REQUEST)
        for name, instance, valid in group.cases:
            judged += 1
            if judge.is_valid(instance) is not valid or bool(judge.errors(instance)) is valid:
                wrong.append(f"{group.file}: {group.name}: {name}")
    assert wrong == []
    assert judged == count


@pytest.mark.parametrize(("folder", "count"), [(".", 1250), ("optional", 157), ("optional/format", 764)])
def test_every_local_case_survives_the_loader(folder: str, count: int, tmp_path: Path) -> None:
    file, judged, wrong = tmp_path / "api.json", 0, []
    for group in filter(is_local, groups(folder)):
        file.write_text(json.dumps(group.document(INLINE)), encoding="utf-8")
        judge = load_contract(file).judges.judge(INLINE, Direction.REQUEST)
        for name, instance, valid in group.cases:
            judged += 1
            if judge.is_valid(instance) is not valid:
                wrong.append(f"{group.file}: {group.name}: {name}")
    assert wrong == []
    assert judged == count


def test_a_group_that_needs_a_document_which_is_not_supplied_is_refused_by_name() -> None:
    group = next(group for group in groups(".") if group.file == "refRemote.json")
    with pytest.raises(ContractError) as caught:
        Judges(normalise(group.document(COMPONENT))).judge(COMPONENT, Direction.REQUEST).compile()
    diagnostic = caught.value.diagnostics[0]
    assert diagnostic.code == "schema-reference-remote"
    assert "http://localhost:1234/draft2020-12/integer.json" in diagnostic.message
