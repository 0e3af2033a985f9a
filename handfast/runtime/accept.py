"""Chooses among declared media types by the Accept header (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isnan

from handfast.runtime.media_types import ContentType, parse

_ITEM = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*(?:"|$))+')
"""An item of a list; commas inside of a quoted string belong to it."""


def best(media_types: Sequence[str], accept: str | None) -> int | None:
    """The index of the media type that a client likes best, the first of equals; None when it likes none of them.

    A declared range, such as `image/*`, is liked as much as the best of what it has. Parameters of what a client
    accepts count where the declaration has them too: `application/json;version=2` is not `application/json;version=1`,
    but `application/json` may be.
    """
    if not accept or not accept.strip() or accept.strip() == "*/*":
        return 0
    ranges = [found for item in _ITEM.findall(accept) for found in _range(item)]
    qualities = [_quality(media_type, ranges) for media_type in media_types]
    highest = max(qualities, default=0.0)
    return qualities.index(highest) if highest > 0 else None


def _range(item: str) -> Iterator[tuple[ContentType, float]]:
    """What a client accepts, and how much it likes that; nothing for what cannot be read."""
    accepted = parse(item)
    if accepted is not None:
        others = {name: value for name, value in accepted.parameters.items() if name != "q"}
        yield replace(accepted, parameters=others), _weight(accepted.parameters.get("q", "1"))


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return 0.0 if isnan(weight) else min(max(weight, 0.0), 1.0)


def _quality(media_type: str, ranges: Sequence[tuple[ContentType, float]]) -> float:
    """The quality of a media type by the most specific range that it is in; of a range, also by what is in that."""
    declared = parse(media_type)
    if declared is None:
        return 0.0
    found, specificity, inside = 0.0, (-1, 0), 0.0
    for accepted, quality in ranges:
        same = _same_parameters(declared, accepted)
        if same < 0:
            continue
        if _is_in(declared, accepted):
            precision = ((accepted.type != "*") + (accepted.subtype != "*"), same)
            if precision > specificity:
                found, specificity = quality, precision
        elif _is_in(accepted, declared):
            inside = max(inside, quality)
    return max(found, inside)


def _is_in(one: ContentType, other: ContentType) -> bool:
    """Whether a media type is in a range, or a range in a wider one."""
    if other.type not in ("*", one.type):
        return False
    if other.subtype.startswith("*+"):
        return one.subtype.endswith(other.subtype[1:])
    return other.subtype in ("*", one.subtype)


def _same_parameters(declared: ContentType, accepted: ContentType) -> int:
    """How many parameters are the same on both sides; -1 when one has another value. All texts are sent in UTF-8."""
    both = [name for name in accepted.parameters if name in declared.parameters and name != "charset"]
    if any(accepted.parameters[name] != declared.parameters[name] for name in both):
        return -1
    return len(both)
