"""A small ASGI application that shows what reaches it: the server is tested below any framework."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """Answers each path in its own way; `/echo` and all others say what came in."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
    await PATHS.get(scope["path"], _echo)(scope, receive, send, query)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client has gone")
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body


async def _reply(send: Send, status: int, value: object, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    content = json.dumps(value).encode()
    fields = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content)), *(headers or [])]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": content})


async def _echo(scope: Message, receive: Receive, send: Send, query: dict[str, str]) -> None:
    body = await _body(receive)
    value = {
        "method": scope["method"],
        "version": scope["http_version"],
        "path": scope["path"],
        "raw_path": scope["raw_path"].decode("latin-1"),
        "query": scope["query_string"].decode("latin-1"),
        "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in scope["headers"]],
        "body": body[:100].decode("latin-1"),
        "length": len(body),
        "client": scope["client"][0],
        "scheme": scope["scheme"],
        "draining": scope["state"]["draining"],
    }
    await _reply(send, 200, value)


async def _early(scope: Message, receive: Receive, send: Send, query: dict[str, str]) -> None:
    await _reply(send, 413, {"early": True})


async def _slow(scope: Message, receive: Receive, send: Send, query: dict[str, str]) -> None:
    await _body(receive)
    await asyncio.sleep(float(query["seconds"]))
    await _reply(send, 200, {"slept": True})


async def _large(scope: Message, receive: Receive, send: Send, query: dict[str, str]) -> None:
    size = int(query["bytes"])
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % size)]})
    await send({"type": "http.response.body", "body": b"x" * size})


async def _ticks(scope: Message, receive: Receive, send: Send, query: dict[str, str]) -> None:
    count = int(query["count"]) if query.get("count", "").isdecimal() else 0
    every = float(query["every"]) if query.get("every", "").replace(".", "").isdecimal() else 0.0
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    for number in range(count):
        await send({"type": "http.response.body", "body": b"data: %d\n\n" % number, "more_body": True})
        await asyncio.sleep(every)
    await send({"type": "http.response.body", "body": b""})


async def _head_first(scope: Message, receive: Receive, send: Send, query: dict[str, str]) -> None:
    """Starts an answer, and waits or breaks off before the first byte of its body."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    if "seconds" not in query:
        raise RuntimeError("on purpose")
    await asyncio.sleep(float(query["seconds"]))
    await send({"type": "http.response.body", "body": b"late"})


async def _crash(scope: Message, receive: Receive, send: Send, query: dict[str, str]) -> None:
    raise RuntimeError("on purpose")


async def _split(scope: Message, receive: Receive, send: Send, query: dict[str, str]) -> None:
    await _reply(send, 200, {}, [(b"x-split", b"a\r\nx-injected: b")])


async def _unread(scope: Message, receive: Receive, send: Send, query: dict[str, str]) -> None:
    """Reads the body late, so that the server has to hold it back."""
    await asyncio.sleep(float(query["seconds"]))
    await _reply(send, 200, {"length": len(await _body(receive))})


_GONE: list[str] = []


async def _wait(scope: Message, receive: Receive, send: Send, query: dict[str, str]) -> None:
    """Waits until its client goes, and notes that it has."""
    while (await receive())["type"] != "http.disconnect":
        pass
    _GONE.append(query["name"])


async def _gone(scope: Message, receive: Receive, send: Send, query: dict[str, str]) -> None:
    await _reply(send, 200, _GONE)


PATHS = {
    "/early": _early,
    "/slow": _slow,
    "/large": _large,
    "/ticks": _ticks,
    "/head-first": _head_first,
    "/crash": _crash,
    "/split": _split,
    "/unread": _unread,
    "/wait": _wait,
    "/gone": _gone,
}
