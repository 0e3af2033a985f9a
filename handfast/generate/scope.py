"""The names that a generated module may use, and the imports that they need."""

from __future__ import annotations

from collections.abc import Iterable

_STANDARD = {
    "ABC": "abc",
    "Annotated": "typing",
    "Any": "typing",
    "AsyncIterable": "collections.abc",
    "AsyncIterator": "collections.abc",
    "KW_ONLY": "dataclasses",
    "Literal": "typing",
    "abstractmethod": "abc",
    "dataclass": "dataclasses",
}
_RUNTIME = frozenset(
    {
        *("ByteStream", "Callbacks", "Date", "DateTime", "ErrorReply", "Header", "Operations", "Reply", "Upload"),
        *("Uuid", "Webhooks"),
    }
)


class Scope:
    """Collects what a module uses; `depth` is how many packages up the models are.

    What the module itself defines comes first, then shared replies, then models; a model whose name is taken is
    written `models.NotFound`, and a word of the runtime or the standard library gets an underscore.
    """

    def __init__(self, own: Iterable[str], shared: Iterable[str] = (), *, depth: int = 1) -> None:
        self._own = frozenset(own)
        self._shared = frozenset(shared)
        self._dots = "." * depth
        self._imports: dict[str, set[str]] = {}

    def model(self, name: str) -> str:
        """A class or alias of models.py."""
        if name in self._own or name in self._shared or name in _STANDARD or name in _RUNTIME:
            self._import(self._dots, "models")
            return f"models.{name}"
        self._import(f"{self._dots}models", name)
        return name

    def reply(self, name: str) -> str:
        """A reply that several operations share."""
        if name not in self._own:
            self._import(f"{self._dots}replies", name)
        return name

    def standard(self, name: str) -> str:
        """A name of the standard library."""
        return self._external(_STANDARD[name], name)

    def runtime(self, name: str) -> str:
        """A class of `handfast.runtime`."""
        return self._external("handfast.runtime", name)

    def imports(self) -> str:
        """The import statements, grouped and sorted as ruff does."""
        groups: list[list[str]] = [[], [], []]
        for module in sorted(self._imports, key=lambda module: (module.startswith("."), module)):
            names = sorted(self._imports[module], key=_import_order)
            group = 2 if module.startswith(".") else 1 if module.startswith("handfast") else 0
            groups[group].append(f"from {module} import {', '.join(names)}")
        return "\n\n".join("\n".join(group) for group in groups if group)

    def _external(self, module: str, name: str) -> str:
        if name in self._own or name in self._shared:
            self._import(module, f"{name} as {name}_")
            return f"{name}_"
        self._import(module, name)
        return name

    def _import(self, module: str, name: str) -> None:
        self._imports.setdefault(module, set()).add(name)


def _import_order(name: str) -> tuple[bool, bool, str]:
    """Constants, then classes, then functions (the default order of isort and ruff)."""
    return not name.isupper(), name[:1].islower(), name
