"""Compatibility: what cannot be changed later without breaking clients."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handfast.contract.model import Operation
from handfast.design.reading import Reading, below
from handfast.design.rule import Finding, Rule
from handfast.errors import Severity

_SEMANTIC = re.compile(r"v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)([-+][0-9A-Za-z.+-]+)?")
_SUCCESSOR = re.compile(r"deprecat|instead|replace|remove|\buse\b", re.IGNORECASE)
_BARE = frozenset({"array", "string", "integer", "number", "boolean"})


def reply_enum(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        options = schema.get("enum")
        if isinstance(options, list) and len(options) > 1 and pointer in reading.answered - reading.sent:
            message = "a further value would break clients, which are generated to refuse what they do not know"
            hint = "use a string where values will be added, with the known ones in its description"
            yield Finding(below(pointer, "enum"), message, hint)


def reply_closed(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if schema.get(keyword) is False and pointer in reading.answered - reading.sent:
                message = "a further member would break clients that hold replies to this schema"
                yield Finding(below(pointer, keyword), message, f"leave {keyword} out of what is only answered")


def reply_bare(reading: Reading) -> Iterator[Finding]:
    """Arrays and scalars at the top of a reply: nothing can be said beside them later."""
    seen: set[str] = set()
    for operation in reading.contract.operations:
        for response in operation.responses:
            for name, media in response.content.items():
                schema = reading.resolve(media.schema.value) if media.schema is not None else None
                declared = schema.get("type") if isinstance(schema, dict) else None
                types = [each for each in (declared if isinstance(declared, list) else [declared]) if each != "null"]
                if (
                    response.status.startswith("2")
                    and name.endswith("json")
                    and set(types) & _BARE
                    and media.pointer not in seen
                ):
                    seen.add(media.pointer)
                    what = " or ".join(map(str, types))
                    message = f"a reply that is {'an' if what[0] in 'aio' else 'a'} {what} can never say more"
                    yield Finding(
                        below(media.pointer, "schema"),
                        message,
                        "put it into an object: { items: [...], nextCursor: ... }",
                    )


def version_form(reading: Reading) -> Iterator[Finding]:
    if _SEMANTIC.fullmatch(reading.contract.info_version) is None:
        message = f'"{reading.contract.info_version}" is no semantic version, so it does not say what a change breaks'
        yield Finding("/info/version", message, "three numbers, such as 1.0.0")


def deprecation_unsaid(reading: Reading) -> Iterator[Finding]:
    for operation in reading.operations:
        if operation.deprecated and _SUCCESSOR.search(_said(operation)) is None:
            message = f"{operation.operation_id} is deprecated, and nothing says what to use instead"
            yield Finding(below(operation.pointer, "deprecated"), message, "say it in the description, and until when")


def _said(operation: Operation) -> str:
    return f"{operation.summary} {operation.description}"


RULES = (
    Rule("reply-enum", Severity.HINT, "What will grow is not an enum in replies.", reply_enum),
    Rule("reply-closed", None, "Replies gain members.", reply_closed),
    Rule("reply-bare", Severity.HINT, "A reply that is an object can say more later.", reply_bare),
    Rule("version-form", Severity.HINT, "A semantic version says what a change breaks.", version_form),
    Rule(
        "deprecation-unsaid", Severity.HINT, "Who stops using something needs to know what to use.", deprecation_unsaid
    ),
)
