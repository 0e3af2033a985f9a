"""The bodies of refusals: RFC 9457 where the contract lets us, else the nearest thing that its schema admits.

A problem is offered to the declared schema in several forms, the most telling first; the first one that the schema
admits is sent. So the runtime's own errors keep the contract as the handlers' replies do, whatever shape it gives them.
Where a contract has texts for its errors, a problem is told in sentences; where it has XML of which it says no more, in
that of RFC 9457 (appendix B).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import escape
from itertools import chain

from handfast.contract.cursor import followed
from handfast.contract.model import Contract, Direction, JSONValue, MediaType, Operation, Response
from handfast.runtime.problems import MAX_ERRORS, TABLE, Cause, ProblemItem, Refused, problem_type, status_phrase

PROBLEM_JSON = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A refusal about to be answered; what a `ProblemRenderer` turns into the body that its contract wants."""

    type: str
    status: int
    title: str
    detail: str = ""
    errors: tuple[ProblemItem, ...] = ()
    cause: Cause | None = None
    operation: Operation | None = None
    media_type: str = PROBLEM_JSON

    def as_json(self) -> dict[str, JSONValue]:
        """The members of RFC 9457, and `errors`."""
        members: dict[str, JSONValue] = {"type": self.type, "title": self.title, "status": self.status}
        if self.detail:
            members["detail"] = self.detail
        if self.errors:
            members["errors"] = [_item(item) for item in self.errors]
        return members


ProblemRenderer = Callable[[Problem], JSONValue]
"""Gives the body of a problem for a contract whose errors have a shape of their own."""


@dataclass(frozen=True, slots=True)
class LastResort:
    """A renderer that is asked only where no form of a problem is what the contract declares."""

    make: ProblemRenderer

    def __call__(self, problem: Problem) -> JSONValue:
        return self.make(problem)


@dataclass(frozen=True, slots=True)
class Body:
    """A rendered body; `fits` tells whether the declared schema admits it."""

    media_type: str
    content: bytes
    fits: bool


def problem_of(refused: Refused, status: int, operation: Operation | None = None) -> Problem:
    """The problem that a refusal is answered with."""
    return Problem(
        type=problem_type(refused.cause),
        status=status,
        title=TABLE[refused.cause].title,
        detail=refused.detail,
        errors=tuple(refused.errors[:MAX_ERRORS]),
        cause=refused.cause,
        operation=operation,
    )


def render(
    contract: Contract, problem: Problem, response: Response | None, renderer: ProblemRenderer | None
) -> Body | None:
    """The body of a problem as `response` declares it; None where that has no content.

    Where nothing is declared it is RFC 9457, or whatever the renderer makes.
    """
    own = None if isinstance(renderer, LastResort) else renderer
    if response is None:
        return Body(PROBLEM_JSON, _encode(problem.as_json() if own is None else own(problem)), fits=True)
    if not response.content:
        return None
    declared = error_media_type(response)
    if declared is None:
        return Body(next(iter(response.content)), b"", fits=False)
    name, media_type = declared
    problem = replace(problem, media_type=name)
    if _is_xml(name) and media_type.schema is None and own is None:
        return Body(name, _xml(problem).encode(), fits=True)
    is_text = name.startswith("text/") and not _is_xml(name)
    made = _sentences(problem, name) if is_text else _forms(problem, contract, media_type)
    if renderer is not None:
        made = map(renderer, [problem]) if own is not None else chain(made, map(renderer, [problem]))
    judge = contract.judge(media_type.schema, Direction.RESPONSE) if media_type.schema is not None else None
    form: JSONValue = None
    for form in made:
        if judge is None or judge.is_valid(form):
            content = form.encode() if is_text and isinstance(form, str) else _encode(form)
            return Body(f"{name}; charset=utf-8" if is_text and ";" not in name else name, content, fits=True)
    return Body(name, _encode(problem.as_json() if own is None else form), fits=False)


def error_media_type(response: Response) -> tuple[str, MediaType] | None:
    """The declared media type that a problem is sent as: problem+json, other JSON, any, text, XML, in this order."""
    ranks = {name: rank for name in response.content if (rank := _rank(name.split(";")[0].strip().lower())) is not None}
    if not ranks:
        return None
    best = min(ranks, key=lambda name: ranks[name])
    concrete = "text/plain" if best.lower().startswith("text/*") else PROBLEM_JSON if "*" in best else best
    return concrete, response.content[best]


def _rank(media_type: str) -> int | None:
    if media_type == PROBLEM_JSON:
        return 0
    if media_type == "application/json":
        return 1
    if media_type.endswith("+json"):
        return 2
    if media_type in ("application/*", "*/*"):
        return 3
    if media_type in ("text/plain", "text/*"):
        return 4
    if _is_xml(media_type):
        return 6
    return 5 if media_type.startswith("text/") and media_type != "text/event-stream" else None


def _is_xml(media_type: str) -> bool:
    return media_type.split(";")[0].strip().lower().endswith(("/xml", "+xml")) and "xhtml" not in media_type.lower()


def _xml(problem: Problem) -> str:
    """A problem as XML, without its errors (RFC 9457, appendix B)."""
    told = {name: value for name, value in problem.as_json().items() if name != "errors"}
    members = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in told.items())
    return f'<?xml version="1.0" encoding="UTF-8"?><problem xmlns="urn:ietf:rfc:7807">{members}</problem>'


def _sentences(problem: Problem, media_type: str) -> Iterator[str]:
    """The texts of a problem, the most telling first."""
    for text in _texts(problem):
        yield escape(text) if "html" in media_type else text


