"""Multipart forms to one value: JSON parts, text by the exact grammar, repeated parts as arrays, files on disk.

    reader = compile(media_type, lexicon, is_file, limits)
    form = await reader.read(chunks, boundary)      raises Malformed, Refused; the caller closes form.uploads
    form.judged    the form as the schema sees it: a stand-in text of the right length for each file
    form.built     the form for the model: the name of an `Upload` for each file
    form.problems  what is wrong with single parts
    form.unjudged  the pointers of files that no text can stand in for: objects in XML or the like, which are bytes

By default an object, or an array of objects, is JSON, a file anything, and everything else text, which may be called by
its `contentMediaType`, or `application/octet-stream` when it is encoded; `contentType` of the property's encoding says
otherwise, and a part that says what it is must match. A part without a content type is taken
to have the right one unless it is a file for which the contract names some. What may be a scalar or an object is JSON
or text by what the part says, else whichever the schema admits. Files are as long as their bytes: a
`maxLength` counts those (OpenAPI 3.1.1, section 4.8.14.3).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import quote

from handfast.contract.formats import is_binary
from handfast.contract.model import Encoding, JSONValue, MediaType
from handfast.contract.pointers import join
from handfast.runtime import media_types, part_headers
from handfast.runtime.content import Upload, Uploads
from handfast.runtime.fields import Fields
from handfast.runtime.forms import (
    FieldReader,
    bare_members,
    by_encoding,
    is_either,
    items_by_content,
    or_whole,
    spread,
    text_by_content,
)
from handfast.runtime.lexical import Lexicon
from handfast.runtime.limits import Limits
from handfast.runtime.media_types import ContentType
from handfast.runtime.multipart import PartData, PartHead, events
from handfast.runtime.part_headers import JudgeOf, PartHeader
from handfast.runtime.percent import Malformed
from handfast.runtime.problems import ProblemItem
from handfast.runtime.receiving import too_large
from handfast.runtime.shapes import Shape, Shapes

IsFile: TypeAlias = Callable[[str], bool]
"""Whether the property with a name is a file in the generated model."""

_JSON, _TEXT = "application/json", "text/plain"
_STAND_IN = 1024 * 1024
"""Characters that the stand-in of a file has at most; longer limits of the schema are compared with its size."""


@dataclass(slots=True)
class Form:
    """What a multipart body holds; see the module."""

    uploads: Uploads
    judged: dict[str, JSONValue] = field(default_factory=dict[str, JSONValue])
    built: dict[str, JSONValue] = field(default_factory=dict[str, JSONValue])
    problems: list[ProblemItem] = field(default_factory=list[ProblemItem])
    undeclared: dict[str, list[Upload]] = field(default_factory=dict[str, "list[Upload]"])
    unjudged: list[str] = field(default_factory=list[str])

    def put_undeclared_files(self, extra: dict[str, Any]) -> None:  # what a model keeps beside its fields
        """Give a model that keeps what the contract does not name the files themselves."""
        for name, uploads in self.undeclared.items():
            extra[name] = uploads[0] if len(uploads) == 1 else uploads


@dataclass(slots=True)
class _Part:
    """A part that has been read: a file, or text."""

    head: PartHead
    upload: Upload | None = None
    upload_name: str = ""
    text: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True, slots=True)
class _Property:
    """How the parts of one name are read."""

    name: str
    shape: Shape
    is_file: bool
    allowed: tuple[ContentType, ...]
    is_declared: bool
    headers: tuple[PartHeader, ...]
    whole: Callable[[str], JSONValue]
    items: Callable[[Sequence[str]], list[JSONValue]]
    by_part: Mapping[str, tuple[Callable[[str], JSONValue], Callable[[Sequence[str]], list[JSONValue]]]]
    content_type: str | None
    styled: FieldReader | None


@dataclass(frozen=True, slots=True)
class FormDataReader:
    """Reads the multipart forms of one media type."""

    media_type: MediaType
    lexicon: Lexicon
    shape: Shape
    is_file: IsFile
    judge: JudgeOf
    limits: Limits
    bare: Mapping[str, frozenset[str]]
    properties: dict[str, _Property] = field(default_factory=dict[str, _Property])

    async def read(self, chunks: AsyncIterator[bytes], boundary: str) -> Form:
        """The form that a body holds; its files are closed when reading fails."""
        form = Form(Uploads())
        try:
            parts = await self._parts(chunks, boundary, form)
            for name, several in parts.items():
                self._put(form, self._property(name), several)
        except BaseException:
            form.uploads.close()
            raise
        return form

    async def _parts(self, chunks: AsyncIterator[bytes], boundary: str, form: Form) -> dict[str, list[_Part]]:
        parts: dict[str, list[_Part]] = {}
        part = _Part(PartHead(""))
        in_memory = 0
        async for event in events(chunks, boundary, self.limits):
            match event:
                case PartHead():
                    part = self._begin(event, form)
                    parts.setdefault(self._owner(event.name), []).append(part)
                case PartData(chunk) if part.upload is not None:
                    await part.upload.append(chunk)
                case PartData(chunk):
                    part.text += chunk
                    in_memory += len(chunk)
                    if in_memory > self.limits.body:
                        raise too_large(self.limits.body)
                case _:
                    if part.upload is not None:
                        await part.upload.seek(0)
        return parts

    def _begin(self, head: PartHead, form: Form) -> _Part:
        name = self._owner(head.name)
        prop = self._property(name)
        is_undeclared_file = head.filename is not None and name not in self.shape.names
        if not is_undeclared_file:
            form.problems += _check_head(prop, head)
        if not prop.is_file and not is_undeclared_file:
            return _Part(head)
        content_type = head.content_type or "application/octet-stream"
        upload = Upload(
            filename=head.filename, content_type=content_type, headers=head.headers, spool=self.limits.spool
        )
        return _Part(head, upload, form.uploads.add(upload))

    def _owner(self, name: str) -> str:
        """The property that a part belongs to: members of an object in a style of its own are `name[member]`.

        Those of an exploded one may have names of their own.
        """
        outer = name.partition("[")[0]
        if (owner := next((each for each, members in self.bare.items() if outer in members), None)) is not None:
            return owner
        encoding = self.media_type.encoding.get(outer) if outer != name and name not in self.shape.names else None
        if encoding is None or not encoding.explicit_style:
            return name
        return outer if encoding.explode or encoding.style == "deepObject" else name

    def _property(self, name: str) -> _Property:
        """How the parts of a name are read; only declared names are kept, because clients choose the others."""
        known = self.properties.get(name)
        if known is None:
            known = self._compile(name, self.media_type.encoding.get(name))
            if name in self.shape.names:
                self.properties[name] = known
        return known

    def _compile(self, name: str, encoding: Encoding | None) -> _Property:
        shape = self.lexicon.shapes.member(self.shape, name)
        is_styled = encoding is not None and encoding.explicit_style
        content_type = encoding.content_type if encoding and not is_styled else None  # else ignored (4.15.1.2)
        single = content_type if content_type and "," not in content_type else None
        item_shape = self.lexicon.shapes.item(shape, 0)
        if is_styled:
            allowed = iter([ContentType("text", "*")])
        else:
            allowed = _ranges(content_type) if content_type else _defaults(shape, item_shape, self.is_file(name))
        return _Property(
            name=name,
            shape=shape,
            is_file=self.is_file(name),
            allowed=tuple(allowed),
            is_declared=content_type is not None,
            headers=part_headers.compile(encoding, self.lexicon, self.judge, self.limits),
            whole=text_by_content(self.lexicon, shape, single, self.limits),
            items=items_by_content(self.lexicon, shape, single, self.limits),
            by_part={
                kind: (
                    text_by_content(self.lexicon, shape, kind, self.limits),
                    items_by_content(self.lexicon, shape, kind, self.limits),
                )
                for kind in (_JSON, _TEXT)
            }
            if single is None and (is_either(shape) or is_either(item_shape))
            else {},
            content_type=single,
            styled=by_encoding(name, self.lexicon, shape, encoding, self.bare.get(name, frozenset()), self._taken)
            if is_styled and encoding
            else None,
        )

    @property
    def _taken(self) -> frozenset[str]:
        return self.shape.names.union(*self.bare.values())

    def _put(self, form: Form, prop: _Property, parts: list[_Part]) -> None:
        uploads = [part.upload for part in parts if part.upload is not None]
        if not uploads:
            form.judged[prop.name] = form.built[prop.name] = self._value(prop, parts)
            return
        if len(uploads) < len(parts):
            raise Malformed("part-media-type", "parts of one name are files or text, not both")
        if not prop.is_file:
            form.undeclared[prop.name] = uploads
        length = _stand_in_length(prop, self.lexicon)
        form.problems += _check_sizes(prop, uploads, self.lexicon)
        stand_ins: list[JSONValue] = ["x" * min(upload.size, length) for upload in uploads]
        names: list[JSONValue] = [part.upload_name for part in parts]
        is_array = len(uploads) > 1 or ("array" in prop.shape.kinds and "string" not in prop.shape.kinds)
        form.judged[prop.name] = stand_ins if is_array else stand_ins[0]
        shape = self.lexicon.shapes.item(prop.shape, 0) if is_array else prop.shape
        if prop.is_file and prop.is_declared and "string" not in shape.kinds:
            pointer = join("", prop.name)
            form.unjudged += [f"{pointer}/{index}" for index in range(len(uploads))] if is_array else [pointer]
        form.built[prop.name] = names if is_array else names[0]

    def _value(self, prop: _Property, parts: list[_Part]) -> JSONValue:
        texts = [_text(part) for part in parts]
        if prop.styled is not None:
            raws: dict[str, list[str]] = {}
            for part, text in zip(parts, texts, strict=True):
                raws.setdefault(part.head.name, []).append(quote(text, safe=",="))
            found = prop.styled(Fields(raws))
            if found is not None:
                return self.lexicon.first(prop.shape, found)
        whole, items = prop.whole, prop.items
        if prop.by_part:
            whole, items = prop.by_part.get(_said(parts), (whole, items))
        values = spread(texts, prop.shape, whole, items)
        return self.lexicon.first(prop.shape, or_whole(values, texts, prop.shape, prop.content_type, self.limits))


def compile(  # noqa: A001  # reads as form_data.compile
    media_type: MediaType, lexicon: Lexicon, is_file: IsFile, judge: JudgeOf, limits: Limits
) -> FormDataReader:
    """The reader for the multipart forms of a media type; `judge` gives the judge of a part's header."""
    shape = lexicon.shapes.of(media_type.schema.pointer) if media_type.schema else lexicon.shapes.of()
    names = shape.names | media_type.encoding.keys()
    bare = bare_members({name: lexicon.shapes.member(shape, name) for name in names}, media_type.encoding)
    return FormDataReader(media_type, lexicon, shape, is_file, judge, limits, bare)


