"""A process that serves for a supervisor: `python -m handfast.server.worker OPTIONS LISTENER CONTROL`.

The last two are file descriptors. On `CONTROL` it is sent a line with the modules to import at once, as JSON, and a
line when it shall serve; it sends back a line with the modules that it has imported from installed distributions when
it takes requests. When the other end is closed, because the supervisor is gone however that came, it drains and ends:
it never stays behind alone with the port.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import sys
import sysconfig
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import BinaryIO

from handfast.errors import HandfastError
from handfast.server.options import ServerOptions
from handfast.server.running import run


def main(arguments: list[str]) -> int:
    """Serve, and answer the exit code: 1 when the application cannot start."""
    text, listener_number, control_number = arguments
    control = socket.socket(fileno=int(control_number))
    listener = socket.socket(fileno=int(listener_number))
    orders = control.makefile("rb")
    _preload(json.loads(orders.readline() or b"[]"))
    if not orders.readline():
        return 0
    threading.Thread(target=_end_with_supervisor, args=(orders,), daemon=True).start()
    try:
        return run(ServerOptions.from_text(text), listener, lambda: control.sendall(_installed_modules()))
    except HandfastError as error:
        print(error, file=sys.stderr)  # noqa: T201  # for the one who wrote it; a traceback would only hide it
        return 1


def _preload(modules: Iterable[str]) -> None:
    for name in modules:
        with suppress(Exception):  # whoever needs it will hear of it
            importlib.import_module(name)


def _installed_modules() -> bytes:
    """What has been imported from installed distributions, in the order in which it was: it does not change on save."""
    places = tuple({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    names = [
        name
        for name, module in list(sys.modules.items())
        if (getattr(module, "__file__", None) or "").startswith(places) and name != "__main__"
    ]
    return json.dumps(names).encode() + b"\n"


def _end_with_supervisor(orders: BinaryIO) -> None:
    while orders.read(1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
