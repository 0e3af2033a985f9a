"""Date-times, dates and UUIDs: what the formats admit, what is kept of it, and what handlers may give instead."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import jsonschema_rs
import pytest
from pydantic import MISSING, BaseModel, TypeAdapter, ValidationError

from handfast.runtime import Date, DateTime, Uuid
from handfast.runtime.exact import WireDate, WireDateTime, WireUuid, wire_text
from tests.corpora import corpus

DATE_TIMES = [
    ("2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
    ("2026-01-31t12:00:00z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
    ("2026-01-31T12:00:00.5Z", datetime(2026, 1, 31, 12, 0, 0, 500_000, tzinfo=UTC)),
    ("2026-01-31T12:00:00.123456789Z", datetime(2026, 1, 31, 12, 0, 0, 123_456, tzinfo=UTC)),
    ("2026-01-31T12:00:00-00:00", datetime(2026, 1, 31, 12, tzinfo=UTC)),
    ("2026-01-31T12:00:00+23:59", datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=23, minutes=59)))),
    ("1998-12-31T23:59:60Z", datetime(1998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
    ("1998-12-31T15:59:60.25-08:00", datetime(1998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
    ("1998-12-31T23:58:60-00:01", datetime(1998, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
    ("0000-02-29T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ("0001-01-01T00:00:00+23:59", datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=23, minutes=59)))),
    ("9999-12-31T23:59:60Z", datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
]
NO_DATE_TIMES = [
    "",
    "2026-01-31",
    "2026-01-31T12:00:00",
    "2026-01-31 12:00:00Z",
    "2026-01-31T12:00Z",
    "2026-01-31T24:00:00Z",
    "2026-02-30T12:00:00Z",
    "0000-02-30T00:00:00Z",
    "2026-01-31T12:00:00+24:00",
    "2026-01-31T12:00:00+0000",
    "2026-01-31T12:00:00.Z",
    "2026-01-31T12:00:00Z\n",
    "1998-12-31T12:00:60Z",
    "1998-12-31T23:59:60+01:00",
    "２026-01-31T12:00:00Z",
    "2026-01-3+T12:00:00Z",
    "1767225600",
]


@pytest.mark.parametrize(("text", "value"), DATE_TIMES)
def test_date_times(text: str, value: datetime) -> None:
    read = WireDateTime.parse(text)
    assert read == value
    assert hash(read) == hash(value)
    assert wire_text(read) == text


@pytest.mark.parametrize("text", NO_DATE_TIMES)
def test_what_is_no_date_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"date-time|offset|second|day|month|hour"):
        WireDateTime.parse(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("2024-02-29", date(2024, 2, 29)), ("0000-12-31", date(1, 1, 1)), ("9999-12-31", date(9999, 12, 31))],
)
def test_dates(text: str, value: date) -> None:
    read = WireDate.parse(text)
    assert (read, hash(read), wire_text(read)) == (value, hash(value), text)


@pytest.mark.parametrize(
    "text", ["2023-02-29", "20240229", "2024-W01-1", "-001-01-01", "2024-2-29", "2024-02-29Z", "0000-02-30"]
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|month"):
        WireDate.parse(text)


def test_uuids_keep_their_case() -> None:
    text = "9B2F4C1E-7c1d-4F5E-8a3b-0d6c5e4f3a2b"
    read = WireUuid.parse(text)
    assert read == UUID(text)
    assert len({read, UUID(text)}) == 1
    assert (str(read), wire_text(read)) == (text.lower(), text)
    for wrong in (text.replace("-", ""), f"{{{text}}}", f"urn:uuid:{text}", text[:-1]):
        with pytest.raises(ValueError, match="UUID"):
            WireUuid.parse(wrong)


class Moments(BaseModel):
    at: DateTime
    day: Date | None
    ids: list[Uuid]
    later: DateTime | MISSING = MISSING


RAW = '{"at":"1998-12-31T23:59:60.5z","day":"0000-02-29","ids":["9B2F4C1E-7C1D-4F5E-8A3B-0D6C5E4F3A2B"]}'


def test_models_write_what_they_read() -> None:
    moments = Moments.model_validate_json(RAW, strict=True)
    assert isinstance(moments.at, datetime)
    assert moments.model_dump_json() == RAW


@pytest.mark.parametrize("text", [RAW])
def test_copies_are_equal_and_keep_their_text(text: str) -> None:
    moments = Moments.model_validate_json(text)
    for copied in (copy.deepcopy(moments), copy.copy(moments), pickle.loads(pickle.dumps(moments))):  # noqa: S301  # our own bytes
        assert copied == moments
        assert copied.model_dump_json() == text


def test_what_is_computed_has_a_text_of_its_own() -> None:
    read = WireDateTime.parse("2026-01-31T12:00:00.000000000z")
    assert wire_text(read + timedelta(days=1)) == "2026-02-01T12:00:00Z"
    assert wire_text(read.replace(year=2027)) == "2027-01-31T12:00:00Z"
    assert wire_text(WireDate.parse("0000-01-01") + timedelta(days=1)) == "0001-01-02"


def test_handlers_give_plain_values() -> None:
    offset = timezone(timedelta(hours=5, minutes=30))
    given = Moments(at=datetime(2026, 1, 31, tzinfo=offset), day=date(2026, 1, 31), ids=[UUID(int=1)])
    assert json.loads(given.model_dump_json()) == {
        "at": "2026-01-31T00:00:00+05:30",
        "day": "2026-01-31",
        "ids": ["00000000-0000-0000-0000-000000000001"],
    }
    local_mean_time = datetime(2026, 1, 31, 1, 0, 1, tzinfo=timezone(timedelta(hours=1, seconds=1)))
    assert wire_text(local_mean_time) == "2026-01-31T00:00:00Z"
    written = Moments(at=local_mean_time, day=None, ids=[], later=datetime(2026, 1, 31, 0, 0, 0, 120, UTC)).model_dump()
    assert written["at"] == local_mean_time
    assert json.loads(TypeAdapter(Moments).dump_json(Moments.model_construct(**written))) == {
        "at": "2026-01-31T00:00:00Z",
        "day": None,
        "ids": [],
        "later": "2026-01-31T00:00:00.000120Z",
    }


def test_a_naive_datetime_is_refused_in_words() -> None:
    with pytest.raises(ValidationError, match="give an aware datetime"):
        Moments(at=datetime(2026, 1, 31), day=None, ids=[])  # noqa: DTZ001  # naive on purpose
    with pytest.raises(ValidationError, match="without a time of day"):
        Moments(at=datetime.now(UTC), day=datetime.now(UTC), ids=[])


def test_the_json_schema_is_that_of_the_format() -> None:
    for annotation, name in ((DateTime, "date-time"), (Date, "date"), (Uuid, "uuid")):
        assert TypeAdapter(annotation).json_schema() == {"type": "string", "format": name}


@pytest.mark.parametrize(("name", "parse"), [("date-time", WireDateTime), ("date", WireDate), ("uuid", WireUuid)])
def test_the_formats_of_the_json_schema_suite(
    name: str, parse: type[WireDateTime] | type[WireDate] | type[WireUuid]
) -> None:
    path = corpus("json-schema-test-suite") / "tests" / "draft2020-12" / "optional" / "format" / f"{name}.json"
    judge = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    for group in json.loads(path.read_text()):
        for test in group["tests"]:
            text = test["data"]
            if not isinstance(text, str):
                continue
            assert judge.is_valid(text) is test["valid"]
            if test["valid"]:
                assert wire_text(parse.parse(text)) == text
            else:
                with pytest.raises(ValueError, match=r".+"):
                    parse.parse(text)
