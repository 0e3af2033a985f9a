"""How requests share a connection, and how it ends: so that every answer that was written is also read."""

from __future__ import annotations

import socket
import time

import pytest

from tests.server.conftest import QUICK
from tests.server.wire import Running

GET = b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.mark.parametrize("framing", [b"Content-Length: 20000000", b"Transfer-Encoding: chunked"])
@pytest.mark.parametrize("path", [b"/early", b"/crash"])
def test_an_early_answer_is_read_by_a_client_that_still_sends(server: Running, framing: bytes, path: bytes) -> None:
    """A client as most are: it sends all of its body before it looks for an answer."""
    wire = server.wire()
    wire.send(b"POST " + path + b" HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n\r\n")
    piece = b"x" * 100_000 if b"Length" in framing else b"186a0\r\n" + b"x" * 100_000 + b"\r\n"
    for _ in range(200):
        wire.socket.sendall(piece)
    answer = wire.answer()
    assert (answer.status, answer.headers["connection"]) == (413 if path == b"/early" else 500, "close")
    assert wire.rest() == b""
    wire.close()
    assert server.is_well()


def test_a_refusal_is_read_by_a_client_that_still_sends(server: Running) -> None:
    wire = server.wire()
    wire.send(b"POST /x HTTP/1.1\r\nContent-Length: 20000000\r\n\r\n")
    for _ in range(200):
        wire.socket.sendall(b"x" * 100_000)
    assert wire.answer().json["type"] == "urn:handfast:problem:host-invalid"
    wire.close()


