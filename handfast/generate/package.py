"""A contract as the files of its generated package, by path: parse is done; project, translate, render."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from handfast.contract import names
from handfast.contract.model import Contract
from handfast.contract.published import as_json
from handfast.generate import models, syntax, text
from handfast.generate.emission import Emitter, Model
from handfast.generate.formatting import formatted
from handfast.generate.models import models_module
from handfast.generate.operations import by_module, families, operations_module
from handfast.generate.replies import reply_class, shared_replies
from handfast.generate.routes import routes_text
from handfast.generate.scope import Scope
from handfast.generate.text import HEADER, docstring

CONTRACT = "openapi.json"
ROUTES = "operations.txt"
MODELS = "models.py"


def package_files(contract: Contract, cache: Path | None = None) -> dict[str, str]:
    """The text of every file of the package. Raises GenerationError with everything that collides.

    With a `cache` folder, models are read from there when they were made of the same schemas before; the result is
    the same with and without.
    """
    sources, emitter = code(contract)
    emitter.check()
    key = _key(emitter.models)
    cached = _read(cache, key)
    if cached is None:
        sources[MODELS] = models_module(emitter.models)
    files = formatted(sources)
    if cached is None:
        _keep(cache, key, files[MODELS])
    else:
        files[MODELS] = cached
    files[CONTRACT] = as_json(contract.source)
    files[ROUTES] = routes_text(contract)
    return files


def code(contract: Contract) -> tuple[dict[str, str], Emitter]:
    """The modules but models.py, by path and not yet formatted, and the emitter that has the models."""
    emitter = Emitter(contract)
    shared = shared_replies(contract)
    scope = Scope(shared)
    classes = [reply_class(reply, emitter, scope) for reply in shared.values()]
    sources = {
        "__init__.py": _module(f"{contract.title} {contract.info_version}, as its contract says it is."),
        "replies.py": _module("Replies that several operations share.", scope.imports(), *classes),
    }
    for family in families(contract, emitter):
        sources[f"{family.folder}/__init__.py"] = _module(f"The {family.title} of the contract, a module for each tag.")
        for name, operations in by_module(family.contract).items():
            sources[f"{family.folder}/{name}.py"] = operations_module(operations, family, shared)
    return sources, emitter


def _module(description: str, *parts: str) -> str:
    return "\n\n".join([f"{HEADER}\n{docstring(description)}", *(part for part in parts if part)]) + "\n"


def _key(made_of: Mapping[str, Model]) -> str:
    """A digest of all that models.py depends on: the schemas, the libraries that write it, and the code around them."""
    digest = hashlib.sha256()
    for package in ("datamodel-code-generator", "ruff"):
        digest.update(f"{package} {version(package)}\n".encode())
    for module in (names, models, syntax, text):
        digest.update(inspect.getsource(module).encode())
    digest.update(repr([(name, model.schema, model.tag, model.members) for name, model in made_of.items()]).encode())
    return digest.hexdigest()


def _read(cache: Path | None, key: str) -> str | None:
    try:
        return None if cache is None else (cache / f"{key}.py").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _keep(cache: Path | None, key: str, text: str) -> None:
    """Put a text into the cache, which may be read-only, and holds one text only."""
    if cache is None:
        return
    try:
        cache.mkdir(parents=True, exist_ok=True)
        (cache / ".gitignore").write_text("*\n", encoding="utf-8")
        for old in cache.glob("*.py"):
            old.unlink()
        partial = cache / f"{key}.partial"
        partial.write_text(text, encoding="utf-8")
        partial.replace(cache / f"{key}.py")
    except OSError:
        pass
