"""Every probe of the publishing service's contract, sent over a raw connection to the server that users run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from handfast.contract import Direction, load_contract
from tests.cli.serving import served
from tests.probes.probes import Probe, probes
from tests.server.wire import Answer, Wire

ROOT = Path(__file__).resolve().parents[2]
BASE = "/api/v1"
CONTRACT = load_contract(ROOT / "openapi" / "api.yaml", validate=False)
PROBES = list(probes(CONTRACT, BASE, {"slug": "probed", "commentId": "1", "attachmentId": "1"}))
PASSWORD = "a sentence that is long"


@dataclass
class Service:
    """The running service, and somebody's access token."""

    port: int
    token: str = ""

    def ask(self, probe: bytes, *, to_head: bool = False) -> Answer:
        """The answer to one request; then the connection, or a new one, must answer another."""
        wire = Wire(self.port)
        try:
            answer = wire.send(probe).answer(to_head=to_head)
            if answer.headers.get("connection") != "close":
                assert wire.send(f"GET {BASE}/health/live HTTP/1.1\r\nHost: a\r\n\r\n".encode()).answer().status == 200
                return answer
        finally:
            wire.close()
        assert self.send("GET", "/health/live").status == 200
        return answer

    def send(self, method: str, path: str, body: object = None, media_type: str = "application/json") -> Answer:
        """A request that is meant well."""
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else b""
        head = f"{method} {BASE}{path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {len(raw)}\r\n"
        head += f"Authorization: Bearer {self.token}\r\n" if self.token else ""
        head += f"Content-Type: {media_type}\r\n" if raw else ""
        wire = Wire(self.port)
        try:
            return wire.send(head.encode() + b"\r\n" + raw).answer()
        finally:
            wire.close()

    def contents(self) -> Any:
        """What is in the store, as far as it can be read."""
        paths = (
            "/accounts/me",
            "/articles",
            "/articles/probed",
            "/articles/probed/comments",
            "/articles/probed/attachments",
            "/tags",
        )
        return [self.send("GET", path).json for path in paths]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with an account, an article, a comment and a file; at the end nothing of them has changed."""
    folder = tmp_path_factory.mktemp("probes")
    settings = {
        "DATABASE_URL": f"sqlite:///{folder / 'blog.db'}",
        "ARGON2_MEMORY_KIB": "64",
        "ARGON2_ITERATIONS": "1",
        "SEED_EXAMPLES": "false",
        "LOG_LEVEL": "WARNING",
    }
    with served(ROOT, ready=f"{BASE}/health/ready", log=folder / "log", **settings) as address:
        made = Service(urlsplit(address).port or 0)
        account = {"handle": "prober", "email": "prober@example.org", "password": PASSWORD, "displayName": "P"}
        assert made.send("POST", "/accounts", account).status == 201
        form = f"grant_type=password&username=prober&password={PASSWORD.replace(' ', '+')}"
        granted = made.send("POST", "/tokens", form, "application/x-www-form-urlencoded")
        made.token = granted.json["access_token"]
        article = {"title": "Probed", "slug": "probed", "body": "Text.", "status": "published"}
        assert made.send("POST", "/articles", article).status == 201
        assert made.send("POST", "/articles/probed/comments", {"body": "Well."}).status == 201
        named = 'Content-Disposition: form-data; name="name"\r\n\r\na.svg'
        drawing = (
            'Content-Disposition: form-data; name="file"; filename="a.svg"\r\nContent-Type: image/svg+xml\r\n\r\n<svg/>'
        )
        form = f"--b\r\n{named}\r\n--b\r\n{drawing}\r\n--b--\r\n"
        attached = made.send("POST", "/articles/probed/attachments", form, "multipart/form-data; boundary=b")
        assert attached.status == 201, attached
        before = made.contents()
        yield made
        assert made.contents() == before
        assert "Traceback" not in (folder / "log").read_text(encoding="utf-8")


def test_there_are_probes_for_every_operation() -> None:
    assert {probe.operation.operation_id for probe in PROBES} == {each.operation_id for each in CONTRACT.operations}
    assert len({probe.id for probe in PROBES}) == len(PROBES) > 200
    assert [probe.id for probe in PROBES if not probe.statuses] == []


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_probe(probe: Probe, service: Service) -> None:
    answer = service.ask(probe.wire(service.token), to_head=probe.method == "HEAD")
    assert answer.status in probe.statuses, answer
    for name, value in probe.required_headers.items():
        assert name in answer.headers
        if value is not None:
            assert sorted(answer.headers[name].split(", ")) == value.split(", ")
    if answer.status >= 400 and probe.method != "HEAD":
        check_problem(probe, answer)


def check_problem(probe: Probe, answer: Answer) -> None:
    """The body of a refusal is what the operation declares, and says the status that was sent."""
    media_type = answer.headers["content-type"].partition(";")[0]
    response = probe.operation.response(answer.status)
    if probe.method != probe.operation.method or response is None:  # the path is none, or does not have the method
        assert answer.status in (404, 405)
        assert (media_type, answer.json["status"]) == ("application/problem+json", answer.status)
        return
    if answer.headers.get("connection") == "close" and media_type not in response.content:
        assert answer.json["type"] == "urn:handfast:problem:header-repeated"  # the server, which knows no contract
        return
    schema = response.content[media_type].schema
    assert schema is not None
    assert CONTRACT.judge(schema, Direction.RESPONSE).errors(answer.json) == []
    assert answer.json.get("status", answer.status) == answer.status
