"""`handfast preview`: saves of real files, and what the page is told of them over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import CONTRACT, handfast
from tests.cli.serving import free_port, served, status, wait_until
from tests.design.preview.following import Client, ask, following, previewed

BROKEN = CONTRACT.replace("paths:\n", "paths: {\n")
OATS = CONTRACT.replace("Buy milk", "Buy oats")


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Save.")


def test_a_save_is_seen_and_a_broken_contract_leaves_the_last_good_one(tmp_path: Path) -> None:
    with previewed(tmp_path / "desk") as client, following(client.address) as told:
        assert client.part("document")["info"]["title"] == "Notes"
        assert client.part("findings")["diagnostics"] == []
        client.save(OATS)
        client.wait("document", lambda found: "Buy oats" in json.dumps(found))
        assert json.loads(ask(f"{client.address}/v1/notes/1").body) == {"text": "Buy oats"}

        client.save(BROKEN)
        broken = client.wait("status", lambda found: found["state"] == "broken")
        [fault] = broken["diagnostics"]
        assert (fault["code"], fault["file"], bool(fault["line"])) == ("yaml-syntax", "api/notes.yaml", True)
        assert "→" in fault["excerpt"]
        assert broken["good"]["title"] == "Notes"
        client.save(f"{BROKEN}\n")
        still = client.wait("status", lambda found: found["number"] > broken["number"])
        assert still["since"] == broken["since"], "it is broken since the first of the two"
        assert "Buy oats" in json.dumps(client.part("document"))
        assert json.loads(ask(f"{client.address}/v1/notes/1").body) == {"text": "Buy oats"}

        client.save(CONTRACT)
        good = client.wait("status", lambda found: found["state"] == "good")
        assert good["since"] is None
        client.wait("findings", lambda found: found["number"] == good["number"])
        end = client.part("status")
        assert end["state"] == "good"
        wait_until(lambda: told[-1]["status"] == _etag(client, "status"), client.log)


def _etag(client: Client, name: str) -> str:
    return str(ask(f"{client.address}/_preview/parts/{name}").headers["etag"]).strip('"')


def test_findings_have_all_that_lint_says(tmp_path: Path) -> None:
    faulty = CONTRACT.replace("operationId: getNote", "operationId: note").replace("      summary: Read a note\n", "")
    with previewed(tmp_path / "desk", text=faulty) as client:
        found = client.part("findings")["diagnostics"]
        assert len(found) > 1
        for each in found:
            assert {
                "code",
                "severity",
                "message",
                "file",
                "line",
                "column",
                "hint",
                "excerpt",
                "pointer",
            } <= each.keys()
            page = ask(f"{client.address}/_preview/explanations/{each['code']}")
            assert (page.status, each["code"] in page.body.decode()) == (200, True)
        assert ask(f"{client.address}/_preview/explanations/%3Cscript%3E").status == 404
        settings = client.contract.with_name("lint.yaml")
        code = found[0]["code"]
        settings.write_text(f"levels: {{ {code}: 'off' }}\n", encoding="utf-8")
        client.wait("findings", lambda now: all(each["code"] != code for each in now["diagnostics"]))
        settings.write_text("levels: 7\n", encoding="utf-8")
        wrong = client.wait("findings", lambda now: "problem" in now)
        assert wrong["diagnostics"][0]["file"] == "api/lint.yaml"
        assert client.part("status")["state"] == "good"


def test_editors_that_rename_and_hurried_ones_end_with_the_last_text(tmp_path: Path) -> None:
    with previewed(tmp_path / "desk") as client:
        saves = 40
        first = client.part("status")["number"]
        for number in range(saves):
            new = client.contract.with_name(".notes.yaml.swp")
            new.write_text(CONTRACT.replace("title: Notes", f"title: Notes {number}"), encoding="utf-8")
            if number % 3 == 0:
                client.contract.unlink()  # some remove the old one first
            new.replace(client.contract)
        client.wait("document", lambda found: found["info"]["title"] == f"Notes {saves - 1}")
        end = client.part("status")
        assert end["state"] == "good"
        assert end["number"] - first < saves, "many saves at once are one"


def test_a_contract_that_is_deleted_is_told_of_and_comes_back(tmp_path: Path) -> None:
    with previewed(tmp_path / "desk") as client:
        client.contract.unlink()
        gone = client.wait("status", lambda found: found["state"] == "gone")
        assert gone["diagnostics"][0]["code"] == "source-unreadable"
        assert json.loads(ask(f"{client.address}/v1/notes/1").body) == {"text": "Buy milk"}
        folder = client.contract.parent
        folder.rename(folder.with_name("elsewhere"))
        time.sleep(1)  # the watch loses its folder
        folder.mkdir()
        client.save(OATS)
        client.wait("document", lambda found: "Buy oats" in json.dumps(found))


def test_a_contract_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    folder, log = tmp_path / "desk", tmp_path / "log"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[tool.handfast]\ncontract = "api/notes.yaml"\n', encoding="utf-8")
    with served(folder, command="preview", ready="/_preview/", log=log) as address:
        client = Client(address, folder / "api" / "notes.yaml", log)
        client.wait("status", lambda found: found["state"] == "gone")
        assert ask(f"{address}/v1/notes/1").status == 503
        client.contract.parent.mkdir()
        client.save(CONTRACT)
        client.wait("status", lambda found: found["state"] == "good")
        assert ask(f"{address}/v1/notes/1").status == 200


def test_all_files_of_a_contract_are_watched(tmp_path: Path) -> None:
    note = "    Note:\n      description: A thing to remember.\n"
    assert note in CONTRACT
    head, _, rest = CONTRACT.partition(note)
    split = f"{head}    Note: {{ $ref: '../schemas/things/note' }}\n    Problem:{rest.partition('    Problem:')[2]}"
    thing = "type: object\nproperties:\n  text: { $ref: text.yaml }\n"
    with previewed(tmp_path / "desk", text=split, ready="") as client:
        fault = client.wait("status", lambda found: found["state"] == "broken")["diagnostics"][0]
        assert fault["code"] == "reference-file-missing"
        things = client.contract.parents[1] / "schemas" / "things"
        things.mkdir(parents=True)
        (things / "note").write_text(thing, encoding="utf-8")
        (things / "text.yaml").write_text("type: string\n", encoding="utf-8")
        client.wait("status", lambda found: found["state"] == "good")
        new = things / "text.new"
        new.write_text("type: string\nexamples: [Buy tea]\n", encoding="utf-8")
        new.replace(things / "text.yaml")
        client.wait("document", lambda found: "Buy tea" in json.dumps(found))
        (things / "text.yaml").unlink()
        client.wait("status", lambda found: found["state"] == "broken")


def test_what_changed_since_main_has_its_verdicts(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    with previewed(folder) as client:
        assert "no git repository" in client.part("changes")["problem"]
        git(folder, "init", "-qb", "trunk")
        commit(folder)
        client.save(f"{CONTRACT}\n")
        client.wait("changes", lambda found: "git knows no revision 'main'; fetch it" in found.get("problem", ""))
        git(folder, "checkout", "-qb", "main")
        client.save(CONTRACT.replace("maxLength: 200, examples", "maxLength: 100, examples"))
        told = client.wait("changes", lambda found: found.get("changes"))
        [change] = told["changes"]
        assert (change["code"], change["operations"]) == ("bound-tightened", ["getNote"]) or change["code"]
        assert {change["wire"], change["sdk"], change["handlers"]} <= {"breaking", "unknown", "compatible"}
        assert (told["base"], told["oldVersion"]) == ("main", "1.0.0")
        assert change["oldPlace"].startswith("main:api/notes.yaml:")
        assert change["newPlace"].startswith("api/notes.yaml:")
        commit(folder)  # without a save: main has it now
        client.wait("changes", lambda found: found.get("changes") == [])


def test_the_mock_obeys_and_judges(tmp_path: Path) -> None:
    text = CONTRACT.replace("- url: /v1", "- url: https://api.example.org/v1")
    with previewed(tmp_path / "desk", text=text) as client:
        answer = ask(f"{client.address}/v1/notes/1", Prefer="code=404")
        assert (answer.status, answer.headers["preference-applied"]) == (404, "code=404")
        assert ask(f"{client.address}/v1/notes/one").status in {404, 422}
        [server] = client.part("document")["servers"]
        assert server["url"] == "/v1"
        assert "https://api.example.org/v1" in server["description"]


def test_an_example_that_is_a_page_cannot_run_scripts(tmp_path: Path) -> None:
    content = "content:\n            text/html: { schema: { type: string }, example: '<script>alert(1)</script>' }\n"
    start = CONTRACT.index("content:")
    end = CONTRACT.index("        default:")
    with previewed(tmp_path / "desk", text=f"{CONTRACT[:start]}{content}{CONTRACT[end:]}") as client:
        answer = ask(f"{client.address}/v1/notes/1")
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, "text/html")
        assert answer.headers["content-security-policy"] == "sandbox"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:{port}", 200),
        ("localhost:{port}", 200),
        ("LOCALHOST.", 200),
        ("preview.localhost:{port}", 200),
        ("[::1]:{port}", 200),
        ("192.168.1.7:{port}", 200),
        ("evil.example", 421),
        ("evil.example:{port}", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost.evil.example", 421),
        ("evil.example@127.0.0.1", 400),
        ("127.0.0.1:{port}:evil", 400),
        ("evillocalhost", 421),
        ("127.1", 421),
    ],
)
def test_only_this_machine_is_meant(shared: Client, host: str, expected: int) -> None:
    port = shared.address.rpartition(":")[2]
    for path in ("/_preview/", "/_preview/parts/status", "/v1/notes/1", "/"):
        assert ask(f"{shared.address}{path}", Host=host.format(port=port)).status == expected, path


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]  # noqa: ANN201  # of a fixture
    with previewed(tmp_path_factory.mktemp("shared") / "desk") as client:
        yield client


def test_the_page_is_served_from_files_with_a_strict_policy(shared: Client) -> None:
    start = ask(f"{shared.address}/")
    assert start.status == 200
    page = start.body.decode()
    names = ["", *(part.partition('"')[0] for part in page.replace('href="', 'src="').split('src="')[1:])]
    assert {"preview.js", "preview.css", "swagger-ui-bundle.js", "swagger-ui.css"} <= set(names)
    for name in [*(each for each in names if not each.startswith("#")), "panels.js", "elements.js", "documentation.js"]:
        answer = ask(f"{shared.address}/_preview/{name}")
        assert answer.status == 200, name
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert ask(f"{shared.address}/_preview/{name}", If_None_Match=answer.headers["etag"]).status == 304
    for name in ("nothing.js", "parts/nothing", "..%2fpage.py", "__init__.py"):
        assert ask(f"{shared.address}/_preview/{name}").status == 404, name


def test_a_port_in_use_is_an_error_that_says_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = handfast("preview", "--port", str(port), folder=tmp_path)
    assert (told.code, told.out) == (1, "")
    assert f"cannot listen on 127.0.0.1:{port}: address already in use" in told.err


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_though_pages_are_open(tmp_path: Path, signal_number: int) -> None:
    contract = tmp_path / "notes.yaml"
    contract.write_text(CONTRACT, encoding="utf-8")
    port, log = free_port(), tmp_path / "log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "handfast", "preview", str(contract), "--port", str(port)],
            env={**os.environ, "HOST": "127.0.0.1"},
            stdout=output,
            stderr=output,
            start_new_session=True,  # so that a signal to the group, as from a terminal, reaches its children alone
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: status(f"{address}/_preview/parts/changes") == 200, log)
        with following(address) as first, following(address) as second:
            wait_until(lambda: bool(first and second), log)
            os.killpg(process.pid, signal_number)
            assert process.wait(10) == 0, log.read_text(encoding="utf-8")
    finally:
        process.kill()
        process.wait()
    said = log.read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert "cancel" not in said.lower(), "it ends by itself, and not because the time to drain is over"
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_save_that_takes_long_is_told_of_and_the_mock_answers(tmp_path: Path) -> None:
    with previewed(tmp_path / "desk") as client:
        judge = _judge(client)
        os.kill(judge, signal.SIGSTOP)
        client.save(OATS)
        waiting = client.wait("status", lambda found: found["asked"] > found["number"])
        assert waiting["state"] == "good"
        assert json.loads(ask(f"{client.address}/v1/notes/1").body) == {"text": "Buy milk"}
        os.kill(judge, signal.SIGCONT)
        client.wait("status", lambda found: found["number"] == waiting["asked"])
        assert "Buy oats" in json.dumps(client.part("document"))


def test_a_judge_that_dies_is_replaced(tmp_path: Path) -> None:
    with previewed(tmp_path / "desk") as client:
        os.kill(_judge(client), signal.SIGKILL)
        client.save(OATS)
        client.wait("document", lambda found: "Buy oats" in json.dumps(found))


def _judge(client: Client) -> int:
    """The process that judges the contract of a preview."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    judges = [int(line.split()[0]) for line in listed.splitlines() if "handfast.design.preview.judging" in line]
    [mine] = [pid for pid in judges if _folder(pid) == client.contract.parents[1]]
    return mine


def _folder(pid: int) -> Path | None:
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True)
    except OSError:
        return None
