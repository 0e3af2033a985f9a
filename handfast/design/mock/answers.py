"""What a declared response is filled with: an example that keeps its schema, else a value that is made up for it."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Mapping
from dataclasses import dataclass
from typing import cast

from handfast.contract import Contract, Direction, Schema
from handfast.contract.model import Header, JSONValue, MediaType
from handfast.design.bodies import BodyWriter, concrete
from handfast.design.mock.choosing import Choice
from handfast.design.mock.prefer import WrongPreference
from handfast.design.samples import Samples
from handfast.runtime import media_types
from handfast.runtime.body_types import essence_of, kind_of
from handfast.runtime.fallback import JudgedRequest, PlainReply
from handfast.runtime.header_text import field_lines, header_text, is_field_value
from handfast.runtime.route import allowed
from handfast.runtime.shapes import Shapes
from handfast.runtime.streams import stream_of

_ITEMS = 3
"""How many items a mocked stream has when no example says so."""


@dataclass(frozen=True, slots=True)
class Made:
    """A value that was found for a response; `is_example` tells that an author wrote it."""

    value: JSONValue
    is_example: bool = False


class Answers:
    """Fills the responses of one contract; the same seed fills them alike."""

    def __init__(self, contract: Contract, seed: int) -> None:
        self._contract = contract
        self.samples = Samples(contract.document, contract.judges, seed)
        self.shapes = Shapes(contract.document)
        self._writer = BodyWriter(self.shapes, self._sample)

    def reply(self, choice: Choice, request: JudgedRequest, *, dynamic: bool = False) -> PlainReply:
        """A response filled from its examples, or with `dynamic` from chance. Raises WrongPreference, Unsatisfiable."""
        headers = self._allow(choice, request)
        if choice.media is None:
            return self.without_body(choice, headers)
        if self.is_stream(choice.media):
            return self._streamed(choice, choice.media, request, headers, dynamic=dynamic)
        if choice.media.item_schema is not None:
            return self.with_value(choice, self._items(choice.media, choice, request, dynamic=dynamic), headers)
        return self.with_value(choice, self.value(choice, choice.media, request, dynamic=dynamic).value, headers)

    def value(self, choice: Choice, media: MediaType, request: JudgedRequest, *, dynamic: bool = False) -> Made:
        """The value for a response that is no stream."""
        if not dynamic or choice.is_asked:
            for name, value in _in_order(_shown(media), choice.example):
                if _is_text(media, value) or self._fits(media.schema, value):
                    return Made(value, is_example=True)
                if choice.is_asked and name == choice.example:
                    raise WrongPreference(f"the example {name!r} breaks its schema; `handfast lint` says how")
        if media.schema is None:
            return Made("")
        seed = _seed(request) if dynamic else 0
        made = self.samples.value(media.schema.pointer, Direction.RESPONSE, seed=seed, varied=dynamic)
        return Made(self._with_known(made, media.schema, _known(request, choice, media)))

    def with_value(
        self, choice: Choice, value: JSONValue, headers: Mapping[str, JSONValue] | None = None
    ) -> PlainReply:
        """A response with a value as its body; `headers` are those that are known, the others are made up."""
        media = choice.media
        if media is None:
            return self.without_body(choice, headers)
        body: JSONValue | bytes = value
        media_type = concrete(media)
        if not media_types.is_json(essence_of(media)):
            if isinstance(value, str) and not media_types.is_json(media_type):
                body = value.encode()
            else:
                written = self._writer.write(media, value)
                body, media_type = written.body, written.content_type
        known = self._headers(choice, headers or {})
        return PlainReply(status=choice.status, headers=known, body=body, media_type=media_type)

    def without_body(self, choice: Choice, headers: Mapping[str, JSONValue] | None = None) -> PlainReply:
        """A response that has nothing in it."""
        return PlainReply(status=choice.status, headers=self._headers(choice, headers or {}), has_body=False)

    def is_stream(self, media: MediaType) -> bool:
        """Whether a response is sent item by item."""
        return media.item_schema is not None and stream_of(media.media_type, media, self._contract) is not None

    def _streamed(
        self,
        choice: Choice,
        media: MediaType,
        request: JudgedRequest,
        headers: Mapping[str, JSONValue],
        *,
        dynamic: bool,
    ) -> PlainReply:
        items = self._items(media, choice, request, dynamic=dynamic)
        return PlainReply(
            status=choice.status,
            headers=self._headers(choice, headers),
            body=_stream(items),
            media_type=concrete(media),
        )

    def _items(self, media: MediaType, choice: Choice, request: JudgedRequest, *, dynamic: bool) -> list[JSONValue]:
        schema = media.item_schema
        if schema is None:
            return []
        judge = self._contract.judge(schema, Direction.RESPONSE)
        if not dynamic or choice.is_asked:
            for _, value in _in_order(media.examples, choice.example):
                if isinstance(value, list) and all(map(judge.is_valid, value)):
                    return value
        seed = _seed(request) if dynamic else ""
        return [
            self.samples.value(
                schema.pointer, Direction.RESPONSE, seed=f"{seed}/{number}" if dynamic else number, varied=dynamic
            )
            for number in range(_ITEMS)
        ]

    def _headers(self, choice: Choice, known: Mapping[str, JSONValue]) -> dict[str, JSONValue]:
        found: dict[str, JSONValue] = {}
        for name, header in choice.response.headers.items():
            given = known.get(name.lower())
            values = [given] if given is not None and self.header_fits(header, given) else self._header(header)
            if values:
                found[name] = values[0]
        return found

    def _allow(self, choice: Choice, request: JudgedRequest) -> dict[str, JSONValue]:
        """`Allow` where the response declares it: the methods of the path, as a text or an array of them."""
        header = next((each for each in choice.response.headers.values() if each.name.lower() == "allow"), None)
        if header is None:
            return {}
        path = request.operation.path
        methods = allowed({each.method for each in self._contract.operations if each.path == path})
        forms: tuple[JSONValue, ...] = (", ".join(methods), [*methods])
        return {"allow": next((form for form in forms if self.header_fits(header, form)), None)}

    def header_fits(self, header: Header, value: JSONValue) -> bool:
        """Whether a header can carry a value, and its schema admits it."""
        if header.schema is not None and not self._contract.judge(header.schema, Direction.RESPONSE).is_valid(value):
            return False
        return header.content is None and is_field_value(header_text(value, explode=header.explode))

    def _fits(self, schema: Schema | None, value: JSONValue) -> bool:
        return schema is None or self._contract.judge(schema, Direction.RESPONSE).is_valid(value)

    def _header(self, header: Header) -> list[JSONValue]:
        """The value of a header, where it has one that a header can carry; optional ones are sent as well.

        It is an example that keeps its schema, else made up.
        """
        content = header.content
        schema = header.schema or (content.schema if content is not None else None)
        if header.name.lower() == "content-type":
            return []
        if schema is None:
            return ["text"] if header.required else []

        def fits(value: JSONValue) -> bool:
            try:
                return all(map(is_field_value, field_lines(header, value)))
            except ValueError:  # links that are none
                return False

        for value in header.examples.values():
            if self._fits(schema, value) and fits(value):
                return [value]
        for value in self.samples.values(schema.pointer, Direction.RESPONSE):
            if value is not None and fits(value):
                return [value]
        return []

    def _with_known(self, made: JSONValue, schema: Schema, known: Mapping[str, JSONValue]) -> JSONValue:
        """A made-up object with what is known in the members that are called so, as far as its schema lets it be."""
        judge = self._contract.judge(schema, Direction.RESPONSE)
        for name, value in known.items():
            if isinstance(made, dict) and name in made:
                changed: JSONValue = {**made, name: value}
                made = changed if judge.is_valid(changed) else made
        return made

    def _sample(self, schema: Schema) -> JSONValue:
        return self.samples.value(schema.pointer, Direction.RESPONSE)


def _shown(media: MediaType) -> Mapping[str, JSONValue]:
    """The examples of a media type; where no value can be sent (XML, images), as texts that go over the wire."""
    if media_types.is_json(concrete(media)) or kind_of(media) == "value":
        return media.examples
    return {**media.examples, **media.texts} if kind_of(media) == "bytes" else {**media.texts, **media.examples}


def _is_text(media: MediaType, value: JSONValue) -> bool:
    """Whether an example is a body as it goes over the wire, of a media type that no schema judges."""
    return isinstance(value, str) and kind_of(media) == "bytes" and not media_types.is_json(concrete(media))


def _known(request: JudgedRequest, choice: Choice, media: MediaType) -> dict[str, JSONValue]:
    """What need not be made up: path parameters; in problem details the status (RFC 9457, section 3.1.2)."""
    known = {name: value for (location, name), value in request.parameters.items() if location == "path"}
    return {**known, "status": choice.status} if essence_of(media) == "application/problem+json" else known


def _seed(request: JudgedRequest) -> str:
    """What makes one request like another: its operation and its parameters."""
    parameters = sorted((location, name, repr(value)) for (location, name), value in request.parameters.items())
    return f"{request.operation.operation_id}{parameters}"


async def _stream(items: list[JSONValue]) -> AsyncIterator[JSONValue]:
    for item in items:
        yield item


async def drained(body: object) -> None:
    """Take a streamed request body in, so that it is judged to its end."""
    if isinstance(body, AsyncIterable):
        async for _ in cast("AsyncIterable[object]", body):
            pass


def _in_order(examples: Mapping[str, JSONValue], name: str | None) -> list[tuple[str, JSONValue]]:
    first = [(name, examples[name])] if name is not None and name in examples else []
    return [*first, *examples.items()]
