"""Notes what passes a bound application, for contract coverage: every response, and what accepted requests had."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

from handfast.contract.model import Operation, Parameter, ParameterLocation
from handfast.runtime.route import OPERATION
from handfast.testing.coverage import BODY, RECORDS, Observation, essence

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ContractRecorder:
    """ASGI middleware that notes what a bound application was asked and how it answered.

    It is meant for test runs: it keeps what it has seen in memory and appends each new observation to a file of its
    own process in `folder`, at once, so that a killed process loses nothing. Without a folder it takes the one that
    `pytest --contract-coverage` names, and notes nothing where no coverage is asked for.
    """

    def __init__(self, app: ASGIApp, folder: Path | None = None) -> None:
        self.app = app
        named = os.environ.get(RECORDS)
        self.folder = folder or (Path(named) if named else None)
        self.seen: set[Observation] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self.folder is None:
            await self.app(scope, receive, send)
            return

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start" and isinstance(scope.get(OPERATION), Operation):
                self._note(observations(scope[OPERATION], scope, message))
            await send(message)

        await self.app(scope, receive, note)

    def _note(self, found: Iterable[Observation]) -> None:
        assert self.folder is not None
        new = [entry for entry in found if entry not in self.seen]
        if new:
            self.seen.update(new)
            with (self.folder / f"{os.getpid()}.txt").open("a", encoding="utf-8") as file:
                file.writelines(f"{entry}\n" for entry in new)


def observations(operation: Operation, scope: Scope, start: Message) -> Iterator[Observation]:
    """What one exchange shows of its operation; parameters and body count where the status is below 400."""
    name, status = operation.operation_id, int(start["status"])
    yield Observation(name, str(status), essence(_header(start["headers"], b"content-type")))
    if status >= 400:
        return
    names = {unquote_plus(field.partition("=")[0]) for field in scope["query_string"].decode("latin-1").split("&")}
    for parameter in operation.parameters:
        if _was_sent(parameter, operation, scope, names - {""}):
            yield Observation(name, str(parameter.location), parameter.name)
    if operation.request_body is not None and _has_body(scope):
        yield Observation(name, BODY, essence(_header(scope["headers"], b"content-type")))


def _was_sent(parameter: Parameter, operation: Operation, scope: Scope, names: set[str]) -> bool:
    match parameter.location:
        case ParameterLocation.PATH:
            return True
        case ParameterLocation.QUERYSTRING:
            return bool(scope["query_string"])
        case ParameterLocation.HEADER:
            return any(name == parameter.name.lower().encode() for name, _ in scope["headers"])
        case ParameterLocation.COOKIE:
            cookies = _header(scope["headers"], b"cookie").split(";")
            return any(cookie.partition("=")[0].strip() == parameter.name for cookie in cookies)
        case ParameterLocation.QUERY:
            if any(name == parameter.name or name.startswith(f"{parameter.name}[") for name in names):
                return True
            # The members of an exploded object stand under their own names.
            others = {each.name for each in operation.parameters}
            return _may_be_object(parameter) and any(name.partition("[")[0] not in others for name in names)


def _may_be_object(parameter: Parameter) -> bool:
    value = parameter.schema.value if parameter.schema else None
    kinds = value.get("type", "object") if isinstance(value, dict) else ""
    return parameter.style == "form" and parameter.explode and (kinds == "object" or isinstance(kinds, list))


def _has_body(scope: Scope) -> bool:
    length = _header(scope["headers"], b"content-length")
    return length not in {"", "0"} or bool(_header(scope["headers"], b"transfer-encoding"))


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    return next((value.decode("latin-1") for each, value in headers if each.lower() == name), "")
