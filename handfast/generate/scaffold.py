"""Handler classes and methods that are still missing, added to what is written by hand without touching it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path

from handfast.contract.model import Contract, Operation
from handfast.contract.names import method_name, module_name, operations_class_name, pascal_case
from handfast.errors import GenerationError, unwritable
from handfast.generate import handlers as written
from handfast.generate.formatting import formatted
from handfast.generate.operations import by_module
from handfast.generate.package import code
from handfast.generate.text import docstring


@dataclass(frozen=True, slots=True)
class Added:
    """What was added to a file: methods of a class, which may be new itself."""

    path: Path
    class_name: str
    methods: tuple[str, ...]
    is_new: bool

    def __str__(self) -> str:
        what = "class" if self.is_new else "to class"
        then = "; give it to bind" if self.is_new else ""
        return f"{self.path}: {what} {self.class_name}: {', '.join(self.methods)}{then}"


@dataclass(frozen=True, slots=True)
class _Stubs:
    """Methods to be added to a class: their text, and what it speaks of by the module that has it."""

    text: str
    imports: Mapping[str, str]
    names: tuple[str, ...]


def scaffold(contract: Contract, handlers: str | Path, generated: str | Path) -> tuple[Added, ...]:
    """Add a class for each tag without one, and the missing methods to the others; answers what was added.

    Each method raises NotImplementedError, which the runtime answers with 501 if the operation declares it, else 500.
    A class goes to `<tag>.py` in the folder. Raises GenerationError for files that are not Python or cannot be written,
    for a generated package that cannot be imported, and for a class that would have to be there twice.
    """
    folder = Path(handlers)
    package = _package(Path(generated))
    modules, _ = code(contract)
    classes = written.handler_classes(folder)
    added: list[Added] = []
    edited: dict[Path, str] = {}
    for module, operations in by_module(contract).items():
        abstract = ast.parse(modules[f"operations/{module}.py"])
        found = written.implementation(operations_class_name(operations[0].tag), classes)
        have = written.written_methods(found, classes) if found else frozenset[str]()
        missing = [operation for operation in operations if method_name(operation) not in have]
        if not missing:
            continue
        stubs = _stubs(missing, abstract, f"{package}.operations.{module}", package)
        if found is not None:
            source = edited.get(found.path) or found.path.read_text(encoding="utf-8")
            node = next(
                each
                for each in ast.walk(ast.parse(source))
                if isinstance(each, ast.ClassDef) and each.name == found.node.name
            )
            if node.body[0].lineno == node.lineno:
                raise GenerationError(
                    f"{found.path}:{node.lineno}: methods cannot be added to this class\n"
                    "    hint: write its body on lines of its own"
                )
            _refuse_taken(written.taken_names(source, stubs.imports), found.path)
            edited[found.path] = written.with_imports(written.with_method_text(source, node, stubs.text), stubs.imports)
            added.append(Added(found.path, found.node.name, stubs.names, is_new=False))
        else:
            path = folder / f"{module}.py"
            edited[path] = _new_class(contract, missing, stubs, path, package)
            added.append(Added(path, _class_name(operations[0].tag, stubs.imports), stubs.names, is_new=True))
    try:
        _write(folder, edited)
    except OSError as error:
        raise GenerationError(unwritable(error.filename or folder, error)) from None
    return tuple(added)


def _new_class(contract: Contract, operations: list[Operation], stubs: _Stubs, path: Path, package: str) -> str:
    """The text of a file with a new class in it, behind what the file has already."""
    tag = operations[0].tag
    base = operations_class_name(tag)
    module = f"{package}.operations.{module_name(tag)}"
    described = next((known.description for known in contract.tags if known.name == tag), "").strip()
    name = _class_name(tag, stubs.imports)
    wanted = {**stubs.imports, base: module, "final": "typing"}
    title = docstring(f"{name}: {described}" if described else f"The operations tagged {tag}.")
    source = path.read_text(encoding="utf-8") if path.exists() else f"{title}\nfrom __future__ import annotations\n"
    _refuse_taken(written.taken_names(source, {**wanted, name: module}), path)
    described = docstring(f"The operations tagged {tag}.", "    ")
    body = f"@final\nclass {name}({base}):\n{described}\n{stubs.text}"
    text = written.with_imports(f"{source.rstrip()}\n\n\n{body}", wanted)
    return text if path.exists() else _sorted(text)


def _class_name(tag: str, imports: Mapping[str, str]) -> str:
    """The class of a tag: `articles` gives `Articles`; a model of that name that it speaks of goes before."""
    name = pascal_case(tag)
    return f"{name}Handlers" if name in imports else name


def _stubs(operations: Iterable[Operation], abstract: ast.Module, module: str, package: str) -> _Stubs:
    """Methods with the signatures of the generated ones."""
    origins = _origins(abstract, module, package)
    signatures = {
        node.name: node for node in ast.walk(abstract) if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef)
    }
    imports = {"override": "typing_extensions"}
    methods: list[str] = []
    names: list[str] = []
    for operation in operations:
        node = signatures[method_name(operation)]
        for name in ast.walk(node):
            if isinstance(name, ast.Name) and name.id in origins:
                imports[name.id] = origins[name.id]
        imports.pop("abstractmethod", None)
        message = f"{operation.operation_id} is not written yet"
        returns = ast.unparse(node.returns) if node.returns is not None else "None"
        methods.append(
            f"@override\nasync def {node.name}({ast.unparse(node.args)}) -> {returns}:\n"
            f"    raise NotImplementedError({message!r})\n"
        )
        names.append(node.name)
    body = "\n".join(_indented(method) for method in methods)
    text = formatted({"methods": f"class Stubs:\n{body}"})["methods"]
    return _Stubs(text.partition("\n")[2], imports, tuple(names))


def _origins(abstract: ast.Module, module: str, package: str) -> dict[str, str]:
    """Where hand-written code gets the names of a generated module from."""
    origins: dict[str, str] = {}
    for statement in abstract.body:
        if isinstance(statement, ast.ClassDef):
            origins[statement.name] = module
        elif isinstance(statement, ast.ImportFrom):
            source = statement.module or ""
            origin = ".".join(part for part in (package, source) if part) if statement.level else source
            origins.update({alias.asname or alias.name: origin for alias in statement.names})
    return origins


def _package(generated: Path) -> str:
    """The import name of the generated package: its folders up to the first that is no package."""
    folder = generated.resolve()
    names = [folder.name]
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
        names.insert(0, folder.name)
    if wrong := [name for name in names if not name.isidentifier() or iskeyword(name)]:
        raise GenerationError(
            f"{generated}: {wrong[0]!r} is no name that Python imports, so handlers cannot have what is in it\n"
            "    hint: call the folder otherwise, in pyproject.toml, below [tool.handfast]: generated = ..."
        )
    return ".".join(names)


def _sorted(text: str) -> str:
    """A new file, formatted; its imports come sorted already."""
    return formatted({"handlers": text})["handlers"]


def _indented(text: str) -> str:
    return "".join(f"    {line}\n" if line else "\n" for line in text.splitlines())


def _refuse_taken(taken: Iterable[str], path: Path) -> None:
    if names := sorted(taken):
        raise GenerationError(
            f"{path}: {', '.join(names)} would have to be imported from generated code, and is something else here\n"
            "    hint: give what is there another name, and scaffold again"
        )


def _write(folder: Path, edited: Mapping[Path, str]) -> None:
    if not edited:
        return
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.glob("*.py")):
        (folder / "__init__.py").write_text('"""What is written by hand: a class for each tag."""\n', encoding="utf-8")
    for path, text in edited.items():
        path.write_text(text, encoding="utf-8", newline="\n")
