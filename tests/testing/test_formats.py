"""The texts and numbers that Schemathesis sends for formats which it does not know itself."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from schemathesis import HookContext

from handfast.contract import JSONValue
from handfast.contract.formats import STRINGS
from handfast.testing.formats import STRATEGIES, before_load_schema


@pytest.mark.parametrize("name", STRATEGIES)
def test_texts_are_of_their_format(name: str) -> None:
    @settings(max_examples=100, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STRATEGIES[name])
    def check(text: str) -> None:
        assert STRINGS[name](text)

    check()


def test_every_format_that_is_asserted_by_us_is_known_to_schemathesis() -> None:
    of_json_schema = {"date", "date-time", "email", "idn-email", "time"}
    assert STRINGS.keys() - STRATEGIES.keys() == of_json_schema | {"byte"}


def test_numeric_formats_are_said_as_bounds() -> None:
    def member(**schema: JSONValue) -> JSONValue:
        return {"openapi": "3.1.1", "components": {"schemas": {"A": {"properties": {"a": dict(schema)}}}}}

    document = cast("dict[str, JSONValue]", member(type="integer", format="uint8", maximum=7))
    before_load_schema(HookContext(operation=None), document)
    bounds: JSONValue = {"minimum": 0, "maximum": 255}
    assert document == member(type="integer", maximum=7, allOf=[bounds])
