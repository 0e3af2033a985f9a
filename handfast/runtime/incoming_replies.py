"""What receivers of webhooks and callbacks answer, judged and made the declared reply: the runtime seen from outside.

A response is read by what reads requests, because a body is a body: media type, strict JSON, schema, model, streams.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping, MutableMapping, Sequence
from dataclasses import fields
from types import GenericAlias
from typing import Annotated, Any, Union, cast, get_args, get_origin, get_type_hints

from handfast.contract import names
from handfast.contract.model import Contract, Operation, Parameter, ParameterLocation, RequestBody, Response
from handfast.errors import OutboundResponseViolation
from handfast.runtime import bodies, media_types, parameters
from handfast.runtime.answers import may_have_body
from handfast.runtime.body_types import FORM, essence_of
from handfast.runtime.build import Builder, members
from handfast.runtime.content import ByteStream
from handfast.runtime.files import File
from handfast.runtime.lexical import Lexicon
from handfast.runtime.limits import Limits
from handfast.runtime.problems import ProblemItem, Refused
from handfast.runtime.receiving import chunks
from handfast.runtime.reply import Header, Reply
from handfast.runtime.transport import OutboundResponse


class IncomingReplies:
    """Reads the replies of one operation; `kinds` are the classes that its method may answer with.

    `contract` looks from the receiver's side: what it answers is what others call a request.
    """

    def __init__(
        self, contract: Contract, operation: Operation, kinds: Sequence[type[Reply]], words: Lexicon, limits: Limits
    ) -> None:
        by_name = {kind.__name__: kind for kind in kinds}
        self._operation = operation
        self._where = f"{contract.locate(operation.pointer)}: {operation.operation_id}"
        self._readers = {
            response.status: _ReplyReader(contract, operation, response, kind, words, limits)
            for response in operation.responses
            if (kind := by_name.get(names.reply_name(operation, response))) is not None
        }

    async def read(self, response: OutboundResponse) -> Reply | None:
        """The declared reply that a response is; raises OutboundResponseViolation when it is none."""
        declared = self._operation.response(response.status)
        if declared is None and not self._operation.responses and response.status == 204:
            await response.close()
            return None
        if declared is None:
            await response.close()
            statuses = ", ".join(each.status for each in self._operation.responses)
            what = (
                f"{self._where}: the receiver answered {response.status}, which is not declared; declared: {statuses}"
            )
            raise OutboundResponseViolation(what, response.status)
        is_open = False
        try:
            reply, is_open = await self._readers[declared.status].read(response)
        except Refused as refused:
            raise violation(self._where, response.status, refused) from None
        finally:
            if not is_open:
                await response.close()
        return reply


def violation(where: str, status: int, refused: Refused) -> OutboundResponseViolation:
    """The violation that a refused response is; `where` names the operation and its place in the contract."""
    told = "".join(f"\n  {_told(item)}" for item in refused.errors)
    what = f"{where}: the receiver's answer {status} breaks the contract: {refused}"
    return OutboundResponseViolation(what + told, status)


def _told(item: ProblemItem) -> str:
    where = f"header {item.parameter}" if item.parameter is not None else f"body {item.pointer or ''}".rstrip()
    return f"{where}: {item.detail} [{item.code}]"


class _ReplyReader:
    """Reads the responses of one declaration."""

    def __init__(
        self,
        contract: Contract,
        operation: Operation,
        response: Response,
        kind: type[Reply],
        words: Lexicon,
        limits: Limits,
    ) -> None:
        self._where = f"{contract.locate(operation.pointer)}: {operation.operation_id}"
        self._response = response
        self._kind = kind
        self._limits = limits
        self._fields = {each.name for each in fields(cast("Any", kind))}  # generated replies are dataclasses
        hints = get_type_hints(kind, include_extras=True)
        self._attributes = dict(_header_fields(hints))
        self._has_forms = any(_is_form(essence_of(media)) for media in response.content.values())
        declared = tuple(_as_parameter(name, response) for name in response.headers if name.lower() != "content-type")
        self._headers = parameters.compile(
            Operation(
                pointer=response.pointer,
                operation_id=operation.operation_id,
                method="",
                path="",
                tag="",
                tags=(),
                parameters=declared,
            ),
            contract,
            words,
            limits=limits,
        )
        self._body = bodies.compile(
            RequestBody(pointer=response.pointer, required=True, content=response.content),
            contract,
            words,
            _body_hint(hints.get("body")),
            limits=limits,
        )

    async def read(self, response: OutboundResponse) -> tuple[Reply, bool]:
        """The reply, and whether its body is still arriving."""
        sent = [
            (name.lower().encode("latin-1"), value.encode("latin-1", "replace"))
            for name, value in response.headers
            if name.lower() not in ("content-encoding", "content-length")  # undone by the client
        ]
        read = self._headers.read({}, b"", sent)
        if read.cause is not None:
            raise Refused(read.cause, "its headers are wrong", read.problems)
        made: dict[str, object] = {}
        for name in self._response.headers:
            if (field := self._attributes.get(name.lower())) is not None:
                value = read.values.get(("header", name))
                made[field[0]] = None if value is None else field[1].from_value(value)
        if "status" in self._fields:
            made["status"] = response.status
        is_open = False
        if "body" in self._fields and may_have_body(response.status):
            made["body"], is_open = await self._read_body(response, sent)
            if "media_type" in self._fields:
                made["media_type"] = self._media_type(sent)
        elif "body" in self._fields:
            made["body"] = None
        return self._kind(**made), is_open

    async def _read_body(self, response: OutboundResponse, sent: list[tuple[bytes, bytes]]) -> tuple[object, bool]:
        content = aiter(response.content)

        async def receive() -> MutableMapping[str, Any]:  # ASGI's own type
            chunk = await anext(content, None)
            return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

        if self._has_forms:
            limit = self._limits.body
            return b"".join([chunk async for chunk in chunks(receive, limit)]), False
        body = await self._body.read({"headers": sent}, receive)
        if isinstance(body.argument, ByteStream):
            return await body.argument.read(), False
        if isinstance(body.argument, AsyncIterator):
            return self._items(cast("AsyncIterator[object]", body.argument), response), True
        return body.argument, False

    async def _items(self, items: AsyncIterator[object], response: OutboundResponse) -> AsyncGenerator[object, None]:
        try:
            async for item in items:
                yield item
        except Refused as refused:
            raise violation(self._where, response.status, refused) from None
        finally:
            await response.close()

    def _media_type(self, sent: list[tuple[bytes, bytes]]) -> str | None:
        text = next((value.decode("latin-1") for name, value in sent if name == b"content-type"), "")
        parsed = media_types.parse(text)
        return media_types.best(self._response.content, parsed) if parsed is not None else None


def _header_fields(hints: Mapping[str, object]) -> list[tuple[str, tuple[str, Builder]]]:
    """The field of each header by its name in lower case, with what makes its value."""
    return [
        (mark.name.lower(), (field, Builder(get_args(hint)[0])))
        for field, hint in hints.items()
        if get_origin(hint) is Annotated
        for mark in get_args(hint)[1:]
        if isinstance(mark, Header)
    ]


def _body_hint(hint: object) -> object:
    """The annotation of a reply's body as that of a request's: streams of items arrive, and bytes are gathered."""
    if hint is None:
        return None
    parts: list[object] = []
    for part in members(hint):
        if get_origin(part) is AsyncIterable:
            if get_args(part)[0] is not bytes:
                parts.append(GenericAlias(AsyncIterator, (get_args(part)[0],)))
        elif part is not bytes and part is not File:
            parts.append(part)
    return Union[tuple(parts)] if parts else None  # noqa: UP007  # made at run time


def _as_parameter(name: str, response: Response) -> Parameter:
    header = response.headers[name]
    return Parameter(
        pointer=header.pointer,
        name=name,
        location=ParameterLocation.HEADER,
        required=header.required,
        style="simple",
        explode=header.explode,
        schema=header.schema,
        content=header.content,
    )


def _is_form(essence: str) -> bool:
    return essence == FORM or essence.startswith("multipart/")
