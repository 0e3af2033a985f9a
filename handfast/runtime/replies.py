"""From a reply that a handler gave to the answer that is sent: chosen, encoded once, and judged before anything leaves.

What the contract does not describe raises `ResponseViolation`: an undeclared status, media type or header, a missing
or wrong header, a body outside its schema. The text of a violation is for the log; it never holds values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from starlette.responses import Response as InjectedResponse

from handfast.contract.model import Contract, JSONValue, Operation, Response
from handfast.runtime.accept import best
from handfast.runtime.answers import Answer, RawHeaders, may_have_body
from handfast.runtime.fallback import PlainReply
from handfast.runtime.header_judging import HeaderJudge
from handfast.runtime.header_text import field_lines, is_field_value
from handfast.runtime.injected import undeclared
from handfast.runtime.media_types import within
from handfast.runtime.reply import Reply
from handfast.runtime.reply_bodies import Bodies
from handfast.runtime.reply_forms import Content, Field, Form, Forms
from handfast.runtime.violations import Mode, Violations, article, declared

_UNDESCRIBED = 204
"""What is answered for an operation that declares no responses at all, which 3.1 allows: its handler returns None."""

_OF_THE_BODY = frozenset({"content-type", "content-length", "content-range", "accept-ranges"})
"""Headers that tell of the body, and need no declaration (OpenAPI 3.2.0, section 4.17)."""


_WITHOUT_LENGTH = frozenset({204, 205})
"""Statuses that tell no length (RFC 9110, sections 8.6 and 15.3.6); 304 may tell that of the 200."""


class Replies:
    """Encodes the replies of one operation; how is worked out when a class of replies is met for the first time."""

    __slots__ = (
        "_acceptable", "_bodies", "_forms", "_headers", "_known", "_operation", "has_choice", "violations",
    )  # fmt: skip

    def __init__(self, contract: Contract, operation: Operation, mode: Mode) -> None:
        self._operation = operation
        self.violations = Violations(contract, operation, mode)
        self._headers = HeaderJudge(contract)
        self._bodies = Bodies(self.violations, self._headers)
        self._forms = Forms(contract, operation, judging=self.violations.is_judging)
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
            self._bodies.put(form, cast("Reply", reply), answer, accept)
        for header in form.headers:
            value = getattr(reply, header.attribute, None) if header.attribute is not None else None
            if value is None:
                if header.required and self.violations.is_judging:
                    self.violations.tell(f"the required header {header.name} is missing", status)
                continue
            headers += [(header.wire, line) for line in self._header_lines(header, value, status)]
        if form.length is not None:
            self._put_length(form.length, cast("Reply", reply), answer)
        return answer

    def is_unacceptable(self, accept: str | None) -> bool:
        """Whether no media type of any success is accepted; never without a declared 406, where Accept only chooses."""
        if accept is None or self._acceptable is None:
            return False
        return best(self._acceptable, accept) is None

    def add_injected(self, answer: Answer, injected: InjectedResponse) -> None:
        """Add the headers that dependencies put on FastAPI's `Response`, as far as the contract lets them."""
        headers = injected.headers.raw
        if self.violations.is_judging:
            declaration = self._operation.response(answer.status)
            for name in undeclared(headers, declaration):
                self.violations.tell(_undeclared_header(name, declaration), answer.status)
            if injected.status_code not in (None, answer.status):
                what = (
                    f"the status {injected.status_code} was set on the injected Response; "
                    f"the status is that of the reply, {answer.status}"
                )
                self.violations.tell(what, answer.status)
            if declaration is not None and declaration.headers and headers:
                added = {name for name, _ in headers}
                both = [*(each for each in answer.headers if each[0] in added), *headers]
                for what in self._headers.wrong(declaration.headers, both):
                    self.violations.tell(what, answer.status)
        answer.headers += headers

    def encode_plain(self, reply: PlainReply, accept: str | None) -> Answer:
        """The answer for a reply of JSON values, judged like any other, unless it is foreign."""
        answer = Answer(reply.status, _raw(reply.beside))
        if reply.is_foreign:
            answer.headers += _raw({"content-type": reply.media_type or "text/plain"})
            answer.body = reply.body if isinstance(reply.body, bytes) else b""
            return answer
        response = self._operation.response(reply.status)
        if response is None:
            if self._operation.responses or reply.status != _UNDESCRIBED:
                self.violations.tell(f"the status is not declared{self._statuses}", reply.status)
            return answer
        if response.content and may_have_body(reply.status) and reply.has_body:
            content = self._plain_content(reply, response, accept)
            said = (reply.media_type or "application/json").encode("latin-1")
            has_boundary = content.kind == "multipart" and isinstance(reply.body, bytes)
            answer.headers.append((b"content-type", said if has_boundary else content.header or said))
            self._bodies.put_plain(content, reply.body, answer)
        self._put_plain_headers(reply, response, answer)
        return answer

    def _put_plain_headers(self, reply: PlainReply, response: Response, answer: Answer) -> None:
        known = {name.lower(): value for name, value in reply.headers.items()}
        for name, declaration in response.headers.items():
            if name.lower() in ("content-type", "content-length"):
                known.pop(name.lower(), None)
                continue
            field = self._forms.field(name, declaration, None)
            value = known.pop(name.lower(), None)
            if value is None:
                if field.required:
                    self.violations.tell(f"the required header {name} is missing", reply.status)
                continue
            answer.headers += [(field.wire, line) for line in self._header_lines(field, value, reply.status)]
        for name in known:
            self.violations.tell(_undeclared_header(name, response), reply.status)

    def _plain_content(self, reply: PlainReply, response: Response, accept: str | None) -> Content:
        """The declared media type of a plain reply: the one that it names, else what the client likes best."""
        names = list(response.content)
        name = names[best(names, accept) or 0]
        if reply.media_type is not None:
            name = next((each for each in names if within(reply.media_type, each)), "")
            if not name:
                self.violations.tell(
                    f"the media type {reply.media_type} is not declared{declared(names)}", reply.status
                )
                name = names[0]
        return self._forms.content(name, response.content[name])

    def judge(self, answer: Answer) -> None:
        """Judge an answer that somebody else made: status, media type, required headers, body."""
        if not self.violations.is_judging:
            return
        response = self._operation.response(answer.status)
        if response is None:
            self.violations.tell(f"the status is not declared{self._statuses}", answer.status)
            return
        for name in undeclared(answer.headers, response):
            if name not in _OF_THE_BODY:
                self.violations.tell(_undeclared_header(name, response), answer.status)
        self.judge_headers(response, answer)
        if not answer.body:
            if response.content and may_have_body(answer.status):
                self.violations.tell("the body is missing", answer.status)
            return
        sent = [value.decode("latin-1") for key, value in answer.headers if key.lower() == b"content-type"]
        media_type = sent[0] if sent else ""
        for name, media in response.content.items():
            if within(media_type, name):
                self._bodies.judge(self._forms.content(name, media), answer)
                return
        what = f"the media type {media_type or '(none)'} is not declared{declared(response.content)}"
        self.violations.tell(what, answer.status)

    def judge_headers(self, response: Response, answer: Answer) -> None:
        """Judge headers that are text already: that the required ones are there, and that all fit their schemas."""
        if self.violations.is_judging and response.headers:
            headers = answer.headers
            if answer.stream is None and (length := _length(answer)) is not None:
                headers = [*headers, (b"content-length", b"%d" % length)]
            for what in self._headers.missing(response.headers, headers):
                self.violations.tell(what, answer.status)
            for what in self._headers.wrong(response.headers, headers):
                self.violations.tell(what, answer.status)

    @property
    def _statuses(self) -> str:
        return declared(each.status for each in self._operation.responses)

    def _form_of(self, reply: object) -> Form:
        if not isinstance(reply, Reply):
            given = "None" if reply is None else article(type(reply).__name__)
            raise self.violations.fatal(f"the handler gave {given}, and not a reply{declared(self._forms.reply_names)}")
        responses = self._forms.declarations(type(reply))
        if not responses:
            what = f"{type(reply).__name__} is not a declared reply of this operation"
            raise self.violations.fatal(what + declared(self._forms.reply_names))
        form = self._known[type(reply)] = self._forms.form(type(reply), responses)
        return form

    def _status(self, form: Form, reply: Reply) -> int:
        status = getattr(reply, "status", None)
        if not isinstance(status, int) or not 200 <= status <= 599:
            what = f"{type(reply).__name__} has the status {status!r}; give one from 200 to 599"
            raise self.violations.fatal(what)
        response = self._operation.response(status)
        if self.violations.is_judging and not any(response is each for each in form.responses):
            statuses = ", ".join(each.status for each in form.responses)
            what = f"{type(reply).__name__} is declared for {statuses}, not for {status}"
            self.violations.tell(what, status)
        return status

    def _put_length(self, header: Field, reply: Reply, answer: Answer) -> None:
        """What a handler says of the length of the body, where nobody knows it yet; else it must be that length."""
        value = getattr(reply, header.attribute, None) if header.attribute is not None else None
        known = _length(answer)
        if value is None:
            if header.required and known is None and self.violations.is_judging:
                self.violations.tell(f"the required header {header.name} is missing", answer.status)
            return
        (line,) = self._header_lines(header, value, answer.status)
        if self._operation.method == "HEAD" and line.isdigit():
            answer.length = int(line)
        elif known is None:
            if answer.status not in _WITHOUT_LENGTH:
                answer.headers.append((header.wire, line))
        elif line != b"%d" % known:
            what = f"the header {header.name} does not say the length of the body, which has {known:,} bytes"
            self.violations.tell(what, answer.status)

    def _header_lines(self, header: Field, value: object, status: int) -> list[bytes]:
        plain: JSONValue
        if header.adapter is None:
            plain = cast("JSONValue", value)
        else:
            plain = cast("JSONValue", header.adapter.dump_python(value, mode="json", by_alias=True, warnings=False))
        if header.check is not None and (errors := header.check(plain)):
            self.violations.tell(f"the header {header.name} breaks its schema", status, errors)
        try:
            lines = field_lines(header.declaration, plain)
        except ValueError as error:
            raise self.violations.fatal(f"the header {header.name} cannot be written: {error}", status) from error
        if not all(map(is_field_value, lines)):
            raise self.violations.fatal(
                f"the header {header.name} has a line break, or another character that none may", status
            )
        return [line.encode("latin-1") for line in lines]


def _length(answer: Answer) -> int | None:
    """The length of a body, as far as it is known before it is sent."""
    if answer.stream is None:
        return len(answer.body) if may_have_body(answer.status) else None
    return next((int(value) for name, value in answer.headers if name == b"content-length"), None)


def _undeclared_header(name: str, response: Response | None) -> str:
    return f"the header {name} is not declared{declared(response.headers if response is not None else ())}"


def _raw(headers: Mapping[str, str]) -> RawHeaders:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def _acceptable(operation: Operation) -> Sequence[str] | None:
    """The media types of all successes, where 406 is declared by itself and a client must accept one of them."""
    if not any(response.status == "406" for response in operation.responses):
        return None
    return [name for response in operation.responses if response.status[0] == "2" for name in response.content] or None
