"""Where the server's own log goes: to standard error until the application has set up its own handlers, then there."""

from __future__ import annotations

import logging
import sys

from typing_extensions import override

_LOGGERS = ("handfast", "uvicorn")


class _UntilConfigured(logging.StreamHandler):  # type: ignore[type-arg]  # it is generic in stubs alone
    """Standard error, while the root logger has no handler."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if not logging.getLogger().handlers:
            super().emit(record)


def log_until_configured(level: int = logging.INFO) -> None:
    """Let the server's log be seen before the application sets up its own; a line for each request is up to the latter.

    uvicorn's lines about its own life are left out below WARNING, because ours say the same shorter.
    """
    handler = _UntilConfigured(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, _UntilConfigured) for each in logger.handlers):
            logger.addHandler(handler)
        logger.setLevel(level)
    logging.getLogger("uvicorn.error").setLevel(max(level, logging.WARNING))
    access = logging.getLogger("uvicorn.access")
    access.propagate = False
    access.handlers.clear()
