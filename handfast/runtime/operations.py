"""The base of the abstract classes that are generated, one for each tag of the contract."""

from __future__ import annotations

from abc import ABC
from typing import ClassVar


class Operations(ABC):
    """Operations of one tag; a hand-written subclass implements each as a method and is given to `bind`."""

    tag: ClassVar[str]

    def __init_subclass__(cls, *, tag: str | None = None) -> None:
        super().__init_subclass__()
        if tag is not None:
            cls.tag = tag
