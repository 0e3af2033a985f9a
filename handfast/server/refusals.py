"""What is answered below the application: a table of refusals, each as RFC 9457 problem details with its status."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

PROBLEM_JSON = b"application/problem+json"
RETRY_AFTER_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Refusal:
    """One way in which a request is turned down; `cause` is the last part of its problem type, and permanent."""

    status: int
    cause: str
    title: str
    body: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        problem = {"type": f"urn:handfast:problem:{self.cause}", "title": self.title, "status": self.status}
        object.__setattr__(self, "body", json.dumps(problem, separators=(",", ":")).encode())

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """The header fields of the answer, which is always the last one of its connection."""
        fields = [
            (b"content-type", PROBLEM_JSON),
            (b"content-length", b"%d" % len(self.body)),
            (b"connection", b"close"),
        ]
        if self.status == 503:
            fields.append((b"retry-after", b"%d" % RETRY_AFTER_SECONDS))
        return fields

    def answer(self, default_headers: Iterable[tuple[bytes, bytes]], *, without_body: bool = False) -> bytes:
        """The whole answer as it goes over the wire; `without_body` answers HEAD."""
        fields = dict(default_headers) | dict(self.headers)
        lines = [STATUS_LINE[self.status], *(b"%s: %s\r\n" % item for item in fields.items()), b"\r\n"]
        return b"".join(lines if without_body else [*lines, self.body])


MALFORMED = Refusal(400, "malformed-request", "This is not HTTP, or its framing is not clear")
INCOMPLETE = Refusal(400, "incomplete-request", "The request ended before it was complete")
HOST_INVALID = Refusal(400, "host-invalid", "There must be one Host, and it must be valid")
HEADER_REPEATED = Refusal(400, "header-repeated", "A header field that may be there once is there twice")
HEADER_INVALID = Refusal(400, "header-invalid", "A header field has a value that is not allowed")
TARGET_INVALID = Refusal(400, "target-invalid", "The request target is not valid")
TRANSFER_CODING = Refusal(400, "transfer-coding-unsupported", "The only transfer coding is chunked")
CHUNK_OVERHEAD = Refusal(400, "chunk-overhead", "The framing of the body is far larger than the body")
TIMED_OUT = Refusal(408, "request-timeout", "The request took too long to arrive")
TARGET_TOO_LONG = Refusal(414, "target-too-long", "The request target is too long")
HEADERS_TOO_LARGE = Refusal(431, "headers-too-large", "The header fields are too many or too large")
INTERNAL = Refusal(500, "internal", "Something went wrong on our side")
BUSY = Refusal(503, "busy", "The server has too much to do")
STOPPING = Refusal(503, "stopping", "The server is shutting down")
VERSION_UNSUPPORTED = Refusal(505, "http-version-unsupported", "The server speaks HTTP/1.0 and HTTP/1.1")

_VERSION_ERRORS = ("Invalid HTTP version", "Pause on PRI/Upgrade", "Expected HTTP/2 Connection Preface")


def refusal_of(error: httptools.HttpParserError) -> Refusal:
    """The refusal of what the parser cannot read."""
    if isinstance(error, httptools.HttpParserCallbackError):
        return INTERNAL
    reason = str(error)
    return VERSION_UNSUPPORTED if reason.startswith(_VERSION_ERRORS) else MALFORMED
