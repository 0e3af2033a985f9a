"""Texts for samples: one that says something for each format, readable ones, and texts made from a pattern."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from random import Random

import jsonschema_rs
from rstr.xeger import Xeger
from typing_extensions import override

from handfast.contract.patterns import readable

FORMATS: Mapping[str, tuple[str, ...]] = {
    "date": ("2026-01-31",),
    "date-time": ("2026-01-31T12:00:00Z",),
    "duration": ("P1D",),
    "email": ("ada@example.com", "a@b.example"),
    "hostname": ("example.com",),
    "idn-email": ("ada@example.com",),
    "idn-hostname": ("example.com",),
    "ipv4": ("192.0.2.1",),
    "ipv6": ("2001:db8::1",),
    "iri": ("https://example.com/",),
    "iri-reference": ("/articles/1",),
    "json-pointer": ("/articles/0",),
    "regex": ("^[a-z]+$",),
    "relative-json-pointer": ("1/articles",),
    "time": ("12:00:00Z",),
    "uri": ("https://example.com/", "urn:a:b"),
    "uri-reference": ("/articles/1",),
    "uri-template": ("https://example.com/{id}",),
    "uuid": ("3f2504e0-4f89-41d3-9a0c-0305e82c3301",),
    "byte": ("aGFuZGZhc3Q=", "aA=="),
    "base64url": ("aGFuZGZhc3Q", "aA", ""),
    "char": ("a",),
    "date-time-local": ("2026-01-31T12:00:00",),
    "decimal": ("12.50", "1"),
    "decimal128": ("12.50", "1"),
    "http-date": ("Sat, 31 Jan 2026 12:00:00 GMT",),
    "int64": ("1", "9007199254740993"),
    "media-range": ("application/json", "*/*"),
    "sf-binary": (":aGFuZGZhc3Q=:", "::"),
    "sf-boolean": ("?1",),
    "sf-decimal": ("12.5",),
    "sf-integer": ("1",),
    "sf-string": ('"text"', '""'),
    "sf-token": ("text", "a"),
    "time-local": ("12:00:00",),
    "uint64": ("1", "18446744073709551615"),
}
_READABLE = (
    *("string", "text", "a", "abc", "A", "abcdef", "abc-def", "1", "12345678", "AB", "ABC", "2026-01-31", "en", "1.0"),
    *("/a", "a@b.example", "https://example.com/", "0", "-", ""),
)
_REPETITIONS = (3, 8, 1, 20, 100)
_TRIES = 30
_WRITTEN = 1_000
"""Repetitions, one inside of another, after which a text from a pattern gets no longer than it must."""
_LONGEST = 50_000
"""Characters of one repetition from which on a pattern is given up."""
_STEPS = 10_000
_LETTERS = re.compile(r"\\p\{(?:L|Lu|Ll|Letter|Alphabetic|ASCII)\}|\\p\{(?:Script|sc)=Latin\}")
_DIGITS = re.compile(r"\\p\{(?:N|Nd|Number)\}")
_GROUP_NAME = re.compile(r"\(\?<(?=[A-Za-z_])")
_CONTROL = re.compile(r"\\c([A-Za-z])")
_CODE_POINT = re.compile(r"\\u\{([0-9A-Fa-f]+)\}")


def texts(
    form: str,
    patterns: list[str],
    bounds: tuple[int, int],
    random: Random,
    *,
    widely: bool,
    likely: Sequence[str] = (),
    varied: bool = False,
) -> list[str]:
    """Texts of a format that find all patterns and are within the bounds of length, the most telling first.

    `likely` come before all others. `widely` adds texts that do not look like the format, `varied` prefers those that
    chance makes.
    """
    shortest, longest = bounds
    if shortest > longest:
        return []
    likely = [text for text in likely if _fits(text, bounds) and all(matches(pattern, text) for pattern in patterns)]
    if likely:
        return list(likely)
    found = [text for text in _candidates(form, shortest, longest, random, widely=widely) if _fits(text, bounds)]
    if patterns and varied:
        found = list(_from_patterns(patterns, bounds, random, "")) or found
    if patterns:
        found = [text for text in found if all(matches(pattern, text) for pattern in patterns)]
        found = found or list(_from_patterns(patterns, bounds, random, FORMATS.get(form, ("",))[0].rstrip("/")))
    return found


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern finds something in a text, by the engines of the judge: no pattern takes them long."""
    validator = _validator(pattern)
    return validator is not None and validator.is_valid(text)


