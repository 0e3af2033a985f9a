"""Requests with random faults, cut at random places: each gets answers that can be read, or a closed connection."""

from __future__ import annotations

import random

from tests.server.wire import Running

SEEDS = [
    b"GET /x?a=b HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n",
    b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Type: a/b\r\n\r\nhello",
    b"POST /early HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\nX-T: a\r\n\r\n",
    b"POST /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 5\r\n\r\nhello",
    b"HEAD /ticks?count=2&every=0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    b"GET /ticks?count=2&every=0 HTTP/1.0\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
]
PIECES = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\x00",
    b" ",
    b"\t",
    b":",
    b"0",
    b"-",
    b"\xff",
    b"HTTP/1.1",
    b"Host: b\r\n",
    b"\r\n\r\n",
    b";",
    b"%",
]
CASES = 400


def mutated(chance: random.Random) -> bytes:
    """Up to three requests in a row, with a few faults."""
    data = bytearray(b"".join(chance.choice(SEEDS) for _ in range(chance.randint(1, 3))))
    for _ in range(chance.randint(0, 4)):
        place = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                del data[place : place + chance.randint(1, 12)]
            case 2:
                data[place:place] = chance.choice(PIECES)
            case _:
                data[place:place] = data[place : place + chance.randint(1, 30)]
        if not data:
            return b"\r\n"
    return bytes(data)


def test_whatever_comes_is_answered_or_closed(server: Running) -> None:
    before = server.log().count("a callback of the HTTP parser failed")
    for seed in range(CASES):
        chance = random.Random(seed)
        data = mutated(chance)
        wire = server.wire()
        cut = chance.randrange(len(data) + 1)
        wire.send(data[:cut]).send(data[cut:])
        try:
            wire.half_close()
            said = wire.rest()
        except ConnectionResetError:
            said = b""
        finally:
            wire.close()
        assert said == b"" or said.startswith(b"HTTP/1.1 "), (seed, data, said)
        assert b'"status":500' not in said, (seed, data, said)
    assert server.is_well()
    assert server.log().count("a callback of the HTTP parser failed") == before, server.log()
