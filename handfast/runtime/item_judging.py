"""Judges the items of streams: each by its schema, and of an event also what the text in its `data` says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from handfast.contract.framing import Framing, framing_of
from handfast.contract.judge import Judge
from handfast.contract.model import Contract, Direction, JSONValue, Schema
from handfast.contract.verdicts import SchemaError
from handfast.runtime import strict_json
from handfast.runtime.limits import Limits
from handfast.runtime.problems import Refused

Errors = Callable[[JSONValue], Sequence[SchemaError]]
"""What is wrong with an item; empty when nothing is."""

_UNLIMITED = Limits(json_depth=1_000, json_members=1_000_000_000)
"""What a service says has no limits of this kind, and what a client sends has the length of an item for one."""


def errors_of(judge: Judge) -> Errors:
    """What is wrong with a value by a judge, which has to be compiled now."""
    is_valid = judge.compile().is_valid
    return lambda value: () if is_valid(value) else judge.errors(value)


def errors_of_items(media_type: str, schema: Schema, contract: Contract, direction: Direction) -> Errors:
    """What is wrong with an item of a stream.

    The `data` of server-sent events is judged as JSON where the contract says that it is: an event has no other way to
    carry any (OpenAPI 3.2.0, section 4.14.4.2). Everywhere else `contentSchema` is an annotation.
    """
    judge = contract.judge(schema, direction)
    errors = errors_of(judge)
    if framing_of(media_type) is not Framing.EVENTS or not judge.has_contents():
        return errors
    return lambda event: errors(event) or _errors_of_data(judge, event)


def _errors_of_data(judge: Judge, event: JSONValue) -> Sequence[SchemaError]:
    """What is wrong with the `data` of an event that its schema admits."""
    text = event.get("data") if isinstance(event, dict) else None
    if not isinstance(text, str):
        return ()
    judges = [content for place, content in judge.contents(event) if place == "/data"]
    if not judges:
        return ()
    try:
        data = strict_json.parse(text.encode(), _UNLIMITED)
    except Refused as refused:
        return [SchemaError("/data", "not-json", f"must be JSON: {refused.detail}", "contentMediaType", "")]
    return [
        replace(error, pointer="/data", message=f"{error.message} at {error.pointer or 'the root'} of its JSON")
        for content in judges
        for error in content.errors(data)
    ]
