"""The rules for the head of a request that the parser leaves to us: target, Host, fields that may not be repeated."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from handfast.server import refusals
from handfast.server.refusals import Refusal

Fields = Sequence[tuple[bytes, bytes]]

SINGLETONS = frozenset(
    {
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-location",
        b"content-range",
        b"content-type",
        b"date",
        b"expect",
        b"from",
        b"host",
        b"idempotency-key",
        b"if-modified-since",
        b"if-range",
        b"if-unmodified-since",
        b"max-forwards",
        b"origin",
        b"proxy-authorization",
        b"range",
        b"referer",
        b"transfer-encoding",
        b"user-agent",
    }
)
"""Fields whose grammar is no list (RFC 9110, section 5.3), and two of which a second line is only ever an attack."""

_UNPRINTABLE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""Bytes that no header value may have (RFC 9110, section 5.5)."""

_TARGET = re.compile(rb"""[!"$-~]+""")
_ABSOLUTE = re.compile(rb"https?://([^/?]*)([^?]*)(?:\?(.*))?", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(rb"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._~-]+))(?::([0-9]{0,5}))?")
_LAST_PORT = 65_535


class Target(NamedTuple):
    """A request target in its parts; `authority` is there in the absolute form alone."""

    path: bytes
    query: bytes
    authority: bytes | None = None


class Body(NamedTuple):
    """What the header of a request says of its body."""

    length: int | None
    """In bytes; None when it is chunked, and nobody knows."""

    waits: bool
    """Whether the client waits with it until it is told to go on (RFC 9110, section 10.1.1)."""


def target_of(method: bytes, raw: bytes) -> Target | None:
    """A request target (RFC 9112, section 3.2): origin form, absolute form, `*` for OPTIONS; None when it is none."""
    if _TARGET.fullmatch(raw) is None:
        return None
    if raw.startswith(b"/"):
        path, _, query = raw.partition(b"?")
        return Target(path, query)
    if raw == b"*" and method == b"OPTIONS":
        return Target(raw, b"")
    absolute = _ABSOLUTE.fullmatch(raw)
    if absolute is None or not is_authority(absolute[1]):
        return None
    return Target(absolute[2] or b"/", absolute[3] or b"", absolute[1])


@lru_cache(maxsize=256)
def is_authority(value: bytes) -> bool:
    """Whether this is a host, perhaps with a port: a name, an IPv4 address, or an IPv6 address in brackets."""
    match = _AUTHORITY.fullmatch(value)
    if match is None or int(match[3] or 0) > _LAST_PORT:
        return False
    if match[1] is None:
        return True
    try:
        ipaddress.IPv6Address(match[1].decode("ascii"))
    except ValueError:
        return False
    return True


def body_of(fields: Fields, version: str) -> Body | Refusal:
    """What the header of a request says of its body, or what is wrong with the header; names are in lower case.

    RFC 9112, section 3.2: one valid Host, which HTTP/1.0 may leave out. RFC 9112, section 6.1: no transfer coding that
    we do not know, and none at all in HTTP/1.0.
    """
    if _UNPRINTABLE.search(b" ".join([value for _, value in fields])):
        return refusals.HEADER_INVALID
    seen: dict[bytes, bytes] = {}
    for name, value in fields:
        if name in SINGLETONS:
            if name in seen:
                return refusals.HOST_INVALID if name == b"host" else refusals.HEADER_REPEATED
            seen[name] = value
    host = seen.get(b"host")
    if version != "1.0" if host is None else not is_authority(host):
        return refusals.HOST_INVALID
    length: int | None = int(seen.get(b"content-length", b"0"))
    if (coding := seen.get(b"transfer-encoding")) is not None:
        if version == "1.0" or coding.lower() != b"chunked" or b"content-length" in seen:
            return refusals.TRANSFER_CODING
        length = None
    return Body(length, version == "1.1" and seen.get(b"expect", b"").lower() == b"100-continue")


def without_upgrade(fields: Fields) -> list[tuple[bytes, bytes]]:
    """The fields of a request that asks for another protocol as if it had not (RFC 9110, section 7.8)."""
    kept: list[tuple[bytes, bytes]] = []
    for name, value in fields:
        if name in (b"upgrade", b"http2-settings"):
            continue
        if name == b"connection":
            options = [option.strip() for option in value.split(b",")]
            value = b", ".join(each for each in options if each.lower() not in (b"upgrade", b"http2-settings", b""))
        if name != b"connection" or value:
            kept.append((name, value))
    return kept
