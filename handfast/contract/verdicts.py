"""What a judge says of a value: errors with stable codes, in words of the contract, never of the value.

Codes and messages are the table `WORDS`. An error about a missing member points at the object that lacks it, and names
the member; one about a member that should not be there points at that member. Where a value fits none of several
alternatives, the errors of the one that was meant are reported, if `discriminator`, types or constants tell which.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from jsonschema_rs import ValidationError
from jsonschema_rs import ValidationErrorKind as Kinds

from handfast.contract.consequences import Causes
from handfast.contract.discriminators import Chosen, choose
from handfast.contract.model import JSONValue
from handfast.contract.pointers import escape

_LONGEST = 256
_ONE = re.compile(r" at (?:least|most) 1 [a-z]+s\Z")
"""Words about one character, item or member: the noun is singular then."""
_MANY = 12

WORDS: Mapping[str, tuple[str, str]] = {
    "type": ("wrong-type", "must be {types}"),
    "enum": ("not-in-enum", "must be one of {options}"),
    "const": ("not-the-constant", "must be {expected_value}"),
    "required": ("required", 'member "{property}" is required'),
    "dependentRequired": ("required", 'member "{property}" is required because of another that is there'),
    "additionalProperties": ("additional-property", "the contract does not know this member"),
    "unevaluatedProperties": ("additional-property", "the contract does not know this member"),
    "propertyNames": ("property-name", "a member has a name that the contract does not admit"),
    "minProperties": ("too-few-properties", "must have at least {limit} members"),
    "maxProperties": ("too-many-properties", "must have at most {limit} members"),
    "items": ("additional-item", "the contract does not know this item"),
    "unevaluatedItems": ("additional-item", "there are items that the contract does not know"),
    "minItems": ("too-few-items", "must have at least {limit} items"),
    "maxItems": ("too-many-items", "must have at most {limit} items"),
    "uniqueItems": ("duplicate-items", "must not have the same item twice"),
    "contains": ("contains-mismatch", "must have the right number of items of the kind that the contract describes"),
    "minContains": ("contains-mismatch", "must have more items of the kind that the contract describes"),
    "maxContains": ("contains-mismatch", "must have fewer items of the kind that the contract describes"),
    "minLength": ("too-short", "must have at least {limit} characters"),
    "maxLength": ("too-long", "must have at most {limit} characters"),
    "pattern": ("pattern-mismatch", "must match the pattern {pattern}"),
    "format": ("wrong-format", "must be in the format {format}"),
    "minimum": ("too-small", "must be at least {limit}"),
    "exclusiveMinimum": ("too-small", "must be greater than {limit}"),
    "maximum": ("too-large", "must be at most {limit}"),
    "exclusiveMaximum": ("too-large", "must be less than {limit}"),
    "multipleOf": ("not-a-multiple", "must be a multiple of {multiple_of}"),
    "not": ("forbidden", "the contract forbids this value"),
    "falseSchema": ("forbidden", "the contract forbids this value"),
    "anyOf": ("no-alternative", "fits none of the alternatives"),
    "oneOf": ("no-alternative", "fits none of the alternatives"),
    "discriminator": ("no-alternative", "must name one of the alternatives {options}"),
    "read-only": ("read-only", "may be in responses only"),
    "write-only": ("write-only", "may be in requests only"),
}
"""The code and the message of each keyword; places in braces are filled with what the contract says."""

SEVERAL = ("several-alternatives", "fits more than one of the alternatives, and must fit exactly one")
TOO_COSTLY = ("pattern-too-costly", "could not be matched against the pattern within the allowed steps")
OTHER = ("invalid", "does not fit the contract")


@dataclass(frozen=True, slots=True)
class SchemaError:
    """One way in which a value breaks a schema.

    `pointer` is a JSON Pointer into the value, `schema_pointer` one into the contract's document; `keyword` is JSON
    Schema's. Names of members in `pointer` may be the client's; nothing else here is.
    """

    pointer: str
    code: str
    message: str
    keyword: str
    schema_pointer: str


@dataclass(frozen=True, slots=True)
class Explainer:
    """Turns the errors of `jsonschema_rs` into ours; `locate` maps its keyword locations into the document."""

    document: Mapping[str, JSONValue]
    locate: Callable[[str], str]
    refusal: str

    def explain(self, errors: Iterable[ValidationError], value: JSONValue) -> Iterator[SchemaError]:
        """What the errors of the judged value come to, those last that may follow from others."""
        causes = Causes(self.document)
        held: list[ValidationError] = []
        for error in errors:
            if isinstance(error.kind, Kinds.UnevaluatedProperties):
                held.append(error)
            else:
                causes.add(error)
                yield from self._explain(error, value)
        for error in held:
            where = self.locate(error.absolute_keyword_location or "")
            for name in causes.unexplained(error, error.kind.as_dict()["unexpected"], where):
                yield _error(error, error.kind.name, where, {}, extra=name)

    def _explain(self, error: ValidationError, value: JSONValue) -> Iterator[SchemaError]:
        """What one error comes to; several where it sums up more than one member."""
        where = self.locate(error.absolute_keyword_location or "")
        match error.kind:
            case Kinds.AnyOf() | Kinds.OneOfNotValid():
                yield from self._alternatives(error, value, where)
            case Kinds.AdditionalProperties(unexpected):
                for name in unexpected:
                    yield _error(error, error.kind.name, where, {}, extra=name)
            case Kinds.FalseSchema():
                yield from _forbidden(error, value, where)
            case Kinds.OneOfMultipleValid():
                yield _error(error, error.kind.name, where, {}, words=SEVERAL)
            case Kinds.BacktrackLimitExceeded() | Kinds.RegexEngineFailure():
                yield _error(error, error.kind.name, where, {}, words=TOO_COSTLY)
            case Kinds.Custom():
                yield _error(error, self.refusal, where, {})
            case _:
                yield _error(error, _keyword(error, where), where, error.kind.as_dict())

    def _alternatives(self, error: ValidationError, value: JSONValue, where: str) -> Iterator[SchemaError]:
        chosen = choose(self.document, where, error, value)
        if isinstance(chosen, Chosen):
            yield _error(error, "discriminator", where, {"options": list(chosen.options)}, extra=chosen.member)
        elif chosen is None:
            yield _error(error, error.kind.name, where, {})
        else:
            yield from self.explain(chosen, value)


def _keyword(error: ValidationError, where: str) -> str:
    """The keyword of an error; `jsonschema-rs` calls some by the name of another."""
    tokens = where.rsplit("/", 2)[1:]
    return next((token for token in tokens if token in _SHARED), error.kind.name)


_SHARED = frozenset({"dependentRequired", "minContains", "maxContains"})


def _forbidden(error: ValidationError, value: JSONValue, where: str) -> Iterator[SchemaError]:
    """A schema that is false; below some keywords that means that something must not be there at all."""
    keyword = where.rpartition("/")[2]
    if keyword in ("additionalProperties", "unevaluatedProperties", "propertyNames"):
        target = _at(value, error.instance_path)
        for name in target if isinstance(target, dict) else ():
            yield _error(error, "additionalProperties", where, {}, extra=name)
    elif keyword in ("items", "unevaluatedItems", "additionalItems"):
        yield _error(error, "items", where, {})
    else:
        yield _error(error, "falseSchema", where, {})


def _at(value: JSONValue, path: list[str | int]) -> JSONValue:
    for token in path:  # a member whose name is all digits is told as a number, too
        if isinstance(value, dict):
            value = value.get(str(token))
        elif isinstance(value, list) and isinstance(token, int):
            value = value[token]
    return value


def _error(
    error: ValidationError,
    keyword: str,
    where: str,
    details: Mapping[str, JSONValue],
    *,
    extra: str | int | None = None,
    words: tuple[str, str] | None = None,
) -> SchemaError:
    code, message = words or WORDS.get(keyword, OTHER)
    path = error.instance_path if extra is None else [*error.instance_path, extra]
    told = {name: _told(name, detail) for name, detail in details.items()}
    text = message.format_map(told)
    return SchemaError(
        pointer=_pointer(path),
        code=code,
        message=text.removesuffix("s") if _ONE.search(text) else text,
        keyword=keyword,
        schema_pointer=where,
    )


def _pointer(path: list[str | int]) -> str:
    """A pointer of bounded length: names that a client chose may be long, then the nearest ancestor must do."""
    pointer = ""
    for token in path:
        longer = f"{pointer}/{escape(str(token))}"
        if len(longer) > _LONGEST:
            break
        pointer = longer
    return pointer


def _told(name: str, detail: JSONValue) -> str:
    """A value of the contract as words."""
    if name in ("types", "options") and isinstance(detail, list):
        items = [_ARTICLES.get(str(item), str(item)) if name == "types" else _json(item) for item in detail]
        joined = (" or " if name == "types" else ", ").join(items[:_MANY])
        return f"{joined}, ..." if len(items) > _MANY else joined
    return str(detail) if name in ("property", "format", "pattern") else _json(detail)


_ARTICLES = {
    "array": "an array",
    "boolean": "a boolean",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}


def _json(value: JSONValue) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
