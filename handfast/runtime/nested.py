"""Objects that are spread over several fields: `a=1&b=2` of exploded forms, and `name[a]=1&name[b]=2` of deepObject.

OpenAPI leaves undefined how deepObject writes anything but an object, and anything below its members (3.2.0, section
4.12.6). Here brackets nest: `f[a][b]=1` is `{"a": {"b": 1}}`. Where the schema has an array, a repeated field is one
(`f[a]=1&f[a]=2`), and so are empty brackets (`f[a][]=1`) and indices from 0 without a gap (`f[a][0]=1`), also at the
top (`f[]=1`). Members of an exploded form that are objects themselves are read in the same way: `a[b]=1`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from handfast.contract.model import JSONValue
from handfast.runtime.fields import Fields
from handfast.runtime.lexical import Lexicon
from handfast.runtime.percent import Malformed, decode_form
from handfast.runtime.shapes import Shape

_BRACKETS = re.compile(r"((?:\[[^\[\]]*\])+)")
_KEY = re.compile(r"\[([^\[\]]*)\]")
_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")
_MAX_DEPTH = 32


@dataclass(slots=True)
class _Node:
    """What was sent for one place: texts, and what is below it, by the text in brackets."""

    texts: list[str] = field(default_factory=list[str])
    below: dict[str, _Node] = field(default_factory=dict[str, "_Node"])


def deep_object(
    lexicon: Lexicon, shape: Shape, name: str, others: frozenset[str]
) -> Callable[[Fields], JSONValue | None]:
    """A reader of `name[...]=` fields that are not in `others`; None when there are none. It raises Malformed."""
    prefix = f"{name}["

    def read(fields: Fields) -> JSONValue | None:
        root = _Node()
        for key in fields:
            if key.startswith(prefix) and key not in others:
                _put(root, key[len(name) :], fields.get(key))
        if not root.below:
            return None
        root.texts += [decode_form(raw) for raw in fields.get(name)]
        return _value(lexicon, shape, root)

    return read


def exploded_object(
    lexicon: Lexicon,
    shape: Shape,
    others: frozenset[str],
    *,
    bracketed: frozenset[str] = frozenset(),
    is_greedy: bool,
) -> Callable[[Fields], JSONValue | None]:
    """A reader of the members of an object as fields of their own; None when there are none. It raises Malformed.

    A greedy one takes every field that is left: those that are not in `others`, nor in brackets behind the names in
    `bracketed`, which somebody else reads.
    """

    def read(fields: Fields) -> JSONValue | None:
        root = _Node()
        for key in fields:
            name, bracket, rest = key.partition("[")
            if key in shape.names:
                root.below.setdefault(key, _Node()).texts += [decode_form(raw) for raw in fields.get(key)]
            elif key in others:
                continue
            elif bracket and name in shape.names:
                _put(root.below.setdefault(name, _Node()), f"[{rest}", fields.get(key))
            elif is_greedy and not (bracket and name in bracketed):
                root.below.setdefault(key, _Node()).texts += [decode_form(raw) for raw in fields.get(key)]
        return _members(lexicon, shape, root.below) if root.below else None

    return read


def _put(node: _Node, brackets: str, raws: list[str]) -> None:
    if _BRACKETS.fullmatch(brackets) is None:
        raise Malformed("malformed-name", "the brackets in the name of a field do not close")
    keys = _KEY.findall(brackets)
    if len(keys) > _MAX_DEPTH:
        raise Malformed("too-deep", f"brackets are nested over {_MAX_DEPTH} levels")
    for key in keys:
        node = node.below.setdefault(key, _Node())
    node.texts += [decode_form(raw) for raw in raws]


def _value(lexicon: Lexicon, shape: Shape, node: _Node) -> JSONValue:
    if node.below and node.texts:
        raise Malformed("ambiguous-member", "a value is given both as a text and with brackets behind its name")
    if node.texts:
        return _texts(lexicon, shape, node.texts)
    if "array" in shape.kinds and (items := _items(node.below)) is not None:
        return [_value(lexicon, lexicon.shapes.item(shape, index), item) for index, item in enumerate(items)]
    return _members(lexicon, shape, node.below)


def _members(lexicon: Lexicon, shape: Shape, below: Mapping[str, _Node]) -> JSONValue:
    return {name: _value(lexicon, lexicon.shapes.member(shape, name), node) for name, node in below.items()}


def _texts(lexicon: Lexicon, shape: Shape, texts: list[str]) -> JSONValue:
    """One text as a scalar, several as an array; one is an array as well where nothing else is possible."""
    if "array" in shape.kinds and (len(texts) > 1 or not shape.is_scalar):
        return [] if texts == [""] and not _may_be_text(lexicon, shape) else lexicon.array(shape, texts)
    if len(texts) > 1:
        raise Malformed("repeated-member", "a member of the object is given twice")
    return lexicon.reader(shape)(texts[0])


def _may_be_text(lexicon: Lexicon, shape: Shape) -> bool:
    return "string" in lexicon.shapes.item(shape, 0).kinds


def _items(below: Mapping[str, _Node]) -> list[_Node] | None:
    """The items of an array, when all keys are empty or all are the indices of one."""
    if set(below) == {""}:
        return [_Node(texts=[text]) for text in below[""].texts] if not below[""].below else None
    indices = {key: int(key) for key in below if _INDEX.fullmatch(key)}
    if len(indices) < len(below) or set(indices.values()) != set(range(len(below))):
        return None
    return [below[key] for key in sorted(below, key=int)]
