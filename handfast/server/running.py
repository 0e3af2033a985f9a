"""Serves an application in this process, on a socket that listens already."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from pathlib import Path

from uvicorn import Config

from handfast.application import import_app
from handfast.server.drain import DrainingServer
from handfast.server.listening import ServeError
from handfast.server.logs import log_until_configured
from handfast.server.options import ServerOptions
from handfast.server.protocol import guarded

_LOG = logging.getLogger("handfast.server")


def run(
    options: ServerOptions,
    listener: socket.socket,
    when_ready: Callable[[], None],
    on_server: Callable[[DrainingServer], None] | None = None,
) -> int:
    """Serve until a signal comes, and answer the exit code; `when_ready` is called when requests are taken.

    Raises what `import_app` does and what the application raises when it is imported, as ContractError and BindError,
    and ServeError for what is none.
    """
    log_until_configured(logging.getLevelNamesMapping()[options.log_level.upper()])
    limits = options.limits
    app = import_app(options.app, Path.cwd())
    if not callable(app):
        raise ServeError(f"{options.app} is a {type(app).__name__}, and no ASGI application")
    config = Config(
        app,
        http=guarded(limits),
        ws="none",
        interface="asgi3",
        lifespan="auto",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(options.trusted_proxies),
        forwarded_allow_ips=",".join(options.trusted_proxies),
        timeout_graceful_shutdown=limits.drain_seconds,
    )
    server = DrainingServer(config, limits, when_ready)
    if on_server is not None:
        on_server(server)
    server.run(sockets=[listener])
    return 0 if server.started else 1
