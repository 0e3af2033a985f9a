"""The same dependencies solved twice: by a route of plain FastAPI, and for a handler bound by Handfast."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handfast.contract import JSONValue
from handfast.runtime import Operations, bind
from tests.runtime.serving import Choose200, contract_of

TRACE: list[str] = []
Ending = Callable[[], Awaitable[object]]


def note(text: str) -> str:
    """Write down that something happened."""
    TRACE.append(text)
    return text


async def succeed() -> object:
    """The ending of a handler that has nothing to say."""
    return {}


@dataclass(frozen=True)
class Twice:
    """A tree of dependencies, what the handler does at its end, and what is around it."""

    depends: Sequence[Any]
    ending: Ending = succeed
    above: Sequence[Any] = ()
    middleware: Sequence[Middleware] = ()
    target: str = "/items/5?q=a"
    headers: Sequence[tuple[str, str]] = (("x-test", "yes"), ("cookie", "c=1"))

    def by_fastapi(self) -> FastAPI:
        """An application with a plain route; a stream is answered as FastAPI does."""
        app = FastAPI(openapi_url=None, dependencies=list(self.above), middleware=list(self.middleware))
        scope: dict[str, Any] = {"depends": self.depends, "Annotated": Annotated, "note": note, "end": self._end}
        exec(  # noqa: S102  # signatures of any length
            f"async def handle({self._arguments()}):\n"
            f"    note(f'handler {{{self._values()}}}')\n"
            "    return await end()\n",
            scope,
        )
        app.get("/api/items/{id}")(scope["handle"])
        return app

    def by_handfast(self) -> FastAPI:
        """An application with a handler whose constructor takes the dependencies."""
        app = FastAPI(openapi_url=None, dependencies=list(self.above), middleware=list(self.middleware))
        scope: dict[str, Any] = {"depends": self.depends, "Annotated": Annotated}
        exec(  # noqa: S102
            f"def __init__(self, {self._arguments()}):\n    self.told = f'handler {{{self._values()}}}'\n", scope
        )
        ending = self.ending

        class Many(Operations, tag="default"):
            __init__ = scope["__init__"]

            async def choose(self, *, id: int, q: str | None) -> Choose200:  # noqa: A002
                note(self.told)  # type: ignore[attr-defined]
                ended = await ending()
                is_stream = hasattr(ended, "__aiter__")
                return Choose200(ended, media_type="application/octet-stream" if is_stream else "application/json")

        bind(app, contract_of({"/items/{id}": {"get": _OPERATION}}), [Many])
        return app

    async def _end(self) -> object:
        ended = await self.ending()
        return StreamingResponse(ended) if hasattr(ended, "__aiter__") else ended

    def _arguments(self) -> str:
        return ", ".join(f"d{index}: Annotated[object, depends[{index}]]" for index in range(len(self.depends)))

    def _values(self) -> str:
        return f"[{', '.join(f'd{index}' for index in range(len(self.depends)))}]"


_OPERATION: JSONValue = {
    "operationId": "choose",
    "tags": ["default"],
    "parameters": [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "q", "in": "query", "schema": {"type": "string"}},
    ],
    "responses": {
        "200": {
            "description": "It.",
            "headers": {"Set-Cookie": {"schema": {"type": "string"}}},
            "content": {"application/json": {}, "application/octet-stream": {}},
        },
        "default": {"description": "What went wrong."},
    },
}


@dataclass
class Outcome:
    """What a client saw, in which order what happened, and which exception went on to the server."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict[str, str])
    trace: list[str] = field(default_factory=list[str])
    raised: str | None = None


async def outcome(
    app: ASGIApp, twice: Twice, *, gone_after: int | None = None, cancel_at: str | None = None
) -> Outcome:
    """Ask an application once; the client goes after some chunks, or the task is cancelled once something is noted."""
    TRACE.clear()
    path, _, query = twice.target.partition("?")
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": "/api" + path, "raw_path": ("/api" + path).encode(), "root_path": "",
        "query_string": query.encode(), "headers": [(name.encode(), value.encode()) for name, value in twice.headers],
        "client": ("127.0.0.1", 1), "server": ("here", 80), "state": {},
    }  # fmt: skip
    seen, chunks, is_gone, pending = Outcome(), list[bytes](), asyncio.Event(), [b""]

    async def receive() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        await is_gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.status = message["status"]
            named = [(name.decode(), value.decode()) for name, value in message["headers"]]
            seen.headers = {name: value for name, value in named if name in ("x-request-id", "set-cookie")}
            note(f"status {seen.status}")
        elif message.get("body") and message.get("more_body"):
            chunks.append(message["body"])
            note("chunk")
            if gone_after is not None and len(chunks) >= gone_after:
                is_gone.set()
                await asyncio.sleep(60)

    task = asyncio.ensure_future(_run(app, scope, receive, send))
    while cancel_at is not None and cancel_at not in TRACE and not task.done():  # noqa: ASYNC110  # notes are no events
        await asyncio.sleep(0)
    if cancel_at is not None:
        task.cancel()
    try:
        await asyncio.wait_for(task, 10)
    except BaseException as error:  # what a server would log
        seen.raised = type(error).__name__
    seen.trace = list(TRACE)
    return seen


async def _run(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await app(scope, receive, send)


async def both(twice: Twice, **how: Any) -> tuple[Outcome, Outcome]:
    """FastAPI's outcome and ours."""
    return await outcome(twice.by_fastapi(), twice, **how), await outcome(twice.by_handfast(), twice, **how)