def matching(pattern: str, random: Random, repetitions: int = 8) -> str | None:
    """A text that a pattern may find something in; `repetitions` are the most of `*` and `+`. None if none is made."""
    try:
        text = _Writer(random, repetitions).xeger(_portable(pattern))
        text.encode()  # halves of surrogate pairs stand in no JSON
        return text
    except (re.error, ValueError, KeyError, IndexError, OverflowError, RecursionError):
        return None


def _candidates(form: str, shortest: int, longest: int, random: Random, *, widely: bool) -> Iterator[str]:
    yield from FORMATS.get(form, ())
    if form not in FORMATS or widely:
        yield from _READABLE
        size = max(shortest, min(longest, 8))
        word = "".join(random.choices(string.ascii_lowercase, k=min(size, 64)))
        yield (word * (size // 64 + 1))[:size]
        yield "a" * size
        yield "1" * size


def _fits(text: str, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= len(text) <= bounds[1]


def _from_patterns(patterns: list[str], bounds: tuple[int, int], random: Random, start: str) -> Iterator[str]:
    """A text that is made from the patterns, now and then after a text of the format."""
    wanted = [max(1, min(bounds[0], 2_000)), min(bounds[1], 200)]
    for number in range(_TRIES):
        repetitions = [*_REPETITIONS, *wanted][number % (len(_REPETITIONS) + 2)]
        text = matching(random.choice(patterns), random, repetitions)
        if text is not None and number % 3 == 0:
            text = start + text
        if text is not None and len(text) < bounds[0] and number % 2:
            text += "a" * (bounds[0] - len(text))
        if text is not None and _fits(text, bounds) and all(matches(pattern, text) for pattern in patterns):
            yield text
            return


class _Writer(Xeger):
    """Writes texts from parsed patterns, with fewer repetitions, and without what look-arounds hold."""

    def __init__(self, random: Random, repetitions: int) -> None:
        super().__init__(random)
        self._most = repetitions
        self._left = _WRITTEN
        self._cases = {
            **self._cases,
            "any": self._letter,
            "range": self._range,
            "assert": _nothing,
            "assert_not": _nothing,
        }

    def _letter(self, _: object) -> str:
        return self._random.choice(string.ascii_letters)

    def _range(self, ends: tuple[int, int]) -> list[str]:
        """All of ASCII in a range, and some of the rest: the library writes tens of thousands out for each letter."""
        first, last = ends
        rest = (self._random.randint(max(first, 128), last) for _ in range(8 if last > 127 else 0))
        return [chr(code) for code in (*range(first, min(last, 127) + 1), *rest)]

    @override
    def _handle_repeat(self, start_range: int, end_range: int, value: str) -> str:
        """Repeat at least as often as the pattern says; the library ends at a hundred times. Raises OverflowError."""
        self._left -= 1
        most = min(end_range, self._most) if self._left > 0 else 0
        times = self._random.randint(start_range, max(start_range, most))
        first = self._build_string(value) if times else ""
        if times * max(1, len(first)) > _LONGEST:
            raise OverflowError
        return first + "".join(self._build_string(value) for _ in range(times - 1))


def _nothing(_: object) -> str:
    return ""


def _portable(pattern: str) -> str:
    """A pattern of ECMA-262 as Python reads it, as far as they differ in what contracts use."""
    pattern = _LETTERS.sub("[a-zA-Z]", pattern) if "[" not in pattern else _LETTERS.sub("a-zA-Z", pattern)
    pattern = _DIGITS.sub(r"\\d", pattern)
    pattern = _CONTROL.sub(lambda match: re.escape(chr(ord(match[1]) % 32)), pattern)
    pattern = _CODE_POINT.sub(lambda match: re.escape(chr(int(match[1], 16))), pattern)
    return _GROUP_NAME.sub("(?P<", pattern).replace(r"\/", "/")


@lru_cache(maxsize=512)
def _validator(pattern: str) -> jsonschema_rs.Draft202012Validator | None:
    schema = {"pattern": readable(pattern)}
    for options in (jsonschema_rs.RegexOptions(), jsonschema_rs.FancyRegexOptions(backtrack_limit=_STEPS)):
        try:
            return jsonschema_rs.Draft202012Validator(schema, pattern_options=options)
        except jsonschema_rs.ValidationError:  # the linear engine has no look-around
            continue
    return None
