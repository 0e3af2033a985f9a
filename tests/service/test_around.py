"""What is around the operations: health, headers, request ids, logs, other origins, documents, failures of ours."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from blog.settings import DEVELOPMENT_SECRET
from handlers.app import CONTRACT, create_app
from handlers.sessions import session
from tests.service.conftest import Api, problem, settings


def test_the_process_lives_and_the_database_answers(api: Api) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = api.send("GET", path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_draining_process_is_alive_and_not_ready(fresh: Api) -> None:
    fresh.client.app_state["draining"] = True  # what `handfast serve` does when it is told to end
    answer = fresh.send("GET", "/health/ready")
    problem(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1
    assert fresh.send("GET", "/health/live").status_code == 200
    assert fresh.send("GET", "/articles").status_code == 200


@pytest.mark.parametrize("path", ["/articles", "/articles/not-there", "/nothing", "/accounts/me"])
def test_browsers_are_told_to_be_careful(api: Api, path: str) -> None:
    headers = api.send("GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers
    secure = api.client.get(f"https://testserver/api/v1{path}").headers
    assert secure["strict-transport-security"].startswith("max-age=63072000")


def test_what_has_an_entity_tag_may_be_kept_and_asked_for_again(api: Api) -> None:
    article = api.article(api.person())
    for known in ("", str(article["etag"])):
        answer = api.send("GET", f"/articles/{article['slug']}", headers={"If-None-Match": known or '"x"'})
        assert answer.headers["cache-control"] == "private, no-cache"


def test_every_answer_has_the_id_of_its_request(api: Api) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    given = api.send("GET", "/tags", headers={"traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    assert given.headers["x-request-id"] == trace
    for wrong in (
        *("", "nonsense", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{trace.upper()}-00f067aa0ba902b7-01"),
        *(f"ff-{trace}-00f067aa0ba902b7-01", f"00-{trace}-{'0' * 16}-01"),
    ):
        made = [api.send("GET", "/nothing", headers={"traceparent": wrong}).headers["x-request-id"] for _ in range(2)]
        assert made[0] != made[1]
        assert trace not in made


def test_logs_are_json_with_the_id_and_without_what_people_look_for(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    app = create_app(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}", log_format="json", log_level="INFO"))
    with TestClient(app) as client:
        capfd.readouterr()
        answer = client.get("/api/v1/articles", params={"q": "very private"})
        written = capfd.readouterr().err
    lines = [json.loads(line) for line in written.splitlines()]
    (line,) = (each for each in lines if each["event"] == "request")
    assert line["request_id"] == answer.headers["x-request-id"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/v1/articles", 200)
    assert "private" not in "".join(line for line in written.splitlines() if '"logger": "httpx2"' not in line)


def test_other_origins_are_strangers_unless_they_are_listed(tmp_path: Path) -> None:
    origin = "https://blog.example"
    ask = {"Origin": origin, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match"}
    for origins, known in (((), False), ((origin,), True), (("https://other.example",), False)):
        app = create_app(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}", cors_origins=origins))
        with TestClient(app) as client:
            plain = client.get("/api/v1/articles", headers={"Origin": origin})
            asked = client.options("/api/v1/articles/x", headers=ask)
            options = client.options("/api/v1/articles")
        assert (plain.headers.get("access-control-allow-origin") == origin) is known
        assert (asked.headers.get("access-control-allow-origin") == origin) is known
        assert "access-control-allow-credentials" not in plain.headers
        assert set(options.headers["allow"].replace(" ", "").split(",")) == {"GET", "HEAD", "POST", "OPTIONS"}
        if known:
            assert "PATCH" in asked.headers["access-control-allow-methods"]
            assert "ETag" in plain.headers["access-control-expose-headers"]


def test_the_contract_is_served_as_it_is_written(api: Api) -> None:
    written = yaml.safe_load(CONTRACT.read_text("utf-8"))
    assert api.client.get("/openapi.json").json() == json.loads(json.dumps(written))
    assert yaml.safe_load(api.client.get("/openapi.yaml").text) == written
    assert api.client.get("/docs").headers["content-type"].startswith("text/html")


def test_the_version_names_the_contract_that_is_published(tmp_path: Path) -> None:
    for build in (None, "3f1c2ab"):
        app = create_app(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}", build=build))
        with TestClient(app) as client:
            published = client.get("/openapi.json")
            said = client.get("/api/v1/version").json()
        assert said.pop("serviceVersion")
        assert said == {
            "contractVersion": published.json()["info"]["version"],
            "contractDigest": f"sha256:{hashlib.sha256(published.content).hexdigest()}",
            "build": build,
        }


@pytest.mark.parametrize("path", ["/api/v1/tags", "/api/v1/articles/not-there", "/nothing", "/openapi.json", "/docs"])
def test_every_answer_tells_where_the_contract_is(api: Api, path: str) -> None:
    links = api.client.get(path).headers["link"]
    assert links == (
        '</openapi.json>; rel="service-desc"; type="application/json", </docs>; rel="service-doc"; type="text/html"'
    )


def test_the_docs_can_be_switched_off(tmp_path: Path) -> None:
    app = create_app(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}", docs=False))
    with TestClient(app) as client:
        assert client.get("/docs").status_code == 404


def test_a_fault_of_ours_is_a_problem_without_detail(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def broken() -> None:
        raise RuntimeError("the secret of the house")

    app = create_app(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}"))
    app.dependency_overrides[session] = broken
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/api/v1/articles")
        problem(answer, 500)
        assert "secret of the house" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-request-id"]
    assert "the secret of the house" in capfd.readouterr().err


@pytest.mark.parametrize(("secret", "warned"), [({}, True), ({"secret_key": "s" * 32}, False)])
def test_whoever_starts_with_the_key_that_everybody_knows_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], secret: dict[str, object], warned: bool
) -> None:
    more = {"log_level": "WARNING", "log_format": "json"} | secret
    with TestClient(create_app(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}", **more))):
        lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert any("SECRET_KEY" in line["event"] for line in lines) is warned
    assert not any(DEVELOPMENT_SECRET in str(line) for line in lines)


def test_a_statement_that_fails_is_logged_without_what_people_wrote(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "blog.db"
    app = create_app(settings(database_url=f"sqlite:///{file}"))
    with TestClient(app, raise_server_exceptions=False) as client:
        api = Api(client, app)
        behind = sqlite3.connect(file)
        behind.execute("ALTER TABLE account RENAME COLUMN biography TO life")
        behind.close()
        problem(api.register("ada", email="private@example.org"), 500)
        written = capfd.readouterr().err
    assert "INSERT INTO account" in written, "the log says what failed"
    assert "private" not in written
    assert "argon2" not in written
