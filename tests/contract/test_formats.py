"""Formats on the edge: what the validator's own checks got wrong, and what independent ones say of broken texts."""

from __future__ import annotations

import ipaddress
import json
import random
import re
import uuid
from collections.abc import Callable
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import from_regex

from handfast.contract import load_contract_text
from handfast.contract.formats import ASSERTED, LENGTHS, STRINGS, evident, is_binary
from handfast.contract.judge import Judge
from handfast.contract.model import Direction, JSONValue

ROWS = [
    ("date", "2024-10-1+", False),
    ("date", "2024-10-1/", False),
    ("date", "+024-10-11", False),
    ("date", "202.-10-11", False),
    ("date", "２024-10-11", False),
    ("date", "2024-10-11\n", False),
    ("date", "2024-02-30", False),
    ("date", "2023-02-29", False),
    ("date", "1900-02-29", False),
    ("date", "2000-02-29", True),
    ("date", "0000-02-29", True),
    ("date-time", "2024-10-11T10:11:1-Z", False),
    ("date-time", "2024-10-1,T10:11:12Z", False),
    ("date-time", "2024-10-11T10:11:12.Z", False),
    ("date-time", "2024-10-11 10:11:12Z", False),
    ("date-time", "2024-10-11T24:00:00Z", False),
    ("date-time", "2024-10-11T10:11:12+24:00", False),
    ("date-time", "2024-10-11T10:11:12", False),
    ("date-time", "2024-10-11t10:11:12.123456789012z", True),
    ("date-time", "1998-12-31T23:59:60Z", True),
    ("date-time", "1998-12-31T15:59:60.5-08:00", True),
    ("date-time", "1998-12-31T23:58:60Z", False),
    ("date-time", "1998-12-3+T23:59:60Z", False),
    ("time", "10:11:1+Z", False),
    ("time", "00:29:60+00:30", True),
    ("time", "23:59:60+00:30", False),
    ("time", "23:59:6+Z", False),
    ("time-local", "23:59:60", True),
    ("date-time-local", "2024-10-1+T10:11:12", False),
    ("email", "Ann <ann@example.org>", False),
    ("email", '"a\tb"@example.org', False),
    ("email", '"ann <lee"@example.org', True),
    ("email", '"a"@<example.org', False),
    ("idn-email", "Ann <ann@bücher.example>", False),
    ("idn-email", "änn@bücher.example", True),
    ("int64", "9223372036854775807", True),
    ("int64", "-9223372036854775808", True),
    ("int64", "9223372036854775808", False),
    ("int64", "-0", True),
    ("int64", "01", False),
    ("int64", "+1", False),
    ("int64", "1.0", False),
    ("int64", "１", False),
    ("int64", "", False),
    ("int64", "9" * 5_000, False),
    ("uint64", "18446744073709551615", True),
    ("uint64", "18446744073709551616", False),
    ("uint64", "-1", False),
    ("int32", "no text is of it", True),
]


def judge_of(name: str) -> Judge:
    return judge_of_schema({"format": name})


def judge_of_schema(schema: JSONValue) -> Judge:
    document = {
        "openapi": "3.1.1",
        "info": {"title": "t", "version": "1"},
        "paths": {},
        "components": {"schemas": {"Text": schema}},
    }
    contract = load_contract_text(json.dumps(document), "openapi.json", validate=False)
    return contract.judges.judge("/components/schemas/Text", Direction.REQUEST)


@pytest.mark.parametrize(("name", "text", "is_valid"), ROWS)
def test_texts_on_the_edge(name: str, text: str, is_valid: bool) -> None:
    judge = judge_of(name)
    assert judge.is_valid(text) is is_valid
    assert [error.code for error in judge.errors(text)] == ([] if is_valid else ["wrong-format"])


