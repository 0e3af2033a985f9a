"""How replies become answers, worked out once per class: which media types, headers and schemas are declared for it."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Annotated, TypeAlias, Union, cast, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter
from pydantic_core import from_json

from handfast.contract import names
from handfast.contract.framing import framing_of
from handfast.contract.judge import Judge
from handfast.contract.model import Contract, Direction, JSONValue, MediaType, Operation, Response, Schema
from handfast.contract.model import Header as HeaderDeclaration
from handfast.runtime.build import members
from handfast.runtime.files import File
from handfast.runtime.item_judging import Errors, errors_of, errors_of_items
from handfast.runtime.model import is_model, writer_of
from handfast.runtime.reply import Header, Reply
from handfast.runtime.shapes import Shapes, is_any_text, length_bounds
from handfast.runtime.streams import Stream, stream_of

Check: TypeAlias = Callable[[JSONValue], Sequence[str]]
"""What is wrong with a value, for the log; nothing when nothing is."""


@dataclass(frozen=True, slots=True)
class Content:
    """One declared media type of a response, ready to encode a body; `header` is empty for a range of media types.

    `check` judges JSON, forms and text; under a range such as `*/*`, whose bodies are bytes, it judges those that are
    sent as JSON. `bounds` are the least and the greatest length of bytes. `admits` tells, in every mode, whether this
    media type is one for a value, where a response has several for values.
    """

    name: str
    header: bytes
    kind: str
    check: Check | None
    stream: Stream | None
    bounds: tuple[int, int | None]
    media: MediaType
    admits: Callable[[JSONValue], bool] | None = None

    @property
    def is_value(self) -> bool:
        """Whether bodies are JSON values, as JSON or as a form."""
        return self.kind in ("json", "form")


@dataclass(frozen=True, slots=True)
class Field:
    """One declared header of a response, and the field of the reply that has its value."""

    name: str
    wire: bytes
    attribute: str | None
    required: bool
    declaration: HeaderDeclaration
    adapter: TypeAdapter[object] | None
    check: Check | None


@dataclass(frozen=True, slots=True)
class Form:
    """How replies of one class become answers; `status` is None where the reply says it.

    `length` is the header Content-Length, which the runtime writes wherever it knows the length.

    A component that stands at several statuses of one operation has several `responses`, which differ in these alone.
    """

    responses: tuple[Response, ...]
    status: int | None
    contents: tuple[Content, ...]
    headers: tuple[Field, ...]
    length: Field | None
    adapter: TypeAdapter[object] | None


class Forms:
    """Makes the forms of the replies of one operation; without judging there are no checks in them."""

    __slots__ = ("_contract", "_judging", "_names")

    def __init__(self, contract: Contract, operation: Operation, *, judging: bool) -> None:
        self._contract = contract
        self._judging = judging
        self._names: dict[str, tuple[Response, ...]] = {}
        for response in operation.responses:
            name = names.reply_name(operation, response)
            self._names[name] = (*self._names.get(name, ()), response)

    @property
    def reply_names(self) -> Iterable[str]:
        """The names of the declared replies."""
        return self._names

    def declarations(self, kind: type[Reply]) -> tuple[Response, ...]:
        """The responses that a class of replies stands for, by its name or that of a base; none if there are none."""
        return next((found for base in kind.__mro__ if (found := self._names.get(base.__name__))), ())

    def form(self, kind: type[Reply], responses: tuple[Response, ...]) -> Form:
        """The form of the replies of a class."""
        response = responses[0]
        hints = get_type_hints(kind, include_extras=True)
        attributes: dict[str, tuple[str, object]] = {}
        for field in fields(kind):  # type: ignore[arg-type]  # generated replies are dataclasses
            hint = hints.get(field.name)
            if get_origin(hint) is Annotated:
                for mark in get_args(hint)[1:]:
                    if isinstance(mark, Header):
                        attributes[mark.name.lower()] = (field.name, get_args(hint)[0])
        says_status = any(field.name == "status" for field in fields(kind))  # type: ignore[arg-type]  # as above
        status = int(response.status) if response.status.isdecimal() and not says_status else None
        contents = self._told_apart([self.content(name, media) for name, media in response.content.items()])
        made = [
            self.field(name, declaration, attributes.get(name.lower()))
            for name, declaration in response.headers.items()
            if name.lower() != "content-type"
        ]
        return Form(
            responses=responses,
            status=status,
            contents=contents,
            headers=tuple(field for field in made if field.wire != b"content-length"),
            length=next((field for field in made if field.wire == b"content-length"), None),
            adapter=_adapter(hints.get("body"), contents),
        )

    def content(self, name: str, media: MediaType) -> Content:
        """How bodies of a declared media type are made."""
        stream = stream_of(name, media, self._contract)
        kind = "stream" if stream is not None else _kind(name)
        header = f"{name}; charset=utf-8" if kind == "text" and "charset" not in name else name
        if "*" in name:
            header = ""
        check: Check | None = None
        bounds: tuple[int, int | None] = (0, None)
        if media.schema is not None and kind == "bytes":
            shape = Shapes(self._contract.document).of(media.schema.pointer)
            bounds = length_bounds(shape) if "string" in shape.kinds else bounds
            check = self.check(media.schema.pointer) if "string" not in shape.kinds else None
        elif media.item_schema is not None and kind in ("stream", "multipart"):
            check = self._check_of_items(name, media.item_schema)
        elif media.schema is not None and kind != "stream" and not (kind == "text" and is_any_text(media.schema)):
            check = self.check(media.schema.pointer)
        bounds = bounds if self._judging else (0, None)
        return Content(name, header.encode("latin-1"), kind, check, stream, bounds, media)

    def _told_apart(self, contents: Sequence[Content]) -> tuple[Content, ...]:
        if sum(content.is_value for content in contents) < 2:
            return tuple(contents)
        return tuple(
            replace(content, admits=self._judge(content.media.schema.pointer).compile().is_valid)
            if content.is_value and content.media.schema is not None
            else content
            for content in contents
        )

    def field(self, name: str, declaration: HeaderDeclaration, attribute: tuple[str, object] | None) -> Field:
        """How a declared header is made; `attribute` is the name and the type of the field of the reply that has it."""
        schema = declaration.schema or (declaration.content.schema if declaration.content is not None else None)
        hint = attribute[1] if attribute is not None else None
        return Field(
            name=name,
            wire=name.lower().encode("latin-1"),
            attribute=attribute[0] if attribute is not None else None,
            required=declaration.required,
            declaration=declaration,
            adapter=None if hint in (None, str, str | None) else writer_of(hint),
            check=self.check(schema.pointer) if schema is not None else None,
        )

    def check(self, pointer: str) -> Check | None:
        """What judges values by the schema at a pointer."""
        return check_of(errors_of(self._judge(pointer))) if self._judging else None

    def _check_of_items(self, media_type: str, schema: Schema) -> Check | None:
        if not self._judging:
            return None
        return check_of(errors_of_items(media_type, schema, self._contract, Direction.RESPONSE))

    def _judge(self, pointer: str) -> Judge:
        return self._contract.judges.judge(pointer, Direction.RESPONSE)


def check_of(errors: Errors) -> Check:
    """What is wrong with a value in words for the log."""

    def check(value: JSONValue) -> Sequence[str]:
        found = errors(value)
        return [f"{each.pointer or '(root)'}: {each.message} [{each.code}]" for each in found] if found else ()

    return check


def check_text(check: Check, text: str) -> Sequence[str]:
    """What is wrong with a text; one that its schema does not take for a string may be the JSON of another value."""
    errors = check(text)
    if not errors:
        return ()
    try:
        value = cast("JSONValue", from_json(text, allow_inf_nan=False))
    except ValueError:
        return errors
    return check(value)


def is_binary(media_type: str) -> bool:
    """Whether bodies of a media type are bytes as the handler gives them."""
    return _kind(media_type) == "bytes" and framing_of(media_type) is None


def _kind(media_type: str) -> str:
    """How bodies of a media type are made: `json`, `form`, `multipart`, `text`, or `bytes` as they are."""
    name = media_type.split(";")[0].strip().lower()
    if name == "application/json" or name.endswith("+json"):
        return "json"
    if name.startswith("multipart/") and "*" not in name:
        return "multipart"
    if name == "application/x-www-form-urlencoded":
        return "form"
    return "text" if name.startswith("text/") else "bytes"


def _adapter(hint: object, contents: Sequence[Content]) -> TypeAdapter[object] | None:
    """What writes bodies as JSON by their type; None where that is a model, which can itself, or where none is JSON."""
    if hint is None or is_model(hint) or not any(content.is_value for content in contents):
        return None
    values = tuple(part for part in members(hint) if not _is_content(part))
    return writer_of(Union[values]) if values else None  # noqa: UP007  # made at run time


def _is_content(hint: object) -> bool:
    """Whether a type is of what is sent as it comes: bytes, files, streams."""
    return hint is bytes or hint is File or get_origin(hint) is AsyncIterable
