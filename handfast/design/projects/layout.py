"""The files that every new project has: templates of this package with a project's names filled in.

A template is `<path>.template`; a folder or file whose name starts with a dot has `dot` before it here. `<<name>>` is
replaced; there is no other syntax, so that Makefiles, workflows and TOML stay readable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

_SUFFIX = ".template"
_PLACEHOLDER = re.compile(r"<<([a-z_]+)>>")


def rendered(folder: str, names: Mapping[str, str]) -> dict[str, str]:
    """The files of one folder of templates by their path in the project; a placeholder without a name is a KeyError."""
    root = files("handfast.design.projects") / "template" / folder
    return {
        path: _PLACEHOLDER.sub(lambda found: names[found[1]], file.read_text(encoding="utf-8"))
        for path, file in _templates(root, "")
    }


def _templates(folder: Traversable, above: str) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = above + entry.name.removeprefix("dot") if entry.name.startswith("dot.") else above + entry.name
        if entry.is_dir():
            yield from _templates(entry, f"{path}/")
        elif path.endswith(_SUFFIX):
            yield path.removesuffix(_SUFFIX), entry
