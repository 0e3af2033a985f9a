"""The applications, and the requests that all of them answer."""

from __future__ import annotations

import json
from dataclasses import dataclass

APPLICATIONS = {"raw": "bench.raw", "bare": "bench.bare", "by hand": "bench.by_hand", "bound": "bench.bound"}
"""Modules with an `app`, by what they are called in tables."""

_GOOD = json.dumps({"title": "A title", "body": "A body", "tags": ["a", "b"]}).encode()
_BAD = json.dumps({"titel": "A title", "body": 1}).encode()


@dataclass(frozen=True, slots=True)
class Case:
    """One request, and the status of its answer."""

    name: str
    method: str
    path: str
    body: bytes = b""
    status: int = 200


def cases(group: str) -> list[Case]:
    """The requests to the operations `plain`, whose handlers need nothing, or `session`, with one for each request."""
    return [
        Case("read one", "GET", f"/{group}/articles/1"),
        Case("list 20, at hand", "GET", f"/{group}/latest"),
        Case("list 20, built", "GET", f"/{group}/articles"),
        Case("create", "POST", f"/{group}/articles", _GOOD, 201),
        Case("refused body", "POST", f"/{group}/articles", _BAD, 422),
    ]
