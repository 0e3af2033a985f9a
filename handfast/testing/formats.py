"""Values of the formats that Handfast asserts and Schemathesis does not know. Loaded with `handfast.testing.checks`.

Without them Schemathesis takes any text for one of the format, and any number, and a refusal of it for a fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from email.utils import format_datetime

import schemathesis
from hypothesis import strategies as st
from schemathesis import HookContext

from handfast.contract import JSONValue
from handfast.contract.formats import INTEGERS, PATTERNS, bounded
from handfast.contract.places import Kind, change

STRATEGIES: Mapping[str, st.SearchStrategy[str]] = {
    **{name: st.from_regex(pattern, fullmatch=True) for name, pattern in PATTERNS.items()},
    **{name: st.integers(*INTEGERS[name]).map(str) for name in ("int64", "uint64")},
    "char": st.text(st.characters(codec="utf-8"), min_size=1, max_size=1),
    "date-time-local": st.datetimes().map(datetime.isoformat),
    "http-date": st.datetimes(timezones=st.just(UTC)).map(lambda moment: format_datetime(moment, usegmt=True)),
    "time-local": st.times().map(time.isoformat),
}
"""What makes texts of each format."""


@schemathesis.hook  # pyright: ignore[reportUnknownMemberType]  # its types are not complete
def before_load_schema(context: HookContext, raw_schema: dict[str, JSONValue]) -> None:
    """Say numeric formats as bounds; of itself Schemathesis (4.32) knows those of `int32` and `int64` alone."""
    raw_schema |= change(raw_schema, lambda schema, kind, _: bounded(schema) if kind is Kind.SCHEMA else schema)


for name, strategy in STRATEGIES.items():
    schemathesis.openapi.format(name, strategy)
