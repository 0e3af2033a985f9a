"""Values to the texts of parameters, in every style: what `parameters` reads, written; for senders, mocks and tests.

    path_text(parameter, value)      the text that stands in a path for its template expression
    query_text(parameter, value)     `a=1&a=2`, to be joined with `&`; empty when nothing is to be sent
    header_value(parameter, value)   the value of a header
    cookie_text(parameter, value)    `a=1`, to be joined with `; `
    form_text(value, encodings)      an object as `application/x-www-form-urlencoded`

Values are JSON values that the schema admits. Everything but unreserved characters is percent-encoded in URLs, the
delimiters of the style apart (RFC 6570, section 3.2); headers are written as they are. An empty array or an empty
object that would be spread over several fields is nothing at all.

A property of a form with a style is written like a query parameter (OpenAPI 3.2.0, section 4.15.1.2), any other by
content: an array as one field for each item, an object as JSON. So is a parameter with `content`: as JSON or as a form
where its media type is one, else as text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from handfast.contract.model import Encoding, JSONValue, MediaType, Parameter, ParameterLocation
from handfast.runtime import linksets
from handfast.runtime.media_types import is_form, is_json
from handfast.runtime.percent import encode

_DELIMITERS = {"form": ",", "simple": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C", "cookie": ","}

_OWN = str.maketrans({"&": "%26", "+": "%2B", "#": "%23", ",": "%2C"})
"""Reserved characters that a query string or a style needs for itself, whatever `allowReserved` says."""


def scalar_text(value: JSONValue) -> str:
    """A scalar by JSON's grammar, a string as itself; arrays and objects inside of others as JSON."""
    return value if isinstance(value, str) else json_text(value)


def path_text(parameter: Parameter, value: JSONValue) -> str:
    """A value as it stands in a path, in the style simple, label or matrix."""
    if parameter.content is not None:
        return encode(content_text(parameter.content, value))
    name = encode(parameter.name)
    match parameter.style:
        case "label":
            return "." + _joined(value, "." if parameter.explode else ",", parameter.explode, encode)
        case "matrix":
            return _matrix(name, value, parameter.explode)
        case _:
            return _joined(value, ",", parameter.explode, encode)


def query_text(parameter: Parameter, value: JSONValue) -> str:
    """A value as the fields of a query string."""
    if parameter.content is not None:
        text = content_text(parameter.content, value)
        if parameter.location is not ParameterLocation.QUERYSTRING:
            return f"{encode(parameter.name)}={encode(text)}"
        return text if is_form(parameter.content.media_type) else encode(text)

    def written(text: str) -> str:
        return encode(text, allow_reserved=True).translate(_OWN) if parameter.allow_reserved else encode(text)

    fields = _fields(parameter, value)
    if fields is not None:
        return "&".join(f"{encode(name)}={written(text)}" for name, text in fields)
    delimiter = _DELIMITERS.get(parameter.style, ",")
    return f"{encode(parameter.name)}={_joined(value, delimiter, False, written)}"


def header_value(parameter: Parameter, value: JSONValue) -> str:
    """A value as a header, in the style simple."""
    if parameter.content is None:
        return _joined(value, ",", parameter.explode, str)
    return header_content(parameter.content, value)


def header_content(content: MediaType, value: JSONValue) -> str:
    """A value as its media type says, in what a header can carry. ValueError for links that are none."""
    if linksets.is_linkset(content.media_type) and not isinstance(value, str):
        return linksets.written(value)
    return ascii_json(value) if is_json(content.media_type) else content_text(content, value)


def cookie_text(parameter: Parameter, value: JSONValue) -> str:
    """A value as one cookie, or as several in a row."""
    if parameter.content is not None:
        text = content_text(parameter.content, value)
        is_text = not is_form(parameter.content.media_type) and not is_json(parameter.content.media_type)
        return f"{parameter.name}={text if is_text else encode(text)}"
    written: Callable[[str], str] = str if parameter.style == "cookie" else encode
    if parameter.style == "cookie" and parameter.explode and isinstance(value, (list, dict)):
        return "; ".join(f"{name}={written(text)}" for name, text in _spread(parameter.name, value))
    return f"{parameter.name}={_joined(value, ',', parameter.explode, written)}"


