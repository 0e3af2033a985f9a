"""A contract generated, bound to handlers that tell what they got, and asked over ASGI: the whole house at once."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import itertools
import json
import sys
from collections.abc import AsyncIterable, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias, cast

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_core import from_json, to_json
from starlette.types import Message

from handfast.contract import Contract, JSONValue, Operation, load_contract, names
from handfast.generate import generate
from handfast.runtime import ByteStream, Credentials, Grant, Operations, Upload, bind

Headers: TypeAlias = Sequence[tuple[str, str]]
Answering: TypeAlias = Callable[[ModuleType, ModuleType, Mapping[str, Any]], object]
"""Makes a reply from the module of the operation, the models, and the arguments."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """What came back, and what the handler had got: parameters by `location name`, and `body`."""

    status: int
    headers: Headers
    body: bytes
    seen: JSONValue
    error: BaseException | None

    def all(self, name: str) -> list[str]:
        """The values of a header."""
        return [value for key, value in self.headers if key == name]

    def __str__(self) -> str:
        return f"{self.status} {self.body[:300]!r} seen={self.seen} error={self.error!r}"


async def authenticate(credentials: Credentials) -> Grant | None:
    """Lets in what begins with `good`; scopes stand behind dots."""
    value = credentials.username or credentials.value
    return Grant(value, frozenset(value.split(".")[1:])) if value.startswith("good") else None


@dataclass
class Subject:
    """A bound contract."""

    contract: Contract
    app: FastAPI
    seen: list[JSONValue]
    replies: dict[str, Answering]

    def send(
        self, method: str, target: str, headers: Headers = (), body: bytes | Sequence[bytes] = b"", **more: object
    ) -> Answer:
        """One request; a body in several pieces is chunked, `more` goes into the ASGI scope."""
        raw, _, query = target.partition("?")
        pieces = [body] if isinstance(body, bytes) else list(body)
        wire = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
        if isinstance(body, bytes) and body:
            wire.append((b"content-length", str(len(body)).encode()))
        scope: dict[str, object] = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": raw, "raw_path": raw.encode("latin-1"), "root_path": "", "query_string": query.encode("latin-1"),
            "headers": wire, **more,
        }  # fmt: skip
        sent: list[Message] = []
        self.seen.clear()

        async def receive() -> Message:
            if not pieces:
                await asyncio.sleep(60)
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message: Message) -> None:
            sent.append(message)

        error: BaseException | None = None
        try:
            asyncio.run(self.app(scope, receive, send))
        except Exception as raised:  # what nobody expected goes on to the server, after the answer
            error = raised
        return Answer(
            sent[0]["status"],
            [(name.decode(), value.decode("latin-1")) for name, value in sent[0]["headers"]],
            b"".join(message.get("body", b"") for message in sent[1:]),
            self.seen[0] if self.seen else None,
            error,
        )


@contextmanager
def served(
    contract: Path, folder: Path, replies: Mapping[str, Answering] | None = None, **options: Any
) -> Generator[Subject]:
    """A contract bound through its generated package; operations without a reply here give their first success.

    Replies may be exchanged between requests: generating takes a second, and binding some milliseconds.
    """
    package = f"wired{next(_numbers)}"
    loaded = load_contract(contract)
    generate(loaded, folder / package)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    seen: list[JSONValue] = []
    answers = dict(replies or {})
    try:
        models = importlib.import_module(f"{package}.models")
        handlers: list[type[Operations]] = []
        for tag in dict.fromkeys(operation.tag for operation in loaded.operations):
            module = importlib.import_module(f"{package}.operations.{names.module_name(tag)}")
            base: Any = getattr(module, names.operations_class_name(tag))
            members = {
                names.method_name(each): _handler(each, base, module, models, answers, seen)
                for each in loaded.operations
                if each.tag == tag
            }
            handlers.append(type("Handlers", (base,), members))
        app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        security = dict.fromkeys(loaded.security_schemes, authenticate)
        chosen: dict[str, Any] = {"security": security, "docs": None, **options}
        bind(app, loaded, handlers, **chosen)
        yield Subject(loaded, app, seen, answers)
    finally:
        sys.path.remove(str(folder))
        for name in [each for each in sys.modules if each.partition(".")[0] == package]:
            del sys.modules[name]


def _handler(
    operation: Operation,
    base: type[Operations],
    module: ModuleType,
    models: ModuleType,
    answers: Mapping[str, Answering],
    seen: list[JSONValue],
) -> object:
    declared: Any = getattr(base, names.method_name(operation))
    places = {argument: f"{place} {name}" for (place, name), argument in names.argument_names(operation).items()}

    async def handler(self: object, **arguments: Any) -> object:
        told = {places.get(name, name): await _told(value) for name, value in arguments.items()}
        seen.append({name: value for name, value in told.items() if value is not None or name == "body"})
        if (answer := answers.get(operation.operation_id)) is not None:
            return answer(module, models, arguments)
        success = next(each for each in operation.responses if each.status[0] == "2")
        return getattr(module, names.reply_name(operation, success))()

    handler.__signature__ = inspect.signature(declared)  # type: ignore[attr-defined]  # what bind reads
    handler.__annotations__ = dict(declared.__annotations__)
    return handler


async def _told(value: object) -> JSONValue:
    """What a handler got, as JSON."""
    if isinstance(value, Upload):
        content = (await value.read()).decode("latin-1")
        return {"file": value.filename, "type": value.content_type, "content": content}
    if isinstance(value, ByteStream):
        return {"bytes": (await value.read()).decode("latin-1")}
    if isinstance(value, AsyncIterable):
        return [await _told(item) async for item in cast("AsyncIterable[object]", value)]
    if isinstance(value, list):
        return [await _told(item) for item in cast("list[object]", value)]
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        found = [(fields[name].alias or name if name in fields else name, item) for name, item in value]
        return {name: await _told(item) for name, item in found if str(item) != "MISSING"}
    return cast("JSONValue", from_json(to_json(value, by_alias=True)))


def same(one: JSONValue, other: JSONValue) -> bool:
    """Equality of JSON, in which true is not 1."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