@pytest.mark.parametrize(
    ("beside", "at"),
    [
        ({}, ""),
        ({"pattern": "^2"}, ""),
        ({"allOf": [True]}, ""),
        ({"if": {"minLength": 99}, "then": False}, ""),
        ({"if": {"minLength": 1}, "else": False, "allOf": [True]}, ""),
        ({"if": {"minLength": 1}, "then": {"format": "date"}}, "/then"),
        ({"allOf": [True, {"format": "date"}]}, "/allOf/1"),
        ({"not": {"format": "time"}}, ""),
    ],
    ids=str,
)
def test_formats_hold_beside_other_keywords(beside: dict[str, JSONValue], at: str) -> None:
    schema = {**beside} if at else {**beside, "format": "date"}
    judge = judge_of_schema(schema)
    assert judge.is_valid("2024-02-29")
    assert not judge.is_valid("2023-02-29")
    errors = [(error.code, error.keyword, error.schema_pointer) for error in judge.errors("2023-02-29")]
    assert errors == [("wrong-format", "format", f"/components/schemas/Text{at}/format")]


@pytest.mark.parametrize("name", [name for name in STRINGS if "if" in evident({"format": name})])
def test_texts_that_a_pattern_takes_for_a_format_are_of_it(name: str) -> None:
    condition = evident({"format": name})["if"]
    assert isinstance(condition, dict)
    judge = judge_of(name)

    @settings(max_examples=100, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(from_regex(str(condition["pattern"]).removesuffix("$") + r"\Z"))
    def check(text: str) -> None:
        assert STRINGS[name](text)
        assert judge.is_valid(text)

    check()


def test_the_calendar_is_the_one_of_python() -> None:
    judge = judge_of("date")
    for year in (*range(1, 9999, 97), 1600, 1700, 1900, 2000, 2023, 2024, 2100, 9999):
        for month in range(14):
            for day in (0, 1, 9, 28, 29, 30, 31, 32):
                text = f"{year:04}-{month:02}-{day:02}"
                assert judge.is_valid(text) is _is_made(date.fromisoformat, text), text


# --- Broken texts, and what the standard library or a grammar from an RFC says of them


def _is_made(make: Callable[[str], object], text: str) -> bool:
    try:
        make(text)
    except ValueError:
        return False
    return True


def _plain(text: str) -> str:
    if not text.isascii() or "%" in text or text != text.strip():
        raise ValueError(text)
    return text


def _moment(text: str) -> object:
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)", _plain(text))
    if found is None or found[1][11:13] == "24":
        raise ValueError(text)
    return datetime.fromisoformat(found[1] + found[2])


def _identifier(text: str) -> object:
    if [len(group) for group in text.split("-")] != [8, 4, 4, 4, 12] or not re.fullmatch("[0-9a-fA-F-]*", text):
        raise ValueError(text)
    return uuid.UUID(text)


_TIME = r"T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)"
_DAYS = r"(?:\d+Y(?:\d+M(?:\d+D)?)?|\d+M(?:\d+D)?|\d+D)"
_DURATION = re.compile(rf"P(?:\d+W|{_DAYS}(?:{_TIME})?|{_TIME})", re.ASCII)
BINARY = [
    ({"type": "string", "format": "binary"}, True),
    ({"type": "string", "contentMediaType": "application/octet-stream"}, True),
    ({"type": "string", "contentMediaType": "image/png"}, True),
    ({"type": "string", "contentMediaType": "application/vnd.ms-excel; version=8"}, True),
    ({"type": "string", "contentMediaType": "image/png", "contentEncoding": "base64"}, False),
    ({"type": "string", "contentMediaType": "text/csv"}, False),
    ({"type": "string", "contentMediaType": "application/json; charset=utf-8"}, False),
    ({"type": "string", "contentMediaType": "application/vnd.a+JSON"}, False),
    ({"type": "string", "contentMediaType": "image/svg+xml"}, False),
    ({"type": "string", "format": "byte"}, False),
    ({"type": "string"}, False),
]


@pytest.mark.parametrize(("schema", "expected"), BINARY)
def test_texts_that_are_bytes(schema: dict[str, JSONValue], expected: bool) -> None:
    assert is_binary(schema) is expected


_POINTER = re.compile(r"(?:/(?:[^~/]|~[01])*)*", re.DOTALL)

