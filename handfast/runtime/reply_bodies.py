"""The bodies of replies: chosen among the declared media types, encoded once, and judged before anything leaves."""

from __future__ import annotations

from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import cast

from pydantic import BaseModel
from pydantic_core import from_json, to_json

from handfast.contract.model import JSONValue
from handfast.runtime.accept import best
from handfast.runtime.answers import Answer, may_have_body
from handfast.runtime.files import File
from handfast.runtime.header_judging import HeaderJudge
from handfast.runtime.json_bytes import json_bytes
from handfast.runtime.media_types import is_json, within
from handfast.runtime.multipart_writing import MultipartWriter, one_by_one, written
from handfast.runtime.reply import Reply
from handfast.runtime.reply_forms import Check, Content, Form, check_text
from handfast.runtime.serialise import form_text
from handfast.runtime.streams import bytes_of, wrong_length
from handfast.runtime.violations import Violations, article, declared

_RAW = (bytes, bytearray, memoryview)


@dataclass(frozen=True, slots=True)
class Bodies:
    """Puts bodies into the answers of one operation."""

    violations: Violations
    headers: HeaderJudge

    def put(self, form: Form, reply: Reply, answer: Answer, accept: str | None) -> None:
        """The body of a handler's reply."""
        if not may_have_body(answer.status):
            return
        body = getattr(reply, "body", None)
        content = (
            form.contents[0] if len(form.contents) == 1 else self._choose(form, reply, body, accept, answer.status)
        )
        header = content.header or self._concrete(content, getattr(reply, "media_type", None), answer.status)
        answer.headers.append((b"content-type", header))
        if content.is_value:
            self._put_value(
                form, content, body, answer, accept, is_said=content.name == getattr(reply, "media_type", None)
            )
        else:
            self._put(content, body, answer)

    def put_plain(self, content: Content, body: JSONValue | bytes | AsyncIterable[object], answer: Answer) -> None:
        """A body of JSON values; bytes are sent as they are, and an iterable gives items or chunks."""
        if content.kind in ("json", "form") and not isinstance(body, AsyncIterable):
            answer.body = body if isinstance(body, bytes) else to_json(body)
            if content.kind == "json":
                self.judge(content, answer)
            elif not isinstance(body, bytes):
                if content.check is not None:
                    self._judge_json(content.check, answer)
                self._put_form(content, body, answer)
        elif content.kind in ("text", "bytes") and not isinstance(body, (str, bytes, AsyncIterable)):
            answer.body = to_json(body)
            self.judge(content, answer)
        else:
            self._put(content, body, answer)

    def judge(self, content: Content, answer: Answer) -> None:
        """Judge a body that is bytes already, as far as its media type lets one."""
        if content.kind == "bytes":
            self._judge_length(content, len(answer.body), answer.status)
        if content.check is None:
            return
        if content.kind == "json" or (content.kind == "bytes" and _says_json(answer)):
            self._judge_json(content.check, answer)
        elif content.kind == "text":
            try:
                errors = check_text(content.check, answer.body.decode("utf-8"))
            except UnicodeDecodeError:
                errors = ["it is not UTF-8"]
            if errors:
                self.violations.tell("the body breaks its schema", answer.status, errors)

    def _put(self, content: Content, body: object, answer: Answer) -> None:
        """A body that is no JSON."""
        if content.kind == "multipart" and not isinstance(body, _RAW):
            self._put_parts(content, body, answer)
        elif content.kind == "stream" or isinstance(body, AsyncIterable):
            self._put_stream(content, body, answer)  # pyright: ignore[reportUnknownArgumentType]  # whatever it gives
        elif content.kind == "text" and isinstance(body, str):
            answer.body = self._text(body, answer.status)
            if content.check is not None and (errors := check_text(content.check, body)):
                self.violations.tell("the body breaks its schema", answer.status, errors)
        elif isinstance(body, _RAW):
            answer.body = bytes(cast("bytes", body))
            self.judge(content, answer)
        else:
            what = f"{article(type(body).__name__)} cannot be sent as {content.name}"
            raise self.violations.fatal(what, answer.status)

    def _put_value(
        self, form: Form, content: Content, body: object, answer: Answer, accept: str | None, *, is_said: bool
    ) -> None:
        """Judge the JSON value of a body, and write that very value: no text is parsed again to be judged.

        What the handler did not say, the value does: of several media types it is sent as one that admits it.
        """
        if isinstance(body, BaseModel):
            serializer = body.__pydantic_serializer__
        elif form.adapter is not None:
            serializer = form.adapter.serializer
        else:
            raise self.violations.fatal(f"the body is {article(type(body).__name__)}, and not a model", answer.status)
        try:
            value = cast("JSONValue", serializer.to_python(body, mode="json", by_alias=True, warnings=False))
            if not is_said and (fitting := _fitting(content, value, form.contents, accept)) is not content:
                content = fitting
                answer.headers[-1] = (b"content-type", content.header)
            errors = content.check(value) if content.check is not None else ()
            answer.body = json_bytes(value)
        except ValueError as error:
            raise self.violations.fatal(f"no JSON can be made of the body: {error}", answer.status) from error
        if errors:
            what = "the body breaks its schema"
            if len(form.contents) > 1:
                others = ", ".join(each.name for each in form.contents if each is not content)
                what += f", sent as {content.name}; give the reply a media_type if {others} is meant"
            self.violations.tell(what, answer.status, errors)
        if content.kind == "form":
            self._put_form(content, value, answer)

    def _put_form(self, content: Content, value: JSONValue, answer: Answer) -> None:
        """The fields of a form, in the place of the JSON that it is judged as."""
        if not isinstance(value, dict):
            raise self.violations.fatal(f"no {content.name} can be made of what is no object", answer.status)
        answer.body = form_text(value, content.media.encoding).encode()

    def _put_parts(self, content: Content, body: object, answer: Answer) -> None:
        boundary = token_hex(16)
        answer.headers[-1] = (b"content-type", answer.headers[-1][1] + b"; boundary=" + boundary.encode())
        writer = MultipartWriter(content.media, self.headers)
        check = content.check

        def broken(what: str, errors: Sequence[str]) -> None:
            self.violations.tell(what, answer.status, errors)

        if isinstance(body, AsyncIterable):
            answer.stream = written(writer.items(cast("AsyncIterable[object]", body), check, broken), boundary)
            return
        try:
            parts, value = writer.taken_apart(body, broken)
        except ValueError as error:
            raise self.violations.fatal(f"no {content.name} can be made: {error}", answer.status) from error
        if check is not None and (errors := check(value)):
            broken("the body breaks its schema", errors)
        answer.stream = written(one_by_one(parts), boundary)

    def _put_stream(self, content: Content, body: object, answer: Answer) -> None:
        if not isinstance(body, AsyncIterable):
            kind = article(type(body).__name__)
            what = f"the body of {content.name} must be an asynchronous iterable, not {kind}"
            raise self.violations.fatal(what, answer.status)
        chunks = cast("AsyncIterable[object]", body)
        if content.stream is None:
            self._put_chunks(content, chunks, answer)
            return

        def broken(errors: Sequence[str]) -> None:
            self.violations.tell("an item of the stream breaks its schema", answer.status, errors)

        answer.stream = content.stream.encode(chunks, content.check, broken)

    def _put_chunks(self, content: Content, chunks: AsyncIterable[object], answer: Answer) -> None:
        """Bytes that are not in memory: a file, or chunks as they come; only their length can be judged."""
        if content.check is not None and (content.kind == "text" or _says_json(answer)):
            what = f"the schema of {content.name} judges bodies as a whole: give this one in one piece"
            raise self.violations.fatal(what, answer.status)
        if isinstance(chunks, File):
            answer.headers.append((b"content-length", b"%d" % chunks.size))
            answer.stream = chunks.chunks(0, chunks.size)
            self._judge_length(content, chunks.size, answer.status)
        else:
            answer.stream = bytes_of(chunks, content.bounds, lambda what: self.violations.tell(what, answer.status))

    def _judge_length(self, content: Content, length: int, status: int) -> None:
        if (what := wrong_length(length, content.bounds)) is not None:
            self.violations.tell(what, status)

    def _text(self, body: str, status: int) -> bytes:
        try:
            return body.encode()
        except UnicodeEncodeError as error:
            raise self.violations.fatal("the text is not Unicode", status) from error

    def _judge_json(self, check: Check, answer: Answer) -> None:
        try:
            value = cast("JSONValue", from_json(answer.body, allow_inf_nan=False, cache_strings="keys"))
        except ValueError as error:
            self.violations.tell(f"the body is not strict JSON: {error}", answer.status)
            return
        if errors := check(value):
            self.violations.tell("the body breaks its schema", answer.status, errors)

    def _choose(self, form: Form, reply: Reply, body: object, accept: str | None, status: int) -> Content:
        """The media type of a reply with several: what the handler says, else what the client likes best."""
        said = getattr(reply, "media_type", None)
        if isinstance(said, str):
            for content in form.contents:
                if content.name == said:
                    return content
            for content in form.contents:
                if "*" in content.name and within(said, content.name):
                    return content
            names = declared(content.name for content in form.contents)
            raise self.violations.fatal(f"the media type {said} is not declared{names}", status)
        possible = [content for content in form.contents if _carries(content.kind, body)] or list(form.contents)
        return possible[best([content.name for content in possible], accept) or 0]

    def _concrete(self, content: Content, media_type: object, status: int) -> bytes:
        """A media type for a declared range: the handler's, where it lies within it."""
        if isinstance(media_type, str) and "*" not in media_type and within(media_type, content.name):
            return media_type.encode("latin-1")
        if content.name in ("*/*", "application/*"):
            return b"application/octet-stream"
        if content.kind == "text":
            return b"text/plain; charset=utf-8"
        raise self.violations.fatal(f"say which media type within {content.name} the body has", status)


def _fitting(content: Content, value: JSONValue, contents: Sequence[Content], accept: str | None) -> Content:
    """A media type that admits a value: the chosen one, else the one of the others that the client likes best."""
    if content.admits is None or content.admits(value):
        return content
    fitting = [
        each for each in contents if each.is_value and each.header and (each.admits is None or each.admits(value))
    ]
    return fitting[best([each.name for each in fitting], accept) or 0] if fitting else content


def _says_json(answer: Answer) -> bool:
    return any(name == b"content-type" and is_json(value.decode("latin-1")) for name, value in answer.headers)


def _carries(kind: str, body: object) -> bool:
    if isinstance(body, _RAW):
        return kind == "bytes"
    if isinstance(body, AsyncIterable):
        return kind in ("bytes", "multipart") or (kind == "stream" and not isinstance(body, File))
    return kind in ("text", "json") if isinstance(body, str) else kind in ("json", "form", "multipart")
