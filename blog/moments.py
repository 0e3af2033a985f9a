"""Points in time as the databases keep them: microseconds since 1970 in UTC, exact and ordered everywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, TypeDecorator
from typing_extensions import override

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """A column of aware datetimes, kept as a 64 bit number of microseconds."""

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + value * _MICROSECOND


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def number(moment: datetime) -> int:
    """Microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment(number: int) -> datetime:
    """The moment of a number of microseconds since 1970; the nearest one for numbers that have none."""
    earliest = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
    latest = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
    return _EPOCH + min(max(number, earliest), latest) * _MICROSECOND
