"""What is below `/_preview/`: the page, its parts as JSON, what codes mean, and the events that tell of news."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from handfast.design.preview import assets
from handfast.design.preview.previewing import Preview
from handfast.runtime.documents import Document

_LOG = logging.getLogger("handfast.preview")
_KEEP_ALIVE_SECONDS = 15.0
_RETRY_MILLISECONDS = 400


def pages(preview: Preview, folder: str, until_draining: Callable[[], Awaitable[None]]) -> Starlette:
    """The application of the page; its lifespan is that of the preview, which ends early when the server drains."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        running = asyncio.create_task(preview.run())
        running.add_done_callback(_report)
        draining = asyncio.create_task(_end(preview, until_draining))
        try:
            yield
        finally:
            await preview.end()
            draining.cancel()
            for task in (running, draining):
                with suppress(asyncio.CancelledError):
                    await task

    async def asset(request: Request) -> Response:
        return _answer(request, assets.file(request.path_params.get("name", "")))

    async def part(request: Request) -> Response:
        found = preview.state.part(request.path_params["name"])
        return _answer(request, Document("application/json", found.content) if found else None)

    async def explanation(request: Request) -> Response:
        return _answer(request, assets.explanation(request.path_params["code"]))

    async def events(_: Request) -> Response:
        headers = _headers((b"cache-control", b"no-store"))
        return StreamingResponse(_events(preview), media_type="text/event-stream", headers=headers)

    async def page(_: Request) -> Response:
        return RedirectResponse(f"{folder}/", headers=_headers((b"cache-control", b"no-store")))

    routes = [
        Route("/events", events),
        Route("/parts/{name}", part),
        Route("/explanations/{code}", explanation),
        Route("/{name}", asset),
        Route("/", asset, name="page"),
    ]
    return Starlette(routes=[Route(folder, page), Mount(folder, routes=routes)], lifespan=lifespan)


async def _events(preview: Preview) -> AsyncGenerator[str]:
    """Server-sent events: the digests of all parts, now and at every change, and a comment when there is no news."""
    yield f"retry: {_RETRY_MILLISECONDS}\n\n"
    async for digests in preview.state.follow(_KEEP_ALIVE_SECONDS):
        yield ":\n\n" if digests is None else f"data: {json.dumps({'page': assets.digest(), **digests})}\n\n"


async def _end(preview: Preview, until_draining: Callable[[], Awaitable[None]]) -> None:
    await until_draining()
    await preview.end()


def _report(running: asyncio.Task[None]) -> None:
    if not running.cancelled() and (error := running.exception()) is not None:
        _LOG.error("the preview has ended: %s; start it anew", error, exc_info=error)


def _answer(request: Request, document: Document | None) -> Response:
    if document is None:
        return PlainTextResponse("404: there is no such page\n", 404, headers=_headers())
    answer = document.answer(request.headers.get("if-none-match", "").encode("latin-1"))
    response = Response(answer.body, answer.status)
    response.raw_headers = [*answer.headers, *_fresh(answer.headers)]
    if answer.body:
        response.raw_headers.append((b"content-length", b"%d" % len(answer.body)))
    return response


def _fresh(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    present = {name for name, _ in headers}
    return [(name, value) for name, value in assets.HEADERS if name not in present]


def _headers(*more: tuple[bytes, bytes]) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in (*assets.HEADERS, *more)}
