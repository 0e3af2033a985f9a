"""Where the texts of a parameter stand in a request, and what JSON values they can be: a gatherer for each parameter.

    gatherer(source) -> candidates, the plainest first; None when the parameter was not sent      raises Malformed

Headers are Latin-1 without the white space around them; repeated ones are joined with commas where the parameter may be
an array or object, and refused elsewhere. Cookies of the style `form` are percent-decoded when they are well encoded,
and taken as they are otherwise; those of the style `cookie` (OpenAPI 3.2.0, 4.12.6), and texts that have a media type
(3.1.1, appendix D), are always taken as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from handfast.contract.model import JSONValue, MediaType, Parameter, ParameterLocation
from handfast.runtime import forms, linksets
from handfast.runtime.fields import Fields
from handfast.runtime.lexical import Lexicon
from handfast.runtime.limits import Limits
from handfast.runtime.media_types import is_form, is_json
from handfast.runtime.nested import exploded_object
from handfast.runtime.percent import Malformed, decode, decode_form, decode_if_encoded
from handfast.runtime.shapes import Shape
from handfast.runtime.styles import COMMA, LIST_COMMA, Delimiter, Reading, exploded_values, path_reader

Candidates: TypeAlias = Iterable[JSONValue]
Gatherer: TypeAlias = Callable[["Source"], Candidates | None]

_STRUCTURES = frozenset({"array", "object"})


class Source:
    """The parts of one request that parameters stand in, taken apart when they are first needed."""

    __slots__ = ("_cookies", "_fields", "_headers", "_limit", "_raw_headers", "_wanted", "path", "query")

    def __init__(
        self,
        path: Mapping[str, str],
        query: str,
        headers: Iterable[tuple[bytes, bytes]],
        wanted: frozenset[bytes],
        limit: int,
    ) -> None:
        self.path = path
        self.query = query
        self._raw_headers = headers
        self._wanted = wanted
        self._limit = limit
        self._fields: Fields | None = None
        self._headers: dict[str, list[str]] | None = None
        self._cookies: dict[str, list[str]] | None = None

    @property
    def fields(self) -> Fields:
        """The fields of the query string. Raises Malformed."""
        if self._fields is None:
            self._fields = Fields.parse(self.query, self._limit)
        return self._fields

    def header(self, name: str) -> list[str]:
        """The values of a wanted header by its name in lower case, in order."""
        if self._headers is None:
            self._headers = {}
            for raw_name, value in self._raw_headers:
                if raw_name in self._wanted:
                    text = value.decode("latin-1").strip(" \t")
                    self._headers.setdefault(raw_name.decode("latin-1"), []).append(text)
        return self._headers.get(name, [])

    def cookie(self, name: str) -> list[str]:
        """The values of a cookie, in order."""
        if self._cookies is None:
            self._cookies = {}
            for pair in ";".join(self.header("cookie")).split(";"):
                key, separator, value = pair.strip(" \t").partition("=")
                if separator:
                    self._cookies.setdefault(key, []).append(value)
        return self._cookies.get(name, [])


def compile(  # noqa: A001  # reads as gathering.compile
    parameter: Parameter, lexicon: Lexicon, limits: Limits, others: frozenset[str], bracketed: frozenset[str]
) -> Gatherer:
    """The gatherer of a parameter.

    `others` are the names in the query that other parameters have, `bracketed` those that brackets may stand behind.
    """
    if parameter.content is not None:
        return _content(parameter, parameter.content, lexicon, limits)
    shape = lexicon.shapes.of(parameter.schema.pointer) if parameter.schema else lexicon.shapes.of()
    match parameter.location:
        case ParameterLocation.PATH:
            return _path(parameter, lexicon, shape)
        case ParameterLocation.HEADER:
            return _header(parameter, lexicon, shape)
        case ParameterLocation.COOKIE:
            return _cookie(parameter, lexicon, shape)
        case _:
            return _query(parameter, lexicon, shape, others, bracketed)


def wanted_headers(parameters: Iterable[Parameter]) -> frozenset[bytes]:
    """The names of the headers that parameters stand in, in lower case, as ASGI has them."""
    locations = {ParameterLocation.HEADER, ParameterLocation.COOKIE}
    return frozenset(
        (parameter.name.lower() if parameter.location is ParameterLocation.HEADER else "cookie").encode("latin-1")
        for parameter in parameters
        if parameter.location in locations
    )


def is_spread(parameter: Parameter, shape: Shape) -> bool:
    """Whether an object of a query or cookie parameter has its members as fields of their own."""
    is_exploded_form = parameter.style in ("form", "cookie") and parameter.explode
    return is_exploded_form and "object" in shape.kinds and (shape.is_nullable_object or bool(shape.names))


def may_be_nothing(parameter: Parameter, shape: Shape) -> bool:
    """Whether an object of a parameter is written as nothing at all when it has no members (RFC 6570, section 2.3)."""
    return is_spread(parameter, shape) or (parameter.style == "deepObject" and "object" in shape.kinds)


def _path(parameter: Parameter, lexicon: Lexicon, shape: Shape) -> Gatherer:
    name = parameter.name
    if parameter.style == "simple" and shape.kinds.isdisjoint(_STRUCTURES):
        reader = lexicon.reader(shape)
        return lambda source: (reader(decode(source.path[name])),)
    read = path_reader(lexicon, shape, name, parameter.style, parameter.explode)
    return lambda source: read(source.path[name])


def _query(
    parameter: Parameter, lexicon: Lexicon, shape: Shape, others: frozenset[str], bracketed: frozenset[str]
) -> Gatherer:
    name, style = parameter.name, parameter.style
    if shape.kinds.isdisjoint(_STRUCTURES):
        return _scalar_query(name, lexicon, shape)
    spreads = is_spread(parameter, shape)
    named = forms.by_style(name, lexicon, shape, style, parameter.explode, others, brackets=not spreads)
    if not spreads:
        return lambda source: named(source.fields)
    is_greedy = shape.is_open and shape.is_nullable_object
    spread = exploded_object(lexicon, shape, others, bracketed=bracketed, is_greedy=is_greedy)

    def gather(source: Source) -> Candidates | None:
        fields = source.fields
        is_member = name in shape.names or (shape.is_object and name in fields)
        found = None if is_member else named(fields)
        if found is not None:
            return found
        value = spread(fields)
        return None if value is None else (value,)

    return gather


def _scalar_query(name: str, lexicon: Lexicon, shape: Shape) -> Gatherer:
    """The shortest way for what nearly all query parameters are."""
    reader = lexicon.reader(shape)

    def gather(source: Source) -> Candidates | None:
        raws = source.fields.get(name)
        return (reader(decode_form(_single(raws))),) if raws else None

    return gather


def _header(parameter: Parameter, lexicon: Lexicon, shape: Shape) -> Gatherer:
    name = parameter.name.lower()
    if shape.kinds.isdisjoint(_STRUCTURES):
        reader = lexicon.reader(shape)

        def gather(source: Source) -> Candidates | None:
            texts = source.header(name)
            return (reader(_single(texts)),) if texts else None

        return gather
    reading = Reading(lexicon, shape, str, LIST_COMMA, parameter.explode)

    def gather_list(source: Source) -> Candidates | None:
        texts = source.header(name)
        return reading.read(", ".join(texts)) if texts else None

    return gather_list


def _cookie(parameter: Parameter, lexicon: Lexicon, shape: Shape) -> Gatherer:
    name = parameter.name
    undo = decode_if_encoded if parameter.style == "form" else str
    reading = Reading(lexicon, shape, undo, COMMA, parameter.explode)
    ampersand = Reading(lexicon, shape, undo, Delimiter(COMMA.wire, "&"), parameter.explode)
    members = sorted(shape.names) if is_spread(parameter, shape) else []

    def gather(source: Source) -> Candidates | None:
        texts = source.cookie(name)
        if not texts:
            pairs = [(member, undo(_single(values))) for member in members if (values := source.cookie(member))]
            return (reading.object(pairs),) if pairs else None
        if "array" in shape.kinds and parameter.explode and len(texts) == 1 and f"&{name}=" in texts[0]:
            texts = texts[0].split(f"&{name}=")
        if len(texts) > 1 and parameter.explode:
            return exploded_values(reading, texts)
        return _both(reading, ampersand, _single(texts))

    return gather


def _both(reading: Reading, ampersand: Reading, text: str) -> Iterator[JSONValue]:
    """A cookie with commas between items, as software writes it, or with `&`, as RFC 6570 does."""
    yield from reading.read(text)
    if "&" in text and reading.explode and "object" in reading.shape.kinds:
        yield from ampersand.structures(text.split("&"), reading.decode)


def _content(parameter: Parameter, media: MediaType, lexicon: Lexicon, limits: Limits) -> Gatherer:
    """A parameter that is a document of its own: JSON, a form, or text."""
    name = parameter.name
    reader = content_reader(media, lexicon, limits)

    def read(text: str) -> Candidates:
        return (reader(text),)

    match parameter.location:
        case ParameterLocation.PATH:
            return lambda source: read(decode(source.path[name]))
        case ParameterLocation.QUERY:
            return lambda source: _found(source.fields.get(name), lambda raw: read(decode_form(raw)))
        case ParameterLocation.HEADER:
            if linksets.is_linkset(media.media_type):  # a list, as every header whose lines may be joined
                return lambda source: _found([", ".join(texts)] if (texts := source.header(name.lower())) else [], read)
            return lambda source: _found(source.header(name.lower()), lambda raw: read(_utf8(raw)))
        case ParameterLocation.COOKIE:
            is_text = not is_form(media.media_type) and not is_json(media.media_type)
            undo_cookie = str if is_text else decode_if_encoded
            return lambda source: _found(source.cookie(name), lambda raw: read(undo_cookie(raw)))
        case ParameterLocation.QUERYSTRING:
            undo = str if is_form(media.media_type) else decode
            return lambda source: read(undo(source.query)) if source.query else None


def content_reader(media: MediaType, lexicon: Lexicon, limits: Limits) -> Callable[[str], JSONValue]:
    """What reads a text that is a document of a media type: JSON, a form, links, or text."""
    if is_form(media.media_type):
        return forms.compile(media, lexicon, limits).read
    if is_json(media.media_type):
        return lambda text: forms.json_text(text, limits)
    shape = lexicon.shapes.of(media.schema.pointer) if media.schema else lexicon.shapes.of()
    if linksets.is_linkset(media.media_type) and "string" not in shape.kinds:
        return linksets.read
    return lexicon.reader(shape)


def _found(texts: list[str], read: Callable[[str], Candidates]) -> Candidates | None:
    return read(_single(texts)) if texts else None


def _single(texts: list[str]) -> str:
    if len(texts) > 1:
        raise Malformed("repeated-parameter", "the parameter is given more than once")
    return texts[0]


def _utf8(text: str) -> str:
    """A header that holds JSON, whose bytes are UTF-8."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("not-utf-8", "the header holds JSON and is not UTF-8") from None
