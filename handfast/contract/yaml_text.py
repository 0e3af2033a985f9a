"""YAML to JSON values: the core schema of YAML 1.2, keys as strings, and nothing that JSON cannot say.

The parser is libyaml's (through PyYAML); scalars are resolved here, because PyYAML resolves YAML 1.1, where `no` is a
boolean, `2020-01-01` a date, `010` eight, and a second `title` silently replaces the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isinf

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from handfast.contract import older_yaml
from handfast.contract.layout import Items, Mark, Members, Node, Scalar, SourceFault, Surprise, lines_of
from handfast.contract.model import JSONValue

MAX_DEPTH = 200
"""How deep a document may nest; deeper ones are refused before any recursion could fail."""

MAX_DIGITS = 1000
"""How many digits an integer may have."""

MAX_ALIASED = 1_000_000
"""How many nodes aliases may add; more is taken for an attack (a "billion laughs")."""

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOLEAN = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_RADIX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_JSON = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_FORMER_BREAKS = ("\x85", "\u2028", "\u2029")
_CORE_TAGS = {f"tag:yaml.org,2002:{name}": name for name in ("str", "int", "float", "bool", "null", "map", "seq")}


@dataclass(slots=True)
class YamlDocument:
    """What a YAML text says, the layout of it, and what may surprise."""

    value: JSONValue
    root: Node
    surprises: list[Surprise] = field(default_factory=list[Surprise])


def parse(text: str) -> YamlDocument:
    """The one document in a YAML text; raises SourceFault."""
    root = _Composer(text).document()
    document = YamlDocument(None, root)
    document.value = _Values(document.surprises).value(root)
    return document


class _Composer:
    """Events of libyaml to nodes; aliases share the node of their anchor."""

    def __init__(self, text: str) -> None:
        self.text = text
        shield = _shield(text)
        self.unshield = {ord(new): ord(old) for old, new in shield.items()}
        text = text.translate({ord(old): ord(new) for old, new in shield.items()}) if shield else text
        self.events: Iterator[Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self.anchors: dict[str, Node | None] = {}
        self.sizes: dict[int, int] = {}
        self.count = 0
        self.aliased = 0

    def document(self) -> Node:
        try:
            return self._document()
        except yaml.MarkedYAMLError as error:
            raise _syntax_fault(error, self.text) from error
        except yaml.reader.ReaderError as error:
            raise _character_fault(error, self.text) from error

    def _document(self) -> Node:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                if root is not None:
                    raise SourceFault(
                        "yaml-documents",
                        "a second YAML document starts here; a contract is one document",
                        _mark(event),
                        hint="remove the --- line, or move what follows into a file of its own",
                    )
                root = self._node(next(self.events), 0)
        if root is None:
            raise SourceFault("source-empty", "the file is empty", Mark(1, 1), hint=_START_HINT)
        return root

    def _node(self, event: Event, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise SourceFault("source-too-deep", f"nested deeper than {MAX_DEPTH} levels", _mark(event))
        if isinstance(event, AliasEvent):
            return self._alias(event)
        anchor = event.anchor if isinstance(event, (ScalarEvent, SequenceStartEvent, MappingStartEvent)) else None
        if anchor is not None:
            self.anchors[anchor] = None
        before = self.count
        self.count += 1
        if isinstance(event, ScalarEvent):
            text = event.value.translate(self.unshield) if self.unshield else event.value
            node: Node = Scalar(_mark(event), text, event.implicit[0] and not event.style, event.tag)
        elif isinstance(event, SequenceStartEvent):
            node = self._sequence(event, depth)
        elif isinstance(event, MappingStartEvent):
            node = self._mapping(event, depth)
        else:  # pragma: no cover - libyaml sends nothing else inside a document
            raise SourceFault("yaml-syntax", "this is not YAML", _mark(event))
        if anchor is not None:
            self.anchors[anchor] = node
            self.sizes[id(node)] = self.count - before
        return node

    def _alias(self, event: AliasEvent) -> Node:
        name = event.anchor
        if name not in self.anchors:
            raise SourceFault("yaml-alias-unknown", f"the alias *{name} has no anchor &{name} before it", _mark(event))
        node = self.anchors[name]
        if node is None:
            raise SourceFault(
                "yaml-alias-cyclic",
                f"the alias *{name} stands inside the node that it names, so it would never end",
                _mark(event),
                hint="use a $ref to a component: schemas may refer to themselves",
            )
        self.aliased += self.sizes[id(node)]
        self.count += self.sizes[id(node)]
        if self.aliased > MAX_ALIASED:
            raise SourceFault("yaml-alias-bomb", f"aliases add more than {MAX_ALIASED} nodes", _mark(event))
        return node

    def _sequence(self, start: SequenceStartEvent, depth: int) -> Items:
        _check_tag(start, "seq")
        nodes: list[Node] = []
        while not isinstance(event := next(self.events), SequenceEndEvent):
            nodes.append(self._node(event, depth + 1))
        return Items(_mark(start), nodes)

    def _mapping(self, start: MappingStartEvent, depth: int) -> Members:
        _check_tag(start, "map")
        nodes: dict[str, tuple[Mark, Node]] = {}
        merged: list[tuple[Mark, Node]] = []
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self._node(event, depth + 1)
            mark = _mark(event)
            if not isinstance(key, Scalar):
                raise SourceFault("yaml-key", "a key must be text, not a list or a mapping", mark)
            node = self._node(next(self.events), depth + 1)
            if key.text == "<<" and key.plain:
                merged.append((mark, node))
            elif key.text in nodes:
                first = nodes[key.text][0]
                raise SourceFault(
                    "duplicate-key",
                    f'the key "{key.text}" is here twice: line {first.line}, column {first.column} has it already',
                    mark,
                    hint="remove or rename one of the two: YAML does not say which of them counts",
                    also=first,
                )
            else:
                nodes[key.text] = (mark, node)
        for mark, node in merged:
            _merge(nodes, node, mark)
        return Members(_mark(start), nodes)


def _merge(nodes: dict[str, tuple[Mark, Node]], merged: Node, mark: Mark) -> None:
    """Adds what a merge key names (YAML 1.1's `<<`): keys of the mapping itself win, then earlier ones."""
    sources = merged.nodes if isinstance(merged, Items) else [merged]
    for source in sources:
        if not isinstance(source, Members):
            raise SourceFault("yaml-merge-key", "the merge key << takes a mapping, or a list of mappings", mark)
        for key, member in source.nodes.items():
            nodes.setdefault(key, member)


class _Values:
    """Nodes to JSON values; the value of an aliased node is shared."""

    def __init__(self, surprises: list[Surprise]) -> None:
        self.surprises = surprises
        self.seen: dict[int, JSONValue] = {}

    def value(self, node: Node) -> JSONValue:
        if isinstance(node, Scalar):
            return self._scalar(node)
        if id(node) not in self.seen:
            if isinstance(node, Items):
                self.seen[id(node)] = [self.value(item) for item in node.nodes]
            else:
                self.seen[id(node)] = {key: self.value(member) for key, (_, member) in node.nodes.items()}
        return self.seen[id(node)]

    def _scalar(self, node: Scalar) -> JSONValue:
        if node.tag is not None:
            return self._tagged(node, node.tag)
        return self._plain(node) if node.plain else node.text

    def _tagged(self, node: Scalar, tag: str) -> JSONValue:
        name = _CORE_TAGS.get(tag)
        if name == "str" or tag == "!":
            return node.text
        value = self._plain(node) if name in _TAG_TYPES else None
        if name not in _TAG_TYPES or type(value) not in _TAG_TYPES[name]:
            raise SourceFault(
                "yaml-tag",
                f"the tag {_tag_name(tag)} does not make a JSON value of this",
                node.mark,
                hint="remove the tag: a contract has strings, numbers, booleans, null, lists and mappings",
            )
        return _double(value, node.mark) if name == "float" and isinstance(value, int) else value

    def _plain(self, node: Scalar) -> JSONValue:
        text = node.text
        first = text[:1]
        if first not in _INTERESTING:
            return text
        if text in _NULL:
            return None
        if text in _BOOLEAN:
            return _BOOLEAN[text]
        if _INTEGER.fullmatch(text):
            return self._integer(node)
        if _FLOAT.fullmatch(text):
            return _double(text, node.mark)
        return self._odd(node)

    def _integer(self, node: Scalar) -> int:
        digits = node.text.lstrip("+-")
        _check_digits(digits, node)
        value = int(node.text)
        if len(digits) > 1 and digits.startswith("0"):
            octal = f"{int(digits, 8)} in YAML 1.1" if digits.strip("01234567") == "" else "text in YAML 1.1"
            self._surprise(node, f"{node.text} is the number {value} in YAML 1.2, and {octal}", str(value))
        return value

    def _odd(self, node: Scalar) -> JSONValue:
        text = node.text
        if _NOT_JSON.fullmatch(text):
            raise SourceFault(
                "yaml-not-json",
                f"{text} is a number that JSON does not have",
                node.mark,
                hint=f'write "{text}" for the text',
            )
        if _RADIX.fullmatch(text):
            _check_digits(text, node)
            value = int(text[2:], 8 if text[1] == "o" else 16)
            self._surprise(node, f"{text} is the number {value} in YAML 1.2", str(value))
            return value
        if (number := older_yaml.number(text)) is not None:
            self._surprise(node, f"{text} is text in YAML 1.2, and the number {number} in YAML 1.1", number)
        elif (other := older_yaml.kind(text)) is not None:
            instead = f", or {other} for the boolean" if text in older_yaml.SWITCHES else ""
            message = f"{text} is text in YAML 1.2, and {other} in YAML 1.1"
            self.surprises.append(
                Surprise("yaml-ambiguous", message, node.mark, f'write "{text}" for the text{instead}')
            )
        return text

    def _surprise(self, node: Scalar, message: str, plainly: str) -> None:
        self.surprises.append(
            Surprise(
                "yaml-ambiguous", message, node.mark, f'write {plainly} for the number, or "{node.text}" for the text'
            )
        )


def _check_digits(digits: str, node: Scalar) -> None:
    if len(digits) > MAX_DIGITS:
        raise SourceFault("number-too-large", f"a number with more than {MAX_DIGITS} digits", node.mark)


def _double(number: str | int, mark: Mark) -> float:
    """A number as a double; raises SourceFault for one that is too large."""
    value = float(str(number))
    if isinf(value):
        raise SourceFault("number-too-large", f"the number {number} is too large", mark)
    return value


_INTERESTING = {"", *"~nNtTfFyYoO+-.0123456789"}
_TAG_TYPES: Mapping[str | None, set[type]] = {"int": {int}, "float": {int, float}, "bool": {bool}, "null": {type(None)}}
_START_HINT = "a contract starts with `openapi: 3.1.1`, `info:` and `paths:`"


def _shield(text: str) -> dict[str, str]:
    """What stands for line breaks of YAML 1.1 that 1.2 took back: libyaml would break lines there, and miscount."""
    found = [character for character in _FORMER_BREAKS if character in text]
    if not found:
        return {}
    unused = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in text)
    return dict(zip(found, unused, strict=False))


