"""Patterns of ECMA-262 that authors write and `jsonschema-rs` does not read, said in a way that it does.

JSON Schema asks for ECMA-262 with the flag `u`. Contracts have what any JavaScript engine takes without it as well
(ECMA-262, Annex B.1.2): a brace that is no quantifier, a class escape beside a hyphen, `[^]`, octal escapes (`\\0`),
surrogate pairs. A half of a pair in a class stands for nothing, as no text in JSON has one. The rest is left as it is,
also what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_QUANTIFIER = re.compile(r"\{\d+(?:,\d*)?\}")
_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}"
    r"|u\{[^}]*\}|[pP]\{[^}]*\}|k<[^>]*>|c[A-Za-z]|.)",
    re.DOTALL,
)
_CLASS = re.compile(r"\\[dDwWsSpP]")
_OCTAL = re.compile(r"\\([0-3][0-7]{0,2}|[4-7][0-7]?)")
_HALF = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_EMPTY = {"[]": r"[^\s\S]", "[^]": r"[\s\S]"}


def readable(pattern: str) -> str:
    """The pattern as `jsonschema-rs` reads it, with the meaning that it has in JavaScript."""
    if not any(sign in pattern for sign in ("{", "[", r"\0", r"\u")):
        return pattern
    out: list[str] = []
    at = 0
    while at < len(pattern):
        if (empty := next((each for each in ("[^]", "[]") if pattern.startswith(each, at)), None)) is not None:
            out.append(_EMPTY[empty])
            at += len(empty)
        elif pattern[at] == "[":
            text, at = _class(pattern, at)
            out.append(text)
        elif pattern[at] == "{":
            quantifier = _QUANTIFIER.match(pattern, at) if out and out[-1] not in ("(", "|", "^") else None
            out.append(quantifier[0] if quantifier else r"\{")
            at += len(quantifier[0]) if quantifier else 1
        else:
            text, at = _atom(pattern, at)
            out.append(text)
    return "".join(out)


def _class(pattern: str, at: int) -> tuple[str, int]:
    """A class of characters from its bracket on, and where it ends."""
    start = 2 if pattern.startswith("[^", at) else 1
    out = [pattern[at : at + start]]
    at += start
    while at < len(pattern) and pattern[at] != "]":
        if pattern[at] == "-" and (_CLASS.match(out[-1]) or _CLASS.match(pattern, at + 1)):
            out.append(r"\-")
            at += 1
        else:
            octal = _OCTAL.match(pattern, at)  # no reference to a group can stand in a class
            text, at = (_character(octal), octal.end()) if octal else _atom(pattern, at)
            out.append(r"\x08" if text == r"\b" else text)
    whole = "".join([out[0], *_without_halves(out[1:]), pattern[at : at + 1]])
    return _EMPTY.get(whole, whole), at + 1


def _without_halves(tokens: list[str]) -> Iterator[str]:
    """The tokens of a class but for halves of surrogate pairs, and for ranges from one half to another."""
    at = 0
    while at < len(tokens):
        end = at + 3 if tokens[at + 1 : at + 2] == ["-"] and at + 2 < len(tokens) else at + 1
        ends = [_HALF.fullmatch(token) is not None for token in (tokens[at], tokens[end - 1])]
        if not all(ends):
            first, last = r"\uE000" if ends[0] else tokens[at], r"\uD7FF" if ends[1] else tokens[end - 1]
            yield from (first, "-", last) if end == at + 3 else (first,)
        at = end


def _character(octal: re.Match[str]) -> str:
    return f"\\x{int(octal[1], 8):02x}"


def _atom(pattern: str, at: int) -> tuple[str, int]:
    """One character or escape, and where it ends."""
    found = _ESCAPE.match(pattern, at)
    if found is None:
        return pattern[at], at + 1
    text = found[0]
    if text == r"\0" and (octal := _OCTAL.match(pattern, at)) is not None:
        return _character(octal), octal.end()
    if len(text) == len(r"\uD83D\uDE00") and text.count(r"\u") == 2:
        high, low = int(text[2:6], 16), int(text[8:], 16)
        return f"\\u{{{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):X}}}", found.end()
    return text, found.end()


_TOKEN = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\{\d+,\}|.", re.DOTALL)


def bounds_length(pattern: str) -> bool:
    """Whether a pattern surely admits no text beyond some length: anchored at both ends, without `*`, `+`, `{2,}`."""
    tokens = _TOKEN.findall(pattern)
    if len(tokens) < 2 or tokens[0] != "^" or tokens[-1] != "$":
        return False
    depth = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if token in ("*", "+") or (token == "|" and depth == 0) or (token[0] == "{" and token[-2:] == ",}"):
            return False
    return True
