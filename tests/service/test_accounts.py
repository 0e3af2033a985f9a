"""Accounts: registration, and what people do with their own account."""

from __future__ import annotations

import pytest

from tests.service.conftest import PASSWORD, Api, problem, unique


def test_registration_answers_the_account_and_where_it_is(api: Api) -> None:
    handle = unique()
    answer = api.register(handle, displayName="Ada Lovelace")
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/accounts/me"
    assert answer.headers["etag"].startswith('"')
    account = answer.json()
    assert account["handle"] == handle
    assert account["email"] == f"{handle}@example.org"
    assert account["biography"] is None
    assert account["createdAt"].endswith("Z")
    assert "password" not in answer.text


def test_a_handle_belongs_to_one_account(api: Api) -> None:
    person = api.person()
    assert problem(api.register(person.handle, email=f"{unique()}@example.org"), 409)["type"].endswith(":taken")  # type: ignore[attr-defined]  # a text


def test_an_email_address_belongs_to_one_account_in_any_case(api: Api) -> None:
    person = api.person()
    problem(api.register(email=f"{person.handle}@EXAMPLE.org"), 409)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("email", "nobody"),
        ("email", "a@b@c"),
        ("email", "a\u0000@example.org"),
        ("email", None),
        ("email", "x" * 250 + "@example.org"),
        ("handle", "Ada"),
        ("handle", "ab"),
        ("handle", "a-b-c"),
        ("handle", "é" * 5),
        ("password", "short"),
        ("password", "x" * 129),
        ("displayName", ""),
        ("displayName", "a\u0000b"),
        ("displayName", 5),
        ("admin", True),
    ],
)
def test_registration_refuses_what_the_contract_forbids(api: Api, member: str, value: object) -> None:
    errors = problem(api.register(**{member: value}), 422)["errors"]
    assert isinstance(errors, list)
    assert errors


def test_reading_needs_the_scope(api: Api) -> None:
    person = api.person("articles")
    problem(api.send("GET", "/accounts/me", person), 403)


def test_an_unchanged_account_is_not_sent_again(api: Api) -> None:
    person = api.person()
    first = api.send("GET", "/accounts/me", person)
    assert first.status_code == 200
    etag = first.headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = api.send("GET", "/accounts/me", person, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    for unknown in ('"0-0"', "nonsense", etag.strip('"')):
        assert api.send("GET", "/accounts/me", person, headers={"If-None-Match": unknown}).status_code == 200


def test_a_change_leaves_alone_what_is_absent_and_takes_away_what_is_null(api: Api) -> None:
    person = api.person()

    def change(**members: object) -> dict[str, object]:
        answer = api.send("PATCH", "/accounts/me", person, json=members, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
        body: dict[str, object] = answer.json()
        return body

    assert change(biography="Countess")["biography"] == "Countess"
    renamed = change(displayName="Ada King")
    assert (renamed["displayName"], renamed["biography"]) == ("Ada King", "Countess")
    assert change(biography=None)["biography"] is None
    problem(api.send("PATCH", "/accounts/me", person, json={"displayName": None}, headers={"If-Match": "*"}), 422)
    problem(api.send("PATCH", "/accounts/me", person, json={"handle": "other"}, headers={"If-Match": "*"}), 422)


def test_a_change_that_changes_nothing_keeps_the_version(api: Api) -> None:
    person = api.person()
    etag = api.send("GET", "/accounts/me", person).headers["etag"]
    for body in ({}, {"displayName": "Somebody"}):
        answer = api.send("PATCH", "/accounts/me", person, json=body, headers={"If-Match": etag})
        assert (answer.status_code, answer.headers["etag"]) == (200, etag)


def test_a_change_needs_the_current_version(api: Api) -> None:
    person = api.person()
    etag = api.send("GET", "/accounts/me", person).headers["etag"]
    body = {"displayName": "First"}
    problem(api.send("PATCH", "/accounts/me", person, json=body), 428)
    problem(api.send("PATCH", "/accounts/me", person, json=body, headers={"If-Match": f"W/{etag}"}), 412)
    assert api.send("PATCH", "/accounts/me", person, json=body, headers={"If-Match": etag}).status_code == 200
    problem(api.send("PATCH", "/accounts/me", person, json={"displayName": "Second"}, headers={"If-Match": etag}), 412)
    assert api.send("GET", "/accounts/me", person).json()["displayName"] == "First"


def test_an_email_address_can_be_changed_to_a_free_one_alone(api: Api) -> None:
    person, other = api.person(), api.person()

    def change(email: str) -> int:
        return api.send("PATCH", "/accounts/me", person, json={"email": email}, headers={"If-Match": "*"}).status_code

    assert change(f"{other.handle}@example.org") == 409
    assert change(f"{person.handle}@EXAMPLE.ORG") == 200
    assert change(f"{unique()}@example.org") == 200


def test_a_new_password_ends_all_sessions(api: Api) -> None:
    person = api.person()
    elsewhere = api.tokens_of(person.handle)
    change = {"currentPassword": PASSWORD, "newPassword": "another long sentence"}
    wrong = change | {"currentPassword": "not my password"}
    problem(api.send("PUT", "/accounts/me/password", person, json=wrong), 403)
    answer = api.send("PUT", "/accounts/me/password", person, json=change)
    assert (answer.status_code, answer.content) == (204, b"")
    for session in (person, elsewhere):
        problem(api.send("GET", "/accounts/me", session), 401)
        assert api.renew(session.refresh).json()["error"] == "invalid_grant"
    assert api.log_in(person.handle).status_code == 400
    assert api.log_in(person.handle, "another long sentence").status_code == 200


def test_a_deleted_account_takes_everything_with_it(api: Api) -> None:
    person, friend = api.person(), api.person()
    own = api.article(person)
    foreign = api.article(friend)
    api.send("POST", f"/articles/{own['slug']}/comments", friend, json={"body": "Hello"})
    api.send("POST", f"/articles/{foreign['slug']}/comments", person, json={"body": "Hello"})
    problem(api.send("DELETE", "/accounts/me", person, headers={"If-Match": '"0-0"'}), 412)
    problem(api.send("DELETE", "/accounts/me", person), 428)
    answer = api.send("DELETE", "/accounts/me", person, headers={"If-Match": "*"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    problem(api.send("GET", "/accounts/me", person), 401)
    problem(api.send("POST", "/articles", person, json={"title": "x", "body": "y"}), 401)
    problem(api.send("GET", f"/articles/{own['slug']}"), 404)
    assert api.send("GET", f"/articles/{foreign['slug']}/comments").json()["items"] == []
    assert api.renew(person.refresh).status_code == 400
    assert api.log_in(person.handle).status_code == 400
    assert api.register(person.handle).status_code == 201