def content_text(media: MediaType, value: JSONValue) -> str:
    """A value as the text of a media type that stands in a parameter."""
    if is_form(media.media_type) and isinstance(value, dict):
        return form_text(value, media.encoding)
    return json_text(value) if is_json(media.media_type) else scalar_text(value)


def form_text(form: Mapping[str, JSONValue], encodings: Mapping[str, Encoding]) -> str:
    """An object as a urlencoded form; what has no fields, an empty array for instance, is not in it."""
    fields = (field for name, value in form.items() for field in _form_fields(name, value, encodings.get(name)))
    return "&".join(filter(None, fields))


def _form_fields(name: str, value: JSONValue, encoding: Encoding | None) -> Iterator[str]:
    if encoding is not None and encoding.explicit_style:
        yield query_text(as_parameter(name, encoding), value)
        return
    as_json = encoding is not None and encoding.content_type is not None and is_json(encoding.content_type)
    for item in value if isinstance(value, list) and not as_json else [value]:
        yield f"{encode(name)}={encode(json_text(item) if as_json else scalar_text(item))}"


def as_parameter(name: str, encoding: Encoding) -> Parameter:
    """A property of a form that has a style, as the query parameter that it is written like."""
    return Parameter(
        pointer=encoding.pointer,
        name=name,
        location=ParameterLocation.QUERY,
        required=False,
        style=encoding.style,
        explode=encoding.explode,
        allow_reserved=encoding.allow_reserved,
    )


def _fields(parameter: Parameter, value: JSONValue) -> list[tuple[str, str]] | None:
    """Names and texts of a value that is spread over several fields; None when it stands in one."""
    if parameter.style == "deepObject" and isinstance(value, dict):
        return list(_deep(parameter.name, value))
    if parameter.explode and isinstance(value, (list, dict)):
        return list(_spread(parameter.name, value))
    return None


def _spread(name: str, value: list[JSONValue] | dict[str, JSONValue]) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        yield from ((name, scalar_text(item)) for item in value)
        return
    for key, item in value.items():
        if isinstance(item, list):
            yield from ((key, scalar_text(each)) for each in item)
        elif isinstance(item, dict):
            yield from _deep(key, item)
        else:
            yield key, scalar_text(item)


def _deep(name: str, value: Mapping[str, JSONValue]) -> Iterator[tuple[str, str]]:
    for key, item in value.items():
        place = f"{name}[{key}]"
        if isinstance(item, dict):
            yield from _deep(place, item)
        elif isinstance(item, list):
            yield from ((place, scalar_text(each)) for each in item)
        else:
            yield place, scalar_text(item)


def _matrix(name: str, value: JSONValue, explode: bool) -> str:
    if explode and isinstance(value, list):
        return "".join(f";{name}={encode(scalar_text(item))}" for item in value)
    if explode and isinstance(value, dict):
        return ";" + _joined(value, ";", True, encode)
    return f";{name}={_joined(value, ',', False, encode)}"


def _joined(value: JSONValue, delimiter: str, explode: bool, written: Callable[[str], str]) -> str:
    """A value in one text: items with a delimiter between them, members as `a=1` or `a,1`."""
    if isinstance(value, list):
        return delimiter.join(written(scalar_text(item)) for item in value)
    if isinstance(value, dict):
        between = "=" if explode else delimiter
        return delimiter.join(f"{written(key)}{between}{written(scalar_text(item))}" for key, item in value.items())
    return written(scalar_text(value))


def json_text(value: JSONValue) -> str:
    """A value as JSON, without spaces; ValueError for numbers that are not finite."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def ascii_json(value: JSONValue) -> str:
    """A value as JSON that a header can carry: characters beyond ASCII are escaped."""
    return json.dumps(value, allow_nan=False, separators=(",", ":"))
