"""Who Schemathesis is while it attacks the service: a lasting account, and a fresh one where an operation ends it."""

from __future__ import annotations

import itertools
import os

import schemathesis
from schemathesis import AuthContext, Case, HookContext

from tests.fuzz.tokens import PASSWORD, token

ENDING = {"deleteAccount", "changePassword"}
"""Operations after which the account, or every token of it, is gone."""
_numbers = itertools.count(1)


def _token(handle: str) -> str:
    return token(os.environ["HANDFAST_TEST_URL"], handle)


def _bear(case: Case, data: str) -> None:
    case.headers["Authorization"] = f"Bearer {data}"


class Resident:
    """The account that most operations are called with; its token is kept for five minutes."""

    def get(self, case: Case, context: AuthContext) -> str:
        return _token("resident")

    def set(self, case: Case, data: str, context: AuthContext) -> None:
        _bear(case, data)


class Passenger:
    """A new account for each call of an operation that ends it."""

    def get(self, case: Case, context: AuthContext) -> str:
        return _token(f"passenger{os.getpid()}x{next(_numbers)}")

    def set(self, case: Case, data: str, context: AuthContext) -> None:
        _bear(case, data)


schemathesis.auth().skip_for(operation_id=sorted(ENDING))(Resident)
schemathesis.auth(refresh_interval=None).apply_to(operation_id=sorted(ENDING))(Passenger)


@schemathesis.hook
def map_body(context: HookContext, body: object) -> object:
    """Know the current password every other time: a generated one is never right, and shows nothing but 403."""
    if context.operation is None or context.operation.path != "/accounts/me/password" or not isinstance(body, dict):
        return body
    said = body.get("currentPassword")
    if not isinstance(said, str) or not 8 <= len(said) <= 128 or "\x00" in said or len(said) % 2:
        return body
    return {**body, "currentPassword": PASSWORD}
