"""Multipart bodies without names, such as multipart/mixed: each part is an item of an array, or of a stream.

OpenAPI 3.2.0, section 4.14.5: `prefixEncoding` describes the first parts, `itemEncoding` the others. A part is JSON
where it says so, or where its encoding does and it says nothing; text where it is `text/*`, or says nothing and its
schema has a scalar; anything else is an `Upload`, which the schema sees as a text that stands in for it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field

from handfast.contract.model import Encoding, JSONValue, MediaType
from handfast.runtime import media_types, part_headers
from handfast.runtime.content import Upload
from handfast.runtime.forms import json_text
from handfast.runtime.lexical import Lexicon
from handfast.runtime.limits import Limits
from handfast.runtime.multipart import PartData, PartEnd, PartHead, events
from handfast.runtime.part_headers import JudgeOf, PartHeader
from handfast.runtime.percent import Malformed
from handfast.runtime.problems import ProblemItem
from handfast.runtime.receiving import too_large
from handfast.runtime.shapes import Shape


@dataclass(frozen=True, slots=True)
class PartItem:
    """One part: its JSON value, or the file that it is with a stand-in for the schema, and what its headers lack.

    `unjudged` has the pointer of a file that no text can stand in for: an object in XML, or parts within a part.
    """

    value: JSONValue
    upload: Upload | None = None
    problems: Sequence[ProblemItem] = ()
    unjudged: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PartListReader:
    """Reads the parts of one media type; `shape` is that of the array, or of each item when `is_stream`."""

    media_type: MediaType
    lexicon: Lexicon
    shape: Shape
    is_stream: bool
    judge: JudgeOf
    limits: Limits
    headers: dict[int, tuple[PartHeader, ...]] = field(default_factory=dict[int, "tuple[PartHeader, ...]"])

    async def items(self, chunks: AsyncIterator[bytes], boundary: str) -> AsyncGenerator[PartItem, None]:
        """The parts in order, each as soon as it is complete. Raises Malformed, Refused."""
        head, index = PartHead(""), -1
        upload: Upload | None = None
        text = bytearray()
        try:
            async for event in events(chunks, boundary, self.limits, is_form=False):
                match event:
                    case PartHead():
                        head, index, text = event, index + 1, bytearray()
                        upload = None if self._kind(head, index) else self._upload(head)
                    case PartData(chunk) if upload is not None:
                        await upload.append(chunk)
                    case PartData(chunk):
                        text += chunk
                        if len(text) > self.limits.body:
                            raise too_large(self.limits.body)
                    case PartEnd() if upload is not None:
                        await upload.seek(0)
                        done, upload = upload, None
                        unjudged = [self._pointer(index)] if self._is_opaque(index) else []
                        yield PartItem("x", done, self._problems(head, index), unjudged)
                    case PartEnd():
                        yield PartItem(self._value(head, index, text), problems=self._problems(head, index))
        finally:
            if upload is not None:
                upload.close()

    def _upload(self, head: PartHead) -> Upload:
        content_type = head.content_type or "application/octet-stream"
        return Upload(filename=head.filename, content_type=content_type, headers=head.headers, spool=self.limits.spool)

    def _encoding(self, index: int) -> Encoding | None:
        prefix = self.media_type.prefix_encoding
        return prefix[index] if index < len(prefix) else self.media_type.item_encoding

    def _problems(self, head: PartHead, index: int) -> list[ProblemItem]:
        """What is wrong with the headers of a part."""
        place = min(index, len(self.media_type.prefix_encoding))
        if place not in self.headers:
            encoding = self._encoding(index)
            self.headers[place] = part_headers.compile(encoding, self.lexicon, self.judge, self.limits)
        return list(part_headers.problems(self.headers[place], head.headers, self._pointer(index)))

    def _pointer(self, index: int) -> str:
        """Where a part stands in what the schema judges: an item of a stream is a value of its own."""
        return "" if self.is_stream else f"/{index}"

    def _is_opaque(self, index: int) -> bool:
        """Whether a part is declared to be neither JSON nor text, and its schema has no texts."""
        encoding = self._encoding(index)
        shape = self._item(index)
        return encoding is not None and encoding.content_type is not None and "string" not in shape.kinds

    def _item(self, index: int) -> Shape:
        return self.shape if self.is_stream else self.lexicon.shapes.item(self.shape, index)

    def _kind(self, head: PartHead, index: int) -> str:
        """`json`, `text`, or nothing for a file; Malformed when its encoding does not have the type of the part."""
        encoding = self._encoding(index)
        declared = encoding.content_type if encoding else None
        sent = media_types.parse(head.content_type) if head.content_type else None
        if declared is not None and sent is not None:
            allowed = [parsed for text in declared.split(",") if (parsed := media_types.parse(text)) is not None]
            if not any(media_types.matches(each, sent) for each in allowed):
                raise Malformed("part-media-type", f"part {index} must be of the type {declared}")
        name = sent.essence if sent is not None else (declared or "").partition(";")[0].strip().lower()
        if media_types.is_json(name):
            return "json"
        shape = self._item(index)
        if not name and shape.pointers and "string" not in shape.kinds:
            return "text" if shape.is_scalar else "json"
        return "text" if name.startswith("text/") or (not name and shape.is_scalar) else ""

    def _value(self, head: PartHead, index: int, raw: bytearray) -> JSONValue:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("not-utf-8", f"part {index} is text and not UTF-8") from None
        if self._kind(head, index) == "json":
            return json_text(text, self.limits)
        return self.lexicon.reader(self._item(index))(text)
