"""The mock itself: a fallback for `bind`, which answers every operation that has no handler.

    bind(app, contract, [], fallback=mock(contract), security=anybody(contract))

Requests are judged as by the real service before they come here, and what is answered here is judged like the reply of
any handler. What is told about the mock itself (a preference that cannot be met, a failure that was asked for and is
not declared) is a problem of its own, see `foreign`.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random

from handfast.contract import Contract
from handfast.design.mock.answers import Answers, drained
from handfast.design.mock.choosing import Choice, choose
from handfast.design.mock.failures import failing, failure
from handfast.design.mock.foreign import problem
from handfast.design.mock.options import MockOptions
from handfast.design.mock.prefer import Preferences, WrongPreference, applied
from handfast.design.mock.state import State
from handfast.runtime.fallback import Fallback, JudgedRequest, PlainReply


def mock(contract: Contract, options: MockOptions | None = None, *, seed: int = 0) -> Fallback:
    """What answers every operation of a contract for `bind(..., fallback=...)`; `seed` is short for options with it."""
    return _Mock(contract, options or MockOptions(seed=seed))


class _Mock:
    def __init__(self, contract: Contract, options: MockOptions) -> None:
        self._options = options
        self._answers = Answers(contract, options.seed)
        self._state = State(contract, self._answers) if options.stateful else None
        self._random = Random(f"{options.seed}/chance")  # not for secrets

    async def __call__(self, request: JudgedRequest) -> PlainReply:
        await drained(request.body)
        try:
            wanted = Preferences.of(
                value.decode("latin-1") for name, value in request.headers if name.lower() == b"prefer"
            )
        except WrongPreference as wrong:
            return problem(400, "preference", str(wrong))
        waited = await self._wait(wanted)
        try:
            reply, met = self._reply(request, wanted)
        except WrongPreference as wrong:
            return problem(400, "preference", str(wrong))
        if reply.is_foreign:
            return reply
        pairs = [*met, *waited]
        beside = {"Preference-Applied": applied(pairs)} if pairs else {}
        return replace(reply, beside={**reply.beside, **beside, "Vary": "Prefer"})

    async def _wait(self, wanted: Preferences) -> list[tuple[str, str]]:
        latency = wanted.latency or self._options.latency
        seconds = latency.seconds(self._random)
        if wanted.wait is not None:
            seconds = min(seconds, wanted.wait)
        if seconds > 0:
            await asyncio.sleep(seconds)
        return [("latency", f"{seconds * 1000:.0f}ms")] if wanted.latency is not None else []

    def _reply(self, request: JudgedRequest, wanted: Preferences) -> tuple[PlainReply, list[tuple[str, str]]]:
        """The reply, and the preferences that were met."""
        status = failing(self._options, request, self._random)
        if status is not None and wanted.code is None and wanted.example is None:
            return self._failed(request, status), []
        dynamic = self._options.dynamic if wanted.dynamic is None else wanted.dynamic
        met = [("dynamic", str(wanted.dynamic).lower())] if wanted.dynamic is not None else []
        if self._state is not None and wanted.code is None and wanted.example is None:
            reply = self._state.reply(request, dynamic=dynamic)
            if reply is not None:
                return reply, met
        choice = choose(request, wanted)
        if choice is None:
            return PlainReply(status=204, has_body=False), []
        return self._answers.reply(choice, request, dynamic=dynamic), [*_met(choice, wanted), *met]

    def _failed(self, request: JudgedRequest, status: int) -> PlainReply:
        choice = failure(request, status)
        if choice is not None:
            return self._answers.reply(choice, request)
        return problem(
            status, "failure", f"the mock was told to fail; {request.operation.operation_id} has no {status}"
        )


def _met(choice: Choice, wanted: Preferences) -> list[tuple[str, str]]:
    met = [("code", str(choice.status))] if wanted.code == choice.status else []
    if choice.is_asked and choice.example is not None:
        met.append(("example", choice.example))
    return met
