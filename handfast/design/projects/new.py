"""Makes a project: a contract, what is generated from it, handlers to be written, tests, and what runs them."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import mkdtemp
from typing import cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

from handfast.contract import Contract, load_contract, published, sources
from handfast.design import editors
from handfast.design.projects.application import application
from handfast.design.projects.layout import rendered
from handfast.errors import HandfastError, unwritable
from handfast.generate import generate
from handfast.generate.scaffold import scaffold

_EXTRAS = "handfast[tooling,server]"


class NewProjectError(HandfastError):
    """There is no room for a project where one is asked for."""


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project that was made: its folder, how many operations it has, and how many of them are not written yet."""

    folder: Path
    operations: int
    unwritten: int


def origin() -> Path | None:
    """The folder that the running Handfast was installed from (PEP 610); None if that was an index or a file."""
    try:
        recorded = distribution("handfast").read_text("direct_url.json")
    except PackageNotFoundError:
        return None
    told = cast("dict[str, object]", json.loads(recorded or "{}"))
    if "dir_info" not in told:
        return None
    folder = Path(url2pathname(urlsplit(str(told["url"])).path))
    return folder if (folder / "pyproject.toml").is_file() else None


def new_project(folder: Path, contract: Path | None = None, handfast: Path | None = None) -> NewProject:
    """Make a project in a folder that is not there yet, or is empty.

    With a contract, it is taken over in one file: word for word if it is one YAML file, else bundled; without one, the
    project greets people. `handfast` is a folder with a copy of the toolkit to depend on instead of the package index.
    Nothing is left behind when something is wrong. Raises NewProjectError, ContractError and GenerationError.
    """
    if handfast is not None and (wrong := _no_toolkit(handfast / "pyproject.toml")):
        raise NewProjectError(f"{handfast}: {wrong}; name the folder of a copy of Handfast")
    given = _taken_over(contract) if contract is not None else None
    try:
        made = _made_aside(folder, given, handfast)
    except OSError as error:
        raise NewProjectError(unwritable(folder, error)) from None
    return NewProject(folder, *made)


def _no_toolkit(file: Path) -> str:
    """Why a pyproject.toml is not that of Handfast; "" if it is."""
    if not file.is_file():
        return "there is no pyproject.toml"
    try:
        name = tomllib.loads(file.read_text(encoding="utf-8")).get("project", {}).get("name")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return f"its pyproject.toml is not TOML: {error}"
    return "" if name == "handfast" else f"its pyproject.toml is that of {name or 'no package'}"


def _made_aside(folder: Path, given: str | None, handfast: Path | None) -> tuple[int, int]:
    """Make the project beside its place, and move it there when it is whole; answers what `_make` does."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NewProjectError(f"{folder}: it is there already, and not empty; name a folder that is new")
    above = folder.resolve().parent
    above.mkdir(parents=True, exist_ok=True)
    desk = Path(mkdtemp(prefix=".new-", dir=above))
    try:
        made = _make(desk, _distribution_name(folder.resolve().name), given, handfast)
        folder.mkdir(exist_ok=True)
        for entry in desk.iterdir():
            entry.rename(folder / entry.name)
        desk.rmdir()
    except BaseException:
        shutil.rmtree(desk, ignore_errors=True)
        raise
    return made


def _taken_over(path: Path) -> str:
    """The contract of a file as one YAML text."""
    contract = load_contract(path)
    read = sources.read(path)
    if path.suffix.lower() != ".json" and read.value == contract.source:
        return read.text
    return published.as_yaml(contract.source)


def _make(folder: Path, name: str, given: str | None, handfast: Path | None) -> tuple[int, int]:
    """Write everything; answers how many operations there are, and how many are not written."""
    file = folder / "openapi" / "api.yaml"
    if given is not None:
        _write(folder, {"openapi/api.yaml": given})
    else:
        title = published.as_yaml({"title": name.replace("-", " ").capitalize()}).rstrip()
        _write(folder, rendered("greetings", {"title": title}))
    contract = load_contract(file)
    generate(contract, folder / "generated")
    _write(folder, {"handlers/__init__.py": '"""What is written by hand: a class for each tag."""\n'})
    added = scaffold(contract, folder / "handlers", folder / "generated")
    classes = [(each.path.stem, each.class_name) for each in added] if given is not None else _GREETINGS
    app, modules = application(contract, classes)
    _write(folder, {f"handlers/{module}.py": text for module, text in modules.items()})
    _write(folder, rendered("layout", _names(contract, name, app, handfast)))
    editors.write(folder, file, contract.version)
    return len(contract.operations), sum(len(each.methods) for each in added)


_GREETINGS = [("greetings", "Greetings")]


def _names(contract: Contract, name: str, app: str, handfast: Path | None) -> dict[str, str]:
    base_path = contract.servers[0].base_path if contract.servers else ""
    title = " ".join(contract.title.split())
    return {
        "name": name,
        "title": title,
        "description": _quoted(title),
        "handfast": _quoted(f"{_EXTRAS} @ {handfast.resolve().as_uri()}" if handfast is not None else _EXTRAS),
        "app": app,
        "app_padding": " " * max(1, 10 - len(app)),
        "base_path": base_path,
    }


def _quoted(text: str) -> str:
    """A text as TOML writes it: JSON's escapes are among TOML's, apart from DEL, which JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _distribution_name(folder: str) -> str:
    """A name for pyproject.toml (PyPA, "Names and normalization"), made of the folder's."""
    return re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-") or "service"


def _write(folder: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
