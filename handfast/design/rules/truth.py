"""Truth: what the contract says must not contradict what it says elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handfast.contract.judge import SchemaError
from handfast.contract.model import JSONValue, Link, Operation, Response
from handfast.contract.names import operations_class_name
from handfast.contract.places import Kind
from handfast.contract.pointers import escape, from_fragment, to_pointer
from handfast.design.reading import JSONObject, Reading, below
from handfast.design.rule import Finding, Rule
from handfast.errors import ContractError, Severity

_NO_CONTENT = frozenset({"204", "205", "304"})
_BODILESS = frozenset({"GET", "HEAD", "DELETE", "TRACE"})
_READABLE = re.compile(
    r"(application/([\w.!#$&^-]+\+)?json|application/x-www-form-urlencoded|multipart/.*|text/.*)(;.*)?", re.IGNORECASE
)
_EXPRESSION = re.compile(
    r"\$(?:url|method|statusCode|(?P<side>request|response)\."
    r"(?:(?P<place>header|query|path)\.(?P<name>.+)|body(?:#(?P<pointer>(?:/.*)?))?))"
)


def schema_unsatisfiable(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if not _may_contradict(schema):
            continue
        try:
            judges = [reading.contract.judges.judge(pointer, each) for each in reading.directions(pointer)]
            impossible = not any(judge.is_satisfiable() for judge in judges)
        except ContractError:
            continue
        if impossible:
            yield Finding(
                pointer, "no value can satisfy this schema", "look for bounds, types or enums that exclude each other"
            )


def _may_contradict(schema: JSONObject) -> bool:
    """Whether a schema says more than one thing; `not: {}` says at once that it admits nothing, and means it."""
    said = schema.keys() - _SILENT
    return len(said) > 1 or "allOf" in said


_SILENT = frozenset(
    {"title", "description", "default", "example", "examples", "deprecated", "readOnly", "writeOnly", "$ref"}
)


def example_invalid(reading: Reading) -> Iterator[Finding]:
    for pointer, value, schema in _examples(reading):
        yield from _judged(reading, pointer, value, schema, "example")


def default_invalid(reading: Reading) -> Iterator[Finding]:
    for pointer, schema in reading.schemas:
        if "default" in schema:
            yield from _judged(reading, below(pointer, "default"), schema["default"], pointer, "default")


def _judged(reading: Reading, pointer: str, value: JSONValue, schema: str, what: str) -> Iterator[Finding]:
    """The first error of a value in the direction that likes it best."""
    found: list[list[SchemaError]] = []
    for direction in reading.directions(schema):
        try:
            errors = reading.contract.judges.judge(schema, direction).errors(value, 3)
        except ContractError:
            return
        if not errors:
            return
        found.append(errors)
    for error in min(found, key=len):
        place = f' at "{error.pointer}"' if error.pointer else ""
        yield Finding(pointer + error.pointer, f"the {what} breaks its schema{place}: {error.message}")


def _examples(reading: Reading) -> Iterator[tuple[str, JSONValue, str]]:
    """Every example, as pointer, value, and the pointer of its schema."""
    for pointer, schema in reading.schemas:
        if "example" in schema:
            yield below(pointer, "example"), schema["example"], pointer
        examples = schema.get("examples")
        for index, value in enumerate(examples if isinstance(examples, list) else ()):
            yield below(pointer, "examples", index), value, pointer
    for kind in (Kind.PARAMETER, Kind.HEADER, Kind.MEDIA_TYPE):
        for pointer, value in reading.of_kind(kind):
            if "schema" in value and (kind is not Kind.MEDIA_TYPE or _is_readable(pointer)):
                yield from (
                    (at, each, below(pointer, "schema")) for at, each in _named_examples(reading, pointer, value)
                )


def _is_readable(pointer: str) -> bool:
    """Whether examples of a media type are values; in XML and the like they are text in that language."""
    name = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    return _READABLE.fullmatch(name) is not None


def _named_examples(reading: Reading, pointer: str, value: JSONObject) -> Iterator[tuple[str, JSONValue]]:
    if "example" in value:
        yield below(pointer, "example"), value["example"]
    examples = value.get("examples")
    for name, example in examples.items() if isinstance(examples, dict) else ():
        at = below(pointer, "examples", name)
        if (
            isinstance(example, dict)
            and isinstance(reference := example.get("$ref"), str)
            and reference.startswith("#/")
        ):
            at = to_pointer(from_fragment(reference[1:]))
        target = reading.get(at)
        for field in ("value", "dataValue"):
            if isinstance(target, dict) and field in target:
                yield below(at, field), target[field]


def component_unused(reading: Reading) -> Iterator[Finding]:
    components = reading.document.get("components")
    if not isinstance(components, dict):
        return
    used = _used_components(reading, components)
    for kind, members in components.items():
        if kind.startswith("x-") or not isinstance(members, dict):
            continue
        for name, member in members.items():
            if f"{kind}/{name}" not in used and not _is_named_otherwise(member):
                yield Finding(f"/components/{escape(kind)}/{escape(name)}", f'nothing uses the component "{name}"')


def _is_named_otherwise(member: JSONValue) -> bool:
    return isinstance(member, dict) and not member.keys().isdisjoint({"$id", "$anchor", "$dynamicAnchor"})


def _used_components(reading: Reading, components: JSONObject) -> set[str]:
    used = {f"securitySchemes/{name}" for each in reading.operations for need in each.security for name in need}
    pending = [value for field, value in reading.document.items() if field != "components"]
    pending += [components["securitySchemes"]] if "securitySchemes" in components else []
    while pending:
        for target in _targets(pending.pop()):
            if target not in used:
                used.add(target)
                kind, _, name = target.partition("/")
                members = components.get(kind)
                pending.append(members.get(name) if isinstance(members, dict) else None)
    return used


def _targets(value: JSONValue) -> Iterator[str]:
    """The components that anything below a value refers to, as `kind/name`; also by the mapping of a discriminator."""
    pending = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, list):
            pending.extend(current)
        elif isinstance(current, dict):
            pending.extend(current.values())
            mapping = current.get("mapping") if isinstance(current.get("propertyName"), str) else None
            named = [*(mapping.values() if isinstance(mapping, dict) else ()), current.get("defaultMapping")]
            for reference in (current.get("$ref"), current.get("operationRef"), *named):
                if isinstance(reference, str):
                    yield from _component(reference, plain=reference in named)


def _component(reference: str, *, plain: bool) -> Iterator[str]:
    if reference.startswith("#/components/"):
        try:
            tokens = from_fragment(reference[1:])
        except ValueError:
            return
        if len(tokens) > 2:
            yield f"{tokens[1]}/{tokens[2]}"
    elif plain and "/" not in reference:
        yield f"schemas/{reference}"


def link_wrong(reading: Reading) -> Iterator[Finding]:
    targets = {operation.operation_id: operation for operation in reading.operations}
    targets |= {f"#{operation.pointer}": operation for operation in reading.operations}
    seen: set[tuple[str, str]] = set()
    for operation in reading.operations:
        for response in operation.responses:
            for link in response.links.values():
                target = targets.get(link.operation_id or link.operation_ref or "")
                for finding in _link(reading, operation, response, link, target):
                    if (key := (finding.pointer, finding.message)) not in seen:
                        seen.add(key)
                        yield finding


def _link(
    reading: Reading, source: Operation, response: Response, link: Link, target: Operation | None
) -> Iterator[Finding]:
    for name, expression in link.parameters.items():
        at = below(link.pointer, "parameters", name)
        if target is not None and not _has_parameter(target, name):
            yield Finding(
                at, f'{target.operation_id} has no parameter "{name}"', "write name, or location.name as in path.id"
            )
        yield from _expressions(reading, source, response, at, expression)
    yield from _expressions(reading, source, response, below(link.pointer, "requestBody"), link.request_body)


def _has_parameter(operation: Operation, name: str) -> bool:
    return any(name in (each.name, f"{each.location}.{each.name}") for each in operation.parameters)


def _expressions(
    reading: Reading, source: Operation, response: Response, pointer: str, value: JSONValue
) -> Iterator[Finding]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _expressions(reading, source, response, below(pointer, name), member)
    if not isinstance(value, str) or not value.startswith("$"):
        return
    found = _EXPRESSION.fullmatch(value)
    if found is None:
        yield Finding(
            pointer, f"{value} is no runtime expression", "for example $response.body#/id or $request.path.id"
        )
        return
    problem = _unknown_source(source, response, found["side"], found["place"], found["name"])
    if problem is None and found["pointer"] and found["side"] == "response":
        schemas = [content.schema.pointer for content in response.content.values() if content.schema is not None]
        if schemas and not any(_leads_somewhere(reading, schema, found["pointer"]) for schema in schemas):
            problem = f"the response body has nothing at {found['pointer']}"
    if problem is not None:
        yield Finding(pointer, f"{value}: {problem}")


def _unknown_source(
    source: Operation, response: Response, side: str, place: str | None, name: str | None
) -> str | None:
    if side == "request" and place in ("path", "query", "header") and name is not None:
        declared = {each.name.lower() for each in source.parameters if each.location == place}
        return None if name.lower() in declared else f'{source.operation_id} has no {place} parameter "{name}"'
    if side == "response" and place == "header" and name is not None:
        declared = {each.lower() for each in response.headers}
        return None if name.lower() in declared else f'the response has no header "{name}"'
    return None


def _leads_somewhere(reading: Reading, schema: str, pointer: str) -> bool:
    """Whether a pointer into a value leads to something that its schema describes; True where that is hard to say."""
    value = reading.resolve(reading.get(schema))
    for token in from_fragment(pointer):
        if not isinstance(value, dict) or not value.keys().isdisjoint({"allOf", "anyOf", "oneOf", "if"}):
            return True
        properties, items = value.get("properties"), value.get("items")
        if isinstance(properties, dict) and token in properties:
            value = reading.resolve(properties[token])
        elif items is not None and token.isdecimal():
            value = reading.resolve(items)
        else:
            return "properties" not in value or bool(value.get("patternProperties"))
    return True


def discriminator_target_unknown(reading: Reading) -> Iterator[Finding]:
    for pointer, discriminator, branches in _discriminators(reading):
        references = [branch.get("$ref") if isinstance(branch, dict) else None for branch in branches]
        mapping = discriminator.get("mapping")
        for tag, target in mapping.items() if isinstance(mapping, dict) else ():
            reference = target if isinstance(target, str) and "/" in target else f"#/components/schemas/{target}"
            if reading.resolve({"$ref": reference}) is None:
                yield Finding(below(pointer, "mapping", tag), f"{target} is no schema of this contract")
            elif branches and reference not in references:
                yield Finding(below(pointer, "mapping", tag), f"{target} is not among the alternatives")


def discriminator_optional(reading: Reading) -> Iterator[Finding]:
    for pointer, discriminator, branches in _discriminators(reading):
        name = discriminator.get("propertyName")
        if not isinstance(name, str) or "defaultMapping" in discriminator:
            continue
        if not all(_requires(reading, branch, name) for branch in branches):
            yield Finding(pointer, f'an alternative does not require the discriminating property "{name}"')


def _discriminators(reading: Reading) -> Iterator[tuple[str, JSONObject, list[JSONValue]]]:
    """Every discriminator with its pointer and the alternatives beside it."""
    for pointer, schema in reading.schemas:
        discriminator = schema.get("discriminator")
        if isinstance(discriminator, dict):
            branches = [branch for key in ("oneOf", "anyOf") for branch in _list(schema.get(key))]
            yield below(pointer, "discriminator"), discriminator, branches


def _requires(reading: Reading, schema: JSONValue, name: str) -> bool:
    target = reading.resolve(schema)
    if not isinstance(target, dict):
        return True
    return name in _list(target.get("required")) or any(
        _requires(reading, part, name) for key in ("allOf", "oneOf") for part in _list(target.get(key))
    )


def _list(value: JSONValue) -> list[JSONValue]:
    return value if isinstance(value, list) else []


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
    Rule("schema-unsatisfiable", Severity.ERROR, "A schema that admits nothing is a mistake.", schema_unsatisfiable),
    Rule("example-invalid", Severity.ERROR, "Readers, mocks and tests believe examples.", example_invalid),
    Rule("default-invalid", Severity.ERROR, "A default must be a value that could have been sent.", default_invalid),
    Rule("component-unused", Severity.WARNING, "What nothing uses misleads readers and generators.", component_unused),
    Rule("link-wrong", Severity.ERROR, "A link must lead from what there is to what there is.", link_wrong),
    Rule(
        "discriminator-target-unknown",
        Severity.ERROR,
        "A discriminator maps to alternatives that exist.",
        discriminator_target_unknown,
    ),
    Rule(
        "discriminator-optional",
        Severity.WARNING,
        "Without its tag a value cannot be told apart.",
        discriminator_optional,
    ),
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
