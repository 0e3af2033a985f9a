"""`pytest --contract-coverage` in a project of its own: what counts as seen, reports, the gate and its exceptions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from handfast.contract import load_contract
from handfast.design.mock.serving import mocked
from handfast.testing.coverage import RECORDS, measure
from handfast.testing.recording import ContractRecorder

CONTRACT = """\
openapi: 3.1.1
info: {title: Library, version: 1.0.0}
paths:
  /books/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: getBook
      parameters:
        - {name: lang, in: query, schema: {type: string}}
        - {name: filter, in: query, style: deepObject, schema: {type: object, additionalProperties: {type: string}}}
        - {name: area, in: query, schema: {type: object, properties: {wide: {type: integer}}}}
        - {name: X-Trace, in: header, schema: {type: string}}
        - {name: theme, in: cookie, schema: {type: string}}
      responses:
        '200': {description: It., content: {application/json: {schema: {type: object}, example: {}}}}
        4XX: {description: Refused., content: {application/problem+json: {schema: {type: object}}}}
    put:
      operationId: putBook
      requestBody: {content: {'text/*': {schema: {type: string}}, application/json: {schema: {type: object}}}}
      responses:
        '204': {description: Kept.}
        default: {description: Refused., content: {application/problem+json: {schema: {type: object}}}}
"""
TESTS = """\
from pathlib import Path
import pytest
from starlette.testclient import TestClient
from handfast.contract import load_contract
from handfast.design.mock.serving import mocked
from handfast.testing.recording import ContractRecorder

REQUESTS = {requests!r}

@pytest.mark.parametrize("request_", REQUESTS)
def test_request(request_):
    app = mocked(load_contract(Path("api.yaml")))
    app.add_middleware(ContractRecorder)
    method, url, more = request_
    TestClient(app).request(method, url, **more)
"""
Request = tuple[str, str, dict[str, Any]]
READ: Request = ("GET", "/books/1", {})
WRONG: Request = ("GET", "/books/one", {})
FULL: Request = (
    "GET",
    "/books/1?lang=en&filter[a]=b&wide=3",
    {"headers": {"x-trace": "1", "cookie": "theme=dark"}},
)
TEXT: Request = ("PUT", "/books/1", {"content": "text", "headers": {"content-type": "text/plain; charset=utf-8"}})
JSON: Request = ("PUT", "/books/1", {"json": {}})
NO_BODY: Request = ("PUT", "/books/1", {})
BAD: Request = ("PUT", "/books/1", {"json": []})
EVERYTHING: list[Request] = [WRONG, FULL, TEXT, JSON, BAD]


def run(folder: Path, requests: list[Request], *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest as a user would, in a folder with a contract and tests that send these requests."""
    (folder / "api.yaml").write_text(CONTRACT, encoding="utf-8")
    (folder / "test_it.py").write_text(TESTS.format(requests=requests), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", "."]
    return subprocess.run(
        [*command, *(options or ("--contract-coverage", "api.yaml"))],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if name != RECORDS},
        capture_output=True,
        text=True,
        check=False,
    )


def never_seen(output: str) -> set[str]:
    return {line.removeprefix("never seen: ") for line in output.splitlines() if line.startswith("never seen: ")}


@pytest.mark.parametrize(
    ("left_out", "instead", "missing"),
    [
        (None, None, set()),
        (FULL, READ, {"query lang", "query filter", "query area", "header X-Trace", "cookie theme"}),
        (FULL, ("GET", "/books/1?wide=3&lang=en", {}), {"query filter", "header X-Trace", "cookie theme"}),
        (WRONG, READ, {"4XX application/problem+json"}),
        (TEXT, NO_BODY, {"body text/*"}),
        (JSON, TEXT, {"body application/json"}),  # sent once more, but in a request that was refused
        (BAD, JSON, {"default application/problem+json"}),
    ],
)
def test_what_was_not_sent_is_missing(tmp_path: Path, left_out: Request, instead: Request, missing: set[str]) -> None:
    contract = tmp_path / "api.yaml"
    contract.write_text(CONTRACT, encoding="utf-8")
    app = mocked(load_contract(contract))
    app.add_middleware(ContractRecorder, folder=tmp_path)
    client = TestClient(app)
    for each in EVERYTHING:
        method, url, more = instead if each == left_out else each
        client.request(method, url, **more)
    coverage = measure(load_contract(contract), tmp_path)
    assert {f"{entry.part} {entry.detail}" for entry in coverage.missing} == missing


def test_exceptions_have_reasons_and_must_be_needed(tmp_path: Path) -> None:
    (tmp_path / "exceptions.txt").write_text(
        "# reviewed\ngetBook cookie theme  # only browsers send it\ngetBook 4XX application/problem+json  # stale\n",
        encoding="utf-8",
    )
    options = ("--contract-coverage", "api.yaml", "--contract-coverage-exceptions", "exceptions.txt")
    bare = ("GET", "/books/1?lang=en&filter[a]=b&wide=3", {"headers": {"x-trace": "1"}})
    done = run(tmp_path, [bare if each == FULL else each for each in EVERYTHING], *options)
    assert never_seen(done.stdout) == set()
    assert "exception no longer needed: getBook 4XX application/problem+json" in done.stdout
    assert done.returncode == 1


@pytest.mark.parametrize(("least", "code"), [("15", 0), ("16", 1)])
def test_the_gate_is_a_percentage_and_reports_are_json_and_a_page(tmp_path: Path, least: str, code: int) -> None:
    done = run(
        tmp_path,
        [READ],
        *("--contract-coverage", "api.yaml", "--contract-coverage-fail-under", least),
        *("--contract-coverage-report", "out/coverage.json", "--contract-coverage-report", "out/coverage.html"),
    )
    assert "(15.4 %)" in done.stdout
    assert done.returncode == code
    told = json.loads((tmp_path / "out" / "coverage.json").read_text(encoding="utf-8"))
    assert told["counts"]["response"] == {"seen": 1, "declared": 4}
    states = {(each["operation_id"], each["part"], each["detail"]): each["state"] for each in told["entries"]}
    assert states["getBook", "200", "application/json"] == "seen"
    assert states["putBook", "body", "text/*"] == "missing"
    page = (tmp_path / "out" / "coverage.html").read_text(encoding="utf-8")
    assert '<span class="missing" title="missing">query lang</span>' in page
    assert '<span class="seen" title="seen">200 application/json</span>' in page


def test_options_without_a_contract_are_refused(tmp_path: Path) -> None:
    done = run(tmp_path, [READ], "--contract-coverage-fail-under", "90")
    assert done.returncode == 4
    assert "--contract-coverage-fail-under needs --contract-coverage FILE" in done.stderr


def test_workers_count_together(tmp_path: Path) -> None:
    done = run(tmp_path, EVERYTHING, "-n", "2", "--contract-coverage", "api.yaml")
    assert "4 of 4 responses, 2 of 2 request bodies, 7 of 7 parameters seen (100.0 %), 0 excepted" in done.stdout
    assert done.returncode == 0
