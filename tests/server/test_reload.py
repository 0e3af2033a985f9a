"""Reload: a save is served soon, a broken one is reported and survived, whether it is the contract or the code."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.wire import ROOT, Running, running

PROGRAM = """
import sys
from pathlib import Path
from handfast.errors import HandfastError
from handfast.server import Reload, code_folders, serve

def regenerate():
    text = Path("openapi/api.yaml").read_text()
    if "broken" in text:
        raise HandfastError("openapi/api.yaml:1:1: error[broken]: it is broken")
    target = Path("generated/__init__.py")
    if target.read_text() == text:
        return ""
    target.write_text(text)
    return "changed: getThing"

def report(error):
    print(error, file=sys.stderr)

reload = Reload(contract=Path("openapi/api.yaml"), code=code_folders(Path(".")), regenerate=regenerate, report=report)
sys.exit(serve("program.app:app", port=0, reload=reload))
"""

APP = """
from generated import THING

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body = (THING + " in code 1").encode()
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of a contract, code that is generated from it, and code that is not."""
    for folder, name, text in (
        ("openapi", "api.yaml", "THING = 'contract 1'\n"),
        ("generated", "__init__.py", ""),
        ("program", "app.py", APP),
        ("tests", "test_it.py", ""),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text)
    (tmp_path / "program" / "__init__.py").touch()
    return tmp_path


@pytest.fixture
def server(project: Path) -> Iterator[Running]:
    """The project, served with reload."""
    program = textwrap.dedent(PROGRAM)
    with running(program, folder=project, ready="reloading on save") as started:
        yield started


def says(server: Running) -> str:
    """What the application answers."""
    return server.ask(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").body.decode()


def wait_until_it_says(server: Running, text: str) -> float:
    """Wait until the application answers so, while no request is lost; how long it took."""
    began = time.monotonic()
    while says(server) != text:
        assert time.monotonic() - began < 20, server.log()
        time.sleep(0.02)
    return time.monotonic() - began


def test_saves_are_served_and_mistakes_are_survived(project: Path, server: Running) -> None:
    contract, code = project / "openapi" / "api.yaml", project / "program" / "app.py"
    assert says(server) == "contract 1 in code 1"

    contract.write_text("THING = 'contract 2'\n")
    took = [wait_until_it_says(server, "contract 2 in code 1")]
    assert "regenerated\nchanged: getThing" in server.log()

    contract.write_text("broken\n")
    server.wait_for("openapi/api.yaml:1:1: error[broken]: it is broken")
    assert says(server) == "contract 2 in code 1", "the old one goes on"

    contract.write_text("THING = 'contract 3'\n")
    took.append(wait_until_it_says(server, "contract 3 in code 1"))

    code.write_text(APP.replace("code 1", "code 2"))
    took.append(wait_until_it_says(server, "contract 3 in code 2"))

    code.write_text("def (")
    server.wait_for("the application could not start")
    assert "app.py:1:5: this is not Python: " in server.log()
    assert says(server) == "contract 3 in code 2", "the old one goes on"

    code.write_text(APP.replace("code 1", "code 4"))
    took.append(wait_until_it_says(server, "contract 3 in code 4"))
    assert min(took) < 2, took
    server.wait_for("reloaded in", 4)
    time.sleep(0.8)
    assert server.log().count("reloaded in") == 4, "what was regenerated is no reason to start once more"
    assert server.stop() == 0


def test_a_first_start_that_fails_waits_for_a_better_save(project: Path) -> None:
    (project / "openapi" / "api.yaml").write_text("broken\n")
    with running(textwrap.dedent(PROGRAM), folder=project, ready="the next save is tried") as server:
        (project / "openapi" / "api.yaml").write_text("THING = 'contract 1'\n")
        server.wait_for("reloading on save")
        server.find_port()
        assert says(server) == "contract 1 in code 1"


def test_code_folders_leave_out_what_does_not_run(tmp_path: Path) -> None:
    from handfast.server import code_folders

    for name in ("code", "tests", "docs", ".hidden", "__pycache__", "environment", "data"):
        (tmp_path / name).mkdir()
        if name != "data":
            (tmp_path / name / "a.py").touch()
    (tmp_path / "environment" / "pyvenv.cfg").touch()
    (tmp_path / "main.py").touch()
    (tmp_path / "notes.txt").touch()
    assert [path.name for path in code_folders(tmp_path)] == ["code", "main.py"]
    assert "handfast" in [path.name for path in code_folders(ROOT)]
