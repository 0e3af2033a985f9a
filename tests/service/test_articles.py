"""Articles: writing, reading, changing and deleting them, and who may."""

from __future__ import annotations

import pytest

from tests.service.conftest import Api, problem, unique


def test_a_created_article_is_where_its_location_says(api: Api) -> None:
    author = api.person()
    slug = unique("slug-")
    body = {
        "slug": slug,
        "title": "Notes ½ «é» 🦉",
        "summary": "",
        "body": "# Heading\r\n\ttext",
        "tags": ["b", "a"],
        "status": "published",
    }
    created = api.send("POST", "/articles", author, json=body)
    assert created.status_code == 201, created.text
    assert created.headers["location"] == f"/api/v1/articles/{slug}"
    read = api.client.get(created.headers["location"])
    assert read.status_code == 200
    assert read.json() == created.json()
    assert read.headers["etag"] == created.headers["etag"]
    assert {name: read.json()[name] for name in body} == body
    assert read.json()["author"] == author.handle
    assert read.json()["publishedAt"] == read.json()["createdAt"] == read.json()["updatedAt"]


def test_head_answers_as_get_without_the_body(api: Api) -> None:
    article = api.article(api.person())
    path = f"/articles/{article['slug']}"
    get, head = api.send("GET", path), api.send("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("etag", "content-type", "content-length"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Ünïcode & Co., {n}!", "unicode-co-{n}"),
        ("{n} 日本語", "{n}"),
        ("--{n}--", "{n}"),
        ("{n} " + "long " * 30, None),
    ],
)
def test_a_slug_is_made_from_the_title(api: Api, title: str, slug: str | None) -> None:
    number = unique("n")
    made = api.article(api.person(), title=title.format(n=number))["slug"]
    assert isinstance(made, str)
    assert made == slug.format(n=number) if slug else len(made) <= 80


def test_equal_titles_get_different_slugs(api: Api) -> None:
    author, title = api.person(), unique("Twice ")
    first, second = api.article(author, title=title), api.article(author, title=title)
    assert first["slug"] != second["slug"]
    assert str(second["slug"]).startswith(f"{first['slug']}-")
    assert api.article(author, title="日本語")["slug"]


def test_a_slug_is_taken_once_also_by_a_hidden_draft(api: Api) -> None:
    slug = str(api.article(api.person(), status="draft")["slug"])
    body = {"title": "x", "body": "y", "slug": slug}
    problem(api.send("POST", "/articles", api.person(), json=body), 409)


def test_an_article_is_a_draft_unless_it_says_otherwise(api: Api) -> None:
    author = api.person()
    answer = api.send("POST", "/articles", author, json={"title": unique(), "body": "y"})
    assert answer.json()["status"] == "draft"
    assert answer.json()["publishedAt"] is None
    assert answer.json()["summary"] is None
    assert answer.json()["tags"] == []


def test_a_draft_exists_for_its_author_alone(api: Api) -> None:
    author, stranger = api.person(), api.person()
    article = api.article(author, status="draft", tags=[unique("t")])
    path, tag = f"/articles/{article['slug']}", article["tags"]
    assert isinstance(tag, list)
    assert api.send("GET", path, author).status_code == 200
    for who in (None, stranger):
        problem(api.send("GET", path, who), 404)
        problem(api.send("GET", f"{path}/comments", who), 404)
        for query in ({"tag": tag[0]}, {"tag": tag[0], "status": "draft"}):
            assert api.send("GET", "/articles", who, params=query).json()["items"] == []
    for method, below, more in (
        ("PATCH", "", {"json": {"title": "x"}, "headers": {"If-Match": "*"}}),
        ("DELETE", "", {"headers": {"If-Match": "*"}}),
        ("POST", "/comments", {"json": {"body": "x"}}),
        ("DELETE", "/comments/1", {}),
    ):
        problem(api.send(method, f"{path}{below}", stranger, **more), 404)
    problem(api.send("POST", f"{path}/comments", author, json={"body": "x"}), 409)
    assert tag[0] not in api.send("GET", "/tags", params={"limit": 100}).text
    own = api.send("GET", "/articles", author, params={"status": "draft"}).json()["items"]
    assert [each["slug"] for each in own] == [article["slug"]]


def test_somebody_elses_article_can_be_read_and_not_changed(api: Api) -> None:
    article, stranger = api.article(api.person()), api.person()
    path = f"/articles/{article['slug']}"
    assert api.send("GET", path, stranger).json()["title"] == article["title"]
    problem(api.send("PATCH", path, stranger, json={"title": "x"}, headers={"If-Match": "*"}), 403)
    problem(api.send("DELETE", path, stranger, headers={"If-Match": "*"}), 403)
    assert api.send("GET", path).json()["title"] == article["title"]


