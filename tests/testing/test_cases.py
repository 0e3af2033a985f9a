"""Which forms that Schemathesis made wrong are right once they are sent as parts."""

from __future__ import annotations

import json

import pytest

from handfast.contract import JSONValue, load_contract_text
from handfast.testing.cases import is_right_as_sent

FORM: JSONValue = {
    "type": "object",
    "additionalProperties": False,
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "note": {"type": "string"},
        "count": {"type": "integer"},
        "marks": {"type": "array", "items": {"type": "string"}},
    },
}


@pytest.mark.parametrize(
    ("form", "is_right"),
    [
        ({"file": "x", "note": 1}, True),
        ({"file": "x", "note": None, "marks": [True, None]}, True),
        ({"file": "x", "marks": "a"}, True),
        ({"file": {}, "note": {}, "marks": {}}, True),
        ({"file": "x", "note": 1, "marks": [False] * 30}, True),
        ({"file": "x", "count": "many"}, False),
        ({"file": "x", "other": 1}, False),
        ({"note": "x"}, False),
        ({"file": [], "note": "x"}, False),
    ],
)
def test_forms_are_what_their_parts_say(form: dict[str, JSONValue], is_right: bool) -> None:
    content: JSONValue = {"multipart/form-data": {"schema": FORM}}
    post: JSONValue = {"requestBody": {"content": content}, "responses": {"204": {"description": "Done."}}}
    document = {"openapi": "3.1.1", "info": {"title": "t", "version": "1"}, "paths": {"/": {"post": post}}}
    contract = load_contract_text(json.dumps(document), "api.json", validate=False)
    body = contract.operations[0].request_body
    assert body is not None
    assert is_right_as_sent(contract, body.content["multipart/form-data"], form) is is_right
