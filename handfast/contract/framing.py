"""Media types that carry one JSON value after another, and how the values are told apart."""

from __future__ import annotations

from enum import StrEnum

_LINES = frozenset({"jsonl", "ndjson", "jsonlines"})


class Framing(StrEnum):
    """JSON lines, JSON text sequences (RFC 7464), or server-sent events (WHATWG HTML, section 9.2)."""

    LINES = "lines"
    SEQUENCE = "sequence"
    EVENTS = "events"


def has_items(media_type: str) -> bool:
    """Whether a media type can have `itemSchema`: a sequence of JSON values, or of parts (OpenAPI 3.2.0, 4.14.3)."""
    return framing_of(media_type) is not None or (media_type.lower().startswith("multipart/") and "*" not in media_type)


def framing_of(media_type: str) -> Framing | None:
    """The framing of a media type; None when it does not carry a sequence of JSON values."""
    essence = media_type.partition(";")[0].strip().lower()
    if essence.partition("/")[2].removeprefix("x-").rpartition("+")[2] in _LINES:
        return Framing.LINES
    if essence == "application/json-seq" or essence.endswith("+json-seq"):
        return Framing.SEQUENCE
    return Framing.EVENTS if essence == "text/event-stream" else None
