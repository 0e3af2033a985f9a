"""The probes of a contract: hostile requests for each operation, with the statuses that are right for them.

They are what Schemathesis does not send: methods, slashes, media types, JSON that is not JSON, texts that only look
like numbers, names twice, escapes, tokens in the wrong place. Nothing in them is random.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from handfast.contract import Contract, MediaType, Operation, Parameter, ParameterLocation

PREFERRED: Mapping[str, tuple[int, ...]] = {
    "syntax": (400, 422),
    "contract": (422, 400),
    "path": (404, 422, 400),
    "path syntax": (400, 422),
    "media type": (415, 400, 422),
    "identity": (401,),
}
"""What docs/ENFORCEMENT.md says; the first status that the operation declares is right."""


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A request as it goes over the wire, and what must come back."""

    name: str
    operation: Operation
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    is_signed: bool = False
    statuses: frozenset[int] = frozenset()
    required_headers: Mapping[str, str | None] = field(default_factory=dict[str, str | None])
    """Headers of the answer, by name in lower case; None for any value."""

    @property
    def id(self) -> str:
        """A name for a test."""
        return f"{self.operation.operation_id}: {self.name}"

    def wire(self, token: str) -> bytes:
        """The bytes of the request."""
        fields = [("Host", "127.0.0.1"), *self.headers]
        if self.is_signed:
            fields.append(("Authorization", f"Bearer {token}"))
        if self.body is not None:
            fields.append(("Content-Length", str(len(self.body))))
        head = f"{self.method} {self.target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields)
        return f"{head}\r\n".replace("<token>", token).encode("latin-1") + (self.body or b"")


def probes(contract: Contract, base: str, texts: Mapping[str, str]) -> Iterator[Probe]:
    """All probes; `texts` are values of path parameters that lead somewhere, by name."""
    for operation in contract.operations:
        plain = _plain(operation, base, texts)
        yield from _methods(plain, contract)
        yield from _queries(plain)
        yield from _paths(plain, base, texts)
        yield from _identities(plain)
        if operation.request_body is None:
            yield from _bodiless(plain)
        for name, media in (operation.request_body.content if operation.request_body else {}).items():
            yield from _bodies(plain, contract, name, media)


def _plain(operation: Operation, base: str, texts: Mapping[str, str]) -> Probe:
    """A request that keeps the contract, apart from a body."""
    path = operation.path
    for name, text in texts.items():
        path = path.replace(f"{{{name}}}", text)
    headers = [
        (parameter.name, '"*"' if parameter.name != "If-Match" else "*")
        for parameter in operation.parameters
        if parameter.location is ParameterLocation.HEADER and parameter.required
    ]
    return Probe(
        name="plain",
        operation=operation,
        method=operation.method,
        target=f"{base}{path}",
        headers=tuple(headers),
        is_signed=any(operation.security) and all(operation.security),
    )


def _refused(probe: Probe, name: str, cause: str, **changes: Any) -> Probe:
    operation = probe.operation
    declared = [status for status in PREFERRED[cause] if operation.response(status) is not None]
    return replace(probe, name=name, statuses=frozenset(declared[:1]), **changes)


def _methods(plain: Probe, contract: Contract) -> Iterator[Probe]:
    operation = plain.operation
    methods = {each.method for each in contract.operations if each.path == operation.path}
    allowed = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    allow = ", ".join(sorted(allowed))
    yield replace(plain, name="slash at the end", target=f"{plain.target}/", statuses=frozenset({404}))
    yield replace(plain, name="slash twice", target=plain.target.replace("/v1/", "/v1//"), statuses=frozenset({404}))
    yield replace(plain, name="OPTIONS", method="OPTIONS", statuses=frozenset({204}), required_headers={"allow": allow})
    wrong = next(method for method in ("PUT", "PATCH", "DELETE", "POST") if method not in allowed)
    yield replace(
        plain, name=f"method {wrong}", method=wrong, statuses=frozenset({405}), required_headers={"allow": allow}
    )
    head = {200, 204, 304} if "HEAD" in allowed else {405}
    if operation.method == "GET" or "HEAD" not in allowed:
        yield replace(plain, name="HEAD", method="HEAD", statuses=frozenset(head))


