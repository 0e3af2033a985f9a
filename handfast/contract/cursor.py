"""A cursor over a document: an object with its pointer, references followed, fields read with their types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from handfast.contract.model import JSONValue
from handfast.contract.pointers import Tokens, from_fragment, join, to_index, to_pointer, to_tokens

JSONObject = dict[str, JSONValue]


def lookup(document: JSONValue | Mapping[str, JSONValue], tokens: Tokens) -> JSONValue:
    """The value at a pointer; raises LookupError when there is none."""
    value = cast("JSONValue", document)
    for token in tokens:
        if isinstance(value, dict):
            value = value[token]
        elif isinstance(value, list) and (index := to_index(token)) is not None:
            value = value[index]
        else:
            raise LookupError(token)
    return value


def followed(document: Mapping[str, JSONValue], reference: str) -> tuple[str, JSONValue] | None:
    """The pointer and the value that a `$ref` into its own document leads to; None when it leads nowhere in it."""
    if not reference.startswith("#"):
        return None
    try:
        tokens = from_fragment(reference[1:])
        return to_pointer(tokens), lookup(document, tokens)
    except (LookupError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Cursor:
    """An object of the document, after its references.

    `pointer` is where the object stands; `component` the name by which a reference called it, when that is a component.
    A summary or description beside a reference (3.1) replaces the object's own.
    """

    root: Mapping[str, JSONValue]
    pointer: str
    value: JSONObject
    component: str | None = None

    def at(self, *tokens: str | int) -> str:
        """The pointer of a field."""
        return join(self.pointer, *tokens)

    def text(self, name: str) -> str:
        """A text field; empty when it is absent."""
        value = self.value.get(name)
        return value if isinstance(value, str) else ""

    def optional_text(self, name: str) -> str | None:
        """A text field; None when it is absent."""
        value = self.value.get(name)
        return value if isinstance(value, str) else None

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean field."""
        value = self.value.get(name)
        return value if isinstance(value, bool) else default

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.value.get(name)
        return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()

    def mapping(self, name: str) -> JSONObject:
        """A field that maps names to anything."""
        value = self.value.get(name)
        return value if isinstance(value, dict) else {}

    def child(self, name: str) -> Cursor | None:
        """The object in a field, or None."""
        value = self.value.get(name)
        return self.follow(self.at(name), value) if isinstance(value, dict) else None

    def members(self, name: str | None = None) -> Iterator[tuple[str, Cursor]]:
        """The objects in a mapping: that of a field, or this one without its extensions."""
        pointer, value = (self.pointer, self.value) if name is None else (self.at(name), self.mapping(name))
        for key, member in value.items():
            if isinstance(member, dict) and not (name is None and key.startswith("x-")):
                yield key, self.follow(join(pointer, key), member)

    def items(self, name: str) -> Iterator[Cursor]:
        """The objects in a list."""
        value = self.value.get(name)
        for index, item in enumerate(value if isinstance(value, list) else ()):
            if isinstance(item, dict):
                yield self.follow(self.at(name, index), item)

    def extensions(self) -> dict[str, JSONValue]:
        """The fields that start with `x-`."""
        return {name: value for name, value in self.value.items() if name.startswith("x-")}

    def follow(self, pointer: str, value: JSONObject) -> Cursor:
        """A cursor at an object of the same document, after its references, as far as they lead to objects."""
        beside: JSONObject = {}
        component: str | None = None
        seen: set[str] = set()
        while isinstance(target := value.get("$ref"), str) and target.startswith("#") and target not in seen:
            seen.add(target)
            for name in ("summary", "description"):
                if name in value:
                    beside.setdefault(name, value[name])
            try:
                tokens = from_fragment(target[1:])
                found = lookup(self.root, tokens)
            except (LookupError, ValueError):
                break  # a document that is refused, on its way through the other checks
            if not isinstance(found, dict):
                break
            pointer, value = join("", *tokens), found
            component = tokens[2] if len(tokens) == 3 and tokens[0] == "components" else None
        return Cursor(self.root, pointer, {**value, **beside} if beside else value, component)


def start(document: Mapping[str, JSONValue], pointer: str = "") -> Cursor:
    """A cursor at an object of a document that is known to be there."""
    value = lookup(document, to_tokens(pointer))
    if not isinstance(value, dict):
        raise LookupError(pointer)
    return Cursor(document, pointer, value)
