"""What YAML 1.1 takes for something else than a text, and YAML 1.2 does not: many parsers read that still."""

from __future__ import annotations

import re

_UNDERSCORED = re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?|[-+]?[0-9]+\.[0-9]*_[0-9_]*")
_BINARY = re.compile(r"[-+]?0b[01_]+")
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?"
    r"(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::?[0-9]{2})?))?"
)
_MOST = 1_000
"""Characters of a text that can be meant as a number."""

SWITCHES = {
    form: boolean
    for word, boolean in (("yes", "true"), ("on", "true"), ("no", "false"), ("off", "false"))
    for form in (word, word.capitalize(), word.upper())
}
"""Words that are booleans, and which."""


def number(text: str) -> str | None:
    """The number that YAML 1.1 takes a text for (yaml.org/type/int.html and float.html)."""
    if len(text) > _MOST:
        return None
    digits = text.replace("_", "")
    if _UNDERSCORED.fullmatch(text):
        return digits
    if _BINARY.fullmatch(text):
        return str(int(digits, 2)) if digits[-1] != "b" else None
    if not _SEXAGESIMAL.fullmatch(text):
        return None
    whole, point, fraction = digits.lstrip("+-").partition(".")
    value = 0
    for each in whole.split(":"):
        value = 60 * value + int(each)
    return f"{'-' * text.startswith('-')}{value}{point}{fraction}"


def kind(text: str) -> str | None:
    """What else YAML 1.1 takes a text for (yaml.org/type/bool.html and timestamp.html)."""
    if _DATE.fullmatch(text):
        return "a date"
    return "a point in time" if _TIMESTAMP.fullmatch(text) else SWITCHES.get(text)
