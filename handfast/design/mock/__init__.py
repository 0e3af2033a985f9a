"""A mock: the real runtime with answers from examples, or from values made up to satisfy the schema."""

from __future__ import annotations

from handfast.design.mock.access import anybody
from handfast.design.mock.latency import Latency
from handfast.design.mock.mocking import mock
from handfast.design.mock.options import MockOptions

__all__ = ["Latency", "MockOptions", "anybody", "mock"]
