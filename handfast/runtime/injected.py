"""Headers that dependencies put on FastAPI's injected `Response`: what they may add to a reply beside the contract.

A header that the response declares is the reply's business, or is judged as if it were. Of all others only those in
`TRANSPORT` pass: they are about caching, tracing and the browser's protection, and no client builds on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from handfast.contract.model import Response

TRANSPORT = frozenset(
    {
        "age",
        "alt-svc",
        "cache-control",
        "connection",
        "content-security-policy",
        "cross-origin-embedder-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "date",
        "expires",
        "permissions-policy",
        "pragma",
        "referrer-policy",
        "server",
        "server-timing",
        "strict-transport-security",
        "traceparent",
        "tracestate",
        "vary",
        "via",
        "x-content-type-options",
        "x-correlation-id",
        "x-frame-options",
        "x-request-id",
    }
)
"""Names, in lower case, that may be added to any reply; and all that begin with `access-control-`."""


def undeclared(headers: Iterable[tuple[bytes, bytes]], response: Response | None) -> Sequence[str]:
    """The names of headers that neither the response declares nor the transport knows."""
    declared = {name.lower() for name in response.headers} if response is not None else set[str]()
    names = (key.decode("latin-1").lower() for key, _ in headers)
    return [name for name in names if name not in declared and not _is_transport(name)]


def _is_transport(name: str) -> bool:
    return name in TRANSPORT or name.startswith("access-control-")
