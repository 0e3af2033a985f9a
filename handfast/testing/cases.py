"""Which generated cases are sent. Loaded with `handfast.testing.checks`.

Schemathesis makes a text of a form wrong by giving null, true or a number for it. In a part of text (RFC 7578, section
4.4) these are the texts `null`, `true` and `1`, so the request that is sent is right. Schemathesis sees that by itself,
but not (4.32) where another part is a file.
"""

from __future__ import annotations

import json
from typing import Any, cast

import schemathesis
from schemathesis import Case, HookContext

from handfast.contract import Contract, Direction, JSONValue, MediaType
from handfast.testing.target import contract, operation_of


@schemathesis.hook  # pyright: ignore[reportUnknownMemberType]  # its types are not complete
def filter_case(context: HookContext, case: Case[Any]) -> bool:
    """Whether a case that should be wrong still is when it is sent."""
    operation = operation_of(case)
    if operation is None or operation.request_body is None or not _is_wrong_in_body_alone(case):
        return True
    media = operation.request_body.content.get(case.media_type or "")
    if media is None or media.media_type != "multipart/form-data":
        return True
    return not _is_right_as_sent(contract(), media, cast("object", case.body))


def _is_wrong_in_body_alone(case: Case[Any]) -> bool:
    if case.meta is None:
        return False
    return {place.value for place, part in case.meta.components.items() if part.mode.is_negative} == {"body"}


def _is_right_as_sent(contract: Contract, media: MediaType, body: object) -> bool:
    """Whether the schema of a form admits it with the texts that its parts are sent as."""
    if media.schema is None or not isinstance(body, dict):
        return False
    sent = {str(name): _as_text(value) for name, value in cast("dict[object, object]", body).items()}
    plain = json.loads(json.dumps(sent, default=_characters))  # a file is a text of its own class
    return contract.judge(media.schema, Direction.REQUEST).is_valid(cast("JSONValue", plain))


def _characters(data: bytes) -> str:
    """As many characters as there are bytes, which is what `maxLength` of a file counts."""
    return data.decode("latin-1")


def _as_text(value: object) -> object:
    return json.dumps(value) if value is None or isinstance(value, bool | int | float) else value
