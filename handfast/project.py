"""Where a project keeps its contract and its code: the table `[tool.handfast]` of its pyproject.toml."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import cast

from handfast.errors import UsageError

LINT_SETTINGS = "lint.yaml"
"""The file beside a contract that says how strict the linter is with it."""


class ProjectError(UsageError):
    """The table `[tool.handfast]` says something that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project's folder and its settings; the defaults hold where pyproject.toml says nothing.

    Paths in the table are relative to the folder of pyproject.toml; here they are relative to the current folder, so
    that messages name files as the reader sees them. `app` is an import path: `module:attribute`.
    """

    root: Path
    contract: Path = Path("openapi/api.yaml")
    generated: Path = Path("generated")
    handlers: Path = Path("handlers")
    app: str = "handlers.app:app"


def find_project(start: Path | None = None) -> Project:
    """The project around a folder (default: the current one): the nearest pyproject.toml with `[tool.handfast]`.

    Without one, the folder itself is taken for a project with the default layout. Raises ProjectError for a key that
    does not exist or a value that is no text.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        file = folder / "pyproject.toml"
        table = _table(file) if file.is_file() else None
        if table is not None:
            return _project(file, table)
    return _project(here / "pyproject.toml", {})


def _table(file: Path) -> dict[str, object] | None:
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(f"{_nearby(file)}: this is not TOML: {error}") from None
    tools: object = document.get("tool")
    table = cast("dict[str, object]", tools).get("handfast") if isinstance(tools, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ProjectError(f"{_nearby(file)}: tool.handfast must be a table: [tool.handfast], and settings below it")
    return cast("dict[str, object] | None", table)


def _project(file: Path, table: dict[str, object]) -> Project:
    settings = {field.name: field.default for field in fields(Project) if field.name != "root"}
    for key, value in table.items():
        if key not in settings:
            known = ", ".join(settings)
            raise ProjectError(f"{_nearby(file)}: [tool.handfast] has no setting {key!r}; it has {known}")
        if not isinstance(value, str) or not value:
            raise ProjectError(
                f"{_nearby(file)}: [tool.handfast] {key} must be a text, for example {settings[key]!s:.60}"
            )
        settings[key] = value
    root = file.parent
    return Project(
        root=root,
        contract=_nearby(root / str(settings["contract"])),
        generated=_nearby(root / str(settings["generated"])),
        handlers=_nearby(root / str(settings["handlers"])),
        app=str(settings["app"]),
    )


def _nearby(path: Path) -> Path:
    """A path relative to the current folder when it is inside of it, else as it is."""
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else Path(relative)