ORACLES: dict[str, tuple[list[str], Callable[[str], bool]]] = {
    "date": (
        ["2024-02-29", "1999-12-31"],
        lambda text: len(text) == 10 and _is_made(lambda _: date.fromisoformat(_plain(text)), text),
    ),
    "date-time": (["2024-02-29T23:59:59.5Z", "1999-12-31T00:00:00-08:00"], lambda text: _is_made(_moment, text)),
    "uuid": (["2eb8aa08-AA98-11ea-b4aa-73b441d16380"], lambda text: _is_made(_identifier, text)),
    "ipv4": (
        ["192.168.0.1", "255.255.255.255"],
        lambda text: _is_made(lambda _: ipaddress.IPv4Address(_plain(text)), text),
    ),
    "ipv6": (
        ["2001:db8::ff00:42:8329", "::ffff:192.168.0.1", "1:2:3:4:5:6:7:8"],
        lambda text: _is_made(lambda _: ipaddress.IPv6Address(_plain(text)), text),
    ),
    "duration": (["P1Y2M3DT4H5M6S", "P12W", "PT36H"], lambda text: _DURATION.fullmatch(text) is not None),
    "json-pointer": (["/foo/bar~0/baz~1"], lambda text: _POINTER.fullmatch(text) is not None),
}
STRANGE = [*"+-,.:/ 0123456789abcfgzZTtPDMHSWY~%\n\x00", "é", "５", "٣", "\u200d"]


@pytest.mark.parametrize("name", ORACLES)
def test_broken_texts(name: str) -> None:
    judge, (seeds, oracle), chance = judge_of(name), ORACLES[name], random.Random(7)
    seen = set()
    for _ in range(3_000):
        text = list(chance.choice(seeds))
        for _ in range(chance.choice([1, 1, 2, 3])):
            at = chance.randrange(len(text) + 1)
            text[at : at + chance.randrange(2)] = chance.choice([[], [chance.choice(STRANGE)]])
        broken = "".join(text)
        if name == "date-time" and (":60" in broken or "t" in broken or "z" in broken or broken.startswith("0000")):
            continue  # what Python's own class cannot say; rows above do
        if name == "date" and (broken.startswith("0000") or "W" in broken):
            continue
        seen.add(oracle(broken))
        assert judge.is_valid(broken) is oracle(broken), broken
    assert seen == {True, False}


MAILBOX = "a" * 64 + "@" + ".".join(["a" * 63] * 3) + "." + "a" * 61
EXTREMES = {
    "char": ("a", "\N{GRINNING FACE}"),
    "date-time-local": ("2024-10-11T10:11:12",),
    "decimal": ("1",),
    "decimal128": ("1",),
    "email": ("a@b", MAILBOX),
    "http-date": ("Fri, 11 Oct 2024 10:11:12 GMT",),
    "idn-email": ("a@b", MAILBOX),
    "int64": ("0", "-9223372036854775808"),
    "iri": ("a:",),
    "media-range": ("*/*",),
    "sf-binary": ("::",),
    "sf-boolean": ("?1",),
    "sf-decimal": ("0.0", "-999999999999.999"),
    "sf-integer": ("0", "-999999999999999"),
    "sf-string": ('""',),
    "sf-token": ("a",),
    "time-local": ("10:11:12",),
    "uint64": ("0", "18446744073709551615"),
    "uri": ("a:",),
}
"""A shortest and a longest text of each format with known lengths."""


@pytest.mark.parametrize("name", sorted(LENGTHS))
def test_lengths_of_a_format(name: str) -> None:
    shortest, longest = LENGTHS[name]
    texts = EXTREMES[name]
    assert all(judge_of(name).is_valid(text) for text in texts)
    assert len(texts[0]) == shortest
    assert longest is None or len(texts[-1]) == longest
    assert not any(judge_of(name).is_valid(text) for text in (texts[0][:-1], *(text + "0" for text in texts[1:])))


@pytest.mark.parametrize("name", sorted(ASSERTED))
def test_every_asserted_format_refuses_a_text(name: str) -> None:
    assert not all(judge_of(name).is_valid(text) for text in ("", "\\", "(", "{", "~"))


@pytest.mark.parametrize("name", ["binary", "password", "commonmark", "html", "int32", "zip"])
def test_other_formats_refuse_none(name: str) -> None:
    assert name not in ASSERTED
    assert all(judge_of(name).is_valid(text) for text in ("", "\\", "(", "{", "~"))
