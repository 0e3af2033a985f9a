"""Bytes that clients should not send: each gets its answer as a problem, and the next request is served."""

from __future__ import annotations

import pytest

from tests.server.wire import Running

H = b"Host: a\r\n"
END = b"\r\n"


def get(*fields: bytes, target: bytes = b"/x", host: bytes = H) -> bytes:
    """A GET with these header fields."""
    return b"GET " + target + b" HTTP/1.1\r\n" + host + b"".join(field + END for field in fields) + END


def post(*fields: bytes, body: bytes = b"") -> bytes:
    """A POST with these header fields and this body."""
    return b"POST /x HTTP/1.1\r\n" + H + b"".join(field + END for field in fields) + END + body


def chunked(body: bytes, *fields: bytes) -> bytes:
    """A POST whose body is chunked already."""
    return post(b"Transfer-Encoding: chunked", *fields, body=body)


REFUSED: dict[str, tuple[int, bytes]] = {
    # What is no HTTP
    "garbage": (400, b"\x00\x01\x02garbage\r\n\r\n"),
    "tls": (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64)),
    "words": (400, b"hello there\r\n\r\n"),
    "a method nobody knows": (400, b"FROBNICATE / HTTP/1.1\r\nHost: a\r\n\r\n"),
    "a method in lower case": (400, b"get / HTTP/1.1\r\nHost: a\r\n\r\n"),
    "a tunnel": (400, b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
    "an answer": (400, b"HTTP/1.1 200 OK\r\n\r\n"),
    # Versions
    "0.9 with a version": (505, b"GET / HTTP/0.9\r\nHost: a\r\n\r\n"),
    "2.0": (505, b"GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
    "the preface of 2": (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "1.2": (505, b"GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
    "3.7": (505, b"GET / HTTP/3.7\r\nHost: a\r\n\r\n"),
    "a version in lower case": (400, b"GET / http/1.1\r\nHost: a\r\n\r\n"),
    "another protocol": (400, b"GET / FTP/1.1\r\nHost: a\r\n\r\n"),
    # Targets
    "raw UTF-8 in the path": (400, get(target="/é".encode())),
    "raw UTF-8 in the query": (400, get(target="/?q=é".encode())),
    "raw bytes in the path": (400, get(target=b"/\xff\xfe")),
    "NUL in the path": (400, get(target=b"/\x00")),
    "a fragment": (400, get(target=b"/x#y")),
    "a relative target": (400, get(target=b"x/y")),
    "another scheme": (400, get(target=b"ftp://a/x")),
    "user and password": (400, get(target=b"http://me:secret@a/x")),
    "an absolute target without a host": (400, get(target=b"http:///x")),
    "* with GET": (400, get(target=b"*")),
    "a space in the target": (400, get(target=b"/a b")),
    "a long target": (414, get(target=b"/" + b"a" * 9_000)),
    "a very long target": (414, get(target=b"/" + b"a" * 90_000)),
    "a long query": (414, get(target=b"/?" + b"a" * 9_000)),
    # Host
    "no Host": (400, get(host=b"")),
    "two Hosts": (400, get(b"Host: b")),
    "the same Host twice": (400, get(b"Host: a")),
    "an empty Host": (400, get(host=b"Host:\r\n")),
    "a Host with a path": (400, get(host=b"Host: a/b\r\n")),
    "a Host with a user": (400, get(host=b"Host: u@a\r\n")),
    "a Host with a space": (400, get(host=b"Host: a b\r\n")),
    "a Host with a comma": (400, get(host=b"Host: a, b\r\n")),
    "a Host with raw UTF-8": (400, get(host="Host: é\r\n".encode())),
    "a Host with a port in words": (400, get(host=b"Host: a:http\r\n")),
    "a Host with a port too large": (400, get(host=b"Host: a:65536\r\n")),
    "a Host that is half an IPv6 address": (400, get(host=b"Host: [::1\r\n")),
    "a Host that is no IPv6 address": (400, get(host=b"Host: [::1::2]\r\n")),
    # Header fields
    "NUL in a value": (400, get(b"X-A: a\x00b")),
    "a control character in a value": (400, get(b"X-A: a\x01b")),
    "DEL in a value": (400, get(b"X-A: a\x7fb")),
    "CR in a value": (400, get(b"X-A: a\rb")),
    "NUL in a name": (400, get(b"X\x00A: b")),
    "a space in a name": (400, get(b"X A: b")),
    "a space before the colon": (400, get(b"X-A : b")),
    "no colon": (400, get(b"X-A")),
    "no name": (400, get(b": b")),
    "a folded line": (400, get(b"X-A: b\r\n c")),
    "a line that starts with a space": (400, b"GET / HTTP/1.1\r\n X-A: b\r\nHost: a\r\n\r\n"),
    "line feeds alone": (400, b"GET / HTTP/1.1\nHost: a\n\n"),
    "too many fields": (431, get(*(b"X-%d: a" % number for number in range(120)))),
    "a value too large": (431, get(b"X-A: " + b"a" * 40_000)),
    "a name too large": (431, get(b"X" * 40_000 + b": a")),
    "values too large together": (431, get(*(b"X-%d: " % number + b"a" * 1_000 for number in range(40)))),
    "a line without end": (431, b"GET / HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 600_000),
    "spaces without end": (431, b"GET / HTTP/1.1\r\nHost: a\r\nX-A:" + b" " * 600_000),
    "two Authorizations": (400, get(b"Authorization: Bearer a", b"Authorization: Bearer b")),
    "two Content-Types": (400, post(b"Content-Type: a/b", b"Content-Type: c/d", b"Content-Length: 0")),
    "two Content-Encodings": (400, post(b"Content-Encoding: gzip", b"Content-Encoding: br", b"Content-Length: 0")),
    "two Idempotency-Keys": (400, get(b"Idempotency-Key: a", b"idempotency-key: b")),
    "two Ranges": (400, get(b"Range: bytes=0-1", b"Range: bytes=2-3")),
    # The length of a body
    "two lengths": (400, post(b"Content-Length: 1", b"Content-Length: 2", body=b"ab")),
    "the same length twice": (400, post(b"Content-Length: 1", b"Content-Length: 1", body=b"a")),
    "a list of lengths": (400, post(b"Content-Length: 1, 1", body=b"a")),
    "a negative length": (400, post(b"Content-Length: -1")),
    "a length with a sign": (400, post(b"Content-Length: +1", body=b"a")),
    "a hexadecimal length": (400, post(b"Content-Length: 0x1", body=b"a")),
    "an empty length": (400, post(b"Content-Length:")),
    "a length of words": (400, post(b"Content-Length: many")),
    "a length beyond 64 bits": (400, post(b"Content-Length: 99999999999999999999999")),
    "a length and chunks": (400, chunked(b"0\r\n\r\n", b"Content-Length: 5")),
    "chunks and a length": (400, post(b"Content-Length: 5", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n")),
    # Transfer codings
    "Transfer-Encoding: P": (400, post(b"Transfer-Encoding: P", body=b"0\r\n\r\n")),
    "identity": (400, post(b"Transfer-Encoding: identity", body=b"a")),
    "gzip, chunked": (400, post(b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n")),
    "chunked, gzip": (400, post(b"Transfer-Encoding: chunked, gzip", body=b"0\r\n\r\n")),
    "chunked twice": (400, post(b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n")),
    "xchunked": (400, post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n")),
    "chunked after a tab": (400, post(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n")),
    "chunked in 1.0": (400, b"POST /x HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    # Chunks
    "a size that is none": (400, chunked(b"g\r\n")),
    "a size with a sign": (400, chunked(b"-1\r\n")),
    "a size with 0x": (400, chunked(b"0x1\r\na\r\n0\r\n\r\n")),
    "a size with a space": (400, chunked(b"1 \r\na\r\n0\r\n\r\n")),
    "a size beyond 64 bits": (400, chunked(b"f" * 20 + b"\r\n")),
    "a chunk longer than its size": (400, chunked(b"1\r\nab\r\n0\r\n\r\n")),
    "a chunk that ends with LF": (400, chunked(b"1\r\na\n0\r\n\r\n")),
    "a size that ends with LF": (400, chunked(b"1\na\r\n0\r\n\r\n")),
    "too many trailers": (431, chunked(b"0\r\n" + b"".join(b"X-%d: a\r\n" % each for each in range(120)) + b"\r\n")),
    "NUL in a trailer": (400, chunked(b"0\r\nX: \x00\r\n\r\n")),
    "an extension without end": (400, chunked(b"1;" + b"a" * 900_000)),
}  # fmt: skip

CAUSES = {400, 408, 414, 431, 503, 505}


@pytest.mark.parametrize(("status", "data"), REFUSED.values(), ids=REFUSED)
def test_is_refused_with_a_problem(server: Running, status: int, data: bytes) -> None:
    wire = server.wire()
    answer = wire.send(data).answer()
    assert (answer.status, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert answer.json["type"].startswith("urn:handfast:problem:")
    assert answer.headers["connection"] == "close"
    assert "date" in answer.headers
    assert "server" not in answer.headers
    assert wire.rest() == b"", "one answer, and nothing behind it"
    wire.close()
    assert server.is_well()


ACCEPTED: dict[str, tuple[bytes, dict[str, object]]] = {
    "a request": (get(), {"method": "GET", "path": "/x", "version": "1.1", "body": ""}),
    "line breaks before it": (b"\r\n\r\n" + get(), {"path": "/x"}),
    "1.0 without Host": (b"GET /x HTTP/1.0\r\n\r\n", {"version": "1.0"}),
    "a query": (get(target=b"/x?a=%FF&b"), {"path": "/x", "query": "a=%FF&b"}),
    "a query without name": (get(target=b"/x?"), {"path": "/x", "query": ""}),
    "two question marks": (get(target=b"/x?a?b"), {"query": "a?b"}),
    "an escaped slash": (get(target=b"/a%2Fb%20c"), {"path": "/a/b c", "raw_path": "/a%2Fb%20c"}),
    "slashes": (get(target=b"//a//b"), {"path": "//a//b", "raw_path": "//a//b"}),
    "an absolute target": (
        get(target=b"http://b:80/x?y"),
        {"path": "/x", "query": "y", "headers": [["host", "b:80"]]},
    ),
    "an absolute target without path": (get(target=b"http://b?y"), {"path": "/", "query": "y"}),
    "OPTIONS *": (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", {"method": "OPTIONS", "path": "*"}),
    "a Host with a port": (get(host=b"Host: a.example:8000\r\n"), {"path": "/x"}),
    "a Host that is an address": (get(host=b"Host: 127.0.0.1:8000\r\n"), {"path": "/x"}),
    "a Host that is an IPv6 address": (get(host=b"Host: [2001:db8::1]:8000\r\n"), {"path": "/x"}),
    "a Host with tabs around": (get(host=b"hOsT:\t a \t\r\n"), {"headers": [["host", "a"]]}),
    "raw bytes in a value": (get(b"X-A: \xe9"), {"headers": [["host", "a"], ["x-a", "é"]]}),
    "a list in two lines": (get(b"Accept: a/b", b"Accept: c/d"), {"path": "/x"}),
    "100 fields": (get(*(b"X-%d: a" % number for number in range(99))), {"path": "/x"}),
    "a target as long as it may be": (get(target=b"/" + b"a" * 8_191), {"method": "GET"}),
    "a body": (post(b"Content-Length: 3", body=b"abc"), {"body": "abc", "length": 3}),
    "no body": (post(), {"body": ""}),
    "a body of GET": (get(b"Content-Length: 3") + b"abc", {"body": "abc"}),
    "chunks": (chunked(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"), {"body": "abcde"}),
    "many small chunks": (chunked(b"1\r\na\r\n" * 50_000 + b"0\r\n\r\n"), {"length": 50_000}),
    "an offer of WebSockets": (
        get(b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13"),
        {"path": "/x", "headers": [["host", "a"], ["sec-websocket-version", "13"]]},
    ),
    "an offer of HTTP/2 with a body": (
        post(
            b"Connection: keep-alive, Upgrade, HTTP2-Settings",
            b"Upgrade: h2c",
            b"HTTP2-Settings: AAMAAABk",
            b"Content-Length: 3",
            body=b"abc",
        ),
        {"body": "abc", "headers": [["host", "a"], ["connection", "keep-alive"], ["content-length", "3"]]},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "expected"), ACCEPTED.values(), ids=ACCEPTED)
def test_is_served(server: Running, data: bytes, expected: dict[str, object]) -> None:
    wire = server.wire()
    answer = wire.send(data).answer()
    assert answer.status == 200
    assert {name: answer.json[name] for name in expected} == expected
    assert "server" not in answer.headers
    if b"HTTP/1.0" not in data:
        assert wire.send(get(target=b"/next")).answer().json["path"] == "/next", "the connection lives on"
    wire.close()


@pytest.mark.parametrize("in_one_piece", [True, False], ids=["in one piece", "in two pieces"])
def test_trailers_are_never_headers(server: Running, in_one_piece: bool) -> None:
    """RFC 9110, section 6.5.1: neither of this request, nor of the next one."""
    head = b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n"
    body = b"1\r\na\r\n0\r\nAuthorization: Bearer b\r\nHost: evil\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n"
    wire = server.wire()
    if in_one_piece:
        wire.send(head + body + get())
    else:
        wire.send(head).send(body).send(get())
    first, second = wire.answer().json, wire.answer().json
    assert [name for name, _ in first["headers"]] == ["host", "transfer-encoding", "trailer"]
    assert first["body"] == "a"
    assert second["headers"] == [["host", "a"]]
    wire.close()


def test_a_request_byte_by_byte_is_the_same_request(server: Running) -> None:
    data = post(b"Content-Length: 3", b"X-A: b", body=b"abc")
    whole = server.ask(data).json
    wire = server.wire()
    for position in range(len(data)):
        wire.send(data[position : position + 1])
    assert wire.answer().json == whole
    wire.close()


def test_what_is_refused_is_logged_without_what_was_sent(server: Running) -> None:
    server.ask(get(b"X-Secret: a\x00b"))
    server.wait_for("refused: 400")
    assert "X-Secret" not in server.log()
