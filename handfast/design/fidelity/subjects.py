"""What a report is about: each schema that became a type of Python, with that type from the generated package.

Schemas with a name (components, and others that a `$ref` leads to) come first, then bodies, parameters, items and
headers that are written where they are used. A value that reaches a handler as it was judged, without a model
(a parameter that is a plain text or number), cannot be refused, and is left out.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module, invalidate_caches, util
from pathlib import Path
from types import ModuleType
from typing import Annotated, Union, get_args, get_origin

from handfast.contract.model import Contract, Direction, MediaType, Operation, Response, Schema
from handfast.contract.names import method_name, operations_class_name, reply_name
from handfast.errors import GenerationError
from handfast.generate.emission import Emitter
from handfast.generate.operations import Family, arguments, by_module, families
from handfast.generate.replies import BODILESS, header_fields
from handfast.runtime.body_types import kind_of, types_by_media_type
from handfast.runtime.build import is_plain, members

_PACKAGE = "handfast_reported_package"


@dataclass(frozen=True, slots=True)
class Subject:
    """A schema in one direction, what it is called, and the type that stands for it; `name` is the name of a model."""

    title: str
    pointer: str
    direction: Direction
    annotation: object
    name: str = ""


@contextmanager
def imported(folder: Path) -> Generator[Callable[[str], ModuleType]]:
    """The modules of a generated package by their names inside of it (`models`), whatever the package is called.

    Raises GenerationError when the folder has no such module, or it cannot be imported.
    """

    def module(name: str) -> ModuleType:
        try:
            return import_module(f"{_PACKAGE}.{name}")
        except Exception as error:  # whatever a generated module raises
            raise GenerationError(f"{folder / name.replace('.', '/')}.py cannot be imported: {error}") from error

    spec = util.spec_from_file_location(
        _PACKAGE, folder / "__init__.py", submodule_search_locations=[str(folder.resolve())]
    )
    if spec is None or spec.loader is None or not (folder / "__init__.py").is_file():
        raise GenerationError(f"{folder} is no generated package\n    hint: run handfast generate")
    package = util.module_from_spec(spec)
    sys.modules[_PACKAGE] = package
    invalidate_caches()
    writes = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        spec.loader.exec_module(package)
        yield module
    finally:
        sys.dont_write_bytecode = writes
        for name in [name for name in sys.modules if name == _PACKAGE or name.startswith(f"{_PACKAGE}.")]:
            del sys.modules[name]


def subjects(contract: Contract, emitter: Emitter, module: Callable[[str], ModuleType]) -> Iterator[Subject]:
    """Everything of a contract that a package has a type for; raises GenerationError for what the package lacks."""
    models = module("models")
    for (pointer, direction), name in emitter.named().items():
        other = emitter.named().get((pointer, direction.opposite))
        title = name if other is None else f"{name} ({direction})"
        yield Subject(title, pointer, direction, _attribute(models, name), name)
    for family in families(contract, emitter):
        for name, operations in by_module(family.contract).items():
            found = module(f"{family.folder}.{name}")
            abstract = _attribute(found, operations_class_name(operations[0].tag, family.folder))
            for operation in operations:
                for subject in _of_operation(operation, family, found, module("replies"), abstract):
                    if not is_plain(subject.annotation):
                        yield subject


def _attribute(module: object, name: str) -> object:
    found = getattr(module, name, None)
    if found is None:
        raise GenerationError(f"the generated package lacks {name}\n    hint: run handfast generate")
    return found


def _of_operation(
    operation: Operation, family: Family, module: ModuleType, shared: ModuleType, abstract: object
) -> Iterator[Subject]:
    request, response = Direction.REQUEST, Direction.RESPONSE
    if family.folder != "operations":  # what a service sends unasked is its own, as in Contract.as_messages
        request, response = response, request
    hints = inspect.get_annotations(
        _function(_attribute(abstract, method_name(operation))), eval_str=True, locals={**vars(module)}
    )
    title = operation.operation_id
    for name, parameter in arguments(operation).items():
        schema = parameter.schema or (parameter.content.schema if parameter.content else None)
        if schema is not None and not _is_reference(schema):
            hint = hints[name]
            if not parameter.required and not family.contract.judges.judge(schema.pointer, Direction.REQUEST).is_valid(
                None
            ):
                hint = _union(part for part in members(hint) if part is not type(None))  # it is for what is not sent
            yield Subject(f"{title} {parameter.location} {parameter.name}", schema.pointer, request, hint)
    if (body := operation.request_body) is not None:
        types = types_by_media_type(hints["body"], body.content)
        yield from _of_content(f"{title} body", body.content, types, request)
    for answer in operation.responses:
        name = reply_name(operation, answer)
        reply = _attribute(module if answer.component is None else shared, name)
        yield from _of_reply(f"{title} {answer.status}", answer, _hints(reply), response)


def _of_reply(title: str, response: Response, hints: Mapping[str, object], direction: Direction) -> Iterator[Subject]:
    if response.content and response.status not in map(str, BODILESS):
        types = dict.fromkeys(response.content, hints["body"])
        yield from _of_content(title, response.content, types, direction)
    for name, header in header_fields(response.headers.values()).items():
        hint = hints[name]
        if header.schema is not None and not _is_reference(header.schema):
            plain = get_args(hint)[0] if get_origin(hint) is Annotated else hint
            yield Subject(f"{title} header {header.name}", header.schema.pointer, direction, plain)


def _of_content(
    title: str, content: Mapping[str, MediaType], types: Mapping[str, object], direction: Direction
) -> Iterator[Subject]:
    for name, media_type in content.items():
        kind = kind_of(media_type)
        schema = media_type.item_schema if kind == "items" else media_type.schema
        if schema is None or kind not in ("value", "items") or (_is_reference(schema) and not _is_form(name)):
            continue
        annotation = _item(types[name]) if kind == "items" else _value(types[name])
        if kind == "value" and _is_form(name):  # a form is an object, whatever else its schema admits
            annotation = _union((annotation, type(None))) if annotation is not None else None
        if annotation is not None:
            yield Subject(f"{title} {name}", schema.pointer, direction, annotation)


def _value(annotation: object) -> object:
    """The members of an annotation that JSON becomes: not bytes, and no stream."""
    parts = [part for part in members(annotation) if part is not bytes and not _is_stream(part)]
    return _union(parts)


def _item(annotation: object) -> object:
    """What the items of a stream become; the type of a request's items is given as it is."""
    parts = [get_args(part)[0] if _is_stream(part) else part for part in members(annotation) if part is not bytes]
    return _union(part for part in parts if part is not bytes)


def _union(parts: Iterable[object]) -> object:
    """A union of types; None if there are none."""
    found = tuple(parts)
    return Union[found] if found else None  # noqa: UP007  # made at run time


def _is_stream(annotation: object) -> bool:
    return getattr(get_origin(annotation), "__name__", "") in ("AsyncIterable", "AsyncIterator")


def _is_form(media_type: str) -> bool:
    return media_type.lower().startswith(("multipart/", "application/x-www-form-urlencoded"))


def _is_reference(schema: Schema) -> bool:
    return isinstance(schema.value, dict) and schema.value.keys() == {"$ref"}


def _function(method: object) -> Callable[..., object]:
    if not callable(method):
        raise GenerationError("the generated package is none of this contract\n    hint: run handfast generate")
    return method


def _hints(reply: object) -> Mapping[str, object]:
    if not isinstance(reply, type):
        raise GenerationError("the generated package is none of this contract\n    hint: run handfast generate")
    return inspect.get_annotations(reply, eval_str=True)
