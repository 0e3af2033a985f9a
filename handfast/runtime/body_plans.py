"""How a body of each kind is read: JSON, forms, multipart, text, bytes, streams; one plan for each media type."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from pydantic import BaseModel
from pydantic_core import to_json
from typing_extensions import override

from handfast.contract.framing import Framing, framing_of
from handfast.contract.judge import Judge
from handfast.contract.model import Contract, Direction, Header, JSONValue, MediaType, Schema
from handfast.contract.verdicts import SchemaError
from handfast.runtime import form_data, forms, strict_json
from handfast.runtime.body_types import FORM, essence_of, is_file, kind_of
from handfast.runtime.build import Builder
from handfast.runtime.content import ByteStream, Uploads
from handfast.runtime.item_judging import errors_of_items
from handfast.runtime.item_streams import values
from handfast.runtime.lexical import Lexicon
from handfast.runtime.limits import Limits
from handfast.runtime.media_types import ContentType
from handfast.runtime.part_headers import JudgeOf
from handfast.runtime.part_lists import PartListReader
from handfast.runtime.percent import Malformed
from handfast.runtime.problems import MAX_ERRORS, Cause, ProblemItem, Refused
from handfast.runtime.receiving import Receive, chunks, peek, whole
from handfast.runtime.shapes import Shape, length_bounds

Check: TypeAlias = Callable[[JSONValue], list[ProblemItem]]
"""What is wrong with a value by its schema; empty when nothing is."""

_UTF_8 = ("utf-8",)
_TEXT = ("utf-8", "us-ascii", "iso-8859-1")


@dataclass(slots=True)
class ReadBody:
    """A body that has been read and judged; see `bodies`."""

    argument: object = None
    value: JSONValue = None
    raw: bytes | None = None
    close: Callable[[], None] | None = None


NOTHING = ReadBody()
"""No body was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(ABC):
    """How the bodies of one media type are read; `limit` is in bytes, `charsets` what it may be in; None: anything."""

    media_type: str
    limit: int
    check: Check
    builder: Builder
    limits: Limits
    charsets: tuple[str, ...] | None = _UTF_8

    @abstractmethod
    async def read(self, content_type: ContentType, receive: Receive) -> ReadBody:
        """The body as it arrives. Raises Refused."""

    def judge(self, value: JSONValue, found: Sequence[ProblemItem] = (), unjudged: Sequence[str] = ()) -> None:
        """Raise Refused with everything that is wrong with a value, and what was found before.

        What is at the pointers in `unjudged`, and below, is not the schema's to say.
        """
        problems = [*found, *(each for each in self.check(value) if not _is_at(each.pointer, unjudged))]
        if problems:
            raise Refused(Cause.CONTRACT_VIOLATION, "", problems[:MAX_ERRORS])


