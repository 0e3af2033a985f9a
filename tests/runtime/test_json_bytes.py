"""The bytes of replies: strict JSON, exact numbers, and nothing that only looks like a value."""

from __future__ import annotations

import json
import math

import pytest

from handfast.contract.model import JSONValue
from handfast.runtime.json_bytes import json_bytes


def nested(levels: int) -> JSONValue:
    value: JSONValue = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, -1, 2**53 + 1, 2**64, -(10**40), 1.5, 1e300, 5e-324, "", "é\U0001f600\u2028\x00\"\\", [], {},
        [None, {"a": None, "é": [1.0]}], {"": 10**30, "null": "null"}, nested(200),
    ],
)  # fmt: skip
def test_values_come_back_equal(value: JSONValue) -> None:
    text = json_bytes(value)
    back = json.loads(text)
    assert back == value
    assert isinstance(back, type(value))
    assert b" " not in text.replace(b"\\u0000", b"")


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("beside", [None, 1, 10**30], ids=str)
def test_numbers_that_are_not_finite_are_refused(number: float, beside: JSONValue) -> None:
    values: list[JSONValue] = [number, [beside, number], {"a": {"b": [beside, {"c": number}]}}]
    for value in values:
        with pytest.raises(ValueError, match=r"NaN|Infinity|number"):
            json_bytes(value)


def test_containers_have_a_greatest_depth() -> None:
    with pytest.raises(ValueError, match="depth"):
        json_bytes(nested(300))


def test_text_that_is_not_unicode_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        json_bytes(["\ud800"])
