"""The oracle: what a contract says of a request, written once more, slowly, with nothing of the runtime in it.

Texts are taken apart as `docs/ENFORCEMENT.md` says, values are judged by python-jsonschema with format checks of the
standard library. It knows the contracts that `contracts.py` makes, and no others: types are plain, objects in queries
are closed.
"""

from __future__ import annotations

import ipaddress
import json
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import isinf
from typing import Any, TypeAlias
from urllib.parse import quote, unquote_to_bytes

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

Json: TypeAlias = Any
"""A JSON value, as python-jsonschema has it."""

ABSENT = object()
BOUNDS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}


class Unreadable(Exception):
    """A text that cannot be read: 400."""


class Broken(Exception):
    """A text that can be read and breaks the contract: 422, or 404 in a path."""


class Either(Exception):
    """Part of a request cannot be read, and another breaks its contract: which is said first is nobody's promise."""


@dataclass(slots=True)
class Verdict:
    """The statuses that are right; for 200 also what the handler must have been given."""

    statuses: set[int]
    values: dict[str, Json] = field(default_factory=dict[str, Any])


# --- Values


def _checker() -> FormatChecker:
    checker = FormatChecker(formats=())

    def made(make: Callable[[str], object], pattern: str) -> Callable[[object], bool]:
        def check(value: object) -> bool:
            if not isinstance(value, str):
                return True
            if re.fullmatch(pattern, value) is None:
                return False
            try:
                make(value)
            except ValueError:
                return False
            return True

        return check

    checker.checks("date")(made(date.fromisoformat, r"[0-9]{4}-[0-9]{2}-[0-9]{2}"))
    checker.checks("uuid")(made(uuid.UUID, r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"))
    checker.checks("ipv4")(made(ipaddress.IPv4Address, r"[0-9.]+"))
    return checker


def _pattern(validator: object, pattern: str, value: object, schema: object) -> Iterator[ValidationError]:
    """ECMA-262 has no `$` before a last line break."""
    if isinstance(value, str) and re.search(pattern.replace("$", r"\Z"), value) is None:
        yield ValidationError("does not match")


_Validator = extend(Draft202012Validator, {"pattern": _pattern})
_FORMATS = _checker()


def directed(schema: Json, mark: str) -> Json:
    """The schema with numeric formats as bounds, and without the members that a direction leaves out."""
    if isinstance(schema, list):
        return [directed(each, mark) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {
        key: value if key in ("enum", "const", "default", "required") else directed(value, mark)
        for key, value in schema.items()
        if key != "properties"
    }
    if "properties" in schema:
        members: dict[str, Json] = schema["properties"]
        left_out = {name for name, member in members.items() if isinstance(member, dict) and member.get(mark)}
        made["properties"] = {
            name: False if name in left_out else directed(member, mark) for name, member in members.items()
        }
        made["required"] = [name for name in schema.get("required", []) if name not in left_out]
    if schema.get("format") in BOUNDS:
        least, most = BOUNDS[schema["format"]]
        made["allOf"] = [*made.get("allOf", []), {"minimum": least, "maximum": most}]
    return made


def admits(schema: Json, value: Json, mark: str = "readOnly") -> bool:
    """Whether a schema admits a value."""
    valid: bool = _Validator(directed(schema, mark), format_checker=_FORMATS).is_valid(value)
    return valid


def json_value(raw: bytes) -> Json:
    """The value of a JSON text. Raises Unreadable."""

    def unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        if len({name for name, _ in pairs}) < len(pairs):
            raise Unreadable
        return dict(pairs)

    def constant(text: str) -> Json:
        raise Unreadable

    def number(text: str) -> float:
        if isinf(value := float(text)):
            raise Unreadable
        return value

    try:
        text = raw.decode("utf-8")
        if text.startswith("\ufeff"):
            raise Unreadable
        value = json.loads(text, object_pairs_hook=unique, parse_constant=constant, parse_float=number)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except ValueError:
        raise Unreadable from None
    return value


def as_item(schema: Json, text: str) -> Json:
    """A text as the scalar that a schema admits: the JSON literal that it is, else itself. Raises Broken."""
    readings: list[Json] = [text]
    if re.fullmatch(r"true|false|null|-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", text):
        value = json.loads(text)
        if not (isinstance(value, float) and isinf(value)):
            is_whole = isinstance(value, float) and _is_exact(schema) and Decimal(text) % 1 == 0
            readings.insert(0, int(Decimal(text)) if is_whole else value)
    for reading in readings:
        if admits(schema, reading):
            return reading
    raise Broken


def _is_exact(schema: Json) -> bool:
    """Whether a number is an integer or nothing, and therefore no double."""
    kinds = schema.get("type")
    return kinds == "integer" or (isinstance(kinds, list) and "integer" in kinds and "number" not in kinds)


# --- Texts


def decoded(raw: str, *, plus: bool = False) -> str:
    """A percent-encoded text. Raises Unreadable."""
    if not raw.isascii() or re.search("%(?![0-9a-fA-F]{2})", raw):
        raise Unreadable
    try:
        return unquote_to_bytes(raw.replace("+", " ") if plus else raw).decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable from None


def cookie_text(raw: str) -> str:
    try:
        return decoded(raw)
    except Unreadable:
        return raw


def fields_of(raw: str) -> list[tuple[str, str]]:
    """Names, decoded, and raw values of a query string or form. Raises Unreadable."""
    pairs = [part.partition("=") for part in raw.split("&") if part]
    return [(decoded(name, plus=True), value) for name, _, value in pairs]


def value_of(schema: Json, candidates: Iterator[Json]) -> Json:
    """The first candidate that a schema admits. Raises Broken."""
    for candidate in candidates:
        if admits(schema, candidate):
            return candidate
    raise Broken


def array_of(schema: Json, texts: Sequence[str]) -> Iterator[Json]:
    """Texts as an array; a single empty one may also be no item."""
    with suppress(Broken):
        yield [as_item(schema["items"], text) for text in texts]
    if list(texts) == [""]:
        yield []


def object_of(schema: Json, pairs: Sequence[tuple[str, str]]) -> Json:
    """Names and texts as an object. Raises Broken."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise Broken
    return {name: as_item(schema["properties"].get(name, {}), text) for name, text in pairs}


def in_one_text(
    schema: Json, raw: str, *, between: str, character: str, equals: bool, undo: Callable[[str], str]
) -> Json:
    """A scalar, an array or an object in one text. Raises Unreadable, Broken."""
    if schema["type"] not in ("array", "object"):
        return as_item(schema, undo(raw))

    def candidates() -> Iterator[Json]:
        pieces = re.split(between, raw)
        yield from structures(pieces, undo)
        if len(pieces) == 1 and character in undo(raw):
            yield from structures(undo(raw).split(character), str)

    def structures(pieces: list[str], undo: Callable[[str], str]) -> Iterator[Json]:
        if schema["type"] == "array":
            yield from array_of(schema, [undo(piece) for piece in pieces])
        elif pieces == [""]:
            yield {}
        elif equals and all("=" in piece for piece in pieces):
            parts = [piece.partition("=") for piece in pieces]
            yield object_of(schema, [(undo(name), undo(text)) for name, _, text in parts])
        elif not equals and len(pieces) % 2 == 0:
            texts = [undo(piece) for piece in pieces]
            yield object_of(schema, list(zip(texts[::2], texts[1::2], strict=True)))

    return value_of(schema, candidates())


# --- Parameters


def in_path(parameter: Json, raw: str) -> Json:
    """A path parameter. Raises Unreadable, Broken."""
    schema, style, explode, name = parameter["schema"], parameter["style"], parameter["explode"], parameter["name"]
    is_structure = schema["type"] in ("array", "object")
    match style:
        case "simple":
            return in_one_text(schema, raw, between=",", character=",", equals=explode, undo=decoded)
        case "label":
            if not raw.startswith("."):
                raise Broken
            dot = explode and is_structure
            return in_one_text(
                schema,
                raw[1:],
                between=r"\." if dot else ",",
                character="." if dot else ",",
                equals=explode,
                undo=decoded,
            )
    if not raw.startswith(";"):
        raise Broken
    pairs = [part.partition("=") for part in raw[1:].split(";")]
    names = [decoded(key) for key, _, _ in pairs]
    if any(key != name for key in names):
        if not explode or schema["type"] != "object":
            raise Broken
        found = object_of(schema, [(key, decoded(text)) for key, (_, _, text) in zip(names, pairs, strict=True)])
        return value_of(schema, iter([found]))
    if explode and schema["type"] == "array":
        return value_of(schema, array_of(schema, [decoded(text) for _, _, text in pairs]))
    if len(pairs) > 1 or (explode and schema["type"] == "object"):
        raise Broken
    return in_one_text(schema, pairs[0][2], between=",", character=",", equals=False, undo=decoded)


def in_query(parameter: Json, fields: list[tuple[str, str]]) -> Json:
    """A query parameter; ABSENT when it was not sent. Raises Unreadable, Broken."""
    schema, style, explode, name = parameter["schema"], parameter["style"], parameter["explode"], parameter["name"]

    def undo(raw: str) -> str:
        return decoded(raw, plus=True)

    if schema["type"] == "object" and (style == "deepObject" or explode):
        beginning, end = (f"{name}[", "]") if style == "deepObject" else ("", "")
        known = {f"{beginning}{member}{end}": member for member in schema["properties"]}
        in_brackets = bool(end) and any(key.startswith(beginning) for key, _ in fields)
        mine = [(key, raw) for key, raw in fields if key in known or (in_brackets and f"{key}[".startswith(beginning))]
        texts = [(key, undo(raw)) for key, raw in mine]
        pairs = [(known[key], text) for key, text in texts if key in known]
        return value_of(schema, iter([object_of(schema, pairs)])) if pairs else ABSENT
    raws = [raw for key, raw in fields if key == name]
    if not raws:
        return ABSENT
    if schema["type"] == "array" and explode:
        return value_of(schema, array_of(schema, [undo(raw) for raw in raws]))
    if len(raws) > 1:
        raise Broken
    between = {"spaceDelimited": r"%20|\+| ", "pipeDelimited": r"\||%7[cC]"}.get(style, ",")
    character = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",")
    return in_one_text(schema, raws[0], between=between, character=character, equals=False, undo=undo)


def in_header(parameter: Json, texts: list[str]) -> Json:
    """A header parameter; ABSENT when it was not sent. Raises Broken."""
    schema = parameter["schema"]
    texts = [text.strip(" \t") for text in texts]
    if not texts:
        return ABSENT
    if schema["type"] not in ("array", "object") and len(texts) > 1:
        raise Broken
    return in_one_text(
        schema, ", ".join(texts), between=r"[ \t]*,[ \t]*", character=",", equals=parameter["explode"], undo=str
    )


def in_cookie(parameter: Json, header: str) -> Json:
    """A cookie parameter; ABSENT when it was not sent. Raises Broken."""
    pairs = [pair.strip(" \t").partition("=") for pair in header.split(";")]
    raws = [value for name, equals, value in pairs if equals and name == parameter["name"]]
    if not raws:
        return ABSENT
    if len(raws) > 1:
        raise Broken
    return in_one_text(parameter["schema"], raws[0], between=",", character=",", equals=False, undo=cookie_text)


@dataclass(slots=True)
class Request:
    """A request as it goes over the wire; `path` is the raw text of the path parameter."""

    operation: str
    path: str = ""
    query: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    body: bytes | None = None


def parameters(operation: Json, request: Request) -> Verdict:
    """What the parameters of a request come to."""
    verdict = Verdict(set())
    causes: list[str] = []
    declared: list[Json] = operation["parameters"]
    try:
        fields: list[tuple[str, str]] | None = fields_of(request.query)
    except Unreadable:
        fields = None
        causes.append("unreadable")
    for parameter in declared:
        place = parameter["in"]
        if place == "query" and fields is None:
            continue
        try:
            value = _sent(parameter, request, fields or [])
            if value is ABSENT:
                value = _nothing(parameter)
        except Unreadable:
            causes.append("unreadable path" if place == "path" else "unreadable")
        except Broken:
            causes.append("path" if place == "path" else "broken")
        else:
            if value is not ABSENT:
                verdict.values[f"{place} {parameter['name']}"] = value
    if fields is not None and not all(_is_declared(declared, name) for name, _ in fields):
        causes.append("broken")
    for cause, status in (("unreadable path", 400), ("path", 404), ("unreadable", 400), ("broken", 422)):
        if cause in causes:
            return Verdict({status})
    verdict.statuses = {200}
    return verdict


def _sent(parameter: Json, request: Request, fields: list[tuple[str, str]]) -> Json:
    match parameter["in"]:
        case "path":
            return in_path(parameter, request.path)
        case "query":
            return in_query(parameter, fields)
        case "header":
            name = parameter["name"].lower()
            return in_header(parameter, [text for key, text in request.headers if key == name])
        case _:
            return in_cookie(parameter, ";".join(text for key, text in request.headers if key == "cookie"))


def _nothing(parameter: Json) -> Json:
    schema = parameter["schema"]
    if parameter.get("required"):
        is_spread = schema["type"] == "object" and (parameter["style"] == "deepObject" or parameter["explode"])
        if parameter["in"] == "query" and is_spread and admits(schema, {}):
            return {}
        raise Broken
    return schema.get("default", ABSENT)


def _is_declared(declared: list[Json], name: str) -> bool:
    for parameter in declared:
        if parameter["in"] != "query":
            continue
        members = parameter["schema"].get("properties", {})
        if parameter["style"] == "deepObject":
            names = {f"{parameter['name']}[{member}]" for member in members}
        else:
            is_spread = parameter["schema"]["type"] == "object" and parameter["explode"]
            names = set(members) if is_spread else {parameter["name"]}
        if name in names:
            return True
    return False


# --- Bodies and replies


def form_body(schema: Json, raw: bytes) -> Json:
    """An urlencoded body. Raises Unreadable, Broken."""
    found: dict[str, list[str]] = {}
    for name, value in fields_of(raw.decode("latin-1")):
        found.setdefault(name, []).append(decoded(value, plus=True))
    made: dict[str, Json] = {}
    for name, texts in found.items():
        member = schema["properties"].get(name)
        if member is None:
            raise Broken
        if member["type"] == "array":
            made[name] = value_of(member, array_of(member, texts))
        elif len(texts) > 1:
            raise Broken
        else:
            made[name] = as_item(member, texts[0])
    return value_of(schema, iter([made]))


def multipart_body(schema: Json, raw: bytes) -> Json:
    """A multipart form with the boundary `b`; objects are JSON, all else is text. Raises Unreadable, Broken."""
    found: dict[str, list[bytes]] = {}
    for part in raw.removesuffix(b"--b--\r\n").split(b"--b\r\n")[1:]:
        head, _, content = part.removesuffix(b"\r\n").partition(b"\r\n\r\n")
        found.setdefault(head.decode().split('"')[1], []).append(content)
    wrong = any(_is_wrong_part(schema["properties"].get(name), len(contents)) for name, contents in found.items())
    unreadable = False
    made: dict[str, Json] = {}
    for name, contents in found.items():
        member = schema["properties"].get(name, {"type": "string"})
        try:
            made[name] = _parts(member, contents)
        except Unreadable:
            unreadable = True
        except Broken:
            wrong = True
    if wrong and unreadable:
        raise Either
    if wrong or unreadable:
        raise Broken if wrong else Unreadable
    return value_of(schema, iter([made]))


def _is_wrong_part(member: Json, count: int) -> bool:
    return member is None or (member["type"] != "array" and count > 1)


def _parts(member: Json, contents: list[bytes]) -> Json:
    if member["type"] == "object":
        return value_of(member, iter([json_value(content) for content in contents][:1]))
    try:
        texts = [content.decode() for content in contents]
    except UnicodeDecodeError:
        raise Unreadable from None
    return value_of(member, array_of(member, texts)) if member["type"] == "array" else as_item(member, texts[0])


def _has_wrong_fields(schema: Json, raw: bytes) -> bool:
    """Whether a form that cannot be read breaks the contract too: which is said first is nobody's promise."""
    names = [part.partition("=")[0] for part in raw.decode("latin-1").split("&") if part]
    known = {quote(name, safe=""): member for name, member in schema["properties"].items()}
    scalars = [name for name in names if known.get(name, {}).get("type") != "array"]
    return not known.keys() >= set(names) or len(set(scalars)) < len(scalars)


def verdict(operation: Json, request: Request) -> Verdict:
    """What the contract says of a request."""
    if "requestBody" not in operation:
        return parameters(operation, request)
    ((media_type, media),) = operation["requestBody"]["content"].items()
    schema, raw = media["schema"], request.body or b""
    if media_type.startswith("multipart/"):
        return _multipart_verdict(schema, raw)
    if not raw and not media_type.endswith("urlencoded"):
        return Verdict({422})  # a form with no fields is a form, but no bytes are no JSON
    try:
        value = form_body(schema, raw) if media_type.endswith("urlencoded") else json_value(raw)
    except Unreadable:
        return Verdict({400, 422} if media_type.endswith("urlencoded") and _has_wrong_fields(schema, raw) else {400})
    except Broken:
        return Verdict({422})
    if not admits(schema, value):
        return Verdict({422})
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    if operation["operationId"].startswith("reply") and not admits(answer, value, "writeOnly"):
        return Verdict({500})
    return Verdict({200}, {"body": value})


def _multipart_verdict(schema: Json, raw: bytes) -> Verdict:
    try:
        return Verdict({200}, {"body": multipart_body(schema, raw)})
    except Unreadable:
        return Verdict({400})
    except Either:
        return Verdict({400, 422})
    except Broken:
        return Verdict({422})
