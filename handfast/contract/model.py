"""The contract as data: what an OpenAPI document says, with everything that it inherits made explicit once.

All objects are frozen and carry `pointer`, a JSON Pointer (RFC 6901) into `Contract.document`; `Contract.locate` turns
it into a file, line and column. Field names are OpenAPI's, in snake_case. References are resolved, except inside
schemas, where `$ref` stays for the judge and the generator to follow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, Union

from handfast.errors import Diagnostic, Location

if TYPE_CHECKING:
    from handfast.contract.judge import Judge, Judges
    from handfast.contract.sources import Positions

JSONValue: TypeAlias = Union[None, bool, int, float, str, list["JSONValue"], dict[str, "JSONValue"]]  # noqa: UP007  # | does not take quoted names
SchemaValue: TypeAlias = bool | dict[str, JSONValue]


class Direction(StrEnum):
    """Whether a schema judges what a client sends (readOnly is out) or what a service answers (writeOnly is out)."""

    REQUEST = "request"
    RESPONSE = "response"

    @property
    def opposite(self) -> Direction:
        """The other one."""
        return Direction.RESPONSE if self is Direction.REQUEST else Direction.REQUEST


class ParameterLocation(StrEnum):
    """Where a parameter stands in a request (OpenAPI 3.2.0, section 4.12.2.1)."""

    PATH = "path"
    QUERY = "query"
    QUERYSTRING = "querystring"
    HEADER = "header"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """A schema where it is used; `value` is normalised to JSON Schema 2020-12 and may be just a `$ref`."""

    pointer: str
    value: SchemaValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A response header, or a header of a multipart part; always in the style `simple`, unless it has `content`."""

    pointer: str
    name: str
    required: bool = False
    description: str = ""
    deprecated: bool = False
    explode: bool = False
    schema: Schema | None = None
    content: MediaType | None = None
    examples: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How one property of a form or multipart body is written; `explicit_style` tells that a style was given."""

    pointer: str
    content_type: str | None = None
    headers: Mapping[str, Header] = field(default_factory=dict[str, Header])
    style: str = "form"
    explode: bool = True
    allow_reserved: bool = False
    explicit_style: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaType:
    """What a media type, or a range of them (`text/*`), carries; `item_schema` judges each item of a stream.

    `is_opaque`: the schema of a form says that it is a text, so that the body is not taken apart. `texts` are examples
    as they go over the wire.
    """

    pointer: str
    media_type: str
    schema: Schema | None = None
    is_opaque: bool = False
    item_schema: Schema | None = None
    encoding: Mapping[str, Encoding] = field(default_factory=dict[str, Encoding])
    prefix_encoding: tuple[Encoding, ...] = ()
    item_encoding: Encoding | None = None
    examples: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    extensions: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter with its style made explicit; exactly one of `schema` and `content` is there."""

    pointer: str
    name: str
    location: ParameterLocation
    required: bool
    style: str
    explode: bool
    allow_reserved: bool = False
    allow_empty_value: bool = False
    description: str = ""
    deprecated: bool = False
    schema: Schema | None = None
    content: MediaType | None = None
    examples: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])
    extensions: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestBody:
    """A request body, by media type in the order of the document."""

    pointer: str
    required: bool
    content: Mapping[str, MediaType]
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link from a response to an operation, for readers and for stateful tests."""

    pointer: str
    name: str
    operation_id: str | None = None
    operation_ref: str | None = None
    parameters: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])
    request_body: JSONValue = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A declared response; `status` is `"200"`, a range `"4XX"`, or `"default"`; `component` names a shared one."""

    pointer: str
    status: str
    description: str = ""
    component: str | None = None
    headers: Mapping[str, Header] = field(default_factory=dict[str, Header])
    content: Mapping[str, MediaType] = field(default_factory=dict[str, MediaType])
    links: Mapping[str, Link] = field(default_factory=dict[str, Link])


