"""Answers that are the mock's own, and no operation's: problems (RFC 9457) about what was asked of the mock."""

from __future__ import annotations

import json
from http import HTTPStatus

from handfast.design.mock.prefer import applied
from handfast.runtime.fallback import PlainReply

_TYPE = "urn:handfast:mock:"


def problem(status: int, kind: str, detail: str, *pairs: tuple[str, str]) -> PlainReply:
    """A problem that is sent as it is; `kind` ends its type, `pairs` are the preferences that were met."""
    body = {"type": _TYPE + kind, "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    beside = {"Vary": "Prefer"} | ({"Preference-Applied": applied(pairs)} if pairs else {})
    return PlainReply(
        status=status,
        body=json.dumps(body, ensure_ascii=False).encode(),
        media_type="application/problem+json",
        beside=beside,
        is_foreign=True,
    )
