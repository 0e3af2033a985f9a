"""Many files to one document: what a `$ref` takes from another file moves in, under a name that its author gave it.

* A component that is nothing but a reference to a file (`Pet: {$ref: schemas/pet.yaml}`) becomes what is in the file.
* A path item is copied to where it is referred to.
* Anything else moves to `components`, called after the last part of the reference (`common.yaml#/Pet` gives `Pet`), or,
  for a whole file, after the file (`pet.yaml` gives `pet`). When that name is taken by something else, the file's name,
  then its folder's names, go before it: `common_Pet`, `shared_common_Pet`.

Names depend on nothing but the order of the document, so the same files always give the same document.
"""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

from handfast.contract import references, sources
from handfast.contract.cursor import JSONObject
from handfast.contract.model import JSONValue
from handfast.contract.places import Kind, change, walk
from handfast.contract.pointers import Tokens, to_index, to_pointer, to_tokens
from handfast.contract.references import COMPONENTS, METASCHEMAS
from handfast.contract.sources import Positions, Source
from handfast.contract.targets import File, Files, Nowhere, Target
from handfast.contract.uris import split
from handfast.errors import Diagnostic, Location, Severity

_REFERENCE_ELSEWHERE = re.compile(r"""\$ref["']?\s*:(?!\s*["']\#)""")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(slots=True)
class Bundled:
    """One document out of all files.

    `warnings` are what may surprise in any of them, `faults` what is wrong with files and with the references between
    them, `broken` the places of such references.
    """

    document: JSONObject
    positions: Positions
    warnings: list[Diagnostic] = field(default_factory=list[Diagnostic])
    faults: list[Diagnostic] = field(default_factory=list[Diagnostic])
    broken: frozenset[Location] = frozenset()


def gather(main: Source, path: Path, document: JSONObject, supplied: Set[str] = frozenset()) -> Bundled:
    """The document with everything that it takes from other files, and what is wrong with the references to them.

    References of schemas to the `supplied` URIs stay as they are.
    """
    bundler = _Bundler(File(path.resolve(), main), document)
    bundler.ids.update(supplied)
    gathered = bundler.run()
    warnings = [warning for file in bundler.files for warning in sources.warnings(file.source)]
    faults = [*bundler.files.faults, *bundler.faults]
    return Bundled(gathered, Positions(main, bundler.origins), warnings, faults, frozenset(bundler.broken))


@dataclass(frozen=True, slots=True)
class _Frame:
    """A part of a file on its way to a place in the document."""

    file: File
    tokens: Tokens
    place: Tokens

    def placed(self, tokens: Tokens) -> Tokens:
        """Where something of this part comes to stand."""
        return self.place + tokens[len(self.tokens) :]


