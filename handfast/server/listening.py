"""The socket that a server listens on, made before anything else, so that a port in use is known at once."""

from __future__ import annotations

import errno
import socket

from handfast.errors import HandfastError

_BACKLOG = 2048
_MOVE = "stop what listens there, or choose another with PORT"
_ADDRESS = "give the address of this machine as HOST"
_CURES = {
    errno.EADDRNOTAVAIL: _ADDRESS,
    errno.EACCES: "choose a PORT from 1024 on, or have the system allow this one",
}


class ServeError(HandfastError):
    """The server cannot start; the message says what to do."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on a host and a port; port 0 is any that is free. Raises ServeError."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, OverflowError) as error:
        raise ServeError(f"cannot listen on {host}:{port}: {error}; {_ADDRESS}") from None
    listener = socket.socket(family, kind)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise ServeError(
            f"cannot listen on {host}:{port}: {reason[:1].lower()}{reason[1:]}; {_CURES.get(error.errno or 0, _MOVE)}"
        ) from None
    listener.set_inheritable(True)
    return listener


def url_of(listener: socket.socket) -> str:
    """Where a browser on this machine finds what listens on a socket."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104  # any address, of which this machine is one
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
