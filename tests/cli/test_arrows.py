"""The arrows that import-linter cannot express, and that importing the toolkit stays cheap."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("handfast", "generated", "handlers", "blog")


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("handfast", {"fastapi", "starlette", "pydantic", "yaml", "handfast.contract"}),
        ("handfast.contract", {"fastapi", "starlette", "pydantic", "uvicorn", "datamodel_code_generator", "typer"}),
        ("handfast.generate", {"fastapi", "starlette", "uvicorn", "handfast.runtime"}),
        ("handfast.runtime", {"uvicorn", "datamodel_code_generator", "typer", "openapi_spec_validator"}),
        ("handfast.cli", {"fastapi", "starlette", "pydantic", "uvicorn", "datamodel_code_generator", "watchfiles"}),
        ("handfast.design.lint", {"fastapi", "starlette", "pydantic", "uvicorn", "datamodel_code_generator"}),
    ],
)
def test_importing_a_module_leaves_others_alone(module: str, absent: set[str]) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert module in loaded
    assert absent.isdisjoint(loaded), sorted(absent.intersection(loaded))


def test_only_the_application_knows_handlers_blog_and_toolkit_at_once() -> None:
    graph = grimp.build_graph(*PACKAGES)
    together = {"generated", "blog", "handfast"}
    meeting = [
        module
        for module in sorted(graph.modules)
        if module.startswith("handlers")
        and together <= {imported.split(".")[0] for imported in graph.find_modules_directly_imported_by(module)}
    ]
    assert "handlers.app" in graph.modules
    assert set(meeting) <= {"handlers.app"}


def test_the_wheel_contains_the_toolkit_alone() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        targets = tomllib.load(file)["tool"]["hatch"]["build"]["targets"]
    assert targets["wheel"]["packages"] == ["handfast"]
    assert (ROOT / "handfast" / "py.typed").exists()


def test_every_dependency_says_what_would_be_lost_without_it() -> None:
    silent = [
        line.strip()
        for line in (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
        if line.startswith('    "') and any(mark in line for mark in (">=", "==")) and "# " not in line
    ]
    assert silent == []


def test_the_lock_names_no_host_and_has_a_hash_for_everything() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    requirements = [block for block in text.replace("\\\n", " ").splitlines() if block.strip()]
    assert len(requirements) > 50
    assert [line for line in requirements if "--hash=sha256:" not in line] == []
