"""Places in lists: the key of the last row of a page, as a text that clients pass back.

Reading is total: every text of the contract's form is a place in every list, so that a cursor can be at the wrong
place but never wrong. Nothing in it is secret or trusted: the filters of a list decide what can be seen.
"""

from __future__ import annotations

import base64
from datetime import datetime

from blog.moments import moment, number

_WIDTH = 8
"""Bytes of a 64 bit number."""


def write(key: bytes, row: int = 0) -> str:
    """The cursor of a row with a key and an id."""
    return base64.urlsafe_b64encode(key + _bytes(row)).rstrip(b"=").decode("ascii")


def write_moment(when: datetime, row: int) -> str:
    """The cursor of a row that is ordered by a point in time."""
    return write(_bytes(number(when)), row)


def read(cursor: str) -> tuple[bytes, int]:
    """The key and the id of a cursor; whatever the text is, there are some."""
    usable = cursor[: len(cursor) - 1] if len(cursor) % 4 == 1 else cursor
    raw = base64.urlsafe_b64decode(usable + "=" * (-len(usable) % 4))
    return raw[:-_WIDTH], int.from_bytes(raw[-_WIDTH:], "big", signed=True)


def read_moment(cursor: str) -> tuple[datetime, int]:
    """The point in time and the id of a cursor."""
    key, row = read(cursor)
    return moment(int.from_bytes(key[:_WIDTH], "big", signed=True)), row


def read_word(cursor: str) -> str:
    """The key of a cursor as a word of ASCII letters; what is none is left out."""
    key, _ = read(cursor)
    return key.decode("ascii", "ignore").replace("\0", "")


def _bytes(value: int) -> bytes:
    return value.to_bytes(_WIDTH, "big", signed=True)
