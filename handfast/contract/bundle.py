"""Many files to one document: what a `$ref` takes from another file moves in, under a name that its author gave it.

* A component that is nothing but a reference to a file (`Pet: {$ref: schemas/pet.yaml}`) becomes what is in the file.
* A path item is copied to where it is referred to.
* Anything else moves to `components`, called after the last part of the reference (`common.yaml#/Pet` gives `Pet`), or,
  for a whole file, after the file (`pet.yaml` gives `pet`). When that name is taken by something else, the file's name,
  then its folder's names, go before it: `common_Pet`, `shared_common_Pet`.

Names depend on nothing but the order of the document, so the same files always give the same document. Files outside
the project (the nearest folder above with a pyproject.toml or .git, else the folder of the contract) are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote, unquote, urldefrag

from handfast.contract import references, sources
from handfast.contract.cursor import JSONObject, lookup
from handfast.contract.model import JSONValue
from handfast.contract.places import Kind, change, walk
from handfast.contract.pointers import Tokens, from_fragment, to_pointer, to_tokens
from handfast.contract.references import COMPONENTS, METASCHEMAS, Reference
from handfast.contract.sources import Positions, Source
from handfast.errors import ContractError, Diagnostic, Severity

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_PROJECT_MARKS = ("pyproject.toml", ".git")


@dataclass(slots=True)
class Bundled:
    """One document out of all files; `warnings` are what may surprise in any of them, `faults` references that fail."""

    document: JSONObject
    positions: Positions
    warnings: list[Diagnostic] = field(default_factory=list[Diagnostic])
    faults: list[Diagnostic] = field(default_factory=list[Diagnostic])


def gather(main: Source, path: Path, document: JSONObject) -> Bundled:
    """The document with everything that it takes from other files, and what is wrong with the references to them."""
    bundler = _Bundler(_File(path.resolve(), main), document)
    gathered = bundler.run()
    warnings = [warning for file in bundler.files.values() if file for warning in sources.warnings(file.source)]
    return Bundled(gathered, Positions(main, bundler.origins), warnings, bundler.faults)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    source: Source


@dataclass(frozen=True, slots=True)
class _Target:
    """What a reference leads to: a file, where in it, and what is there."""

    file: _File
    tokens: Tokens
    value: JSONValue


@dataclass(frozen=True, slots=True)
class _Frame:
    """A part of a file on its way to a place in the document."""

    file: _File
    tokens: Tokens
    place: Tokens

    def placed(self, tokens: Tokens) -> Tokens:
        """Where something of this part comes to stand."""
        return self.place + tokens[len(self.tokens) :]


class _Bundler:
    def __init__(self, main: _File, document: JSONObject) -> None:
        self.main = main
        self.document = document
        self.root = project_folder(main.path) or main.path.parent
        self.files: dict[Path, _File | None] = {main.path: main}
        self.kinds: dict[Path, dict[str, Kind]] = {}
        self.placed: dict[tuple[Path, Tokens], Tokens] = {}
        self.ids: set[str] = set()
        self.claims: dict[Tokens, tuple[Path, Tokens]] = {}
        self.names: dict[str, set[str]] = {}
        self.pending: list[tuple[Kind, _Target, Tokens]] = []
        self.copying: list[tuple[Path, Tokens]] = []
        self.origins: dict[Tokens, tuple[Source, Tokens]] = {}
        self.faults: list[Diagnostic] = []

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
        for place in walk(self.document):
            text = references.of(place)
            if text is not None and not text.startswith("#"):
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

    def _moved(self, kind: Kind, target: _Target, place: Tokens) -> JSONValue:
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
        uri = urldefrag(text)[0]
        return uri in self.ids or uri.startswith(METASCHEMAS) or _below_id(frame.file.source.value, tokens)

    def _copied(self, value: JSONObject, target: _Target, tokens: Tokens, frame: _Frame) -> JSONObject:
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

    def _place(self, kind: Kind, target: _Target) -> Tokens:
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

    def _name(self, kind: Kind, target: _Target) -> str:
        taken = self.names.setdefault(COMPONENTS[kind], set())
        parts = [part.split(".")[0] or part for part in target.file.path.relative_to(self.root).parts]
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
        self, text: str, kind: Kind, file: _File, tokens: Tokens, *, report: bool = True, key: Tokens = ("$ref",)
    ) -> _Target | None:
        """What a reference leads to; None, with a fault, when it leads nowhere."""
        try:
            return self._found(references.parse(text), kind, file)
        except _Nowhere as nowhere:
            if report:
                self._fault(file, tokens, nowhere.code, nowhere.message, hint=nowhere.hint, key=key)
        except ContractError as error:
            known = set(map(str, self.faults))
            self.faults.extend(fault for fault in error.diagnostics if report and str(fault) not in known)
        return None

    def _found(self, reference: Reference, kind: Kind, file: _File) -> _Target:
        target = self._file(reference, file)
        tokens = _tokens(reference, target, kind)
        value = target.source.value
        try:
            found = lookup(value, tokens)
        except LookupError:
            hint = None
            if not reference.file and file is not self.main:
                hint = f"a reference that starts with # stays in {file.source.name}; to leave it, name the other file"
            raise _Nowhere("reference-missing", f'"{reference.text}" is not there', hint) from None
        known = self._kinds(target).get(to_pointer(tokens))
        if known is not None and known is not kind:
            what = f'"{reference.text}" is {references.name(known)}; {references.name(kind)} is needed here'
            raise _Nowhere("reference-wrong-kind", what, None)
        if not isinstance(found, dict) and not (kind is Kind.SCHEMA and isinstance(found, bool)):
            what = f'"{reference.text}" is no mapping; {references.name(kind)} is needed here'
            raise _Nowhere("reference-wrong-kind", what, None)
        return _Target(target, tokens, found)

    def _file(self, reference: Reference, file: _File) -> _File:
        if reference.remote:
            if urldefrag(reference.text)[0] == self.document.get("$self"):
                return self.main
            raise _Nowhere(
                "reference-remote",
                f'"{reference.text}" is not a file here; a contract is loaded from local files alone',
                "download it beside the contract, and refer to the file",
            )
        if not reference.file:
            return file
        path = (file.path.parent / reference.file).resolve()
        if path not in self.files:
            self.files[path] = self._read(path, reference)
        found = self.files[path]
        if found is None:
            raise _Nowhere("reference-file-broken", f'"{reference.file}" cannot be read, as reported', None)
        return found

    def _read(self, path: Path, reference: Reference) -> _File:
        if not path.is_relative_to(self.root):
            raise _Nowhere(
                "reference-outside",
                f'"{reference.file}" is outside the project',
                "a contract takes only files of its own project",
            )
        if not path.is_file():
            near = sources.display_name(path)
            raise _Nowhere("reference-file-missing", f'"{reference.file}" is not there (looked for {near})', None)
        self.files[path] = None  # until it is read without a fault
        return _File(path, sources.read(path))

    def _kinds(self, file: _File) -> dict[str, Kind]:
        """What stands where in a file that is an OpenAPI document itself, or looks like one."""
        if file.path not in self.kinds:
            value = file.source.value
            shaped = isinstance(value, dict) and not value.keys().isdisjoint({"openapi", "components"})
            self.kinds[file.path] = {place.pointer: place.kind for place in walk(value)} if shaped else {}
        return self.kinds[file.path]

    def _fault(
        self, file: _File, tokens: Tokens, code: str, message: str, *, hint: str | None = None, key: Tokens = ("$ref",)
    ) -> None:
        self.faults.append(
            file.source.diagnostic(code, message, (*tokens, *key), at="value", hint=hint, severity=Severity.ERROR)
        )


class _Nowhere(Exception):
    """A reference that leads nowhere."""

    def __init__(self, code: str, message: str, hint: str | None) -> None:
        self.code = code
        self.message = message
        self.hint = hint
        super().__init__(message)


def _tokens(reference: Reference, file: _File, kind: Kind) -> Tokens:
    if reference.anchor is None:
        try:
            return from_fragment(reference.fragment)
        except ValueError as error:
            raise _Nowhere("reference-syntax", f'"{reference.text}" is no reference: {error}', None) from None
    anchor = unquote(reference.anchor)
    for pointer in _anchored(file.source.value, anchor) if kind is Kind.SCHEMA else ():
        return to_tokens(pointer)
    message = f'nothing is called "{reference.text}": there is no such $anchor, and a JSON Pointer starts with #/'
    raise _Nowhere("reference-missing", message, None)


def _anchored(value: JSONValue, anchor: str) -> Iterator[str]:
    """Where a file that is a schema, or a document with schemas, has an anchor."""
    is_document = isinstance(value, dict) and not value.keys().isdisjoint({"openapi", "components"})
    for place in walk(value, Kind.DOCUMENT if is_document else Kind.SCHEMA):
        if isinstance(place.value, dict) and anchor in (place.value.get("$anchor"), place.value.get("$dynamicAnchor")):
            yield place.pointer


def _below_id(value: JSONValue, tokens: Tokens) -> bool:
    """Whether something stands in a schema with an `$id` of its own."""
    for token in (*tokens, ""):
        if isinstance(value, dict):
            if isinstance(value.get("$id"), str) and not str(value["$id"]).startswith("#"):
                return True
            value = value.get(token)
        elif isinstance(value, list):
            value = value[int(token)] if token.isdecimal() and int(token) < len(value) else None
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


def project_folder(path: Path) -> Path | None:
    """The project that a file belongs to: the nearest folder above it with a pyproject.toml or .git, or None."""
    for folder in path.parents:
        if any((folder / mark).exists() for mark in _PROJECT_MARKS):
            return folder
    return None
