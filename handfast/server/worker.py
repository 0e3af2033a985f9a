"""A process that serves for a supervisor: `python -m handfast.server.worker OPTIONS LISTENER CONTROL`.

The last two are file descriptors. It writes a byte to `CONTROL` when it takes requests. When the other end is closed,
because the supervisor is gone however that came, the worker drains and ends: it never stays behind alone with the port.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading

from handfast.errors import HandfastError
from handfast.server.options import ServerOptions
from handfast.server.running import run

READY = b"r"


def main(arguments: list[str]) -> int:
    """Serve, and answer the exit code: 1 when the application cannot start."""
    text, listener_number, control_number = arguments
    control = socket.socket(fileno=int(control_number))
    listener = socket.socket(fileno=int(listener_number))
    threading.Thread(target=_end_with_supervisor, args=(control,), daemon=True).start()
    try:
        return run(ServerOptions.from_text(text), listener, lambda: control.sendall(READY))
    except HandfastError as error:
        print(error, file=sys.stderr)  # noqa: T201  # for the one who wrote it; a traceback would only hide it
        return 1


def _end_with_supervisor(control: socket.socket) -> None:
    while control.recv(1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
