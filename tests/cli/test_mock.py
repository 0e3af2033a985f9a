"""`handfast mock`: the contract of the project, or another one, with nothing behind it."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.cli.command import handfast
from tests.cli.serving import served, status, wait_until


def test_the_contract_is_answered_and_enforced(service: Path) -> None:
    with served(service, command="mock", ready="/v1/notes/1", log=service / "log") as address:
        with urlopen(f"{address}/v1/notes/1", timeout=5) as answer:
            assert json.load(answer) == {"text": "Buy milk"}
        assert status(f"{address}/v1/notes/0") == 404


def ask(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in lower case, and body of a GET."""
    try:
        with urlopen(Request(url, headers=headers), timeout=5) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
    except HTTPError as error:
        with error:
            return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


def test_preferences_and_options_are_obeyed(service: Path) -> None:
    options = ("--seed", "3", "--dynamic", "--latency", "20..40ms", "--cors", "https://app.example")
    failing = ("--failure-rate", "1", "--failure-status", "503")
    page = {"Origin": "https://app.example"}
    with served(service, *options, *failing, command="mock", ready="/openapi.json", log=service / "log") as address:
        code, headers, body = ask(f"{address}/v1/notes/1", **page)
        assert (code, headers["content-type"]) == (503, "application/problem+json"), "default covers it"
        assert headers["access-control-allow-origin"] == "https://app.example"
        assert json.loads(body)["status"] != 0
        code, headers, body = ask(f"{address}/v1/notes/1", Prefer="code=200")
        assert (code, headers["preference-applied"], headers["vary"]) == (200, "code=200", "Prefer, Origin")
        assert json.loads(body)["text"] != "Buy milk"
        code, _, body = ask(f"{address}/v1/notes/1", Prefer="example=milk")
        assert (code, json.loads(body)["type"]) == (400, "urn:handfast:mock:preference")


def test_it_starts_anew_when_the_contract_is_saved(service: Path) -> None:
    contract, log = service / "api" / "notes.yaml", service / "log"
    text = contract.read_text(encoding="utf-8")
    with served(service, "--reload", command="mock", ready="/v1/notes/1", log=log) as address:
        contract.write_text("openapi: 3.1.1\n", encoding="utf-8")
        wait_until(lambda: "notes.yaml:1:1: error[" in log.read_text(encoding="utf-8"), log)
        assert status(f"{address}/v1/notes/1") == 200
        contract.write_text(text.replace("Buy milk", "Buy oats"), encoding="utf-8")
        wait_until(lambda: b"Buy oats" in ask(f"{address}/v1/notes/1")[2], log)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--latency", "soon"), "a latency is written 200ms"),
        (("--failure-rate", "2"), "less than or equal to 1"),
        (("--failure-status", "200"), "greater than or equal to 400"),
        (("--failure-status", "503"), "say how often, with --failure-rate"),
        (("--cors", "app.example"), "an origin is written http://localhost:3000"),
        (("--cors", "*", "--cors", "https://app.example/"), "without a path, and not 'https://app.example/'"),
    ],
)
def test_options_that_cannot_be_are_said(service: Path, options: tuple[str, ...], what: str) -> None:
    outcome = handfast("mock", *options, folder=service, PORT="0")
    assert outcome.code == 2
    assert what in outcome.err


def test_a_contract_that_is_wrong_is_said(service: Path) -> None:
    wrong = service / "wrong.yaml"
    wrong.write_text("openapi: 3.1.1\n", encoding="utf-8")
    outcome = handfast("mock", "wrong.yaml", folder=service, PORT="0")
    assert outcome.code == 1
    assert "wrong.yaml:1:1: error[" in outcome.err
    assert "Traceback" not in outcome.err
