"""Reads what datamodel-code-generator wrote as a syntax tree, and prints it under the authors' names, sorted."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from typing_extensions import override

from handfast.contract.names import member_names
from handfast.errors import GenerationError
from handfast.generate.emission import Model
from handfast.generate.enums import Member
from handfast.generate.plain import RUNTIME
from handfast.generate.text import HEADER, docstring, indented

_ALIASES = ("typing_extensions", "TypeAliasType")
_EXTRA = "__pydantic_extra__"
"""Where a model says what its other members are; for type checkers it would be a member and an argument."""


@dataclass(slots=True)
class _Definition:
    """A class or an alias: what it is called, its text, and the names of other definitions that it speaks of."""

    name: str
    node: ast.ClassDef | ast.expr
    description: str = ""
    mentions: set[str] = field(default_factory=set[str])


class Printer(ast.NodeTransformer):
    """Prints a module of definitions whose names in `written` become those in `names`.

    `others` are further names for some of them. They are assignments: Pydantic 2.14 cannot follow an alias type that
    leads to a recursive model and nothing else.
    """

    def __init__(
        self, written: str, names: Mapping[str, str], others: Mapping[str, str], models: Mapping[str, Model]
    ) -> None:
        self._names = names
        self._others = others
        self._models = models
        self._taken = {*names.values(), *others}
        self._modules = {"TypeAliasType": "typing_extensions", "TypeAlias": "typing", "TYPE_CHECKING": "typing"}
        self._modules |= {
            "Field": "pydantic",
            "Tagged": RUNTIME,
            "Annotated": "typing",
            "StrEnum": "enum",
            "IntEnum": "enum",
        }
        self._aliases: dict[str, str] = {}
        self._imported: set[str] = set()
        self._mentions: set[str] = set()
        self._definitions: dict[str, _Definition] = {}
        self._read(ast.parse(written))

    def text(self) -> str:
        """The module, not yet formatted."""
        order = sorted(self._definitions, key=self._rank)
        place = {name: index for index, name in enumerate(order)}
        bodies = [self._print(self._definitions[name], place) for name in order]
        bodies.extend(f"{name}: {self._local('TypeAlias')} = {self._others[name]}\n" for name in sorted(self._others))
        late = self._late(order, place)
        if late:
            bodies.append(f"for _model in ({', '.join(late)},):\n    _model.model_rebuild()\n")
        return "\n\n".join([self._head(), *bodies])

    def _rank(self, name: str) -> tuple[bool, str, str]:
        """Aliases before classes, which mostly speak of them; both in the order of the alphabet."""
        return isinstance(self._definitions[name].node, ast.ClassDef), name.casefold(), name

    def _read(self, module: ast.Module) -> None:
        last: _Definition | None = None
        for statement in module.body:
            match statement:
                case ast.ImportFrom(module=str(source), names=imported):
                    self._modules.update({alias.name: source for alias in imported if source != "builtins"})
                    self._aliases.update({alias.asname: alias.name for alias in imported if alias.asname})
                case ast.ClassDef(name=name):
                    last = self._define(name, statement)
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[_, value])):
                    last = self._define(name, value)
                case ast.Expr(value=ast.Constant(value=str(description))) if last is not None:
                    last.description = description
                case ast.Expr(value=ast.Call(func=ast.Attribute(attr="model_rebuild"))):
                    pass
                case _:
                    raise GenerationError(f"datamodel-code-generator wrote something new: {ast.unparse(statement)}")

    def _define(self, name: str, node: ast.ClassDef | ast.expr) -> _Definition:
        self._mentions = set()
        described = ast.get_docstring(node, clean=True) or "" if isinstance(node, ast.ClassDef) else ""
        if isinstance(node, ast.ClassDef):
            visited = self.visit(node)
        else:  # what becomes an enum is printed from its members
            visited = node if self._models[self._names[name]].members else self._annotation(node)
        definition = _Definition(self._names[name], visited, described, self._mentions)
        self._definitions[definition.name] = definition
        return definition

    # What the annotations are rewritten to: modern unions, no strings inside, the authors' names.

    @override
    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self._names:
            self._mentions.add(self._names[node.id])
            return ast.Name(self._names[node.id])
        if node.id == "Dict":
            return ast.Name("dict")
        return ast.Name(self._local(node.id)) if node.id in self._modules else node

    @override
    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        match node.value, node.slice:
            case ast.Name(id="Literal"), _:
                return ast.Subscript(ast.Name(self._local("Literal")), node.slice)
            case ast.Name(id="Optional"), inner:
                return _union([self._annotation(inner), ast.Constant(None)])
            case ast.Name(id="Union"), ast.Tuple(elts=members):
                return _union([self._annotation(member) for member in members])
            case ast.Name(id="Annotated"), ast.Tuple(elts=[inner, *rest]):
                visited = [self._annotation(inner), *(self._expression(each) for each in rest)]
                return ast.Subscript(ast.Name(self._local("Annotated")), ast.Tuple(visited))
            case _, ast.Tuple(elts=members):
                return ast.Subscript(
                    self._annotation(node.value), ast.Tuple([self._annotation(member) for member in members])
                )
            case _:
                return ast.Subscript(self._annotation(node.value), self._annotation(node.slice))

    @override
    def visit_Assign(self, node: ast.Assign) -> ast.Assign:
        if isinstance(node.value, ast.Dict):  # the type of other members, see `_print_class`
            node.value.values = [self._annotation(value) for value in node.value.values]
        return node

    def _annotation(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node = ast.parse(node.value, mode="eval").body
        return self._expression(self._without_aliases(node))

    def _without_aliases(self, node: ast.expr) -> ast.expr:
        """What datamodel-code-generator calls otherwise beside a field of that name, which no field has by our rule."""
        for each in ast.walk(node) if self._aliases else ():
            if isinstance(each, ast.Name):
                each.id = self._aliases.get(each.id, each.id)
        return node

    def _expression(self, node: ast.expr) -> ast.expr:
        visited = self.visit(node)
        assert isinstance(visited, ast.expr)  # no visitor here removes or multiplies nodes
        return visited

    @override
    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        node.annotation = self._annotation(node.annotation)
        node.value = None if node.value is None else self._expression(self._without_aliases(node.value))
        return node

    def _local(self, name: str) -> str:
        """The name under which something imported is known here: another one if an author has taken its own."""
        self._imported.add(name)
        return f"{name}_" if name in self._taken else name

    # Printing.

    def _head(self) -> str:
        by_module: dict[str, list[str]] = {}
        for name in sorted(self._imported, key=lambda name: (not name.isupper(), name)):
            local = self._local(name)
            by_module.setdefault(self._modules[name], []).append(name if local == name else f"{name} as {local}")
        groups: list[list[str]] = [[], [], []]
        for module, names in sorted(by_module.items()):
            group = 0 if module in ("typing", "enum") else 2 if module.startswith("handfast") else 1
            groups[group].append(f"from {module} import {', '.join(names)}")
        imports = "\n\n".join("\n".join(group) for group in groups if group)
        described = docstring("The schemas of the contract as Pydantic models and type aliases.")
        return f"{HEADER}\n{described}\nfrom __future__ import annotations\n\n{imports}\n"

    def _print(self, definition: _Definition, place: Mapping[str, int]) -> str:
        if isinstance(definition.node, ast.ClassDef):
            return self._print_class(definition.name, definition.node, definition.description)
        model = self._models[definition.name]
        if model.members:
            return self._print_enum(definition, model.members)
        value = ast.unparse(definition.node)
        if (tag := model.tag) is not None:
            models = ", ".join(f"{value!r}: {name}" for value, name in tag.models.items())
            tagged = self._local("Tagged")
            value = f"{self._local('Annotated')}[{value}, {tagged}({tag.name!r}, {{{models}}})]"
        if any(place[name] >= place[definition.name] for name in definition.mentions):
            value = repr(value.replace("'", '"')) if "'" in value and '"' not in value else repr(value)
        alias = self._local("TypeAliasType")
        return f'{definition.name} = {alias}("{definition.name}", {value})\n{docstring(definition.description)}'

    def _print_enum(self, definition: _Definition, members: tuple[Member, ...]) -> str:
        base = self._local("StrEnum" if isinstance(members[0].value, str) else "IntEnum")
        lines = (f"    {member.name} = {member.value!r}\n{docstring(member.description, '    ')}" for member in members)
        return f"class {definition.name}({base}):\n{docstring(definition.description, '    ')}{''.join(lines)}"

    def _print_class(self, name: str, node: ast.ClassDef, description: str) -> str:
        arguments = [self._local("Model")]
        lines: list[str] = []
        written = [_wire_name(statement) for statement in node.body if isinstance(statement, ast.AnnAssign)]
        fields = member_names(written, self._taken)
        for statement in node.body:
            match statement:
                case ast.Assign(targets=[ast.Name(id="model_config")], value=ast.Call(keywords=settings)):
                    closed = [setting for setting in settings if ast.unparse(setting) == "extra='forbid'"]
                    arguments.extend('extra="forbid"' for _ in closed)
                case ast.Assign(targets=[ast.Name(id="__annotations__")], value=ast.Dict(values=[extra])):
                    lines.append(f"if not {self._local('TYPE_CHECKING')}:\n    {_EXTRA}: {ast.unparse(extra)}\n")
                case ast.AnnAssign():
                    lines.append(f"{ast.unparse(self._named(statement, fields))}\n")
                case ast.Expr(value=ast.Constant(value=str(text))) if lines:
                    lines.append(docstring(text))
                case ast.Expr() | ast.Pass():
                    pass
                case _:
                    raise GenerationError(f"datamodel-code-generator wrote something new: {ast.unparse(statement)}")
        body = indented("".join(lines))
        described = docstring(description, "    ")
        separator = "\n" if body and described else ""
        return f"class {name}({', '.join(arguments)}):\n{described}{separator}{body}" + (
            "" if body or described else "    pass\n"
        )

    def _named(self, field: ast.AnnAssign, fields: Mapping[str, str]) -> ast.AnnAssign:
        """A field under the name that it has by our rule, with an alias where that is not the one on the wire."""
        wire = _wire_name(field)
        named = ast.AnnAssign(ast.Name(fields[wire]), field.annotation, field.value, simple=1)
        if _alias(field) is None and fields[wire] != wire:
            alias = ast.keyword("alias", ast.Constant(wire))
            if (call := _field_call(field)) is not None:
                call.keywords.insert(0, alias)
            else:
                mark = ast.Call(ast.Name(self._local("Field")), [], [alias])
                inside = ast.Tuple([field.annotation, mark])
                named.annotation = ast.Subscript(ast.Name(self._local("Annotated")), inside)
        return named

    def _late(self, order: list[str], place: Mapping[str, int]) -> list[str]:
        """The classes that speak of what is defined behind them, those that others need first."""
        found: list[str] = []
        done: set[str] = set()
        for name in order:
            for each in self._below(name, done):
                is_class = isinstance(self._definitions[each].node, ast.ClassDef)
                if is_class and any(place[other] > place[each] for other in self._reach(each)):
                    found.append(each)
        return found

    def _below(self, name: str, done: set[str]) -> Iterator[str]:
        """A definition behind everything that it speaks of."""
        pending = [(name, False)]
        while pending:
            each, ready = pending.pop()
            if ready:
                yield each
            elif each not in done:
                done.add(each)
                pending.append((each, True))
                pending.extend((other, False) for other in sorted(self._definitions[each].mentions, reverse=True))

    def _reach(self, name: str) -> set[str]:
        seen: set[str] = set()
        pending = [name]
        while pending:
            for other in self._definitions[pending.pop()].mentions:
                if other not in seen:
                    seen.add(other)
                    pending.append(other)
        return seen


def _field_call(field: ast.AnnAssign) -> ast.Call | None:
    """What is said of a field beside its type: `Field(...)`."""
    match field.annotation:
        case ast.Subscript(slice=ast.Tuple(elts=[_, *marks])):
            calls = (mark for mark in marks if isinstance(mark, ast.Call))
            return next((call for call in calls if ast.unparse(call.func).startswith("Field")), None)
        case _:
            return None


def _alias(field: ast.AnnAssign) -> str | None:
    call = _field_call(field)
    for each in call.keywords if call is not None else ():
        if each.arg == "alias" and isinstance(each.value, ast.Constant):
            return str(each.value.value)
    return None


def _wire_name(field: ast.AnnAssign) -> str:
    """The name of a member on the wire."""
    alias = _alias(field)
    return ast.unparse(field.target) if alias is None else alias


def _union(members: list[ast.expr]) -> ast.expr:
    union = members[0]
    for member in members[1:]:
        union = ast.BinOp(union, ast.BitOr(), member)
    return union
