"""Each mistake is caught by whom it says, with the message that it says; and docs/mistakes.md is what is heard."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.mistakes.checkers import CHECKERS
from tests.mistakes.mistake import Catcher
from tests.mistakes.page import MISTAKES, PAGE, Heard, hear, render

NAMES = {mistake.name: mistake for mistake in MISTAKES}


@pytest.fixture(scope="module")
def heard(museum: ModuleType, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Heard:
    return hear(museum, folder, tmp_path_factory.mktemp("scratch"))


def test_each_has_a_name_of_its_own() -> None:
    assert len(NAMES) == len({mistake.slug for mistake in MISTAKES}) == len(MISTAKES)


@pytest.mark.parametrize("checker", CHECKERS)
def test_the_museum_has_no_mistake(checker: str, heard: Heard) -> None:
    made = {f"{mistake.slug}.py" for mistake in MISTAKES}
    assert {file: said for file, said in heard.checkers[checker].items() if file not in made} == {}


@pytest.mark.parametrize("name", NAMES)
def test_who_notices_first(name: str, heard: Heard) -> None:
    mistake = NAMES[name]
    assert heard.first(mistake) is mistake.by, {each: heard.typed(mistake, each) for each in CHECKERS}


@pytest.mark.parametrize("name", [name for name, each in NAMES.items() if each.by is not Catcher.TYPES])
def test_what_is_said(name: str, heard: Heard) -> None:
    mistake = NAMES[name]
    unseen = {"reportUnusedImport", "reportUnusedFunction", "reportUnusedVariable"}
    for each in CHECKERS:
        said = [said.message for said in heard.typed(mistake, each)]
        assert [message for message in said if not any(rule in message for rule in unseen)] == [], "types notice"
    text = "\n".join(heard.gaps[name]) if mistake.by is Catcher.START_UP else heard.logs[name]
    assert mistake.says in text


@pytest.mark.parametrize("name", [name for name, each in NAMES.items() if each.by is Catcher.WIRE])
def test_the_client_learns_nothing(name: str, heard: Heard) -> None:
    mistake = NAMES[name]
    status, body = heard.answers[name]
    if mistake.ask.method == "ANNOUNCE":
        assert (status, body) == (0, ""), "there is no client"
    elif mistake.file == "streams.py" and "list" not in name:
        assert status == 200
        assert mistake.says not in body
    else:
        assert status in (500, 501)
        assert mistake.says not in body


def test_the_page_is_what_is_heard(heard: Heard) -> None:
    assert PAGE.read_text(encoding="utf-8") == render(heard), "run `python -m tests.mistakes.page --write`"
