"""What a client asks of a mock with `Prefer` (RFC 7240), in the words of Prism, and in some of ours.

    Prefer: code=404                 the response that is declared for this status
    Prefer: example=draft            the example of this name; a name with spaces stands in quotes
    Prefer: dynamic=true             values made up, although there are examples
    Prefer: latency=200..500ms       how long the answer takes
    Prefer: wait=2                   at most so many seconds of latency (RFC 7240, section 4.3)
    Prefer: handling=lenient         what cannot be done is passed over (section 4.4); by default it is a problem

Other preferences are left alone, as section 2 wants it. Of one that stands twice the first holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from handfast.design.mock.latency import Latency

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_WORD = rf'(?:{_TOKEN}|"(?:[^"\\]|\\.)*")'
_PAIR = rf"({_TOKEN})(?:[ \t]*=[ \t]*({_WORD})?)?"
_PREFERENCE = re.compile(rf"{_PAIR}(?:[ \t]*;[ \t]*(?:{_TOKEN}(?:[ \t]*=[ \t]*{_WORD}?)?)?)*")
_LIST = re.compile(r"[ \t]*,[ \t]*|[ \t]+$")
_LONGEST_WAIT = 3_600


class WrongPreference(ValueError):
    """A preference that cannot be read, or not be met; the message says which, and what there is."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a client asked for; None for what it did not."""

    code: int | None = None
    example: str | None = None
    dynamic: bool | None = None
    latency: Latency | None = None
    wait: int | None = None
    is_lenient: bool = False

    @classmethod
    def of(cls, headers: Iterable[str]) -> Preferences:
        """Read the values of all `Prefer` headers of a request. Raises WrongPreference."""
        said = _read(headers)
        return cls(
            code=_status(said["code"]) if "code" in said else None,
            example=said.get("example"),
            dynamic=_switch(said["dynamic"]) if "dynamic" in said else None,
            latency=_latency(said["latency"]) if "latency" in said else None,
            wait=_seconds(said["wait"]) if "wait" in said else None,
            is_lenient=said.get("handling") == "lenient",
        )


def applied(pairs: Iterable[tuple[str, str]]) -> str:
    """The value of `Preference-Applied` (RFC 7240, section 3)."""
    return ", ".join(f"{name}={_word(value)}" for name, value in pairs)


def _read(headers: Iterable[str]) -> dict[str, str]:
    """Names in lower case, with their values; an empty value is as good as none (RFC 7240, section 2)."""
    said: dict[str, str] = {}
    for header in headers:
        place = 0
        while place < len(header):
            if (gap := _LIST.match(header, place)) or (gap := re.compile(r"[ \t]+").match(header, place)):
                place = gap.end()
                continue
            found = _PREFERENCE.match(header, place)
            if found is None or not _ends(header, found.end()):
                raise WrongPreference(f"this is no list of preferences (RFC 7240): {_shown(header[place:])}")
            said.setdefault(found[1].lower(), _plain(found[2] or ""))
            place = found.end()
    return said


def _ends(header: str, place: int) -> bool:
    rest = header[place:].lstrip(" \t")
    return not rest or rest.startswith(",")


def _plain(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word


def _word(value: str) -> str:
    if re.fullmatch(_TOKEN, value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _status(text: str) -> int:
    if not re.fullmatch(r"[1-5][0-9]{2}", text):
        raise WrongPreference(f"code wants a status from 100 to 599, and not {_shown(text)}")
    return int(text)


def _switch(text: str) -> bool:
    if text not in ("", "true", "false"):
        raise WrongPreference(f"dynamic wants true or false, and not {_shown(text)}")
    return text != "false"


def _latency(text: str) -> Latency:
    try:
        return Latency.of(text)
    except ValueError as error:
        raise WrongPreference(str(error)) from None


def _seconds(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) > _LONGEST_WAIT:
        raise WrongPreference(f"wait wants whole seconds, {_LONGEST_WAIT} at most, and not {_shown(text)}")
    return int(text)


def _shown(text: str) -> str:
    """What somebody wrote, short, and safe to print."""
    return repr(text[:40])
