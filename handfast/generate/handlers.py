"""Hand-written handler classes as source code: where they are, what they have, and how to add to them."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

from handfast.errors import GenerationError

_THIRD_PARTY = frozenset({"typing_extensions", "pydantic", "fastapi", "starlette", "anyio"})


@dataclass(frozen=True, slots=True)
class HandlerClass:
    """A class in a file; `bases` and `methods` are names."""

    path: Path
    node: ast.ClassDef
    bases: tuple[str, ...]
    methods: frozenset[str]


def handler_classes(folder: Path) -> dict[str, HandlerClass]:
    """The classes in the modules of a folder, by name. Raises GenerationError for a file that is not Python."""
    found: dict[str, HandlerClass] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.ClassDef):
                methods = frozenset(
                    member.name for member in node.body if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef)
                )
                found[node.name] = HandlerClass(path, node, tuple(map(_last_name, node.bases)), methods)
    return found


def parse(path: Path) -> ast.Module:
    """A file as a syntax tree; GenerationError with file and line if it is not Python."""
    try:
        return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except SyntaxError as error:
        raise GenerationError(f"{path}:{error.lineno}:{error.offset}: this is not Python: {error.msg}") from None
    except UnicodeDecodeError:
        raise GenerationError(f"{path}: this is not UTF-8") from None


def implementation(base: str, classes: Mapping[str, HandlerClass]) -> HandlerClass | None:
    """The class that subclasses a generated one by its name."""
    return next((each for each in classes.values() if base in each.bases), None)


def written_methods(handler: HandlerClass, classes: Mapping[str, HandlerClass]) -> frozenset[str]:
    """The methods of a class, and those that it has from other hand-written ones."""
    return handler.methods.union(
        *(written_methods(classes[base], classes) for base in handler.bases if base in classes)
    )


def with_method_text(source: str, node: ast.ClassDef, methods: str) -> str:
    """The source with methods added behind what the class has, as far in as that stands."""
    methods = indent(dedent(methods), " " * node.body[0].col_offset)
    lines = source.splitlines(keepends=True)
    end = node.body[-1].end_lineno or len(lines)
    before, after = "".join(lines[:end]), "".join(lines[end:])
    return f"{before.rstrip()}\n\n{methods.rstrip()}\n{after}"


def with_imports(source: str, wanted: Mapping[str, str]) -> str:
    """The source with imports of names from modules; an import that is there already is made longer."""
    bound = {local for local, _ in _bound(ast.parse(source))}
    missing: dict[str, list[str]] = {}
    for name, origin in wanted.items():
        if name not in bound:
            missing.setdefault(origin, []).append(name)
    for origin, names in sorted(missing.items()):
        source = _with_import(source, origin, names)
    return source


def _with_import(source: str, origin: str, names: list[str]) -> str:
    module = ast.parse(source)
    lines = source.splitlines(keepends=True)
    known = _import_from(module, origin, source)
    if known is not None:
        kept = [alias.name + (f" as {alias.asname}" if alias.asname else "") for alias in known.names]
        lines[known.lineno - 1 : known.end_lineno] = [_import(origin, [*kept, *names])]
        return "".join(lines)
    rank = _rank(origin)
    before = [each for each in _imports(module) if (_rank(_origin(each)), _origin(each)) <= (rank, origin)]
    described = module.body[:1] if ast.get_docstring(module, clean=False) is not None else []
    line = max((each.end_lineno or 0 for each in [*described, *before]), default=0)
    joined = bool(before) and _rank(_origin(before[-1])) == rank
    follows = next((each for each in _imports(module) if each.lineno == line + 1), None)
    apart = follows is not None and _rank(_origin(follows)) != rank
    lines.insert(line, ("" if joined or not line else "\n") + _import(origin, names) + ("\n" if apart else ""))
    return "".join(lines)


def taken_names(source: str, wanted: Mapping[str, str]) -> frozenset[str]:
    """The wanted names that mean something else in a source."""
    return frozenset(name for name, origin in _bound(ast.parse(source)) if name in wanted and wanted[name] != origin)


def _bound(module: ast.Module) -> Iterator[tuple[str, str]]:
    """The names that a module binds at its top, each with the module that it is imported from, or nothing."""
    for statement in module.body:
        match statement:
            case ast.ImportFrom(module=str(origin), names=names):
                yield from ((alias.asname or alias.name, origin) for alias in names)
            case ast.Import(names=names):
                yield from (((alias.asname or alias.name).partition(".")[0], "") for alias in names)
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, ""
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name, ""
            case _:
                pass


def _import_from(module: ast.Module, origin: str, source: str) -> ast.ImportFrom | None:
    """A plain import from a module that may be written anew; not one with a comment in it."""
    lines = source.splitlines()
    for statement in module.body:
        if isinstance(statement, ast.ImportFrom) and statement.module == origin and not statement.level:
            text = lines[statement.lineno - 1 : statement.end_lineno]
            if not any("#" in line or ";" in line for line in text):
                return statement
    return None


def _imports(module: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    return [each for each in module.body if isinstance(each, ast.Import | ast.ImportFrom)]


def _origin(statement: ast.Import | ast.ImportFrom) -> str:
    return statement.module or "." if isinstance(statement, ast.ImportFrom) else statement.names[0].name


def _rank(origin: str) -> int:
    """The group of an import: `__future__`, the standard library, typing_extensions and the like, our own."""
    top = origin.partition(".")[0]
    if top == "__future__":
        return 0
    if top in sys.stdlib_module_names:
        return 1
    return 2 if top in _THIRD_PARTY else 3


def _import(origin: str, names: list[str]) -> str:
    ordered = sorted(dict.fromkeys(names), key=_place_in_import)
    line = f"from {origin} import {', '.join(ordered)}\n"
    if len(line) <= 121:  # 120 and the line break
        return line
    return f"from {origin} import (\n" + "".join(f"    {name},\n" for name in ordered) + ")\n"


def _place_in_import(name: str) -> tuple[int, list[tuple[int, str]], str]:
    """The order of ruff and isort: constants, classes, the rest; no matter the case, and 10 behind 9."""
    kind = 0 if len(name) > 1 and name.isupper() else 1 if name[0].isupper() else 2
    pieces = re.split(r"(\d+)", name.lower())
    return kind, [(int(piece), "") if piece.isdecimal() else (-1, piece) for piece in pieces], name


def _last_name(base: ast.expr) -> str:
    return base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
