"""The declared responses as classes: shared ones in replies.py, the others beside their operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from handfast.contract.model import Contract, Direction, Header, Operation, Response
from handfast.contract.names import IN_ANNOTATIONS, pascal_case, reply_name, snake_case
from handfast.errors import GenerationError
from handfast.generate.annotations import admits_none, annotation
from handfast.generate.bodies import body_annotation
from handfast.generate.emission import Emitter, Place
from handfast.generate.lattice import ANY
from handfast.generate.scope import Scope
from handfast.generate.text import docstring

_RESERVED = frozenset(
    {*IN_ANNOTATIONS, "models", "body", "status", "media_type", "args", "add_note", "with_traceback", "self"}
)
"""What a field of a reply cannot be called: what annotations of other fields name, and what replies have."""
BODILESS = frozenset({204, 205, 304})
"""Statuses that have no content, whatever the contract says (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A class of replies to be written; `status` is None where the reply says it, because it can have several."""

    name: str
    response: Response
    status: int | None

    @property
    def is_error(self) -> bool:
        """Whether it may be raised."""
        exact = self.response.status
        return exact == "default" or exact[0] in "45"


def shared_replies(contract: Contract) -> dict[str, Reply]:
    """The replies of `components/responses` that operations use, in the order of the alphabet.

    Raises GenerationError when two components become the same class.
    """
    found: dict[str, dict[str, Response]] = {}
    components: dict[str, Response] = {}
    for operation in contract.operations:
        for response in operation.responses:
            if response.component is None:
                continue
            name = reply_name(operation, response)
            known = components.setdefault(name, response)
            if known.component != response.component:
                raise GenerationError(
                    f"two responses become the class {name}: #{known.pointer} ({contract.locate(known.pointer)}) and "
                    f"#{response.pointer} ({contract.locate(response.pointer)})\n    hint: rename one of them"
                )
            found.setdefault(name, {})[response.status] = response
    return {name: _shared(name, found[name]) for name in sorted(found)}


def own_replies(operation: Operation) -> dict[str, Reply]:
    """The replies that belong to one operation."""
    return {
        (name := reply_name(operation, response)): Reply(name, response, _exact(response))
        for response in operation.responses
        if response.component is None
    }


def reply_class(reply: Reply, emitter: Emitter, scope: Scope) -> str:
    """The text of the class of a reply."""
    response = reply.response
    keywords = [] if reply.status is None else [f"status={reply.status}"]
    names = list(response.content)
    if len(names) == 1 and "*" not in names[0]:
        keywords.append(f"media_type={_quoted(names[0])}")
    base = scope.runtime("ErrorReply" if reply.is_error else "Reply")
    lines = [
        f"@{scope.standard('dataclass')}(eq=False)",
        f"class {reply.name}({', '.join([base, *keywords])}):",
        docstring(f"{response.description.strip()}\n\nContract: #{response.pointer}", "    "),
        *(f"    {line}" for line in _fields(reply, emitter, scope)),
    ]
    return "\n".join(lines) + "\n"


def header_fields(headers: Iterable[Header]) -> Mapping[str, Header]:
    """The field of each header; Content-Type is not one (OpenAPI 3.1.1, section 4.8.17), the media type says it."""
    fields: dict[str, Header] = {}
    for header in headers:
        if header.name.lower() == "content-type":
            continue
        name = snake_case(header.name.lower())  # ETag is one word: case tells nothing in header names
        name = f"{name}_" if name in _RESERVED else name
        if name in fields:
            raise GenerationError(
                f"two headers become the field {name}: #{fields[name].pointer} and #{header.pointer}\n"
                "    hint: header names are compared without regard to case; rename one of them"
            )
        fields[name] = header
    return fields


def _fields(reply: Reply, emitter: Emitter, scope: Scope) -> Iterable[str]:
    response = reply.response
    if response.content and reply.status not in BODILESS:
        place = Place(f"{reply.name}Body", response.pointer, Direction.RESPONSE)
        yield f"body: {body_annotation(response.content, place, emitter, scope)}"
    keyword_only = list(_keyword_fields(reply, emitter, scope))
    if keyword_only:
        yield f"_: {scope.standard('KW_ONLY')}"
    yield from keyword_only


def _keyword_fields(reply: Reply, emitter: Emitter, scope: Scope) -> Iterable[str]:
    if reply.status is None:
        yield "status: int"
    names = list(reply.response.content)
    if any("*" in name for name in names):
        yield "media_type: str | None = None"
    elif len(names) > 1:
        yield f"media_type: {scope.standard('Literal')}[{', '.join(map(_quoted, names))}] | None = None"
    fields = header_fields(reply.response.headers.values())
    for name, header in sorted(fields.items(), key=lambda item: not item[1].required):
        annotated, mark = scope.standard("Annotated"), scope.runtime("Header")
        type_ = _header_type(reply, header, emitter, scope)
        optional, default = ("", "") if header.required else (" | None", " = None")
        optional = "" if admits_none(type_) else optional
        yield f"{name}: {annotated}[{type_}{optional}, {mark}({_quoted(header.name)})]{default}"


def _header_type(reply: Reply, header: Header, emitter: Emitter, scope: Scope) -> str:
    place = Place(f"{reply.name}{pascal_case(header.name)}", header.pointer, Direction.RESPONSE)
    schema = header.schema or next(iter([header.content.schema] if header.content else []), None)
    return annotation(ANY if schema is None else emitter.type_of(schema, Direction.RESPONSE), place, emitter, scope)


def _shared(name: str, by_status: Mapping[str, Response]) -> Reply:
    response = next(iter(by_status.values()))
    return Reply(name, response, _exact(response) if len(by_status) == 1 else None)


def _exact(response: Response) -> int | None:
    return int(response.status) if response.status.isdecimal() else None


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
