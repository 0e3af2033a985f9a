"""Fixes of single nodes, whose outcome is certain: a function for each code, from a place to edits."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import yaml

from handfast.contract import yaml_text
from handfast.contract.model import Contract, JSONValue
from handfast.contract.pointers import to_tokens
from handfast.design.fixes.edits import Edit, Page
from handfast.errors import ContractError, Diagnostic

Fix: TypeAlias = Callable[[Contract, Page, Diagnostic], Iterator[Edit]]

_SPDX = ("MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MPL-2.0", "CC0-1.0", "CC-BY-4.0", "Unlicense")
_ALIASES = {
    "mit license": "MIT",
    "the mit license": "MIT",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "mozilla public license 2.0": "MPL-2.0",
    "creative commons attribution 4.0 international": "CC-BY-4.0",
    **{name.lower(): name for name in _SPDX},
}
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_NAMES = ((str, "string"), (bool, "boolean"), (int, "integer"), (float, "number"))


def nullable(contract: Contract, page: Page, found: Diagnostic) -> Iterator[Edit]:
    """`nullable: true` moves into the type: `[string, 'null']`; not where an enum would exclude null all the same."""
    schema = _mapping(page, to_tokens(found.pointer)[:-1])
    if schema is None:
        return
    members = {str(key.value): (index, value) for index, (key, value) in enumerate(schema.value)}
    index, value = members["nullable"]
    if value.value == "false":
        yield page.remove(schema, index)
    elif "type" in members and not members.keys() & {"enum", "const", "$ref"}:
        type_ = members["type"][1]
        if isinstance(type_, yaml.ScalarNode):
            yield page.replace(type_, f"[{type_.value}, 'null']")
            yield page.remove(schema, index)


def operation_id(contract: Contract, page: Page, found: Diagnostic) -> Iterator[Edit]:
    """The name that the operation has now is written down, so that it stays when the path changes."""
    operation = _mapping(page, to_tokens(found.pointer))
    named = next((each for each in contract.operations if each.pointer == found.pointer), None)
    if operation is not None and named is not None:
        yield page.insert(operation, "operationId", named.operation_id, 0)


def enum_twice(contract: Contract, page: Page, found: Diagnostic) -> Iterator[Edit]:
    """The second of two equal values of an enum goes."""
    tokens = to_tokens(found.pointer)
    pair = page.find(tokens[:-1])
    if "twice" in found.message and pair is not None and isinstance(pair[1], yaml.SequenceNode):
        yield page.remove_item(pair[1], int(tokens[-1]))


def license_identifier(contract: Contract, page: Page, found: Diagnostic) -> Iterator[Edit]:
    """The SPDX identifier of a license whose name is one, or is well known; 3.0 has a URL in its place."""
    holder = _mapping(page, to_tokens(found.pointer))
    name = (
        next((str(value.value) for key, value in holder.value if key.value == "name"), "") if holder is not None else ""
    )
    identifier = _ALIASES.get(name.strip().lower())
    if holder is not None and identifier is not None:
        if contract.version.startswith("3.0"):
            yield page.insert(holder, "url", f"'https://spdx.org/licenses/{identifier}.html'")
        else:
            yield page.insert(holder, "identifier", identifier)


def quoted(contract: Contract, page: Page, found: Diagnostic) -> Iterator[Edit]:
    """A text that YAML 1.1 takes for more gets quotes; a number is written so that both versions read the same."""
    node = page.scalar_at(found.location.line, found.location.column) if found.location else None
    if node is not None and not node.style:
        try:
            value = yaml_text.parse(node.value).value
        except ContractError:
            return
        yield page.replace(node, json.dumps(value) if not isinstance(value, str) else f"'{node.value}'")


def path_required(contract: Contract, page: Page, found: Diagnostic) -> Iterator[Edit]:
    """A path parameter says `required: true`."""
    parameter = _mapping(page, to_tokens(found.pointer))
    if parameter is not None:
        said = next((value for key, value in parameter.value if key.value == "required"), None)
        yield page.replace(said, "true") if said is not None else page.insert(parameter, "required", "true")


def server_slash(contract: Contract, page: Page, found: Diagnostic) -> Iterator[Edit]:
    """The slash at the end of a server's URL goes."""
    pair = page.find(to_tokens(found.pointer))
    if "two slashes" in found.message and pair is not None and isinstance(pair[1], yaml.ScalarNode):
        text = page.text[pair[1].start_mark.index : pair[1].end_mark.index]
        yield page.replace(pair[1], re.sub(r"/+(['\"]?)$", r"\1", text))


