"""Serves an application: guarded, drained, and in development reloaded; what `handfast serve` calls."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from importlib.util import find_spec
from ipaddress import ip_network

from handfast.server.limits import ServerLimits
from handfast.server.listening import ServeError, listen, url_of
from handfast.server.logs import log_until_configured
from handfast.server.options import ServerOptions
from handfast.server.reload import Reload, run_reloading
from handfast.server.running import run
from handfast.server.workers import run_workers

_LOG = logging.getLogger("handfast.server")
_REQUIRED = ("httptools", "uvicorn")


def serve(
    app: str,
    host: str = "127.0.0.1",
    port: int = 8000,
    *,
    limits: ServerLimits | None = None,
    reload: Reload | None = None,
    workers: int = 1,
    trusted_proxies: tuple[str, ...] = (),
    log_level: str = "INFO",
    docs: str | None = "/docs",
) -> int:
    """Serve an application, given as `module:attribute`, until SIGTERM or SIGINT; answers the exit code of the process.

    The signal first makes readiness say no (see `DrainingServer`), then requests under way are finished, then the exit
    code is 0. With `reload`, there is one worker, and no time is spent on announcing its end. Raises ServeError when
    the port is taken or a proxy is no address or network, and whatever the application raises when it is imported.
    """
    missing = [name for name in _REQUIRED if find_spec(name) is None]
    if missing:
        raise ServeError(f"{' and '.join(missing)} must be installed to serve: pip install 'handfast[server]'")
    for proxy in trusted_proxies:
        if trusted_proxies != ("*",) and not _is_network(proxy):
            raise ServeError(f"{proxy} is no address or network of a proxy; write 10.0.0.7 or 10.0.0.0/8, or * alone")
    limits = limits or ServerLimits()
    log_until_configured(logging.getLevelNamesMapping()[log_level.upper()])
    options = ServerOptions(app=app, limits=limits, trusted_proxies=trusted_proxies, log_level=log_level, docs=docs)
    with listen(host, port) as listener:
        url = url_of(listener)
        announce = f"serving {app} on {url}" + (f", documented at {url}{docs}" if docs else "")
        if reload is not None:
            quick = replace(limits, lame_duck_seconds=0.0, drain_seconds=min(limits.drain_seconds, 3))
            return run_reloading(replace(options, limits=quick), listener, reload, announce)
        if workers > 1:
            return run_workers(options, listener, workers, announce)
        return run(options, listener, lambda: _LOG.info("%s (pid %d)", announce, os.getpid()))


def _is_network(text: str) -> bool:
    """Whether uvicorn will know an address or network; what it does not know it compares as a text, and never meets."""
    try:
        ip_network(text)
    except ValueError:
        return False
    return True
