"""Everything in which handlers, authenticators and generated code do not fit a contract, found at start-up at once.

Each gap names the place in the contract and the place in the code, and what to write.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Never, NoReturn, Union, cast, get_args, get_origin

from handfast.contract import names
from handfast.contract.model import Contract, Operation
from handfast.runtime.arguments import hints_of
from handfast.runtime.handlers import Handlers, Implementation, Method, contract_tags
from handfast.runtime.operations import Callbacks, Operations, Webhooks

_UNIONS = (Union, UnionType)
_STUB_TYPES = "..."
_FOLDERS = ("operations", "webhooks", "callbacks")


def gaps_of(
    contract: Contract,
    handlers: Handlers,
    security: Mapping[str, object],
    *,
    has_fallback: bool,
    family: type[Operations] = Operations,
) -> list[str]:
    """All gaps, those of the contract's own order first; `family` tells webhooks and callbacks from operations."""
    return [
        *_strangers(handlers),
        *_stale(contract, handlers),
        *_tag_gaps(contract, handlers, family, has_fallback=has_fallback),
        *_constructors(handlers),
        *_operations(contract, handlers, has_fallback=has_fallback),
        *_extra_methods(contract, handlers),
        *colliding(contract, contract.operations),
        *_security(contract, security),
    ]


def _strangers(handlers: Handlers) -> Iterator[str]:
    for stranger in handlers.strangers:
        kind = f"class {stranger.__name__}" if isinstance(stranger, type) else f"a {type(stranger).__name__}"
        meant = "; what receives webhooks or callbacks is given to `receive`" if _is_receiver(stranger) else ""
        yield (
            f"{_place(stranger)}: {kind} is no handler class: it must subclass a generated class of operations{meant}"
        )


def _is_receiver(thing: object) -> bool:
    return isinstance(thing, type) and issubclass(thing, (Webhooks, Callbacks))


def _stale(contract: Contract, handlers: Handlers) -> Iterator[str]:
    generated = [each for implementation in handlers.implementations for each in implementation.tags.values()]
    yield from stale_packages(contract, generated)


def stale_packages(contract: Contract, generated: Iterable[type]) -> Iterator[str]:
    """Generated packages, known by their classes, that were made from another state of the contract."""
    from handfast.contract import published

    modules = [each.__module__.rpartition(".")[0].rpartition(".") for each in generated]
    for package in dict.fromkeys(name for name, _, folder in modules if folder in _FOLDERS):
        file = getattr(import_module(package), "__file__", None)
        if file is None:
            continue
        path = Path(file).with_name("openapi.json")
        text = path.read_text(encoding="utf-8") if path.is_file() else None
        if text != published.as_json(contract.source):
            state = "is not there" if text is None else "is not this contract"
            yield f"{_relative(str(path))}: it {state}; run `handfast generate` (make generate)"


def _tag_gaps(contract: Contract, handlers: Handlers, family: type[Operations], *, has_fallback: bool) -> Iterator[str]:
    tags = contract_tags(contract)
    for tag in tags:
        found = handlers.by_tag.get(tag, ())
        classes = dict.fromkeys(each.handler_class for each in found)
        if len(classes) > 1:
            places = " and ".join(f"{each.__name__} ({_place(each)})" for each in classes)
            yield f"the tag {tag} has {len(classes)} handler classes: {places}; give bind one of them"
        elif len(found) > 1:
            twice = found[0].handler_class
            yield f"{_place(twice)}: {twice.__name__} is given to bind {len(found)} times; give it once"
        if not found and not has_fallback:
            first = next(operation for operation in contract.operations if operation.tag == tag)
            count = sum(operation.tag == tag for operation in contract.operations)
            many = f"{count} operations" if count > 1 else "1 operation"
            subclass = f"one that subclasses {names.operations_class_name(tag, family.__name__)}"
            is_bound = family is Operations
            yield (
                f"{contract.locate(first.pointer)}: the tag {tag} ({many}, {first.operation_id} is the first) has "
                f"no handler class; give {'bind' if is_bound else 'receive'} {subclass}"
                + ("; where there is none yet, `handfast scaffold` (make scaffold) writes it" if is_bound else "")
            )
    for implementation in handlers.implementations:
        for tag in implementation.tags:
            if tag not in tags:
                yield (
                    f"{_place(implementation.handler_class)}: {implementation.handler_class.__name__} is for the tag "
                    f"{tag}, which the contract does not have{_meant(tag, tags) or _known(tags)}"
                )


