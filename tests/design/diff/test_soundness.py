"""No verdict is contradicted by an example: what was admitted and is refused now was never called compatible."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from hypothesis import HealthCheck, assume, given, seed, settings
from hypothesis import strategies as st

from handfast.contract import JSONValue, load_contract_text
from handfast.design.diff import Verdict, compare

PLAIN = st.sampled_from(
    [
        {"type": "string"}, {"type": "string", "minLength": 2}, {"type": "string", "maxLength": 3}, {"type": "integer"},
        {"type": "integer", "minimum": 1, "maximum": 3}, {"type": "number", "exclusiveMinimum": 1}, {"type": "boolean"},
        {"type": ["string", "null"]}, {"type": ["integer", "string"]}, {"enum": ["a", "b"]}, {"enum": ["a", 1, None]},
        {"const": "a"}, {"type": "null"}, {"type": "number", "multipleOf": 2}, {"type": "string", "pattern": "^a"}, {},
    ]
)  # fmt: skip
VALUES: st.SearchStrategy[JSONValue] = st.recursive(
    st.sampled_from(["", "a", "ab", "abcd", "b", 0, 1, 2, 3, 1.5, 4, True, None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=6,
)


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    objects = st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(st.sampled_from("xyz"), inner, max_size=2)},
        optional={
            "required": st.lists(st.sampled_from("xyz"), max_size=2, unique=True),
            "additionalProperties": st.just(False) | inner,
            "minProperties": st.integers(0, 2),
        },
    )
    arrays = st.fixed_dictionaries(
        {"type": st.just("array"), "items": inner},
        optional={
            "maxItems": st.integers(1, 3),
            "uniqueItems": st.booleans(),
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
        },
    )
    choices = st.sampled_from(["anyOf", "oneOf", "allOf"]).flatmap(
        lambda keyword: st.lists(inner, min_size=1, max_size=3).map(lambda each: {keyword: each})
    )
    negated = inner.map(lambda schema: {"not": schema})
    return objects | arrays | choices | negated


SCHEMAS = st.recursive(PLAIN, containers, max_leaves=5)


def contract(schema: JSONValue) -> str:
    return json.dumps(
        {
            "openapi": "3.1.1",
            "info": {"title": "A", "version": "1.0.0"},
            "paths": {
                "/x": {
                    "post": {
                        "operationId": "x",
                        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
                        "responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}},
                    }
                }
            },
        }
    )


@seed(20261125)
@settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(SCHEMAS, SCHEMAS, st.lists(VALUES, min_size=10, max_size=40))
def test_no_example_contradicts_a_verdict(old: JSONValue, new: JSONValue, values: list[JSONValue]) -> None:
    assume(old != new)
    difference = compare(*(load_contract_text(contract(each), "a.json", validate=False) for each in (old, new)))
    was, now = (jsonschema.Draft202012Validator(each) for each in (old, new))
    # An optional member that is new to an open object counts for nothing that anybody relied on; see schemas.py.
    lenient = {"property-added", "members-admitted"}
    if lenient & {change.code for change in difference.changes}:
        return
    for direction, before, after in (("request", was, now), ("response", now, was)):
        worst = {
            change.wire for change in difference.changes if direction in {change.direction, *_both(change.direction)}
        }
        lost = [value for value in values if before.is_valid(value) and not after.is_valid(value)]
        if lost:
            told = [(change.code, change.message, change.wire) for change in difference.changes]
            assert worst - {Verdict.COMPATIBLE}, f"{direction}: {lost[0]!r} contradicts {told}"


def _both(direction: str) -> tuple[str, ...]:
    return ("request", "response") if direction == "both" else ()
