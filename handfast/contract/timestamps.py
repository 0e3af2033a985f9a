"""Dates and times of RFC 3339, section 5.6, exactly: the calendar, leap seconds, offsets.

The validator's own checks take `+`, `,`, `-`, `.` and `/` for digits (`2024-10-1+`), so these are asserted here. Each
is one regular expression, which knows the calendar; only a text with a leap second needs arithmetic.
"""

from __future__ import annotations

import re

_LEAP_YEAR = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"  # the year 0 is one, too
DATE = (
    "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{_LEAP_YEAR}-02-29)"
)
"""Each `full-date`."""

_MINUTE = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_FRACTION = r"(?:\.[0-9]+)?"
_OFFSET = f"(?:[Zz]|[+-]{_MINUTE})"
TIME = rf"{_MINUTE}:[0-5][0-9]{_FRACTION}{_OFFSET}"
"""Each `full-time` without a leap second."""

DATE_TIME = f"{DATE}[Tt]{TIME}"
"""Each `date-time` without a leap second; RFC 3339 writes it with `T` between, in either case."""


_IS_DATE = re.compile(DATE).fullmatch
_IS_TIME = re.compile(TIME).fullmatch
_IS_DATE_TIME = re.compile(DATE_TIME).fullmatch
_IS_LOCAL_TIME = re.compile(rf"{_MINUTE}:(?:[0-5][0-9]|60){_FRACTION}").fullmatch
_LEAP_SECOND = re.compile(rf"({_MINUTE}):60{_FRACTION}({_OFFSET})").fullmatch
_DAY = 24 * 60


def is_date(text: str) -> bool:
    """Whether a text is a `full-date`."""
    return _IS_DATE(text) is not None


def is_time(text: str) -> bool:
    """Whether a text is a `full-time`; a leap second is the last one of a day in UTC."""
    return _IS_TIME(text) is not None or _is_leap_second(text)


def is_date_time(text: str) -> bool:
    """Whether a text is a `date-time`; a leap second is the last one of a day in UTC."""
    if _IS_DATE_TIME(text) is not None:
        return True
    return text[10:11] in ("T", "t") and _IS_DATE(text[:10]) is not None and _is_leap_second(text[11:])


def is_local_time(text: str) -> bool:
    """Whether a text is a `partial-time`: it has no offset, so any minute may have a leap second."""
    return _IS_LOCAL_TIME(text) is not None


def is_local_date_time(text: str) -> bool:
    """Whether a text is a date and a time without an offset."""
    return text[10:11] in ("T", "t") and is_date(text[:10]) and is_local_time(text[11:])


def _is_leap_second(text: str) -> bool:
    found = _LEAP_SECOND(text)
    if found is None:
        return False
    offset = found[2]
    ahead = 0 if offset in "Zz" else _minutes(offset[1:]) * (1 if offset[0] == "+" else -1)
    return (_minutes(found[1]) - ahead) % _DAY == _DAY - 1


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:5])
