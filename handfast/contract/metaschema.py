"""The document against the metaschema of its OpenAPI version, in words that say what to do.

The metaschemas are those of openapi-spec-validator, which ships the OpenAPI Initiative's; `jsonschema-rs` judges, in a
hundredth of the time. What the metaschemas say of combinations ("is not valid under any of the schemas") is taken apart
into what is missing, unknown or of the wrong type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import cast

import jsonschema_rs

from handfast.contract.cursor import JSONObject, lookup
from handfast.contract.layout import At
from handfast.contract.model import JSONValue, SchemaValue
from handfast.contract.names import words
from handfast.contract.places import Kind, Place, change
from handfast.contract.pointers import Tokens, join, to_pointer
from handfast.contract.sources import Positions
from handfast.errors import Diagnostic

_DIALECTS = "https://spec.openapis.org/oas/"
_JSON_SCHEMA = "https://json-schema.org/draft/2020-12/"
_SELECTORS = {"in", "type", "scheme"}
_TYPES = {"object": "a mapping", "array": "a list", "string": "a text", "integer": "an integer", "null": "null"}
_YAML_1_1 = {"yes": "true", "no": "false", "on": "true", "off": "false", "y": "true", "n": "false"}
_QUERYSTRING = "a querystring parameter is the whole query: no other querystring or query parameter can stand beside it"
_NO_STATUS = "an operation declares at least one response: a status, a range, or default"
_LOCATIONS = ["path", "query", "header", "cookie"]  # 3.0 has one alternative for each
_MIXED_IN = {"examples": "object", "specification-extensions": "object", "explode-for-form": "object"}
_SERVER_OF_LINK = ("3.1", "link", "server")  # which the metaschema of 2022 calls body (see declarations for that)
_NULLABLE = "in OpenAPI 3.0 a schema that admits null says `nullable: true`"
_BOUND = "since OpenAPI 3.1 it is the bound itself, in place of the other: `{0}: 5`"
_KEYWORD_HINTS: Mapping[tuple[str, str], str] = {
    **{(name, "type"): _BOUND.format(name) for name in ("exclusiveMinimum", "exclusiveMaximum")},
    ("examples", "type"): "examples of a schema are a list of values: `examples: [a, b]`",
    ("required", "type"): "a list of names, in the schema of the object: `required: [name]`",
    ("items", "type"): "a tuple is `prefixItems: [...]`",
    ("type", "anyOf"): "a type, or a list of different types",
    ("properties", "type"): "names of members, each with its schema",
}
"""What to write instead, by keyword and what is wrong with it."""
_OF_REFERENCES = {"$ref", "summary", "description"}
_OF_MEMBERS = frozenset(
    {"properties", "patternProperties", "additionalProperties", "propertyNames", "items", "$defs", "definitions"}
)
"""Keywords of a metaschema whose schemas are about something else than the object itself."""
_UNEXPLAINED = "document-invalid"
_LONGEST = 60  # characters of a value in a message


def check(document: JSONObject, version: str, positions: Positions) -> Iterator[Diagnostic]:
    """What the metaschema says of a document; `version` is "3.0", "3.1" or "3.2"."""
    judge = _judge(version)
    if judge.is_valid(document):
        return
    if version == "3.1":
        document = change(document, _without_reference)
    reader = _Reader(document, version, positions)
    errors = [leaf for error in judge.iter_errors(document) for leaf in reader.leaves(error)]
    places = {reader.tokens(error) for error in errors if not _is_unevaluated(error)}
    found = [diagnostic for error in errors for diagnostic in reader.diagnostics(error, places)]
    explained = {diagnostic.pointer for diagnostic in found if diagnostic.code != _UNEXPLAINED}
    seen: set[tuple[str, str, str]] = set()
    for diagnostic in found:
        key = (diagnostic.code, diagnostic.pointer, diagnostic.message)
        if key not in seen and (diagnostic.code != _UNEXPLAINED or diagnostic.pointer not in explained):
            seen.add(key)
            yield diagnostic


def _without_reference(value: JSONObject, kind: Kind, pointer: str) -> JSONObject:
    """A path item by what stands beside its `$ref`, which the metaschema of 2022 forgets (OpenAPI 3.1.1, 4.8.9.1)."""
    is_mixed = kind is Kind.PATH_ITEM and "$ref" in value and not value.keys() <= _OF_REFERENCES
    return {name: field for name, field in value.items() if name != "$ref"} if is_mixed else value


def check_schemas(
    places: Iterable[Place], document: JSONObject, version: str, positions: Positions
) -> Iterator[Diagnostic]:
    """What the metaschema of OpenAPI's dialect of JSON Schema says of the outermost schemas of a 3.1 or 3.2 document.

    What names another dialect (`$schema`, `jsonSchemaDialect`) is left to normalisation, which knows them.
    """
    dialect = document.get("jsonSchemaDialect", _DIALECTS)
    if not isinstance(dialect, str) or not dialect.startswith((_DIALECTS, _JSON_SCHEMA)):
        return
    schemas = [place for place in places if place.kind is Kind.SCHEMA]
    foreign = [place.pointer for place in schemas if isinstance(place.value, dict) and "$schema" in place.value]
    judge = _schema_judge(version)
    reader = _Reader(document, "", positions)
    outer = "\n"
    for place in schemas:
        if place.pointer.startswith(outer):
            continue
        outer = f"{place.pointer}/"
        is_ours = not any(f"{pointer}/".startswith(outer) for pointer in foreign)
        if is_ours and not judge.is_valid(place.value):
            for error in judge.iter_errors(place.value):
                yield from reader.of_schema(error, place.pointer)


@cache
def _schema_judge(version: str) -> jsonschema_rs.Validator:
    found = {str(schema.pop("$id")): schema for schema in _resources(files("openapi_schema_validator") / "schemas")}
    for schema in found.values():
        schema.pop("$schema", None)  # itself, which is what is defined here
    dialect = next(name for name in found if name.startswith(f"{_DIALECTS}{version}/dialect/"))
    return jsonschema_rs.Draft202012Validator({"$ref": dialect}, registry=jsonschema_rs.Registry(list(found.items())))


def _resources(folder: Traversable) -> Iterator[JSONObject]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _resources(entry)
        else:
            yield cast("JSONObject", json.loads(entry.read_text("utf-8")))


@cache
def _metaschema(version: str) -> JSONObject:
    text = (files("openapi_spec_validator") / f"resources/schemas/v{version}/schema.json").read_text("utf-8")
    return cast("JSONObject", json.loads(text))


def _is_text(value: str) -> bool:
    """Which patterns can be enforced is for the judge to say, not for a format of the metaschema."""
    return True


@cache
def _judge(version: str) -> jsonschema_rs.Validator:
    schema = _metaschema(version)
    return jsonschema_rs.validator_cls_for(schema)(schema, formats={"regex": _is_text})


@cache
def _fields(version: str, name: str) -> frozenset[str]:
    """Every field that an object has in some combination."""
    schema = _metaschema(version)
    definitions = schema.get("$defs") or schema.get("definitions")
    found: set[str] = set()
    followed: set[str] = {name}
    pending: list[JSONValue] = [definitions.get(name) if isinstance(definitions, dict) and name else schema]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            properties = value.get("properties")
            found.update(properties if isinstance(properties, dict) else ())
            pending.extend(member for key, member in value.items() if key not in _OF_MEMBERS)
            target = str(value.get("$ref", "")).rpartition("/")[2]
            if isinstance(definitions, dict) and target in definitions and target not in followed:
                followed.add(target)
                pending.append(definitions[target])
            if key_defs := value.get("$defs"):
                pending.extend(key_defs.values() if isinstance(key_defs, dict) else ())
    return frozenset(found)


def _is_unevaluated(error: jsonschema_rs.ValidationError) -> bool:
    return error.kind.name in ("unevaluatedProperties", "falseSchema")


class _Reader:
    """Errors of the validator to diagnostics."""

    def __init__(self, document: JSONObject, version: str, positions: Positions) -> None:
        self.document = document
        self.version = version
        self.positions = positions

    def of_schema(self, error: jsonschema_rs.ValidationError, pointer: str) -> Iterator[Diagnostic]:
        """An error of the schema at a pointer."""
        for leaf in self.leaves(error):
            steps = [str(step) for step in leaf.instance_path]
            _, message, at, hint = _EXPLANATIONS.get(leaf.kind.name, _other)(leaf, "schema")
            hint = hint or _KEYWORD_HINTS.get((steps[-1] if steps else "", leaf.kind.name))
            yield self.positions.diagnostic("schema-invalid", message, join(pointer, *steps), at=at, hint=hint)

    def tokens(self, error: jsonschema_rs.ValidationError) -> Tokens:
        """The keys on the way to an instance; the validator turns `"007"` into 7."""
        value: JSONValue = self.document
        tokens: list[str] = []
        for step in error.instance_path:
            token = str(step)
            if isinstance(value, dict) and token not in value and isinstance(step, int):
                token = next((key for key in value if key.lstrip("0") == (token if step else "")), token)
            tokens.append(token)
            value = (
                value.get(token) if isinstance(value, dict) else value[int(token)] if isinstance(value, list) else None
            )
        return tuple(tokens)

    def leaves(self, error: jsonschema_rs.ValidationError) -> Iterator[jsonschema_rs.ValidationError]:
        """An error, or what is behind it when it is about alternatives of which one is clearly meant."""
        details = error.kind.as_dict()
        branches = cast("Sequence[Sequence[jsonschema_rs.ValidationError]]", details.get("context") or ())
        best = self._meant(error, branches)
        if best is None:
            yield error
        else:
            for inner in best:
                yield from self.leaves(inner)

    def _meant(
        self, error: jsonschema_rs.ValidationError, branches: Sequence[Sequence[jsonschema_rs.ValidationError]]
    ) -> Sequence[jsonschema_rs.ValidationError] | None:
        """The alternative that the author meant: a reference if there is a `$ref`, else the one that comes closest."""
        instance = error.instance
        is_reference = isinstance(instance, dict) and "$ref" in instance
        candidates = [branch for branch in branches if branch and (is_reference or not _wants_reference(branch))]
        depth = len(error.instance_path)
        if not candidates or (len(candidates) > 1 and all(_wants_only_fields(branch, depth) for branch in candidates)):
            return None
        return min(candidates, key=lambda branch: (_contradictions(branch, depth), len(branch)))

    def diagnostics(self, error: jsonschema_rs.ValidationError, places: set[Tokens]) -> Iterator[Diagnostic]:
        tokens = self.tokens(error)
        details = error.kind.as_dict()
        kind = error.kind.name
        if _only_follows(error, self._name(error)):
            return
        if kind in ("additionalProperties", "unevaluatedProperties"):
            cascade = kind == "unevaluatedProperties" and any(place[: len(tokens)] == tokens for place in places)
            for field in cast("list[str]", details["unexpected"]):
                if (found := self._unexpected(error, tokens, field, cascade)) is not None:
                    yield found
            return
        if kind == "propertyNames":
            inner = cast("jsonschema_rs.ValidationError", details["error"])
            tokens = (*tokens, str(inner.instance))
        code, message, at, hint = _EXPLANATIONS.get(kind, _other)(error, self._name(error))
        yield self.positions.diagnostic(code, message, to_pointer(tokens), at=at, hint=hint)

    def _unexpected(
        self, error: jsonschema_rs.ValidationError, tokens: Tokens, field: str, cascade: bool
    ) -> Diagnostic | None:
        """An unknown field; a known one at the wrong place, unless that only follows from another error there."""
        definition = _definition(error)
        if (self.version, definition, field) == _SERVER_OF_LINK:
            return None
        name = self._name(error)
        pointer = to_pointer((*tokens, field))
        known = _fields(self.version, definition)
        if name == "responses":
            hint = 'a status is "200", a range "2XX", or default'
            return self.positions.diagnostic("status-invalid", f'"{field}" is no status', pointer, hint=hint)
        if name == "paths":
            hint = f'write "/{field}"'
            return self.positions.diagnostic(
                "path-invalid", f'the path "{field}" must start with a slash', pointer, hint=hint
            )
        if field in known:
            if cascade:
                return None
            message = f'the field "{field}" cannot stand in this {name}{self._because(tokens)}'
            return self.positions.diagnostic("field-misplaced", message, pointer)
        if field == "$ref":
            hint = "references are for components and path items; move what it refers to here"
            return self.positions.diagnostic(
                "reference-misplaced", f"a $ref cannot stand in {_article(name)}", pointer, hint=hint
            )
        close = get_close_matches(field, sorted(known), n=1) or [k for k in known if k.lower() == field.lower()]
        hint = f'did you mean "{close[0]}"?' if close else f'a field of your own starts with "x-": "x-{field}"'
        return self.positions.diagnostic(
            "field-unknown", f'{_article(name)} has no field "{field}"', pointer, hint=hint
        )

    def _because(self, tokens: Tokens) -> str:
        value = lookup(self.document, tokens)
        reasons = [
            f"{key}: {value[key]}" for key in ("in", "style", "type") if isinstance(value, dict) and key in value
        ]
        return f" ({', '.join(reasons)})" if reasons else ""

    def _name(self, error: jsonschema_rs.ValidationError) -> str:
        definition = _definition(error).removesuffix("-or-reference")
        return " ".join(word.lower() for word in words(_MIXED_IN.get(definition, definition))) or "contract"


def _definition(error: jsonschema_rs.ValidationError) -> str:
    """The definition in the metaschema that an error comes from; empty for its root."""
    path = [str(step) for step in error.schema_path]
    if len(path) > 1 and path[0] in ("$defs", "definitions"):
        return path[1]
    return ""


def _only_follows(error: jsonschema_rs.ValidationError, name: str) -> bool:
    """Whether fields are said to exclude each other that are not there: an error about their object tells why."""
    if error.kind.name == "not":
        return not isinstance(error.instance, dict | list)
    is_scheme = name == "http security scheme" and error.kind.name in ("anyOf", "oneOf")
    return is_scheme and isinstance(error.instance, dict) and "bearerFormat" not in error.instance


def _wants_reference(branch: Sequence[jsonschema_rs.ValidationError]) -> bool:
    return any(_definition(error).lower() == "reference" for error in branch)


def _wants_only_fields(branch: Sequence[jsonschema_rs.ValidationError], depth: int) -> bool:
    """Whether an alternative is just about which fields there are."""
    return all(error.kind.name in ("required", "not") and len(error.instance_path) == depth for error in branch)


def _contradictions(branch: Sequence[jsonschema_rs.ValidationError], depth: int) -> int:
    """How many errors say that another alternative is meant: another `in`, `type` or `scheme`, or type of value."""
    return sum(
        1
        for error in branch
        if (error.kind.name == "type" and len(error.instance_path) == depth)
        or (
            error.instance_path
            and str(error.instance_path[-1]) in _SELECTORS
            and error.kind.name in ("enum", "const", "pattern")
        )
    )


_Explanation = tuple[str, str, At, str | None]


def _required(error: jsonschema_rs.ValidationError, name: str) -> _Explanation:
    field = error.kind.as_dict()["property"]
    if name == "responses":
        return "field-empty", _NO_STATUS, "key", None
    hints = {
        "required": "a path parameter says `required: true`",
        "responses": "an operation declares at least one response",
        "description": "describe it in a sentence",
        "content": "a querystring parameter has content, no schema",
    }
    return "field-missing", f'{_article(name)} needs the field "{field}"', "key", hints.get(str(field))


def _type(error: jsonschema_rs.ValidationError, name: str) -> _Explanation:
    types = cast("list[str]", error.kind.as_dict()["types"])
    need = " or ".join(_TYPES.get(kind, f"a {kind}") for kind in types)
    value = error.instance
    hint = None
    if "boolean" in types and isinstance(value, str) and value.lower() in _YAML_1_1:
        hint = f"YAML 1.2 has true and false alone: write {_YAML_1_1[value.lower()]}"
    elif types == ["string"] and isinstance(value, (int, float)) and not isinstance(value, bool):
        hint = f'write it in quotes: "{value}"'
    elif value is None:
        hint = "write a value after the colon, or remove the field"
    return "field-type", f"this is {need}, and not {_shown(value)}", "value", hint


def _enum(error: jsonschema_rs.ValidationError, name: str) -> _Explanation:
    details = error.kind.as_dict()
    options = cast("list[JSONValue]", details["options"] if "options" in details else [details["expected_value"]])
    allowed = [str(option) for option in options]
    if name == "parameter location" and error.instance_path[-1] == "in":
        allowed = _LOCATIONS
    if allowed == ["True"]:
        return "field-value", f"this must be true in this {name}", "value", None
    close = get_close_matches(str(error.instance), allowed, n=1)
    hint = f'did you mean "{close[0]}"?' if close else None
    if error.instance is None and "null" in allowed:
        hint = "the name of this type is a text: write 'null', in quotes"
    elif "null" in str(error.instance) and "string" in allowed:
        hint = _NULLABLE
    what = f"one of {', '.join(allowed)}" if len(allowed) > 1 else allowed[0]
    return "field-value", f"{_shown(error.instance)} is not {what}", "value", hint


def _pattern(error: jsonschema_rs.ValidationError, name: str) -> _Explanation:
    pattern = error.kind.as_dict().get("pattern")
    return "field-value", f"{_shown(error.instance)} does not have the form {pattern}", "value", None


def _format(error: jsonschema_rs.ValidationError, name: str) -> _Explanation:
    return "field-value", f"{_shown(error.instance)} is no {error.kind.as_dict().get('format')}", "value", None


def _property_names(error: jsonschema_rs.ValidationError, name: str) -> _Explanation:
    inner = cast("jsonschema_rs.ValidationError", error.kind.as_dict()["error"])
    if inner.kind.name == "format":
        return "field-value", f'"{inner.instance}" is no {inner.kind.as_dict().get("format")}', "key", None
    if error.instance_path and error.instance_path[-1] == "additionalOperations":
        method = str(inner.instance)
        if inner.kind.name == "not":
            hint = f"write it as `{method.lower()}:` of the path item"
            return "method-misplaced", f"{method} is no additional method", "key", hint
        return "method-invalid", f'"{method}" cannot be a method (RFC 9110, 9.1)', "key", None
    message = f'the name "{inner.instance}" has characters other than letters, digits, dots, dashes and _'
    return "component-name-invalid", message, "key", None


def _size(error: jsonschema_rs.ValidationError, name: str) -> _Explanation:
    kind = error.kind.name
    limit = error.kind.as_dict().get("limit")
    least, things = kind.startswith("min"), "items" if kind.endswith("Items") else "fields"
    if least and limit == 1:
        field = str(error.instance_path[-1]) if error.instance_path else name
        if name == "responses":
            return "field-empty", _NO_STATUS, "key", None
        return "field-empty", f'"{field}" must not be empty', "key", None
    return "field-value", f"this {name} has {'fewer' if least else 'more'} than {limit} {things}", "key", None


def _unique(error: jsonschema_rs.ValidationError, name: str) -> _Explanation:
    field = str(error.instance_path[-1]) if error.instance_path else name
    items = [json.dumps(item) for item in cast("list[JSONValue]", error.instance)]
    twice = next((item for item in items if items.count(item) > 1), "an item")
    return "field-value", f'"{field}" has {twice} more than once', "key", None


def _not(error: jsonschema_rs.ValidationError, name: str) -> _Explanation:
    schema = cast("SchemaValue", error.kind.as_dict()["schema"])
    required = schema.get("required") if isinstance(schema, dict) else None
    path = [str(step) for step in error.schema_path]
    beside = [path[path.index("dependentSchemas") + 1]] if "dependentSchemas" in path[:-1] else []
    fields = [*beside, *required] if isinstance(required, list) else []
    if len(fields) > 1:
        pair = " and ".join(f'"{field}"' for field in fields)
        return "fields-exclusive", f"{pair} exclude each other in {_article(name)}", "key", "remove one of them"
    return _alternatives(error, name)


def _forbidden(error: jsonschema_rs.ValidationError, name: str) -> _Explanation:
    field = str(error.instance_path[-1]) if error.instance_path else ""
    return "field-misplaced", f'"{field}" cannot stand beside the other fields of this {name}', "key", None


def _alternatives(error: jsonschema_rs.ValidationError, name: str) -> _Explanation:
    value = error.instance
    if name == "contract":
        hint = "begin with `paths: {}`"
        return "document-empty", "a contract has paths, webhooks or components", "key", hint
    if name in ("parameter", "header", "schema xor content") and isinstance(value, dict):
        both = "schema" in value and "content" in value
        what = "has both a schema and content" if both else "has neither a schema nor content"
        kind = "header" if name == "header" else "parameter"
        return "schema-or-content", f"the {kind} {what}", "key", "exactly one of the two says what its value is"
    if name == "parameters":
        return "querystring-conflict", _QUERYSTRING, "key", None
    if name == "http security scheme":
        return "field-misplaced", '"bearerFormat" is for the scheme bearer alone', "key", None
    if name == "link":
        return "link-target", "a link has either an operationId or an operationRef", "key", None
    return _other(error, name)


def _other(error: jsonschema_rs.ValidationError, name: str) -> _Explanation:
    message = re.sub(r"\s+", " ", error.message)
    if len(message) > 200:
        message = (
            f"the rule {'/'.join(str(step) for step in error.schema_path[-3:])} of the specification does not hold"
        )
    return _UNEXPLAINED, f"{name}: {message}", "key", None


_EXPLANATIONS: Mapping[str, Callable[[jsonschema_rs.ValidationError, str], _Explanation]] = {
    "required": _required,
    "type": _type,
    "enum": _enum,
    "const": _enum,
    "pattern": _pattern,
    "format": _format,
    "propertyNames": _property_names,
    "minItems": _size,
    "maxItems": _size,
    "minProperties": _size,
    "maxProperties": _size,
    "uniqueItems": _unique,
    "not": _not,
    "falseSchema": _forbidden,
    "anyOf": _alternatives,
    "contains": _alternatives,
    "oneOf": _alternatives,
}


def _article(name: str) -> str:
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
