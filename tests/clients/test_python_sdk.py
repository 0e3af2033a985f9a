"""The Python SDK of `handfast sdk`: it is made, type-checked with the journey, and completes it with the service."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from handfast.contract import load_contract
from handfast.design import sdks
from handlers.app import CONTRACT
from tests.clients.journeys.journey import STEPS
from tests.fuzz.campaign import empty_database, serving

JOURNEYS = Path(__file__).parent / "journeys"


def tools() -> sdks.Tools:
    """The generators; they are installed where CI must have them, and else the test is skipped."""
    home = Path(sys.prefix) / "handfast-sdk-tools"
    if not (home / ".complete").is_file() and os.environ.get("CI") != "true":
        pytest.skip("the generators are not installed; `make sdk` does it")
    return sdks.prepare(print)


@pytest.mark.slow
def test_the_python_sdk_is_true(tmp_path: Path) -> None:
    generators = tools()
    ((folder, outcome),) = sdks.build(load_contract(CONTRACT), tmp_path, generators, ["python"])
    assert outcome == "dist/handfast_publishing_client-0.1.0-py3-none-any.whl; mypy --strict: no errors"
    assert "sha256:" in (folder / "README.md").read_text(encoding="utf-8")
    journey = [JOURNEYS / "journey.py", JOURNEYS / "python_client.py"]
    paths = os.pathsep.join((str(folder), str(JOURNEYS)))
    mypy = ("mypy", "--strict", "--explicit-package-bases", "--cache-dir", generators.cache)
    generators.run(*mypy, *journey, where=tmp_path, MYPYPATH=paths)
    with empty_database() as database, serving(database) as api:
        said = generators.run("python", "-m", "journey", "python_client", where=tmp_path, PYTHONPATH=paths, API=api)
    assert said.split() == [word for step in STEPS for word in ("ok", step.__name__)]
