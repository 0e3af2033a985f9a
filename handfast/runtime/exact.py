"""Date-times, dates and UUIDs as Python's own types that remember the text they were read from.

`DateTime`, `Date` and `Uuid` are for annotations: a type checker sees `datetime`, `date` and `UUID`, so that a handler
may give any of them; Pydantic sees the wire form. What was read from a request is a `WireDateTime`, `WireDate` or
`WireUuid`: it compares, hashes and computes like its base and is written again exactly as it came.

The texts are those of the JSON Schema formats `date-time`, `date` (RFC 3339, section 5.6) and `uuid` (RFC 4122,
section 3). Some have no Python value and get the nearest one: a leap second is the last microsecond before it, digits
below the microsecond are cut, and the year 0 is the beginning of the year 1. The text stays exact in each case.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Annotated, ClassVar, Self, SupportsIndex, TypeAlias
from uuid import UUID

from pydantic_core import SchemaSerializer, core_schema
from typing_extensions import override

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue

_DATE_TIME = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LEAP_YEAR = 4
_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta()


class _OnTheWire:
    """What the three types have in common: how Pydantic reads, writes and describes them."""

    __slots__ = ()
    format: ClassVar[str]
    __pydantic_serializer__: ClassVar[SchemaSerializer]
    """What Pydantic writes such a value with wherever it meets one; plain values it writes by itself, in no time."""

    @classmethod
    def validate(cls, value: object) -> object:
        """The value of a text, or of what a handler gives; ValueError for anything else."""
        raise NotImplementedError

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return _core_schema(cls)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "format": cls.format}


class WireDateTime(_OnTheWire, datetime):
    """An aware `datetime` with the RFC 3339 text it was read from in `text`; None when it was computed."""

    format: ClassVar[str] = "date-time"
    text: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The value of an RFC 3339 date-time; ValueError for any other text."""
        match = _DATE_TIME.fullmatch(text)
        if match is None:
            raise ValueError("not a date-time of RFC 3339, such as 2026-01-31T12:00:00Z")
        year, month, day, hour, minute, second = (int(part) for part in match.group(1, 2, 3, 4, 5, 6))
        microsecond = int(((match[7] or "") + "000000")[:6])
        zone = _zone(match[8], match[9], match[10])
        if second == 60:
            _check_leap_second(hour, minute, zone)
            second, microsecond = 59, 999_999
        if year == 0:
            datetime(_LEAP_YEAR, month, day, hour, minute, second, tzinfo=zone)  # raises where there is no such day
            made = cls(1, 1, 1, tzinfo=zone)
        else:
            made = cls(year, month, day, hour, minute, second, microsecond, zone)
        made.text = text
        return made

    @classmethod
    def of(cls, value: datetime) -> Self:
        """A plain aware `datetime` as this type; ValueError for a naive one, which names no instant."""
        if isinstance(value, cls):
            return value
        if value.utcoffset() is None:
            raise ValueError("a date-time needs a UTC offset: give an aware datetime, such as datetime.now(UTC)")
        plain = cls(value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
        return plain.replace(tzinfo=value.tzinfo, fold=value.fold)

    @override
    @classmethod
    def validate(cls, value: object) -> datetime:
        """A text, or a `datetime` that a handler gives; ValueError for anything else.

        Pydantic writes a plain `datetime` with the minutes of its offset: one with seconds becomes a value of ours.
        """
        if type(value) is datetime and value.tzinfo is UTC:
            return value
        if isinstance(value, str):
            return cls.parse(value)
        if isinstance(value, datetime):
            offset = value.utcoffset()
            return value if offset is not None and offset % _MINUTE == _NOTHING else cls.of(value)
        raise ValueError("a date-time is a text of RFC 3339 or an aware datetime")

    @override
    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[object, ...]:
        return super().__reduce_ex__(protocol) if self.text is None else (type(self).parse, (self.text,))


class WireDate(_OnTheWire, date):
    """A `date` with the text it was read from in `text`; None when it was computed."""

    format: ClassVar[str] = "date"
    text: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The value of an RFC 3339 full-date; ValueError for any other text."""
        match = _DATE.fullmatch(text)
        if match is None:
            raise ValueError("not a date of RFC 3339, such as 2026-01-31")
        year, month, day = (int(part) for part in match.groups())
        if year == 0:
            date(_LEAP_YEAR, month, day)  # raises where there is no such day
            made = cls(1, 1, 1)
        else:
            made = cls(year, month, day)
        made.text = text
        return made

    @override
    @classmethod
    def validate(cls, value: object) -> Self:
        """A text, or a `date` that a handler gives; ValueError for anything else, a `datetime` too."""
        if isinstance(value, str):
            return cls.parse(value)
        if isinstance(value, cls):
            return value
        if isinstance(value, date) and not isinstance(value, datetime):
            return cls(value.year, value.month, value.day)
        raise ValueError("a date is a text of RFC 3339 or a date without a time of day")

    @override
    def __reduce__(self) -> str | tuple[object, ...]:
        return super().__reduce__() if self.text is None else (type(self).parse, (self.text,))


class WireUuid(_OnTheWire, UUID):
    """A `UUID` with the text it was read from in `text`; `str()` gives the canonical form, as of any UUID."""

    format: ClassVar[str] = "uuid"
    text: str | None = None

    def __init__(self, text: str) -> None:
        super().__init__(text)
        object.__setattr__(self, "text", text)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The value of a UUID in its hyphenated form, in either case; ValueError for any other text."""
        if _UUID.fullmatch(text) is None:
            raise ValueError("not a UUID, such as 9b2f4c1e-7c1d-4f5e-8a3b-0d6c5e4f3a2b")
        return cls(text)

    @override
    @classmethod
    def validate(cls, value: object) -> UUID:
        """A text, or a `UUID` that a handler gives; ValueError for anything else."""
        if isinstance(value, str):
            return cls.parse(value)
        if isinstance(value, UUID):
            return value
        raise ValueError("a UUID is a text in its hyphenated form or a uuid.UUID")

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.text,))


