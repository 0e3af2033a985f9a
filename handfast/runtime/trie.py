"""Finds the operation of a request on its raw path, segment by segment, as fast for ten operations as for ten thousand.

The path is matched as it came over the wire: a `%2F` inside a segment never separates segments, nothing is decoded
twice, an empty segment is never a parameter, and a slash at the end makes another path (OpenAPI 3.2.0, section 4.8.2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Generic, TypeAlias, TypeVar
from urllib.parse import quote, unquote, unquote_to_bytes

T = TypeVar("T")

_PARAMETER = re.compile(r"\{([^{}]*)\}")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_SUB_DELIMITERS = "!$&'()*+,;=:@"
"""What may stand in a segment as it is, and means something else when it is escaped (RFC 3986, sections 2.2, 3.3)."""

_MOST_READINGS = 64

Found: TypeAlias = tuple[Mapping[str, T], Mapping[str, str]]
"""What is at a path: targets by method, and the raw text of the path parameters, still percent-encoded."""

_NO_VALUES: Mapping[str, str] = {}


@dataclass(slots=True)
class _Leaf(Generic[T]):
    targets: dict[str, T] = field(default_factory=dict[str, T])
    templates: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


@dataclass(slots=True)
class _Node(Generic[T]):
    literals: dict[str, _Node[T]] = field(default_factory=dict[str, "_Node[T]"])
    mixed: list[tuple[tuple[str, ...], _Node[T]]] = field(default_factory=list[tuple[tuple[str, ...], "_Node[T]"]])
    parameter: _Node[T] | None = None
    leaf: _Leaf[T] | None = None


class Trie(Generic[T]):
    """A tree of path templates; templates that differ only in the names of their parameters are the same place."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()
        self._concrete: dict[str, _Leaf[T]] = {}

    def add(self, template: str, method: str, target: T) -> T | None:
        """Put a target at a template such as `/a/{x}.{y}`; answers the one that was there before, which then stays."""
        node, names = self._root, list[str]()
        for segment in template.split("/"):
            literals, parameters = _split(segment)
            names += parameters
            node = _child(node, literals)
        leaf = node.leaf = node.leaf or _Leaf()
        if method in leaf.targets:
            return leaf.targets[method]
        leaf.targets[method] = target
        leaf.templates[method] = tuple(names)
        if not names:
            self._concrete[template] = leaf
        return None

    def find(self, path: str, method: str) -> Found[T] | None:
        """What is at a raw path, its bytes decoded as Latin-1, or None for an unknown one.

        A path without parameters goes before any template. Among templates, literal segments go before mixed ones,
        and these before whole parameters; the first that knows the method is taken, and only if none does, the
        methods of all of them are told.
        """
        leaf = self._concrete.get(path)
        if leaf is not None:
            return leaf.targets, _NO_VALUES
        segments = path.split("/")
        if "%" not in path and path.isascii() and (quick := _descend(self._root, segments, method)) is not None:
            return quick
        refused: dict[str, T] = {}
        found = _walk(self._root, segments, 0, (), method, refused)
        if found is not None:
            leaf, texts = found
            return leaf.targets, dict(zip(leaf.templates.get(method, ()), texts, strict=False))
        return (refused, _NO_VALUES) if refused else None


def _split(segment: str) -> tuple[tuple[str, ...], list[str]]:
    """The literals around the parameters of a segment (one more than there are parameters), and these.

    A literal that is the whole segment is without escapes; others are as `_canonical` writes them.
    """
    parts = _PARAMETER.split(segment)
    if len(parts) == 1:
        return (unquote(segment),), []
    return tuple(_canonical(quote(part, safe=f"{_SUB_DELIMITERS}%")) for part in parts[::2]), parts[1::2]


def _canonical(text: str) -> str:
    """A raw text with escapes in capitals, and none for letters, digits and `-._~` (RFC 3986, section 6.2.2)."""
    return _ESCAPE.sub(_canonical_escape, text) if "%" in text else text


def _canonical_escape(match: re.Match[str]) -> str:
    character = chr(int(match[0][1:], 16))
    return character if character.isascii() and (character.isalnum() or character in "-._~") else match[0].upper()


def _child(node: _Node[T], literals: tuple[str, ...]) -> _Node[T]:
    if len(literals) == 1:
        return node.literals.setdefault(literals[0], _Node())
    if literals == ("", ""):
        node.parameter = node.parameter or _Node()
        return node.parameter
    for known, child in node.mixed:
        if known == literals:
            return child
    child = _Node[T]()
    node.mixed.append((literals, child))
    node.mixed.sort(key=lambda entry: (-sum(map(len, entry[0])), entry[0]))
    return child


