"""Chooses among declared media types by the Accept header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence


def best(media_types: Sequence[str], accept: str | None) -> int | None:
    """The index of the media type that a client likes best, the first of equals; None when it likes none of them."""
    if not accept or not accept.strip() or accept.strip() == "*/*":
        return 0
    ranges = [_range(item) for item in accept.split(",") if item.strip()]
    qualities = [_quality(media_type, ranges) for media_type in media_types]
    highest = max(qualities, default=0.0)
    return qualities.index(highest) if highest > 0 else None


def _range(item: str) -> tuple[str, str, float]:
    name, *parameters = item.split(";")
    kind, _, subtype = name.strip().lower().partition("/")
    quality = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "q":
            try:
                quality = min(max(float(value.strip()), 0.0), 1.0)
            except ValueError:
                quality = 0.0
    return kind, subtype, quality


def _quality(media_type: str, ranges: Sequence[tuple[str, str, float]]) -> float:
    """The quality of a media type by the most specific range that it is in."""
    kind, _, subtype = media_type.split(";")[0].strip().lower().partition("/")
    found, specificity = 0.0, -1
    for its_kind, its_subtype, quality in ranges:
        if its_kind in ("*", kind) and its_subtype in ("*", subtype):
            precision = (its_kind != "*") + (its_subtype != "*")
            if precision > specificity:
                found, specificity = quality, precision
    return found
