"""Serves an application in this process, on a socket that listens already."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Callable
from pathlib import Path

from uvicorn import Config

from handfast.server.drain import DrainingServer
from handfast.server.loading import load
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

    What goes wrong while the application is imported comes out as it is: a ContractError, a BindError, a SyntaxError.
    """
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    log_until_configured(logging.getLevelNamesMapping()[options.log_level.upper()])
    limits = options.limits
    config = Config(
        options.app,
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
    load(config)
    server = DrainingServer(config, limits, when_ready)
    if on_server is not None:
        on_server(server)
    server.run(sockets=[listener])
    return 0 if server.started else 1
