"""Values that satisfy a schema, made up for mocks, previews and tests."""

from __future__ import annotations

from handfast.design.samples.values import Samples, Unsatisfiable

__all__ = ["Samples", "Unsatisfiable"]
