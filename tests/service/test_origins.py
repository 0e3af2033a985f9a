"""Where articles come from: a union of three kinds, written, read, changed and refused."""

from __future__ import annotations

import pytest

from tests.service.conftest import Api, problem

SOURCE = "https://example.org/notions"
ORIGINS: list[dict[str, object]] = [
    {"kind": "original"},
    {"kind": "translation", "language": "pt-BR", "source": SOURCE},
    {"kind": "reprint", "publishedOn": "1843-09-01"},
    {"kind": "reprint", "publishedOn": "1843-09-01", "pages": 65, "source": SOURCE},
]


@pytest.mark.parametrize("origin", ORIGINS)
def test_an_origin_comes_back_as_it_was_written(api: Api, origin: dict[str, object]) -> None:
    author = api.person()
    article = api.article(author, origin=origin)
    assert article["origin"] == origin
    path = f"/articles/{article['slug']}"
    assert api.send("GET", path).json()["origin"] == origin
    for other in ORIGINS:
        changed = api.send("PATCH", path, author, json={"origin": other}, headers={"If-Match": "*"})
        assert (changed.status_code, changed.json()["origin"]) == (200, other)
    kept = api.send("PATCH", path, author, json={"title": "Another"}, headers={"If-Match": "*"})
    assert kept.json()["origin"] == ORIGINS[-1]
    same = api.send("PATCH", path, author, json={"origin": ORIGINS[-1]}, headers={"If-Match": "*"})
    assert same.headers["etag"] == kept.headers["etag"]


def test_an_article_is_original_unless_it_says_otherwise(api: Api) -> None:
    assert api.article(api.person())["origin"] == {"kind": "original"}


@pytest.mark.parametrize(
    "origin",
    [
        {},
        None,
        {"kind": "stolen"},
        {"kind": "original", "language": "fr"},
        {"kind": "translation", "language": "fr"},
        {"kind": "translation", "language": "French", "source": SOURCE},
        {"kind": "translation", "language": "fr", "source": "javascript:alert(1)"},
        {"kind": "reprint"},
        {"kind": "reprint", "publishedOn": "1843-02-30"},
        {"kind": "reprint", "publishedOn": "1843-09-01", "pages": 0},
        {"kind": "reprint", "publishedOn": "1843-09-01", "pages": None},
    ],
)
def test_what_is_refused(api: Api, origin: object) -> None:
    author = api.person()
    problem(api.send("POST", "/articles", author, json={"title": "x", "body": "y", "origin": origin}), 422)
