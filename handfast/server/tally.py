"""Counts what a request brings, byte for byte, against its limits: the parser has none."""

from __future__ import annotations

from dataclasses import dataclass

from handfast.server.limits import ServerLimits

_CHUNK_ALLOWANCE = 16
"""Bytes of framing that are fair for one chunk: its size, line breaks, a short extension."""

_FRAMING_ALLOWANCE = 64 * 1024


@dataclass(slots=True)
class Tally:
    """What one request has brought so far.

    `raw` are the bytes since something was understood: the parser swallows endless lines, extensions of chunks and
    line breaks without telling. `decoded` are those of the body.
    """

    limits: ServerLimits
    fields: int = 0
    field_bytes: int = 0
    raw: int = 0
    decoded: int = 0
    chunks: int = 0

    def begin(self) -> None:
        """A new request."""
        self.fields = self.field_bytes = self.raw = self.decoded = self.chunks = 0

    def begin_body(self) -> None:
        """Its header is complete; trailers are counted on their own."""
        self.fields = self.field_bytes = self.raw = 0

    def add_field(self, name: bytes, value: bytes) -> bool:
        """One more field of the header or the trailer; whether the limits allow it."""
        self.fields += 1
        self.field_bytes += len(name) + len(value) + 4
        return self.fields <= self.limits.header_fields and self.field_bytes <= self.limits.header_bytes

    def is_endless_head(self) -> bool:
        """Whether more came than any header may have, and none of it was understood."""
        return self.raw > self.limits.header_bytes + self.limits.request_target

    def is_mostly_framing(self) -> bool:
        """Whether a body has more framing around its bytes than is fair."""
        fair = 2 * self.decoded + _CHUNK_ALLOWANCE * self.chunks + _FRAMING_ALLOWANCE + self.limits.header_bytes
        return self.raw > fair
