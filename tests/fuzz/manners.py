"""Checks of what the publishing service promises beyond the form of its replies: owners, versions, lists, secrets.

Each is put to an operation a few times in a run, with requests of its own, after a case that the service accepted.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import requests
import schemathesis
from schemathesis import Case, CheckContext, Response

from tests.fuzz.tokens import PASSWORD, token

OFTEN = 3
"""How many times each question is asked in a run."""
_asked: Counter[str] = Counter()


@schemathesis.check
def only_owners(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """What somebody wrote is nobody else's to change, and a draft nobody else's to see."""
    if not _accepted("createArticle", response, case):
        return
    url, article = _resource(response.headers["location"][0]), response.json()
    stranger = {**_bearer("stranger"), "If-Match": "*"}
    read = requests.get(url, headers=_bearer("stranger"), timeout=10).status_code
    assert read == (404 if article["status"] == "draft" else 200), f"a stranger gets {read} for a {article['status']}"
    for method, body in (("PATCH", {"title": "Mine"}), ("DELETE", None)):
        status = requests.request(method, url, json=body, headers=stranger, timeout=10).status_code
        assert status in {403, 404}, f"a stranger's {method} of somebody's article gets {status}"


@schemathesis.check
def moving_versions(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """A change makes a new entity tag, and the old one admits no further change (RFC 9110, section 13.1.1)."""
    if not _accepted("createArticle", response, case, salt="versions"):
        return
    signed, (url, first) = _bearer("resident"), _again(response)
    fresh = requests.get(url, headers={**signed, "If-None-Match": first}, timeout=10)
    assert fresh.status_code == 304, f"the version that was just written is not known: {fresh.status_code}"
    assert requests.get(url, headers=signed, timeout=10).status_code == 200, "a version that nobody named is known"
    changed = requests.patch(url, json={"title": "Changed"}, headers={**signed, "If-Match": first}, timeout=10)
    assert changed.status_code == 200, f"the current version admits no change: {changed.status_code}"
    assert changed.headers["etag"] != first, "a change leaves the entity tag as it was"
    late = requests.patch(url, json={"title": "Too late"}, headers={**signed, "If-Match": first}, timeout=10)
    assert late.status_code == 412, f"a change of a version that is gone gets {late.status_code}"


@schemathesis.check
def honest_lists(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Items match the filters of the request, in its order, no more than its limit, and pages do not overlap."""
    if case.method != "GET" or response.status_code != 200 or case.operation.path != "/articles":
        return
    items, asked = response.json()["items"], parse_qs(urlsplit(response.request.url or "").query)
    assert len(items) <= int(float(asked.get("limit", ["20"])[0])), "there are more items than the limit"
    for member, wanted in (("author", asked.get("author")), ("status", asked.get("status", ["published"]))):
        assert wanted is None or {item[member] for item in items} <= set(wanted), f"the filter {member} is ignored"
    if wanted := asked.get("tag"):
        assert all(wanted[0] in item["tags"] for item in items), "the filter tag is ignored"
    age = "createdAt" if asked.get("status") == ["draft"] else "publishedAt"
    moments = [item[age] for item in items]
    if asked.get("sort", ["newest"]) == ["newest"]:
        assert moments == sorted(moments, reverse=True), "the newest do not come first"
    if asked.get("sort") == ["oldest"]:
        assert moments == sorted(moments), "the oldest do not come first"


