"""The bases of the abstract classes that are generated, one for each tag of the contract."""

from __future__ import annotations

from abc import ABC
from typing import ClassVar


class Operations(ABC):
    """Operations of one tag; a hand-written subclass implements each as a method and is given to `bind`."""

    _tag: ClassVar[str]  # with an underscore, because an operation may be called `tag`

    def __init_subclass__(cls, *, tag: str | None = None) -> None:
        super().__init_subclass__()
        if tag is not None:
            cls._tag = tag


class Webhooks(Operations):
    """Webhooks of one tag: a `Sender` is made of the class itself, a hand-written subclass is given to `receive`."""


class Callbacks(Operations):
    """Callbacks of the operations of one tag: a `Sender` is made of the class, a subclass is given to `receive`."""


def tags_of(kind: type[Operations], family: type[Operations]) -> dict[str, type[Operations]]:
    """The generated classes that a class is or implements, by tag, as far as they are of a family."""
    found: dict[str, type[Operations]] = {}
    for each in kind.__mro__:
        if family in each.__bases__ and issubclass(each, Operations) and isinstance(tag := vars(each).get("_tag"), str):
            found.setdefault(tag, each)
    return found
