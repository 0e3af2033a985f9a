"""Runtime expressions: what a callback's URL is made of (OpenAPI 3.1.1, section 4.8.20.4, with an ABNF).

    parse("{$request.body#/callbackUrl}/data")     Template of an Expression and a text; raises ValueError

A callback's name is one expression (`$request.query.url`), or a text with expressions in braces. Beside the ABNF,
braces may hold the name of a path parameter that the callback declares (`{$request.body#/url}/events/{id}`): such a
variable is written like that of any path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from handfast.contract.pointers import to_tokens

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
_WHOLE = ("url", "method", "statusCode")
_MESSAGES = ("request", "response")


@dataclass(frozen=True, slots=True)
class Expression:
    """One runtime expression: `message` is `request` or `response`, `source` what of it is meant, `name` which.

    `source` is `url`, `method` and `statusCode` (then there is no message), `header`, `query`, `path`, or `body`, whose
    `name` is a JSON Pointer.
    """

    source: str
    message: str = ""
    name: str = ""

    def __str__(self) -> str:
        if not self.message:
            return f"${self.source}"
        if self.source == "body":
            return f"${self.message}.body" + (f"#{self.name}" if self.name else "")
        return f"${self.message}.{self.source}.{self.name}"

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of the JSON Pointer of a body's expression."""
        return to_tokens(self.name)


@dataclass(frozen=True, slots=True)
class Variable:
    """A path parameter by its name."""

    name: str


Piece: TypeAlias = str | Expression | Variable


@dataclass(frozen=True, slots=True)
class Template:
    """The URL of a callback: texts, expressions and variables in a row."""

    pieces: tuple[Piece, ...]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions in it."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Expression))

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables in it."""
        return tuple(piece.name for piece in self.pieces if isinstance(piece, Variable))


def parse(text: str) -> Template:
    """The URL of a callback; ValueError, with what is wrong, for one that is none."""
    if text.startswith("$"):
        return Template((expression(text),))
    return Template(tuple(_pieces(text)))


def expression(text: str) -> Expression:
    """One runtime expression by the ABNF; ValueError when it is none."""
    if text.removeprefix("$") in _WHOLE and text.startswith("$"):
        return Expression(text[1:])
    message, _, rest = text.removeprefix("$").partition(".")
    if not text.startswith("$") or message not in _MESSAGES or not rest:
        raise ValueError(f"{text} is no runtime expression: {_FORMS}")
    source, dot, name = rest.partition(".")
    if source == "header" and dot and _TOKEN.fullmatch(name):
        return Expression("header", message, name)
    if source in ("query", "path") and dot and name:
        if message == "response":
            raise ValueError(f"{text} is no runtime expression: a response has headers and a body, and no {source}")
        return Expression(source, message, name)
    body, hash_sign, pointer = rest.partition("#")
    if body == "body" and _POINTER.fullmatch(pointer):
        return Expression("body", message, pointer if hash_sign else "")
    if body == "body":
        raise ValueError(f"{text} is no runtime expression: {pointer} is no JSON Pointer, which begins with /")
    raise ValueError(f"{text} is no runtime expression: {_FORMS}")


_FORMS = (
    "write $url, $method, $statusCode, $request.body#/pointer, $request.query.name, $request.path.name, "
    "$request.header.name, $response.body#/pointer or $response.header.name"
)


def _pieces(text: str) -> Iterator[Piece]:
    rest = text
    while rest:
        before, brace, behind = rest.partition("{")
        if "}" in before:
            raise ValueError(f"a brace is closed that was not opened, behind {before.partition('}')[0]!r}")
        if before:
            yield before
        if not brace:
            return
        inner, closed, rest = behind.partition("}")
        if not closed:
            raise ValueError(f"the brace before {inner!r} is not closed")
        if not inner or "{" in inner:
            raise ValueError("braces hold one runtime expression, such as {$request.body#/url}")
        yield expression(inner) if inner.startswith("$") else Variable(inner)
