"""Requests to contracts full of odd features: what comes back, and what a generated handler was given."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from handfast.contract import JSONValue
from tests.wire.subject import Headers, Subject, same, served

CONTRACTS = Path(__file__).parent / "contracts"
JSON = [("Content-Type", "application/json")]
FORM = [("Content-Type", "application/x-www-form-urlencoded")]
MULTIPART = [("Content-Type", "multipart/form-data; boundary=bb")]
MIXED = [("Content-Type", "multipart/mixed; boundary=bb")]


class Row(NamedTuple):
    """A request, its status, and what the handler must have got (None: whatever it is)."""

    about: str
    method: str
    target: str
    headers: Headers
    body: bytes | list[bytes]
    status: int
    seen: JSONValue = None


def parts(*of: tuple[str, bytes], end: bytes = b"--bb--\r\n") -> bytes:
    """A multipart body of parts, each with its headers as they go over the wire."""
    return b"".join(b"--bb\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n" for head, content in of) + end


def named(name: str, more: str = "") -> str:
    """The headers of a part of a form."""
    return f'Content-Disposition: form-data; name="{name}"{more}'


def file(name: str, content_type: str = "") -> str:
    """The headers of a part of a form that is a file."""
    return named(name, f'; filename="{name}.x"' + (f"\r\nContent-Type: {content_type}" if content_type else ""))


MULTI_PARTS = ((named("meta"), b'{"t":"x"}'), (file("file"), b"123"))
MULTI: dict[str, JSONValue] = {
    "meta": {"t": "x"},
    "file": {"file": "file.x", "type": "application/octet-stream", "content": "123"},
}
CONTENTS: list[tuple[str, list[tuple[str, bytes]], int, dict[str, JSONValue] | None]] = [
    (
        "contents that are bytes",
        [(file("scan", "application/pdf"), b"%P\xff")],
        204,
        {"scan": {"file": "scan.x", "type": "application/pdf", "content": "%P\xff"}},
    ),
    ("contents that are too long", [(file("scan", "application/pdf"), b"%PDF-")], 422, None),
    (
        "several contents that are bytes",
        [(file("scans", "image/png"), b"\x89"), (file("scans"), b"")],
        204,
        {
            "scans": [
                {"file": "scans.x", "type": "image/png", "content": "\x89"},
                {"file": "scans.x", "type": "application/octet-stream", "content": ""},
            ]
        },
    ),
    (
        "anything, several times",
        [(file("all", "image/png"), b"\x89"), (named("all"), b"a")],
        204,
        {
            "all": [
                {"file": "all.x", "type": "image/png", "content": "\x89"},
                {"file": None, "type": "application/octet-stream", "content": "a"},
            ]
        },
    ),
    (
        "anything, once",
        [(file("all"), b"")],
        204,
        {"all": [{"file": "all.x", "type": "application/octet-stream", "content": ""}]},
    ),
    ("anything, too often", [(file("all"), b"")] * 3, 422, None),
    (
        "an object in XML",
        [(file("old", "application/xml"), b"<old/>")],
        204,
        {"old": {"file": "old.x", "type": "application/xml", "content": "<old/>"}},
    ),
    ("an object in XML that says JSON", [(file("old", "application/json"), b"{}")], 422, None),
    ("an object in XML, twice", [(file("old", "application/xml"), b"<old/>")] * 2, 422, None),
    (
        "objects in XML",
        [(named("olds", "\r\nContent-Type: application/soap+xml"), b"\xff\xfe")],
        204,
        {"olds": [{"file": None, "type": "application/soap+xml", "content": "\xff\xfe"}]},
    ),
    ("too many objects in XML", [(file("olds", "application/xml"), b"<old/>")] * 3, 422, None),
    ("an object in JSON or XML", [(file("either", "application/json"), b'{"a":1}')], 204, {"either": {"a": 1}}),
    ("an object in JSON that is wrong", [(file("either", "application/json"), b"{}")], 422, None),
    ("encoded contents", [(named("b64"), b"aGk=")], 204, {"b64": "aGk="}),
    ("encoded contents by default", [(file("b64", "application/octet-stream"), b"aGk=")], 204, {"b64": "aGk="}),
    ("encoded contents by name", [(file("b64", "image/png"), b"aGk=")], 204, {"b64": "aGk="}),
    ("encoded contents of another type", [(file("b64", "image/gif"), b"aGk=")], 422, None),
    ("contents that are text", [(named("doc", "\r\nContent-Type: application/json"), b"[1]")], 204, {"doc": "[1]"}),
    ("contents that are text of another type", [(file("doc", "application/xml"), b"<a/>")], 422, None),
]
ROWS_3_1 = [
    Row("simple ok", "GET", "/v1/simple/1,2", [], b"", 204, {"path ids": [1, 2]}),
    Row("simple bad", "GET", "/v1/simple/1,x", [], b"", 404),
    Row("simple 4", "GET", "/v1/simple/1,2,3,4", [], b"", 404),
    Row("simple empty item", "GET", "/v1/simple/1,,2", [], b"", 404),
    Row("label", "GET", "/v1/label/.abc", [], b"", 204, {"path .v": "abc"}),
    Row("label no dot", "GET", "/v1/label/abc", [], b"", 404),
    Row("label empty", "GET", "/v1/label/.", [], b"", 204, {"path .v": ""}),
    Row("matrix", "GET", "/v1/matrix/;R=1;G=2/x", [], b"", 204, {"path color": {"R": 1, "G": 2}}),
    Row("matrix miss", "GET", "/v1/matrix/;G=2/x", [], b"", 404),
    Row("none", "GET", "/v1/q", [], b"", 204, {"query lim": 5}),
    Row(
        "deep",
        "GET",
        "/v1/q?filter[name]=x&filter[age][gt]=3",
        [],
        b"",
        204,
        {"query filter": {"name": "x", "age": {"gt": 3}}, "query lim": 5},
    ),
    Row("deep enc", "GET", "/v1/q?filter%5Bname%5D=x", [], b"", 204, {"query filter": {"name": "x"}, "query lim": 5}),
    Row("deep undeclared", "GET", "/v1/q?filter[zz]=x", [], b"", 422),
    Row("deep plain", "GET", "/v1/q?filter=x", [], b"", 422),
    Row("deep empty key", "GET", "/v1/q?filter[]=x", [], b"", 422),
    Row("pipe", "GET", "/v1/q?tags=a%7Cb", [], b"", 204, {"query tags": ["a", "b"], "query lim": 5}),
    Row("pipe raw", "GET", "/v1/q?tags=a|b", [], b"", 204, {"query tags": ["a", "b"], "query lim": 5}),
    Row("pipe dup", "GET", "/v1/q?tags=a|a", [], b"", 422),
    Row("space", "GET", "/v1/q?sp=1%202", [], b"", 204, {"query sp": [1, 2], "query lim": 5}),
    Row("null", "GET", "/v1/q?n=null", [], b"", 204, {"query lim": 5}),
    Row("num", "GET", "/v1/q?n=1.50", [], b"", 204, {"query n": 1.5, "query lim": 5}),
    Row("num .5", "GET", "/v1/q?n=.5", [], b"", 422),
    Row("num 1.", "GET", "/v1/q?n=1.", [], b"", 422),
    Row("num inf", "GET", "/v1/q?n=Infinity", [], b"", 422),
    Row("num hex", "GET", "/v1/q?n=0x1", [], b"", 422),
    Row("dt", "GET", "/v1/q?d=2020-01-01T00:00:00Z", [], b"", 204, {"query d": "2020-01-01T00:00:00Z", "query lim": 5}),
    Row("dt plus", "GET", "/v1/q?d=2020-01-01T00:00:00+01:00", [], b"", 422),
    Row(
        "dt plus enc",
        "GET",
        "/v1/q?d=2020-01-01T00:00:00%2B01:00",
        [],
        b"",
        204,
        {"query d": "2020-01-01T00:00:00+01:00", "query lim": 5},
    ),
    Row("dt space", "GET", "/v1/q?d=2020-01-01%2000:00:00Z", [], b"", 422),
    Row(
        "uuid",
        "GET",
        "/v1/q?u=2EB8AA08-aa98-11ea-b4aa-73b441d16380",
        [],
        b"",
        204,
        {"query u": "2EB8AA08-aa98-11ea-b4aa-73b441d16380", "query lim": 5},
    ),
    Row("uuid urn", "GET", "/v1/q?u=urn:uuid:2eb8aa08-aa98-11ea-b4aa-73b441d16380", [], b"", 422),
    Row("enum 1", "GET", "/v1/q?e=1", [], b"", 204, {"query e": 1, "query lim": 5}),
    Row("enum two", "GET", "/v1/q?e=two", [], b"", 204, {"query e": "two", "query lim": 5}),
    Row("enum true", "GET", "/v1/q?e=true", [], b"", 204, {"query e": True, "query lim": 5}),
    Row("enum bad", "GET", "/v1/q?e=2", [], b"", 422),
    Row("js", "GET", "/v1/q?js=%7B%22a%22:1%7D", [], b"", 204, {"query js": {"a": 1}, "query lim": 5}),
    Row("js raw", "GET", '/v1/q?js={"a":1}', [], b"", 204, {"query js": {"a": 1}, "query lim": 5}),
    Row("js bad", "GET", "/v1/q?js=%7B", [], b"", 400),
    Row("js dup", "GET", '/v1/q?js={"a":1,"a":2}', [], b"", 400),
    Row("js viol", "GET", '/v1/q?js={"a":"1"}', [], b"", 422),
    Row("lim 0", "GET", "/v1/q?lim=0", [], b"", 422),
    Row("lim 10", "GET", "/v1/q?lim=10", [], b"", 204, {"query lim": 10}),
    Row("arr[]", "GET", "/v1/q?arr[]=1&arr[]=2", [], b"", 204, {"query lim": 5, "query arr[]": [1, 2]}),
    Row("arr[] enc", "GET", "/v1/q?arr%5B%5D=1", [], b"", 204, {"query lim": 5, "query arr[]": [1]}),
    Row(
        "url",
        "GET",
        "/v1/q?url=http://a/b?c=d;e,f:@!$'()*",
        [],
        b"",
        204,
        {"query lim": 5, "query url": "http://a/b?c=d;e,f:@!$'()*"},
    ),
    Row("flag empty", "GET", "/v1/q?flag=", [], b"", 204, {"query lim": 5}),
    Row("flag", "GET", "/v1/q?flag", [], b"", 204, {"query lim": 5}),
    Row("flag true", "GET", "/v1/q?flag=true", [], b"", 204, {"query lim": 5, "query flag": True}),
    Row("pp newline", "GET", "/v1/q?pp=abc%0A", [], b"", 422),
    Row("o int", "GET", "/v1/q?o=1", [], b"", 204, {"query lim": 5, "query o": 1}),
    Row("o arr", "GET", "/v1/q?o=1&o=2", [], b"", 204, {"query lim": 5, "query o": [1, 2]}),
    Row("dup int", "GET", "/v1/q?lim=1&lim=2", [], b"", 422),
    Row("unk", "GET", "/v1/q?zzz=1", [], b"", 422),
    Row("utf8", "GET", "/v1/q?pp=%ff", [], b"", 400),
    Row("hdr", "GET", "/v1/q", [("X-H", "1, 2"), ("X-H", "3")], b"", 204, {"query lim": 5, "header X-H": [1, 2, 3]}),
    Row("hdr bad", "GET", "/v1/q", [("X-H", "1,a")], b"", 422),
    Row("hdr obj", "GET", "/v1/q", [("X-O", "a=1")], b"", 204, {"query lim": 5, "header X-O": {"a": 1}}),
    Row("hdr obj flat", "GET", "/v1/q", [("X-O", "a,1")], b"", 422),
    Row("hdr json", "GET", "/v1/q", [("X-J", "[1,2]")], b"", 204, {"query lim": 5, "header X-J": [1, 2]}),
    Row("hdr json bad", "GET", "/v1/q", [("X-J", "[1,2")], b"", 400),
    Row("cookie", "GET", "/v1/q", [("Cookie", "a=1; c=5")], b"", 204, {"query lim": 5, "cookie c": 5}),
    Row("cookie bad", "GET", "/v1/q", [("Cookie", "c=05")], b"", 422),
    Row("cookie arr", "GET", "/v1/q", [("Cookie", "carr=a,b")], b"", 204, {"query lim": 5, "cookie carr": ["a", "b"]}),
    Row(
        "cookie split",
        "GET",
        "/v1/q",
        [("Cookie", "a=1"), ("Cookie", "c=5")],
        b"",
        204,
        {"query lim": 5, "cookie c": 5},
    ),
    Row("cat", "POST", "/v1/body", JSON, b'{"kind":"c","lives":3}', 204, {"body": {"kind": "c", "lives": 3}}),
    Row(
        "cat float int", "POST", "/v1/body", JSON, b'{"kind":"c","lives":3.0}', 204, {"body": {"kind": "c", "lives": 3}}
    ),
    Row("cat lives 10", "POST", "/v1/body", JSON, b'{"kind":"c","lives":10}', 422),
    Row("cat ro", "POST", "/v1/body", JSON, b'{"kind":"c","lives":1,"id":3}', 422),
    Row("cat secret", "POST", "/v1/body", JSON, b'{"kind":"c","lives":1,"secret":"x"}', 204),
    Row("dog extra", "POST", "/v1/body", JSON, b'{"kind":"dog","x":1}', 422),
    Row("dog", "POST", "/v1/body", JSON, b'{"kind":"dog","bark":true}', 204, {"body": {"kind": "dog", "bark": True}}),
    Row("unk kind", "POST", "/v1/body", JSON, b'{"kind":"x"}', 422),
    Row("no kind", "POST", "/v1/body", JSON, b'{"lives":1}', 422),
    Row("nan", "POST", "/v1/body", JSON, b'{"kind":"c","lives":NaN}', 400),
    Row("dup", "POST", "/v1/body", JSON, b'{"kind":"c","lives":1,"lives":2}', 400),
    Row("bad utf8", "POST", "/v1/body", JSON, b'{"kind":"\xff"}', 400),
    Row("depth", "POST", "/v1/body", JSON, b"[" * 5_000 + b"]" * 5_000, 400),
    Row("empty", "POST", "/v1/body", JSON, b"", 422),
    Row(
        "merge",
        "POST",
        "/v1/body",
        [("Content-Type", "application/merge-patch+json")],
        b'{"k":1}',
        204,
        {"body": {"k": 1}},
    ),
    Row("merge bad", "POST", "/v1/body", [("Content-Type", "application/merge-patch+json")], b'{"z":1}', 422),
    Row("charset", "POST", "/v1/body", [("Content-Type", "application/json; charset=UTF-8")], b'{"kind":"dog"}', 204),
    Row(
        "charset16", "POST", "/v1/body", [("Content-Type", "application/json; charset=utf-16")], b'{"kind":"dog"}', 415
    ),
    Row("text", "POST", "/v1/body", [("Content-Type", "text/plain")], b"hello", 204, {"body": "hello"}),
    Row("text long", "POST", "/v1/body", [("Content-Type", "text/plain")], b"hello!", 422),
    Row(
        "text emoji",
        "POST",
        "/v1/body",
        [("Content-Type", "text/plain; charset=utf-8")],
        "\U0001f600".encode() * 5,
        204,
    ),
    Row(
        "text latin",
        "POST",
        "/v1/body",
        [("Content-Type", "text/plain; charset=iso-8859-1")],
        b"\xe9",
        204,
        {"body": "é"},
    ),
    Row(
        "bin",
        "POST",
        "/v1/body",
        [("Content-Type", "application/octet-stream")],
        b"12345678",
        204,
        {"body": {"bytes": "12345678"}},
    ),
    Row("bin big", "POST", "/v1/body", [("Content-Type", "application/octet-stream")], b"123456789", 413),
    Row("xml", "POST", "/v1/body", [("Content-Type", "application/xml")], b"<a/>", 415),
    Row("none ct", "POST", "/v1/body", [], b"x", 415),
    Row("chunked", "POST", "/v1/body", JSON, [b'{"kind"', b':"dog"', b"}"], 204),
    Row("f", "POST", "/v1/form", FORM, b"a=1&tags=x&tags=y", 204, {"body": {"a": 1, "tags": ["x", "y"]}}),
    Row("f missing", "POST", "/v1/form", FORM, b"tags=x", 422),
    Row("f unk", "POST", "/v1/form", FORM, b"a=1&zz=1", 422),
    Row("f json obj", "POST", "/v1/form", FORM, b"a=1&obj=%7B%22x%22%3A1%7D", 204, {"body": {"a": 1, "obj": {"x": 1}}}),
    Row("f pipes", "POST", "/v1/form", FORM, b"a=1&pipes=1%7C2", 204, {"body": {"a": 1, "pipes": [1, 2]}}),
    Row("f deep", "POST", "/v1/form", FORM, b"a=1&deep[x]=2", 204, {"body": {"a": 1, "deep": {"x": 2}}}),
    Row("f ex", "POST", "/v1/form", FORM, b"a=1&p=2&q=z", 204, {"body": {"a": 1, "ex": {"p": 2, "q": "z"}}}),
    Row("f j", "POST", "/v1/form", FORM, b"a=1&j=%5B1%2C2%5D", 204, {"body": {"a": 1, "j": [1, 2]}}),
    Row("f twice", "POST", "/v1/form", FORM, b"a=1&a=2", 422),
    Row("f bad pct", "POST", "/v1/form", FORM, b"a=%zz", 400),
    Row("f utf8", "POST", "/v1/form", FORM, b"a=%ff", 400),
    Row("f plus", "POST", "/v1/form", FORM, b"a=1&tags=x+y", 204, {"body": {"a": 1, "tags": ["x y"]}}),
    Row("f none", "POST", "/v1/form", [], b"", 204, {"body": None}),
    Row(
        "m",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
        ),
        204,
        {"body": {"meta": {"t": "x"}, "file": {"file": "a.bin", "type": "application/octet-stream", "content": "123"}}},
    ),
    Row(
        "m nometa ct",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
        ),
        204,
    ),
    Row(
        "m meta text",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: text/plain"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
        ),
        422,
    ),
    Row(
        "m meta bad",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":1}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
        ),
        422,
    ),
    Row(
        "m meta syntax",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
        ),
        400,
    ),
    Row(
        "m nofile",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts((named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}')),
        422,
    ),
    Row(
        "m big file",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"xxxxxxxxxxxxxxxxxxxxx"),
        ),
        422,
    ),
    Row(
        "m undeclared",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("zz"), b"1"),
        ),
        422,
    ),
    Row(
        "m undeclared file",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("zz", '; filename="x"'), b"1"),
        ),
        422,
    ),
    Row(
        "m n",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("n"), b"5"),
        ),
        204,
    ),
    Row(
        "m n bad",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("n"), b"05"),
        ),
        422,
    ),
    Row(
        "m nums",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("nums"), b"5"),
            (named("nums"), b"6"),
        ),
        204,
    ),
    Row(
        "m nums json",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("nums", "\r\nContent-Type: application/json"), b"[5,6]"),
        ),
        422,
    ),
    Row(
        "m files",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("files", '; filename="1"'), b"5"),
            (named("files", '; filename="2"'), b"6"),
        ),
        204,
    ),
    Row(
        "m img",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("img", '; filename="1"\r\nContent-Type: image/gif\r\nX-Id: 4'), b"5"),
        ),
        204,
    ),
    Row(
        "m img nohdr",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("img", '; filename="1"\r\nContent-Type: image/gif'), b"5"),
        ),
        422,
    ),
    Row(
        "m img badhdr",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("img", '; filename="1"\r\nContent-Type: image/gif\r\nX-Id: z'), b"5"),
        ),
        422,
    ),
    Row(
        "m img type",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("img", '; filename="1"\r\nContent-Type: text/plain\r\nX-Id: 4'), b"5"),
        ),
        422,
    ),
    *(
        Row(
            f"m {about}",
            "POST",
            "/v1/multi",
            MULTIPART,
            parts(*MULTI_PARTS, *more),
            status,
            seen and {"body": {**MULTI, **seen}},
        )
        for about, more, status, seen in CONTENTS
    ),
    Row(
        "m unfinished",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            end=b"",
        ),
        400,
    ),
    Row(
        "m twice",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
        ),
        422,
    ),
    Row(
        "m nobound",
        "POST",
        "/v1/multi",
        [("Content-Type", "multipart/form-data")],
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
        ),
        400,
    ),
    Row(
        "m quoted bound",
        "POST",
        "/v1/multi",
        [("Content-Type", 'multipart/form-data; boundary="bb"')],
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
        ),
        204,
    ),
    Row(
        "m date",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("when"), b"2020-01-01"),
        ),
        204,
    ),
    Row(
        "m date bad",
        "POST",
        "/v1/multi",
        MULTIPART,
        parts(
            (named("meta", "\r\nContent-Type: application/json"), b'{"t":"x"}'),
            (named("file", '; filename="a.bin"\r\nContent-Type: application/octet-stream'), b"123"),
            (named("when"), b"2020-13-01"),
        ),
        422,
    ),
    Row("405", "PUT", "/v1/q", [], b"", 405),
    Row("404", "GET", "/nope", [], b"", 404),
    Row("trail", "GET", "/v1/q/", [], b"", 404),
]
ROWS_3_0 = [
    Row("null", "POST", "/n", JSON, b'{"a":null}', 204, {"body": {"a": None}}),
    Row("missing", "POST", "/n", JSON, b"{}", 422),
    Row("b0", "POST", "/n", JSON, b'{"a":"","b":0}', 422),
    Row("b1", "POST", "/n", JSON, b'{"a":"","b":1}', 204),
    Row("b big", "POST", "/n", JSON, b'{"a":"","b":2147483648}', 422),
    Row("c null 3.0", "POST", "/n", JSON, b'{"a":"","c":null}', 422),
    Row("d null (siblings ignored)", "POST", "/n", JSON, b'{"a":"","d":null}', 422),
    Row("d p", "POST", "/n", JSON, b'{"a":"","d":"p"}', 204),
    Row("e", "POST", "/n", JSON, b'{"a":"","e":"aGk="}', 204),
    Row("e bad", "POST", "/n", JSON, b'{"a":"","e":"%%%"}', 422),
    Row("f null (enum lacks null)", "POST", "/n", JSON, b'{"a":"","f":null}', 422),
    Row("g", "POST", "/n", JSON, b'{"a":"","g":[null,"x"]}', 204, {"body": {"a": "", "g": [None, "x"]}}),
    Row("g dup", "POST", "/n", JSON, b'{"a":"","g":["x","x"]}', 422),
    Row("p", "POST", "/n", JSON, b'{"a":"","p":"xx"}', 422),
    Row("dbl", "POST", "/n", JSON, b'{"a":"","dbl":1e39}', 422),
    Row("i64", "POST", "/n", JSON, b'{"a":"","i64":9223372036854775808}', 422),
    Row("any", "POST", "/n", JSON, b'{"a":"","any":[{"x":1}]}', 204, {"body": {"a": "", "any": [{"x": 1}]}}),
    Row("map", "POST", "/n", JSON, b'{"a":"","map":{"x":1}}', 204, {"body": {"a": "", "map": {"x": 1}}}),
    Row("map bad", "POST", "/n", JSON, b'{"a":"","map":{"x":"1"}}', 422),
    Row("extra", "POST", "/n", JSON, b'{"a":"","zz":"1"}', 204, {"body": {"a": "", "zz": "1"}}),
    Row("reg", "GET", "/reg/a.b.json", [], b"", 204, {"path x": "a.b", "path ext": "json"}),
    Row("reg bad", "GET", "/reg/a.txt", [], b"", 404),
    Row("me", "GET", "/u/me", [], b"", 204),
    Row("uid", "GET", "/u/5", [], b"", 204, {"path id": 5}),
    Row("uid x", "GET", "/u/x", [], b"", 404),
    Row("uid big", "GET", "/u/9223372036854775808", [], b"", 404),
    Row("uid dot", "GET", "/u/5.0", [], b"", 204),
    Row("me del", "DELETE", "/u/me", [], b"", 405),
    Row("bin", "PUT", "/bin", [("Content-Type", "image/png")], b"\x89", 204, {"body": {"bytes": "\x89"}}),
    Row("bin bad", "PUT", "/bin", [("Content-Type", "text/png")], b"\x89", 415),
    Row("bin none", "PUT", "/bin", [], b"", 204, {"body": None}),
    Row("b64", "POST", "/up", MULTIPART, parts((named("b64"), b"aGk=")), 204),
    Row("b64 by default", "POST", "/up", MULTIPART, parts((file("b64", "application/octet-stream"), b"aGk=")), 204),
    Row("b64 by default", "POST", "/up", MULTIPART, parts((file("b64", "application/octet-stream"), b"aGk=")), 204),
    Row("b64 bad", "POST", "/up", MULTIPART, parts((named("b64"), b"%%%")), 422),
    Row("empty form", "POST", "/up", MULTIPART, b"--bb--\r\n", 204),
    Row("file no filename", "POST", "/up", MULTIPART, parts((named("f"), b"aGk=")), 204),
    Row(
        "name as file",
        "POST",
        "/up",
        MULTIPART,
        parts((named("name", '; filename="x.txt"\r\nContent-Type: text/plain'), b"aGk=")),
        204,
    ),
]
ROWS_3_2 = [
    Row("query", "QUERY", "/s/a", JSON, b'{"q":"x"}', 204, {"path id": "a", "body": {"q": "x"}}),
    Row("query bad", "QUERY", "/s/a", JSON, b"{}", 422),
    Row("copy", "COPY", "/s/a", [], b"", 204),
    Row("copy lc", "copy", "/s/a", [], b"", 405),
    Row("qs", "GET", "/qs?a=1&b=x&b=y", [], b"", 204, {"querystring sel": {"a": 1, "b": ["x", "y"]}}),
    Row("qs miss", "GET", "/qs?b=x", [], b"", 422),
    Row("qs unk", "GET", "/qs?a=1&z=x", [], b"", 422),
    Row("qs none", "GET", "/qs", [], b"", 204, {}),
    Row("qsj", "GET", "/qsj?%7B%22a%22:1%7D", [], b"", 204, {"querystring sel": {"a": 1}}),
    Row("qsj none", "GET", "/qsj", [], b"", 422),
    Row("qsj bad", "GET", "/qsj?%7B", [], b"", 400),
    Row("ck", "GET", "/ck", [("Cookie", "a=1; b=x%20y; z=1")], b"", 204, {"cookie c": {"a": 1, "b": "x%20y"}}),
    Row(
        "jsonl",
        "POST",
        "/lines",
        [("Content-Type", "application/jsonl")],
        b'{"n":1}\n{"n":2}\n',
        204,
        {"body": [{"n": 1}, {"n": 2}]},
    ),
    Row(
        "jsonl crlf nolast",
        "POST",
        "/lines",
        [("Content-Type", "application/jsonl")],
        b'{"n":1}\r\n\r\n{"n":2}',
        204,
        {"body": [{"n": 1}, {"n": 2}]},
    ),
    Row("jsonl viol", "POST", "/lines", [("Content-Type", "application/jsonl")], b'{"n":1}\n{"n":9}\n', 422),
    Row("jsonl bad", "POST", "/lines", [("Content-Type", "application/jsonl")], b'{"n":1}\n{"n":\n', 400),
    Row(
        "seq",
        "POST",
        "/lines",
        [("Content-Type", "application/json-seq")],
        b'\x1e{"n":1}\n\x1e{"n":2}\n',
        204,
        {"body": [{"n": 1}, {"n": 2}]},
    ),
    Row("seq no rs", "POST", "/lines", [("Content-Type", "application/json-seq")], b'{"n":1}\n\x1e{"n":2}\n', 400),
    Row(
        "sse",
        "POST",
        "/lines",
        [("Content-Type", "text/event-stream")],
        b': hi\nevent: a\ndata: {"x":1}\n\nevent: b\ndata: {}\n\n',
        204,
    ),
    Row("sse data", "POST", "/lines", [("Content-Type", "text/event-stream")], b"event: a\ndata: 1\n\n", 422),
    Row("sse viol", "POST", "/lines", [("Content-Type", "text/event-stream")], b'event: z\ndata: {"x":1}\n\n', 422),
    Row(
        "sse cr",
        "POST",
        "/lines",
        [("Content-Type", "text/event-stream")],
        b"event: a\rdata: {}\r\revent: b\rdata: { }\r\r",
        204,
        {"body": [{"data": "{}", "event": "a"}, {"data": "{ }", "event": "b"}]},
    ),
    Row(
        "sse bom",
        "POST",
        "/lines",
        [("Content-Type", "text/event-stream")],
        b"\xef\xbb\xbfevent: a\ndata: {}\n\n",
        204,
        {"body": [{"data": "{}", "event": "a"}]},
    ),
    Row(
        "chunked",
        "POST",
        "/lines",
        [("Content-Type", "application/jsonl")],
        [b'{"n"', b':1}\n{"n":', b"2}\n"],
        204,
        {"body": [{"n": 1}, {"n": 2}]},
    ),
    Row(
        "mixed",
        "POST",
        "/mixed",
        MIXED,
        parts(
            ("Content-Type: application/json", b'{"m":1}'),
            ("Content-Type: text/plain", b"hi"),
            ("Content-Type: image/png", b"x"),
        ),
        204,
    ),
    Row(
        "mixed viol",
        "POST",
        "/mixed",
        MIXED,
        parts(("Content-Type: application/json", b"{}"), ("Content-Type: text/plain", b"hi")),
        422,
    ),
    Row(
        "mixed type",
        "POST",
        "/mixed",
        MIXED,
        parts(
            ("Content-Type: application/json", b'{"m":1}'),
            ("Content-Type: text/plain", b"hi"),
            ("Content-Type: text/plain", b"x"),
        ),
        422,
    ),
]


ROWS_NULL = [
    *(
        Row(f"null at {path}", "POST", f"/{path}", JSON, b"null", 204, {"body": None})
        for path in ("null", "optional", "integer", "object", "inline", "date", "several")
    ),
    Row("none at null", "POST", "/null", JSON, b"", 422),
    Row("none at optional", "POST", "/optional", JSON, b"", 204, {"body": None}),
    Row("one at null", "POST", "/null", JSON, b"1", 422),
    Row("one at integer", "POST", "/integer", JSON, b"1.0", 204, {"body": 1}),
    Row("an object", "POST", "/object", JSON, b'{"a":1}', 204, {"body": {"a": 1}}),
    Row("an object inline", "POST", "/inline", JSON, b'{"a":1}', 204, {"body": {"a": 1}}),
    Row("a date", "POST", "/date", JSON, b'"2024-02-29"', 204, {"body": "2024-02-29"}),
    Row("one of several", "POST", "/several", JSON, b"7", 204, {"body": 7}),
    Row("another", "POST", "/several", [("Content-Type", "application/a+json")], b'{"a":1}', 204, {"body": {"a": 1}}),
    Row("another null", "POST", "/several", [("Content-Type", "application/a+json")], b"null", 204, {"body": None}),
    Row("text", "POST", "/several", [("Content-Type", "text/plain")], b"null", 204, {"body": "null"}),
]


def got(name: str, content: str = "\xff\0") -> JSONValue:
    """What a handler gets of a file."""
    return {"file": f"{name}.x", "type": "image/png", "content": content}


def sent(name: str, content: bytes = b"\xff\0") -> tuple[str, bytes]:
    """A part that is a file."""
    return file(name, "image/png"), content


IMAGE, URL, TITLE = (named("kind"), b"image"), (named("kind"), b"url"), (named("title"), b"t")
HREF = (named("href"), b"https://a.example")
ALTERNATIVES: list[tuple[str, list[tuple[str, bytes]], int, dict[str, JSONValue] | None]] = [
    ("file", [IMAGE, sent("file")], 204, {"kind": "image", "file": got("file")}),
    ("link", [URL, HREF], 204, {"kind": "url", "href": "https://a.example"}),
    ("no file", [IMAGE], 422, None),
    ("long file", [IMAGE, sent("file", b"1234")], 422, None),
    ("link with a file", [URL, sent("file")], 422, None),
]
TITLED: list[tuple[str, list[tuple[str, bytes]], dict[str, JSONValue]]] = [
    ("/either", [], {}),
    ("/tagged", [], {}),
    ("/named", [TITLE], {"title": "t"}),
]
EITHER: list[tuple[str, str, JSONValue]] = [
    ("word", "auto", "auto"),
    ("word", '{"n":1}', {"n": 1}),
    ("word", ' {"n":1.0}', {"n": 1}),
    ("word", "other", None),
    ("word", '{"n":"x"}', None),
    ("word", '{"n":1,"n":1}', None),
    ("text", "x", "x"),
    ("text", '{"n":1}', {"n": 1}),
    ("text", '{"n":"x"}', '{"n":"x"}'),
    ("text", "{", "{"),
    ("null", '{"n":1}', {"n": 1}),
    ("null", "[]", None),
    ("null", "{}", None),
    ("each", "1", [1]),
    ("each", '{"n":1}', [{"n": 1}]),
    ("each", "{}", None),
    ("list", "all", "all"),
    ("list", "1", [1]),
    ("list", "[1]", None),
]
"""A property that may be a scalar or an object, its text in a form, and its value; None for a refusal."""

AS_JSON, AS_TEXT = "\r\nContent-Type: application/json", "\r\nContent-Type: text/plain"
SAID: list[tuple[str, str, str, int, JSONValue]] = [
    ("word", AS_JSON, '{"n":1}', 204, {"n": 1}),
    ("word", AS_JSON, '"auto"', 204, "auto"),
    ("word", AS_JSON, "auto", 400, None),
    ("word", AS_TEXT, '{"n":1}', 422, None),
    ("text", AS_JSON, '{"n":"x"}', 422, None),
    ("text", AS_TEXT, '{"n":1}', 204, '{"n":1}'),
    ("null", AS_JSON, "null", 204, None),
    ("each", AS_JSON, '{"n":1}', 204, [{"n": 1}]),
    ("list", AS_JSON, "[1]", 204, [1]),
    ("word", "\r\nContent-Type: application/xml", '{"n":1}', 422, None),
]
"""The same with what a part says of itself, and the status."""

ROWS_FILES = [
    *(
        Row(
            f"{name}: {text} {at[0][1][-4:]}",
            "POST",
            "/values",
            at,
            body,
            422 if value is None else 204,
            None if value is None else {"body": {name: value}},
        )
        for name, text, value in EITHER
        for at, body in (
            (MULTIPART, parts((named(name), text.encode()))),
            (FORM, urlencode({name: text}).encode()),
        )
    ),
    *(
        Row(
            f"{name}: {text} {said[-4:]}",
            "POST",
            "/values",
            MULTIPART,
            parts((named(name) + said, text.encode())),
            status,
            {"body": {name: value}} if status == 204 else None,
        )
        for name, said, text, status, value in SAID
    ),
    *(
        Row(f"{at}: {about}", "POST", at, MULTIPART, parts(*some, *more), status, seen and {"body": {**seen, **title}})
        for at, more, title in TITLED
        for about, some, status, seen in ALTERNATIVES
    ),
    Row("no title", "POST", "/named", MULTIPART, parts(IMAGE, sent("file")), 422),
    Row(
        "json",
        "POST",
        "/either",
        JSON,
        b'{"kind":"image","file":"abc"}',
        204,
        {"body": {"kind": "image", "file": "abc"}},
    ),
    Row("any", "POST", "/inline", MULTIPART, parts(sent("any")), 204, {"body": {"any": got("any")}}),
    Row("many", "POST", "/inline", MULTIPART, parts(*[sent("many")] * 2), 204, {"body": {"many": [got("many")] * 2}}),
    Row("one of many", "POST", "/inline", MULTIPART, parts(sent("many")), 204, {"body": {"many": [got("many")]}}),
    Row("neither", "POST", "/inline", MULTIPART, parts(), 422),
    Row(
        "nothing, of a type",
        "POST",
        "/inline",
        [("Content-Type", "image/png"), ("Content-Length", "0")],
        b"",
        204,
        {"body": None},
    ),
    Row("nothing, in chunks", "POST", "/inline", [("Content-Type", "image/png")], [b""], 204, {"body": None}),
    Row("something of a type", "POST", "/inline", [("Content-Type", "image/png")], b"x", 415),
    Row("nothing, where something must be", "POST", "/either", [("Content-Type", "image/png")], b"", 415),
    *(
        Row(name, "POST", "/members", MULTIPART, parts(sent(name)), 204, {"body": {name: got(name)}})
        for name in ("or_uri", "or_null", "or_object", "named")
    ),
    Row("one", "POST", "/members", MULTIPART, parts(sent("or_many")), 204, {"body": {"or_many": got("or_many")}}),
    Row(
        "several",
        "POST",
        "/members",
        MULTIPART,
        parts(*[sent("or_many")] * 2),
        204,
        {"body": {"or_many": [got("or_many")] * 2}},
    ),
]


XML, IN_JSON = "Content-Type: application/xml", "Content-Type: application/json"
RELATED = [("Content-Type", 'multipart/related; type="text/html"; boundary=bb')]


def image(headers: str) -> tuple[str, bytes]:
    """A part that is an image, with headers."""
    return f"Content-Type: image/png{headers}", b"x"


def page(headers: str) -> tuple[str, bytes]:
    """A part that is a page of HTML, with headers."""
    return f"Content-Type: text/html{headers}", b"<p>"


def placed(content: str, content_type: str) -> JSONValue:
    """What a handler gets of a file that has no name."""
    return {"file": None, "type": content_type, "content": content}


INNER = b"--cc\r\nContent-Type: application/xml\r\n\r\n<a/>\r\n--cc--\r\n"
NESTED = ("Content-Type: multipart/mixed; boundary=cc", INNER)
IMAGED: JSONValue = {"body": [placed("x", "image/png")]}
LOCATED, NAMED = "\r\nContent-Location: https://a.example/b", "\r\nContent-ID: <a@b>"
PARTS: list[tuple[str, str, Headers, list[tuple[str, bytes]], int, JSONValue]] = [
    ("header of an item", "/items", MIXED, [image("\r\nX-A: 1")], 204, IMAGED),
    ("wrong header of an item", "/items", MIXED, [image("\r\nX-A: a")], 422, None),
    ("no header of an item", "/items", MIXED, [image("\r\nX-A: 1"), image("")], 422, None),
    ("header in a stream", "/stream", MIXED, [image("\r\nX-A: 1")], 204, IMAGED),
    ("wrong header in a stream", "/stream", MIXED, [image("\r\nX-A: a")], 422, None),
    ("no header in a stream", "/stream", MIXED, [image("\r\nX-A: 1"), image("")], 422, None),
    ("headers of pages", "/pages", RELATED, [page(NAMED), page(LOCATED)], 204, {"body": ["<p>", "<p>"]}),
    ("no header of the first", "/pages", RELATED, [page(LOCATED), page(LOCATED)], 422, None),
    ("no header of another", "/pages", RELATED, [page(NAMED), page(NAMED)], 422, None),
    ("content of a header", "/pages", RELATED, [page("\r\nContent-ID: a")], 422, None),
    ("parts in a part", "/nested", MIXED, [(IN_JSON, b"[1]"), NESTED], 204, {
        "body": [[1], placed(INNER.decode(), "multipart/mixed; boundary=cc")],
    }),
    ("no parts in a part", "/nested", MIXED, [(IN_JSON, b"[1]"), (IN_JSON, b"[]")], 422, None),
    ("beside parts in a part", "/nested", MIXED, [(IN_JSON, b"{}"), NESTED], 422, None),
    ("XML in a list", "/xml", MIXED, [(XML, b"<a/>")], 204, {"body": [placed("<a/>", "application/xml")]}),
    ("XML in a stream", "/xmls", MIXED, [(XML, b"<a/>")], 204, {"body": [placed("<a/>", "application/xml")]}),
    ("no XML", "/xml", MIXED, [(IN_JSON, b"{}")], 422, None),
    ("XML, then JSON", "/first", MIXED, [(XML, b"<a/>"), (IN_JSON, b'{"x":1}')], 204, {
        "body": [placed("<a/>", "application/xml"), {"x": 1}],
    }),
    ("XML, then wrong JSON", "/first", MIXED, [(XML, b"<a/>"), (IN_JSON, b'{"x":"1"}')], 422, None),
    ("arrays", "/arrays", MIXED, [(IN_JSON, b"[1]"), (IN_JSON, b"[]")], 204, {"body": [[1], []]}),
    ("arrays of a name", "/named", MULTIPART, [(named("n"), b"[1]"), (named("n"), b"[]")], 204, {
        "body": {"n": [[1], []]},
    }),
]  # fmt: skip
AS_TEXT = "\r\nContent-Type: text/plain"
STYLED: list[tuple[str, list[tuple[str, bytes]], int, JSONValue]] = [
    ("a member of its own", [(named("x"), b"1")], 204, {"body": {"o": {"x": 1}}}),
    ("as text", [(named("x", AS_TEXT), b"1"), (named("n"), b"a")], 204, {"body": {"o": {"x": 1}, "n": "a"}}),
    ("a wrong member", [(named("x"), b"a")], 422, None),
    ("in brackets", [(named("o[x]"), b"1"), (named("o[n]"), b"2")], 204, {"body": {"o": {"x": 1, "n": 2}}}),
    ("all as text", [(named("d[y]", AS_TEXT), b"1"), (named("l", AS_TEXT), b"1|2")], 204, {
        "body": {"d": {"y": 1}, "l": [1, 2]},
    }),
    ("no member", [(named("z"), b"1")], 422, None),
    ("no text", [(named("d[y]", "\r\nContent-Type: image/png"), b"1")], 422, None),
]  # fmt: skip
ROWS_PARTS = [
    *(
        Row(f"styled: {about}", "POST", "/styled", MULTIPART, parts(*several), status, seen)
        for about, several, status, seen in STYLED
    ),
    *(
        Row(about, "POST", path, headers, parts(*several), status, seen)
        for about, path, headers, several, status, seen in PARTS
    ),
]


def subject(name: str, folder: Path) -> Iterator[Subject]:
    with served(CONTRACTS / name, folder) as made:
        yield made


@pytest.fixture(scope="module")
def contract_3_1(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    yield from subject("parameters-3.1.yaml", tmp_path_factory.mktemp("wire"))


@pytest.fixture(scope="module")
def contract_3_0(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    yield from subject("older-3.0.yaml", tmp_path_factory.mktemp("wire"))


@pytest.fixture(scope="module")
def contract_3_2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    yield from subject("newer-3.2.yaml", tmp_path_factory.mktemp("wire"))


@pytest.fixture(scope="module")
def contract_null(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    yield from subject("null-3.1.yaml", tmp_path_factory.mktemp("wire"))


@pytest.fixture(scope="module")
def contract_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    yield from subject("files-3.1.yaml", tmp_path_factory.mktemp("wire"))


@pytest.fixture(scope="module")
def contract_parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    yield from subject("parts-3.2.yaml", tmp_path_factory.mktemp("wire"))


@pytest.mark.parametrize("row", ROWS_PARTS, ids=lambda row: row.about)
def test_parts_by_their_place(row: Row, contract_parts: Subject) -> None:
    check(row, contract_parts)


@pytest.mark.parametrize("row", ROWS_FILES, ids=lambda row: row.about)
def test_files_in_alternatives(row: Row, contract_files: Subject) -> None:
    check(row, contract_files)


@pytest.mark.parametrize("row", ROWS_NULL, ids=lambda row: row.about)
def test_bodies_that_may_be_null(row: Row, contract_null: Subject) -> None:
    check(row, contract_null)


@pytest.mark.parametrize("row", ROWS_3_1, ids=lambda row: row.about)
def test_3_1(row: Row, contract_3_1: Subject) -> None:
    check(row, contract_3_1)


@pytest.mark.parametrize("row", ROWS_3_0, ids=lambda row: row.about)
def test_3_0(row: Row, contract_3_0: Subject) -> None:
    check(row, contract_3_0)


@pytest.mark.parametrize("row", ROWS_3_2, ids=lambda row: row.about)
def test_3_2(row: Row, contract_3_2: Subject) -> None:
    check(row, contract_3_2)


def check(row: Row, at: Subject) -> None:
    answer = at.send(row.method, row.target, row.headers, row.body)
    assert answer.status == row.status, answer
    assert row.seen is None or same(answer.seen, row.seen), answer
    assert answer.error is None, answer
