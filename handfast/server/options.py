"""What a server is told, in a form that goes from one process to another."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from handfast.server.limits import ServerLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How to serve an application.

    `app` is its import path, `module:attribute`. `trusted_proxies` are addresses and networks whose `X-Forwarded-For`
    and `X-Forwarded-Proto` are believed; by default nobody's. `docs` is the path of the documentation, if any.
    """

    app: str
    limits: ServerLimits = field(default_factory=ServerLimits)
    trusted_proxies: tuple[str, ...] = ()
    log_level: str = "INFO"
    docs: str | None = "/docs"

    def as_text(self) -> str:
        """The options as one line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> ServerOptions:
        """What `as_text` wrote."""
        values = json.loads(text)
        limits = ServerLimits(**values.pop("limits"))
        return cls(limits=limits, trusted_proxies=tuple(values.pop("trusted_proxies")), **values)
