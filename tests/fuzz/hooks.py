"""What `schemathesis.toml` loads: the toolkit's checks, those of the service, and the accounts to attack with."""

from __future__ import annotations

from schemathesis import DeserializationContext, Response, deserializer

from handfast.testing import checks
from tests.fuzz import accounts, manners

__all__ = ["accounts", "checks", "manners"]


@deserializer("application/octet-stream")
def as_text(context: DeserializationContext, response: Response) -> str:
    """Bytes as a text with as many characters, which is what `maxLength` of a binary schema counts."""
    return response.content.decode("latin-1")
