"""How much a request may ask for before it is refused, with the units of every figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from handfast.contract.model import JSONValue

KIB = 1024
MIB = 1024 * KIB

BODY_EXTENSION = "x-max-body"
"""The extension of an operation with the size in bytes that its request body may have, whatever its media type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one application; bytes are counted as they come off the wire, before any decoding."""

    body: int = MIB
    """Bytes of a request body that is held in memory: JSON, text, forms, the text parts of a multipart one."""

    upload: int = 8 * MIB
    """Bytes of a request body that is not held in memory: multipart and binary ones, and streams of JSON values."""

    stream_item: int = MIB
    """Bytes of one item of a stream of JSON values."""

    json_depth: int = 32
    """Levels of arrays and objects in a JSON text; `[[]]` has two."""

    json_members: int = 20_000
    """Items of arrays and members of objects in a JSON text, at all levels together."""

    fields: int = 1_000
    """Name and value pairs in a query string or in a form, and parts of a multipart body."""

    part_headers: int = 8 * KIB
    """Bytes of the headers of one part of a multipart body."""

    spool: int = 64 * KIB
    """Bytes of an uploaded file that are held in memory before it is written to disk."""

    handler_seconds: float | None = None
    """Seconds that a handler and its dependencies may take before the answer is 503; None for as long as it takes."""

    def for_operation(self, extensions: Mapping[str, JSONValue]) -> Limits:
        """These limits with `x-max-body` of an operation in the place of `body` and `upload`."""
        size = extensions.get(BODY_EXTENSION)
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            return self
        return replace(self, body=size, upload=size, stream_item=min(self.stream_item, size))