def test_an_early_answer_to_a_small_body_costs_no_connection(server: Running) -> None:
    wire = server.wire()
    wire.send(b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
    answer = wire.answer()
    assert (answer.status, answer.headers.get("connection")) == (413, None)
    wire.send(b"x" * 1000 + GET % b"/next")
    assert wire.answer().json["path"] == "/next"
    wire.close()


def test_a_small_body_that_never_comes_does_cost_it(server: Running) -> None:
    wire = server.wire()
    wire.send(b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
    assert wire.answer().status == 413
    assert wire.rest() == b""
    wire.close()


def test_a_body_that_was_asked_for_is_continued(server: Running) -> None:
    wire = server.wire()
    wire.send(b"POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    assert wire.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert wire.send(b"abc").answer().json["body"] == "abc"
    assert wire.send(GET % b"/next").answer().status == 200
    wire.close()


def test_a_body_that_is_not_asked_for_ends_the_connection(server: Running) -> None:
    """Whether it comes is up to the client, so nothing after it can be told from it (RFC 9110, section 10.1.1)."""
    wire = server.wire()
    wire.send(b"POST /early HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    answer = wire.answer()
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    wire.close()


def test_1_0_is_not_asked_to_continue(server: Running) -> None:
    wire = server.wire()
    wire.send(b"POST /x HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc")
    assert wire.rest().startswith(b"HTTP/1.1 200 ")
    wire.close()


def test_requests_in_a_row_are_answered_in_order(server: Running) -> None:
    wire = server.wire()
    paths = [b"/slow?seconds=0.2", *(b"/%d" % number for number in range(9))]
    wire.send(b"".join(GET % path for path in paths))
    assert wire.answer().json == {"slept": True}
    assert [wire.answer().json["path"] for _ in range(9)] == [f"/{number}" for number in range(9)]
    wire.close()


def test_bodies_in_a_row_stay_apart(server: Running) -> None:
    wire = server.wire()
    post = b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%b"
    bodies = [b"a" * 10, b"GET /evil HTTP/1.1\r\nHost: a\r\n\r\n", b"", b"c"]
    wire.send(b"".join(post % (len(body), body) for body in bodies))
    assert [wire.answer().json["body"].encode() for _ in bodies] == bodies
    wire.close()


def test_what_is_wrong_behind_a_request_does_not_take_its_answer(server: Running) -> None:
    wire = server.wire()
    wire.send(GET % b"/slow?seconds=0.3" + GET % b"/second" + b"garbage\r\n\r\n" + GET % b"/never")
    assert wire.answer().json == {"slept": True}
    assert wire.answer().json["path"] == "/second"
    assert wire.answer().status == 400
    assert wire.rest() == b""
    wire.close()


def test_what_is_wrong_in_a_waiting_body_does_not_either(server: Running) -> None:
    wire = server.wire()
    wire.send(GET % b"/slow?seconds=0.3" + b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
    assert wire.answer().json == {"slept": True}
    assert wire.answer().status == 400
    assert wire.rest() == b""
    wire.close()


def test_too_many_in_a_row_are_told_so(server: Running) -> None:
    wire = server.wire()
    wire.send(GET % b"/slow?seconds=0.3" + (GET % b"/x") * 100)
    statuses = [wire.answer().status for _ in range(int(QUICK["pipelined"]) + 2)]
    assert statuses == [200] * (int(QUICK["pipelined"]) + 1) + [503]
    assert wire.rest() == b""
    wire.close()


def test_close_is_obeyed(server: Running) -> None:
    wire = server.wire()
    wire.send(b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + (GET % b"/never") * 50)
    answer = wire.answer()
    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert wire.rest() == b""
    wire.close()


def test_1_0_is_answered_and_closed(server: Running) -> None:
    wire = server.wire()
    wire.send(b"GET /ticks?count=2&every=0 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    text = wire.rest()
    assert text.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"transfer-encoding" not in text.lower(), "1.0 knows no chunks"
    assert text.endswith(b"\r\n\r\ndata: 0\n\ndata: 1\n\n")
    wire.close()


def test_the_head_comes_with_the_body(server: Running) -> None:
    wire = server.wire()
    for request in (GET % b"/gone", GET % b"/x", GET % b"/large?bytes=60000"):
        wire.send(request)
        first = wire.socket.recv(100_000)
        head, _, body = first.partition(b"\r\n\r\n")
        assert f"content-length: {len(body)}" in head.decode().lower()
    wire.close()


def test_the_head_does_not_wait_for_a_late_body(server: Running) -> None:
    wire = server.wire()
    wire.send(GET % b"/head-first?seconds=1")
    assert wire.socket.recv(1000).endswith(b"\r\n\r\n")
    assert wire.socket.recv(1000) == b"late"
    wire.close()


def test_an_answer_that_breaks_off_has_its_head(server: Running) -> None:
    wire = server.wire()
    wire.send(GET % b"/head-first")
    head = wire.rest()
    assert head.startswith(b"HTTP/1.1 200 OK\r\n"), "a client must not take the request for one that was never read"
    assert head.endswith(b"\r\n\r\n")
    wire.close()


@pytest.mark.parametrize("path", [b"/x", b"/ticks?count=2&every=0", b"/early"])
def test_head_has_no_body(server: Running, path: bytes) -> None:
    wire = server.wire()
    wire.send(b"HEAD %s HTTP/1.1\r\nHost: a\r\n\r\n" % path)
    wire.answer(to_head=True)
    assert wire.send(GET % b"/next").answer().json["path"] == "/next"
    wire.close()


def test_a_refused_head_has_no_body(server: Running) -> None:
    wire = server.wire()
    head, _, body = wire.send(b"HEAD /x HTTP/1.1\r\n\r\n").rest().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert body == b""
    wire.close()


def test_a_client_that_closes_its_side_gets_its_answer(server: Running) -> None:
    wire = server.wire()
    wire.send(GET % b"/slow?seconds=0.3").half_close()
    assert wire.answer().json == {"slept": True}
    assert wire.rest() == b""
    wire.close()


@pytest.mark.parametrize(
    "data", [b"GE", b"GET /x HTTP/1.1\r\nHost: a\r\n", b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab"]
)
def test_half_a_request_and_no_more_is_refused(server: Running, data: bytes) -> None:
    wire = server.wire()
    wire.send(data).half_close()
    answer = wire.answer()
    assert (answer.status, answer.json["type"]) == (400, "urn:handfast:problem:incomplete-request")
    assert wire.rest() == b""
    wire.close()


@pytest.mark.parametrize("ending", ["reset", "closed", "half closed"])
def test_the_application_learns_that_its_client_has_gone(server: Running, ending: str) -> None:
    name = ending.replace(" ", "-")
    wire = server.wire()
    wire.send(GET % (b"/wait?name=" + name.encode()))
    time.sleep(0.1)
    if ending == "half closed":
        wire.half_close()
    else:
        if ending == "reset":
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        wire.close()
    end = time.monotonic() + 5
    while name not in server.ask(GET % b"/gone").json:
        assert time.monotonic() < end, "it was never told"
        time.sleep(0.1)
    wire.close()


def test_the_first_of_several_learns_it_too(server: Running) -> None:
    wire = server.wire()
    wire.send(GET % b"/wait?name=first" + GET % b"/wait?name=second")
    time.sleep(0.1)
    wire.close()
    end = time.monotonic() + 5
    while "first" not in server.ask(GET % b"/gone").json:
        assert time.monotonic() < end, "it was never told"
        time.sleep(0.1)


@pytest.mark.parametrize("path", [b"/crash", b"/split"])
def test_an_application_that_fails_is_a_problem_too(server: Running, path: bytes) -> None:
    answer = server.ask(GET % path)
    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    assert answer.json["type"] == "urn:handfast:problem:internal"
    assert "x-injected" not in answer.headers
    assert server.is_well()