DateTime: TypeAlias = Annotated[datetime, WireDateTime]
"""`datetime` in annotations; on the wire a string of the format date-time."""

Date: TypeAlias = Annotated[date, WireDate]
"""`date` in annotations; on the wire a string of the format date."""

Uuid: TypeAlias = Annotated[UUID, WireUuid]
"""`UUID` in annotations; on the wire a string of the format uuid."""


def wire_text(value: datetime | date | UUID) -> str:
    """The text of a value on the wire: as it was read, else in the form of RFC 3339 or RFC 4122.

    A UTC offset that is not of whole minutes, which RFC 3339 cannot say, is brought to UTC.
    """
    text = getattr(value, "text", None)
    if isinstance(text, str):
        return text
    if isinstance(value, UUID):
        return str(value)
    if not isinstance(value, datetime):
        return value.isoformat()
    offset = value.utcoffset()
    if offset is None:
        raise ValueError("a date-time needs a UTC offset: give an aware datetime, such as datetime.now(UTC)")
    written = (value if offset % _MINUTE == _NOTHING else value.astimezone(UTC)).isoformat()
    return f"{written[:-6]}Z" if written.endswith("+00:00") else written


def _core_schema(cls: type[_OnTheWire]) -> core_schema.CoreSchema:
    read = core_schema.no_info_plain_validator_function(cls.validate)
    written = core_schema.simple_ser_schema("any")  # by what the value is: ours has a serializer of its own
    return core_schema.json_or_python_schema(read, _given(cls, read), serialization=written)


def _given(cls: type[_OnTheWire], read: core_schema.CoreSchema) -> core_schema.CoreSchema:
    """What a handler may give: Python's own type as it is, checked without a call into Python; else what is read."""
    if issubclass(cls, WireDateTime):
        own: core_schema.CoreSchema = core_schema.datetime_schema(strict=True, tz_constraint=0)  # of UTC
    elif issubclass(cls, WireUuid):
        own = core_schema.is_instance_schema(UUID)
    else:
        return read
    return core_schema.union_schema([own, read], mode="left_to_right")


_WRITTEN = core_schema.plain_serializer_function_ser_schema(
    wire_text, return_schema=core_schema.str_schema(), when_used="json"
)
"""Only where JSON is made: everywhere else a value of ours stays what it is."""

WireDateTime.__pydantic_serializer__ = SchemaSerializer(core_schema.datetime_schema(serialization=_WRITTEN))
WireDate.__pydantic_serializer__ = SchemaSerializer(core_schema.date_schema(serialization=_WRITTEN))
WireUuid.__pydantic_serializer__ = SchemaSerializer(core_schema.uuid_schema(serialization=_WRITTEN))


def _zone(sign: str | None, hours: str, minutes: str) -> timezone:
    if sign is None:
        return UTC
    if int(hours) > 23 or int(minutes) > 59:
        raise ValueError("a UTC offset is at most 23:59")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if sign == "-" else offset)


def _check_leap_second(hour: int, minute: int, zone: timezone) -> None:
    """A leap second is the last of a day in UTC (RFC 3339, section 5.7)."""
    in_utc = timedelta(hours=hour, minutes=minute) - zone.utcoffset(None)
    if in_utc % timedelta(days=1) != timedelta(hours=23, minutes=59):
        raise ValueError("a leap second stands at 23:59:60 UTC alone")
