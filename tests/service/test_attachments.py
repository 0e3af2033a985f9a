"""Files of articles: uploaded as forms, downloaded whole or in parts, counted and measured."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from urllib.parse import quote

import pytest
from httpx2 import Response

from tests.service.conftest import Api, Person, problem

MIB = 1024 * 1024


def attach(
    api: Api, path: str, who: Person, content: bytes = b"0123456789", name: str = "digits.txt", **more: str
) -> Response:
    """Upload a file."""
    return api.send("POST", path, who, data={"name": name, **more}, files={"file": ("whatever", content)})


def attached(api: Api, path: str, who: Person, content: bytes = b"0123456789", **more: str) -> dict[str, object]:
    """An uploaded file, as the answer shows it."""
    answer = attach(api, path, who, content, **more)
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


def files_of(api: Api, author: Person, **members: object) -> str:
    """Where the files of a new article are."""
    return f"/articles/{api.article(author, **members)['slug']}/attachments"


@pytest.mark.parametrize("content", [b"", b"0123456789", bytes(range(256)) * 300, b"x" * MIB], ids=len)
def test_what_was_uploaded_is_downloaded(api: Api, content: bytes) -> None:
    author = api.person()
    path = files_of(api, author)
    answer = attach(api, path, author, content, name="Straße 1.svg", description="From above.")
    made = answer.json()
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/api/v1{path}/{made['id']}"
    assert (made["name"], made["description"], made["size"]) == ("Straße 1.svg", "From above.", len(content))
    assert made["sha256"] == hashlib.sha256(content).hexdigest()
    found = api.send("GET", f"{path}/{made['id']}")
    assert (found.status_code, found.content) == (200, content)
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote('Straße 1.svg')}"
    assert found.headers["accept-ranges"] == "bytes"
    again = api.send("GET", f"{path}/{made['id']}", headers={"If-None-Match": found.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", found.headers["etag"])


@pytest.mark.parametrize(
    ("headers", "status", "content", "content_range"),
    [
        ({"Range": "bytes=0-3"}, 206, b"0123", "bytes 0-3/10"),
        ({"Range": "bytes=8-"}, 206, b"89", "bytes 8-9/10"),
        ({"Range": "bytes=-3"}, 206, b"789", "bytes 7-9/10"),
        ({"Range": "bytes=5-900"}, 206, b"56789", "bytes 5-9/10"),
        ({"Range": "bytes=10-"}, 416, None, "bytes */10"),
        ({"Range": "bytes=0-1,4-5"}, 200, b"0123456789", None),
        ({"Range": "bytes=3-1"}, 200, b"0123456789", None),
        ({"Range": "lines=0-1"}, 200, b"0123456789", None),
        ({"Range": "bytes=0-3", "If-Range": '"0-0"'}, 200, b"0123456789", None),
    ],
)
def test_a_part_can_be_asked_for(
    api: Api, headers: Mapping[str, str], status: int, content: bytes | None, content_range: str | None
) -> None:
    author = api.person()
    path = files_of(api, author)
    answer = api.send("GET", f"{path}/{attached(api, path, author)['id']}", headers=headers)
    assert answer.status_code == status
    assert answer.headers.get("content-range") == content_range
    assert content is None or answer.content == content
    if status == 416:
        problem(answer, 416)


def test_a_download_is_continued_where_it_broke_off(api: Api) -> None:
    author = api.person()
    path = files_of(api, author)
    content = bytes(range(256)) * 100
    made = attached(api, path, author, content)
    first = api.send("GET", f"{path}/{made['id']}", headers={"Range": "bytes=0-9999"})
    rest = {"Range": "bytes=10000-", "If-Range": first.headers["etag"]}
    second = api.send("GET", f"{path}/{made['id']}", headers=rest)
    assert (first.status_code, second.status_code) == (206, 206)
    assert first.content + second.content == content


@pytest.mark.parametrize(
    ("content", "form", "status"),
    [
        (b"x" * (MIB + 1), {"name": "x"}, 422),  # over the limit of a file
        (b"x" * (2 * MIB), {"name": "x"}, 413),  # over the limit of the whole body
        (b"x", {}, 422),
        (b"x", {"name": ""}, 422),
        (b"x", {"name": "../secret"}, 422),
        (b"x", {"name": "a\\b"}, 422),
        (b"x", {"name": "a\nb"}, 422),
        (b"x", {"name": "x" * 101}, 422),
        (b"x", {"name": "x", "colour": "red"}, 422),
        (None, {"name": "x"}, 422),
    ],
)
def test_what_is_refused(api: Api, content: bytes | None, form: dict[str, str], status: int) -> None:
    author = api.person()
    files = {"other": ("x", b"x")} if content is None else {"file": ("x", content)}
    answer = api.send("POST", files_of(api, author), author, data=form, files=files)
    problem(answer, status)


def test_forms_are_the_only_way_to_upload(api: Api) -> None:
    author = api.person()
    path = files_of(api, author)
    problem(api.send("POST", path, author, json={"name": "x", "file": "x"}), 415)
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    problem(api.send("POST", path, author, content=b"--x\r\nnonsense", headers=broken), 400)


def test_an_article_has_ten_files_at_most_in_pages(api: Api) -> None:
    author = api.person()
    path = files_of(api, author)
    made = [attached(api, path, author, b"%d" % index) for index in range(10)]
    problem(attach(api, path, author), 409)
    found: list[dict[str, object]] = []
    query: dict[str, object] = {"limit": 4}
    while True:
        page = api.send("GET", path, params=query).json()
        found += page["items"]
        if "nextCursor" not in page:
            break
        query["cursor"] = page["nextCursor"]
    assert found == made
    assert api.send("DELETE", f"{path}/{made[0]['id']}", author).status_code == 204
    problem(api.send("GET", f"{path}/{made[0]['id']}"), 404)
    assert attached(api, path, author)["id"] not in [each["id"] for each in made]


def test_the_files_of_a_draft_are_its_authors_alone(api: Api) -> None:
    author, stranger = api.person(), api.person()
    path = files_of(api, author, status="draft")
    one = f"{path}/{attached(api, path, author)['id']}"
    for who in (stranger, None):
        for address in (path, one):
            problem(api.send("GET", address, who), 404)
    assert api.send("GET", one, author).content == b"0123456789"
    problem(attach(api, path, stranger), 404)


def test_a_file_belongs_to_its_article(api: Api) -> None:
    author = api.person()
    path, other = files_of(api, author), files_of(api, author)
    made = attached(api, path, author)
    problem(api.send("GET", f"{other}/{made['id']}"), 404)
    problem(api.send("DELETE", f"{other}/{made['id']}", author), 404)
    for number in ("0", "-1", "x", str(2**63)):
        problem(api.send("GET", f"{path}/{number}"), 404)
    api.send("DELETE", path.removesuffix("/attachments"), author, headers={"If-Match": "*"})
    problem(api.send("GET", f"{path}/{made['id']}"), 404)
