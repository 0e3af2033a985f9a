"""How requests to webhooks and callbacks leave: a function of the application's own, or a client of httpx's kind.

    HttpxTransport(httpx.AsyncClient(timeout=5))

Handfast has no HTTP client. Timeouts, proxies, TLS and retries are the client's; redirects are never followed, because
a receiver could send a request to wherever it likes with them.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeAlias, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundRequest:
    """A request as it leaves, which has been judged; `content` is a stream where the contract has one."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    content: bytes | AsyncIterable[bytes] = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundResponse:
    """What came back: `content` gives the bytes without any Content-Encoding, `close` lets go of the connection."""

    status: int
    headers: Sequence[tuple[str, str]]
    content: AsyncIterator[bytes]
    close: Callable[[], Awaitable[None]]


Transport: TypeAlias = Callable[[OutboundRequest], Awaitable[OutboundResponse]]
"""Sends one request, and answers as soon as the headers are there; what it raises goes through to the sender."""


class HttpxHeaders(Protocol):
    """Headers as httpx has them."""

    def multi_items(self) -> list[tuple[str, str]]:
        """Names and values, repeated ones one by one."""
        ...


class HttpxResponse(Protocol):
    """A response as httpx has it."""

    @property
    def status_code(self) -> int:
        """The status."""
        ...

    @property
    def headers(self) -> HttpxHeaders:
        """The headers."""
        ...

    def aiter_bytes(self) -> AsyncIterator[bytes]:
        """The content, decoded."""
        ...

    async def aclose(self) -> None:
        """Let go of the connection."""


class HttpxClient(Protocol[R]):
    """What of an `AsyncClient` of httpx, httpx2 and their like is needed."""

    def build_request(
        self, method: str, url: str, *, headers: list[tuple[str, str]], content: bytes | AsyncIterable[bytes]
    ) -> R:
        """A request of the client's own kind."""
        ...

    async def send(self, request: R, *, stream: bool, follow_redirects: bool) -> HttpxResponse:
        """Send it."""
        ...


class HttpxTransport(Generic[R]):
    """Sends through an asynchronous client of httpx's kind."""

    def __init__(self, client: HttpxClient[R]) -> None:
        self._client = client

    async def __call__(self, request: OutboundRequest) -> OutboundResponse:
        """Send a request."""
        made = self._client.build_request(
            request.method, request.url, headers=[*request.headers], content=request.content
        )
        response = await self._client.send(made, stream=True, follow_redirects=False)
        return OutboundResponse(
            status=response.status_code,
            headers=response.headers.multi_items(),
            content=response.aiter_bytes(),
            close=response.aclose,
        )