def _descend(node: _Node[T], segments: list[str], method: str) -> Found[T] | None:
    """What the most literal way down leads to, without turning back; None when that is not the whole story."""
    texts: list[str] = []
    for segment in segments:
        child = node.literals.get(segment)
        if child is None:
            if node.mixed or not segment or node.parameter is None:
                return None
            child = node.parameter
            texts.append(segment)
        node = child
    leaf = node.leaf
    if leaf is None or method not in leaf.targets:
        return None
    return leaf.targets, dict(zip(leaf.templates[method], texts, strict=True))


def _walk(
    node: _Node[T], segments: list[str], index: int, texts: tuple[str, ...], method: str, refused: dict[str, T]
) -> tuple[_Leaf[T], tuple[str, ...]] | None:
    """The leaf that a path reaches, and the raw texts of its parameters; None when none knows the method.

    The targets of leaves that do not are gathered in `refused`. A leaf without parameters is taken in any case.
    """
    if index == len(segments):
        leaf = node.leaf
        if leaf is None:
            return None
        if method in leaf.targets or not texts:
            return leaf, texts
        refused.update(leaf.targets)
        return None
    segment = segments[index]
    literal = _decoded(segment) if "%" in segment or not segment.isascii() else segment
    if literal is not None and (child := node.literals.get(literal)) is not None:
        found = _walk(child, segments, index + 1, texts, method, refused)
        if found is not None:
            return found
    if not segment:
        return None
    canonical = _canonical(segment) if node.mixed else segment
    for literals, child in node.mixed:
        if (inner := _capture(literals, canonical)) is not None:
            found = _walk(child, segments, index + 1, texts + inner, method, refused)
            if found is not None:
                return found
    if node.parameter is not None:
        return _walk(node.parameter, segments, index + 1, (*texts, segment), method, refused)
    return None


def _capture(literals: tuple[str, ...], segment: str) -> tuple[str, ...] | None:
    """The texts between the literals of a segment, none empty; of several ways the one with the longest first text.

    Each literal is looked for from the right, so that the time is linear whatever a client sends.
    """
    first, *inner, last = literals
    if not segment.startswith(first) or not segment.endswith(last) or len(segment) <= len(first) + len(last):
        return None
    start, end = len(first), len(segment) - len(last)
    texts: list[str] = []
    for literal in reversed(inner):
        at = segment.rfind(literal, start, end - 1)
        if at <= start or at < 0:
            return None
        texts.append(segment[at + len(literal) : end])
        end = at
    texts.append(segment[start:end])
    return tuple(reversed(texts))


def is_ambiguous(template: str) -> bool:
    """Whether a path can be read by a template in more than one way: where a segment has several parameters."""
    return any(len(_PARAMETER.findall(segment)) > 1 for segment in template.split("/"))


def readings(template: str, path: str) -> Iterator[Mapping[str, str]]:
    """The ways to read a raw path by its template, the one that `Trie.find` gives first; not more than 64."""
    by_segment: list[list[dict[str, str]]] = []
    for pattern, segment in zip(template.split("/"), path.split("/"), strict=True):
        literals, names = _split(pattern)
        if literals == ("", ""):
            by_segment.append([{names[0]: segment}])
        elif names:
            ways = islice(_captures(literals, _canonical(segment)), _MOST_READINGS)
            by_segment.append([dict(zip(names, texts, strict=True)) for texts in ways])
    for several in islice(product(*by_segment), _MOST_READINGS):
        yield {name: text for texts in several for name, text in texts.items()}


def _captures(literals: tuple[str, ...], segment: str) -> Iterator[tuple[str, ...]]:
    """All that `_capture` could give, what it gives first; each next one takes time that is linear."""
    found = _capture(literals, segment)
    if found is None or len(found) == 1:
        yield from () if found is None else (found,)
        return
    first, *inner, last = literals
    inside = segment[len(first) : len(segment) - len(last)]
    at = len(found[0])  # the last place of the first literal behind which there is room for the others
    while at > 0:
        for rest in _captures(("", *inner[1:], ""), inside[at + len(inner[0]) :]):
            yield inside[:at], *rest
        at = inside.rfind(inner[0], 0, at + len(inner[0]) - 1)


def _decoded(text: str) -> str | None:
    """Percent-encoding undone, or None when the bytes are not UTF-8."""
    try:
        return unquote_to_bytes(text.encode("latin-1")).decode()
    except UnicodeDecodeError:
        return None
