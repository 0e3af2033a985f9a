"""Slow clients: those that hold a connection are sent away, those that make progress are not."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest

from tests.server.conftest import QUICK
from tests.server.wire import Running, Wire

HEAD = b"POST /x HTTP/1.1\r\nHost: a\r\n"


def dripping(wire: Wire, data: bytes, every: float, count: int) -> None:
    """Send the same bytes again and again, until the server has had enough."""
    for _ in range(count):
        wire.send(data)
        time.sleep(every)


def silent(wire: Wire) -> None:
    """Send nothing."""


SLOW: dict[str, Callable[[Wire], None]] = {
    "nothing": silent,
    "half a line": lambda wire: silent(wire.send(b"GET /x HT")),
    "half a header": lambda wire: silent(wire.send(b"GET /x HTTP/1.1\r\nHost: a\r\n")),
    "a header that drips": lambda wire: dripping(wire.send(b"GET /x HTTP/1.1\r\n"), b"X-A: b\r\n", 0.1, 20),
    "line breaks that drip": lambda wire: dripping(wire, b"\r\n", 0.1, 20),
    "no body": lambda wire: silent(wire.send(HEAD + b"Content-Length: 5\r\n\r\n")),
    "half a body": lambda wire: silent(wire.send(HEAD + b"Content-Length: 5\r\n\r\nab")),
    "half a chunk": lambda wire: silent(wire.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab")),
    "a body that drips": lambda wire: dripping(wire.send(HEAD + b"Content-Length: 99\r\n\r\n"), b"a", 0.1, 25),
    "chunks that drip": lambda wire: dripping(
        wire.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n"), b"1\r\na\r\n", 0.1, 25
    ),
    "trailers that never end": lambda wire: silent(
        wire.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n")
    ),
    "an answer awaited before the body": lambda wire: silent(
        wire.send(HEAD + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\n")
    ),
}


@pytest.mark.parametrize("behave", SLOW.values(), ids=SLOW)
def test_a_client_that_holds_us_up_is_told_408(server: Running, behave: Callable[[Wire], None]) -> None:
    wire = server.wire()
    began = time.monotonic()
    behave(wire)
    answer = wire.answer()
    assert (answer.status, answer.headers["content-type"]) == (408, "application/problem+json")
    assert wire.rest() == b""
    assert time.monotonic() - began < 5
    wire.close()
    assert server.is_well()


def test_an_idle_connection_is_closed_without_a_word(server: Running) -> None:
    wire = server.wire()
    assert wire.send(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n").answer().status == 200
    began = time.monotonic()
    assert wire.rest() == b""
    assert QUICK["keep_alive_seconds"] - 0.1 < time.monotonic() - began < 5
    wire.close()


def test_line_breaks_do_not_keep_an_idle_connection(server: Running) -> None:
    wire = server.wire()
    assert wire.send(b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n").answer().status == 200
    began = time.monotonic()
    dripping(wire, b"\r\n", 0.1, 15)
    assert wire.rest() == b""
    assert time.monotonic() - began < 5
    wire.close()


def test_a_second_request_has_a_clock_of_its_own(server: Running) -> None:
    wire = server.wire()
    for _ in range(2):
        wire.send(b"GET /x HTTP/1.1\r\n")
        time.sleep(0.35)
        assert wire.send(b"Host: a\r\n\r\n").answer().status == 200
    wire.send(b"GET /x HTTP/1.1\r\n")
    assert wire.answer().status == 408
    wire.close()


def test_a_large_body_on_a_slow_line_arrives(server: Running) -> None:
    """It takes longer than any body may take, and comes at three times the rate that is asked for."""
    wire = server.wire()
    wire.send(HEAD + b"Content-Length: 9000\r\n\r\n")
    dripping(wire, b"a" * 300, 0.1, 30)
    assert wire.answer().json["length"] == 9_000
    wire.close()


def test_a_body_that_we_do_not_read_costs_its_client_nothing(server: Running) -> None:
    body = b"a" * 1_000_000
    wire = server.wire()
    wire.send(b"POST /unread?seconds=2 HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body)).send(body)
    assert wire.answer().json == {"length": len(body)}
    wire.close()


def test_an_answer_may_take_its_time(server: Running) -> None:
    wire = server.wire()
    assert wire.send(b"GET /slow?seconds=2 HTTP/1.1\r\nHost: a\r\n\r\n").answer().status == 200
    wire.close()


def test_a_stream_of_events_may_pause(server: Running) -> None:
    wire = server.wire()
    answer = wire.send(b"GET /ticks?count=3&every=0.9 HTTP/1.1\r\nHost: a\r\n\r\n").answer()
    assert answer.body == b"data: 0\n\ndata: 1\n\ndata: 2\n\n"
    wire.close()


def test_a_client_that_does_not_read_is_cut_off(server: Running) -> None:
    wire = narrow(server)
    wire.send(b"GET /large?bytes=50000000 HTTP/1.1\r\nHost: a\r\n\r\n")
    time.sleep(5)
    with pytest.raises((EOFError, ConnectionResetError)):
        wire.answer()
    wire.close()
    assert server.is_well()


def test_a_client_that_reads_slowly_gets_everything(server: Running) -> None:
    size = 6_000_000
    wire = narrow(server)
    wire.send(b"GET /large?bytes=%d HTTP/1.1\r\nHost: a\r\n\r\n" % size)
    received = 0
    while received <= size and (data := wire.socket.recv(200_000)):
        received += len(data)
        time.sleep(0.005)
    wire.close()
    assert received > size, "the whole body, and its header"


def narrow(server: Running) -> Wire:
    """A connection that holds little on its way."""
    wire = server.wire()
    wire.close()
    wire.socket = socket.socket()
    wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    wire.socket.settimeout(20)
    wire.socket.connect(("127.0.0.1", server.port))
    return wire


def test_too_many_connections_are_told_so(server: Running) -> None:
    time.sleep(0.7)  # until what other tests have left is gone
    wires = [server.wire() for _ in range(int(QUICK["connections"]))]
    for wire in wires:
        wire.send(b"GET /slow?seconds=1.5 HTTP/1.1\r\nHost: a\r\n\r\n")
    more = [server.wire() for _ in range(3)]
    extra = [wire.answer() for wire in more]
    assert {(answer.status, answer.headers["content-type"]) for answer in extra} == {(503, "application/problem+json")}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in extra)
    assert {wire.answer().status for wire in wires} == {200}
    for wire in wires + more:
        wire.close()
    time.sleep(0.7)
    assert server.is_well()
