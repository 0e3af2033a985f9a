"""Values that a schema refuses, close to valid ones: for requests that a service must turn down."""

from __future__ import annotations

import json
from collections.abc import Iterator

from handfast.contract.judge import Judge
from handfast.contract.model import JSONValue

_WORDS = ("handfast-invalid", "!", "1.5", "-1", "true", "0", "x" * 300, "1" * 25, "a" * 70_000)
_VALUES: tuple[JSONValue, ...] = (None, True, "handfast-invalid", 1.5, -1, [], {}, "x" * 300)


def wrong_values(judge: Judge, sample: JSONValue) -> Iterator[JSONValue]:
    """JSON values that the judge refuses: a sample without a member that is required, or with a wrong one; others."""
    for value in [*_changed(sample, _VALUES), *_VALUES]:
        if not judge.is_valid(value):
            yield value


def wrong_texts(judge: Judge, sample: JSONValue) -> Iterator[JSONValue]:
    """Values made of texts that the judge refuses, whether the texts are taken for strings or for JSON.

    A sample that is an object gives objects; an array gives arrays of one text, which may be taken for that text too.
    """
    if isinstance(sample, dict):
        for value in _changed(sample, _WORDS):
            if not any(judge.is_valid(reading) for reading in (value, _literally(value))):
                yield value
        return
    for word in _WORDS:
        literal = _literally(word)
        readings: tuple[JSONValue, ...] = (word, literal)
        if isinstance(sample, list):
            readings = (word, literal, [word], [literal])
        if not any(map(judge.is_valid, readings)):
            yield [word] if isinstance(sample, list) else word


def _changed(sample: JSONValue, values: tuple[JSONValue, ...]) -> Iterator[JSONValue]:
    """An object without one of its members, or with another value in its place."""
    if not isinstance(sample, dict):
        return
    if len(sample) > 1:
        for name in sample:
            yield {other: value for other, value in sample.items() if other != name}
    for name, old in sample.items():
        if not isinstance(old, (list, dict)):
            yield from ({**sample, name: value} for value in values)


def _literally(value: JSONValue) -> JSONValue:
    """A text as the JSON that it is, if it is any; members of objects likewise."""
    if isinstance(value, dict):
        return {name: _literally(member) for name, member in value.items()}
    if not isinstance(value, str):
        return value
    try:
        found: JSONValue = json.loads(value)
    except ValueError:
        return value
    return found