def looks_like_file(shapes: Shapes, member: Shape, content_type: str | None) -> bool:
    """Whether a property, or each of its items, is a file when no generated model says so: binary, or of no type."""
    if content_type is not None and any(kind in content_type.lower() for kind in ("json", "text/")):
        return False
    shape = shapes.item(member, 0) if member.kinds == frozenset({"array"}) else member
    is_opaque = content_type is not None and "*" not in content_type and shape.is_nullable_object
    if is_opaque or any(is_binary(layer.schema) for layer in shape.layers):
        return True
    typed = {"type", "enum", "const", "properties", "items", "prefixItems", "additionalProperties", "$ref"}
    return bool(member.pointers) and not any(typed & layer.schema.keys() for layer in shape.layers)


def _check_head(prop: _Property, head: PartHead) -> list[ProblemItem]:
    """What is wrong with the headers of a part."""
    problems: list[ProblemItem] = []
    sent = media_types.parse(head.content_type) if head.content_type else None
    if head.content_type and sent is None:
        raise Malformed("multipart-header", "the Content-Type of a part cannot be read")
    if sent is not None and not _is_allowed(prop, sent):
        names = ", ".join(allowed.essence for allowed in prop.allowed)
        problems.append(_problem(prop, "part-media-type", f"the part must be of the type {names}"))
    if sent is None and prop.is_file and prop.is_declared:
        problems.append(_problem(prop, "part-media-type", "the part must say its type in Content-Type"))
    problems += part_headers.problems(prop.headers, head.headers, join("", prop.name))
    return problems


