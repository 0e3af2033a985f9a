"""Checks of what callbacks are called, which says where they go: a runtime expression, or a URL with some in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from handfast.contract import expressions
from handfast.contract.cursor import Cursor
from handfast.contract.findings import Finding
from handfast.contract.places import Kind, Place
from handfast.contract.pointers import join
from handfast.errors import Severity


def check_names(places: Sequence[Place]) -> Iterator[Finding]:
    """Names that are no runtime expressions (OpenAPI 3.1.1, section 4.8.20.4)."""
    for place in places:
        if place.kind is not Kind.CALLBACK or not isinstance(place.value, dict) or "$ref" in place.value:
            continue
        for name in place.value:
            if name.startswith("x-"):
                continue
            try:
                expressions.parse(name)
            except ValueError as error:
                hint = "for example '{$request.body#/callbackUrl}' (OpenAPI 3.1.1, section 4.8.20.4)"
                message = f'"{name}" cannot be the URL of a callback: {error}'
                yield Finding("callback-expression-invalid", message, join(place.pointer, name), hint)


def check_parameters(operation: Cursor, item: Sequence[Cursor], what: str) -> Iterator[Finding]:
    """Runtime expressions of callbacks that speak of parameters that their operation does not have."""
    declared = {
        (at.text("in"), name.lower() if at.text("in") == "header" else name)
        for place in (*item, operation)
        for at in place.items("parameters")
        if (name := at.text("name"))
    }
    for _, callback in operation.members("callbacks"):
        for name, _ in callback.members():
            with suppress(ValueError):
                for found in expressions.parse(name).expressions:
                    key = (found.source, found.name.lower() if found.source == "header" else found.name)
                    if found.message == "request" and found.source != "body" and key not in declared:
                        message = f"{found} is no declared parameter of {what}"
                        hint = f"declare the {found.source} parameter, or write where the URL comes from"
                        yield Finding(
                            "callback-expression-unknown",
                            message,
                            join(callback.pointer, name),
                            hint,
                            severity=Severity.WARNING,
                        )