class _Bundler:
    def __init__(self, main: File, document: JSONObject) -> None:
        self.main = main
        self.document = document
        self.files = Files(main, document.get("$self"))
        self.placed: dict[tuple[Path, Tokens], Tokens] = {}
        self.ids: set[str] = set()
        self.claims: dict[Tokens, tuple[Path, Tokens]] = {}
        self.names: dict[str, set[str]] = {}
        self.pending: list[tuple[Kind, Target, Tokens]] = []
        self.copying: list[tuple[Path, Tokens]] = []
        self.origins: dict[Tokens, tuple[Source, Tokens]] = {}
        self.faults: list[Diagnostic] = []
        self.broken: set[Location] = set()

    def run(self) -> JSONObject:
        if not self._leaves_its_file():
            return self.document
        self.ids.update(references.resources({place.pointer: place for place in walk(self.document)}).by_uri)
        self._claim()
        frame = _Frame(self.main, (), ())
        bundled = self._rewritten(self.document, Kind.DOCUMENT, frame)
        assert isinstance(bundled, dict)
        while self.pending:
            kind, target, place = self.pending.pop(0)
            self._put(bundled, place, self._moved(kind, target, place))
        return bundled

    def _leaves_its_file(self) -> bool:
        """Whether anything in the main file refers to something outside; a self-contained one stays untouched."""
        text = self.main.source.text
        if "mapping" not in text and not _REFERENCE_ELSEWHERE.search(text):
            return False
        for place in walk(self.document):
            target = references.of(place)
            if target is not None and not target.startswith("#"):
                return True
            if place.kind is Kind.SCHEMA and any(map(_names_a_file, _mapping(place.value).values())):
                return True
        return False

    def _claim(self) -> None:
        """Finds the components that are nothing but a reference to a file: what is there keeps their name."""
        components = self.document.get("components")
        for group, members in components.items() if isinstance(components, dict) else ():
            self.names[group] = set(members) if isinstance(members, dict) else set()
        for place in walk(self.document):
            tokens = to_tokens(place.pointer)
            text = references.of(place)
            if text is None or len(tokens) != 3 or tokens[0] != "components" or text.startswith("#"):
                continue
            target = self._resolve(text, place.kind, self.main, tokens, report=False)
            if target is None or target.file is self.main or (target.file.path, target.tokens) in self.placed:
                continue
            self.placed[target.file.path, target.tokens] = tokens
            self.claims[tokens] = (target.file.path, target.tokens)

    def _rewritten(self, value: JSONValue, kind: Kind, frame: _Frame) -> JSONValue:
        if not isinstance(value, dict):
            return value  # a boolean schema
        return change(value, partial(self._object, frame=frame), kind, to_pointer(frame.tokens))

    def _moved(self, kind: Kind, target: Target, place: Tokens) -> JSONValue:
        """What is at a target, rewritten for its place in the document, where its origin is noted."""
        self.origins[place] = (target.file.source, target.tokens)
        return self._rewritten(target.value, kind, _Frame(target.file, target.tokens, place))

    def _object(self, value: JSONObject, kind: Kind, pointer: str, *, frame: _Frame) -> JSONObject:
        tokens = to_tokens(pointer)
        if kind is Kind.SCHEMA and (mapping := _mapping(value)):
            value = self._remapped(value, mapping, tokens, frame)
        text = value.get("$ref")
        if not isinstance(text, str) or kind not in COMPONENTS or self._stays(text, kind, frame, tokens):
            return value
        target = self._resolve(text, kind, frame.file, tokens)
        if target is None:
            return value
        if kind is Kind.PATH_ITEM and target.file is not self.main:
            return self._copied(value, target, tokens, frame)
        if frame.file is self.main and self.claims.get(tokens) == (target.file.path, target.tokens):
            moved = self._moved(kind, target, tokens)
            return moved if isinstance(moved, dict) else value
        return {**value, "$ref": f"#{_fragment(self._place(kind, target))}"}

    def _stays(self, text: str, kind: Kind, frame: _Frame, tokens: Tokens) -> bool:
        """Local references of the main file, and those that a schema resolves against an `$id` of its own."""
        if frame.file is self.main and text.startswith("#"):
            return True
        if kind is not Kind.SCHEMA:
            return False
        uri = split(text)[0]
        return uri in self.ids or uri.startswith(METASCHEMAS) or _below_id(frame.file.source.value, tokens)

    def _copied(self, value: JSONObject, target: Target, tokens: Tokens, frame: _Frame) -> JSONObject:
        """A path item in place of a reference to it; what its author wrote beside the reference wins."""
        key = (target.file.path, target.tokens)
        if key in self.copying:
            self._fault(frame.file, tokens, "reference-cyclic", "the path item takes itself in")
            return value
        place = frame.placed(tokens)
        self.copying.append(key)
        copied = self._moved(Kind.PATH_ITEM, target, place)
        self.copying.pop()
        beside = {name: member for name, member in value.items() if name != "$ref"}
        for name in beside:
            self.origins[(*place, name)] = (frame.file.source, (*tokens, name))
        return {**copied, **beside} if isinstance(copied, dict) else value

    def _remapped(self, value: JSONObject, mapping: dict[str, str], tokens: Tokens, frame: _Frame) -> JSONObject:
        """A schema whose discriminator refers to files: its mapping refers to where they went."""
        remapped: dict[str, JSONValue] = {}
        for name, text in mapping.items():
            is_name = not (text.startswith("#") or _names_a_file(text))
            if is_name or self._stays(text, Kind.SCHEMA, frame, tokens):
                remapped[name] = text
                continue
            target = self._resolve(text, Kind.SCHEMA, frame.file, (*tokens, "discriminator", "mapping", name), key=())
            remapped[name] = text if target is None else f"#{_fragment(self._place(Kind.SCHEMA, target))}"
        discriminator = value["discriminator"]
        assert isinstance(discriminator, dict)
        return {**value, "discriminator": {**discriminator, "mapping": remapped}}

    def _place(self, kind: Kind, target: Target) -> Tokens:
        """Where in the document a target stands, or will."""
        if target.file is self.main:
            return target.tokens
        for length in range(len(target.tokens), -1, -1):
            prefix = self.placed.get((target.file.path, target.tokens[:length]))
            if prefix is not None:
                return prefix + target.tokens[length:]
        place = ("components", COMPONENTS[kind], self._name(kind, target))
        self.placed[target.file.path, target.tokens] = place
        self.pending.append((kind, target, place))
        return place

    def _name(self, kind: Kind, target: Target) -> str:
        taken = self.names.setdefault(COMPONENTS[kind], set())
        parts = [part.split(".")[0] or part for part in target.file.path.relative_to(self.files.root).parts]
        if target.tokens:
            last = target.tokens[-1]
            parts.append("_".join(target.tokens[-2:]) if last.isdecimal() else last)
        for length in range(1, len(parts) + 1):
            name = _UNSAFE.sub("_", "_".join(parts[-length:])).strip("_")
            if name and name not in taken:
                taken.add(name)
                return name
        self._fault(
            target.file, target.tokens, "reference-name-taken", f'the name "{parts[-1]}" is taken in components', key=()
        )
        return parts[-1]

    def _put(self, document: JSONObject, place: Tokens, value: JSONValue) -> None:
        into = document
        for token in place[:-1]:
            member = into.setdefault(token, {})
            assert isinstance(member, dict)
            into = member
        into[place[-1]] = value

    def _resolve(
        self, text: str, kind: Kind, file: File, tokens: Tokens, *, report: bool = True, key: Tokens = ("$ref",)
    ) -> Target | None:
        """What a reference leads to; None, with a fault, when it leads nowhere, or there is no place for it here."""
        try:
            target = self.files.find(text, kind, file)
            if target.file is not self.main and not self._has_room(kind):
                raise Nowhere
        except Nowhere as nowhere:
            if report:
                self.broken.add(file.source.locate((*tokens, *key), "value"))
            if report and nowhere.code:
                self._fault(file, tokens, nowhere.code, nowhere.message, hint=nowhere.hint, key=key)
            return None
        return target

    def _has_room(self, kind: Kind) -> bool:
        """Whether components of a kind can be added: what is no mapping is for the metaschema to refuse."""
        components = self.document.get("components", {})
        return isinstance(components, dict) and isinstance(components.get(COMPONENTS[kind], {}), dict)

    def _fault(
        self, file: File, tokens: Tokens, code: str, message: str, *, hint: str | None = None, key: Tokens = ("$ref",)
    ) -> None:
        self.faults.append(
            file.source.diagnostic(code, message, (*tokens, *key), at="value", hint=hint, severity=Severity.ERROR)
        )


def _below_id(value: JSONValue, tokens: Tokens) -> bool:
    """Whether something stands in a schema with an `$id` of its own."""
    for token in (*tokens, ""):
        if isinstance(value, dict):
            if isinstance(value.get("$id"), str) and not str(value["$id"]).startswith("#"):
                return True
            value = value.get(token)
        elif isinstance(value, list):
            value = value[index] if (index := to_index(token)) is not None and index < len(value) else None
        else:
            return False
    return False


def _mapping(value: JSONValue) -> dict[str, str]:
    discriminator = value.get("discriminator") if isinstance(value, dict) else None
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    return {name: text for name, text in mapping.items() if isinstance(text, str)} if isinstance(mapping, dict) else {}


def _names_a_file(text: str) -> bool:
    """Whether a value of a discriminator's mapping leads to a file; a name of a component never looks like this."""
    file = text.split("#", 1)[0].lower()
    return "/" in file or file.endswith((".yaml", ".yml", ".json"))


def _fragment(tokens: Tokens) -> str:
    """A pointer as a URI fragment (RFC 6901, section 6)."""
    return quote(to_pointer(tokens), safe="/~!$&'()*+,;=:@")