def test_a_change_leaves_alone_what_is_absent_and_takes_away_what_is_null(api: Api) -> None:
    author = api.person()
    article = api.article(author, summary="Short", tags=["one", "two"], body="Text")
    path = f"/articles/{article['slug']}"

    def change(**members: object) -> dict[str, object]:
        answer = api.send("PATCH", path, author, json=members, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        body: dict[str, object] = answer.json()
        assert body == api.send("GET", path, author).json()
        return body

    renamed = change(title="Another title")
    assert renamed["title"] == "Another title"
    assert {name: renamed[name] for name in ("slug", "summary", "tags", "body", "status")} == {
        name: article[name] for name in ("slug", "summary", "tags", "body", "status")
    }
    assert change(summary=None)["summary"] is None
    assert change(tags=["two", "three"])["tags"] == ["two", "three"]
    assert change(tags=["three", "two"])["tags"] == ["three", "two"]
    assert change(tags=None)["tags"] == []
    assert change(body="Other")["body"] == "Other"
    for member in ("title", "body", "status", "slug", "author", "createdAt"):
        answer = api.send("PATCH", path, author, json={member: None}, headers={"If-Match": "*"})
        problem(answer, 422)


def test_publishing_and_withdrawing(api: Api) -> None:
    author = api.person()
    path = f"/articles/{api.article(author, status='draft')['slug']}"

    def change(status: str) -> dict[str, object]:
        answer = api.send("PATCH", path, author, json={"status": status}, headers={"If-Match": "*"})
        body: dict[str, object] = answer.json()
        return body

    published = change("published")["publishedAt"]
    assert published is not None
    assert api.send("GET", path).status_code == 200
    assert change("draft")["publishedAt"] == published
    problem(api.send("GET", path), 404)
    assert change("published")["publishedAt"] == published


def test_every_change_gives_another_version(api: Api) -> None:
    author = api.person()
    article = api.article(author)
    path, first = f"/articles/{article['slug']}", str(article["etag"])
    problem(api.send("PATCH", path, author, json={"title": "x"}), 428)
    problem(api.send("DELETE", path, author), 428)
    for wrong in ('"0-0"', "nonsense", f"W/{first}", first.strip('"')):
        problem(api.send("PATCH", path, author, json={"title": "x"}, headers={"If-Match": wrong}), 412)
        problem(api.send("DELETE", path, author, headers={"If-Match": wrong}), 412)
    unchanged = api.send("PATCH", path, author, json={"title": article["title"]}, headers={"If-Match": first})
    assert unchanged.headers["etag"] == first
    assert unchanged.json()["updatedAt"] == article["updatedAt"]
    changed = api.send("PATCH", path, author, json={"tags": ["new"]}, headers={"If-Match": f'"a", {first}'})
    second = changed.headers["etag"]
    assert second != first
    problem(api.send("PATCH", path, author, json={"title": "x"}, headers={"If-Match": first}), 412)
    known = api.send("GET", path, headers={"If-None-Match": second})
    assert (known.status_code, known.content) == (304, b"")
    assert "content-type" not in known.headers
    assert api.send("GET", path, headers={"If-None-Match": first}).status_code == 200
    problem(api.send("DELETE", path, author, headers={"If-Match": first}), 412)
    assert api.send("DELETE", path, author, headers={"If-Match": second}).status_code == 204


def test_a_deleted_article_is_gone_and_its_successor_has_another_version(api: Api) -> None:
    author = api.person()
    article = api.article(author, slug=unique("again-"))
    path = f"/articles/{article['slug']}"
    comment = api.send("POST", f"{path}/comments", author, json={"body": "x"}).json()
    answer = api.send("DELETE", path, author, headers={"If-Match": "*"})
    assert (answer.status_code, answer.content) == (204, b"")
    for method, below in (("GET", ""), ("GET", "/comments"), ("DELETE", f"/comments/{comment['id']}")):
        problem(api.send(method, f"{path}{below}", author), 404)
    problem(api.send("DELETE", path, author, headers={"If-Match": "*"}), 404)
    successor = api.article(author, slug=article["slug"])
    assert successor["etag"] != article["etag"]
    assert api.send("GET", f"{path}/comments").json()["items"] == []


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "x" * 201},
        {"title": "a\u0000"},
        {"title": 1},
        {"body": ""},
        {"body": "x" * 50_001},
        {"summary": "x" * 1001},
        {"tags": ["a", "a"]},
        {"tags": ["A"]},
        {"tags": [f"t{number}" for number in range(11)]},
        {"tags": "a"},
        {"slug": "Not-A-Slug"},
        {"slug": "a--b"},
        {"slug": "x" * 81},
        {"slug": "a\n"},
        {"status": "archived"},
        {"status": "PUBLISHED"},
        {"author": "ada"},
        {"publishedAt": "2026-01-01T00:00:00Z"},
    ],
)
def test_writing_refuses_what_the_contract_forbids(api: Api, change: dict[str, object]) -> None:
    answer = api.send("POST", "/articles", api.person(), json={"title": "x", "body": "y"} | change)
    assert problem(answer, 422)["errors"]


@pytest.mark.parametrize("slug", ["Not-A-Slug", "a--b", "x" * 81, "a%20b", "%C3%A9", "a%2Fb", "-"])
def test_what_cannot_be_a_slug_is_not_there(api: Api, slug: str) -> None:
    problem(api.send("GET", f"/articles/{slug}"), 404)
