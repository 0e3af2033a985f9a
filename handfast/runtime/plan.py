"""What happens to a request once its operation is known: admitted, read, judged, handled, judged again, sent.

The order of refusals is fixed: security, size, media type, syntax, parameters and body together. No dependency is
solved, and so no database is touched, before all of it is through. The answer is encoded and judged before the
dependencies with `yield` are left, and these are left before the first byte: a reply that breaks the contract rolls
back, and so does everything that is raised. Only a stream keeps them until its last byte.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterable, Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import cast
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive, Scope, Send

from handfast.contract.model import JSONValue, Operation
from handfast.errors import ResponseViolation
from handfast.runtime.answers import Answer, send_answer
from handfast.runtime.arguments import Argument
from handfast.runtime.bodies import BodyReader, ReadBody
from handfast.runtime.dependencies import Solver
from handfast.runtime.exceptions import answer_of
from handfast.runtime.failures import Failures
from handfast.runtime.fallback import Fallback, JudgedRequest
from handfast.runtime.files import FileStream
from handfast.runtime.leaving import Solved
from handfast.runtime.parameters import ParameterReader
from handfast.runtime.problems import Cause, Refused
from handfast.runtime.ranges import Ranges
from handfast.runtime.replies import Replies
from handfast.runtime.security import PRINCIPALS, Gate

logger = logging.getLogger("handfast.violations")

Values = Mapping[tuple[str, str], JSONValue]

_DRAIN_SECONDS = 1.0
_DRAIN_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bound:
    """The handler's side of an operation."""

    solver: Solver
    method: str
    arguments: tuple[Argument, ...]
    wants_body: bool