def _constructors(handlers: Handlers) -> Iterator[str]:
    for implementation in handlers.implementations:
        name, place = implementation.handler_class.__name__, _place(implementation.handler_class)
        if implementation.solver is None:
            yield (
                f"{place}: FastAPI cannot resolve the constructor of {name}, whose arguments are dependencies "
                f"(`name: Annotated[..., Depends(...)]`): {implementation.trouble}"
            )
            continue
        unknown = _unknown_name(implementation.handler_class)
        if unknown and implementation.solver.parameters:
            yield f"{place}: FastAPI cannot read the annotations of the constructor of {name}: {unknown}"
            continue
        for argument in implementation.solver.parameters:
            yield (
                f"{place}: the constructor of {name} has the argument {argument}, which is no dependency; write "
                f"`{argument}: Annotated[..., Depends(...)]`"
            )
        for argument in dict.fromkeys(implementation.solver.bodies):
            yield f"{place}: a dependency of {name} reads the request body ({argument}), which is the method's alone"


def _unknown_name(handler_class: type) -> str:
    """Why annotations cannot be evaluated: a name that is imported for type checkers alone, or local to a function."""
    try:
        inspect.signature(handler_class, eval_str=True)
    except NameError as error:
        return f"{error}; names in annotations must be there at run time, at the level of the module"
    return ""


def _operations(contract: Contract, handlers: Handlers, *, has_fallback: bool) -> Iterator[str]:
    for operation in contract.operations:
        implementation = handlers.implementation(operation)
        if implementation is None:
            continue
        method = implementation.method(operation)
        if method is not None:
            yield from _method(contract, operation, implementation, method)
        elif not has_fallback:
            yield _missing(contract, operation, implementation)


def _missing(contract: Contract, operation: Operation, implementation: Implementation) -> str:
    name = names.method_name(operation)
    written = [found for found, _ in implementation.written_methods()]
    known = {names.method_name(each) for each in contract.operations}
    meant = _meant(name, [found for found in written if found not in known])
    arguments = "".join(f", {argument}: {_STUB_TYPES}" for argument in _expected(operation))
    stub = f"async def {name}(self{', *' + arguments if arguments else ''}) -> {_STUB_TYPES}: ..."
    declared = implementation.declared(operation)
    if declared is not None:
        stub = f"async def {name}{_signature(declared)}: ..."
    handler = implementation.handler_class
    return (
        f"{contract.locate(operation.pointer)}: {operation.operation_id} ({operation.method} {operation.path}) has no "
        f"method in {handler.__name__} ({_place(handler)}){meant}; write\n        {stub}"
    )


def _method(contract: Contract, operation: Operation, implementation: Implementation, method: Method) -> Iterator[str]:
    where = f"{_place(method)}: {implementation.handler_class.__name__}.{names.method_name(operation)}"
    there = f"({operation.operation_id}, {contract.locate(operation.pointer)})"
    if not inspect.iscoroutinefunction(inspect.unwrap(method)):
        yield f"{where} {there} must be `async def`"
    ours = _hints(implementation.declared(operation))
    given = dict(inspect.signature(method).parameters)
    given.pop("self", None)
    expected = _expected(operation)
    takes_any = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in given.values())
    extra = [name for name, each in given.items() if name not in expected and not _is_variadic(each)]
    for name in expected:
        if name not in given and not takes_any:
            argument = f"{name}: {_told(ours[name])}" if name in ours else name
            yield f"{where} {there} lacks the argument {argument}{_meant(name, extra)}"
        elif name in given and given[name].kind is inspect.Parameter.POSITIONAL_ONLY:
            yield f"{where} {there} takes {name} by position only; arguments are given by name"
    for name in extra:
        yield f"{where} {there} has the argument {name}, which the contract does not have{_meant(name, expected)}"
    if implementation.declared(operation) is not method:
        yield from _annotations(where, there, ours, _hints(method), expected)


def _hints(method: Method | None) -> Mapping[str, object]:
    """The annotations of a method; none where they cannot be read."""
    try:
        return {} if method is None else hints_of(method)
    except (NameError, TypeError, AttributeError):  # imported for type checkers alone: they have compared it
        return {}


def _annotations(
    where: str, there: str, ours: Mapping[str, object], theirs: Mapping[str, object], expected: Sequence[str]
) -> Iterator[str]:
    for name in expected:
        if name in ours and name in theirs and not _admits(theirs[name], ours[name]):
            yield f"{where} {there} annotates {name} with {_told(theirs[name])}; the contract says {_told(ours[name])}"
    if "return" in ours and "return" in theirs and not _never_returns(theirs["return"]):
        unknown = [each for each in _members(theirs["return"]) if each not in _members(ours["return"])]
        for each in unknown:
            told = _told(ours["return"])
            yield f"{where} {there} returns {_told(each)}, which is no declared reply; declared: {told}"