NUMBERS = [
    "1_0",
    "%2B5",
    "+5",
    "%205",
    "5%20",
    "05",
    "%EF%BC%95",
    "0x5",
    "5.5",
    "NaN",
    "1e400",
    "",
    "1" * 31,
    "5%00",
    "5%0A",
]
BOOLEANS = ["yes", "1", "TRUE", "True", "on", "", "%20true"]


def _queries(plain: Probe) -> Iterator[Probe]:
    def sent(query: str) -> dict[str, str]:
        return {"target": f"{plain.target}?{query}"}

    yield _refused(plain, "undeclared query", "contract", **sent("no-such-parameter=1"))
    yield _refused(plain, "query not UTF-8", "syntax", **sent("%ff=1"))
    yield _refused(plain, "query with a wrong escape", "syntax", **sent("%zz=1"))
    for parameter in plain.operation.parameters:
        if parameter.location is not ParameterLocation.QUERY or parameter.schema is None:
            continue
        name = quote(parameter.name)
        yield _refused(plain, f"{name} not UTF-8", "syntax", **sent(f"{name}=%FF"))
        yield _refused(plain, f"{name} with a wrong escape", "syntax", **sent(f"{name}=%zz"))
        yield _refused(plain, f"{name} in capitals", "contract", **sent(f"{name.upper()}=1"))
        kind = _kind(parameter)
        for text in {"integer": NUMBERS, "boolean": BOOLEANS}.get(kind, []):
            yield _refused(plain, f"{name}={text}", "contract", **sent(f"{name}={text}"))
        if kind in ("integer", "boolean", "string"):
            yield _refused(plain, f"{name} twice", "contract", **sent(f"{name}=1&{name}=1"))


def _kind(parameter: Parameter) -> str:
    value = parameter.schema.value if parameter.schema else True
    return str(value.get("type")) if isinstance(value, dict) else ""


def _paths(plain: Probe, base: str, texts: Mapping[str, str]) -> Iterator[Probe]:
    for parameter in plain.operation.parameters:
        if parameter.location is not ParameterLocation.PATH:
            continue
        for text, cause in (
            ("%FF", "path syntax"),
            ("%zz", "path syntax"),
            ("%00", "path"),
            ("a%2Fb", "path"),
            ("%2e%2e", "path"),
            ("a%0Ab", "path"),
            ("%20", "path"),
            ("x" * 3_000, "path"),
            ("%F0%9F%98%80", "path"),
        ):
            target = _plain(plain.operation, base, {**texts, parameter.name: text}).target
            yield _refused(plain, f"{parameter.name} {text[:12]}", cause, target=target)


def _identities(plain: Probe) -> Iterator[Probe]:
    if not plain.is_signed:
        return
    challenge: dict[str, Any] = {"is_signed": False, "required_headers": {"www-authenticate": None}}
    for name, values in {
        "no token": [],
        "a token that is none": ["Bearer a.b.c"],
        "an empty token": ["Bearer "],
        "no scheme": ["<token>"],
        "the token as Basic": ["Basic <token>"],
        "the token as DPoP": ["DPoP <token>"],
        "two tokens in one": ["Bearer <token>, Bearer <token>"],
        "a token in other letters": ["Bearer <token>A"],
    }.items():
        headers = (*plain.headers, *(("Authorization", value) for value in values))
        yield _refused(plain, name, "identity", headers=headers, **challenge)
    twice = tuple(("Authorization", "Bearer <token>") for _ in range(2))
    yield replace(
        plain, name="the token twice", headers=(*plain.headers, *twice), is_signed=False, statuses=frozenset({400, 401})
    )


