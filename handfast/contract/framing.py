"""Media types that carry one JSON value after another, and how the values are told apart."""

from __future__ import annotations

from enum import StrEnum

_LINES = frozenset({"application/jsonl", "application/x-ndjson", "application/ndjson", "application/x-jsonlines"})


class Framing(StrEnum):
    """JSON lines, JSON text sequences (RFC 7464), or server-sent events (WHATWG HTML, section 9.2)."""

    LINES = "lines"
    SEQUENCE = "sequence"
    EVENTS = "events"


def framing_of(media_type: str) -> Framing | None:
    """The framing of a media type; None when it does not carry a sequence of JSON values."""
    essence = media_type.partition(";")[0].strip().lower()
    if essence in _LINES:
        return Framing.LINES
    if essence == "application/json-seq" or essence.endswith("+json-seq"):
        return Framing.SEQUENCE
    return Framing.EVENTS if essence == "text/event-stream" else None
