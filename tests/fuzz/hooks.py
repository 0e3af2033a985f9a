"""What `schemathesis.toml` loads: our own checks, and the accounts to attack with."""

from __future__ import annotations

from schemathesis import DeserializationContext, Response, deserializer

from tests.fuzz import accounts, checks

__all__ = ["accounts", "checks"]


@deserializer("application/octet-stream")
def as_text(context: DeserializationContext, response: Response) -> str:
    """Bytes as a text with as many characters, which is what `maxLength` of a binary schema counts."""
    return response.content.decode("latin-1")