def _bodiless(plain: Probe) -> Iterator[Probe]:
    """A body that nobody asked for is not read."""
    if plain.method == "GET" and not plain.is_signed:
        for name, body in (("JSON", b'{"a":1}'), ("garbage", b"\xff\x00{"), ("64 KiB", b"x" * 65_536)):
            yield replace(plain, name=f"a body of {name}", body=body, statuses=frozenset({200, 304}))


JSON_SYNTAX: Mapping[str, bytes] = {
    "half an object": b'{"a":',
    "more after the end": b"{} {}",
    "a key twice": b'{"title":"a","title":"b"}',
    "a key twice, once escaped": b'{"title":"a","titl\\u0065":"b"}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":-Infinity}',
    "1e400": b'{"a":1e400}',
    "a lone surrogate": b'{"a":"\\ud800"}',
    "a lone surrogate as a key": b'{"\\udc00":1}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "UTF-16 without a mark": '{"a":1}'.encode("utf-16-le"),
    "UTF-32": "{}".encode("utf-32"),
    "Latin-1": b'{"a":"\xe9"}',
    "UTF-8 with surrogates": b'{"a":"\xed\xa0\x80"}',
    "40 levels": b"[" * 40 + b"]" * 40,
    "100,000 levels": b"[" * 100_000,
    "5,000 digits": b'{"a":' + b"1" * 5_000 + b"}",
    "a comment": b"{}/**/",
    "a comma at the end": b'{"a":1,}',
    "single quotes": b"{'a':1}",
    "a raw control character": b'{"a":"\x01"}',
    "NUL after the end": b"{}\x00",
    "a number with a plus": b'{"a":+1}',
    "a number with a zero": b'{"a":01}',
    "white space alone": b" \r\n\t ",
}
OTHER_TYPES = [
    "text/plain",
    "application/xml",
    "application/merge-patch+json",
    "application/jsonx",
    "text/json",
    "application/json; charset=utf-16",
    "application/json, text/plain",
    "application/octet-stream",
    "json",
    "",
]


def _bodies(plain: Probe, contract: Contract, name: str, media: MediaType) -> Iterator[Probe]:
    """What may stand in a body, and must not."""
    declared = plain.operation.request_body.content if plain.operation.request_body else {}
    is_json = name == "application/json"
    example = next(iter(media.examples.values()), {})
    fields: dict[str, Any] = example if isinstance(example, dict) else {}
    is_multipart = name.startswith("multipart/")
    fitting = (
        json.dumps(example).encode() if is_json else _multipart(fields) if is_multipart else urlencode(fields).encode()
    )
    if is_multipart:
        name = f"{name}; boundary={BOUNDARY}"

    def sent(body: bytes, *types: str, **headers: str) -> dict[str, Any]:
        more = [("Content-Type", each) for each in types] + [
            (key.replace("_", "-"), text) for key, text in headers.items()
        ]
        return {"body": body, "headers": (*plain.headers, *more)}

    yield _refused(plain, "no media type", "media type", **sent(fitting))
    twice = sent(fitting, name, name)
    yield replace(plain, name="two media types", statuses=frozenset({400, 415}), **twice)  # the server may see it first
    yield _refused(plain, "compressed", "media type", **sent(fitting, name, Content_Encoding="gzip"))
    for other in (each for each in OTHER_TYPES if each not in declared):
        yield _refused(plain, f"as {other or 'nothing'}", "media type", **sent(fitting, other))
    if is_multipart:
        yield from _parts(plain, fields, name, sent)
    elif is_json:
        yield from _json(plain, example, _object(contract, media).get("additionalProperties") is False, name, sent)
    else:
        yield from _form(plain, fitting, _object(contract, media).get("additionalProperties") is False, name, sent)
    if isinstance(example, dict) and not is_multipart and is_json:
        yield from _lengths(plain, contract, media, example, name)


