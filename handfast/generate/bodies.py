"""The types of bodies: what a handler gets or gives for the media types of a request or response."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from handfast.contract.framing import framing_of
from handfast.contract.model import Direction, Encoding, MediaType
from handfast.contract.names import pascal_case
from handfast.generate.annotations import annotation
from handfast.generate.emission import Emitter, Place
from handfast.generate.lattice import ANY, Alternative, Anything, Array, Object, Reference, Special, Text, Type
from handfast.generate.scope import Scope

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class _Carried:
    """What a media type carries: one value, items of a stream, text or bytes; `type` is that of the value or item."""

    kind: str
    type: Type = ()
    media_type: str = ""

    def is_same(self, other: _Carried) -> bool:
        return (self.kind, self.type) == (other.kind, other.type)


def body_annotation(content: Mapping[str, MediaType], place: Place, emitter: Emitter, scope: Scope) -> str:
    """The annotation of a body: the union of what its media types carry; `place` names objects without a name.

    Where several media types carry different things, the subtype tells their names apart: `SendRequestJson`, and where
    it does not, its parameters or the type: `SendRequestJsonVersion2`. Then a union that one of them carries gets a
    name too, so that the members of the annotation are one for each.
    """
    distinct: list[_Carried] = []
    for name, media_type in content.items():
        carried = _carried(name, media_type, place.direction, emitter)
        if not any(carried.is_same(known) for known in distinct):
            distinct.append(carried)
    valued = [carried for carried in distinct if carried.type]
    told = _told_apart([carried.media_type for carried in valued])
    written: dict[str, None] = {}
    for carried in distinct:
        inner = place.named(place.name + told.get(carried.media_type, ""))
        written[_written(carried, inner, emitter, scope, is_alone=len(valued) < 2)] = None
    return " | ".join(written)


def _told_apart(media_types: Sequence[str]) -> Mapping[str, str]:
    """What stands in a name for each media type: the least of it that no other one has, nothing for a single one."""
    if len(media_types) < 2:
        return {}
    named: list[list[str]] = []
    for media_type in media_types:
        essence, _, parameters = media_type.lower().partition(";")
        _, _, subtype = essence.partition("/")
        named.append([pascal_case(part) for part in (subtype, f"{subtype};{parameters}", media_type.lower())])
    holders = [Counter(names) for names in zip(*named, strict=True)]
    return {
        media_type: next((name for name, held in zip(names, holders, strict=True) if held[name] == 1), names[-1])
        for media_type, names in zip(media_types, named, strict=True)
    }


def _carried(name: str, media_type: MediaType, direction: Direction, emitter: Emitter) -> _Carried:
    essence = name.partition(";")[0].strip().lower()
    if media_type.is_opaque:
        return _Carried("bytes", media_type=name)
    if direction is Direction.RESPONSE and media_type.item_schema is None and framing_of(essence) is not None:
        return _Carried("bytes", media_type=name)  # nothing says what the items are: the handler frames them
    if media_type.item_schema is not None or framing_of(essence) is not None:
        item = ANY if media_type.item_schema is None else emitter.type_of(media_type.item_schema, direction)
        is_parts = essence.startswith("multipart/")
        return _Carried("items", _placed(item, media_type, direction, emitter) if is_parts else item, name)
    schema = ANY if media_type.schema is None else emitter.type_of(media_type.schema, direction)
    if essence == "application/json" or essence.endswith("+json"):
        return _Carried("value", schema, name)
    if essence == _FORM:
        return _Carried("value", schema, name)
    if essence.startswith("multipart/"):
        return _Carried("value", _with_files(schema, media_type, direction, emitter), name)
    return _Carried("text" if essence.startswith("text/") else "bytes", media_type=name)


def _written(carried: _Carried, place: Place, emitter: Emitter, scope: Scope, *, is_alone: bool) -> str:
    request = place.direction is Direction.REQUEST
    iterable = "AsyncIterator" if request else "AsyncIterable"
    match carried.kind:
        case "value" if request and not is_alone and len(emitter.settled(carried.type, place)) > 1:
            return scope.model(emitter.add(carried.type, place))
        case "value":
            return annotation(carried.type, place, emitter, scope)
        case "items":
            item = annotation(carried.type, place.named(f"{place.name}Item"), emitter, scope)
            return f"{scope.standard(iterable)}[{item}]"
        case "text":
            return "str"
        case _:
            return scope.runtime("ByteStream") if request else f"bytes | {scope.standard(iterable)}[bytes]"


def _with_files(
    type_: Type,
    media_type: MediaType,
    direction: Direction,
    emitter: Emitter,
    around: frozenset[Reference] = frozenset(),
) -> Type:
    """The type of a multipart body, whose binary members are files, in each alternative; the same type if none has."""
    written = emitter.written_out(type_, direction)
    if len(written) == 1 and isinstance(array := written[0], Array):
        if array.items is None:  # parts by their place, which may all be different
            return type_
        items = _placed(array.items, media_type, direction, emitter)
        return type_ if items == array.items else (replace(array, items=items),)
    forms: list[Alternative] = []
    for alternative in written:
        match alternative:
            case Object():
                forms.append(_form(alternative, media_type.encoding, direction, emitter))
            case Reference() if alternative not in around:
                forms += _with_files((alternative,), media_type, direction, emitter, around | {alternative})
            case _:
                forms.append(alternative)
    return type_ if tuple(forms) == written else _distinct(forms)


def _form(form: Object, encoding: Mapping[str, Encoding], direction: Direction, emitter: Emitter) -> Object:
    members = {
        name: replace(member, type=_file(member.type, encoding.get(name), direction, emitter))
        for name, member in form.properties.items()
    }
    extra = None if form.extra is None else _file(form.extra, None, direction, emitter)
    return replace(form, properties=members, extra=extra)


def _placed(type_: Type, media_type: MediaType, direction: Direction, emitter: Emitter) -> Type:
    """The type of parts that are told apart by their place, as files where an encoding that some have makes them so."""
    encodings = (*media_type.prefix_encoding, media_type.item_encoding)
    files = [each for encoding in encodings for each in _part(type_, encoding, direction, emitter)]
    return type_ if tuple(files) == type_ * len(encodings) else _distinct(files)


def _file(type_: Type, encoding: Encoding | None, direction: Direction, emitter: Emitter) -> Type:
    """A part as a file: a string that is bytes as they are, or a part of which nothing is said but what it is not.

    The same of the items of an array: `items: {}` is how OpenAPI writes several files (3.1.1, section 4.8.14.3). An
    object that is sent as what is neither JSON nor text (XML, say) is one as well, as a body of such a type is bytes.
    """
    changed: list[Alternative] = []
    for alternative in emitter.written_out(type_, direction):
        match alternative:
            case Array(items) if (inner := _part(items or ANY, encoding, direction, emitter)) != (items or ANY):
                changed.append(replace(alternative, items=inner))
            case Array():
                changed.append(alternative)
            case _:
                changed += _part((alternative,), encoding, direction, emitter)
    return _distinct(changed) if tuple(changed) != emitter.written_out(type_, direction) else type_


def _part(type_: Type, encoding: Encoding | None, direction: Direction, emitter: Emitter) -> Type:
    """One part as a file; an array in it is an array in JSON, or a file where the part is neither JSON nor text."""
    content_type = None if encoding is None else encoding.content_type
    if content_type is not None and _is_structured(content_type):
        return type_
    written = emitter.written_out(type_, direction)
    is_opaque = content_type is not None and "*" not in content_type and direction is Direction.REQUEST
    changed = [_file_of(alternative, is_opaque=is_opaque) for alternative in written]
    return _distinct(changed) if tuple(changed) != written else type_


def _file_of(alternative: Alternative, *, is_opaque: bool) -> Alternative:
    match alternative:
        case Text(form) if form == "binary":
            return Special("Upload")
        case Anything():
            return Special("Upload")
        case Object() | Array() if is_opaque:
            return Special("Upload")
        case _:
            return alternative


def _distinct(alternatives: list[Alternative]) -> Type:
    return tuple(each for index, each in enumerate(alternatives) if each not in alternatives[:index])


def _is_structured(content_type: str) -> bool:
    return any(kind in content_type.lower() for kind in ("json", "text/"))
