"""The layout of a text: where each node of a YAML or JSON document stands, whichever the syntax."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from handfast.contract.pointers import Tokens
from handfast.errors import HandfastError

At: TypeAlias = Literal["key", "value"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A line and a column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf; `tag` is an explicit YAML tag, `plain` tells that it was written without quotes."""

    mark: Mark
    text: str
    plain: bool = False
    tag: str | None = None


@dataclass(slots=True)
class Items:
    """A sequence."""

    mark: Mark
    nodes: list[Node]


@dataclass(slots=True)
class Members:
    """A mapping: where each key stands, and its node."""

    mark: Mark
    nodes: dict[str, tuple[Mark, Node]]


Node: TypeAlias = Scalar | Items | Members


class SourceFault(HandfastError):
    """A text cannot be read: what is wrong, where, and what to do; `also` is a second place that explains the first."""

    def __init__(
        self, code: str, message: str, mark: Mark, *, hint: str | None = None, also: Mark | None = None
    ) -> None:
        self.code = code
        self.message = message
        self.mark = mark
        self.hint = hint
        self.also = also
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Surprise:
    """Something that is read otherwise than its author may think."""

    code: str
    message: str
    mark: Mark
    hint: str


def lines_of(text: str) -> list[str]:
    """The lines as YAML, JSON and editors count them (not Python's splitlines, which also takes U+2028)."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def find(root: Node, tokens: Tokens, at: At) -> Mark:
    """Where a node stands, or its nearest ancestor that is there.

    The member of a mapping stands where its key does, unless `at` asks for the value.
    """
    node, mark = root, root.mark
    for token in tokens:
        if isinstance(node, Members) and token in node.nodes:
            key, node = node.nodes[token]
            mark = node.mark if at == "value" else key
        elif isinstance(node, Items) and _is_index(token, node.nodes):
            node = node.nodes[int(token)]
            mark = node.mark
        else:
            break
    return mark


def _is_index(token: str, nodes: Sequence[Node]) -> bool:
    return token.isdecimal() and len(token) < 10 and int(token) < len(nodes)
