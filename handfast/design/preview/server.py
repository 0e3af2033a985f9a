"""Serves the preview: the page and its events below `/_preview/`, everything else by the mock.

`app` is made when it is first asked for, from the environment: a server's process knows an application by its name.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
import webbrowser
from collections.abc import MutableMapping
from importlib.util import find_spec
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from handfast.design.mock import MockOptions
from handfast.design.preview.hosts import is_trusted
from handfast.design.preview.pages import pages
from handfast.design.preview.previewing import Preview
from handfast.server import ServeError, ServerLimits
from handfast.server.listening import listen, url_of
from handfast.server.logs import log_until_configured
from handfast.server.options import ServerOptions
from handfast.server.running import run

_LOG = logging.getLogger("handfast.server")

APP = "handfast.design.preview.server:app"
SETTINGS = "HANDFAST_PREVIEW"
FOLDER = "/_preview"
"""What the contract cannot have here: the paths below belong to the page."""

_RUNNING = (b"text/html", b"application/xhtml", b"image/svg", b"text/xml", b"application/xml")
"""Beginnings of media types in which a browser runs scripts."""
_DRAINING_SECONDS = 0.1
_FOREIGN = """421: this preview is for this machine, and takes requests for its address or for localhost alone.
To reach it by another name, start it with --host and that name.
"""
_NO_MOCK = "503: there is no mock yet: the contract has not been in order since the preview was started.\n"


class Serving:
    """The application: whose request is it, the page's or the mock's, and is it for this machine at all."""

    def __init__(self, preview: Preview, host: str) -> None:
        self._preview = preview
        self._host = host
        self._pages = pages(preview, FOLDER, self._until_draining)
        self._server_state: MutableMapping[str, object] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            self._server_state = scope.get("state", {})
            await self._pages(scope, receive, send)
            return
        answer = self._answerer(scope)
        await answer(scope, receive, send)

    def _answerer(self, scope: Scope) -> ASGIApp:
        path: str = scope["path"]
        if not is_trusted(Headers(scope=scope).get("host", ""), self._host):
            return PlainTextResponse(_FOREIGN, 421)
        if path == FOLDER or path.startswith(f"{FOLDER}/"):
            return self._pages
        mock = self._preview.mock
        if path == "/" and not (mock and mock.has_root):
            return RedirectResponse(f"{FOLDER}/", headers={"cache-control": "no-store"})
        return _harmless(mock.app) if mock else PlainTextResponse(_NO_MOCK, 503, {"retry-after": "1"})

    async def _until_draining(self) -> None:
        """Wait until the server is about to end: it waits for answers under way, and events would never end."""
        while not self._server_state.get("draining"):  # noqa: ASYNC110  # the server sets a value, and no event
            await asyncio.sleep(_DRAINING_SECONDS)


def _harmless(mock: ASGIApp) -> ASGIApp:
    """The mock, whose examples cannot run as scripts in the page's own origin when a browser opens them."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def sandboxed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = {name.lower(): value for name, value in message["headers"]}
                if headers.get(b"content-type", b"").lower().startswith(_RUNNING) and (
                    b"content-security-policy" not in headers
                ):
                    message["headers"] = [*message["headers"], (b"content-security-policy", b"sandbox")]
            await send(message)

        await mock(scope, receive, sandboxed)

    return answer


def preview(
    contract: Path, host: str, port: int, *, base: str = "main", options: MockOptions | None = None, opens: bool = False
) -> int:
    """Serve the preview of a contract until SIGTERM or SIGINT; answers the exit code of the process.

    `base` is the revision of git to compare with; `opens` shows the page in the user's browser. Raises ServeError when
    the port is taken.
    """
    missing = [name for name in ("fastapi_swagger", "httptools", "uvicorn") if find_spec(name) is None]
    if missing:
        raise ServeError(f"{' and '.join(missing)} must be installed to preview: pip install 'handfast[server]'")
    settings = {"contract": str(contract), "base": base, "host": host, "mock": (options or MockOptions()).as_text()}
    os.environ[SETTINGS] = json.dumps(settings)
    log_until_configured()
    limits = ServerLimits(lame_duck_seconds=0.0, drain_seconds=2)
    with listen(host, port) as listener:
        url = f"{url_of(listener)}{FOLDER}/"

        def announce() -> None:
            _LOG.info("preview of %s on %s (pid %d)", contract, url, os.getpid())
            if opens:
                threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

        return run(ServerOptions(app=APP, limits=limits), listener, announce)


def _from_environment() -> Serving:
    settings = json.loads(os.environ[SETTINGS])
    options = MockOptions.from_text(settings["mock"])
    return Serving(Preview(Path(settings["contract"]), settings["base"], options), settings["host"])


def __getattr__(name: str) -> Serving:
    if name == "app":
        return _from_environment()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
