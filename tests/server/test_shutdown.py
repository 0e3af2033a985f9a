"""SIGTERM under load: what was begun is finished, nothing is cut off, and the exit code is 0."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from tests.server.wire import ROOT, Running, Wire, command, running

GET = b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n"


class Load(threading.Thread):
    """A client that asks again and again, on one connection while it is kept; it notes what went wrong."""

    def __init__(self, port: int, seconds: float) -> None:
        super().__init__(daemon=True)
        self.port = port
        self.request = GET % (b"/slow?seconds=%g" % seconds)
        self.answered = 0
        self.lost: list[str] = []
        self.was_told = False

    def run(self) -> None:
        """Ask until nobody listens any more."""
        while True:
            try:
                wire = Wire(self.port)
            except ConnectionRefusedError:
                return
            try:
                while True:
                    wire.send(self.request)
                    answer = wire.answer()
                    assert answer.status == 200
                    self.answered += 1
                    if answer.headers.get("connection") == "close":
                        self.was_told = True
                        break
            except (EOFError, OSError) as error:
                self.lost.append(repr(error))
                return
            finally:
                wire.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_nothing_that_was_begun_is_lost(workers: int) -> None:
    with running(command([("lame_duck_seconds", 0.6)], workers=workers)) as server:
        clients = [Load(server.port, seconds) for seconds in (0.01, 0.05, 0.2, 0.3) * 4]
        for client in clients:
            client.start()
        time.sleep(0.5)
        assert server.stop() == 0, server.log()
        for client in clients:
            client.join(20)
        assert sum(client.answered for client in clients) > 50
        # What the kernel took while the socket was being closed is as good as refused: nobody has begun it.
        assert [client.lost for client in clients if client.lost and not client.was_told] == []
        assert all(client.was_told for client in clients), "every client is told by Connection: close"


def test_a_long_request_is_finished_and_a_stalled_one_does_not_hold_up_the_end() -> None:
    with running(command([("lame_duck_seconds", 0.1), ("drain_seconds", 2)])) as server:
        long, stalled, idle = server.wire(), server.wire(), server.wire()
        assert idle.send(GET % b"/x").answer().status == 200
        long.send(GET % b"/slow?seconds=1")
        stalled.send(b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
        time.sleep(0.2)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        answer = long.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        answer = stalled.answer()
        assert (answer.status, answer.headers["content-type"]) == (503, "application/problem+json")
        assert int(answer.headers["retry-after"]) > 0
        assert server.process.wait(10) == 0
        assert time.monotonic() - began < 5
        for wire in (long, stalled, idle):
            wire.close()


def test_the_application_sees_that_the_end_is_near() -> None:
    with running(command([("lame_duck_seconds", 1)])) as server:
        before = server.ask(GET % b"/x").json["draining"]
        idle = server.wire()
        assert idle.send(GET % b"/x").answer().headers.get("connection") is None
        server.process.send_signal(signal.SIGTERM)
        server.wait_for("shutting down")
        answer = server.ask(GET % b"/x")
        assert (before, answer.json["draining"]) == (False, True)
        answer = idle.send(GET % b"/x").answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        idle.close()
        assert server.process.wait(10) == 0


def test_a_second_signal_ends_it_at_once() -> None:
    with running(command([("lame_duck_seconds", 5)])) as server:
        wire = server.wire()
        wire.send(GET % b"/slow?seconds=30")
        time.sleep(0.2)
        began = time.monotonic()
        server.process.send_signal(signal.SIGINT)
        server.wait_for("shutting down")
        server.process.send_signal(signal.SIGINT)
        server.process.wait(10)
        assert time.monotonic() - began < 4
        wire.close()


def test_a_worker_that_dies_is_replaced_and_none_outlives_its_supervisor() -> None:
    with running(command([("lame_duck_seconds", 0.1)], workers=2)) as server:
        children = _children(server)
        assert len(children) == 2
        other, dying = children
        for count in (1, 2):  # the one that took its place may die as well
            subprocess.run(["kill", "-9", str(dying)], check=True)
            server.wait_for("is replaced", count)
            assert server.is_well()
            _wait(lambda: len(_children(server)) == 2)
            children = _children(server)
            dying = next(child for child in children if child != other)
        server.process.kill()
        server.process.wait(10)
        _wait(lambda: not any(_is_alive(child) for child in children))


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        program = f"from handfast.server import serve; serve('tests.server.application:app', port={port})"
        result = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
        )
    assert result.returncode == 1
    assert f"ServeError: cannot listen on 127.0.0.1:{port}: address already in use" in result.stderr


def _children(server: Running) -> list[int]:
    output = subprocess.run(["ps", "-o", "pid=", "--ppid", str(server.process.pid)], capture_output=True, check=False)
    return [int(word) for word in output.stdout.split()]


def _is_alive(process: int) -> bool:
    result = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, check=False)
    return bool(result.stdout.strip()) and not result.stdout.startswith(b"Z")


def _wait(condition: object) -> None:
    assert callable(condition)
    end = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)
