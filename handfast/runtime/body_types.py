"""What each media type of a request body becomes for a handler, as the generated annotation says."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Mapping
from typing import Union, get_args, get_origin

from pydantic import BaseModel
from typing_extensions import TypeAliasType

from handfast.contract.framing import framing_of
from handfast.contract.model import MediaType
from handfast.runtime import form_data
from handfast.runtime.build import members
from handfast.runtime.content import ByteStream, Upload
from handfast.runtime.lexical import Lexicon
from handfast.runtime.shapes import Shape

FORM = "application/x-www-form-urlencoded"


def essence_of(media_type: MediaType) -> str:
    """The media type without parameters, in lower case."""
    return media_type.media_type.partition(";")[0].strip().lower()


def kind_of(media_type: MediaType) -> str:
    """What a handler gets for a media type: a `value`, `items` of a stream, `text` or `bytes`."""
    essence = essence_of(media_type)
    if media_type.is_opaque:
        return "bytes"
    if media_type.item_schema is not None or framing_of(essence) is not None:
        return "items"
    if essence in ("application/json", FORM) or essence.endswith("+json") or essence.startswith("multipart/"):
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
    ] or [str if has_text else type(None)]
    valued = [name for name, media_type in content.items() if kind_of(media_type) == "value"]
    any_other: object = Union[tuple(others)]  # noqa: UP007  # made of what is known at run time alone
    found: dict[str, object] = {}
    for name, media_type in content.items():
        match kind_of(media_type):
            case "items":
                found[name] = _item_type(media_type, content, streams)
            case "value" if annotation is None:
                found[name] = object
            case "value":
                of_value = others[valued.index(name)] if len(others) == len(valued) else any_other
                found[name] = of_value if _is_form(media_type) else _or_null(of_value, annotation)
            case kind:
                found[name] = str if kind == "text" else ByteStream
    return found


def _is_form(media_type: MediaType) -> bool:
    return essence_of(media_type) == FORM or essence_of(media_type).startswith("multipart/")


def _or_null(kind: object, annotation: object) -> object:
    """The type of a JSON value, with null where the annotation has it: the body that is not there, or null itself."""
    return Union[kind, None] if type(None) in members(annotation) else kind  # noqa: UP007  # known at run time alone


def _item_type(media_type: MediaType, content: Mapping[str, MediaType], streams: list[object]) -> object:
    """The type of the items of a media type: the stream for it, where there is one for each schema of items."""
    schemas = [each.item_schema.value if each.item_schema else True for each in content.values() if _has_items(each)]
    distinct = [schema for index, schema in enumerate(schemas) if schema not in schemas[:index]]
    if len(distinct) == len(streams) > 0:
        return streams[distinct.index(media_type.item_schema.value if media_type.item_schema else True)]
    union: object = Union[tuple(streams)] if streams else object  # noqa: UP007  # known at run time alone
    return union


def _has_items(media_type: MediaType) -> bool:
    return kind_of(media_type) == "items"


def is_file(annotation: object, words: Lexicon, shape: Shape, media_type: MediaType) -> form_data.IsFile:
    """Which properties are files: those that are in the generated model, or look like it where there is none."""
    alternatives = list(members(annotation))
    models = [each for each in alternatives if isinstance(each, type) and issubclass(each, BaseModel)]
    if models and len(models) == len(alternatives):
        fields = [(name, info) for model in models for name, info in model.model_fields.items()]
        files = {info.alias or name for name, info in fields if _holds_file(info.annotation)}
        extras = [inspect.get_annotations(model, eval_str=True).get("__pydantic_extra__") for model in models]
        others = any(map(_holds_file, extras))
        return lambda name: name in files or (others and name not in shape.names)

    def looks(name: str) -> bool:
        encoding = media_type.encoding.get(name)
        member = words.shapes.member(shape, name)
        return form_data.looks_like_file(words.shapes, member, encoding.content_type if encoding else None)

    return looks


def _holds_file(annotation: object) -> bool:
    if isinstance(annotation, TypeAliasType):
        return _holds_file(annotation.__value__)
    return annotation is Upload or any(_holds_file(part) for part in get_args(annotation))