def _never_returns(hint: object) -> bool:
    """Whether an annotation promises nothing that could be wrong."""
    return any(hint is never for never in cast("tuple[object, ...]", (Never, NoReturn, Any)))


def _extra_methods(contract: Contract, handlers: Handlers) -> Iterator[str]:
    for implementation in handlers.implementations:
        of_tag = [names.method_name(each) for each in contract.operations if each.tag in implementation.tags]
        unwritten = [
            names.method_name(each)
            for each in contract.operations
            if each.tag in implementation.tags and implementation.method(each) is None
        ]
        for name, method in implementation.written_methods():
            if name not in of_tag:
                yield (
                    f"{_place(method)}: {implementation.handler_class.__name__}.{name} is the method of no operation "
                    f"of {', '.join(implementation.tags)}{_meant(name, unwritten)}; a helper begins with an underscore"
                )


def colliding(contract: Contract, operations: Iterable[Operation]) -> Iterator[str]:
    """Operations that are at the same place as others."""
    from handfast.runtime.trie import Trie

    trie: Trie[Operation] = Trie()
    for operation in operations:
        other = trie.add(operation.path, operation.method, operation)
        if other is not None:
            yield (
                f"{contract.locate(operation.pointer)}: {operation.operation_id} is at the same place as "
                f"{other.operation_id} ({contract.locate(other.pointer)}): {operation.method} {operation.path}"
            )


def _security(contract: Contract, security: Mapping[str, object]) -> Iterator[str]:
    needed: dict[str, Operation] = {}
    for operation in contract.operations:
        for requirement in operation.security:
            for name in requirement:
                needed.setdefault(name, operation)
    for name, operation in needed.items():
        scheme = contract.security_schemes.get(name)
        if name not in security:
            place = contract.locate(scheme.pointer if scheme is not None else operation.pointer)
            yield (
                f"{place}: the security scheme {name}, which {operation.operation_id} needs, has no authenticator; "
                f'give bind security={{"{name}": ...}}{_meant(name, list(security))}'
            )
    for name, authenticator in security.items():
        if name not in contract.security_schemes:
            known = list(contract.security_schemes)
            meant = _meant(name, known) or _known(known)
            yield f"{_place(authenticator)}: the contract has no security scheme {name}{meant}"
        elif not callable(authenticator):
            yield f"the authenticator of {name} cannot be called: it is a {type(authenticator).__name__}"
        elif not _is_async(authenticator):
            yield f"{_place(authenticator)}: the authenticator of {name} must be `async def`"


def _expected(operation: Operation) -> list[str]:
    body = ["body"] if operation.request_body is not None else []
    return [*names.argument_names(operation).values(), *body]


def _is_variadic(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


def _is_async(function: Callable[..., object]) -> bool:
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def _members(hint: object) -> tuple[object, ...]:
    return get_args(hint) if get_origin(hint) in _UNIONS else (hint,)


def _admits(wide: object, narrow: object) -> bool:
    """Whether an annotation is the same as another, or a union with more members."""
    if wide == narrow or wide is object or wide is cast("object", Any):
        return True
    if get_origin(wide) is Annotated:
        return _admits(get_args(wide)[0], narrow)
    return set(_members(narrow)) <= set(_members(wide))


def _signature(method: Method) -> str:
    """The signature of a generated method with types by their names."""
    signature = inspect.signature(method)
    parts = [
        name if name == "self" else f"{name}: {_told(each.annotation)}" for name, each in signature.parameters.items()
    ]
    if len(parts) > 1:
        parts.insert(1, "*")
    return f"({', '.join(parts)}) -> {_told(signature.return_annotation)}"


def _told(hint: object) -> str:
    """An annotation as it is written in source."""
    if hint is None or hint is type(None):
        return "None"
    if get_origin(hint) in _UNIONS:
        return " | ".join(_told(each) for each in get_args(hint))
    if isinstance(hint, str):
        return hint
    if isinstance(hint, type) and not get_args(hint):
        return hint.__name__
    return str(hint).replace("typing.", "")


def _meant(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    return f" (did you mean {close[0]}?)" if close else ""


def _known(names: Sequence[str]) -> str:
    return f"; it has {', '.join(names)}" if names else "; it has none"


def _place(thing: object) -> str:
    """File and line of a class or function; its name where there is no source."""
    try:
        target = inspect.unwrap(thing) if callable(thing) else type(thing)
        file = inspect.getsourcefile(cast("type", target))
        _, line = inspect.getsourcelines(cast("type", target))
    except (OSError, TypeError):
        return getattr(thing, "__qualname__", type(thing).__qualname__)
    return f"{_relative(file)}:{line}" if file else getattr(thing, "__qualname__", "?")


def _relative(file: str) -> str:
    relative = os.path.relpath(file)
    return file if relative.startswith("..") else relative
