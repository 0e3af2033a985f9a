"""Where requests to webhooks and callbacks may go: their URLs come from clients, who must not aim them at our inside.

    Sender(..., allow=is_public)      the default: http and https to hosts all of whose addresses are public
    Sender(..., allow=anywhere)       for tests, and for networks where somebody else watches what leaves

What a name leads to is looked up before the request, and again by the client when it connects. Whoever runs the name
server of a host can answer differently the second time; only a proxy that watches what leaves closes that gap.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TypeAlias
from urllib.parse import urlsplit

from handfast.errors import HandfastError

Allow: TypeAlias = Callable[[str], Awaitable[bool]]
"""Whether a request may be sent to a URL."""


class AddressRefused(HandfastError):
    """A request would go to a URL that is not allowed; nothing was sent."""


async def anywhere(url: str) -> bool:
    """Let every URL through."""
    return True


async def is_public(url: str) -> bool:
    """Whether a URL is of http or https, without user and password, at public addresses alone (RFC 6890)."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return False
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    addresses = [ip_address(str(sockaddr[0]).partition("%")[0]) for *_, sockaddr in found]
    return bool(addresses) and all(_is_public(address) for address in addresses)


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address, or the IPv4 address inside of an IPv6 one, is public and of one host."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return _is_public(inner)
        if address in _TRANSLATED:
            return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        if address not in _UNICAST:
            return False
    return address.is_global and not address.is_multicast


_TRANSLATED = IPv6Network("64:ff9b::/96")
"""The IPv6 addresses that stand for IPv4 ones behind a translator (RFC 6052)."""

_UNICAST = IPv6Network("2000::/3")
"""All that IANA has given out of IPv6 for public use; what was never given, or is not any more, is not public."""
