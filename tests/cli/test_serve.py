"""`handfast serve`: obeys the environment, ends with 0, and with `--reload` follows the contract and the code."""

from __future__ import annotations

import json
import socket
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.command import CONTRACT, NOTES, handfast
from tests.cli.serving import served, status, wait_until


def text(url: str) -> str:
    """The note that is answered; empty when it is something else, as while an old process hands over to a new one."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return str(json.load(response)["text"])
    except OSError:
        return ""


def test_a_saved_contract_and_saved_code_are_served(service: Path) -> None:
    log = service / "log"
    with served(service, "--reload", ready="/v1/notes/1", log=log) as address:
        assert text(f"{address}/v1/notes/1") == "This is note 1."
        contract = service / "api" / "notes.yaml"
        contract.write_text(CONTRACT.replace("/notes/{noteId}:", "/memos/{noteId}:"), encoding="utf-8")
        wait_until(lambda: status(f"{address}/v1/memos/1") == 200, log)
        wait_until(lambda: status(f"{address}/v1/notes/1") == 404, log)
        contract.write_text(CONTRACT.replace("operationId: getNote", "operationId: 7"), encoding="utf-8")
        wait_until(lambda: "api/notes.yaml:14:20: error[" in log.read_text(encoding="utf-8"), log)
        assert status(f"{address}/v1/memos/1") == 200, "the last good contract goes on"
        contract.write_text(CONTRACT, encoding="utf-8")
        wait_until(lambda: status(f"{address}/v1/notes/1") == 200, log)
        notes = NOTES.replace("This is note", "That was note")
        (service / "desk" / "notes.py").write_text(notes, encoding="utf-8")
        wait_until(lambda: text(f"{address}/v1/notes/1") == "That was note 1.", log)
    assert f"serving desk.app:app on {address}" in log.read_text(encoding="utf-8")


def test_a_port_that_is_taken_is_said(service: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        outcome = handfast("serve", folder=service, HOST="127.0.0.1", PORT=str(port))
    assert (outcome.code, outcome.out) == (1, "")
    assert str(port) in outcome.err
    assert "Traceback" not in outcome.err


def test_a_handler_that_does_not_fit_stops_the_start(service: Path) -> None:
    (service / "desk" / "notes.py").write_text(NOTES.replace("get_note", "get_notes"), encoding="utf-8")
    outcome = handfast("serve", folder=service, PORT="0")
    assert outcome.code == 1
    assert outcome.err.count("the handlers do not fit the contract") == 1
    assert "desk/notes.py:1" in outcome.err
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize("command", ["serve", "routes"])
@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("def broken(:\n", 1, "desk/notes.py:1:12: this is not Python: invalid syntax"),
        (
            "import nothing_of_this_name\n",
            1,
            "desk/notes.py:1: error[import-missing]: No module named 'nothing_of_this_name'",
        ),
        (
            "from made.replies import Nothing\n",
            1,
            "desk/notes.py:1: error[import-missing]: made.replies has no Nothing",
        ),
    ],
)
def test_code_that_cannot_be_imported_is_told_with_its_line(
    service: Path, command: str, code: str, status: int, said: str
) -> None:
    (service / "desk" / "notes.py").write_text(code, encoding="utf-8")
    outcome = handfast(command, folder=service, PORT="0")
    assert (outcome.code, outcome.out, outcome.err.splitlines()[0]) == (status, "", said)
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("app", "status", "said"),
    [
        ("desk.nowhere:app", 2, "there is no module 'desk.nowhere'"),
        ("desk.app:nothing", 2, "has no 'nothing'"),
        ("desk.app:__name__", 1, "desk.app:__name__ is a str, and no ASGI application"),
        (":app", 2, "':app' names no module"),
    ],
)
def test_what_is_no_application_is_not_served(service: Path, app: str, status: int, said: str) -> None:
    outcome = handfast("serve", app, folder=service, PORT="0")
    assert (outcome.code, said in outcome.err, "Traceback" in outcome.err) == (status, True, False)
