"""JSON texts that are none, or too much: each by its code."""

from __future__ import annotations

import json

import pytest

from handfast.runtime.limits import Limits
from handfast.runtime.problems import Cause, Refused
from handfast.runtime.strict_json import parse

LIMITS = Limits()

GOOD = [
    (b"null", None),
    (b" \t\r\n{ } ", {}),
    (b"1.0", 1.0),
    (b"-0", 0),
    (b"1e300", 1e300),
    (b"1E-400", 0.0),
    (b"123456789012345678901234567890", 123456789012345678901234567890),
    (b"9007199254740993", 9007199254740993),
    (b"1" * 4_300, int("1" * 4_300)),
    (b'"\\ud83d\\ude00\\u0000\x7f"', "😀\0\x7f"),
    (b'"1e999 and NaN are text"', "1e999 and NaN are text"),
    (b'"' + b"9" * 400 + b'"', "9" * 400),
    (b'{"a":{"a":{"a":1}}}', {"a": {"a": {"a": 1}}}),
    (b"[" * 32 + b"]" * 32, json.loads("[" * 32 + "]" * 32)),
    (b"[" + b"1," * 19_999 + b"1]", [1] * 20_000),
    (b'"' + b"," * 30_000 + b'"', "," * 30_000),
    (b'"' + b"[" * 100 + b'"', "[" * 100),
]


@pytest.mark.parametrize(("raw", "value"), GOOD, ids=lambda each: str(each)[:40])
def test_what_is_json(raw: bytes, value: object) -> None:
    read = parse(raw, LIMITS)
    assert read == value
    assert type(read) is type(value)


BAD = [
    ("syntax", b""),
    ("syntax", b" "),
    ("syntax", b"{"),
    ("syntax", b"[1,]"),
    ("syntax", b'{"a":1,}'),
    ("syntax", b"{'a':1}"),
    ("syntax", b"{1:2}"),
    ("syntax", b"01"),
    ("syntax", b"+1"),
    ("syntax", b"1."),
    ("syntax", b".5"),
    ("syntax", b"0x10"),
    ("syntax", b"1_000"),
    ("syntax", b"1 2"),
    ("syntax", b"1\x00"),
    ("syntax", b"\x0c1"),
    ("syntax", b"\xc2\xa01"),
    ("syntax", b"// comment\n1"),
    ("syntax", b"True"),
    ("syntax", b'"a\nb"'),
    ("syntax", b'"\\x41"'),
    ("syntax", b'"\\u12"'),
    ("duplicate-key", b'{"a":1,"a":2}'),
    ("duplicate-key", b'[{"b":{"a":1,"a":2}}]'),
    ("duplicate-key", b'{"ab":1,"a\\u0062":2}'),
    ("duplicate-key", b'{"":1,"":2}'),
    ("not-utf-8", b'"\xff"'),
    ("not-utf-8", b'{"\xff":1}'),
    ("not-utf-8", b'"\xed\xa0\x80"'),
    ("not-utf-8", b'"\xc0\x80"'),
    ("not-utf-8", b'"\xf4\x90\x80\x80"'),
    ("byte-order-mark", b"\xef\xbb\xbf1"),
    ("byte-order-mark", '{"a":1}'.encode("utf-16")),
    ("not-finite", b"NaN"),
    ("not-finite", b"[1,NaN]"),
    ("not-finite", b"Infinity"),
    ("not-finite", b"-Infinity"),
    ("not-finite", b"1e400"),
    ("not-finite", b"-1E+400"),
    ("not-finite", b"1e0400"),
    ("not-finite", b'{"a":[1,-1e999]}'),
    ("not-finite", b"1" * 310 + b".5"),
    ("not-finite", b"1" * 250 + b"e99"),
    ("lone-surrogate", b'"\\ud800"'),
    ("lone-surrogate", b'{"\\ud800":1}'),
    ("lone-surrogate", b'"\\udc00\\ud800"'),
    ("number-too-long", b"1" * 4_301),
    ("too-deep", b"[" * 33 + b"]" * 33),
    ("too-deep", b'{"a":' * 33 + b"1" + b"}" * 33),
    ("too-deep", b"[" * 100_000),
    ("too-many-members", b"[" + b"1," * 20_000 + b"1]"),
    ("too-many-members", b"[" + b"[]," * 20_000 + b"[]]"),
    ("too-many-members", b"{" + b",".join(b'"%d":1' % i for i in range(20_001)) + b"}"),
]


@pytest.mark.parametrize(("code", "raw"), BAD, ids=lambda each: str(each)[:40])
def test_what_is_not_json(code: str, raw: bytes) -> None:
    with pytest.raises(Refused) as caught:
        parse(raw, LIMITS)
    assert caught.value.cause is Cause.MALFORMED_BODY
    assert [each.code for each in caught.value.errors] == [code]


def test_an_error_says_where_it_is_and_never_what() -> None:
    with pytest.raises(Refused) as caught:
        parse(b'{\n  "secret": 1,\n  "secret": 2}', LIMITS)
    assert caught.value.detail == "a key stands twice in one object, at line 3, column 12 (byte 28)"
    with pytest.raises(Refused) as caught:
        parse(b'{"a/b":[0,1e400]}', LIMITS)
    assert caught.value.errors[0].pointer == "/a~1b/1"


def test_limits_are_the_caller_s() -> None:
    assert parse(b"[[[1]]]", Limits(json_depth=3)) == [[[1]]]
    with pytest.raises(Refused):
        parse(b"[[[1]]]", Limits(json_depth=2))
    assert parse(b"[1,2]", Limits(json_members=2)) == [1, 2]
    with pytest.raises(Refused):
        parse(b"[1,2,3]", Limits(json_members=2))