def const_type(contract: Contract, page: Page, found: Diagnostic) -> Iterator[Edit]:
    """A constant gets the type that it has."""
    tokens = to_tokens(found.pointer)[:-1]
    schema, value = _mapping(page, tokens), _value(contract, (*tokens, "const"))
    name = next((name for type_, name in _NAMES if isinstance(value, type_)), None) if value is not None else "'null'"
    if schema is not None and name is not None:
        index = next(index for index, (key, _) in enumerate(schema.value) if key.value == "const")
        yield page.insert(schema, "type", name, index)


def boolean_schema(contract: Contract, page: Page, found: Diagnostic) -> Iterator[Edit]:
    """`true` as a schema is `{}`."""
    pair = page.find(to_tokens(found.pointer))
    if pair is not None and pair[1].value == "true":
        yield page.replace(pair[1], "{}")


def mapping(contract: Contract, page: Page, found: Diagnostic) -> Iterator[Edit]:
    """A discriminator gets the mapping that its alternatives say by their constants, where each has one."""
    tokens = to_tokens(found.pointer)
    holder, schema = _mapping(page, tokens), _value(contract, tokens[:-1])
    discriminator = _value(contract, tokens)
    if holder is None or not isinstance(schema, dict) or not isinstance(discriminator, dict):
        return
    branches = schema.get("oneOf", schema.get("anyOf"))
    if not isinstance(branches, list):
        return
    references = [each.get("$ref") for each in branches if isinstance(each, dict)]
    tags = [_constant(contract, reference, discriminator.get("propertyName")) for reference in references]
    if tags and len(set(tags)) == len(tags) == len(branches) and None not in tags:
        lines = [f"\n  {_key(str(tag))}: '{reference}'" for tag, reference in zip(tags, references, strict=True)]
        flow = ", ".join(line.strip() for line in lines)
        yield page.insert(holder, "mapping", f"{{ {flow} }}" if holder.flow_style else "".join(lines))


def _constant(contract: Contract, reference: JSONValue, name: JSONValue) -> str | None:
    """The only value of a property of a component that a reference leads to."""
    if not isinstance(reference, str) or not reference.startswith("#/components/schemas/") or not isinstance(name, str):
        return None
    member = _value(contract, (*to_tokens(reference[1:]), "properties", name))
    if not isinstance(member, dict):
        return None
    options = member.get("enum")
    only = options[0] if isinstance(options, list) and len(options) == 1 else member.get("const")
    return only if isinstance(only, str) else None


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z_][\w-]*", text) and text.lower() not in _WORDS else f"'{text}'"


def _mapping(page: Page, tokens: tuple[str, ...]) -> yaml.MappingNode | None:
    pair = page.find(tokens)
    return pair[1] if pair is not None and isinstance(pair[1], yaml.MappingNode) else None


def _value(contract: Contract, tokens: tuple[str, ...]) -> JSONValue:
    value: JSONValue = dict(contract.source)
    for token in tokens:
        if isinstance(value, dict):
            value = value.get(token)
        elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
            value = value[int(token)]
        else:
            return None
    return value


FIXES: Mapping[str, Fix] = {
    "nullable-ignored": nullable,
    "operation-id-missing": operation_id,
    "enum-value-wrong": enum_twice,
    "license-incomplete": license_identifier,
    "yaml-ambiguous": quoted,
    "parameter-path-optional": path_required,
    "server-url": server_slash,
    "const-untyped": const_type,
    "schema-boolean": boolean_schema,
    "discriminator-mapping-missing": mapping,
}
"""What is fixed besides refusals that are not declared."""
