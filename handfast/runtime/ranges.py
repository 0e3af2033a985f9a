"""Parts of binary replies, and replies that a client has already, where the operation declares 206, 416 and 304.

A handler answers 200 with bytes or a `File`; from there on it is HTTP's business (RFC 9110, sections 13.1 and 14). An
operation whose 206 declares the same binary media type as its 200 is given ranges; a handler that answers 206 itself,
or 200 with what cannot be sought (an asynchronous iterable), is left alone. Several ranges in one request, and a Range
that is none, count as no Range (section 14.2). 416 is answered only where it is declared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import cast

from starlette.types import Scope

from handfast.contract.model import Operation, Response
from handfast.runtime.answers import Answer, RawHeaders
from handfast.runtime.failures import Failures
from handfast.runtime.files import FileStream
from handfast.runtime.media_types import within
from handfast.runtime.problems import Cause, Refused
from handfast.runtime.replies import Replies
from handfast.runtime.reply_forms import is_binary

_RANGE = re.compile(r"bytes=[ \t]*(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))[ \t]*", re.IGNORECASE)
_MADE = frozenset({"content-range", "content-length", "accept-ranges", "content-type"})
_OF_THE_WHOLE = frozenset({b"accept-ranges", b"content-length"})
_KEPT = frozenset({b"etag", b"last-modified", b"content-location", b"vary", b"cache-control", b"expires", b"date"})
"""What goes along with a part or a 304 in any case (RFC 9110, sections 15.3.7 and 15.4.5)."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """What an operation can do with a 200 whose bytes can be sought; `partial` is its 206, `known` its 304."""

    operation: Operation
    partial: Response | None
    known: Response | None
    replies: Replies
    failures: Failures

    @classmethod
    def of(cls, operation: Operation, replies: Replies, failures: Failures) -> Ranges | None:
        """What the contract lets the runtime do; None for nothing."""
        declared = {response.status: response for response in operation.responses}
        whole = declared.get("200")
        if operation.method != "GET" or whole is None or not any(map(is_binary, whole.content)):
            return None
        partial = _possible(declared.get("206"), whole)
        if partial is not None and not any(map(is_binary, partial.content)):
            partial = None
        known = _possible(declared.get("304"), whole)
        return cls(operation, partial, known, replies, failures) if partial or known else None

    def applied(self, answer: Answer, scope: Scope) -> Answer:
        """An answer, or the part of it that a client asks for, or what says that there is none such."""
        source = answer.stream if answer.stream is not None else answer.body
        if answer.status != 200 or not isinstance(source, (bytes, FileStream)):
            return answer
        sent = dict(answer.headers)
        if self.known is not None and isinstance(source, FileStream) and _is_known(sent, scope):
            made = self._made(304, self.known, answer, [])
            self.replies.judge_headers(self.known, made)
            return made
        media_type = sent.get(b"content-type", b"").decode("latin-1")
        if self.partial is None or not any(within(media_type, name) for name in self.partial.content):
            return answer
        if b"accept-ranges" not in sent:
            answer.headers.append((b"accept-ranges", b"bytes"))
        asked = _values(scope, b"range")
        if scope["method"] != "GET" or len(asked) != 1 or not _is_same(sent, scope):
            return answer
        size = source.size if isinstance(source, FileStream) else len(source)
        return self._part(asked[0], answer, source, size, self.partial)

    def _part(self, asked: str, answer: Answer, source: bytes | FileStream, size: int, partial: Response) -> Answer:
        found = _RANGE.fullmatch(asked)
        if found is None or (found[2] is not None and int(found[2]) < int(found[1])):
            return answer
        if found[3] is None:
            start, end = int(found[1]), min(int(found[2] or size), size - 1) + 1
        else:
            start, end = max(size - int(found[3]), 0), size
        if start >= size or start >= end:
            if (size == 0 and found[3] not in (None, "0")) or self.operation.response(416) is None:
                return answer
            headers = [("Content-Range", f"bytes */{size}")]
            return self.failures.refuse(Refused(Cause.RANGE_UNSATISFIABLE, headers=headers))
        made = self._made(206, partial, answer, [(b"content-range", f"bytes {start}-{end - 1}/{size}".encode())])
        if isinstance(source, bytes):
            made.body = source[start:end]
        else:
            made.stream = source.file.chunks(start, end)
            made.headers.append((b"content-length", b"%d" % (end - start)))
        self.replies.judge_headers(partial, made)
        return made

    def _made(self, status: int, response: Response, whole: Answer, more: RawHeaders) -> Answer:
        """An answer in the place of a whole one, with the headers that both have."""
        declared = {name.lower().encode("latin-1") for name in response.headers} | _KEPT
        if status == 206:
            declared |= {b"content-type"}
        headers = [(name, value) for name, value in whole.headers if name in declared and name not in _OF_THE_WHOLE]
        return Answer(status, [*headers, *more])


def _possible(response: Response | None, whole: Response) -> Response | None:
    """A response that asks for no header that the whole one does not have and the runtime does not make."""
    if response is None:
        return None
    given = {name.lower() for name in whole.headers} | _MADE
    needed = {name.lower() for name, header in response.headers.items() if header.required}
    return response if needed <= given else None


def _is_known(sent: dict[bytes, bytes], scope: Scope) -> bool:
    """Whether a client has the reply already (RFC 9110, section 13.2.2)."""
    if tags := _values(scope, b"if-none-match"):
        etag = sent.get(b"etag")
        if etag is None:
            return False
        known = {tag.strip().removeprefix("W/") for tags_ in tags for tag in tags_.split(",")}
        return "*" in known or etag.decode("latin-1").removeprefix("W/") in known
    dates = _values(scope, b"if-modified-since")
    modified, since = _date(sent.get(b"last-modified", b"").decode("latin-1")), _date(dates[0] if dates else "")
    return modified is not None and since is not None and modified <= since


def _is_same(sent: dict[bytes, bytes], scope: Scope) -> bool:
    """Whether a part still fits to what the client has of the whole (RFC 9110, section 13.1.5)."""
    conditions = _values(scope, b"if-range")
    if not conditions:
        return True
    condition = conditions[0].encode("latin-1")
    return len(conditions) == 1 and condition in (
        sent.get(b"etag") if condition.startswith(b'"') else None,
        sent.get(b"last-modified"),
    )


def _date(text: str) -> float | None:
    """An HTTP date as seconds; None for what is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError):
        return None


def _values(scope: Scope, name: bytes) -> list[str]:
    headers = cast("Iterable[tuple[bytes, bytes]]", scope["headers"])
    return [value.decode("latin-1").strip(" \t") for key, value in headers if key == name]