SecurityRequirement: TypeAlias = Mapping[str, tuple[str, ...]]
"""One alternative: every named scheme is needed, with every scope; an empty one lets anybody in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityScheme:
    """A security scheme; `type` is OpenAPI's, `scheme` (lower case) that of http, `parameter_name` that of apiKey."""

    pointer: str
    name: str
    type: str
    scheme: str = ""
    bearer_format: str = ""
    location: ParameterLocation | None = None
    parameter_name: str = ""
    flows: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])
    open_id_connect_url: str = ""
    description: str = ""
    deprecated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server; `base_path` is the path of its URL with variables at their defaults, without a slash at the end."""

    pointer: str
    url: str
    base_path: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag that the document declares, or that an operation names without declaring it (then without a pointer)."""

    name: str
    pointer: str = ""
    description: str = ""
    parent: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation with everything it inherits: parameters of its path, security, servers.

    `method` is as sent on the wire (`GET`, `QUERY`, or an additional one, case kept). `path` is the template; for a
    webhook its name, for a callback the runtime expression. `tag` is the first tag, which decides the abstract class;
    a callback without tags has that of its operation.
    `security` lists alternatives; an empty tuple means that none is required.
    """

    pointer: str
    operation_id: str
    method: str
    path: str
    tag: str
    tags: tuple[str, ...]
    summary: str = ""
    description: str = ""
    deprecated: bool = False
    parameters: tuple[Parameter, ...] = ()
    request_body: RequestBody | None = None
    responses: tuple[Response, ...] = ()
    security: tuple[SecurityRequirement, ...] = ()
    servers: tuple[Server, ...] = ()
    callbacks: Mapping[str, tuple[Operation, ...]] = field(default_factory=dict[str, "tuple[Operation, ...]"])
    extensions: Mapping[str, JSONValue] = field(default_factory=dict[str, JSONValue])

    def response(self, status: int) -> Response | None:
        """The declaration that holds for a status: the exact one, else its range, else `default`."""
        declared = {response.status: response for response in self.responses}
        return declared.get(str(status)) or declared.get(f"{status // 100}XX") or declared.get("default")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A loaded, validated, frozen OpenAPI document.

    `source` is the document as its authors wrote it, bundled into one (the form in which it is published);
    `document` the same normalised to OpenAPI 3.1 with JSON Schema 2020-12. Both have the same JSON Pointers.
    `warnings` are what the loader noticed and did not refuse.
    """

    version: str
    title: str
    info_version: str
    source: Mapping[str, JSONValue]
    document: Mapping[str, JSONValue]
    operations: tuple[Operation, ...]
    webhooks: tuple[Operation, ...]
    security_schemes: Mapping[str, SecurityScheme]
    servers: tuple[Server, ...]
    tags: tuple[Tag, ...]
    positions: Positions
    judges: Judges
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def callbacks(self) -> tuple[Operation, ...]:
        """The callbacks of all operations and webhooks, and theirs, in document order; a shared one is there once."""
        found: dict[tuple[str, str], Operation] = {}
        pending = [*self.operations, *self.webhooks]
        while pending:
            inner = [each for group in pending.pop(0).callbacks.values() for each in group]
            for each in inner:
                found.setdefault((each.pointer, each.operation_id), each)
            pending[:0] = inner
        return tuple(found.values())

    def as_messages(self, operations: Iterable[Operation]) -> Contract:
        """The contract as that of webhooks or callbacks alone, which the service sends instead of answering.

        What a service sends unasked is its own, like what it answers: a readOnly member belongs to it and a writeOnly
        one does not. So the directions of all schemas are exchanged (docs/adr/0009).
        """
        return replace(self, operations=tuple(operations), webhooks=(), servers=(), judges=self.judges.exchanged())

    @property
    def digest(self) -> str:
        """A SHA-256 of the source in hexadecimal: equal contracts, wherever their files are, have equal ones."""
        return hashlib.sha256(json.dumps(self.source, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def locate(self, pointer: str) -> Location:
        """The place in the authors' files of a JSON Pointer, or of its nearest ancestor that has one."""
        return self.positions.locate(pointer)

    def judge(self, schema: Schema, direction: Direction) -> Judge:
        """The compiled validator of a schema in one direction."""
        return self.judges.judge(schema.pointer, direction)
