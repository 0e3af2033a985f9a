"""Who Schemathesis is while it attacks the service: a lasting account, and a fresh one where an operation ends it."""

from __future__ import annotations

import itertools
import os

import requests
import schemathesis
from schemathesis import AuthContext, Case

PASSWORD = "analytical engine"
"""The one of the contract's examples, so that the example of `changePassword` is right for a passenger."""
ENDING = {"deleteAccount", "changePassword"}
"""Operations after which the account, or every token of it, is gone."""
_numbers = itertools.count(1)


def token(handle: str) -> str:
    """An access token of an account, which is registered first if it does not exist."""
    url = os.environ["HANDFAST_FUZZ_URL"]
    account = {"handle": handle, "email": f"{handle}@example.com", "displayName": handle, "password": PASSWORD}
    requests.post(f"{url}/accounts", json=account, timeout=30)
    grant = {"grant_type": "password", "username": handle, "password": PASSWORD}
    response = requests.post(f"{url}/tokens", data=grant, timeout=30)
    response.raise_for_status()
    return str(response.json()["access_token"])


def _bear(case: Case, data: str) -> None:
    case.headers["Authorization"] = f"Bearer {data}"


class Resident:
    """The account that most operations are called with; its token is kept for five minutes."""

    def get(self, case: Case, context: AuthContext) -> str:
        return token("resident")

    def set(self, case: Case, data: str, context: AuthContext) -> None:
        _bear(case, data)


class Passenger:
    """A new account for each call of an operation that ends it."""

    def get(self, case: Case, context: AuthContext) -> str:
        return token(f"passenger{os.getpid()}x{next(_numbers)}")

    def set(self, case: Case, data: str, context: AuthContext) -> None:
        _bear(case, data)


schemathesis.auth().skip_for(operation_id=sorted(ENDING))(Resident)
schemathesis.auth(refresh_interval=None).apply_to(operation_id=sorted(ENDING))(Passenger)
