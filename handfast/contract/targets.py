"""What references lead to, across the files of a project: files are read once, and only local ones of the project.

The project is the nearest folder above the contract with a pyproject.toml or .git, else the folder of the contract.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from handfast.contract import references, sources
from handfast.contract.cursor import lookup
from handfast.contract.model import JSONValue
from handfast.contract.places import Kind, walk
from handfast.contract.pointers import Tokens, from_fragment, to_pointer, to_tokens
from handfast.contract.references import Reference
from handfast.contract.sources import Source
from handfast.contract.uris import split
from handfast.errors import ContractError, Diagnostic

_PROJECT_MARKS = ("pyproject.toml", ".git")


@dataclass(frozen=True, slots=True)
class File:
    """A file that was read."""

    path: Path
    source: Source


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference leads to: a file, where in it, and what is there."""

    file: File
    tokens: Tokens
    value: JSONValue


class Nowhere(Exception):
    """A reference that leads nowhere; without a code when the reason has been reported already."""

    def __init__(self, code: str = "", message: str = "", hint: str | None = None) -> None:
        self.code = code
        self.message = message
        self.hint = hint
        super().__init__(message)


class Files:
    """The files of a project that a contract is made of; `faults` is what is wrong with them by themselves."""

    def __init__(self, main: File, own_uri: JSONValue) -> None:
        self.main = main
        self.root = project_folder(main.path) or main.path.parent
        self.faults: list[Diagnostic] = []
        self._own_uri = own_uri
        self._files: dict[Path, File | None] = {main.path: main}
        self._kinds: dict[Path, dict[str, Kind]] = {}
        self._entered: dict[Path, dict[Tokens, Kind]] = {}

    def __iter__(self) -> Iterator[File]:
        return (file for file in self._files.values() if file is not None)

    def find(self, text: str, kind: Kind, file: File) -> Target:
        """What a reference in a file leads to, which must be of a kind; raises Nowhere."""
        reference = references.parse(text)
        target = self._file(reference, file)
        tokens = self._tokens(reference, target, kind)
        value = target.source.value
        try:
            found = lookup(value, tokens)
        except LookupError:
            hint = None
            if not reference.file and file is not self.main:
                hint = f"a reference that starts with # stays in {file.source.name}; to leave it, name the other file"
            raise Nowhere("reference-missing", f'"{reference.text}" is not there', hint) from None
        known = self._kinds_of(target).get(to_pointer(tokens))
        if known is not None and known is not kind:
            what = f'"{reference.text}" is {references.name(known)}; {references.name(kind)} is needed here'
            raise Nowhere("reference-wrong-kind", what)
        if not isinstance(found, dict) and not (kind is Kind.SCHEMA and isinstance(found, bool)):
            what = f'"{reference.text}" is no mapping; {references.name(kind)} is needed here'
            raise Nowhere("reference-wrong-kind", what)
        self._entered.setdefault(target.path, {}).setdefault(tokens, kind)
        return Target(target, tokens, found)

    def _tokens(self, reference: Reference, file: File, kind: Kind) -> Tokens:
        if reference.anchor is None:
            try:
                return from_fragment(reference.fragment)
            except ValueError as error:
                raise Nowhere("reference-syntax", f'"{reference.text}" is no reference: {error}') from None
        anchor = unquote(reference.anchor)
        for tokens in self._anchored(file, anchor) if kind is Kind.SCHEMA else ():
            return tokens
        message = f'nothing is called "{reference.text}": there is no such $anchor, and a JSON Pointer starts with #/'
        raise Nowhere("reference-missing", message)

    def _anchored(self, file: File, anchor: str) -> Iterator[Tokens]:
        """Where a file has an anchor: in what has been referred to before, or else in the schema or document it is."""
        value = file.source.value
        is_document = isinstance(value, dict) and not value.keys().isdisjoint({"openapi", "components"})
        roots = {**self._entered.get(file.path, {})}
        roots.setdefault((), Kind.DOCUMENT if is_document else Kind.SCHEMA)
        for tokens, kind in roots.items():
            for place in walk(lookup(value, tokens), kind):
                schema = place.value if isinstance(place.value, dict) else {}
                if anchor in (schema.get("$anchor"), schema.get("$dynamicAnchor")):
                    yield (*tokens, *to_tokens(place.pointer))

    def _file(self, reference: Reference, file: File) -> File:
        if reference.remote:
            if split(reference.text)[0] == self._own_uri:
                return self.main
            raise Nowhere(
                "reference-remote",
                f'"{reference.text}" is not a file here; a contract is loaded from local files alone',
                "download it, and refer to the file, or name it in x-handfast-documents for schemas",
            )
        if not reference.file:
            return file
        path = (file.path.parent / reference.file).resolve()
        if path not in self._files:
            self._files[path] = self._read(path, reference)
        found = self._files[path]
        if found is None:
            raise Nowhere
        return found

    def _read(self, path: Path, reference: Reference) -> File | None:
        if not path.is_relative_to(self.root):
            raise Nowhere(
                "reference-outside",
                f'"{reference.file}" is outside the project',
                "a contract takes only files of its own project",
            )
        if not path.is_file():
            near = sources.display_name(path)
            raise Nowhere("reference-file-missing", f'"{reference.file}" is not there (looked for {near})')
        try:
            return File(path, sources.read(path))
        except ContractError as error:
            self.faults.extend(error.diagnostics)
            return None

    def _kinds_of(self, file: File) -> dict[str, Kind]:
        """What stands where in a file that is an OpenAPI document itself, or looks like one."""
        if file.path not in self._kinds:
            value = file.source.value
            shaped = isinstance(value, dict) and not value.keys().isdisjoint({"openapi", "components"})
            self._kinds[file.path] = {place.pointer: place.kind for place in walk(value)} if shaped else {}
        return self._kinds[file.path]


def project_folder(path: Path) -> Path | None:
    """The project that a file belongs to: the nearest folder above it with a pyproject.toml or .git, or None."""
    for folder in path.parents:
        if any((folder / mark).exists() for mark in _PROJECT_MARKS):
            return folder
    return None
