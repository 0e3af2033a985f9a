"""References: components, links and discriminators lead to what there is, and what there is, is used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handfast.contract.model import JSONValue, Link, Operation, Response
from handfast.contract.pointers import escape, from_fragment
from handfast.design.reading import JSONObject, Reading, as_list, below
from handfast.design.rule import Finding, Rule
from handfast.errors import Severity

_EXPRESSION = re.compile(
    r"\$(?:url|method|statusCode|(?P<side>request|response)\."
    r"(?:(?P<place>header|query|path)\.(?P<name>.+)|body(?:#(?P<pointer>(?:/.*)?))?))"
)


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


def discriminator_value_wrong(reading: Reading) -> Iterator[Finding]:
    """Values that a mapping gives to a schema whose own `const` or `enum` has others, so that no value fits both."""
    for pointer, discriminator, _ in _discriminators(reading):
        name, mapping = discriminator.get("propertyName"), discriminator.get("mapping")
        for tag, target in mapping.items() if isinstance(mapping, dict) else ():
            reference = target if isinstance(target, str) and "/" in target else f"#/components/schemas/{target}"
            admitted = _tags(reading, {"$ref": reference}, str(name))
            if admitted is not None and tag not in admitted:
                message = f'{target} does not admit "{tag}" as its "{name}"'
                listed = " or ".join(f'"{value}"' for value in sorted(map(str, admitted)))
                yield Finding(below(pointer, "mapping", tag), message, f"it admits {listed}" if listed else "")


def _tags(reading: Reading, schema: JSONValue, name: str) -> set[str] | None:
    """The texts that a schema lists for one of its members, alternatives left aside; None where any may come."""
    target = reading.resolve(schema)
    if not isinstance(target, dict):
        return None
    properties = target.get("properties")
    member = reading.resolve(properties.get(name)) if isinstance(properties, dict) else None
    found = [each for part in as_list(target.get("allOf")) if (each := _tags(reading, part, name)) is not None]
    if isinstance(member, dict) and ("const" in member or isinstance(member.get("enum"), list)):
        listed = [member["const"]] if "const" in member else as_list(member.get("enum"))
        found.append({value for value in listed if isinstance(value, str)})
    return {value for value in found[0] if all(value in each for each in found)} if found else None


def discriminator_optional(reading: Reading) -> Iterator[Finding]:
    for pointer, discriminator, branches in _discriminators(reading):
        name = discriminator.get("propertyName")
        if not isinstance(name, str) or "defaultMapping" in discriminator:
            continue
        if not all(_requires(reading, branch, name) for branch in branches):
            yield Finding(pointer, f'an alternative does not require the discriminating property "{name}"')
        elif not branches and not _requires(reading, reading.get(pointer.rpartition("/")[0]), name):
            yield Finding(pointer, f'this schema does not require the discriminating property "{name}"')


def _discriminators(reading: Reading) -> Iterator[tuple[str, JSONObject, list[JSONValue]]]:
    """Every discriminator with its pointer and the alternatives beside it."""
    for pointer, schema in reading.schemas:
        discriminator = schema.get("discriminator")
        if isinstance(discriminator, dict):
            branches = [branch for key in ("oneOf", "anyOf") for branch in as_list(schema.get(key))]
            yield below(pointer, "discriminator"), discriminator, branches


def _requires(reading: Reading, schema: JSONValue, name: str) -> bool:
    target = reading.resolve(schema)
    if not isinstance(target, dict):
        return True
    return name in as_list(target.get("required")) or any(
        _requires(reading, part, name) for key in ("allOf", "oneOf") for part in as_list(target.get(key))
    )


RULES = (
    Rule("component-unused", Severity.WARNING, "What nothing uses misleads readers and generators.", component_unused),
    Rule("link-wrong", Severity.ERROR, "A link must lead from what there is to what there is.", link_wrong),
    Rule(
        "discriminator-target-unknown",
        Severity.ERROR,
        "A discriminator maps to alternatives that exist.",
        discriminator_target_unknown,
    ),
    Rule(
        "discriminator-value-wrong",
        Severity.ERROR,
        "A discriminator maps a value to what admits it.",
        discriminator_value_wrong,
    ),
    Rule(
        "discriminator-optional",
        Severity.WARNING,
        "Without its tag a value cannot be told apart.",
        discriminator_optional,
    ),
)
