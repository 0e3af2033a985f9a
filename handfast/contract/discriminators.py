"""Which of several alternatives a value was meant to be; a hint for reports, never an assertion.

OpenAPI says so of `discriminator` (3.1.1, section 4.8.25: it "MUST NOT change the validation outcome"). Without one,
the alternatives that fail by a type or by a constant are put aside, and what remains alone was meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jsonschema_rs import ValidationErrorKind as Kinds

from handfast.contract.model import JSONValue
from handfast.contract.pointers import to_tokens

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

_SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tag of a value names none of the alternatives; `options` are those that it may name."""

    member: str
    options: tuple[str, ...]


def choose(
    document: Mapping[str, JSONValue], where: str, error: ValidationError, value: JSONValue
) -> Sequence[ValidationError] | Chosen | None:
    """The errors of the alternative that was meant; None if that cannot be told.

    `where` is the pointer of the `oneOf` or `anyOf` in the document, `value` the whole value that was judged.
    """
    kind = error.kind
    if not isinstance(kind, Kinds.AnyOf | Kinds.OneOfNotValid):
        return None
    at, _, keyword = where.rpartition("/")
    schema = _get(document, to_tokens(at)) if at.startswith("/") else None
    if isinstance(schema, dict) and isinstance(schema.get("discriminator"), dict):
        told = _by_tag(schema, keyword, _get(value, tuple(str(token) for token in error.instance_path)))
        if isinstance(told, Chosen):
            return told
        if told is not None and told < len(kind.context):
            return kind.context[told]
    return _by_elimination(kind.context, len(error.instance_path))


def _by_tag(schema: dict[str, JSONValue], keyword: str, value: JSONValue) -> int | Chosen | None:
    discriminator, branches = schema["discriminator"], schema.get(keyword)
    if not isinstance(discriminator, dict) or not isinstance(branches, list) or not isinstance(value, dict):
        return None
    name = discriminator.get("propertyName")
    if not isinstance(name, str):
        return None
    mapping = discriminator.get("mapping")
    targets = {tag: _target(target) for tag, target in mapping.items()} if isinstance(mapping, dict) else {}
    references = [branch.get("$ref") if isinstance(branch, dict) else None for branch in branches]
    tag = value.get(name)
    if name not in value and isinstance(default := discriminator.get("defaultMapping"), str):
        target = _target(default)
    elif isinstance(tag, str):
        target = targets.get(tag, _SCHEMAS + tag)
    else:
        return None
    if target in references:
        return references.index(target)
    named = (reference.removeprefix(_SCHEMAS) for reference in references if isinstance(reference, str))
    mapped = set(targets.values())
    options = [*targets, *(option for option in named if _SCHEMAS + option not in mapped)]
    return Chosen(name, tuple(options)) if options and all(isinstance(item, str) for item in references) else None


def _target(target: JSONValue) -> str:
    """What a mapping means: a reference, or the name of a component."""
    text = str(target)
    return text if "#" in text or "/" in text else _SCHEMAS + text


def _by_elimination(branches: Sequence[Sequence[ValidationError]], depth: int) -> Sequence[ValidationError] | None:
    fitting = [branch for branch in branches if not any(_is_other_type(error, depth) for error in branch)]
    told = [branch for branch in fitting if not any(_is_other_tag(error, depth) for error in branch)]
    if len(told) == 1:
        return told[0]
    return fitting[0] if len(fitting) == 1 else None


def _is_other_type(error: ValidationError, depth: int) -> bool:
    return isinstance(error.kind, Kinds.Type) and len(error.instance_path) == depth


def _is_other_tag(error: ValidationError, depth: int) -> bool:
    return isinstance(error.kind, Kinds.Constant | Kinds.Enum) and len(error.instance_path) <= depth + 1


def _get(value: JSONValue | Mapping[str, JSONValue], tokens: tuple[str, ...]) -> JSONValue:
    for token in tokens:
        if isinstance(value, Mapping):
            value = value.get(token)
        elif isinstance(value, list) and token.isdecimal() and int(token) < len(value):
            value = value[int(token)]
        else:
            return None
    return dict(value) if isinstance(value, Mapping) and not isinstance(value, dict) else value
