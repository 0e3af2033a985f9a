"""What every code means: the registry behind `handfast explain` and docs/DIAGNOSTICS.md, a file for each family.

A file has a heading for its family, and one for each code with what is wrong, why, and where it helps a fenced pair of
examples, `# wrong` and `# right`. The page in docs is the files one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

_ENTRY = re.compile(r"^### (\S+)\n", re.MULTILINE)
_FENCE = re.compile(r"```yaml\n# wrong\n(.*?)# right\n(.*?)```", re.DOTALL)
_BLOCK = re.compile(r"```\w*\n(.*?)```\n?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a code means; `text` is Markdown, `wrong` and `right` are YAML, empty where there is no example."""

    code: str
    family: str
    text: str
    wrong: str = ""
    right: str = ""

    def __str__(self) -> str:
        parts = [f"{self.code} ({self.family})", "", _BLOCK.sub("", self.text).strip()]
        for title, example in (("wrong", self.wrong), ("right", self.right)):
            if example:
                parts += ["", f"{title}:", *(f"    {line}" for line in example.rstrip().split("\n"))]
        return "\n".join(parts)


@cache
def explanations() -> Mapping[str, Explanation]:
    """Every code there is, by family in the order of the page."""
    return {each.code: each for text in _texts() for each in _entries(text)}


def page() -> str:
    """The text of docs/DIAGNOSTICS.md."""
    return "\n".join(_texts())


def similar(code: str) -> list[str]:
    """The codes that somebody may have meant: the closest, and those that contain what was written."""
    known = explanations()
    containing = [each for each in known if code and code in each]
    return list(dict.fromkeys([*get_close_matches(code.lower(), known, 3), *containing]))[:5]


def _texts() -> Iterator[str]:
    folder = files(__name__)
    for name in sorted(each.name for each in folder.iterdir() if each.name.endswith(".md")):
        yield (folder / name).read_text(encoding="utf-8")


def _entries(text: str) -> Iterator[Explanation]:
    title = re.search(r"^## (.+)$", text, re.MULTILINE)
    _, *pieces = _ENTRY.split(text)
    for code, body in zip(pieces[::2], pieces[1::2], strict=True):
        example = _FENCE.search(body)
        wrong, right = example.groups() if example else ("", "")
        yield Explanation(code, title[1] if title else "", body.strip(), wrong, right)
