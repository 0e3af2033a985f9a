"""Answers for operations that nobody has written yet: what a mock is given, and what it gives back."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from handfast.contract.model import JSONValue, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRequest:
    """A request that keeps the contract, as JSON values; `parameters` by location and name, with defaults filled in.

    `body` is None when there is none; for bodies that are no JSON values (files, streams) it is what a handler would
    get. `headers` are all of the request, with names in lower case.
    """

    operation: Operation
    parameters: Mapping[tuple[str, str], JSONValue]
    body: object
    principals: tuple[object, ...]
    accept: str | None
    headers: Sequence[tuple[bytes, bytes]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainReply:
    """A reply as JSON values, judged like any other; bytes are sent as they are, an iterable gives items of a stream.

    `headers` by their names as declared, `media_type` one of the declared ones (None: chosen by Accept). `beside` are
    headers that speak of the fallback itself, and are sent whatever the contract says. A reply that `is_foreign` is no
    operation's: its body is bytes, and it is sent as it is, because it tells that nothing of the contract can be.
    """

    status: int
    headers: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])
    body: JSONValue | bytes | AsyncIterable[object] = None
    has_body: bool = True
    media_type: str | None = None
    beside: Mapping[str, str] = field(default_factory=dict[str, str])
    is_foreign: bool = False


Fallback: TypeAlias = Callable[[JudgedRequest], Awaitable[PlainReply]]
"""Answers operations that have no handler."""
