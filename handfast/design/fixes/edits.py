"""Edits of a YAML text by the positions of its nodes: what is not edited stays, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import yaml

from handfast.contract.pointers import Tokens

if TYPE_CHECKING:
    from yaml import SafeLoader as _Loader
else:
    from yaml import CSafeLoader as _Loader

Pair: TypeAlias = tuple[yaml.Node, yaml.Node]


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters from `start` to before `end` become `text`; where both are equal, it is put in between."""

    start: int
    end: int
    text: str


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text with its edits; of two that overlap the later one is left for another time."""
    out: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda each: (each.start, each.end)):
        if edit.start >= done:
            out += [text[done : edit.start], edit.text]
            done = edit.end
    return "".join([*out, text[done:]])


class Page:
    """A YAML text and its nodes, and what can be put in or taken out of it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.root: yaml.Node | None = yaml.compose(text, Loader=_Loader)

    def find(self, tokens: Tokens) -> Pair | None:
        """The key and the value at the tokens of a JSON Pointer (of an item of a list both are the item)."""
        if self.root is None:
            return None
        key = value = self.root
        for token in tokens:
            if isinstance(value, yaml.MappingNode):
                found = next((pair for pair in value.value if pair[0].value == token), None)
                if found is None:
                    return None
                key, value = found
            elif isinstance(value, yaml.SequenceNode) and token.isdecimal() and int(token) < len(value.value):
                key = value = value.value[int(token)]
            else:
                return None
        return key, value

    def scalar_at(self, line: int, column: int) -> yaml.ScalarNode | None:
        """The scalar that begins at a line and a column, both from 1."""
        pending: list[yaml.Node] = [self.root] if self.root is not None else []
        while pending:
            node = pending.pop()
            if isinstance(node, yaml.ScalarNode):
                if (node.start_mark.line + 1, node.start_mark.column + 1) == (line, column):
                    return node
            elif isinstance(node, yaml.MappingNode):
                pending.extend(part for pair in node.value for part in pair)
            else:
                pending.extend(node.value)
        return None

    def replace(self, node: yaml.Node, text: str) -> Edit:
        """Another text for a scalar, or for a collection in brackets."""
        return Edit(node.start_mark.index, node.end_mark.index, text)

    def insert(self, mapping: yaml.MappingNode, name: str, value: str, before: int | None = None) -> Edit:
        """A member in front of the one with an index, or behind the last one."""
        members = mapping.value
        if not members:
            return self.replace(mapping, f"{{ {name}: {value} }}")
        last = before is None or before >= len(members)
        if mapping.flow_style:
            if last:
                end = self.end(members[-1][1])
                return Edit(end, end, f", {name}: {value}")
            start = members[before or 0][0].start_mark.index
            return Edit(start, start, f"{name}: {value}, ")
        column = members[0][0].start_mark.column
        if last:
            end = self._end_of_line(self.end(members[-1][1]))
            return Edit(end, end, f"{self.newline}{' ' * column}{self._indented(name, value, column)}")
        start = members[before or 0][0].start_mark.index
        return Edit(start, start, f"{self._indented(name, value, column)}{self.newline}{' ' * column}")

    def insert_all(self, mapping: yaml.MappingNode, members: Sequence[tuple[str, str]], before: int) -> Iterator[Edit]:
        """Several members at one place, in their order."""
        edits = [self.insert(mapping, name, value, before) for name, value in members]
        if edits and mapping.value:
            yield Edit(edits[0].start, edits[0].end, "".join(edit.text for edit in edits))
        elif edits:
            inner = ", ".join(f"{name}: {value}" for name, value in members)
            yield self.replace(mapping, f"{{ {inner} }}")

    def add_components(self, parts: Mapping[str, Mapping[str, str]]) -> Iterator[Edit]:
        """Components by kind and name, each as lines of a block; what is missing on the way is made."""
        if not isinstance(self.root, yaml.MappingNode):
            return
        found = self.find(("components",))
        if found is None or not isinstance(found[1], yaml.MappingNode) or not found[1].value:
            text = "".join(f"\n  {kind}:{_members(members, 4)}" for kind, members in parts.items())
            if found is None:
                yield self.insert(self.root, "components", text)
            else:
                yield self.replace(found[1], text.replace("\n", self.newline))
            return
        components = found[1]
        step = max(components.value[0][0].start_mark.column, 1)
        for kind, members in parts.items():
            inside = self.find(("components", kind))
            if inside is not None and isinstance(inside[1], yaml.MappingNode) and inside[1].value:
                yield from self.insert_all(inside[1], [*members.items()], len(inside[1].value))
            elif inside is None:
                yield self.insert(components, kind, _members(members, step), 0)

    def remove(self, mapping: yaml.MappingNode, index: int) -> Edit:
        """Take a member out, with its line where it stands alone; a comment behind it goes with it."""
        members = mapping.value
        return self._remove([key for key, _ in members], [value for _, value in members], index, mapping.flow_style)

    def remove_item(self, items: yaml.SequenceNode, index: int) -> Edit:
        """Take an item out of a list."""
        return self._remove(items.value, items.value, index, items.flow_style)

    def end(self, node: yaml.Node) -> int:
        """Where the last character of a node stands; libyaml ends blocks where the next token begins."""
        while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            node = node.value[-1][1] if isinstance(node, yaml.MappingNode) else node.value[-1]
        index: int = node.end_mark.index
        return len(self.text[node.start_mark.index : index].rstrip()) + node.start_mark.index

    def _end_of_line(self, index: int) -> int:
        """Behind the comment that follows on the same line, if nothing else does."""
        stop = self.text.find("\n", index)
        rest = self.text[index : len(self.text) if stop < 0 else stop].rstrip()
        return index + len(rest) if rest.lstrip().startswith("#") else index

    def _indented(self, name: str, value: str, column: int) -> str:
        """A member in block style; the lines of its value are relative to the member."""
        lines = value.split("\n")
        glue = " " if lines[0] else ""
        return self.newline.join([f"{name}:{glue}{lines[0]}", *(" " * column + line for line in lines[1:])])

    def _remove(self, heads: list[yaml.Node], tails: list[yaml.Node], index: int, flow: bool) -> Edit:
        start, end = heads[index].start_mark.index, self.end(tails[index])
        if flow:
            if index + 1 < len(heads):
                return Edit(start, heads[index + 1].start_mark.index, "")
            return Edit(self.end(tails[index - 1]) if index else start, end, "")
        line = self.text.rfind("\n", 0, start) + 1
        after = self.text.find("\n", end)
        shared = self.text[line:start].strip(" -")  # a dash is the item's own, unless the item is all of a list in it
        if shared or (index == 0 and "-" in self.text[line:start] and heads is not tails):
            stop = heads[index + 1].start_mark.index if index + 1 < len(heads) else end
            return Edit(start, stop, "")
        return Edit(line, len(self.text) if after < 0 else after + 1, "")


def _members(members: Mapping[str, str], column: int) -> str:
    """Members as lines of a block that is indented by a number of spaces."""
    indent = "\n" + " " * column
    return "".join(f"{indent}{name}:{value.replace(chr(10), indent)}" for name, value in members.items())
