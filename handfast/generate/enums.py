"""Enums whose author names the values: `x-enum-varnames`, with `x-enum-descriptions` beside it where there are some."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from dataclasses import dataclass

from handfast.contract.model import JSONValue, SchemaValue
from handfast.contract.names import snake_case
from handfast.generate.lattice import Number, Text, Type

TAKEN = frozenset(
    {
        *("mro", "name", "value", "as_integer_ratio", "bit_count", "bit_length", "capitalize", "casefold"),
        *("center", "conjugate", "count", "denominator", "encode", "endswith", "expandtabs", "find", "format"),
        *("format_map", "from_bytes", "imag", "index", "is_integer", "isalnum", "isalpha", "isascii"),
        *("isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle"),
        *("isupper", "join", "ljust", "lower", "lstrip", "maketrans", "numerator", "partition", "real"),
        *("removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit"),
        *("rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "to_bytes", "translate"),
        *("upper", "zfill"),
    }
)
"""What members cannot be called: what enums, texts and integers have, in any version of Python."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an enum class."""

    name: str
    value: str | int
    description: str = ""


def enum_members(schema: SchemaValue, type_: Type) -> tuple[Member, ...]:
    """The members of the enum class for a schema; none where it is not just an enum, or a name does not fit.

    `varnames` stand beside the values one for one. A list of another length, or one in which two names become the same
    one, names nothing, and the values stay literals.
    """
    if isinstance(schema, bool) or not isinstance(values := schema.get("enum"), list):
        return ()
    match type_:
        case (Text(values=kept) | Number(integer=True, values=kept),) if kept is not None and len(kept) == len(values):
            written: Sequence[str | int] = [value for value in kept if isinstance(value, str | int)]
        case _:
            return ()
    names = [_identifier(name) for name in _texts(schema.get("x-enum-varnames"))]
    if len(names) != len(written) or len(set(names)) != len(names):
        return ()
    descriptions = _texts(schema.get("x-enum-descriptions"))
    said = descriptions if len(descriptions) == len(names) else [""] * len(names)
    return tuple(Member(*member) for member in zip(names, written, said, strict=True))


def _identifier(name: str) -> str:
    """The author's name if it can be a member's, else in capitals; Enum keeps underscored names for itself."""
    text = name if name.isidentifier() and name.isascii() else snake_case(name).upper()
    text = text.strip("_") or "UNNAMED"
    return f"{text}_" if keyword.iskeyword(text) or text in TAKEN else text


def _texts(value: JSONValue) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
