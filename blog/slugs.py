"""Names of articles in addresses, made from their titles."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Awaitable, Callable

_LONGEST = 60


async def free_slug(title: str, is_taken: Callable[[str], Awaitable[bool]]) -> str:
    """A slug for a title that is not taken; if the plain one is, with a few random characters behind."""
    plain = slug_of(title)
    candidate = plain
    while await is_taken(candidate):
        candidate = f"{plain}-{secrets.token_hex(4)}"
    return candidate


def slug_of(title: str) -> str:
    """The ASCII letters and digits of a title with hyphens between the words; `article` if it has none."""
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", letters)[:_LONGEST].strip("-") or "article"
