"""Texts of formats that chance makes: other dates, other addresses and other identifiers for another seed."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random
from uuid import UUID

from handfast.design.samples.words import TEXTS

_START = datetime(2026, 1, 1, tzinfo=UTC)
_YEAR = 365 * 24 * 60  # minutes


def varied_texts(form: str, random: Random) -> list[str]:
    """Texts of a format, which depend on nothing but the state of `random`; empty for a format that is not known."""
    make = _MAKERS.get(form)
    return [make(random) for _ in range(3)] if make is not None else []


def _instant(random: Random) -> datetime:
    return _START + timedelta(minutes=random.randrange(_YEAR))


def _word(random: Random) -> str:
    return random.choice(TEXTS["tag"])


def _host(random: Random) -> str:
    return f"{_word(random)}.example"


def _number(random: Random) -> str:
    return str(random.randint(1, 999))


def _decimal(random: Random) -> str:
    return f"{random.randint(0, 999)}.{random.randint(0, 99):02}"


_MAKERS: Mapping[str, Callable[[Random], str]] = {
    "base64url": lambda random: base64.urlsafe_b64encode(_word(random).encode()).decode().rstrip("="),
    "byte": lambda random: base64.b64encode(_word(random).encode()).decode(),
    "date": lambda random: _instant(random).date().isoformat(),
    "date-time": lambda random: _instant(random).isoformat().replace("+00:00", "Z"),
    "date-time-local": lambda random: _instant(random).replace(tzinfo=None).isoformat(),
    "decimal": _decimal,
    "decimal128": _decimal,
    "duration": lambda random: f"P{random.randint(1, 28)}D",
    "email": lambda random: f"{random.choice(TEXTS['handle'])}@{_host(random)}",
    "hostname": _host,
    "http-date": lambda random: format_datetime(_instant(random), usegmt=True),
    "idn-email": lambda random: f"{random.choice(TEXTS['handle'])}@{_host(random)}",
    "idn-hostname": _host,
    "int64": _number,
    "ipv4": lambda random: f"192.0.2.{random.randint(1, 254)}",
    "ipv6": lambda random: f"2001:db8::{random.randint(1, 9999):x}",
    "iri": lambda random: f"https://{_host(random)}/{random.randint(1, 999)}",
    "iri-reference": lambda random: f"/{_word(random)}/{random.randint(1, 999)}",
    "sf-decimal": lambda random: f"{random.randint(0, 999)}.{random.randint(0, 9)}",
    "sf-integer": _number,
    "sf-string": lambda random: f'"{_word(random)}"',
    "sf-token": _word,
    "time": lambda random: f"{_instant(random):%H:%M:%S}Z",
    "time-local": lambda random: f"{_instant(random):%H:%M:%S}",
    "uint64": _number,
    "uri": lambda random: f"https://{_host(random)}/{random.randint(1, 999)}",
    "uri-reference": lambda random: f"/{_word(random)}/{random.randint(1, 999)}",
    "uuid": lambda random: str(UUID(int=random.getrandbits(128), version=4)),
}
