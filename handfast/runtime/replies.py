"""From a reply that a handler gave to the answer that is sent: chosen, encoded once, and judged before anything leaves.

What the contract does not describe raises `ResponseViolation`: an undeclared status, media type or header, a missing
or wrong header, a body outside its schema. The text of a violation is for the log; it never holds values.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterable, Sequence
from typing import Literal, TypeAlias, cast

from pydantic import BaseModel
from pydantic_core import from_json, to_json
from starlette.responses import Response as InjectedResponse

from handfast.contract.model import Contract, JSONValue, Operation, Response
from handfast.errors import ResponseViolation
from handfast.runtime.accept import best
from handfast.runtime.answers import Answer, RawHeaders, may_have_body
from handfast.runtime.fallback import PlainReply
from handfast.runtime.files import File
from handfast.runtime.header_judging import HeaderJudge
from handfast.runtime.header_text import header_text, is_field_value
from handfast.runtime.injected import undeclared
from handfast.runtime.json_bytes import json_bytes
from handfast.runtime.media_types import is_json, within
from handfast.runtime.reply import Reply
from handfast.runtime.reply_forms import Check, Content, Field, Form, Forms
from handfast.runtime.streams import bytes_of, check_of_events, wrong_length

logger = logging.getLogger("handfast.violations")

Mode: TypeAlias = Literal["enforce", "report", "off"]
"""What happens to a reply that breaks the contract: it becomes a 500, it is logged and sent, or nobody looks."""


_UNDESCRIBED = 204
"""What is answered for an operation that declares no responses at all, which 3.1 allows: its handler returns None."""

_OF_THE_BODY = frozenset({"content-type", "content-length", "content-range", "accept-ranges"})
"""Headers that tell of the body, and need no declaration (OpenAPI 3.2.0, section 4.17)."""


class Replies:
    """Encodes the replies of one operation; how is worked out when a class of replies is met for the first time."""

    __slots__ = (
        "_acceptable", "_contract", "_forms", "_headers", "_judging", "_known", "_mode", "_operation", "has_choice",
    )  # fmt: skip

    def __init__(self, contract: Contract, operation: Operation, mode: Mode) -> None:
        self._contract = contract
        self._headers: HeaderJudge | None = None
        self._operation = operation
        self._mode = mode
        self._judging = mode != "off"
        self._forms = Forms(contract, operation, judging=self._judging)
        self._known: dict[type[Reply], Form] = {}
        self._acceptable = _acceptable(operation)
        self.has_choice = self._acceptable is not None or any(len(each.content) > 1 for each in operation.responses)

    def encode(self, reply: object, accept: str | None) -> Answer:
        """The answer for a reply; raises `ResponseViolation` when it breaks the contract (in mode `enforce`)."""
        form = self._known.get(type(reply))  # type: ignore[arg-type]  # what is no reply is not found
        if form is None:
            if reply is None and not self._operation.responses:
                return Answer(_UNDESCRIBED)
            form = self._form_of(reply)
        status = form.status if form.status is not None else self._status(form, cast("Reply", reply))
        headers: RawHeaders = []
        answer = Answer(status, headers)
        if form.contents:
            self._put_body(form, cast("Reply", reply), answer, accept)
        for header in form.headers:
            value = getattr(reply, header.attribute, None) if header.attribute is not None else None
            if value is None:
                if header.required and self._judging:
                    self.violation(f"the required header {header.name} is missing", status)
                continue
            headers.append((header.wire, self._header_value(header, value, status)))
        return answer

    def violation(self, what: str, status: int | None = None, errors: Sequence[str] = ()) -> None:
        """Tell of a broken contract: raised in mode `enforce`, logged in mode `report`."""
        place = f"{self._operation.operation_id}: " if status is None else f"{self._operation.operation_id} {status}: "
        message = place + what + "".join(f"\n  {error}" for error in errors)
        if self._mode == "enforce":
            raise ResponseViolation(message)
        if self._mode == "report":
            logger.error("%s", message)

    def is_unacceptable(self, accept: str | None) -> bool:
        """Whether no media type of any success is accepted; never without a declared 406, where Accept only chooses."""
        if accept is None or self._acceptable is None:
            return False
        return best(self._acceptable, accept) is None

    def add_injected(self, answer: Answer, injected: InjectedResponse) -> None:
        """Add the headers that dependencies put on FastAPI's `Response`, as far as the contract lets them."""
        headers = injected.headers.raw
        if self._judging:
            declaration = self._operation.response(answer.status)
            for name in undeclared(headers, declaration):
                self.violation(f"the header {name} is not declared", answer.status)
            if injected.status_code not in (None, answer.status):
                self.violation(f"the status {injected.status_code} was set on the injected Response", answer.status)
            if declaration is not None and declaration.headers and headers:
                added = {name for name, _ in headers}
                both = [*(each for each in answer.headers if each[0] in added), *headers]
                for what in self._header_judge().wrong(declaration, both):
                    self.violation(what, answer.status)
        answer.headers += headers

    def encode_plain(self, reply: PlainReply, accept: str | None) -> Answer:
        """The answer for a reply of JSON values, judged like any other."""
        response = self._operation.response(reply.status)
        answer = Answer(reply.status)
        if response is None:
            if self._operation.responses or reply.status != _UNDESCRIBED:
                self.violation("the status is not declared", reply.status)
            return answer
        if response.content and may_have_body(reply.status) and reply.has_body:
            content = self._plain_content(reply, response, accept)
            header = content.header or (reply.media_type or "application/json").encode("latin-1")
            answer.headers.append((b"content-type", header))
            body = reply.body
            if isinstance(body, AsyncIterable):
                self._put_stream(content, body, answer)
            else:
                answer.body = _plain_bytes(body, content.kind)
                self._judge_content(content, answer)
        known = {name.lower(): value for name, value in reply.headers.items()}
        for name, declaration in response.headers.items():
            if name.lower() == "content-type":
                continue
            field = self._forms.field(name, declaration, None)
            value = known.pop(name.lower(), None)
            if value is None:
                if field.required:
                    self.violation(f"the required header {name} is missing", reply.status)
                continue
            answer.headers.append((field.wire, self._header_value(field, value, reply.status)))
        for name in known:
            self.violation(f"the header {name} is not declared", reply.status)
        return answer

    def _plain_content(self, reply: PlainReply, response: Response, accept: str | None) -> Content:
        """The declared media type of a plain reply: the one that it names, else what the client likes best."""
        names = list(response.content)
        name = names[best(names, accept) or 0]
        if reply.media_type is not None:
            name = next((each for each in names if within(reply.media_type, each)), "")
            if not name:
                self.violation(f"the media type {reply.media_type} is not declared", reply.status)
                name = names[0]
        return self._forms.content(name, response.content[name])

    def judge(self, answer: Answer) -> None:
        """Judge an answer that somebody else made: status, media type, required headers, body."""
        if not self._judging:
            return
        response = self._operation.response(answer.status)
        if response is None:
            self.violation("the status is not declared", answer.status)
            return
        for name in undeclared(answer.headers, response):
            if name not in _OF_THE_BODY:
                self.violation(f"the header {name} is not declared", answer.status)
        self.judge_headers(response, answer)
        if not answer.body:
            if response.content and may_have_body(answer.status):
                self.violation("the body is missing", answer.status)
            return
        sent = [value.decode("latin-1") for key, value in answer.headers if key.lower() == b"content-type"]
        media_type = sent[0] if sent else ""
        for name, media in response.content.items():
            if within(media_type, name):
                self._judge_content(self._forms.content(name, media), answer)
                return
        self.violation(f"the media type {media_type or '(none)'} is not declared", answer.status)

    def judge_headers(self, response: Response, answer: Answer) -> None:
        """Judge headers that are text already: that the required ones are there, and that all fit their schemas."""
        if self._judging and response.headers:
            judge = self._header_judge()
            for what in (*judge.missing(response, answer.headers), *judge.wrong(response, answer.headers)):
                self.violation(what, answer.status)

    def _header_judge(self) -> HeaderJudge:
        if self._headers is None:
            self._headers = HeaderJudge(self._contract)
        return self._headers

    def _judge_content(self, content: Content, answer: Answer) -> None:
        if content.kind == "bytes":
            self._judge_length(content, len(answer.body), answer.status)
        if content.check is None:
            return
        if content.kind == "json" or (content.kind == "bytes" and self._says_json(answer)):
            self._judge_json(content.check, answer)
        elif content.kind == "text":
            try:
                errors = _check_text(content.check, answer.body.decode("utf-8"))
            except UnicodeDecodeError:
                errors = ["it is not UTF-8"]
            if errors:
                self.violation("the body breaks its schema", answer.status, errors)

    def _form_of(self, reply: object) -> Form:
        if not isinstance(reply, Reply):
            raise ResponseViolation(
                f"{self._operation.operation_id}: the handler gave {_article(type(reply).__name__)}, and not a reply"
            )
        response = self._forms.declaration(type(reply))
        if response is None:
            raise ResponseViolation(
                f"{self._operation.operation_id}: {type(reply).__name__} is not a declared reply of this operation"
            )
        form = self._known[type(reply)] = self._forms.form(type(reply), response)
        return form

    def _status(self, form: Form, reply: Reply) -> int:
        status = getattr(reply, "status", None)
        if not isinstance(status, int) or not 100 <= status <= 599:
            raise ResponseViolation(f"{self._operation.operation_id}: {type(reply).__name__} has no status to send")
        if self._judging and self._operation.response(status) is not form.response:
            self.violation(f"{type(reply).__name__} is declared for {form.response.status}, not for {status}", status)
        return status

    def _put_body(self, form: Form, reply: Reply, answer: Answer, accept: str | None) -> None:
        if not may_have_body(answer.status):
            return
        body = getattr(reply, "body", None)
        content = form.contents[0] if len(form.contents) == 1 else self._choose(form, reply, body, accept)
        header = content.header or self._concrete(content, getattr(reply, "media_type", None), answer.status)
        answer.headers.append((b"content-type", header))
        if content.kind == "json":
            self._put_json(form, content, body, answer)
        elif content.kind == "stream" or isinstance(body, AsyncIterable):
            self._put_stream(content, cast("object", body), answer)
        elif content.kind == "text" and isinstance(body, str):
            answer.body = self._text(body, answer.status)
            if content.check is not None and (errors := _check_text(content.check, body)):
                self.violation("the body breaks its schema", answer.status, errors)
        elif isinstance(body, (bytes, bytearray, memoryview)):
            answer.body = bytes(cast("bytes", body))
            self._judge_content(content, answer)
        else:
            raise ResponseViolation(
                f"{self._operation.operation_id} {answer.status}: {_article(type(body).__name__)} cannot be sent as "
                f"{content.name}"
            )

    def _put_stream(self, content: Content, body: object, answer: Answer) -> None:
        if not isinstance(body, AsyncIterable):
            raise ResponseViolation(
                f"{self._operation.operation_id} {answer.status}: the body of {content.name} must be an asynchronous "
                f"iterable, not {_article(type(body).__name__)}"
            )
        chunks = cast("AsyncIterable[object]", body)
        if content.stream is None:
            self._put_chunks(content, chunks, answer)
            return
        check = self._forms.check(content.stream.schema.pointer)
        data = content.stream.data
        if check is not None and data is not None and (data_check := self._forms.check(data.pointer)) is not None:
            check = check_of_events(check, data_check)
        answer.stream = content.stream.encode(chunks, check, lambda errors: self._item_broken(answer.status, errors))

    def _put_chunks(self, content: Content, chunks: AsyncIterable[object], answer: Answer) -> None:
        """Bytes that are not in memory: a file, or chunks as they come; only their length can be judged."""
        if content.check is not None and (content.kind == "text" or self._says_json(answer)):
            raise ResponseViolation(
                f"{self._operation.operation_id} {answer.status}: the schema of {content.name} judges bodies "
                "as a whole: give this one in one piece"
            )
        if isinstance(chunks, File):
            answer.headers.append((b"content-length", b"%d" % chunks.size))
            answer.stream = chunks.chunks(0, chunks.size)
            self._judge_length(content, chunks.size, answer.status)
        else:
            answer.stream = bytes_of(chunks, content.bounds, lambda what: self.violation(what, answer.status))

    def _judge_length(self, content: Content, length: int, status: int) -> None:
        if (what := wrong_length(length, content.bounds)) is not None:
            self.violation(what, status)

    @staticmethod
    def _says_json(answer: Answer) -> bool:
        return any(name == b"content-type" and is_json(value.decode("latin-1")) for name, value in answer.headers)

    def _item_broken(self, status: int, errors: Sequence[str]) -> None:
        self.violation("an item of the stream breaks its schema", status, errors)

    def _put_json(self, form: Form, content: Content, body: object, answer: Answer) -> None:
        """Judge the JSON value of a body, and write that very value: no text is parsed again to be judged."""
        if isinstance(body, BaseModel):
            serializer = body.__pydantic_serializer__
        elif form.adapter is not None:
            serializer = form.adapter.serializer
        else:
            what = f"the body is {_article(type(body).__name__)}, and not a model"
            raise ResponseViolation(f"{self._operation.operation_id} {answer.status}: {what}")
        try:
            value = cast("JSONValue", serializer.to_python(body, mode="json", by_alias=True, warnings=False))
            errors = content.check(value) if content.check is not None else ()
            answer.body = json_bytes(value)
        except ValueError as error:
            what = f"no JSON can be made: {error}"
            raise ResponseViolation(f"{self._operation.operation_id} {answer.status}: {what}") from error
        if errors:
            self.violation("the body breaks its schema", answer.status, errors)

    def _text(self, body: str, status: int) -> bytes:
        try:
            return body.encode()
        except UnicodeEncodeError as error:
            raise ResponseViolation(f"{self._operation.operation_id} {status}: the text is not Unicode") from error

    def _judge_json(self, check: Check, answer: Answer) -> None:
        try:
            value = cast("JSONValue", from_json(answer.body, allow_inf_nan=False, cache_strings="keys"))
        except ValueError as error:
            self.violation(f"the body is not strict JSON: {error}", answer.status)
            return
        if errors := check(value):
            self.violation("the body breaks its schema", answer.status, errors)

    def _choose(self, form: Form, reply: Reply, body: object, accept: str | None) -> Content:
        """The media type of a reply with several: what the handler says, else what the client likes best."""
        said = getattr(reply, "media_type", None)
        if isinstance(said, str):
            for content in form.contents:
                if content.name == said:
                    return content
            for content in form.contents:
                if "*" in content.name and within(said, content.name):
                    return content
            raise ResponseViolation(f"{self._operation.operation_id}: the media type {said} is not declared")
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
        raise ResponseViolation(
            f"{self._operation.operation_id} {status}: say which media type within {content.name} the body has"
        )

    def _header_value(self, header: Field, value: object, status: int) -> bytes:
        plain: JSONValue
        if header.adapter is None:
            plain = cast("JSONValue", value)
        else:
            plain = cast("JSONValue", header.adapter.dump_python(value, mode="json", by_alias=True, warnings=False))
        if header.check is not None and (errors := header.check(plain)):
            self.violation(f"the header {header.name} breaks its schema", status, errors)
        if header.declaration.content is not None:
            text = json.dumps(plain, separators=(",", ":"))
        else:
            text = header_text(plain, explode=header.declaration.explode)
        if not is_field_value(text):
            raise ResponseViolation(
                f"{self._operation.operation_id} {status}: the header {header.name} has characters that no header may"
            )
        return text.encode("latin-1")


def _plain_bytes(body: JSONValue | bytes, kind: str) -> bytes:
    if isinstance(body, bytes):
        return body
    return body.encode() if kind == "text" and isinstance(body, str) else to_json(body)


def _check_text(check: Check, text: str) -> Sequence[str]:
    """What is wrong with a text; one that its schema does not take for a string may be the JSON of another value."""
    errors = check(text)
    if not errors:
        return ()
    try:
        value = cast("JSONValue", from_json(text, allow_inf_nan=False))
    except ValueError:
        return errors
    return check(value)


def _carries(kind: str, body: object) -> bool:
    if isinstance(body, (bytes, bytearray, memoryview)):
        return kind == "bytes"
    if isinstance(body, AsyncIterable):
        return kind == "bytes" or (kind == "stream" and not isinstance(body, File))
    return kind in ("text", "json") if isinstance(body, str) else kind == "json"


def _acceptable(operation: Operation) -> Sequence[str] | None:
    """The media types of all successes, where 406 is declared by itself and a client must accept one of them."""
    if not any(response.status == "406" for response in operation.responses):
        return None
    return [name for response in operation.responses if response.status[0] == "2" for name in response.content] or None


def _article(noun: str) -> str:
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"
