"""`handfast mock`: the contract of the project, or another one, with nothing behind it."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import urlopen

from tests.cli.command import handfast
from tests.cli.serving import served, status


def test_the_contract_is_answered_and_enforced(service: Path) -> None:
    with served(service, command="mock", ready="/v1/notes/1", log=service / "log") as address:
        with urlopen(f"{address}/v1/notes/1", timeout=5) as answer:
            assert json.load(answer) == {"text": "Buy milk"}
        assert status(f"{address}/v1/notes/0") == 404


def test_a_contract_that_is_wrong_is_said(service: Path) -> None:
    wrong = service / "wrong.yaml"
    wrong.write_text("openapi: 3.1.1\n", encoding="utf-8")
    outcome = handfast("mock", "wrong.yaml", folder=service, PORT="0")
    assert outcome.code == 1
    assert "wrong.yaml:1:1: error[" in outcome.err
    assert "Traceback" not in outcome.err
