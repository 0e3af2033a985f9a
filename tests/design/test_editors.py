"""`handfast editor`: schemas and settings with which an editor completes and checks a contract offline."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import jsonschema_rs
import pytest

from handfast.contract.sources import read_text
from handfast.design.editors import document_schema, settings_schema
from tests.cli.command import handfast
from tests.design.language_server import LanguageServer
from tests.design.test_lint import CLEAN

ROOT = Path(__file__).parents[2]
FILES = (".schemas/openapi-3.1.json", ".schemas/lint.json", ".vscode/settings.json", ".vscode/extensions.json")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.handfast]\n", encoding="utf-8")
    (tmp_path / "openapi").mkdir()
    (tmp_path / "openapi" / "api.yaml").write_text(CLEAN, encoding="utf-8")
    return tmp_path


def test_it_writes_schemas_and_settings_once(project: Path) -> None:
    outcome = handfast("editor", folder=project)
    assert (outcome.code, outcome.err) == (0, "")
    assert {*outcome.out.split()} == {*FILES}
    assert handfast("editor", folder=project).out == "everything is up to date\n"


def test_settings_that_are_there_stay(project: Path) -> None:
    settings = project / ".vscode" / "settings.json"
    settings.parent.mkdir()
    settings.write_text('{"editor.tabSize": 2, "yaml.schemas": {"a.json": "b.yaml"}}', encoding="utf-8")
    assert handfast("editor", folder=project).code == 0
    written = json.loads(settings.read_text(encoding="utf-8"))
    assert (written["editor.tabSize"], written["yaml.schemas"]["a.json"]) == (2, "b.yaml")
    assert written["yaml.schemas"]["./.schemas/openapi-3.1.json"] == ["openapi/api.yaml"]
    settings.write_text("{} // mine", encoding="utf-8")
    outcome = handfast("editor", folder=project)
    assert (outcome.code, settings.read_text(encoding="utf-8")) == (1, "{} // mine")
    assert "settings.json" in outcome.err


def test_those_of_this_repository_are_fresh(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for name in ("pyproject.toml", "openapi/api.yaml", *FILES):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    assert handfast("editor", folder=copy).out == "everything is up to date\n"


@pytest.mark.parametrize("name", ["api.yaml", "lint.yaml"])
def test_the_schemas_admit_what_is_right_and_see_what_is_wrong(name: str) -> None:
    schema = document_schema("3.1") if name == "api.yaml" else settings_schema()
    judge = jsonschema_rs.Draft202012Validator(schema)
    text = (ROOT / "openapi" / name).read_text(encoding="utf-8")
    assert [error.message for error in judge.iter_errors(read_text(text, name).value)] == []
    misspelt = {"A": {"type": "object", "properties": {"a": {"type": "string", "maxLenght": 1}}}}
    wrong: dict[str, object] = {
        "api.yaml": {"openapi": "3.1.1", "info": {"title": "T", "version": "1"}, "components": {"schemas": misspelt}},
        "lint.yaml": {"levels": {"nonsense": "error"}},
    }
    assert not judge.is_valid(wrong[name])


@pytest.mark.parametrize("version", ["3.0", "3.1", "3.2"])
def test_every_version_has_a_schema_with_descriptions(version: str) -> None:
    text = json.dumps(document_schema(version))
    assert '"#meta"' not in text
    assert "The greatest number of characters" in text


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LanguageServer]:
    command = os.environ.get("HANDFAST_YAML_LANGUAGE_SERVER") or shutil.which("yaml-language-server")
    if not command:
        pytest.skip("there is no yaml-language-server (npm install yaml-language-server)")
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    with LanguageServer(command, tmp_path) as running:
        yield running


def test_the_language_server_has_nothing_against_our_contract(server: LanguageServer) -> None:
    for name in ("openapi/api.yaml", "openapi/lint.yaml"):
        assert server.diagnostics(name, (ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      operationId: createPet", "      operationID: createPet"),
        ("          in: path", "          in: paht"),
        ("        born: { type: string, format: date }", "        born: { type: strng, format: date }"),
        ("          maxItems: 9", "          maxItem: 9"),
        ("        required: true", "        required: 3"),
    ],
)
def test_the_language_server_names_the_line(server: LanguageServer, old: str, new: str) -> None:
    lines = CLEAN.splitlines()
    at = lines.index(old)
    lines[at] = new
    found = server.diagnostics("openapi/api.yaml", "\n".join(lines))
    assert at + 1 in [line for line, _ in found], found


def test_the_language_server_completes_and_explains(server: LanguageServer) -> None:
    text = CLEAN.replace("          maxItems: 9\n", "          maxItems: 9\n          min\n")
    server.diagnostics("openapi/api.yaml", text)
    line = text.splitlines().index("          min") + 1
    labels = {item["label"] for item in server.at("completion", "openapi/api.yaml", line, 14)["items"]}
    assert "minItems" in labels
    text = CLEAN
    server.diagnostics("openapi/api.yaml", text)
    line = text.splitlines().index("          maxItems: 9") + 1
    hover = server.at("hover", "openapi/api.yaml", line, 13)
    assert "greatest number of items" in json.dumps(hover)