@schemathesis.check
def distinct_pages(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Pages are as long as was asked for, in order, of that author alone, and the next one has nothing of this one."""
    if not _accepted("createArticle", response, case, salt="pages"):
        return
    signed, root = _bearer("librarian"), os.environ["HANDFAST_TEST_URL"]
    for number in range(3):
        article = {"slug": f"page-{_asked['createArticlepages']}-{number}", "title": "Page", "body": "Text."}
        requests.post(f"{root}/articles", json={**article, "status": "published"}, headers=signed, timeout=10)
    asked = {"limit": "2", "author": "librarian"}
    first = requests.get(f"{root}/articles", params=asked, timeout=10).json()
    behind = {**asked, "cursor": first["nextCursor"]}
    following = requests.get(f"{root}/articles", params=behind, timeout=10).json()
    items = [*first["items"], *following["items"]]
    assert len(first["items"]) == 2, f"a page of 2 has {len(first['items'])} items"
    assert {item["author"] for item in items} == {"librarian"}, "the filter author is ignored"
    assert len({item["slug"] for item in items}) == len(items) > 2, "the next page is not behind this one"
    moments = [item["publishedAt"] for item in items]
    assert moments == sorted(moments, reverse=True), "the newest do not come first"


@schemathesis.check
def texts_of_the_world(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """A text comes back as it was written, whatever its script."""
    if not _accepted("createArticle", response, case, salt="texts"):
        return
    article = {"title": "Łódź, 東京, \U0001f98a ﬁ İ", "body": "e\u0301 \u202e\ufeff"}
    written = requests.post(
        f"{os.environ['HANDFAST_TEST_URL']}/articles", json=article, headers=_bearer("resident"), timeout=10
    )
    assert written.status_code == 201, f"a title in other scripts gets {written.status_code}"
    assert {name: written.json()[name] for name in article} == article, "a text does not come back as it was written"


@schemathesis.check
def taken_names(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Nobody gets a handle or an e-mail address that somebody has."""
    if not _accepted("registerAccount", response, case):
        return
    sent, kept = json.loads(cast("bytes", response.request.body)), response.json()
    assert {name: kept[name] for name in ("handle", "email")} == {name: sent[name] for name in ("handle", "email")}, (
        "an account does not come back as it was registered"
    )
    for taken in (sent, {**sent, "handle": "somebodyelse"}, {**sent, "email": "somebody.else@example.com"}):
        again = requests.post(f"{os.environ['HANDFAST_TEST_URL']}/accounts", json=taken, timeout=10)
        assert again.status_code == 409, f"an account with a name that is taken gets {again.status_code}"


@schemathesis.check
def gone_is_gone(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """What was created can be read and deleted, and then it is not there."""
    if not _accepted("createArticle", response, case, salt="gone"):
        return
    signed, (url, _) = {**_bearer("resident"), "If-Match": "*"}, _again(response)
    assert requests.get(url, headers=signed, timeout=10).status_code == 200, "Location leads nowhere"
    comments = f"{url}/comments"
    said = requests.post(comments, json={"body": "A comment."}, headers=signed, timeout=10)
    if said.status_code == 201:
        comment = f"{comments}/{said.json()['id']}"
        assert requests.delete(comment, headers=signed, timeout=10).status_code == 204
        status = requests.delete(comment, headers=signed, timeout=10).status_code
        assert status == 404, f"a comment that was deleted can be deleted again: {status}"
    assert requests.delete(url, headers=signed, timeout=10).status_code == 204
    status = requests.get(url, headers=signed, timeout=10).status_code
    assert status == 404, f"a deleted article is answered with {status}"


@schemathesis.check
def wrong_passwords(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """A password opens its own account and no other one; a forged token opens nothing, a revoked one nothing more."""
    if case.operation.path != "/tokens" or _asked["passwords"] >= OFTEN:
        return
    _asked["passwords"] += 1
    root = os.environ["HANDFAST_TEST_URL"]
    token(root, "resident")
    grant = {"grant_type": "password", "username": "resident"}
    wrong = requests.post(f"{root}/tokens", data={**grant, "password": PASSWORD + "!"}, timeout=10)
    assert wrong.status_code == 400, f"a wrong password gets {wrong.status_code}"
    granted = requests.post(f"{root}/tokens", data={**grant, "password": PASSWORD}, timeout=10).json()
    head, _, signature = granted["access_token"].rpartition(".")
    forged = {"Authorization": f"Bearer {head}.AAAA{signature[4:]}"}
    status = requests.get(f"{root}/accounts/me", headers=forged, timeout=10).status_code
    assert status == 401, f"a token with another signature gets {status}"
    access = {"Authorization": f"Bearer {granted['access_token']}"}
    requests.post(f"{root}/tokens/revocation", data={"token": granted["refresh_token"]}, timeout=10)
    status = requests.get(f"{root}/accounts/me", headers=access, timeout=10).status_code
    assert status == 401, f"a token of a session that was ended gets {status}"


def _accepted(operation_id: str, response: Response, case: Case[Any], salt: str = "") -> bool:
    """Whether this is an accepted case of an operation that was not asked often enough yet."""
    if case.operation.definition.raw.get("operationId") != operation_id or response.status_code != 201:
        return False
    _asked[operation_id + salt] += 1
    return _asked[operation_id + salt] <= OFTEN


def _resource(location: str) -> str:
    parts = urlsplit(os.environ["HANDFAST_TEST_URL"])
    return f"{parts.scheme}://{parts.netloc}{location}"


def _again(response: Response) -> tuple[str, str]:
    """The address and the entity tag of one more article like the one that was created, which later cases may need."""
    article = json.loads(cast("bytes", response.request.body))
    article.pop("slug", None)
    signed = _bearer("resident")
    created = requests.post(f"{os.environ['HANDFAST_TEST_URL']}/articles", json=article, headers=signed, timeout=10)
    assert created.status_code == 201, f"an article like one that was created gets {created.status_code}"
    return _resource(created.headers["location"]), created.headers["etag"]


def _bearer(handle: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(os.environ['HANDFAST_TEST_URL'], handle)}"}
