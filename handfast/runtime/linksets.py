"""Links in the form of the field `Link` (RFC 8288, section 3; `application/linkset`) as JSON, and back.

    <https://a.example/2>; rel="next"; title="Two"
    {"linkset": [{"next": [{"href": "https://a.example/2", "title": "Two"}]}]}

The JSON is that of `application/linkset+json` (RFC 9264, section 4.2): a context for each `anchor`, in it an array of
targets for each relation type. `rev` has no place in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from handfast.contract.model import JSONValue
from handfast.runtime.media_types import parse
from handfast.runtime.percent import Malformed

_TARGET = re.compile(r"[ \t]*<([^<>]*)>")
_ATTRIBUTE = re.compile(
    r"[ \t]*;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]*=[ \t]*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]+)))?"
)
_END = re.compile(r"[ \t]*(?:,[ \t,]*|\Z)")
_EXTENDED = re.compile(r"UTF-8'([A-Za-z0-9-]*)'(.*)", re.IGNORECASE)
_NAME = re.compile(r"[!#$%&'+.^_`|~0-9A-Za-z-]+\*?")
_SINGLE = frozenset({"media", "title", "type"})
"""Attributes that a link has once: the first counts (RFC 8288, section 3.4)."""

_URI = "!#$%&'()*+,/:;=?@[]~"
"""What stays as it is in a reference; anything else is percent-encoded."""


def is_linkset(media_type: str) -> bool:
    """Whether a media type is that of links in the form of the field."""
    content_type = parse(media_type)
    return content_type is not None and content_type.essence == "application/linkset"


def written(value: JSONValue) -> str:
    """A set of links as the text of the field. ValueError for a value that is none."""
    return ", ".join(_links(value))


def read(text: str) -> JSONValue:
    """The text of the field as a set of links. Raises Malformed."""
    contexts: dict[str | None, dict[str, JSONValue]] = {}
    at = 0
    while at < len(text):
        href, attributes, at = _link(text, at)
        anchor = next((value for name, value in attributes if name == "anchor"), None)
        context = contexts.setdefault(anchor, {} if anchor is None else {"anchor": anchor})
        for relation in next((value for name, value in attributes if name == "rel"), "").split():
            targets = context.setdefault(relation, [])
            if isinstance(targets, list):
                targets.append(_target(href, attributes))
    return {"linkset": [*contexts.values()]}


def _links(value: JSONValue) -> Iterator[str]:
    for context in _objects(value.get("linkset") if isinstance(value, dict) else None):
        anchor = context.get("anchor")
        for relation, targets in context.items():
            for target in _objects(targets) if relation != "anchor" else ():
                parts = [f"<{_reference(target.get('href'))}>", f"rel={_quoted(relation)}"]
                parts += [] if anchor is None else [f'anchor="{_reference(anchor)}"']
                parts += [text for name, each in target.items() if name != "href" for text in _attribute(name, each)]
                yield "; ".join(parts)


def _attribute(name: str, value: JSONValue) -> Iterator[str]:
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"no attribute of a link can be called {name!r}")
    for item in value if isinstance(value, list) else [value]:
        text, language = _internationalised(item) if name.endswith("*") and isinstance(item, dict) else (item, "")
        if not isinstance(text, str):
            raise ValueError(f"the attribute {name} of a link has a value that is no text")
        if name.endswith("*") or not (text.isascii() and text.isprintable()):
            yield f"{name.rstrip('*')}*=UTF-8'{language}'{quote(text, safe='')}"
        else:
            yield f"{name}={_quoted(text)}"


def _internationalised(item: dict[str, JSONValue]) -> tuple[JSONValue, str]:
    """The value and the language of a text (RFC 9264, section 4.2.4.2)."""
    language = item.get("language")
    return item.get("value"), quote(language, safe="") if isinstance(language, str) else ""


def _objects(value: JSONValue) -> Iterator[dict[str, JSONValue]]:
    for item in value if isinstance(value, list) else [value]:
        if not isinstance(item, dict):
            raise ValueError("the value is no set of links (RFC 9264, section 4.2)")
        yield item


def _reference(value: JSONValue) -> str:
    if not isinstance(value, str):
        raise ValueError("a link leads to what is no text")
    return quote(value, safe=_URI)


def _quoted(text: str) -> str:
    if not (text.isascii() and text.isprintable()):
        raise ValueError("a relation type has characters that no header can carry")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _link(text: str, at: int) -> tuple[str, list[tuple[str, str]], int]:
    """A link at a place of the field: where it leads, its attributes in order, and where the next one begins."""
    target = _TARGET.match(text, at)
    if target is None:
        raise _wrong()
    at, attributes = target.end(), list[tuple[str, str]]()
    while (found := _ATTRIBUTE.match(text, at)) is not None:
        name, quoted, bare = found.groups()
        attributes.append((name.lower(), re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare or ""))
        at = found.end()
    end = _END.match(text, at)
    if end is None:
        raise _wrong()
    return target[1], attributes, end.end()


def _target(href: str, attributes: list[tuple[str, str]]) -> JSONValue:
    target: dict[str, JSONValue] = {"href": href}
    for name, text in attributes:
        if name in ("rel", "anchor", "href", "rev"):
            continue
        if name in _SINGLE:
            target.setdefault(name, text)
            continue
        several = target.setdefault(name, [])
        if isinstance(several, list):
            several.append(_extended(text) if name.endswith("*") else text)
    return target


def _extended(text: str) -> JSONValue:
    """A text with its language (RFC 8187)."""
    found = _EXTENDED.fullmatch(text)
    if found is None:
        raise _wrong()
    value: dict[str, JSONValue] = {"value": unquote(found[2])}
    return {**value, "language": found[1]} if found[1] else value


def _wrong() -> Malformed:
    return Malformed("malformed-value", "the value is no list of links (RFC 8288, section 3)")
