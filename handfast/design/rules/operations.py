"""Operations that HTTP, clients or routers cannot take as they are written."""

from __future__ import annotations

from collections.abc import Iterator

from handfast.contract.names import operations_class_name
from handfast.contract.places import Kind
from handfast.contract.pointers import escape
from handfast.design.reading import Reading, below
from handfast.design.rule import Finding, Rule
from handfast.errors import Severity

_NO_CONTENT = frozenset({"204", "205", "304"})
_BODILESS = frozenset({"GET", "HEAD", "DELETE", "TRACE"})


def body_where_none_can_be(reading: Reading) -> Iterator[Finding]:
    for operation in reading.operations:
        if operation.request_body is not None and operation.method in _BODILESS:
            message = f"the meaning of a body in {operation.method} is not defined (RFC 9110, section 9.3)"
            yield Finding(below(operation.pointer, "requestBody"), message, "use POST, or QUERY in OpenAPI 3.2")
        for response in operation.responses:
            if response.content and (response.status in _NO_CONTENT or response.status.startswith("1")):
                yield Finding(
                    below(response.pointer, "content"), f"a response with status {response.status} has no body"
                )


def status_missing(reading: Reading) -> Iterator[Finding]:
    for operation in reading.operations:
        if not any(response.status[0] in "123d" for response in operation.responses):
            yield Finding(below(operation.pointer, "responses"), "no response says what success looks like")


def tag_collision(reading: Reading) -> Iterator[Finding]:
    taken: dict[str, str] = {}
    for tag in reading.contract.tags:
        name = operations_class_name(tag.name).lower()
        if name in taken and tag.pointer:
            yield Finding(tag.pointer, f'the tags "{taken[name]}" and "{tag.name}" give the same class name')
        taken.setdefault(name, tag.name)


def encoding_without_property(reading: Reading) -> Iterator[Finding]:
    for pointer, value in reading.of_kind(Kind.MEDIA_TYPE):
        encoding, schema = value.get("encoding"), reading.resolve(value.get("schema"))
        properties = schema.get("properties") if isinstance(schema, dict) else None
        if isinstance(encoding, dict) and isinstance(properties, dict):
            for name in encoding.keys() - properties.keys():
                yield Finding(below(pointer, "encoding", name), f'the schema has no property "{name}"')


def path_ambiguous(reading: Reading) -> Iterator[Finding]:
    operations = reading.contract.operations
    paths = list(dict.fromkeys(operation.path for operation in operations))
    for index, path in enumerate(paths):
        for other in paths[:index]:
            if _overlap(path.split("/"), other.split("/")) and _methods(reading, path) & _methods(reading, other):
                message = f"{path} and {other} can be the same address, and neither is more concrete"
                yield Finding(f"/paths/{escape(path)}", message)


def _methods(reading: Reading, path: str) -> set[str]:
    return {operation.method for operation in reading.contract.operations if operation.path == path}


def _overlap(one: list[str], other: list[str]) -> bool:
    if len(one) != len(other):
        return False
    pairs = [("{" in left, "{" in right, left == right) for left, right in zip(one, other, strict=True)]
    if any(not left and not right and not same for left, right, same in pairs):
        return False
    return any(left and not right for left, right, _ in pairs) and any(right and not left for left, right, _ in pairs)


RULES = (
    Rule(
        "body-unexpected",
        Severity.WARNING,
        "Clients, proxies and servers drop bodies that HTTP does not define.",
        body_where_none_can_be,
    ),
    Rule("success-missing", Severity.WARNING, "An operation that cannot succeed says too little.", status_missing),
    Rule("tag-collision", Severity.ERROR, "Each tag becomes a class of its own name.", tag_collision),
    Rule(
        "encoding-without-property",
        Severity.ERROR,
        "An encoding is of a property of the schema.",
        encoding_without_property,
    ),
    Rule("path-ambiguous", Severity.WARNING, "Which of two paths answers must not be a guess.", path_ambiguous),
)
