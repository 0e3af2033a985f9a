"""Accounts of the service under attack, and their tokens, made over HTTP."""

from __future__ import annotations

import requests

PASSWORD = "analytical engine"
"""The one of the contract's examples, so that the example of `changePassword` is right for a passenger."""


def token(url: str, handle: str) -> str:
    """An access token of an account, which is registered first if it does not exist."""
    account = {"handle": handle, "email": f"{handle}@example.com", "displayName": handle, "password": PASSWORD}
    requests.post(f"{url}/accounts", json=account, timeout=30)
    grant = {"grant_type": "password", "username": handle, "password": PASSWORD}
    response = requests.post(f"{url}/tokens", data=grant, timeout=30)
    response.raise_for_status()
    return str(response.json()["access_token"])
