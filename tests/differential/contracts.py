"""Strategies: contracts with every style, schemas that overlap, and requests on both sides of what they admit."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from tests.differential.oracle import Json, Request

STYLES: dict[str, list[tuple[str, bool]]] = {
    "path": [(style, explode) for style in ("simple", "label", "matrix") for explode in (False, True)],
    "query": [
        ("form", True),
        ("form", False),
        ("deepObject", True),
        ("spaceDelimited", False),
        ("pipeDelimited", False),
    ],
    "header": [("simple", False), ("simple", True)],
    "cookie": [("form", False)],
}
MEMBERS = ("a", "b", "long name&=é")
TEXTS = [
    "",
    "0",
    "1",
    "5",
    "7",
    "05",
    "+5",
    "-0",
    "-3",
    "1e0",
    "1.0",
    "1.5",
    "1e400",
    "1_0",
    "５",
    "true",
    "false",
    "TRUE",
    "yes",
    "null",
    "NaN",
    "a",
    "b",
    "abc",
    "abcd",
    "é",
    "a,b",
    "a b",
    "x|y",
    "a=b",
    "&",
    "2147483648",
    "9223372036854775808",
    "9007199254740993.0",
    "2024-02-29",
    "2023-02-29",
    "2024-10-1+",
    "1.2.3.4",
    "01.2.3.4",
    "a\n",
    "😀😀",
    "[1]",
    '"a"',
    "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
    "100%",
    " 5",
    ".",
    ";",
    "%2C",
]
JUNK = ["", "&", "&&", "zz=1", "%zz=1", "%ff=1", "p", "p=", "p=1", "P=1", "p=%", "p=%C3%28", "p=1&p=2", "a=1", "p[a]=1"]

SCALARS: st.SearchStrategy[Json] = st.one_of(
    st.sampled_from(["string", "integer", "number", "boolean", "null"]).map(lambda kind: {"type": kind}),
    st.fixed_dictionaries(
        {"type": st.just("integer")},
        optional={
            "minimum": st.integers(-3, 5),
            "maximum": st.integers(0, 10),
            "multipleOf": st.sampled_from([1, 2, 5]),
            "format": st.sampled_from(["int32", "int64"]),
        },
    ),
    st.fixed_dictionaries(
        {"type": st.just("number")},
        optional={
            "exclusiveMinimum": st.integers(-3, 5),
            "maximum": st.sampled_from([1, 1.5, 10]),
            "multipleOf": st.just(0.5),
        },
    ),
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={
            "minLength": st.integers(0, 3),
            "maxLength": st.integers(1, 5),
            "pattern": st.sampled_from(["^[a-c]+$", "b", "^.$"]),
            "format": st.sampled_from(["date", "uuid", "ipv4"]),
        },
    ),
    st.lists(
        st.sampled_from(["string", "integer", "number", "boolean", "null"]), min_size=2, max_size=3, unique=True
    ).map(lambda kinds: {"type": kinds}),
    st.lists(st.sampled_from(["a", "abc", "5", "true", 5, 7, 1.5, True, None]), min_size=1, max_size=4).map(
        lambda values: {"type": ["string", "number", "boolean", "null"], "enum": _unique(values)}
    ),
    st.sampled_from(
        [
            {
                "type": ["integer", "string"],
                "anyOf": [{"type": "integer", "maximum": 5}, {"type": "string", "maxLength": 3}],
            },
            {
                "type": ["number", "string"],
                "oneOf": [{"type": "number", "multipleOf": 2}, {"type": "string", "pattern": "^[0-9]+$"}],
            },
            {"type": ["integer", "string"], "not": {"const": 5}},
            {
                "type": ["string", "boolean"],
                "if": {"type": "boolean"},
                "then": {"const": True},
                "else": {"minLength": 2},
            },
        ]
    ),
)
"""Schemas of one text; `type` is always said."""


def _unique(values: list[Json]) -> list[Json]:
    return [json.loads(text) for text in dict.fromkeys(json.dumps(value) for value in values)]


def arrays(items: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {"type": st.just("array"), "items": items},
        optional={"minItems": st.integers(0, 2), "maxItems": st.integers(1, 3), "uniqueItems": st.booleans()},
    )


def objects(members: st.SearchStrategy[Json], *, closed: bool) -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {
            "type": st.just("object"),
            "properties": st.fixed_dictionaries({}, optional=dict.fromkeys(MEMBERS, members)),
            "additionalProperties": st.just(False) if closed else st.one_of(st.booleans(), SCALARS),
        },
        optional={
            "required": st.lists(st.sampled_from(MEMBERS), max_size=2, unique=True),
            "minProperties": st.integers(0, 2),
        },
    )


def _marked(schema: Json, mark: str | None) -> Json:
    return schema if mark is None else {**schema, mark: True}


MARKED = st.builds(_marked, SCALARS, st.sampled_from([None, None, None, "readOnly", "writeOnly"]))
BODIES: st.SearchStrategy[Json] = st.recursive(
    SCALARS, lambda inner: st.one_of(arrays(inner), objects(st.one_of(inner, MARKED), closed=False)), max_leaves=5
)


@st.composite
def parameter(draw: st.DrawFn, place: str, name: str) -> Json:
    """A parameter; `style` and `explode` are always said."""
    style, explode = draw(st.sampled_from(STYLES[place]))
    kinds = [objects(SCALARS, closed=True)]
    if style != "deepObject":
        kinds.append(arrays(SCALARS))
        if style in ("form", "simple", "label", "matrix"):
            kinds += [SCALARS, SCALARS]
    schema: Json = draw(st.one_of(kinds))
    made = {"name": name, "in": place, "style": style, "explode": explode, "schema": schema}
    return {**made, "required": place == "path" or draw(st.booleans())}


@st.composite
def operations(draw: st.DrawFn, index: int) -> tuple[str, Json]:
    """A path and an operation: with parameters, a JSON body, a form, or a reply of any shape."""
    kind = draw(st.sampled_from(["read", "read", "read", "body", "form", "parts", "reply"]))
    problem = {"description": "No.", "content": {"application/problem+json": {"schema": {}}}}
    answer: Json = {"description": "Fine.", "content": {"application/json": {"schema": {}}}}
    operation: Json = {
        "operationId": f"{kind}{index}",
        "responses": {"200": answer, **dict.fromkeys(("400", "404", "413", "415", "422", "500"), problem)},
    }
    path = f"/o{index}"
    if kind == "read":
        places = draw(st.lists(st.sampled_from(["path", "query", "query", "header", "cookie"]), min_size=1, max_size=2))
        if len(places) == 2 and places[0] == places[1]:
            places.pop()
        operation["parameters"] = [draw(parameter(place, "X-P" if place == "header" else "p")) for place in places]
        path += "/{p}" if "path" in places else ""
        return path, {"get": operation}
    media_type = "application/json"
    schema: Json = {}
    if kind == "form":
        media_type = "application/x-www-form-urlencoded"
        schema = draw(objects(st.one_of(SCALARS, arrays(SCALARS)), closed=True))
    elif kind == "parts":
        media_type = "multipart/form-data"
        schema = draw(objects(st.one_of(SCALARS, arrays(SCALARS), objects(SCALARS, closed=True)), closed=True))
    elif kind == "body":
        schema = draw(BODIES)
    else:
        operation["responses"]["200"] = {**answer, "content": {"application/json": {"schema": draw(BODIES)}}}
    operation["requestBody"] = {"required": True, "content": {media_type: {"schema": schema}}}
    return path, {"post": operation}


@st.composite
def documents(draw: st.DrawFn) -> Json:
    """A contract."""
    paths = dict(draw(operations(index)) for index in range(draw(st.integers(2, 4))))
    return {"openapi": "3.1.1", "info": {"title": "t", "version": "1"}, "servers": [{"url": "/"}], "paths": paths}


# --- Requests

TEXT = st.sampled_from(TEXTS)
ESCAPE = st.sampled_from([True, True, True, False])


def _escaped(text: str, *, escape: bool, safe: str = "") -> str:
    return quote(text, safe="") if escape else quote(text, safe=f'{safe} %,=+|[]"')


@st.composite
def piece(draw: st.DrawFn, declared: Json) -> list[str]:
    """A parameter on the wire: texts, more or less in its style; several for fields of their own."""
    place, style, explode, name = declared["in"], declared["style"], declared["explode"], declared["name"]
    kind = declared["schema"]["type"]
    escape = draw(ESCAPE)
    is_raw = place == "header"

    def put(text: str) -> str:
        if is_raw:
            return "".join(character for character in text if character.isprintable() and ord(character) < 256)
        written = _escaped(text, escape=escape).replace(" ", "%20")
        return written if place != "cookie" else written.replace('"', "%22")

    texts = [put(text) for text in draw(st.lists(TEXT, min_size=0 if kind in ("array", "object") else 1, max_size=3))]
    equals = "=" if explode else ","
    between = {"spaceDelimited": "%20", "pipeDelimited": "|"}.get(style, "." if style == "label" and explode else ",")
    if kind not in ("array", "object"):
        texts = texts[:1] if draw(st.integers(0, 9)) else texts
    if kind == "object":
        names = draw(
            st.lists(
                st.sampled_from([*MEMBERS, *MEMBERS, "zz"]),
                min_size=len(texts),
                max_size=len(texts),
                unique=bool(draw(st.integers(0, 7))),
            )
        )
        if style == "deepObject":
            return [f"{name}%5B{quote(member, safe='')}%5D={text}" for member, text in zip(names, texts, strict=True)]
        members = [put(member) if is_raw else quote(member, safe="") for member in names]
        if place == "query" and explode:
            return [f"{member}={text}" for member, text in zip(members, texts, strict=True)]
        joint = ";" if style == "matrix" and explode else between
        if style in ("spaceDelimited", "pipeDelimited", "form"):
            equals = between
        whole = joint.join(f"{member}{equals}{text}" for member, text in zip(members, texts, strict=True))
        return [whole if not (style == "matrix" and explode) else ";" + whole]
    if explode and kind == "array" and place == "query":
        return [f"{name}={text}" for text in texts]
    if explode and kind == "array" and style == "matrix":
        return ["".join(f";{name}={text}" for text in texts)]
    return [between.join(texts)]


@st.composite
def requests(draw: st.DrawFn, path: str, item: Json) -> Request:
    """A request to an operation, valid or not."""
    ((method, operation),) = item.items()
    request = Request(operation["operationId"])
    if method == "post":
        request.body = draw(_bodies(operation))
        return request
    fields: list[str] = []
    for declared in operation["parameters"]:
        is_sent = declared["in"] == "path" or draw(st.integers(0, 5)) > 0
        wire = draw(piece(declared)) if is_sent else []
        style, name = declared["style"], declared["name"]
        match declared["in"]:
            case "path":
                text = wire[0]
                if style == "label":
                    text = "." + text
                elif style == "matrix" and not text.startswith(";"):
                    text = f";{name}={text}"
                if not draw(st.integers(0, 11)):
                    text = draw(
                        st.sampled_from(["%ff", "%zz", "a%2Fb", ";p", ".", ";", ";q=1", "x", ";p=1;p=2", "%C3%A9"])
                    )
                request.path = text.replace("/", "%2F").replace("?", "%3F").replace("#", "%23") or "x"
            case "query":
                spread = declared["explode"] and declared["schema"]["type"] in ("array", "object")
                fields += wire if spread or style == "deepObject" else [f"{name}={text}" for text in wire]
            case "header":
                request.headers += [("x-p", text) for text in wire]
                if wire and not draw(st.integers(0, 11)):
                    request.headers.append(("x-p", "1"))
            case _:
                request.headers += [("cookie", f"other=1; p={text.replace(';', '%3B')}") for text in wire]
    if not draw(st.integers(0, 7)):
        fields.append(draw(st.sampled_from(JUNK)))
    request.query = "&".join(fields)
    return request


VALUES: st.SearchStrategy[Json] = st.recursive(
    st.one_of(TEXT, st.sampled_from([0, 1, 5, 7, -3, 1.0, 1.5, 2.0, 5.0, 2**31, 2**63, True, False, None])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from([*MEMBERS, "zz"]), inner, max_size=3)
    ),
    max_leaves=5,
)
BROKEN = [
    b"",
    b"{",
    b"NaN",
    b"[1,]",
    b'{"a":1,"a":2}',
    b'"\\ud800"',
    b'"\xff"',
    b"1e400",
    b"\xef\xbb\xbf1",
    b"'a'",
    b"01",
    b"[1] 2",
    b"-",
    b'{"a":1}\x00',
    b"+1",
    b"1.",
    b'"\t"',
    b"True",
    b" 5 ",
    b'"\\u0000"',
    b"1E2",
    b"-0",
    b"0.5e1",
    b"9007199254740993",
]


@st.composite
def fitting(draw: st.DrawFn, schema: Json) -> Json:
    """A value that is near to what a schema admits."""
    kind: Any = schema.get("type")
    if kind == "array" and draw(st.integers(0, 9)):
        return [draw(fitting(schema["items"])) for _ in range(draw(st.integers(0, 3)))]
    if kind == "object" and draw(st.integers(0, 9)):
        names = [
            name for name in (*MEMBERS, "zz") if draw(st.integers(0, 2 if name in schema["properties"] else 7)) == 0
        ]
        names += [name for name in schema.get("required", []) if name not in names and draw(st.integers(0, 5))]
        return {name: draw(fitting(schema["properties"].get(name, {}))) for name in names}
    if "enum" in schema and draw(st.booleans()):
        return draw(st.sampled_from(schema["enum"]))
    simple: dict[str, st.SearchStrategy[Json]] = {
        "string": TEXT,
        "integer": st.sampled_from([0, 1, 5, 7, 10, -3, 1.0, 2**31, 2**63]),
        "number": st.sampled_from([0, 1, 1.5, 0.5, 0.25, 7, -3, 1e300]),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    if isinstance(kind, list):
        kind = draw(st.sampled_from(kind))
    return draw(simple[kind] if kind in simple and draw(st.integers(0, 9)) else VALUES)


@st.composite
def _part(draw: st.DrawFn, schema: Json, name: str) -> bytes:
    member = schema["properties"].get(name, {"type": "string"})
    content = draw(TEXT).encode()
    if member["type"] == "object" and draw(st.integers(0, 9)):
        content = json.dumps(draw(fitting(member))).encode()
    elif not draw(st.integers(0, 15)):
        content = b"\xff"
    return b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), content)


@st.composite
def _bodies(draw: st.DrawFn, operation: Json) -> bytes:
    ((media_type, media),) = operation["requestBody"]["content"].items()
    if media_type.endswith("urlencoded"):
        names = draw(st.lists(st.sampled_from([*MEMBERS, *MEMBERS, *MEMBERS, "zz"]), max_size=3))
        fields = [
            f"{quote(name, safe='')}={_escaped(draw(TEXT), escape=draw(ESCAPE)).replace(' ', '+')}" for name in names
        ]
        if not draw(st.integers(0, 9)):
            fields.append(draw(st.sampled_from(JUNK)))
        return "&".join(fields).encode()
    if media_type.startswith("multipart/"):
        names = draw(st.lists(st.sampled_from([*MEMBERS, *MEMBERS, *MEMBERS, "zz"]), max_size=3))
        return b"".join(draw(_part(media["schema"], name)) for name in names) + b"--b--\r\n"
    if not draw(st.integers(0, 7)):
        return draw(st.sampled_from(BROKEN))
    schema = media["schema"] or operation["responses"]["200"]["content"]["application/json"]["schema"]
    return json.dumps(draw(fitting(schema)), ensure_ascii=draw(st.booleans())).encode()
