"""What `schemathesis.toml` loads: our own checks, and the accounts to attack with."""

from __future__ import annotations

from tests.fuzz import accounts, checks

__all__ = ["accounts", "checks"]