class _Json(Plan):
    @override
    async def read(self, content_type: ContentType, receive: Receive) -> ReadBody:
        raw = await whole(receive, self.limit)
        if not raw:
            return NOTHING
        value = strict_json.parse(raw, self.limits)
        self.judge(value)
        return ReadBody(self.builder.from_json(raw, value), value, raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class _UrlencodedForm(Plan):
    form: forms.FormReader

    @override
    async def read(self, content_type: ContentType, receive: Receive) -> ReadBody:
        raw = await whole(receive, self.limit)
        try:
            value = self.form.read(raw.decode("latin-1"))
        except Malformed as error:
            raise _refused(error) from None
        self.judge(value)
        return ReadBody(self.builder.from_json(to_json(value), value), value, raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class _MultipartForm(Plan):
    form: form_data.FormDataReader

    @override
    async def read(self, content_type: ContentType, receive: Receive) -> ReadBody:
        try:
            form = await self.form.read(chunks(receive, self.limit), content_type.parameters.get("boundary", ""))
        except Malformed as error:
            raise _refused(error) from None
        try:
            self.judge(form.judged, form.problems, form.unjudged)
            built = self.builder.from_json(to_json(form.built), form.built, form.uploads)
        except BaseException:
            form.uploads.close()
            raise
        if isinstance(built, BaseModel) and built.__pydantic_extra__:
            form.put_undeclared_files(built.__pydantic_extra__)
        return ReadBody(built, form.judged, close=form.uploads.close)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text(Plan):
    reader: Callable[[str], JSONValue]

    @override
    async def read(self, content_type: ContentType, receive: Receive) -> ReadBody:
        raw = await whole(receive, self.limit)
        charset = content_type.parameters.get("charset", "utf-8").lower()
        try:
            text = raw.decode(charset)
        except UnicodeDecodeError:
            raise _refused(Malformed("wrong-charset", f"the text is not {charset}")) from None
        try:
            value = self.reader(text)
        except Malformed as error:
            raise _refused(error) from None
        self.judge(value)
        return ReadBody(text, value, raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bytes(Plan):
    """Bytes as they arrive; JSON under a range such as `*/*` is judged first where the schema is not about bytes."""

    at_least: int
    is_required: bool
    describes_json: bool

    @override
    async def read(self, content_type: ContentType, receive: Receive) -> ReadBody:
        if self.describes_json and content_type.is_json:
            return await self._judged(content_type, receive)
        arriving = chunks(receive, self.limit)
        stream = await peek(arriving)
        if stream is None and not self.is_required:
            return NOTHING
        return ReadBody(ByteStream(self._counted(stream or arriving), content_type.essence))

    async def _judged(self, content_type: ContentType, receive: Receive) -> ReadBody:
        raw = await whole(receive, self.limits.body)
        if not raw:
            return NOTHING
        value = strict_json.parse(raw, self.limits)
        self.judge(value)
        return ReadBody(ByteStream(_once(raw), content_type.essence), value, raw)

    async def _counted(self, stream: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        size = 0
        async for chunk in stream:
            size += len(chunk)
            yield chunk
        if size < self.at_least:
            detail = f"must have at least {self.at_least:,} bytes"
            raise Refused(Cause.CONTRACT_VIOLATION, "", [ProblemItem(code="too-short", detail=detail, pointer="")])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Items(Plan):
    framing: Framing

    @override
    async def read(self, content_type: ContentType, receive: Receive) -> ReadBody:
        return ReadBody(self._items(receive))

    async def _items(self, receive: Receive) -> AsyncGenerator[object, None]:
        index = 0
        async for raw, value in values(chunks(receive, self.limit), self.framing, self.limits):
            if problems := self.check(value):
                raise Refused(Cause.CONTRACT_VIOLATION, f"item {index} of the stream breaks the contract", problems)
            yield self.builder.from_json(raw or to_json(value), value)
            index += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _PartList(Plan):
    """A multipart body without names as an array."""

    parts: PartListReader

    @override
    async def read(self, content_type: ContentType, receive: Receive) -> ReadBody:
        uploads = Uploads()
        judged: list[JSONValue] = []
        built: list[JSONValue] = []
        problems: list[ProblemItem] = []
        unjudged: list[str] = []
        boundary = content_type.parameters.get("boundary", "")
        try:
            async for part in self.parts.items(chunks(receive, self.limit), boundary):
                judged.append(part.value)
                problems += part.problems
                unjudged += part.unjudged
                built.append(part.value if part.upload is None else uploads.add(part.upload))
            self.judge(judged, problems, unjudged)
            argument = self.builder.from_json(to_json(built), built, uploads)
            uploads.put_back(argument, built)
        except Malformed as error:
            uploads.close()
            raise _refused(error) from None
        except BaseException:
            uploads.close()
            raise
        return ReadBody(argument, judged, close=uploads.close)


@dataclass(frozen=True, slots=True, kw_only=True)
class _PartStream(Plan):
    """A multipart body without names as a stream of its parts."""

    parts: PartListReader

    @override
    async def read(self, content_type: ContentType, receive: Receive) -> ReadBody:
        return ReadBody(self._items(content_type.parameters.get("boundary", ""), receive))

    async def _items(self, boundary: str, receive: Receive) -> AsyncGenerator[object, None]:
        try:
            async for part in self.parts.items(chunks(receive, self.limit), boundary):
                uploads = Uploads()
                name = None if part.upload is None else uploads.add(part.upload)
                try:
                    self.judge(part.value, part.problems, part.unjudged)
                    value = part.value if name is None else name
                    yield part.upload or self.builder.from_json(to_json(value), value, uploads)
                finally:
                    uploads.close()
        except Malformed as error:
            raise _refused(error) from None


def compile_plan(  # each argument is one thing that a plan depends on
    media_type: MediaType,
    words: Lexicon,
    annotation: object,
    contract: Contract,
    limits: Limits,
    *,
    is_required: bool,
) -> Plan:
    """The plan for a media type; `annotation` is what its bodies are to become."""
    name = media_type.media_type
    essence = essence_of(media_type)
    shape = words.shapes.of(media_type.schema.pointer) if media_type.schema else words.shapes.of()
    check = _check(media_type.schema, contract)
    make: Callable[..., Plan]
    match kind_of(media_type):
        case "items" if essence.startswith("multipart/"):
            check = _check(media_type.item_schema, contract)
            item = words.shapes.of(media_type.item_schema.pointer) if media_type.item_schema else words.shapes.of()
            parts = PartListReader(media_type, words, item, True, _header_judge(contract), limits)
            make = partial(_PartStream, limit=limits.upload, parts=parts)
        case "items":
            check = _check_of_items(essence, media_type.item_schema, contract)
            make = partial(_Items, limit=limits.upload, framing=framing_of(essence) or Framing.LINES)
        case "text":
            make = partial(_Text, limit=limits.body, charsets=_TEXT, reader=_text_reader(words, shape, limits))
        case "bytes":
            least, most = length_bounds(shape)
            limit = limits.upload if most is None else min(most, limits.upload)
            make = partial(
                _Bytes,
                limit=limit,
                charsets=None,
                at_least=least,
                is_required=is_required,
                describes_json="string" not in shape.kinds,
            )
        case _ if essence == FORM:
            make = partial(_UrlencodedForm, limit=limits.body, form=forms.compile(media_type, words, limits))
        case _ if essence.startswith("multipart/") and _is_positional(media_type, shape):
            parts = PartListReader(media_type, words, shape, False, _header_judge(contract), limits)
            make = partial(_PartList, limit=limits.upload, parts=parts)
        case _ if essence.startswith("multipart/"):
            files = is_file(annotation, words, shape, media_type)
            form = form_data.compile(media_type, words, files, _header_judge(contract), limits)
            make = partial(_MultipartForm, limit=limits.upload, form=form)
        case _:
            make = partial(_Json, limit=limits.body)
    return make(media_type=name, check=check, builder=Builder(annotation), limits=limits)


def _text_reader(words: Lexicon, shape: Shape, limits: Limits) -> Callable[[str], JSONValue]:
    """Text to its value: a scalar by its grammar; text that can be no scalar (`text/json`) is JSON."""
    return words.reader(shape) if shape.is_scalar else partial(forms.json_text, limits=limits)


def _is_positional(media_type: MediaType, shape: Shape) -> bool:
    """Whether parts are told apart by their place instead of their name."""
    return bool(media_type.prefix_encoding) or media_type.item_encoding is not None or "object" not in shape.kinds


def _check(schema: Schema | None, contract: Contract) -> Check:
    if schema is None:
        return lambda value: []
    judge = contract.judge(schema, Direction.REQUEST)
    return lambda value: [] if judge.is_valid(value) else _told(judge.errors(value, MAX_ERRORS))


def _check_of_items(media_type: str, schema: Schema | None, contract: Contract) -> Check:
    if schema is None:
        return lambda value: []
    errors = errors_of_items(media_type, schema, contract, Direction.REQUEST)
    return lambda value: _told(errors(value))


def _told(errors: Sequence[SchemaError]) -> list[ProblemItem]:
    return [ProblemItem(code=error.code, detail=error.message, pointer=error.pointer) for error in errors]


def _header_judge(contract: Contract) -> JudgeOf:
    def judge(header: Header) -> Judge | None:
        schema = header.schema if header.content is None else header.content.schema
        return contract.judge(schema, Direction.REQUEST) if schema else None

    return judge


def _is_at(pointer: str | None, places: Sequence[str]) -> bool:
    """Whether a pointer is one of several, or leads below one."""
    return pointer is not None and any(pointer == place or pointer.startswith(f"{place}/") for place in places)


async def _once(raw: bytes) -> AsyncGenerator[bytes, None]:
    yield raw


def _refused(error: Malformed) -> Refused:
    cause = Cause.CONTRACT_VIOLATION if error.breaks_contract else Cause.MALFORMED_BODY
    return Refused(cause, error.detail, [ProblemItem(code=error.code, detail=error.detail)])
