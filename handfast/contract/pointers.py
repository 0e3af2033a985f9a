"""JSON Pointers (RFC 6901), as strings and as tuples of tokens."""

from __future__ import annotations

import re
from typing import TypeAlias
from urllib.parse import unquote

Tokens: TypeAlias = tuple[str, ...]

_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_BAD_ESCAPE = re.compile(r"~(?![01])")


def escape(token: str) -> str:
    """A token as it stands in a pointer: `/articles` gives `~1articles`."""
    return token.replace("~", "~0").replace("/", "~1")


def unescape(token: str) -> str:
    """A token as its author means it: `~1articles` gives `/articles`."""
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def join(pointer: str, *tokens: str | int) -> str:
    """The pointer of something below `pointer`."""
    return pointer + "".join(f"/{escape(str(token))}" for token in tokens)


def to_index(token: str) -> int | None:
    """The index of an item that a token means (RFC 6901, section 4); None when it is none, or beyond any array."""
    return int(token) if _INDEX.fullmatch(token) else None


def to_pointer(tokens: Tokens) -> str:
    """The pointer of a path of tokens."""
    return join("", *tokens)


def to_tokens(pointer: str) -> Tokens:
    """The tokens of a pointer; raises ValueError unless it is empty or starts with a slash, with right escapes."""
    if not pointer:
        return ()
    if not pointer.startswith("/"):
        raise ValueError("a JSON Pointer starts with a slash")
    if _BAD_ESCAPE.search(pointer):
        raise ValueError("in a JSON Pointer, ~ is written ~0 and / is written ~1")
    return tuple(unescape(token) for token in pointer[1:].split("/"))


def from_fragment(fragment: str) -> Tokens:
    """The tokens of a pointer in a URI fragment (RFC 6901, section 6): percent-encoding is undone first."""
    try:
        return to_tokens(unquote(fragment, errors="strict"))
    except UnicodeDecodeError as error:
        raise ValueError("the percent-encoding is not UTF-8") from error
