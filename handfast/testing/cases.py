"""Which generated cases are sent. Loaded with `handfast.testing.checks`.

Schemathesis makes a text of a form wrong by giving null, a number or an object for it. In a part of text (RFC 7578,
section 4.4) these are the texts `null`, `1` and `{}`, so the request that is sent is right; so is one of an array of
texts, each of whose items is a part. Schemathesis sees that by itself, but not (4.32) where another part is a file.

It makes forms right that nobody can send so: an array without items has no part, which is as if it were not there, and
a part cannot have a name with control characters, which stands in a header.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from itertools import product
from math import prod
from typing import Any, cast

import schemathesis
from schemathesis import Case, HookContext

from handfast.contract import Contract, Direction, JSONValue, MediaType
from handfast.contract.pointers import to_tokens
from handfast.testing.target import contract, operation_of

_PATIENCE = 64
"""Readings of a form that are tried."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""Characters that no header may have (RFC 9110, section 5.5); line breaks in names are sent escaped."""


@schemathesis.hook  # pyright: ignore[reportUnknownMemberType]  # its types are not complete
def filter_case(context: HookContext, case: Case[Any]) -> bool:
    """Whether a case is still as right or as wrong as it should be when it is sent."""
    operation = operation_of(case)
    if operation is None or operation.request_body is None or case.meta is None:
        return True
    media = operation.request_body.content.get(case.media_type or "")
    if media is None or media.media_type != "multipart/form-data":
        return True
    body = cast("object", case.body)
    wrong = {place.value for place, part in case.meta.components.items() if part.mode.is_negative}
    if "body" not in wrong:
        return _can_be_sent(contract(), media, body)
    return wrong != {"body"} or not is_right_as_sent(contract(), media, body)


def _can_be_sent(contract: Contract, media: MediaType, body: object) -> bool:
    """Whether a right form stays what it is as parts."""
    if media.schema is None or not isinstance(body, dict):
        return True
    form = _as_json(cast("dict[str, object]", body))
    if any(_CONTROL.search(name) for name in form):
        return False
    if [] not in form.values():
        return True
    sent: JSONValue = {name: value for name, value in form.items() if value != []}
    return contract.judge(media.schema, Direction.REQUEST).is_valid(sent)


def is_right_as_sent(contract: Contract, media: MediaType, body: object) -> bool:
    """Whether the schema of a form admits it with some members as the texts that their parts are."""
    if media.schema is None or not isinstance(body, dict):
        return False
    form = _as_json(cast("dict[str, object]", body))
    judge = contract.judge(media.schema, Direction.REQUEST)
    wrong = {to_tokens(error.pointer)[:1] for error in judge.errors(form, sys.maxsize)}
    readings = [list(_readings(value)) if wrong & {(), (name,)} else [value] for name, value in form.items()]
    if prod(map(len, readings)) > _PATIENCE:
        return False
    forms = (dict(zip(form, values, strict=True)) for values in product(*readings))
    return any(judge.is_valid({name: value for name, value in each.items() if value != []}) for each in forms)


def _as_json(body: dict[str, object]) -> dict[str, JSONValue]:
    return cast("dict[str, JSONValue]", json.loads(json.dumps(body, default=_characters)))  # a file has its own class


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
