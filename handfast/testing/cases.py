"""Which generated cases are sent. Loaded with `handfast.testing.checks`.

Schemathesis makes a text of a form wrong by giving null, a number or an object for it. In a part of text (RFC 7578,
section 4.4) these are the texts `null`, `1` and `{}`, so the request that is sent is right; so is one of an array of
texts, each of whose items is a part. Schemathesis sees that by itself, but not (4.32) where another part is a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any, cast

import schemathesis
from schemathesis import Case, HookContext

from handfast.contract import Contract, Direction, JSONValue, MediaType
from handfast.testing.target import contract, operation_of

_PATIENCE = 64
"""Readings of a form that are tried."""


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
    """Whether the schema of a form admits it with some members as the texts that their parts are."""
    if media.schema is None or not isinstance(body, dict):
        return False
    form = cast("dict[str, JSONValue]", json.loads(json.dumps(body, default=_characters)))  # a file has its own class
    readings = [list(_readings(value)) for value in form.values()]
    if prod(map(len, readings)) > _PATIENCE:
        return False
    judge = contract.judge(media.schema, Direction.REQUEST)
    forms = (dict(zip(form, values, strict=True)) for values in product(*readings))
    return any(judge.is_valid({name: value for name, value in each.items() if value != []}) for each in forms)


def _readings(value: JSONValue) -> Iterator[JSONValue]:
    """What a server may take the parts of a member for: an array has one for each item, an empty one has none."""
    yield value
    items = value if isinstance(value, list) else [value]
    texts: list[JSONValue] = [item if isinstance(item, str) else json.dumps(item) for item in items]
    if len(texts) == 1:
        yield texts[0]
    yield texts


def _characters(data: bytes) -> str:
    """As many characters as there are bytes, which is what `maxLength` of a file counts."""
    return data.decode("latin-1")
