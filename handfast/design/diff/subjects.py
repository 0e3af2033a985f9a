"""What a change of a schema is about, in the words of its readers: `NewBook.title`, `query parameter limit`."""

from __future__ import annotations

from collections.abc import Mapping

from handfast.contract.cursor import lookup
from handfast.contract.model import JSONValue
from handfast.contract.pointers import Tokens, to_tokens

_INSIDE = {"items": "[]", "additionalProperties": ".*", "unevaluatedProperties": ".*", "contains": "[]"}
_INTO = {"properties": ".{}", "prefixItems": "[{}]", "patternProperties": ".*"}
_OF_NO_NAME = ("allOf", "anyOf", "oneOf")


def subject(document: Mapping[str, JSONValue], pointer: str) -> str:
    """What stands at a pointer of a document, if it is a schema or below one; else an empty text."""
    tokens = to_tokens(pointer)
    if tokens[:2] == ("components", "schemas") and len(tokens) > 2:
        return tokens[2] + _inside(tokens[3:])
    if "schema" not in tokens:
        return ""
    at = tokens.index("schema")
    found = _holder(document, tokens[:at])
    inside = _inside(tokens[at + 1 :])
    if found and inside.startswith("."):
        return f"{found}, {inside.removeprefix('.')}"
    return f"{found}{inside}"


def _inside(tokens: Tokens) -> str:
    """The way into a schema, up to the keyword at its end."""
    written = ""
    pending = list(tokens)
    while pending:
        keyword = pending.pop(0)
        if keyword in _INSIDE:
            written += _INSIDE[keyword]
        elif keyword in _INTO and pending:
            written += _INTO[keyword].format(pending.pop(0))
        elif keyword in _OF_NO_NAME and pending:
            pending.pop(0)
        else:
            break
    return written


def _holder(document: Mapping[str, JSONValue], tokens: Tokens) -> str:
    """What is at a place, or around it: a parameter, a header, a body; else an empty text."""
    for index in reversed(range(len(tokens))):
        token, rest = tokens[index], tokens[index + 1 :]
        if token == "parameters" and rest:
            return _parameter(document, tokens[: index + 2])
        if token == "headers" and rest:
            return f"header {rest[0]}"
        if token in {"requestBody", "requestBodies"}:
            return "request body"
        if token == "responses" and rest:
            return f"response {rest[0]}"
    return ""


def _parameter(document: Mapping[str, JSONValue], tokens: Tokens) -> str:
    try:
        value = lookup(dict(document), tokens)
    except LookupError:
        return "parameter"
    return f"{value.get('in')} parameter {value.get('name')}" if isinstance(value, dict) else "parameter"
