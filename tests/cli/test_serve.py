"""`handfast serve`: obeys the environment, ends with 0, and with `--reload` follows the contract and the code."""

from __future__ import annotations

import json
import socket
import urllib.request
from contextlib import closing
from pathlib import Path

from tests.cli.command import CONTRACT, handfast
from tests.cli.serving import served, status, wait_until
from tests.cli.test_routes import NOTES, write_service


def body(url: str) -> dict[str, object]:
    with urllib.request.urlopen(url, timeout=5) as response:
        read: dict[str, object] = json.load(response)
        return read


def test_a_saved_contract_and_saved_code_are_served(tmp_path: Path) -> None:
    write_service(tmp_path)
    log = tmp_path / "log"
    with served(tmp_path, "--reload", ready="/v1/notes/1", log=log) as address:
        assert body(f"{address}/v1/notes/1") == {"text": "This is note 1."}
        contract = tmp_path / "api" / "notes.yaml"
        contract.write_text(CONTRACT.replace("/notes/{noteId}:", "/memos/{noteId}:"), encoding="utf-8")
        wait_until(lambda: status(f"{address}/v1/memos/1") == 200, log)
        assert status(f"{address}/v1/notes/1") == 404
        contract.write_text(CONTRACT.replace("operationId: getNote", "operationId: 7"), encoding="utf-8")
        wait_until(lambda: "api/notes.yaml:14:20: error[" in log.read_text(encoding="utf-8"), log)
        assert status(f"{address}/v1/memos/1") == 200, "the last good contract goes on"
        contract.write_text(CONTRACT, encoding="utf-8")
        wait_until(lambda: status(f"{address}/v1/notes/1") == 200, log)
        notes = NOTES.replace("This is note", "That was note")
        (tmp_path / "desk" / "notes.py").write_text(notes, encoding="utf-8")
        wait_until(lambda: body(f"{address}/v1/notes/1") == {"text": "That was note 1."}, log)
    assert f"serving desk.app:app on {address}" in log.read_text(encoding="utf-8")


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    write_service(tmp_path)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        outcome = handfast("serve", folder=tmp_path, HOST="127.0.0.1", PORT=str(port))
    assert (outcome.code, outcome.out) == (1, "")
    assert str(port) in outcome.err
    assert "Traceback" not in outcome.err


def test_a_handler_that_does_not_fit_stops_the_start(tmp_path: Path) -> None:
    write_service(tmp_path)
    (tmp_path / "desk" / "notes.py").write_text(NOTES.replace("get_note", "get_notes"), encoding="utf-8")
    outcome = handfast("serve", folder=tmp_path, PORT="0")
    assert outcome.code == 1
    assert outcome.err.count("the handlers do not fit the contract") == 1
    assert "desk/notes.py:1" in outcome.err
    assert "Traceback" not in outcome.err
