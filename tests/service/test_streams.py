"""Comments as server-sent events: from a place on, live, and for as long as was asked."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from handlers.services import Services
from tests.service.conftest import Api, Person, problem, recorded, settings


def events_of(text: str) -> list[dict[str, object]]:
    """The events in a stream, by its grammar (WHATWG HTML, section 9.2.6), with `data` read as JSON."""
    events = []
    for block in text.split("\n\n"):
        lines = [line.partition(": ") for line in block.split("\n") if line]
        if lines:
            event: dict[str, object] = {name: value for name, _, value in lines}
            events.append(event | {"data": json.loads(str(event["data"]))})
    return events


def say(api: Api, article: dict[str, object], who: Person, text: str) -> dict[str, object]:
    answer = api.send("POST", f"/articles/{article['slug']}/comments", who, json={"body": text})
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


def test_the_comments_that_are_there_are_sent_in_their_order(api: Api) -> None:
    author = api.person()
    article = api.article(author)
    path = f"/articles/{article['slug']}/comment-events"
    assert api.send("GET", path).text == ""
    written = [say(api, article, author, text) for text in ("One\nTwo", "ü\u2028", "3")]
    answer = api.send("GET", path)
    assert answer.headers["content-type"].split(";")[0] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-store"
    events = events_of(answer.text)
    assert [event["data"] for event in events] == written
    assert [event["id"] for event in events] == [str(comment["id"]) for comment in written]
    assert {event["event"] for event in events} == {"comment"}
    rest = api.send("GET", path, headers={"Last-Event-ID": str(events[0]["id"])})
    assert [event["data"] for event in events_of(rest.text)] == written[1:]
    assert api.send("HEAD", path).content == b""


def test_a_comment_is_sent_as_soon_as_it_is_written(api: Api) -> None:
    author = api.person()
    article = api.article(author)
    got: list[str] = []

    def follow() -> None:
        got.append(api.send("GET", f"/articles/{article['slug']}/comment-events", params={"wait": 5}).text)

    reader = threading.Thread(target=follow)
    reader.start()
    time.sleep(0.5)
    written = say(api, article, author, "Live")
    api.send("DELETE", f"/articles/{article['slug']}", author, headers={"If-Match": '"0-0"'})  # is refused
    time.sleep(0.8)
    api.send("PATCH", f"/articles/{article['slug']}", author, json={"status": "draft"}, headers={"If-Match": "*"})
    reader.join(30)
    assert [event["data"] for event in events_of(got[0])] == [written]


def test_a_stream_ends_with_the_session_that_began_it(api: Api) -> None:
    author, friend = api.person(), api.person()
    article = api.article(author)
    got: list[str] = []

    def follow() -> None:
        path = f"/articles/{article['slug']}/comment-events"
        got.append(api.send("GET", path, author, params={"wait": 5}).text)

    reader = threading.Thread(target=follow)
    reader.start()
    time.sleep(0.5)
    written = say(api, article, friend, "Live")
    time.sleep(0.8)
    assert api.send("POST", "/tokens/revocation", data={"token": author.refresh}).status_code == 200
    say(api, article, friend, "Later")
    reader.join(30)
    assert [event["data"] for event in events_of(got[0])] == [written]


def test_a_stream_ends_after_silence_and_in_any_case(tmp_path: Path) -> None:
    app = recorded(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}", stream_seconds=0.3))
    with TestClient(app) as client:
        api = Api(client, app)
        article = api.article(api.person())
        began = time.monotonic()
        assert api.send("GET", f"/articles/{article['slug']}/comment-events", params={"wait": 5}).text == ""
        assert 0.2 < time.monotonic() - began < 4.5


def test_there_are_only_so_many_streams(tmp_path: Path) -> None:
    app = recorded(settings(database_url=f"sqlite:///{tmp_path / 'blog.db'}", stream_limit=0))
    with TestClient(app) as client:
        api = Api(client, app)
        answer = api.send("GET", f"/articles/{api.article(api.person())['slug']}/comment-events")
    problem(answer, 503)
    assert int(answer.headers["retry-after"]) >= 1


def test_a_stream_that_is_over_makes_room(fresh: Api) -> None:
    services = fresh.app.state.services
    assert isinstance(services, Services)
    path = f"/articles/{fresh.article(fresh.person())['slug']}/comment-events"
    for _ in range(150):  # more than there may be at the same time
        assert fresh.send("GET", path).status_code == 200


@pytest.mark.parametrize(
    ("query", "headers"),
    [({"wait": "6"}, {}), ({"wait": "-1"}, {}), ({}, {"Last-Event-ID": "x"}), ({}, {"Last-Event-ID": "-1"})],
)
def test_what_is_refused(api: Api, query: dict[str, str], headers: dict[str, str]) -> None:
    path = f"/articles/{api.article(api.person())['slug']}/comment-events"
    problem(api.send("GET", path, params=query, headers=headers), 422)


def test_the_comments_on_a_draft_are_its_authors_alone(api: Api) -> None:
    author = api.person()
    path = f"/articles/{api.article(author, status='draft')['slug']}/comment-events"
    problem(api.send("GET", path), 404)
    problem(api.send("GET", path, api.person()), 404)
    assert api.send("GET", path, author).status_code == 200


def test_closed_comments_can_be_read_and_not_added_to(api: Api) -> None:
    author = api.person()
    article = api.article(author)
    assert article["commentsOpen"] is True
    written = say(api, article, author, "First")
    path = f"/articles/{article['slug']}"
    changed = api.send("PATCH", path, author, json={"commentsOpen": False}, headers={"If-Match": str(article["etag"])})
    assert (changed.status_code, changed.json()["commentsOpen"]) == (200, False)
    problem(api.send("POST", f"{path}/comments", author, json={"body": "Second"}), 409)
    assert api.send("GET", f"{path}/comments").json() == {"items": [written]}