def _texts(problem: Problem) -> list[str]:
    """What a problem says as texts, each shorter than the one before; an error names its parameter and its place."""
    errors = "; ".join(
        f"{item.parameter or ''}{item.pointer or ''}: {item.detail}".lstrip(": ") for item in problem.errors
    )
    texts = [text for text in (errors, problem.detail, problem.title, str(problem.status)) if text]
    return [f"{problem.title}: {texts[0]}", *texts]


def _encode(form: JSONValue) -> bytes:
    return json.dumps(form, ensure_ascii=False, separators=(",", ":")).encode()


def _item(item: ProblemItem) -> dict[str, JSONValue]:
    members: dict[str, JSONValue] = {}
    if item.pointer is not None:
        members["pointer"] = item.pointer
    if item.parameter is not None:
        members["parameter"] = item.parameter
        if item.location is not None:
            members["in"] = str(item.location)
    return members | {"code": item.code, "detail": item.detail}


def _forms(problem: Problem, contract: Contract, media_type: MediaType) -> Iterator[JSONValue]:
    """The forms of a problem, the most telling first."""
    full = problem.as_json()
    yield full
    plain: dict[str, JSONValue] = {name: value for name, value in full.items() if name != "errors"}
    if problem.errors:
        short: list[JSONValue] = [_only(_item(item), ("pointer", "detail")) for item in problem.errors]
        texts: list[JSONValue] = [item.detail for item in problem.errors]
        yield {**plain, "errors": short}
        yield {**plain, "errors": texts}
    yield plain
    blank: dict[str, JSONValue] = {
        "type": "about:blank",
        "title": status_phrase(problem.status),
        "status": problem.status,
    }
    yield blank
    yield _oauth(problem)
    if media_type.schema is not None:
        yield from _shaped(problem, contract, media_type.schema.value)


def _only(members: Mapping[str, JSONValue], names: tuple[str, ...]) -> dict[str, JSONValue]:
    return {name: members[name] for name in names if name in members}


def _oauth(problem: Problem) -> JSONValue:
    """An error of an OAuth 2.0 token endpoint (RFC 6749, section 5.2)."""
    code = "invalid_client" if problem.status == 401 else "invalid_request"
    return {"error": code, "error_description": problem.detail or problem.title}


# What members of error objects are called in the wild when they hold no prose.
_TEXT_NAMES = frozenset(
    {"message", "detail", "details", "description", "error_description", "reason", "msg", "summary"}
)
_CODE_NAMES = frozenset({"code", "error", "error_code", "errorcode", "name", "kind", "key", "id", "type"})
_STATUS_NAMES = frozenset({"status", "status_code", "statuscode", "httpstatus", "http_status"})
_DEPTH = 4


def _shaped(problem: Problem, contract: Contract, schema: JSONValue) -> Iterator[JSONValue]:
    """Objects filled along a schema that somebody else wrote: first the required members alone, then all.

    Where its texts have too little room for what is to be told, shorter ones are.
    """
    for text in (problem.detail or problem.title, *_texts(problem)):
        for everything in (False, True):
            yield _fill(replace(problem, detail=text), contract, schema, "", _DEPTH, everything)


def _fill(
    problem: Problem, contract: Contract, schema: JSONValue, name: str, depth: int, everything: bool
) -> JSONValue:
    schema = _resolved(contract, schema)
    if not isinstance(schema, dict) or depth == 0:
        return problem.detail or problem.title
    if "const" in schema:
        return schema["const"]
    if isinstance(choices := schema.get("enum"), list) and choices:
        return choices[0]
    for keyword in ("oneOf", "anyOf"):
        if isinstance(branches := schema.get(keyword), list) and branches and "properties" not in schema:
            return _fill(problem, contract, branches[0], name, depth, everything)
    parts = [schema, *(_resolved(contract, part) for part in _list(schema.get("allOf")))]
    properties: dict[str, JSONValue] = {}
    required: list[JSONValue] = []
    for part in parts:
        if isinstance(part, dict):
            found = part.get("properties")
            properties |= found if isinstance(found, dict) else {}
            required += _list(part.get("required"))
    kind = schema.get("type")
    kinds: list[JSONValue] = kind if isinstance(kind, list) else [kind]
    if properties or "object" in kinds:
        wanted = list(properties) if everything else [str(member) for member in required]
        return {
            member: _fill(problem, contract, properties.get(member, True), member, depth - 1, everything)
            for member in wanted
        }
    return _scalar(problem, contract, schema, kinds, name, depth, everything)


def _scalar(
    problem: Problem,
    contract: Contract,
    schema: dict[str, JSONValue],
    kinds: list[JSONValue],
    name: str,
    depth: int,
    everything: bool,
) -> JSONValue:
    word = name.lower()
    if "array" in kinds:
        least = schema.get("minItems")
        count = least if isinstance(least, int) else 1
        return [_fill(problem, contract, schema.get("items", True), name, depth - 1, everything) for _ in range(count)]
    if "string" in kinds:
        if word in _CODE_NAMES and word != "type":
            return str(problem.cause or problem.status)
        if str(schema.get("format", "")).startswith("uri"):
            return "about:blank"
        return str(problem.status) if word in _STATUS_NAMES else problem.detail or problem.title
    if "integer" in kinds or "number" in kinds:
        return problem.status
    if "boolean" in kinds:
        return word == "error"
    if "null" in kinds:
        return None
    return problem.status if word in _STATUS_NAMES else problem.detail or problem.title


def _list(value: JSONValue) -> list[JSONValue]:
    return value if isinstance(value, list) else []


def _resolved(contract: Contract, schema: JSONValue) -> JSONValue:
    """A schema with its `$ref`s into the document followed."""
    for _ in range(16):
        if not isinstance(schema, dict) or not isinstance(reference := schema.get("$ref"), str):
            return schema
        found = followed(contract.document, reference)
        if found is None:
            return True
        schema = found[1]
    return True
