"""How what passes under media types differs: which of them, their schemas, and how the parts of forms are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest

from handfast.contract.model import Encoding, Header, MediaType, Schema
from handfast.design.diff.change import Finding, Verdict
from handfast.design.diff.relation import Relation, Variance, relation
from handfast.design.diff.schemas import SchemaComparison
from handfast.design.diff.side import Parts, Side
from handfast.design.diff.view import View, seen_at, view
from handfast.runtime import media_types
from handfast.runtime.media_types import ContentType

_UNREAD = "clients that know of no body leave it unread"
_SCALARS = frozenset({"string", "boolean", "integer", "fraction"})
_JSON = (ContentType("application", "json"), ContentType("application", "*+json"))
_TEXT = (ContentType("text", "*"),)
_ANY = (ContentType("*", "*"),)


def contents(
    schemas: SchemaComparison, old: Mapping[str, MediaType], new: Mapping[str, MediaType], places: tuple[str, str]
) -> Iterator[Finding]:
    """Media types by what they mean; one that is gone goes on as the range that has it."""
    for name, media in old.items():
        other = _holding(new, name)
        if other is not None:
            yield from media_type(schemas, media, other)
            continue
        message = f"the media type {name} is gone"
        finding = finding_of(
            schemas.variance, "media-type-removed", media.pointer, places[1], message, Relation.NARROWER
        )
        if schemas.variance is Variance.SENT:
            reason = "clients that accept this media type alone get none that they can read"
            finding = replace(finding, wire=Verdict.BREAKING, sdk=Verdict.BREAKING, reason=reason)
        yield replace(finding, handlers=Verdict.BREAKING)
    for name, media in new.items():
        if _holding(old, name) is None:
            message = f"the media type {name} is new"
            found = Relation.WIDER
            finding = finding_of(schemas.variance, "media-type-added", places[0], media.pointer, message, found)
            if schemas.variance is Variance.SENT:
                reason = "it is sent to those who accept it before the others" if old else _UNREAD
                finding = replace(finding, wire=Verdict.COMPATIBLE, sdk=Verdict.COMPATIBLE, reason=reason)
            yield finding
    if schemas.variance is Variance.SENT and old and new:
        was, now = next(iter(old)), next(iter(new))
        if was != now and was in new:
            message = f"{now} is sent to those who do not say what they accept, instead of {was}"
            yield finding_of(schemas.variance, "media-type-preferred", *places, message, Relation.OTHER)


def _holding(content: Mapping[str, MediaType], name: str) -> MediaType | None:
    """The declaration that holds for a media type or a range: its own, else the most specific that has it."""
    if name in content or (sent := media_types.parse(name)) is None:
        return content.get(name)
    best = media_types.best(content, sent)
    return None if best is None else content[best]


def media_type(schemas: SchemaComparison, old: MediaType, new: MediaType) -> Iterator[Finding]:
    """What differs under one media type."""
    yield from schema(schemas, old.schema, new.schema)
    yield from schema(schemas, old.item_schema, new.item_schema)
    if all(_is_form(media.media_type) for media in (old, new)):
        yield from _encodings(schemas, old, new)


def schema(schemas: SchemaComparison, old: Schema | None, new: Schema | None) -> Iterator[Finding]:
    """What differs between two schemas, one of which may not be there."""
    if old is not None and new is not None:
        yield from schemas.compare(old.pointer, new.pointer)
    elif new is not None:
        yield finding_of(schemas.variance, "schema-added", None, new.pointer, "a schema is new", Relation.NARROWER)
    elif old is not None:
        yield finding_of(schemas.variance, "schema-removed", old.pointer, None, "the schema is gone", Relation.WIDER)


def may_have_parts(schemas: SchemaComparison, old: Schema | None, new: Schema | None) -> bool:
    """Whether a value that both schemas may admit has items or members: no other one is written otherwise exploded."""
    seen = [seen_at(side, each.pointer) for side, each in ((schemas.old, old), (schemas.new, new)) if each is not None]
    return any(all(each.may_be(kind) for each in seen) for kind in ("array", "object"))


def headers(
    schemas: SchemaComparison, old: Mapping[str, Header], new: Mapping[str, Header], places: tuple[str, str]
) -> Iterator[Finding]:
    """What differs between the headers of a response, or of a part."""
    before, after = ({name.lower(): each for name, each in side.items()} for side in (old, new))
    is_sent = schemas.variance is Variance.SENT
    for name, header in before.items():
        if name in after:
            yield from _header(schemas, header, after[name])
            continue
        found = Relation.WIDER if header.required else Relation.EQUAL
        message = f"the header {header.name} is gone"
        finding = finding_of(schemas.variance, "header-removed", header.pointer, places[1], message, found)
        yield replace(finding, sdk=Verdict.BREAKING, handlers=Verdict.BREAKING)
    for name, header in after.items():
        if name not in before:
            message = f"the header {header.name} is new"
            found = Relation.NARROWER if header.required or is_sent else Relation.EQUAL
            finding = finding_of(schemas.variance, "header-added", places[0], header.pointer, message, found)
            yield replace(finding, handlers=Verdict.BREAKING if header.required else Verdict.COMPATIBLE)


def _header(schemas: SchemaComparison, old: Header, new: Header) -> Iterator[Finding]:
    places = (old.pointer, new.pointer)
    if old.required is not new.required:
        message = f"the header {new.name} is {'always there' if new.required else 'not always there any more'}"
        found = Relation.NARROWER if new.required else Relation.WIDER
        yield finding_of(schemas.variance, "header-required", *places, message, found)
    if old.explode is not new.explode and may_have_parts(schemas, old.schema, new.schema):
        message = f"the header {new.name} is written in another way"
        yield finding_of(schemas.variance, "header-serialisation", *places, message, Relation.OTHER)
    yield from schema(schemas, old.schema, new.schema)
    if old.content is not None and new.content is not None:
        yield from media_type(schemas, old.content, new.content)


def finding_of(
    variance: Variance, code: str, old: str | None, new: str | None, message: str, found: Relation
) -> Finding:
    """A difference with the verdicts that follow from how the new side relates to the old one."""
    wire = variance.verdict(found)
    return Finding(
        code=code,
        old=old,
        new=new,
        message=message,
        reason=variance.reason(found),
        wire=wire,
        sdk=Verdict.BREAKING if wire is Verdict.BREAKING else Verdict.COMPATIBLE,
        handlers=variance.opposite.verdict(found),
        direction=variance.direction,
    )


# Parts of forms


def _is_form(media: str) -> bool:
    return media_types.is_form(media) or media.lower().startswith("multipart/")


def _encodings(schemas: SchemaComparison, old: MediaType, new: MediaType) -> Iterator[Finding]:
    """How each member, or each part without a name, is written before and after."""
    before, after = (
        view(side, ()) if media.schema is None else seen_at(side, media.schema.pointer)
        for side, media in ((schemas.old, old), (schemas.new, new))
    )
    for name in {**old.encoding, **new.encoding}:
        if all(seen.is_declared(name) for seen in (before, after)):
            was, now = old.encoding.get(name), new.encoding.get(name)
            members = (before.member(name), after.member(name))
            yield from _encoding(schemas, (old, was, members[0]), (new, now, members[1]), name)
    for index, (was, now) in enumerate(zip_longest(old.prefix_encoding, new.prefix_encoding)):
        yield from _encoding(schemas, (old, was, before.item(index)), (new, now, after.item(index)), str(index))
    if old.item_encoding or new.item_encoding:
        index = max(before.prefix, after.prefix)
        one, other = (old, old.item_encoding, before.item(index)), (new, new.item_encoding, after.item(index))
        yield from _encoding(schemas, one, other, "items")


_Written = tuple[MediaType, Encoding | None, Parts]
"""A media type, the encoding of one of its parts, and the schemas of the part."""


def _encoding(schemas: SchemaComparison, old: _Written, new: _Written, name: str) -> Iterator[Finding]:
    places = tuple(media.pointer if encoding is None else encoding.pointer for media, encoding, _ in (old, new))
    where = (places[0], places[1])
    was, now = (_ranges(side, written) for side, written in ((schemas.old, old), (schemas.new, new)))
    found = _of_ranges(was, now)
    if found is not Relation.EQUAL:
        message = f"the part {name!r} is {_told(now)} instead of {_told(was)}"
        yield finding_of(schemas.variance, "encoding-changed", *where, message, found)
    if _style(old[1]) != _style(new[1]):
        message = f"the part {name!r} is written as {_style(new[1])} instead of {_style(old[1])}"
        yield finding_of(schemas.variance, "encoding-changed", *where, message, Relation.OTHER)
    yield from headers(schemas, _headers_of(old[1]), _headers_of(new[1]), where)


def _headers_of(encoding: Encoding | None) -> Mapping[str, Header]:
    return {} if encoding is None else encoding.headers


def _ranges(side: Side, written: _Written) -> tuple[ContentType, ...] | None:
    """The media types that a part may have, said or by default; None where its schema does not tell.

    Of a field of an urlencoded form nothing but whether it is JSON is seen.
    """
    media, encoding, parts = written
    said = None if encoding is None else encoding.content_type
    ranges = _default(view(side, parts)) if said is None else tuple(_parsed(said.split(",")))
    if ranges is None or not media_types.is_form(media.media_type):
        return ranges
    return _JSON if any(each.is_json for each in ranges) else _TEXT


def _parsed(texts: Iterable[str]) -> Iterator[ContentType]:
    return (parsed for text in texts if (parsed := media_types.parse(text)) is not None)


def _default(seen: View) -> tuple[ContentType, ...] | None:
    if seen.types == frozenset({"array"}):
        return _default(view(seen.side, seen.item(seen.prefix)))
    if seen.is_bytes:
        return _ANY
    if seen.types is None or "array" in seen.types or (len(seen.types) > 1 and "object" in seen.types):
        return None
    return _TEXT if seen.types <= _SCALARS else _JSON


def _of_ranges(old: tuple[ContentType, ...] | None, new: tuple[ContentType, ...] | None) -> Relation:
    if old is None or new is None:
        return Relation.EQUAL if old is new else Relation.UNDECIDED
    return relation(_has_all(new, old), _has_all(old, new))


def _has_all(wide: tuple[ContentType, ...], narrow: tuple[ContentType, ...]) -> bool:
    return all(any(media_types.matches(each, other) for each in wide) for other in narrow)


def _told(ranges: tuple[ContentType, ...] | None) -> str:
    return "as its value asks for" if ranges is None else " or ".join(map(_written, ranges)) or "of no type"


def _written(content_type: ContentType) -> str:
    return "; ".join((content_type.essence, *(f"{name}={value}" for name, value in content_type.parameters.items())))


def _style(encoding: Encoding | None) -> str:
    if encoding is None or not encoding.explicit_style:
        return "usual"
    return f"{encoding.style}{' (exploded)' if encoding.explode else ''}"
