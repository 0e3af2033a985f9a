"""The texts that Schemathesis sends for formats which it does not know itself."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from handfast.contract.formats import STRINGS
from handfast.testing.formats import STRATEGIES


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
