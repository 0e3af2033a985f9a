"""Request bodies of an operation: compiled once to readers, which turn what arrives into judged values and models.

    reader = compile(request_body, contract, lexicon, annotation, limits=limits)
    body = await reader.read(scope, receive)     raises Refused, with everything that is wrong: BODY_TOO_LARGE,
                       MEDIA_TYPE_UNSUPPORTED, MALFORMED_BODY, CONTRACT_VIOLATION; or build.ModelMismatch (a 500)
    body.argument      what the handler gets; None when there is no body
    body.value         the judged JSON value, or None where none can say it (binary bodies, streams)
    body.raw           the bytes, where all of them are in memory
    body.close         when there is one, call it when the request is over: it lets go of uploaded files

`annotation` is that of the handler's `body`; None when nobody wants more than `value`. Streams are read while the
handler runs: what is wrong with an item, or a size over the limit, is raised out of the iteration as `Refused`, which
the handler lets pass.

Codes: required, media-type-missing, media-type-repeated, media-type-malformed, media-type-undeclared,
charset-unsupported, wrong-charset, content-encoding-unsupported, item-too-large, unrepresentable, those of strict JSON,
of forms and multipart, and those of the judge.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.types import Scope

from handfast.contract.model import Contract, RequestBody
from handfast.runtime import media_types
from handfast.runtime.body_plans import NOTHING, Plan, ReadBody, compile_plan
from handfast.runtime.body_types import types_by_media_type
from handfast.runtime.lexical import Lexicon
from handfast.runtime.limits import Limits
from handfast.runtime.media_types import ContentType
from handfast.runtime.problems import Cause, ProblemItem, Refused
from handfast.runtime.receiving import Receive, chunks, peek, too_large

__all__ = ["BodyReader", "ReadBody", "compile"]

_CACHED = 32
"""Content types that are remembered with their plan; clients choose the texts."""


@dataclass(frozen=True, slots=True)
class BodyReader:
    """Reads the request bodies of one operation."""

    is_required: bool
    plans: dict[str, Plan]
    cache: dict[bytes, tuple[Plan, ContentType]]
    limits: Limits

    async def read(self, scope: Scope, receive: Receive) -> ReadBody:
        """The body of one request; see the module."""
        sent: bytes | None = None
        length: int | None = None
        for name, value in scope["headers"]:
            if name == b"content-type":
                if sent is not None:
                    raise _unsupported("media-type-repeated", "there is more than one Content-Type")
                sent = value
            elif name == b"content-length" and value.isdigit():
                length = int(value)
            elif name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
                detail = "the body must be sent without a Content-Encoding"
                raise _unsupported("content-encoding-unsupported", detail, ("Accept-Encoding", "identity"))
        if sent is None:
            return await self._without_type(length, receive)
        try:
            plan, content_type = self.cache.get(sent) or self._choose(sent)
        except Refused:  # a media type of nothing is nothing to be refused for
            if not self.is_required and await _is_nothing(length, receive, self.limits.upload):
                return NOTHING
            raise
        if length is not None and length > plan.limit:
            raise too_large(plan.limit)
        if length == 0 and not self.is_required:
            return NOTHING
        body = await plan.read(content_type, receive)
        return self._nothing() if body is NOTHING else body

    async def _without_type(self, length: int | None, receive: Receive) -> ReadBody:
        if not await _is_nothing(length, receive, self.limits.upload):
            raise _unsupported("media-type-missing", f"the Content-Type is missing; {self._takes()}")
        return self._nothing()

    def _nothing(self) -> ReadBody:
        if self.is_required:
            problem = ProblemItem(code="required", detail="a request body is required", pointer="")
            raise Refused(Cause.CONTRACT_VIOLATION, "", [problem])
        return NOTHING

    def _choose(self, raw: bytes) -> tuple[Plan, ContentType]:
        content_type = media_types.parse(raw.decode("latin-1"))
        if content_type is None or "*" in content_type.essence:
            raise _unsupported("media-type-malformed", f"the Content-Type cannot be read; {self._takes()}")
        declared = media_types.best(self.plans, content_type)
        if declared is None:
            raise _unsupported("media-type-undeclared", self._takes())
        plan = self.plans[declared]
        charset = content_type.parameters.get("charset")
        if charset is not None and plan.charsets is not None and charset.lower() not in plan.charsets:
            raise _unsupported("charset-unsupported", f"the charset must be one of {', '.join(plan.charsets)}")
        if "boundary" not in content_type.parameters and len(self.cache) < _CACHED:
            self.cache[raw] = (plan, content_type)
        return plan, content_type

    def _takes(self) -> str:
        return f"the body may be {', '.join(self.plans)}"


def compile(  # noqa: A001  # reads as bodies.compile
    request_body: RequestBody,
    contract: Contract,
    words: Lexicon,
    annotation: object = None,
    *,
    limits: Limits | None = None,
) -> BodyReader:
    """The reader for the request bodies of an operation; `words` comes from `parameters.lexicon`."""
    bounds = limits or Limits()
    types = types_by_media_type(annotation, request_body.content)
    plans = {
        name: compile_plan(media_type, words, types[name], contract, bounds, is_required=request_body.required)
        for name, media_type in request_body.content.items()
    }
    return BodyReader(
        is_required=request_body.required,
        plans=plans,
        cache={},
        limits=bounds,
    )


async def _is_nothing(length: int | None, receive: Receive, limit: int) -> bool:
    """Whether no body comes, by its length or by the first that comes of it."""
    return length == 0 or await peek(chunks(receive, limit)) is None


def _unsupported(code: str, detail: str, *headers: tuple[str, str]) -> Refused:
    return Refused(Cause.MEDIA_TYPE_UNSUPPORTED, detail, [ProblemItem(code=code, detail=detail)], headers)
