"""`handfast contract-test`: serves a project's application, attacks it, and says what it found."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.command import handfast

PYPROJECT = """\
[tool.handfast]
contract = "api.yaml"
app = "service:app"
"""
CONTRACT = """\
openapi: 3.1.1
info: {title: Library, version: 1.0.0}
servers: [{url: /v1}]
paths:
  /books/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1, maximum: 9}}]
    get:
      operationId: getBook
      responses:
        '200':
          description: It.
          content:
            application/json: {schema: {type: object, required: [title], properties: {title: {type: string}}}}
        '400': {description: Unreadable., content: {application/problem+json: {schema: {type: object}}}}
        '404': {description: Gone., content: {application/problem+json: {schema: {type: object}}}}
        '422': {description: Wrong., content: {application/problem+json: {schema: {type: object}}}}
"""
UPLOADS = """\
openapi: 3.1.1
info: {title: Library, version: 1.0.0}
paths:
  /scans:
    post:
      operationId: addScan
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              additionalProperties: false
              required: [file]
              properties:
                file: {type: string, format: binary}
                note: {type: string}
                marks: {type: array, items: {type: string}}
      responses:
        '204': {description: It is there.}
        '400': {description: Unreadable., content: {application/problem+json: {schema: {type: object}}}}
        '415': {description: Not a form., content: {application/problem+json: {schema: {type: object}}}}
        '422': {description: Wrong., content: {application/problem+json: {schema: {type: object}}}}
"""
MEDIA_TYPES = """\
openapi: 3.0.3
info: {title: Library, version: 1.0.0}
paths:
  /books/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    put:
      operationId: putBook
      requestBody: {required: true, content: {application/json; charset=utf-8: {schema: {type: array, items: {}}}}}
      responses:
        '200': {description: It., content: {application/vnd.book+json; v=1: {schema: {type: array, items: {}}}}}
        '400': {description: Unreadable., content: {Application/JSON: {schema: {type: object}}}}
        '404': {description: Gone.}
        '415': {description: No JSON., content: {application/json; charset=utf-8: {schema: {type: object}}}}
        '422': {description: Wrong., content: {'application/*': {schema: {type: object}}}}
    head:
      operationId: headBook
      responses:
        '204': {description: It is there.}
        4XX: {description: It is not., content: {application/problem+json: {schema: {type: object}}}}
"""
FOREIGN = """\
openapi: 3.0.3
info: {title: Library, version: 1.0.0}
paths:
  /scans/{id}/{part}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer, format: uint8}}
      - {name: part, in: path, required: true, schema: {type: string, format: decimal}}
    get:
      security: [{key: []}]
      parameters: [{name: size, in: query, schema: {type: number, format: float}}]
      responses:
        '204': {description: It is there.}
        default: {$ref: '#/components/responses/Wrong'}
        '403': {$ref: '#/components/responses/Wrong'}
  /scans/{id}/pages:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    post:
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [pages, a, b, c]
              properties:
                pages: {type: array, items: {type: string, format: binary}}
                a: {type: string}
                b: {type: string}
                c: {type: string}
      responses:
        '204': {description: They are there.}
        default: {$ref: '#/components/responses/Wrong'}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  responses:
    Wrong:
      description: It is not.
      content:
        application/json:
          schema:
            type: object
            required: [version, fault]
            properties:
              version: {type: string, pattern: '^[0-9]+[.][0-9]+$'}
              fault: {type: object, required: [at], properties: {at: {type: string, format: date-time}}}
"""
SERVICE = """\
from pathlib import Path
from starlette.requests import Request
from handfast.contract import load_contract
from handfast.design.mock.serving import mocked

app = mocked(load_contract(Path("api.yaml")))
"""
LEAK = """
@app.middleware("http")
async def leak(request: Request, call_next):
    response = await call_next(request)
    response.headers["x-build"] = "1"
    return response
"""
LENIENT = """
@app.middleware("http")
async def lenient(request: Request, call_next):
    request.scope["query_string"] = b""
    return await call_next(request)
"""


def project(folder: Path, service: str, contract: str = CONTRACT) -> Path:
    (folder / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (folder / "api.yaml").write_text(contract, encoding="utf-8")
    (folder / "service.py").write_text(service, encoding="utf-8")
    return folder


def test_a_service_that_keeps_its_contract(tmp_path: Path) -> None:
    done = handfast("contract-test", "--seconds", "1", "--seed", "1", folder=project(tmp_path, SERVICE))
    assert "Nothing was found; see reports/schemathesis" in done.out, done.out + done.err
    assert done.code == 0
    reports = tmp_path / "reports" / "schemathesis"
    assert {"exhaustive.xml", "exhaustive.ndjson", "seed-1.xml"} <= {path.name for path in reports.iterdir()}
    suite = ET.parse(reports / "exhaustive.xml").getroot()
    assert int(suite.attrib["tests"]) >= 1
    assert suite.attrib["failures"] == "0"


@pytest.mark.parametrize("contract", [UPLOADS, MEDIA_TYPES, FOREIGN])
def test_what_is_right_as_it_is_sent_counts_as_right(tmp_path: Path, contract: str) -> None:
    options = ["--seconds", "4", "--seed", "1", "--exclude-checks", "ignored_auth"]  # any key is right for the mock
    done = handfast("contract-test", *options, folder=project(tmp_path, SERVICE, contract))
    assert "Nothing was found" in done.out, done.out + done.err


@pytest.mark.parametrize(
    ("fault", "check", "found"),
    [
        (LEAK, "undeclared_header", "undeclared response headers: x-build"),
        (LENIENT, "unknown_parameter_refused", "with the undeclared query parameter"),
    ],
)
def test_what_only_our_own_checks_see(tmp_path: Path, fault: str, check: str, found: str) -> None:
    done = handfast("contract-test", folder=project(tmp_path, SERVICE + fault))
    assert found in done.out
    assert "curl -X GET" in done.out
    assert "Found something: exhaustive" in done.out
    assert done.code == 1


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--no-exhaustive"], 2, "leaves nothing to run; say for how long to fuzz, with --seconds"),
        (["--seed", "7"], 2, "--seed is for fuzzing; say for how long, with --seconds"),
        (["--reports", "api.yaml/here"], 1, "api.yaml/here cannot be written: Not a directory"),
    ],
)
def test_a_call_that_would_attack_nothing(tmp_path: Path, options: list[str], code: int, told: str) -> None:
    done = handfast("contract-test", *options, folder=project(tmp_path, SERVICE))
    assert (done.code, "Nothing was found" in done.out, "Traceback" in done.err) == (code, False, False)
    assert told in " ".join(done.err.split())


@pytest.mark.parametrize(
    ("service", "told"),
    [
        ("raise RuntimeError('no database')\n", "the service does not start:"),
        ("", "service.py) has no 'app'; name the application as module:attribute"),
    ],
)
def test_a_service_that_does_not_start(tmp_path: Path, service: str, told: str) -> None:
    done = handfast("contract-test", folder=project(tmp_path, service))
    assert told in done.err
    assert done.code == 1
