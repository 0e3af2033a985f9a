"""Completeness: what clients will meet is written down."""

from __future__ import annotations

from collections.abc import Iterator

from handfast.contract.formats import is_binary
from handfast.contract.model import JSONValue, MediaType, Operation, Response
from handfast.contract.places import Kind
from handfast.design.reading import Reading, below
from handfast.design.rule import Finding, Rule
from handfast.errors import Severity

_PROBLEM = "application/problem+json"


def refusal_undeclared(reading: Reading) -> Iterator[Finding]:
    from handfast.runtime.problems import refusals

    for operation in reading.contract.operations:
        missing: dict[int, list[str]] = {}
        for refusal in refusals(operation):
            if refusal.response is None:
                missing.setdefault(refusal.status, []).append(refusal.cause)
        for status, causes in sorted(missing.items()):
            message = (
                f"{operation.operation_id} can be refused with {status} ({', '.join(causes)}), and does not say so"
            )
            yield Finding(below(operation.pointer, "responses"), message, "declare it, or a 4XX or default response")


def error_without_problem(reading: Reading) -> Iterator[Finding]:
    seen: set[str] = set()
    for operation in reading.contract.operations:
        for response in operation.responses:
            if response.status[0] in "45d" and response.pointer not in seen and _PROBLEM not in response.content:
                seen.add(response.pointer)
                found = ", ".join(response.content) or "no body"
                yield Finding(
                    response.pointer, f"an error is answered with {found}", f"clients read {_PROBLEM} (RFC 9457)"
                )


def challenge_missing(reading: Reading) -> Iterator[Finding]:
    seen: set[str] = set()
    for operation in reading.contract.operations:
        for response in operation.responses:
            names = {name.lower() for name in response.headers}
            if response.status == "401" and "www-authenticate" not in names and response.pointer not in seen:
                seen.add(response.pointer)
                yield Finding(
                    response.pointer, "401 comes with WWW-Authenticate (RFC 9110, section 11.6.1)", "declare the header"
                )


def precondition_undeclared(reading: Reading) -> Iterator[Finding]:
    for operation in reading.contract.operations:
        names = {parameter.name.lower() for parameter in operation.parameters if parameter.location == "header"}
        for name, status in (("if-match", 412), ("if-unmodified-since", 412), ("if-none-match", 304)):
            wanted = 412 if status == 304 and operation.method not in ("GET", "HEAD") else status
            if name in names and _declared(operation, wanted) is None:
                yield Finding(
                    below(operation.pointer, "responses"), f"with {name} the answer can be {wanted}; declare it"
                )


def _declared(operation: Operation, status: int) -> Response | None:
    return operation.response(status)


def summary_missing(reading: Reading) -> Iterator[Finding]:
    for operation in (*reading.contract.operations, *reading.contract.webhooks):
        if not operation.summary:
            yield Finding(operation.pointer, f"{operation.operation_id} has no summary")


def description_missing(reading: Reading) -> Iterator[Finding]:
    for operation in reading.contract.operations:
        if not operation.description and not operation.summary:
            yield Finding(operation.pointer, f"{operation.operation_id} has no description")
    for kind in (Kind.PARAMETER, Kind.RESPONSE):
        for pointer, value in reading.of_kind(kind):
            if not value.get("description"):
                yield Finding(pointer, f"this {kind} has no description")
    for tag in reading.contract.tags:
        if tag.pointer and not tag.description:
            yield Finding(tag.pointer, f'the tag "{tag.name}" has no description')


def content_without_schema(reading: Reading) -> Iterator[Finding]:
    for pointer, value in reading.of_kind(Kind.MEDIA_TYPE):
        name = pointer.rpartition("/")[2].replace("~1", "/").partition(";")[0].lower()
        is_data = name.endswith(("json", "x-www-form-urlencoded")) or name.startswith("multipart/")
        if is_data and "schema" not in value and "itemSchema" not in value:
            yield Finding(pointer, f"nothing says what {name} is here", "add a schema")


def example_missing(reading: Reading) -> Iterator[Finding]:
    seen: set[str] = set()
    for operation in reading.contract.operations:
        contents = [response.content for response in operation.responses if response.status.startswith("2")]
        contents += [operation.request_body.content] if operation.request_body is not None else []
        for media in (each for content in contents for each in content.values()):
            if media.pointer not in seen and media.schema is not None and not _has_example(reading, media):
                seen.add(media.pointer)
                yield Finding(media.pointer, "there is no example", "add examples, here or to the schema")


def _has_example(reading: Reading, media: MediaType) -> bool:
    schema = reading.resolve(media.schema.value) if media.schema is not None else None
    if media.examples or not isinstance(schema, dict) or is_binary(schema) or _shows(reading, schema):
        return True
    members = schema.get("properties")
    parts = list(members.values()) if isinstance(members, dict) else [schema.get("items")]
    return all(_shows(reading, part) for part in parts)


def _shows(reading: Reading, schema: JSONValue) -> bool:
    """Whether a value can be shown without making one up."""
    target = reading.resolve(schema)
    return isinstance(target, dict) and not target.keys().isdisjoint(
        {"example", "examples", "enum", "const", "default"}
    )


def security_unsaid(reading: Reading) -> Iterator[Finding]:
    if "security" in reading.document:
        return
    for operation in reading.contract.operations:
        if "security" not in reading.objects.get(operation.pointer, {}):
            message = f"nothing says whether {operation.operation_id} needs credentials"
            yield Finding(
                operation.pointer, message, "write security: [] where everybody may, or a default for the document"
            )


RULES = (
    Rule(
        "refusal-undeclared",
        Severity.WARNING,
        "Whatever the runtime can answer is in the contract.",
        refusal_undeclared,
    ),
    Rule("error-without-problem", Severity.HINT, "Errors of one form are handled in one place.", error_without_problem),
    Rule("challenge-missing", Severity.HINT, "A 401 says how to authenticate.", challenge_missing),
    Rule(
        "precondition-undeclared",
        Severity.WARNING,
        "Conditional requests can fail their condition.",
        precondition_undeclared,
    ),
    Rule("summary-missing", Severity.WARNING, "A summary is what menus and generated code show.", summary_missing),
    Rule("description-missing", Severity.HINT, "What is not described is guessed.", description_missing),
    Rule("content-without-schema", Severity.WARNING, "A body without a schema is not judged.", content_without_schema),
    Rule("example-missing", Severity.HINT, "Docs and mocks show examples.", example_missing),
    Rule("security-unsaid", Severity.HINT, "Open or not is a decision, and is written down.", security_unsaid),
)