def _mark(event: Event) -> Mark:
    start = event.start_mark
    return Mark(1, 1) if start is None else Mark(start.line + 1, start.column + 1)


def _check_tag(event: SequenceStartEvent | MappingStartEvent, name: str) -> None:
    if event.tag not in (None, "!", f"tag:yaml.org,2002:{name}"):
        raise SourceFault("yaml-tag", f"the tag {_tag_name(event.tag)} has no meaning in JSON", _mark(event))


def _tag_name(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")


def _syntax_fault(error: yaml.MarkedYAMLError, text: str) -> SourceFault:
    """The parser's complaint, at the place where it noticed; a tab, the most frequent cause, is called by its name."""
    mark = error.context_mark if error.problem_mark is None else error.problem_mark
    place = Mark(1, 1) if mark is None else Mark(mark.line + 1, mark.column + 1)
    lines = lines_of(text)
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent or line[place.column - 1 : place.column] == "\t":
        column = (indent.find("\t") if "\t" in indent else place.column - 1) + 1
        return SourceFault("yaml-tab", "a tab cannot indent YAML", Mark(place.line, column), hint="indent with spaces")
    context = f" {error.context}" if error.context else ""
    since = f" that started in line {error.context_mark.line + 1}" if error.context and error.context_mark else ""
    problem = error.problem or "this is not YAML"
    hint = next((told for words, told in _CURES.items() if problem.startswith(words)), None)
    return SourceFault("yaml-syntax", f"{problem}{context}{since}", place, hint=hint)


_CURES = {
    "mapping values are not allowed": 'a text with ": " in it needs quotes; else look at the indentation of this line',
    "did not find expected key": "look at the indentation of this line, and for quotes that end too early above it",
    "could not find expected ':'": "a key needs a colon and a space after it; a text of several lines needs |",
    "found character that cannot start any token": "a text that begins with @, ` or % needs quotes",
    "found unexpected end of stream": "a quote that was opened before is not closed",
    "found unknown escape character": "a backslash begins an escape in double quotes; in single ones it is one",
    "did not find expected ',' or": "close the bracket; a text with a comma, bracket or colon in it needs quotes",
    "did not find expected alphabetic or numeric": "a text that begins with * or & needs quotes",
    "did not find expected node content": "a text that begins with a comma or a closing bracket needs quotes",
    "block sequence entries are not allowed": "a list begins on a line of its own, below its key",
}
"""What mostly leads to a complaint of libyaml, and its cure, by how the complaint begins."""


def _character_fault(error: yaml.reader.ReaderError, text: str) -> SourceFault:
    match = re.search(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if match is None:
        return SourceFault("yaml-syntax", str(error.reason), Mark(1, 1))
    before = text[: match.start()]
    place = Mark(before.count("\n") + 1, match.start() - before.rfind("\n"))
    return SourceFault(
        "source-character",
        f"the character U+{ord(match[0]):04X} cannot stand in a YAML file",
        place,
        hint="in double quotes, write it as an escape, such as \\u0007",
    )
