"""Guards a connection below the application: limits, timeouts, exact framing, and answers that the client gets to read.

It extends uvicorn's httptools protocol, whose parser is fast but sets no limits, merges trailers into the header, drops
the bodies of requests that offer an upgrade, and has no clocks. Run it by `handfast.server.serve`, or as
`uvicorn --http handfast.server.protocol:GuardedProtocol`. RFC 9112 is what is meant by sections without a number.
"""

from __future__ import annotations

import asyncio
import logging
import urllib.parse
from enum import Enum, auto
from typing import TYPE_CHECKING, ClassVar, cast

import httptools
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from handfast.server import heads, refusals
from handfast.server.cycle import GuardedCycle
from handfast.server.limits import ServerLimits
from handfast.server.refusals import Refusal, refusal_of
from handfast.server.stalls import WriteWatch
from handfast.server.tally import Tally

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

_LOG = logging.getLogger("handfast.server")

_LAST_WORDS_SECONDS = 0.1


class Section(Enum):
    """What the next byte of a connection belongs to."""

    START = auto()
    """Nothing yet; the clock of the header runs."""
    HEAD = auto()
    BODY = auto()
    BETWEEN = auto()
    """A request is complete and the next one may come; the clock of keep-alive runs when nothing is being answered."""


class GuardedProtocol(HttpToolsProtocol):
    """A connection. `limits` belongs to the class, because uvicorn makes the objects: see `guarded`."""

    limits: ClassVar[ServerLimits] = ServerLimits()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # uvicorn's own arguments, whatever they are
        self.timeout_keep_alive = self.limits.keep_alive_seconds  # type: ignore[assignment]  # call_later takes a float
        self.access_log = False
        self._application = cast("ASGI3Application", self.app)  # pyright: ignore[reportUnknownMemberType]  # uvicorn's union
        self._section = Section.START
        self._target = b""
        self._active: GuardedCycle | None = None
        self._reason: Refusal | None = None  # why a callback of the parser stopped it
        self._refusal: Refusal | None = None  # waits until earlier requests are answered
        self._is_lingering = False
        self._is_upgrading = False
        self._is_leaving = False
        self._has_ended = False  # the client closed its side
        self._messages = 0
        self._tally = Tally(self.limits)
        self._since = self._progress = 0.0
        self._clock: asyncio.TimerHandle | None = None
        self._writes: WriteWatch | None = None

    # The transport

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        super().connection_made(transport)
        self._writes = WriteWatch(self.loop, transport, self.limits.write_stall_seconds)
        if len(self.connections) > self.limits.connections:
            self._refuse_connection()
            return
        self._start_clock()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        if self._writes is not None:
            self._writes.stop()
        self.pipeline.clear()
        if self._active is not None and not self._active.is_over:
            self._active.disconnect()  # uvicorn tells the newest request alone
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    @override
    def data_received(self, data: bytes) -> None:
        self._progress = self.loop.time()
        if self._is_deaf():
            return  # it is read so that the peer gets to read our answer
        self._unset_keepalive_if_required()
        before = (self._section, self._messages)
        self._feed(data)
        if self._is_deaf():
            return
        if self._section is Section.BETWEEN and not self._is_busy() and self.timeout_keep_alive_task is None:
            self._section = Section.START  # line breaks before a request: they do not keep a connection alive
            self._tally.raw = 0
        if before == (self._section, self._messages):
            self._tally.raw += len(data)
            self._check_raw()
        elif self._section is not Section.BETWEEN:
            self._start_clock()  # once for all that this piece of data brought

    @override
    def eof_received(self) -> bool | None:  # type: ignore[override]  # asyncio's own signature
        self._has_ended = True
        if self._is_lingering or self.scheme == "https":
            return None
        if self._section in (Section.HEAD, Section.BODY) and self._refusal is None:
            self._refuse(refusals.INCOMPLETE)
            return True
        if self._active is None or self._active.is_over or self._active.response_started:
            return None
        # Half-closed: the request is complete, and its client still wants the answer.
        self.loop.call_later(self.limits.half_closed_seconds, self._close)
        return True

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        if self._writes is not None:
            self._writes.start()

    @override
    def resume_writing(self) -> None:
        if self._writes is not None and not self.transport.is_closing():
            self._writes.stop()
        super().resume_writing()

    def _is_deaf(self) -> bool:
        """Whether nothing that comes in will ever be looked at."""
        return self._is_lingering or self._refusal is not None or self.transport.is_closing()

    # The parser

    def _feed(self, data: bytes) -> None:
        self._reason = None
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            offset = cast("int", upgrade.args[0])
            self._feed_without_upgrade(data[offset:])
        except httptools.HttpParserError as error:
            self._refuse(self._reason_of(error))

    def _reason_of(self, error: httptools.HttpParserError) -> Refusal:
        if self._reason is not None:
            return self._reason
        if isinstance(error, httptools.HttpParserCallbackError):
            _LOG.error("a callback of the HTTP parser failed", exc_info=error)
        return refusal_of(error)

    def _feed_without_upgrade(self, rest: bytes) -> None:
        """Read a request that offers another protocol once more, without the offer: the parser gave up its body."""
        self._is_upgrading = False
        fields = b"".join(b"%s: %s\r\n" % field for field in heads.without_upgrade(self.headers))
        line = b"%s %s HTTP/%s\r\n" % (self.parser.get_method(), self._target, self.parser.get_http_version().encode())
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._feed(line + fields + b"\r\n" + rest)

    def _stop(self, reason: Refusal) -> ValueError:
        """What a callback of the parser raises to stop it."""
        self._reason = reason
        return ValueError(reason.cause)

    @override
    def on_message_begin(self) -> None:
        if self._is_leaving_with_active():
            raise self._stop(refusals.STOPPING)
        super().on_message_begin()
        self._section = Section.HEAD
        self._messages += 1
        self._target = b""
        self._tally.begin()

    @override
    def on_url(self, url: bytes) -> None:
        self._target += url
        if len(self._target) > self.limits.request_target:
            raise self._stop(refusals.TARGET_TOO_LONG)

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._tally.add_field(name, value):
            raise self._stop(refusals.HEADERS_TOO_LARGE)
        if self._section is not Section.HEAD:
            return  # a trailer, which must not be merged into the header (RFC 9110, section 6.5.1)
        self.headers.append((name.lower(), value.strip(b" \t")))

    @override
    def on_headers_complete(self) -> None:
        version = self.parser.get_http_version()
        if version not in ("1.1", "1.0"):
            raise self._stop(refusals.VERSION_UNSUPPORTED)
        method = self.parser.get_method()
        target = heads.target_of(method, self._target) if method != b"CONNECT" else None
        if target is None:
            raise self._stop(refusals.TARGET_INVALID)
        body = heads.body_of(self.headers, version)
        if isinstance(body, Refusal):
            raise self._stop(body)
        if self.parser.should_upgrade():
            self._is_upgrading = True
            return
        if len(self.pipeline) >= self.limits.pipelined:
            raise self._stop(refusals.BUSY)
        self._fill_scope(method.decode("ascii"), version, target)
        self._begin_cycle(version, body)
        self._section = Section.BODY
        self._tally.begin_body()

    def _fill_scope(self, method: str, version: str, target: heads.Target) -> None:
        path = target.path.decode("ascii")
        self.scope["method"] = method
        self.scope["http_version"] = version
        self.scope["path"] = self.root_path + (urllib.parse.unquote(path) if "%" in path else path)
        self.scope["raw_path"] = self.root_path.encode("ascii") + target.path
        self.scope["query_string"] = target.query
        if target.authority is not None:  # section 3.2.2: it takes the place of Host
            self.headers[:] = [(b"host", target.authority), *(field for field in self.headers if field[0] != b"host")]

    def _begin_cycle(self, version: str, body: heads.Body) -> None:
        previous = self._active
        cycle = GuardedCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=body.waits,
            keep_alive=version == "1.1" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        cycle.app_state = self.app_state
        cycle.unread = body.length
        cycle.swallows = self.limits.swallowed_bytes
        self.cycle = cycle
        if previous is None or previous.is_over:
            self._start_asgi_task(cycle, self._application)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self._application))

    @override
    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._active = cast("GuardedCycle", cycle)
        self._active.is_last = self._is_leaving
        super()._start_asgi_task(cycle, app)

    def on_chunk_header(self) -> None:
        """Called by the parser for each chunk of a body."""
        self._tally.chunks += 1

    @override
    def on_body(self, body: bytes) -> None:
        self._tally.decoded += len(body)
        cycle = cast("GuardedCycle", self.cycle)
        if cycle.unread is not None:
            cycle.unread -= len(body)
        if not cycle.disconnected:
            super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        if self._is_upgrading:
            return
        self._section = Section.BETWEEN
        if self.cycle.response_complete and not self._is_busy():
            self._await_next()  # the end of a body that nobody wanted
        super().on_message_complete()

    def _check_raw(self) -> None:
        """Hold back what the parser swallows without telling: endless lines, extensions of chunks, line breaks."""
        if self._section is not Section.BODY:
            if self._tally.is_endless_head():
                self._refuse(refusals.HEADERS_TOO_LARGE)
        elif self._tally.is_mostly_framing():
            self._refuse(refusals.CHUNK_OVERHEAD)

    # Answers

    def _is_busy(self) -> bool:
        return self._active is not None and not self._active.is_over

    def _is_leaving_with_active(self) -> bool:
        """Whether the answer under way has already announced that it is the last one."""
        return self._active is not None and self._active.closes

    @override
    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.transport.is_closing() or self._is_lingering:
            return
        self._unset_keepalive_if_required()
        cycle = self._active
        if cycle is not None and cycle.closes:
            self._linger()
        elif self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._refusal is not None:
            self._answer(self._refusal, None)
        elif self._has_ended or (self._is_leaving and self._section is not Section.HEAD):
            self._close()
        else:
            self.flow.resume_reading()
            self._await_next()

    def _await_next(self) -> None:
        if self._section is Section.BETWEEN:
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        elif self._section is Section.HEAD:
            self._start_clock()  # it had to wait for us

    def _refuse(self, refusal: Refusal) -> None:
        """Turn down the request that is arriving, once the ones before it are answered."""
        cycle = cast("GuardedCycle", self.cycle) if self._section is Section.BODY else None
        queued = [entry for entry in self.pipeline if entry[0] is cycle]
        for entry in queued:
            self.pipeline.remove(entry)
        if self._is_busy() and (queued or self._active is not cycle):
            self._refusal = refusal
            self._section = Section.BETWEEN
            self.flow.pause_reading()
            return
        self._answer(refusal, cycle)

    def _answer(self, refusal: Refusal, cycle: GuardedCycle | None) -> None:
        _LOG.info("refused: %d %s", refusal.status, refusal.cause, extra={"client": self.client})
        if cycle is None or not cycle.response_started:
            is_head = self._section is not Section.START and self._asks_for_head()
            self.transport.write(refusal.answer(self.server_state.default_headers, without_body=is_head))
        if cycle is not None and not cycle.is_over:
            cycle.disconnect()
            if cycle.response_started:
                self._close()  # in the middle of an answer: it must be seen that it is not whole
                return
        self._linger()

    def _asks_for_head(self) -> bool:
        return bool(self._target) and self.parser.get_method() == b"HEAD"

    def _refuse_connection(self) -> None:
        if len(self.connections) > 2 * self.limits.connections:
            self.transport.abort()
            return
        self._answer(refusals.BUSY, None)

    def _linger(self) -> None:
        """Close our side, and read on until the client closes its own, or for a while (section 9.6).

        To close with bytes unread, or with bytes still to come, would destroy the answer on its way.
        """
        self._is_lingering = True
        self._refusal = None
        self.pipeline.clear()
        if self._has_ended or self.transport.is_closing():
            self._close()
            return
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._start_clock()

    def _close(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        self._unset_keepalive_if_required()
        if not self.transport.is_closing():
            self.transport.close()
            if self._writes is not None:
                self._writes.start()

    @override
    def timeout_keep_alive_handler(self) -> None:
        self._close()

    @override
    def shutdown(self) -> None:
        self._is_leaving = True
        if self._active is not None:
            self._active.is_last = True
        # A request may be on its way right now.
        delay = 1.0 if self._is_lingering else _LAST_WORDS_SECONDS
        self.loop.call_later(delay, self._close_if_idle)

    def _close_if_idle(self) -> None:
        if self._is_lingering or (not self._is_busy() and self._section in (Section.START, Section.BETWEEN)):
            self._close()

    # Clocks

    def _start_clock(self) -> None:
        self._since = self._progress = self.loop.time()
        if self._clock is not None:
            self._clock.cancel()
        self._clock = self.loop.call_later(self._deadline() - self._since, self._on_clock)

    def _deadline(self) -> float:
        """When patience ends with what is going on now, in the time of the loop."""
        limits = self.limits
        if self._is_lingering:
            return min(self._since + limits.linger_seconds, self._progress + limits.linger_idle_seconds)
        if self._section is Section.BODY:
            earned = self._tally.decoded / limits.body_rate if limits.body_rate else 0.0
            return min(self._since + limits.body_seconds + earned, self._progress + limits.body_idle_seconds)
        return self._since + limits.header_seconds

    def _on_clock(self) -> None:
        self._clock = None
        if self.transport.is_closing() or (self._section is Section.BETWEEN and not self._is_lingering):
            return
        now = self.loop.time()
        if not self._is_lingering and self._is_our_turn():
            self._since, self._progress = now, now
        deadline = self._deadline()
        if now < deadline:
            self._clock = self.loop.call_later(deadline - now, self._on_clock)
        elif self._is_lingering or (self._section is Section.START and self._messages):
            self._close()
        else:
            self._refuse(refusals.TIMED_OUT)

    def _is_our_turn(self) -> bool:
        """Whether the client waits for us: we stopped reading, or still answer what it asked before."""
        return self.flow.read_paused or (self._section is not Section.BODY and self._is_busy())


def guarded(limits: ServerLimits) -> type[GuardedProtocol]:
    """The protocol with these limits, for `uvicorn.Config(http=...)`."""
    return type("GuardedProtocol", (GuardedProtocol,), {"limits": limits})