Sent = Callable[..., dict[str, Any]]
"""Makes body and headers of a probe from bytes, media types and further headers."""


def _form(plain: Probe, fitting: bytes, is_closed: bool, name: str, sent: Sent) -> Iterator[Probe]:
    if is_closed:
        yield _refused(plain, "an undeclared field", "contract", **sent(fitting + b"&no-such-field=1", name))
    yield _refused(plain, "a field twice", "contract", **sent(fitting + b"&" + fitting, name))
    yield _refused(plain, "not UTF-8", "syntax", **sent(fitting + b"&a=%FF", name))
    yield _refused(plain, "a wrong escape", "syntax", **sent(fitting + b"&a=%zz", name))


def _json(plain: Probe, example: object, is_closed: bool, name: str, sent: Sent) -> Iterator[Probe]:
    yield _refused(plain, "no bytes", "contract", **sent(b"", name))
    for about, body in JSON_SYNTAX.items():
        yield _refused(plain, about, "syntax", **sent(body, name))
    for about, body in {"null": b"null", "an array": b"[]", "a text": b'"x"', "a number": b"1" * 30}.items():
        yield _refused(plain, about, "contract", **sent(body, name))
    if isinstance(example, dict) and is_closed:
        for member in ("no-such-member", "__proto__", "id", "createdAt", "\u0000"):
            if member not in example:
                body = json.dumps({**example, member: 1}).encode()
                yield _refused(plain, f"member {member!r}", "contract", **sent(body, name))


BOUNDARY = "probe"


def _multipart(fields: Mapping[str, Any], more: bytes = b"", end: str = f"--{BOUNDARY}--\r\n") -> bytes:
    """The fields as parts, files with a name and a media type; then what is given as it is."""
    return b"".join(_part(name, str(text)) for name, text in fields.items()) + more + end.encode()


def _part(name: str, text: str) -> bytes:
    kind = '; filename="a.bin"\r\nContent-Type: application/octet-stream' if name == "file" else ""
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{kind}\r\n\r\n{text}\r\n'.encode()


def _parts(plain: Probe, fields: Mapping[str, Any], name: str, sent: Sent) -> Iterator[Probe]:
    """What may stand in a multipart body, and must not (RFC 7578)."""
    wrong = {
        "an undeclared part": _multipart(fields, _part("no-such-part", "1")),
        "a part twice": _multipart(fields, _part("name", "again")),
        "no part": _multipart({}),
    }
    for about, body in wrong.items():
        yield _refused(plain, about, "contract", **sent(body, name))
    broken = {
        "a part without a name": _multipart(fields, f"--{BOUNDARY}\r\nContent-Type: text/plain\r\n\r\n1\r\n".encode()),
        "no end": _multipart(fields, end=""),
        "no bytes": b"",
    }
    for about, body in broken.items():
        yield _refused(plain, about, "syntax", **sent(body, name))
    yield _refused(plain, "no boundary", "syntax", **sent(_multipart(fields), "multipart/form-data"))


def _lengths(
    plain: Probe, contract: Contract, media: MediaType, example: Mapping[str, Any], name: str
) -> Iterator[Probe]:
    """One character more than a text may have, in characters of four bytes and two units of UTF-16."""
    for member, declared in _object(contract, media).get("properties", {}).items():
        longest = declared.get("maxLength")
        if isinstance(longest, int):
            body = json.dumps({**example, member: "\U0001f600" * (longest + 1)}, ensure_ascii=False).encode()
            headers = (*plain.headers, ("Content-Type", name))
            yield _refused(plain, f"{member} a character too long", "contract", body=body, headers=headers)


def _object(contract: Contract, media: MediaType) -> dict[str, Any]:
    """The schema of a body, after its references to components."""
    schema: Any = media.schema.value if media.schema else True
    schemas: Any = contract.document.get("components", {})
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        schema = schemas["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema if isinstance(schema, dict) else {}
