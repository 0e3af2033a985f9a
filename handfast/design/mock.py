"""A mock: the real runtime with handlers that answer from examples, or from values made to satisfy the schema.

    bind(app, contract, [], fallback=mock(contract), security=anybody(contract))

Requests are validated as by the real service, and the mock's own replies are judged like any other. A client chooses
among the replies with `Prefer` (RFC 7240), as with Prism: `Prefer: code=404`, `Prefer: example=draft`. Examples that
break their schema are passed over.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import cast

from handfast.contract import Contract, Direction, Operation, Schema
from handfast.contract.model import Header, JSONValue, MediaType, Response
from handfast.design.bodies import BodyWriter, concrete
from handfast.design.samples import Samples
from handfast.runtime import media_types
from handfast.runtime.accept import best
from handfast.runtime.answers import may_have_body
from handfast.runtime.body_types import essence_of
from handfast.runtime.fallback import Fallback, JudgedRequest, PlainReply
from handfast.runtime.header_text import header_text, is_field_value
from handfast.runtime.security import Authenticator, Credentials, Grant
from handfast.runtime.shapes import Shapes
from handfast.runtime.streams import stream_of

_ITEMS = 3
"""How many items a mocked stream has when no example says so."""


@dataclass(frozen=True, slots=True)
class Preference:
    """What a client asked for with `Prefer`: a status, and the name of an example."""

    code: str | None = None
    example: str | None = None


def preference(headers: list[str]) -> Preference:
    """Read the values of `Prefer` headers; what is not known is left alone (RFC 7240, section 2)."""
    chosen: dict[str, str] = {}
    for part in ",".join(headers).split(","):
        name, _, value = part.split(";")[0].partition("=")
        chosen.setdefault(name.strip().lower(), value.strip().strip('"'))
    return Preference(chosen.get("code"), chosen.get("example"))


def mock(contract: Contract, *, seed: int = 0) -> Fallback:
    """What answers every operation of a contract for `bind(..., fallback=...)`; the same seed gives the same values."""
    return _Mock(contract, seed)


def anybody(contract: Contract) -> dict[str, Authenticator]:
    """Authenticators for `bind(..., security=...)` that let in whoever presents well-formed credentials."""
    return {name: _grant(_scopes(contract, name)) for name in contract.security_schemes}


def _grant(scopes: frozenset[str]) -> Authenticator:
    async def authenticate(credentials: Credentials) -> Grant | None:
        return Grant(credentials.username or credentials.value, scopes)

    return authenticate


def _scopes(contract: Contract, name: str) -> frozenset[str]:
    """All scopes that some operation needs of a scheme."""
    return frozenset(
        scope
        for operation in contract.operations
        for requirement in operation.security
        for scope in requirement.get(name, ())
    )


class _Mock:
    def __init__(self, contract: Contract, seed: int) -> None:
        self._contract = contract
        self._samples = Samples(contract.document, contract.judges, seed)
        self._writer = BodyWriter(Shapes(contract.document), self._sample)

    async def __call__(self, request: JudgedRequest) -> PlainReply:
        if isinstance(request.body, AsyncIterable):
            async for _ in cast("AsyncIterable[object]", request.body):
                pass  # judged on the way
        wanted = preference([value.decode("latin-1") for name, value in request.headers if name == b"prefer"])
        response = _response(request.operation, wanted.code)
        if response is None:
            return PlainReply(status=204, has_body=False)
        status = _status(response, wanted.code)
        headers = {name: value for name, header in response.headers.items() for value in self._header(header)}
        if not response.content or not may_have_body(status):
            return PlainReply(status=status, headers=headers, has_body=False)
        names = list(response.content)
        media = response.content[names[best(names, request.accept) or 0]]
        return self._reply(status, headers, media, wanted.example)

    def _reply(
        self, status: int, headers: Mapping[str, JSONValue], media: MediaType, example: str | None
    ) -> PlainReply:
        body: JSONValue | bytes | AsyncIterable[object]
        media_type = concrete(media)
        if stream_of(media.media_type, media, self._contract) is not None and media.item_schema is not None:
            body = _stream(self._items(media, media.item_schema, example))
        else:
            value = self._value(media.schema, media.examples, example, Direction.RESPONSE)
            if media_types.is_json(essence_of(media)) or isinstance(value, str):
                body = (
                    value.encode() if isinstance(value, str) and not media_types.is_json(essence_of(media)) else value
                )
            else:
                written = self._writer.write(media, value)
                body, media_type = written.body, written.content_type
        return PlainReply(status=status, headers=headers, body=body, media_type=media_type)

    def _items(self, media: MediaType, schema: Schema, example: str | None) -> list[JSONValue]:
        for value in _in_order(media.examples, example):
            judge = self._contract.judge(schema, Direction.RESPONSE)
            if isinstance(value, list) and all(map(judge.is_valid, value)):
                return value
        return [self._samples.value(schema.pointer, Direction.RESPONSE, seed=number) for number in range(_ITEMS)]

    def _header(self, header: Header) -> list[JSONValue]:
        """The value of a header, where it has one that a header can carry; optional ones are sent as well."""
        content = header.content
        schema = header.schema or (content.schema if content is not None else None)
        if header.name.lower() == "content-type":
            return []
        if schema is None:
            return ["text"] if header.required else []

        def fits(value: JSONValue) -> bool:
            return content is not None or is_field_value(header_text(value, explode=header.explode))

        for value in self._samples.values(schema.pointer, Direction.RESPONSE):
            if value is not None and fits(value):
                return [value]
        return []

    def _sample(self, schema: Schema) -> JSONValue:
        return self._samples.value(schema.pointer, Direction.RESPONSE)

    def _value(
        self, schema: Schema | None, examples: Mapping[str, JSONValue], name: str | None, direction: Direction
    ) -> JSONValue:
        """An example that keeps its schema, the one that is asked for first; else a value that is made up."""
        order = _in_order(examples, name)
        if schema is None:
            return order[0] if order else ""
        judge = self._contract.judge(schema, direction)
        for value in order:
            if judge.is_valid(value):
                return value
        return self._samples.value(schema.pointer, direction)


async def _stream(items: list[JSONValue]) -> AsyncIterator[JSONValue]:
    for item in items:
        yield item


def _in_order(examples: Mapping[str, JSONValue], name: str | None) -> list[JSONValue]:
    return ([examples[name]] if name is not None and name in examples else []) + list(examples.values())


def _response(operation: Operation, code: str | None) -> Response | None:
    """The reply that is asked for; else the first success, else whatever is declared first."""
    if code is not None and code.isdecimal() and (asked := operation.response(int(code))) is not None:
        return asked
    successes = [response for response in operation.responses if response.status[0] in "23"]
    default = [response for response in operation.responses if response.status == "default"]
    return next(iter([*successes, *default, *operation.responses]), None)


def _status(response: Response, code: str | None) -> int:
    if response.status.isdecimal():
        return int(response.status)
    if code is not None and code.isdecimal() and 100 <= int(code) <= 599:
        return int(code)
    return 200 if response.status == "default" else int(response.status[0]) * 100