def _is_allowed(prop: _Property, sent: ContentType) -> bool:
    if sent.parameters.get("charset", "utf-8").lower() not in ("utf-8", "us-ascii") and not prop.is_file:
        return False
    return any(media_types.matches(allowed, sent) for allowed in prop.allowed)


def _ranges(content_type: str) -> Iterator[ContentType]:
    for text in content_type.split(","):
        if (parsed := media_types.parse(text)) is not None:
            yield parsed


def _defaults(shape: Shape, item: Shape, is_file: bool) -> Iterator[ContentType]:
    """The content types of a part whose property has none in its encoding."""
    if is_file:
        yield ContentType("*", "*")
        return
    structured = shape if "array" not in shape.kinds or shape.is_scalar else item
    if structured.is_scalar:
        yield ContentType("text", "*")
        yield from _of_contents(structured)
    if not structured.kinds <= {"string", "boolean", "integer", "fraction", "null"}:
        yield ContentType("application", "json")
        yield ContentType("application", "*+json")


def _of_contents(shape: Shape) -> Iterator[ContentType]:
    """What else a text may be called: an encoded one by its default (OpenAPI 3.1.1, 4.8.15.1), any by its contents."""
    for layer in shape.layers:
        if "contentEncoding" in layer.schema or layer.schema.get("format") in ("byte", "base64"):
            yield ContentType("application", "octet-stream")
        contents = layer.schema.get("contentMediaType")
        if isinstance(contents, str) and (parsed := media_types.parse(contents)) is not None:
            yield parsed


