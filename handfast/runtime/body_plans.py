"""How a body of each kind is read: JSON, forms, multipart, text, bytes, streams; one plan for each media type."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import to_json
from typing_extensions import TypeAliasType, override

from handfast.contract.judge import Judge
from handfast.contract.model import Contract, Direction, Header, JSONValue, MediaType, Schema
from handfast.runtime import form_data, forms, strict_json
from handfast.runtime.build import Builder, members
from handfast.runtime.content import ByteStream, Upload
from handfast.runtime.item_streams import Framing, framing_of, values
from handfast.runtime.lexical import Lexicon
from handfast.runtime.limits import Limits
from handfast.runtime.media_types import ContentType
from handfast.runtime.percent import Malformed
from handfast.runtime.problems import MAX_ERRORS, Cause, ProblemItem, Refused
from handfast.runtime.receiving import Receive, chunks, peek, whole
from handfast.runtime.shapes import Shape

_FORM = "application/x-www-form-urlencoded"

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

    def judge(self, value: JSONValue, found: Sequence[ProblemItem] = ()) -> None:
        """Raise Refused with everything that is wrong with a value, and what was found before."""
        problems = [*found, *self.check(value)]
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
            self.judge(form.judged, form.problems)
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
        value = self.reader(text)
        self.judge(value)
        return ReadBody(text, value, raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bytes(Plan):
    at_least: int
    is_required: bool

    @override
    async def read(self, content_type: ContentType, receive: Receive) -> ReadBody:
        arriving = chunks(receive, self.limit)
        stream = await peek(arriving)
        if stream is None and not self.is_required:
            return NOTHING
        return ReadBody(ByteStream(self._counted(stream or arriving), content_type.essence))

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
    essence = _essence(media_type)
    shape = words.shapes.of(media_type.schema.pointer) if media_type.schema else words.shapes.of()
    check = _check(media_type.schema, contract)
    make: Callable[..., Plan]
    match kind_of(media_type):
        case "items":
            check = _check(media_type.item_schema, contract)
            make = partial(_Items, limit=limits.upload, framing=framing_of(essence) or Framing.LINES)
        case "text":
            make = partial(_Text, limit=limits.body, charsets=_TEXT, reader=words.reader(shape))
        case "bytes":
            least, most = _length_bounds(shape)
            limit = limits.upload if most is None else min(most, limits.upload)
            make = partial(_Bytes, limit=limit, charsets=None, at_least=least, is_required=is_required)
        case _ if essence == _FORM:
            make = partial(_UrlencodedForm, limit=limits.body, form=forms.compile(media_type, words, limits))
        case _ if essence.startswith("multipart/"):
            is_file = _is_file(annotation, words, shape, media_type)
            form = form_data.compile(media_type, words, is_file, _header_judge(contract), limits)
            make = partial(_MultipartForm, limit=limits.upload, form=form)
        case _:
            make = partial(_Json, limit=limits.body)
    return make(media_type=name, check=check, builder=Builder(annotation), limits=limits)


def kind_of(media_type: MediaType) -> str:
    """What a handler gets for a media type: a `value`, `items` of a stream, `text` or `bytes`."""
    essence = _essence(media_type)
    if media_type.item_schema is not None or framing_of(essence) is not None:
        return "items"
    if essence in ("application/json", _FORM) or essence.endswith("+json") or essence.startswith("multipart/"):
        return "value"
    return "text" if essence.startswith("text/") else "bytes"


def types_by_media_type(annotation: object, content: Mapping[str, MediaType]) -> dict[str, object]:
    """Which member of the annotation of `body` belongs to which media type.

    A `ByteStream` is for bytes, an `AsyncIterator` for items, a `str` for text. As many other members as there are
    media types with values belong to them in their order; otherwise each may be any of them.
    """
    parts = [part for part in members(annotation) if part is not type(None)]
    streams = [get_args(part)[0] for part in parts if get_origin(part) is AsyncIterator]
    has_text = any(kind_of(media_type) == "text" for media_type in content.values())
    others = [
        part
        for part in parts
        if part is not ByteStream and get_origin(part) is not AsyncIterator and not (part is str and has_text)
    ] or [str]
    valued = [name for name, media_type in content.items() if kind_of(media_type) == "value"]
    any_other: object = Union[tuple(others)]  # noqa: UP007  # made of what is known at run time alone
    found: dict[str, object] = {}
    for name, media_type in content.items():
        match kind_of(media_type):
            case "items":
                found[name] = streams[0] if streams else object
            case "value" if annotation is None:
                found[name] = object
            case "value":
                found[name] = others[valued.index(name)] if len(others) == len(valued) else any_other
            case kind:
                found[name] = str if kind == "text" else ByteStream
    return found


def _essence(media_type: MediaType) -> str:
    return media_type.media_type.partition(";")[0].strip().lower()


def _check(schema: Schema | None, contract: Contract) -> Check:
    if schema is None:
        return lambda value: []
    judge = contract.judge(schema, Direction.REQUEST)

    def check(value: JSONValue) -> list[ProblemItem]:
        if judge.is_valid(value):
            return []
        errors = judge.errors(value, MAX_ERRORS)
        return [ProblemItem(code=error.code, detail=error.message, pointer=error.pointer) for error in errors]

    return check


def _header_judge(contract: Contract) -> Callable[[Header], Judge | None]:
    return lambda header: contract.judge(header.schema, Direction.REQUEST) if header.schema else None


def _length_bounds(shape: Shape) -> tuple[int, int | None]:
    """The least and the greatest length that a schema gives a binary body, in bytes."""
    least = [length for layer in shape.layers if isinstance(length := layer.schema.get("minLength"), int)]
    most = [length for layer in shape.layers if isinstance(length := layer.schema.get("maxLength"), int)]
    return max(least, default=0), min(most, default=None)


def _is_file(annotation: object, words: Lexicon, shape: Shape, media_type: MediaType) -> form_data.IsFile:
    """Which properties are files: those that are in the generated model, or look like it where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        files = {info.alias or name for name, info in annotation.model_fields.items() if _holds_file(info.annotation)}
        others = _holds_file(inspect.get_annotations(annotation).get("__pydantic_extra__"))
        return lambda name: name in files or (others and name not in shape.names)

    def looks(name: str) -> bool:
        encoding = media_type.encoding.get(name)
        member = words.shapes.member(shape, name)
        item = words.shapes.item(member, 0) if member.kinds == frozenset({"array"}) else member
        return form_data.looks_like_file(item, encoding.content_type if encoding else None)

    return looks


def _holds_file(annotation: object) -> bool:
    if isinstance(annotation, TypeAliasType):
        return _holds_file(annotation.__value__)
    return annotation is Upload or any(_holds_file(part) for part in get_args(annotation))


def _refused(error: Malformed) -> Refused:
    cause = Cause.CONTRACT_VIOLATION if error.breaks_contract else Cause.MALFORMED_BODY
    return Refused(cause, error.detail, [ProblemItem(code=error.code, detail=error.detail)])
