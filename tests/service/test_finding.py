"""Lists: filters, search, four orders, and pages from the first to the last."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.service.conftest import Api, Person, problem, unique

TITLES = (
    "banana",
    "Apple",
    "cherry",
    "apple",
    "Éclair",
    "eclair",
    "ZEBRA",
    "10 things",
    "banana",
    "Zebra",
    "…",
    "日本",
)


@dataclass(frozen=True)
class Shelf:
    """Articles that only this test knows: all of them have one author and one tag."""

    api: Api
    author: Person
    tag: str
    articles: list[dict[str, object]]

    def page(self, **query: object) -> dict[str, object]:
        """One page of the shelf."""
        answer = self.api.send("GET", "/articles", params={"tag": self.tag} | query)
        assert answer.status_code == 200, answer.text
        body: dict[str, object] = answer.json()
        return body

    def all(self, **query: object) -> list[dict[str, object]]:
        """All pages of the shelf; fails when a page is empty or too long, or the last one names another."""
        found: list[dict[str, object]] = []
        cursor: dict[str, object] = {}
        while True:
            page = self.page(**query, **cursor)
            items = page["items"]
            assert isinstance(items, list)
            assert len(items) <= int(str(query.get("limit", 20)))
            found += items
            if "nextCursor" not in page:
                return found
            assert len(items) == int(str(query.get("limit", 20)))
            cursor = {"cursor": page["nextCursor"]}


@pytest.fixture(scope="module")
def shelf(api: Api) -> Shelf:
    author, tag = api.person(), unique("shelf")
    articles = [api.article(author, title=title, tags=[tag], body=f"Body {title}") for title in TITLES]
    for index in (3, 7, 5):  # so that the order of change is not that of creation
        path = f"/articles/{articles[index]['slug']}"
        changed = api.send("PATCH", path, author, json={"summary": "changed"}, headers={"If-Match": "*"})
        articles[index] = changed.json()
    api.article(author, title="hidden", tags=[tag], status="draft")
    return Shelf(api, author, tag, articles)


def slugs(items: list[dict[str, object]]) -> list[object]:
    return [item["slug"] for item in items]


@pytest.mark.parametrize("sort", ["newest", "oldest", "updated", "title"])
@pytest.mark.parametrize("limit", [1, 2, 5, 11, 12, 100])
def test_pages_have_every_article_once_in_order(shelf: Shelf, sort: str, limit: int) -> None:
    found = shelf.all(sort=sort, limit=limit)
    assert sorted(map(str, slugs(found))) == sorted(map(str, slugs(shelf.articles)))
    assert slugs(found) == slugs(shelf.all(sort=sort, limit=100))
    if sort == "oldest":
        assert slugs(found) == slugs(shelf.articles)
    if sort == "newest":
        assert slugs(found) == slugs(shelf.articles)[::-1]
    if sort == "updated":
        times = [str(item["updatedAt"]) for item in found]
        assert times == sorted(times, reverse=True)
        assert found[0]["slug"] == shelf.articles[5]["slug"]
    if sort == "title":
        titles = [str(item["title"]).casefold() for item in found if str(item["title"]).isascii()]
        assert titles == sorted(titles)
        assert titles[0] == "10 things"


def test_the_newest_come_first_and_twenty_to_a_page(api: Api) -> None:
    author, tag = api.person(), unique("many")
    for _ in range(21):
        api.article(author, tags=[tag])
    plain = api.send("GET", "/articles", params={"tag": tag}).json()
    assert len(plain["items"]) == 20
    assert plain == api.send("GET", "/articles", params={"tag": tag, "sort": "newest", "limit": 20}).json()


def test_what_was_published_last_is_the_newest_however_old_the_draft_is(api: Api) -> None:
    author, tag = api.person(), unique("kept")
    kept, withdrawn, written = (
        api.article(author, tags=[tag], status=status)["slug"] for status in ("draft", "published", "published")
    )

    def turn(slug: object, status: str) -> None:
        changed = api.send("PATCH", f"/articles/{slug}", author, json={"status": status}, headers={"If-Match": "*"})
        assert changed.status_code == 200

    def listed(**query: str) -> list[object]:
        found: list[object] = []
        cursor: dict[str, str] = {}
        while True:  # one by one, so that the places in between are cursors
            page = api.send("GET", "/articles", author, params={"tag": tag, "limit": "1"} | query | cursor).json()
            found += slugs(page["items"])
            if "nextCursor" not in page:
                return found
            cursor = {"cursor": page["nextCursor"]}

    turn(kept, "published")
    for status in ("draft", "published"):  # it was published before, and is not new
        turn(withdrawn, status)
    assert listed() == [kept, written, withdrawn]
    assert listed(sort="oldest", author=author.handle) == [withdrawn, written, kept]
    for slug in (written, withdrawn, kept):
        turn(slug, "draft")
    assert listed(status="draft") == [written, withdrawn, kept]


def test_a_page_goes_on_where_it_stopped_when_articles_come_and_go(api: Api) -> None:
    author, tag = api.person(), unique("moving")
    articles = [api.article(author, tags=[tag]) for _ in range(6)]
    query: dict[str, object] = {"tag": tag, "limit": 2}
    first = api.send("GET", "/articles", params=query).json()
    for article in (articles[4], articles[2]):  # the last of this page, and one of the next
        api.send("DELETE", f"/articles/{article['slug']}", author, headers={"If-Match": "*"})
    api.article(author, tags=[tag])
    second = api.send("GET", "/articles", params=query | {"cursor": first["nextCursor"]}).json()
    assert slugs(first["items"]) == [articles[5]["slug"], articles[4]["slug"]]
    assert slugs(second["items"]) == [articles[3]["slug"], articles[1]["slug"]]


@pytest.mark.parametrize("sort", ["newest", "oldest", "updated", "title"])
@pytest.mark.parametrize(
    "cursor", ["A", "_", "null", "0" * 200, "_" * 199, "-" * 11, "zzzzz", "gICAgICAgIA", "f39_f39_f39"]
)
def test_every_cursor_that_the_contract_admits_is_answered(shelf: Shelf, sort: str, cursor: str) -> None:
    for path in ("/articles", "/tags", f"/articles/{shelf.articles[0]['slug']}/comments"):
        query = {"cursor": cursor} | ({"sort": sort} if path == "/articles" else {})
        answer = shelf.api.send("GET", path, params=query)
        assert answer.status_code == 200, answer.text


def test_a_cursor_of_one_order_is_a_place_in_every_other(shelf: Shelf) -> None:
    for made in ("newest", "oldest", "updated", "title"):
        cursor = shelf.page(sort=made, limit=3)["nextCursor"]
        for used in ("newest", "oldest", "updated", "title"):
            shelf.page(sort=used, cursor=cursor)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": "many"},
        {"limit": "1_0"},
        {"limit": "+5"},
        {"limit": 2**31},
        {"cursor": ""},
        {"cursor": "a="},
        {"cursor": "a b"},
        {"cursor": "x" * 201},
        {"sort": "random"},
        {"status": "deleted"},
        {"tag": "No Tag"},
        {"author": "x"},
        {"q": ""},
        {"q": "x" * 101},
        {"q": "a\u0000b"},
        {"page": 2},
        {"limit": [1, 2]},
    ],
)
def test_a_query_refuses_what_the_contract_forbids(api: Api, query: dict[str, object]) -> None:
    answer = api.send("GET", "/articles", params=query)
    assert answer.status_code in (400, 422), answer.text
    problem(answer, answer.status_code)


def test_filters_hold_together(api: Api) -> None:
    one, two = api.person(), api.person()
    tag, other = unique("tag"), unique("tag")
    both = api.article(one, tags=[tag, other], title="Both needle")
    only = api.article(one, tags=[tag], title="Only")
    foreign = api.article(two, tags=[tag], title="Foreign needle")
    draft = api.article(one, tags=[tag], title="Draft needle", status="draft")

    def found(who: Person | None = None, **query: str) -> set[object]:
        return set(slugs(api.send("GET", "/articles", who, params=query).json()["items"]))

    assert found(tag=tag) == {both["slug"], only["slug"], foreign["slug"]}
    assert found(tag=other) == {both["slug"]}
    assert found(tag=tag, author=one.handle) == {both["slug"], only["slug"]}
    assert found(tag=tag, q="needle") == {both["slug"], foreign["slug"]}
    assert found(tag=tag, author=one.handle, q="needle") == {both["slug"]}
    assert found(tag=unique("none")) == set()
    assert found(author=unique("none")) == set()
    assert found(one, tag=tag, status="draft") == {draft["slug"]}
    assert found(one, tag=tag, status="draft", author=two.handle) == set()
    assert found(one, tag=tag) == found(tag=tag)


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("straße", ["title"]),
        ("STRASSE", ["title"]),
        ("ÉCLAIR", ["summary"]),
        ("e\u0301clair", ["summary"]),
        ("100%", ["body"]),
        ("100_", []),
        ("%", ["body"]),
        ("_", ["title"]),
        ("\\", ["body"]),
        ("'; DROP TABLE article; --", []),
        ("under_score", ["title"]),
        ("underXscore", []),
        ("🦉", ["summary"]),
    ],
)
def test_search_finds_text_and_nothing_else(api: Api, text: str, hits: list[str]) -> None:
    author = api.person()
    articles = {
        "title": api.article(author, title="Straße under_score", body="-"),
        "summary": api.article(author, title="-", summary="Éclair 🦉", body="-"),
        "body": api.article(author, title="-", body="100% a\\b"),
    }
    answer = api.send("GET", "/articles", params={"author": author.handle, "q": text})
    assert answer.status_code == 200, answer.text
    assert set(slugs(answer.json()["items"])) == {articles[hit]["slug"] for hit in hits}


def test_a_change_is_searched_as_it_is_now(api: Api) -> None:
    author = api.person()
    path = f"/articles/{api.article(author, body='before')['slug']}"
    api.send("PATCH", path, author, json={"body": "afterwards"}, headers={"If-Match": "*"})
    for text, hits in (("before", 0), ("AFTERWARDS", 1)):
        query = {"author": author.handle, "q": text}
        assert len(api.send("GET", "/articles", params=query).json()["items"]) == hits