@dataclass(slots=True)
class _Exchange:
    """One request on its way."""

    scope: Scope
    receive: Receive
    send: Send
    is_head: bool
    link: tuple[bytes, bytes] | None
    texts: Mapping[str, str]
    accept: str | None = None
    values: Values | None = None
    body: ReadBody | None = None

    def answer(self, answer: Answer) -> Awaitable[None]:
        """Send an answer."""
        if self.link is not None:
            answer.headers.append(self.link)
        listening = None if answer.stream is None else self._listening
        return send_answer(answer, self.send, head=self.is_head, receive=listening)

    @property
    def _listening(self) -> Receive | None:
        """Where to hear that the client has gone; None while a handler may still read the body, and hears it there."""
        is_read = self.body is None or not isinstance(self.body.argument, AsyncIterable)
        return self.receive if is_read else None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that requests to one operation need, decided beforehand."""

    operation: Operation
    gate: Gate | None
    parameters: ParameterReader
    body: BodyReader | None
    bound: Bound | None
    fallback: Fallback | None
    replies: Replies
    failures: Failures
    ranges: Ranges | None
    timeout: float | None

    async def handle(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        texts: Mapping[str, str],
        *,
        is_head: bool,
        link: tuple[bytes, bytes] | None,
    ) -> None:
        """Answer one request; `texts` are the raw path parameters, `link` is a header that goes with every answer."""
        exchange = _Exchange(scope, receive, send, is_head, link, texts)
        try:
            try:
                await self._admit(exchange)
            except Refused as refused:
                if refused.cause is Cause.BODY_TOO_LARGE:
                    await _drain(receive)
                await exchange.answer(self.failures.refuse(refused))
            except ClientDisconnect:
                raise
            except Exception as error:
                await self._fail(exchange, error)
            else:
                if self.bound is not None:
                    await self._call(exchange, self.bound)
                else:
                    await self._fall_back(exchange)
        except ClientDisconnect:
            logger.debug("%s: the client went away before its body was read", self.operation.operation_id)
        finally:
            if exchange.body is not None and exchange.body.close is not None:
                exchange.body.close()

    async def _admit(self, exchange: _Exchange) -> None:
        """Security, then body and parameters; raises `Refused` with everything that is wrong."""
        scope = exchange.scope
        if self.gate is not None:
            scope[PRINCIPALS] = await self.gate.admit(scope, Request(scope, exchange.receive))
        if self.replies.has_choice:
            sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"accept"]
            exchange.accept = ", ".join(sent) if sent else None
            if self.replies.is_unacceptable(exchange.accept):
                raise Refused(Cause.NOT_ACCEPTABLE, "the operation answers with other media types")
        refused: Refused | None = None
        if self.body is not None:
            try:
                exchange.body = await self.body.read(scope, exchange.receive)
            except Refused as error:
                if error.cause is not Cause.CONTRACT_VIOLATION:
                    raise
                refused = error
        read = self.parameters.read(exchange.texts, scope["query_string"], scope["headers"])
        exchange.values = read.values
        if read.cause is not None:
            raise Refused(read.cause, errors=[*read.problems, *(refused.errors if refused is not None else ())])
        if refused is not None:
            raise refused

    async def _call(self, exchange: _Exchange, bound: Bound) -> None:
        solved = Solved()
        answer: Answer | None = None
        error: BaseException | None = None
        try:
            if self.timeout is None:
                reply = await self._reply(exchange, bound, solved)
            else:
                async with asyncio.timeout(self.timeout):
                    reply = await self._reply(exchange, bound, solved)
            answer = self._encode(reply, exchange, solved)
        except BaseException as raised:
            error = raised
        is_made_later = answer is not None and answer.stream is not None and not isinstance(answer.stream, FileStream)
        left = await solved.leave(error, keep_request=is_made_later)
        failure = left or error  # a dependency that swallows an exception does not make a reply of it
        if isinstance(failure, NotImplementedError) and self.fallback is not None:
            await self._fall_back(exchange)
            return
        if failure is not None or answer is None:
            await self._fail(exchange, failure)
            return
        await self._send(answer, exchange, solved)

    async def _reply(self, exchange: _Exchange, bound: Bound, solved: Solved) -> object:
        arguments = self._arguments(exchange, bound)  # before any dependency: a value may not fit into its type
        receive = exchange.receive
        if bound.solver.wants_request:
            exchange.scope["path_params"] = {name: unquote(text) for name, text in exchange.texts.items()}
            if exchange.body is not None and exchange.body.raw is not None:
                receive = _replay(exchange.body.raw, receive)
        await bound.solver.solve(solved, exchange.scope, receive, exchange.send)
        return await cast("Awaitable[object]", getattr(solved.handler, bound.method)(**arguments))

    def _arguments(self, exchange: _Exchange, bound: Bound) -> dict[str, object]:
        values = exchange.values or {}
        arguments: dict[str, object] = {}
        for argument in bound.arguments:
            value = values.get(argument.key)
            arguments[argument.name] = value if value is None or argument.convert is None else argument.convert(value)
        if bound.wants_body:
            arguments["body"] = exchange.body.argument if exchange.body is not None else None
        return arguments

    def _encode(self, reply: object, exchange: _Exchange, solved: Solved) -> Answer:
        answer = self.replies.encode(reply, exchange.accept)
        if solved.response is not None:
            self.replies.add_injected(answer, solved.response)
        return answer if self.ranges is None else self.ranges.applied(answer, exchange.scope)

    async def _send(self, answer: Answer, exchange: _Exchange, solved: Solved) -> None:
        """Send an answer, then run what a handler left for the background."""
        if answer.stream is None:
            await exchange.answer(answer)
        else:
            error: BaseException | None = None
            try:
                await exchange.answer(answer)
            except BaseException as raised:
                error = raised
            left = await solved.leave(error)
            if isinstance(left, ResponseViolation):
                logger.error("the stream was ended: %s", left)
                return
            if left is not None:
                raise left
        if solved.tasks is not None:
            await solved.tasks()

    async def _fail(self, exchange: _Exchange, error: BaseException | None) -> None:
        """Answer for an exception; those that nobody expects go on to the server after that, as in FastAPI."""
        if not isinstance(error, Exception):
            raise error or RuntimeError("there is neither an answer nor an exception")
        answer, unexpected = await answer_of(error, self, exchange.scope, exchange.receive, exchange.accept)
        await exchange.answer(answer)
        if unexpected is not None:
            raise unexpected

    async def _fall_back(self, exchange: _Exchange) -> None:
        try:
            if self.fallback is None:
                raise NotImplementedError(f"{self.operation.operation_id} has no handler")
            request = JudgedRequest(
                operation=self.operation,
                parameters=exchange.values or {},
                body=_seen(exchange.body),
                principals=exchange.scope.get(PRINCIPALS, ()),
                accept=exchange.accept,
                headers=exchange.scope["headers"],
            )
            answer = self.replies.encode_plain(await self.fallback(request), exchange.accept)
            answer = answer if self.ranges is None else self.ranges.applied(answer, exchange.scope)
        except Exception as error:
            await self._fail(exchange, error)
            return
        await exchange.answer(answer)


def _seen(body: ReadBody | None) -> object:
    """A body as a fallback gets it: the judged value, else what a handler would get."""
    if body is None:
        return None
    return body.argument if body.value is None else body.value


def _replay(raw: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body again that was read already, for `await request.body()`."""
    is_given = False

    async def again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return again


async def _drain(receive: Receive) -> None:
    """Take in what a client still sends, so that it can read the refusal; not for long, and not for ever."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            size = 0
            while size < _DRAIN_BYTES:
                message = await receive()
                size += len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body", False):
                    return
