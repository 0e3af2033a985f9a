"""Which things a contract is about, read off its paths, schemas and links: the resources of a mock that remembers.

A path that ends in a variable, `/articles/{slug}`, is the path of a *thing*, and what is before the variable its
*collection*. Any other path that can be read, and put or patched, `/accounts/me`, is a thing by itself. What the
operations of these paths do follows from their methods. Then there are operations elsewhere: a GET below a collection
whose reply lists the same schema (`/pet/findByStatus`) lists it too, and a POST with a link to the operation that reads
a thing creates it. Where the identifier stands in a thing is said by links (`$response.body#/slug`), else by names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from handfast.contract import Contract
from handfast.contract.model import Link, MediaType, Operation, Response
from handfast.design.samples.words import singular
from handfast.runtime import media_types
from handfast.runtime.body_types import essence_of
from handfast.runtime.shapes import Shape, Shapes

_VARIABLE = re.compile(r"\{[^{}]*\}")
_IDENTIFYING = frozenset({"id", "uuid", "guid", "key", "number", "no", "code"})
_IN_BODY = re.compile(r"\$response\.body#((?:/[^/]+)*)/([^/]+)")


class Role(StrEnum):
    """What an operation does to a resource."""

    CREATE = "create"
    LIST = "list"
    READ = "read"
    REPLACE = "replace"
    CHANGE = "change"
    DELETE = "delete"


_OF_THING = {"GET": Role.READ, "PUT": Role.REPLACE, "PATCH": Role.CHANGE, "DELETE": Role.DELETE}
_OF_COLLECTION = {"GET": Role.LIST, "POST": Role.CREATE, "PUT": Role.REPLACE, "PATCH": Role.CHANGE}


@dataclass(slots=True)
class Resource:
    """Things of one kind. Paths are templates with `{}` for variables; without a collection, there is one thing.

    `member` is the member of a thing that has its identifier, None where none has; `parameter` the variable's name.
    `operations` are by role, the first of each.
    """

    thing: str
    collection: str | None
    parameter: str = ""
    member: str | None = None
    operations: dict[Role, Operation] = field(default_factory=dict[Role, Operation])

    @property
    def is_open(self) -> bool:
        """Whether things are there without anybody having made them, because nobody can."""
        return self.collection is None or not {Role.CREATE, Role.REPLACE} & self.operations.keys()

    @property
    def noun(self) -> str:
        """What one thing is called, as far as the path tells."""
        words = [word for word in (self.collection or self.thing).split("/") if word and word != "{}"]
        return singular(words[-1]) if words else "thing"


@dataclass(frozen=True, slots=True)
class Resources:
    """The resources of a contract, and what each operation does to which of them, by operationId."""

    all: tuple[Resource, ...]
    roles: Mapping[str, tuple[Resource, Role]]

    def above(self, path: str) -> Iterator[Resource]:
        """The resources whose things are above a path (a template), the outermost first."""
        return (each for each in self.all if each.collection is not None and path.startswith(f"{each.thing}/"))


def template(path: str) -> str:
    """A path without the names of its variables."""
    return _VARIABLE.sub("{}", path)


def json_media(response: Response | None) -> MediaType | None:
    """The first media type of a response that is JSON, and has a schema."""
    if response is None:
        return None
    return next(
        (each for each in response.content.values() if media_types.is_json(essence_of(each)) and each.schema), None
    )


def success(operation: Operation) -> Response | None:
    """The first response for a success, or `default`."""
    found = [each for each in operation.responses if each.status[0] == "2"]
    return next(iter([*found, *(each for each in operation.responses if each.status == "default")]), None)


def resources_of(contract: Contract, shapes: Shapes) -> Resources:
    """Work out the resources of a contract; those that nobody can change are none."""
    by_path: dict[str, list[Operation]] = {}
    for operation in contract.operations:
        by_path.setdefault(template(operation.path), []).append(operation)
    found = [each for path, operations in by_path.items() if (each := _resource(path, operations, by_path)) is not None]
    found.sort(key=lambda each: each.thing.count("/"))
    roles = {operation.operation_id: (each, role) for each in found for role, operation in each.operations.items()}
    for each in found:
        for operation in by_path.get(each.collection or "", ()):
            if (role := _OF_COLLECTION.get(operation.method)) is not None:
                roles.setdefault(operation.operation_id, (each, role))
        each.member = _linked(each, contract.operations) or _named(each, shapes)
    for operation in contract.operations:
        if operation.operation_id not in roles and (more := _elsewhere(operation, found, shapes)) is not None:
            roles[operation.operation_id] = more
    return Resources(tuple(found), roles)


def _resource(path: str, operations: list[Operation], by_path: Mapping[str, list[Operation]]) -> Resource | None:
    own = {_OF_THING[each.method]: each for each in operations if each.method in _OF_THING}
    if path.endswith("/{}"):
        collection = path[:-3] or "/"
        parameter = _VARIABLE.findall(operations[0].path)[-1][1:-1]
        resource = Resource(path, collection, parameter, operations=own)
        for each in by_path.get(collection, ()):
            if (role := _OF_COLLECTION.get(each.method)) is not None:
                resource.operations.setdefault(role, each)
        is_of_use = bool({Role.CREATE, Role.REPLACE, Role.CHANGE, Role.DELETE} & resource.operations.keys())
        return resource if is_of_use and own else None
    is_thing = Role.READ in own and ({Role.REPLACE, Role.CHANGE} & own.keys()) and not _lists(path, by_path)
    return Resource(path, None, operations=own) if is_thing else None


def _lists(path: str, by_path: Mapping[str, list[Operation]]) -> bool:
    """Whether a path is a collection, whose GET lists."""
    return f"{path.rstrip('/')}/{{}}" in by_path


def _linked(resource: Resource, operations: Iterable[Operation]) -> str | None:
    """The member that a link to one of the operations of a thing takes the identifier from."""
    own = {each.operation_id for each in resource.operations.values()}
    for link in _links(operations):
        if link.operation_id in own:
            for name, expression in link.parameters.items():
                if name.rpartition(".")[2] == resource.parameter and isinstance(expression, str):
                    found = _IN_BODY.fullmatch(expression)
                    if found is not None:
                        return found[2].replace("~1", "/").replace("~0", "~")
    return None


def _links(operations: Iterable[Operation]) -> Iterator[Link]:
    return (link for each in operations for response in each.responses for link in response.links.values())


def _named(resource: Resource, shapes: Shapes) -> str | None:
    """The member that is called like the variable, with or without the noun: `articleSlug`, `slug`; `petId`, `id`."""
    for role in (Role.READ, Role.CREATE, Role.LIST, Role.REPLACE, Role.CHANGE):
        operation = resource.operations.get(role)
        media = json_media(success(operation)) if operation is not None else None
        if media is None or media.schema is None:
            continue
        names = _names(shapes.of(media.schema.pointer), shapes)
        for wanted in _wanted(resource):
            if wanted in names:
                return names[wanted]
    return None


def _names(shape: Shape, shapes: Shapes) -> dict[str, str]:
    """The members of a thing, or of what is wrapped in it, by what is left of their names without case and signs."""
    inner = [shapes.member(shape, name) for name in sorted(shape.names)]
    inner += [shapes.item(each, 0) for each in [shape, *inner] if "array" in each.kinds]
    deeper = {_bare(name): name for each in inner for name in sorted(each.names)}
    return deeper | {_bare(name): name for name in sorted(shape.names)}


def _wanted(resource: Resource) -> list[str]:
    name, noun = _bare(resource.parameter), _bare(resource.noun)
    last = re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+", resource.parameter)[-1:]
    word = last[0].lower() if last else ""
    wanted = [name, name.removeprefix(noun) or name, word]
    return [*wanted, "id"] if word in _IDENTIFYING or name == noun else wanted


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _elsewhere(operation: Operation, found: list[Resource], shapes: Shapes) -> tuple[Resource, Role] | None:
    """What an operation does that stands at none of the paths of a resource."""
    response, path = success(operation), template(operation.path)
    if response is None:
        return None
    if operation.method == "POST":
        for link in response.links.values():
            for each in found:
                read = each.operations.get(Role.READ)
                if read is not None and link.operation_id == read.operation_id and each.member is not None:
                    return (each, Role.CREATE) if not list(each_variable(each.thing))[1:] else None
    if operation.method == "GET":
        for each in found:
            below = each.collection is not None and path.startswith(f"{each.collection.rstrip('/')}/")
            if below and not path.startswith(each.thing) and _same_things(operation, each, shapes):
                return each, Role.LIST
    return None


def each_variable(path: str) -> Iterator[str]:
    """The variables of a template."""
    return iter(_VARIABLE.findall(path))


def _same_things(operation: Operation, resource: Resource, shapes: Shapes) -> bool:
    """Whether a reply is an array of the schema that the thing's own operations have."""
    media = json_media(success(operation))
    if media is None or media.schema is None:
        return False
    items = shapes.item(shapes.of(media.schema.pointer), 0)
    own = {
        layer.pointer
        for each in resource.operations.values()
        if (other := json_media(success(each))) is not None and other.schema is not None
        for layer in shapes.of(other.schema.pointer).layers
    }
    return "array" in shapes.of(media.schema.pointer).kinds and any(
        layer.pointer in own and layer.pointer.startswith("/components/schemas/") for layer in items.layers
    )
