"""The request that a callback belongs to, and the URL that its runtime expressions make of it.

    Origin.of(request, body=body, reply=Subscribe201(...))      in a handler
    callback_url(template, origin, texts)                       raises CallbackUrlError when something is not there

A value that begins the URL stands there as it is; what follows is percent-encoded, so that a client cannot add
parameters or leave a path with what it puts into a member (OpenAPI says nothing of this).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

from pydantic_core import to_jsonable_python
from starlette.requests import Request

from handfast.contract.cursor import lookup
from handfast.contract.expressions import Expression, Template, Variable
from handfast.contract.model import JSONValue
from handfast.errors import HandfastError
from handfast.runtime.header_text import header_text
from handfast.runtime.percent import encode
from handfast.runtime.reply import Header, Reply
from handfast.runtime.serialise import scalar_text


class CallbackUrlError(HandfastError):
    """A runtime expression of a callback has no value in the request that it belongs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A request and its reply, as far as runtime expressions speak of them; bodies are models or JSON values."""

    url: str = ""
    method: str = ""
    path: Mapping[str, object] = field(default_factory=dict[str, object])
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    headers: Mapping[str, object] = field(default_factory=dict[str, object])
    body: object = None
    reply: Reply | None = None

    @classmethod
    def of(cls, request: Request, *, body: object = None, reply: Reply | None = None) -> Origin:
        """The origin that a request of FastAPI's is; `body` is the handler's, `reply` what it is going to answer."""
        return cls(
            url=str(request.url),
            method=request.method,
            path=request.path_params,
            query=dict(reversed(request.query_params.multi_items())),
            headers=dict(reversed(request.headers.items())),
            body=body,
            reply=reply,
        )


def callback_url(template: Template, origin: Origin, texts: Mapping[str, str]) -> str:
    """The URL of a callback; `texts` are those of its path parameters, which are encoded already."""
    url = ""
    for piece in template.pieces:
        match piece:
            case str():
                url += piece
            case Variable(name):
                url += texts[name]
            case Expression():
                text = _text(_value(piece, origin), piece)
                url += encode(text) if url else text
    return url


def _value(expression: Expression, origin: Origin) -> object:
    match expression.message, expression.source:
        case "", "url":
            return origin.url
        case "", "method":
            return origin.method
        case "", _:
            return getattr(origin.reply, "status", None)
        case "request", "path":
            return origin.path.get(expression.name)
        case "request", "query":
            return origin.query.get(expression.name)
        case "request", "header":
            return _by_name(origin.headers, expression.name)
        case "request", _:
            return _at(origin.body, expression)
        case _, "header":
            return _by_name(_headers(origin.reply), expression.name)
        case _:
            return _at(getattr(origin.reply, "body", None), expression)


def _text(value: object, expression: Expression) -> str:
    plain: JSONValue = to_jsonable_python(value, by_alias=True)
    if plain is None or isinstance(plain, (dict, list)) or plain == "":
        what = "nothing" if plain in (None, "") else "an array or object"
        raise CallbackUrlError(f"{expression} is {what} in the request that the callback belongs to")
    return scalar_text(plain)


def _at(body: object, expression: Expression) -> JSONValue:
    value: JSONValue = to_jsonable_python(body, by_alias=True)
    try:
        return lookup(value, expression.tokens)
    except LookupError:
        return None


def _by_name(headers: Mapping[str, object], name: str) -> object:
    return next((value for key, value in headers.items() if key.lower() == name.lower()), None)


def _headers(reply: Reply | None) -> Mapping[str, object]:
    """The headers of a reply by their names on the wire."""
    found: dict[str, object] = {}
    if reply is None:
        return found
    hints = get_type_hints(type(reply), include_extras=True)
    for each in fields(cast("Any", reply)):  # generated replies are dataclasses
        for mark in get_args(hints[each.name])[1:] if get_origin(hints[each.name]) is Annotated else ():
            if isinstance(mark, Header) and (value := getattr(reply, each.name)) is not None:
                plain: JSONValue = to_jsonable_python(value, by_alias=True)
                found[mark.name] = header_text(plain, explode=False)
    return found
