"""Serving: a uvicorn protocol with limits and timeouts, a shutdown that drains, workers, and reload on save."""

from __future__ import annotations

from handfast.server.limits import ServerLimits
from handfast.server.listening import ServeError
from handfast.server.reload import Reload, code_folders
from handfast.server.serve import serve

__all__ = ["Reload", "ServeError", "ServerLimits", "code_folders", "serve"]
