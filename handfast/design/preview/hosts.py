"""Whether a request was meant for this machine: the answer to DNS rebinding.

A page of elsewhere can have its own name lead to 127.0.0.1, and then read what is served here; but the name is still
in `Host`. An address needs no name server, so no page can bend it.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_trusted(host: str, own: str) -> bool:
    """Whether a `Host` field is an address, `localhost` or a name below it, or `own`: what the server was told to be.

    That the field is well formed is up to the server (400).
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name == "localhost" or name.endswith(".localhost") or name == own.lower().rstrip("."):
        return bool(name)
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
