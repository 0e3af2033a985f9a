"""A small service that is generated once for each run, and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.command import APP, NOTES, handfast, write_project


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a contract, what is generated from it, a handler and an application."""
    folder = tmp_path_factory.mktemp("template")
    write_project(folder)
    generated = handfast("generate", folder=folder)
    assert (generated.code, generated.err) == (0, "")
    desk = folder / "desk"
    desk.mkdir()
    (desk / "notes.py").write_text(NOTES, encoding="utf-8")
    (desk / "app.py").write_text(APP, encoding="utf-8")
    return folder


@pytest.fixture
def service(template: Path, tmp_path: Path) -> Path:
    """A copy of the service for one test to change."""
    return Path(shutil.copytree(template, tmp_path / "service"))