def _said(parts: Sequence[_Part]) -> str:
    """Whether all parts of a name say that they are JSON, or all that they are text; else an empty text."""
    types = [part.head.content_type or "" for part in parts]
    if all(media_types.is_json(each) for each in types):
        return _JSON
    return _TEXT if all(media_types.within(each, "text/*") for each in types) else ""


def _text(part: _Part) -> str:
    try:
        return part.text.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not-utf-8", "a part that is text is not UTF-8") from None


def _lengths(prop: _Property, lexicon: Lexicon, keyword: str) -> Iterator[int]:
    item = lexicon.shapes.item(prop.shape, 0)
    for shape in (prop.shape, item) if "array" in prop.shape.kinds else (prop.shape,):
        for layer in shape.layers:
            length = layer.schema.get(keyword)
            if isinstance(length, (int, float)) and not isinstance(length, bool):
                yield int(length)


def _stand_in_length(prop: _Property, lexicon: Lexicon) -> int:
    """As long as it takes to tell a file that is too long or too short from one that is not."""
    bounds = (*_lengths(prop, lexicon, "minLength"), *_lengths(prop, lexicon, "maxLength"))
    return min(max(bounds, default=0) + 1, _STAND_IN)


def _check_sizes(prop: _Property, uploads: list[Upload], lexicon: Lexicon) -> list[ProblemItem]:
    """What the stand-ins cannot show: files over a `maxLength` that is longer than any stand-in."""
    limit = min((length for length in _lengths(prop, lexicon, "maxLength") if length >= _STAND_IN), default=None)
    if limit is None or all(upload.size <= limit for upload in uploads):
        return []
    return [_problem(prop, "too-long", f"must have at most {limit:,} bytes")]


def _problem(prop: _Property, code: str, detail: str) -> ProblemItem:
    return ProblemItem(code=code, detail=detail, pointer=join("", prop.name))
