"""Which Python name every schema gets: the author's where there is one, else made of where the schema stands.

* A component keeps its name when that is a Python class name (`Article`, `OAuth2_Token`), else in PascalCase
  (`article-page` gives `ArticlePage`). What Python has already gets an underscore (`Warning` gives `Warning_`): a class
  that refers to one further down would find Python's.
* A schema that is used in both directions and holds readOnly or writeOnly members becomes two classes: its own name is
  what the service answers, with `Request` (if an author has used that, `RequestForm`) behind it what a client sends.
  `x-handfast-request-name` beside the schema names the latter otherwise.
* A schema without a name is called after its place: `ArticleAuthor` for the property `author` of `Article`,
  `CreateArticleRequest` for the body of `createArticle`, `GetArticle200Body` for that of a reply; `Item` for the
  items of an array, `Value` for the other members of an object, `Option1`, `Option2` for several objects in a union.
  Where an author has used that name already, `Inline` stands behind it.

Two authors' names that become one are an error that names both places; nothing is ever numbered to tell it apart.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Callable

from handfast.contract.names import pascal_case
from handfast.errors import GenerationError, Location

REQUEST_NAME = "x-handfast-request-name"

_CLASS_NAME = re.compile(r"[A-Z][A-Za-z0-9_]*")


def class_name(name: str) -> str:
    """The class of a component."""
    text = name if _CLASS_NAME.fullmatch(name) else pascal_case(name)
    is_taken = keyword.iskeyword(text) or hasattr(builtins, text)
    return f"{text}_" if is_taken or not text.isidentifier() else text


class Names:
    """The names of one module, each with the JSON Pointer of what it stands for; collisions are collected."""

    def __init__(self, locate: Callable[[str], Location]) -> None:
        self._locate = locate
        self._pointers: dict[str, str] = {}
        self._collisions: list[str] = []

    def claim(self, name: str, pointer: str) -> str:
        """Take an author's name."""
        if (taken := self._pointers.setdefault(name, pointer)) != pointer:
            self._collide(name, taken, pointer, "rename one of them")
        return name

    def derive(self, name: str, pointer: str, behind: str = "Inline") -> str:
        """Take a name that is made of a place, or with something behind it if somebody has it."""
        for candidate in (name, name + behind):
            if candidate not in self._pointers and not hasattr(builtins, candidate):
                self._pointers[candidate] = pointer
                return candidate
        self._collide(name, self._pointers[name + behind], pointer, "move one of the schemas to components/schemas")
        return name

    def check(self) -> None:
        """Raise GenerationError with all collisions, if there are any."""
        if self._collisions:
            raise GenerationError("\n".join(self._collisions))

    def _collide(self, name: str, one: str, other: str, hint: str) -> None:
        self._collisions.append(
            f"two schemas become the class {name}: #{one} ({self._locate(one)}) and #{other} ({self._locate(other)})\n"
            f"    hint: {hint}"
        )
