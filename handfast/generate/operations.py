"""operations/<tag>.py: an abstract class for each tag with a method for each operation, and the replies of these.

Webhooks and callbacks are operations too, and look the same, in webhooks/<tag>.py and callbacks/<tag>.py: a class is
what a receiver implements, and what a sender is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from handfast.contract.model import Contract, Direction, Operation, Parameter
from handfast.contract.names import (
    argument_names,
    method_name,
    module_name,
    operations_class_name,
    pascal_case,
    reply_name,
)
from handfast.errors import GenerationError
from handfast.generate.annotations import admits_none, annotation
from handfast.generate.bodies import body_annotation
from handfast.generate.emission import Emitter, Place
from handfast.generate.lattice import ANY, Type
from handfast.generate.replies import own_replies, reply_class
from handfast.generate.scope import Scope
from handfast.generate.text import HEADER, docstring

_LONGEST = 200
"""Bytes in the name of a module; file systems end at 255, and take more for files that are being written."""


@dataclass(frozen=True, slots=True)
class Family:
    """Operations that stand under `paths`, webhooks, or callbacks: the folder of their modules, named as in OpenAPI.

    `base` is the class of the runtime, `made_of` the emitter that looks in their direction.
    """

    folder: str
    base: str
    title: str
    contract: Contract
    made_of: Emitter


def families(contract: Contract, emitter: Emitter) -> list[Family]:
    """The operations of a contract, and its webhooks and callbacks where it has any."""
    exchanged = emitter.exchanged()
    webhooks, callbacks = contract.as_messages(contract.webhooks), contract.as_messages(contract.callbacks)
    found = [
        Family("operations", "Operations", "operations", contract, emitter),
        Family("webhooks", "Webhooks", "webhooks", webhooks, exchanged),
        Family("callbacks", "Callbacks", "callbacks", callbacks, exchanged),
    ]
    return [family for family in found if family.folder == "operations" or family.contract.operations]


def by_module(contract: Contract) -> dict[str, list[Operation]]:
    """The operations by the module of their tag; raises GenerationError for tags or operations that become one."""
    modules: dict[str, dict[str, Operation]] = {}
    for operation in contract.operations:
        module, method = module_name(operation.tag), method_name(operation)
        if len(module.encode()) > _LONGEST:
            raise GenerationError(
                f"a tag becomes a file whose name is too long: #{operation.pointer} "
                f"({contract.locate(operation.pointer)})\n    hint: a tag has at most {_LONGEST} bytes as a module"
            )
        others = modules.setdefault(module, {})
        first = next(iter(others.values()), operation)
        if first.tag != operation.tag:
            _refuse("tags", f"the module {module}", first, operation, contract)
        if others.setdefault(method, operation) is not operation:
            _refuse("operations", f"the method {method}", others[method], operation, contract)
    return {module: list(operations.values()) for module, operations in modules.items()}


def operations_module(operations: list[Operation], family: Family, shared: Iterable[str]) -> str:
    """The text of the module of a tag, not yet formatted."""
    tag = operations[0].tag
    name = operations_class_name(tag, family.folder)
    replies = {reply.name: reply for operation in operations for reply in own_replies(operation).values()}
    if taken := sorted({*replies, name} & set(shared)):
        raise GenerationError(
            f"components/responses/{taken[0]} has the name of a class that is made for the tag {tag}\n"
            "    hint: rename the response"
        )
    scope = Scope([name, *replies], shared, depth=2)
    described = next((known.description for known in family.contract.tags if known.name == tag), "")
    title = f"{family.title.capitalize()} tagged {tag}"
    classes = [reply_class(reply, family.made_of, scope) for reply in replies.values()]
    abstract = [
        f"class {name}({scope.runtime(family.base)}, tag={tag!r}):",
        docstring(f"{title}: {described}" if described else f"{title}.", "    "),
        *(_method(operation, family, scope) for operation in operations),
    ]
    head = f"{HEADER}\n{docstring(f'The {family.title} tagged {tag}, and their replies.')}"
    return "\n\n".join([head, scope.imports(), *classes, "\n".join(abstract)]) + "\n"


def arguments(operation: Operation) -> Mapping[str, Parameter]:
    """The parameters of an operation by the name of their argument, in the order of the contract."""
    parameters = {(str(parameter.location), parameter.name): parameter for parameter in operation.parameters}
    return {name: parameters[key] for key, name in argument_names(operation).items()}


def _method(operation: Operation, family: Family, scope: Scope) -> str:
    emitter = family.made_of
    written = [
        f"{name}: {_argument(operation, parameter, emitter, scope)}" for name, parameter in arguments(operation).items()
    ]
    if operation.request_body is not None:
        place = Place(
            f"{pascal_case(operation.operation_id)}Request", operation.request_body.pointer, Direction.REQUEST
        )
        body = body_annotation(operation.request_body.content, place, emitter, scope) or "None"
        written.append(f"body: {body if operation.request_body.required else _or_none(body)}")
    if family.folder != "operations":  # a sender leaves out what is optional
        written = [f"{each} = None" if each.endswith("| None") else each for each in written]
    signature = ", ".join(["self", *(["*"] if written else []), *written])
    own = own_replies(operation)
    replies = dict.fromkeys(reply_name(operation, response) for response in operation.responses)
    answer = " | ".join(name if name in own else scope.reply(name) for name in replies) or "None"
    return (
        f"    @{scope.standard('abstractmethod')}\n"
        f"    async def {method_name(operation)}({signature}) -> {answer}:\n{_described(operation, family)}"
    )


def _argument(operation: Operation, parameter: Parameter, emitter: Emitter, scope: Scope) -> str:
    place = Place(
        pascal_case(operation.operation_id) + pascal_case(parameter.name), parameter.pointer, Direction.REQUEST
    )
    schema = parameter.schema or (parameter.content.schema if parameter.content else None)
    type_: Type = ANY if schema is None else emitter.type_of(schema, Direction.REQUEST)
    written = annotation(type_, place, emitter, scope)
    given = parameter.required or (parameter.schema is not None and emitter.has_default(parameter.schema))
    return written if given else _or_none(written)


def _or_none(written: str) -> str:
    return written if admits_none(written) else f"{written} | None"


def _described(operation: Operation, family: Family) -> str:
    title = f"{operation.method} {operation.path}" if family.folder == "operations" else _titled(operation, family)
    parts = [
        f"{title}: {operation.summary.strip()}" if operation.summary.strip() else title,
        operation.description,
        "Deprecated." if operation.deprecated else "",
        f"Contract: #{operation.pointer}",
    ]
    return docstring("\n\n".join(part.strip() for part in parts if part.strip()), "        ")


def _titled(operation: Operation, family: Family) -> str:
    return f"{operation.method} {'webhook' if family.folder == 'webhooks' else 'callback to'} {operation.path}"


def _refuse(what: str, become: str, one: Operation, other: Operation, contract: Contract) -> None:
    raise GenerationError(
        f"two {what} become {become}: #{one.pointer} ({contract.locate(one.pointer)}) and "
        f"#{other.pointer} ({contract.locate(other.pointer)})\n    hint: rename one of them"
    )
