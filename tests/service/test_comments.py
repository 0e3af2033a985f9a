"""Comments and tags."""

from __future__ import annotations

from tests.service.conftest import Api, Person, problem, unique


def comment(api: Api, article: dict[str, object], who: Person, text: str = "Hello") -> dict[str, object]:
    answer = api.send("POST", f"/articles/{article['slug']}/comments", who, json={"body": text})
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


def test_comments_come_in_the_order_they_were_written(api: Api) -> None:
    author, reader = api.person(), api.person()
    article, other = api.article(author), api.article(author)
    written = [comment(api, article, reader if index % 2 else author, f"No. {index}") for index in range(5)]
    comment(api, other, reader)
    found: list[dict[str, object]] = []
    cursor: dict[str, object] = {}
    while True:
        query = {"limit": 2} | cursor
        page = api.send("GET", f"/articles/{article['slug']}/comments", params=query).json()
        found += page["items"]
        if "nextCursor" not in page:
            break
        cursor = {"cursor": page["nextCursor"]}
    assert found == written
    assert {each["author"] for each in found} == {author.handle, reader.handle}


def test_a_comment_is_deleted_by_its_author_or_the_articles(api: Api) -> None:
    author, reader, stranger = api.person(), api.person(), api.person()
    article, other = api.article(author), api.article(author)
    for who in (author, reader):
        written = comment(api, article, reader)
        path = f"/articles/{article['slug']}/comments/{written['id']}"
        problem(api.send("DELETE", path, stranger), 403)
        problem(api.send("DELETE", f"/articles/{other['slug']}/comments/{written['id']}", reader), 404)
        answer = api.send("DELETE", path, who)
        assert (answer.status_code, answer.content) == (204, b"")
        problem(api.send("DELETE", path, who), 404)
    assert api.send("GET", f"/articles/{article['slug']}/comments").json() == {"items": []}


def test_numbers_of_comments_are_never_used_again(api: Api) -> None:
    author = api.person()
    article = api.article(author)
    first = comment(api, article, author)
    api.send("DELETE", f"/articles/{article['slug']}/comments/{first['id']}", author)
    second = comment(api, article, author)
    assert int(str(second["id"])) > int(str(first["id"]))


def test_what_cannot_be_a_number_of_a_comment_is_not_there(api: Api) -> None:
    author = api.person()
    path = f"/articles/{api.article(author)['slug']}/comments"
    for number in ("0", "-1", "x", str(2**63), "9" * 400, "1.5", "01", "%31%20", str(2**63 - 1)):
        problem(api.send("DELETE", f"{path}/{number}", author), 404)


def test_tags_are_counted_over_published_articles(api: Api) -> None:
    author, tag = api.person(), unique("counted")

    def count() -> int:
        cursor: dict[str, object] = {}
        while True:
            page = api.send("GET", "/tags", params={"limit": 7} | cursor).json()
            names = [each["name"] for each in page["items"]]
            assert names == sorted(names)
            for each in page["items"]:
                if each["name"] == tag:
                    return int(each["articleCount"])
            if "nextCursor" not in page:
                return 0
            assert page["nextCursor"] != cursor.get("cursor")
            cursor = {"cursor": page["nextCursor"]}

    assert count() == 0
    first = api.article(author, tags=[tag, "other"])
    assert count() == 1
    api.article(author, tags=[tag])
    draft = api.article(author, tags=[tag], status="draft")
    assert count() == 2
    api.send("PATCH", f"/articles/{draft['slug']}", author, json={"status": "published"}, headers={"If-Match": "*"})
    assert count() == 3
    api.send("PATCH", f"/articles/{first['slug']}", author, json={"tags": None}, headers={"If-Match": "*"})
    assert count() == 2
    api.send("DELETE", f"/articles/{draft['slug']}", author, headers={"If-Match": "*"})
    assert count() == 1
