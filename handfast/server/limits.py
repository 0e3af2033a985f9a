"""How much a connection may ask for, and how long it may take, before it is refused; every figure with its unit."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerLimits:
    """Limits of a server, below the application; clocks stand still while it is we who do not read.

    Nothing here limits how long an answer takes or how large a body is: a stream may last for days, and the size of a
    body is a matter of its operation (413). A body that arrives must make progress: the longer it gets, the longer it
    may take, so that a large upload on a slow line survives, and a byte now and then does not.
    """

    request_target: int = 8 * KIB
    """Bytes of the request target (path and query); more is 414."""

    header_bytes: int = 32 * KIB
    """Bytes of all header fields together, as they come off the wire; more is 431. Trailers have as many again."""

    header_fields: int = 100
    """Header fields, and trailer fields; more is 431."""

    header_seconds: float = 10.0
    """Seconds from the first byte of a request (or from the beginning of a connection) to the end of its header;
    then 408."""

    body_idle_seconds: float = 10.0
    """Seconds without a byte of a body that is still to come; then 408. A client may pause for as long in a stream."""

    body_seconds: float = 60.0
    """Seconds that any body may take, whatever its size; then 408, unless `body_rate` gives it more."""

    body_rate: int = 500
    """Bytes of a body that earn it one more second: at this rate it may go on for ever. 0: `body_seconds` is final."""

    keep_alive_seconds: float = 5.0
    """Seconds that a connection may wait for its next request; behind a proxy, more than the proxy's own (75)."""

    write_stall_seconds: float = 30.0
    """Seconds in which a client takes not one byte of an answer; then the connection is aborted."""

    half_closed_seconds: float = 10.0
    """Seconds until an answer after the client closed its side; then the application is told that it has gone."""

    connections: int = 1000
    """Connections at the same time; the next one is 503 with Retry-After. Twice as many: not even that."""

    pipelined: int = 100
    """Requests that wait on one connection for an answer to an earlier one; then 503."""

    swallowed_bytes: int = 64 * KIB
    """Bytes of a body that are read though nobody wants them, so that the connection can live on; else it is closed."""

    linger_seconds: float = 10.0
    """Seconds in which a connection is still read after an early answer, so that the client gets to read it."""

    linger_idle_seconds: float = 2.0
    """Seconds without a byte on such a connection until it is closed."""

    lame_duck_seconds: float = 1.0
    """Seconds after SIGTERM in which requests are taken as before, with `Connection: close`, and readiness may say no;
    behind a load balancer, as long as it needs to notice (5)."""

    drain_seconds: int = 10
    """Seconds after that in which requests under way are finished; then their handlers are cancelled."""
