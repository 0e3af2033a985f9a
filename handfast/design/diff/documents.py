"""How two documents differ beside their operations: servers, names of components, and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from handfast.contract.model import Contract, JSONValue, Server
from handfast.contract.pointers import join, to_tokens
from handfast.design.diff.change import IS_DEPRECATED, IS_NOT_DEPRECATED, Finding, Verdict

_WORDS = frozenset(
    {"summary", "description", "title", "example", "examples", "externalDocs", "deprecated", "x-enum-varnames"}
)
_GENERATED = ("schemas",)
"""Components whose names become names of generated code."""


def differences(old: Contract, new: Contract) -> Iterator[Finding]:
    """What changes of a document without changing an operation by itself."""
    yield from servers(old.servers, new.servers, ("", ""))
    yield from _components(old, new)
    yield from _words(old.document, new.document, "")


def servers(old: Sequence[Server], new: Sequence[Server], places: tuple[str, str]) -> Iterator[Finding]:
    """What differs between the addresses of a document, or of an operation; `places` are those of what has them."""
    before, after = ({each.url.rstrip("/"): each.url for each in listed} for listed in (old, new))
    old_base, new_base = (listed[0].base_path if listed else "" for listed in (old, new))
    held = tuple(listed[0].pointer if listed else place for listed, place in zip((old, new), places, strict=True))
    if old_base != new_base:
        yield Finding(
            code="base-path-changed",
            old=held[0],
            new=held[1],
            message=f"operations are served under {new_base or '/'!r} instead of {old_base or '/'!r}",
            reason="requests to the old place are refused",
            wire=Verdict.BREAKING,
            sdk=Verdict.BREAKING,
        )
        return
    lists = tuple(above.rpartition("/")[0] if listed else above for listed, above in zip((old, new), held, strict=True))
    gone, added = (
        [before[url] for url in before if url not in after],
        [after[url] for url in after if url not in before],
    )
    if gone:
        yield Finding(
            code="server-removed",
            old=lists[0],
            new=lists[1],
            message=f"servers are gone: {', '.join(gone)}",
            reason="whether the old address still answers, the contract does not tell",
            wire=Verdict.UNKNOWN,
        )
    elif added:
        message = f"servers are new: {', '.join(added)}"
        reason = "the old ones are still there"
        yield Finding(code="server-added", old=lists[0], new=lists[1], message=message, reason=reason)


def _components(old: Contract, new: Contract) -> Iterator[Finding]:
    for kind in _GENERATED:
        before, after = (_section(contract, kind) for contract in (old, new))
        added = [name for name in after if name not in before]
        for name in before:
            if name in after:
                continue
            place = join("", "components", kind, name)
            renamed = next((other for other in added if after[other] == before[name]), None)
            if renamed is not None:
                added.remove(renamed)
            yield Finding(
                code="component-renamed" if renamed else "component-removed",
                old=place,
                new=join("", "components", kind, renamed) if renamed else None,
                message=f"the schema {name} is called {renamed}" if renamed else f"the schema {name} is gone",
                reason="generated code has a class of this name",
                sdk=Verdict.BREAKING,
                handlers=Verdict.BREAKING,
            )
        for name in added:
            place = join("", "components", kind, name)
            message = f"the schema {name} is new"
            yield Finding(
                code="component-added", old=None, new=place, message=message, reason="nobody knew it", is_wording=True
            )


def _section(contract: Contract, kind: str) -> dict[str, JSONValue]:
    components = contract.document.get("components")
    section = components.get(kind) if isinstance(components, dict) else None
    return section if isinstance(section, dict) else {}


def _is_operation(pointer: str) -> bool:
    """Whether an object may be an operation, whose deprecation is told with it."""
    above = to_tokens(pointer)[:-1]
    return above[:1] in (("paths",), ("webhooks",)) and (len(above) == 2 or "callbacks" in above[-3:-1])


def _about(pointer: str, value: Mapping[str, JSONValue]) -> str:
    """What is at a place, for a message."""
    if "in" in value and "name" in value:
        return f"{value['in']} parameter {value['name']!r}"
    tokens = to_tokens(pointer)
    return f"the header {tokens[-1]}" if tokens[-2:-1] == ("headers",) else "it"


def _words(
    old: JSONValue | Mapping[str, JSONValue], new: JSONValue | Mapping[str, JSONValue], pointer: str
) -> Iterator[Finding]:
    """Words that are said otherwise at a place that both documents have, with a difference for each object."""
    if isinstance(old, list) and isinstance(new, list):
        for index, (before, after) in enumerate(zip(old, new, strict=False)):
            yield from _words(before, after, join(pointer, index))
        return
    if not isinstance(old, dict) or not isinstance(new, dict):
        return
    said, says = cast("dict[str, JSONValue]", old), cast("dict[str, JSONValue]", new)
    is_names = pointer.rpartition("/")[2] in {"properties", "patternProperties", "schemas", "$defs"}
    words = set[str]() if is_names else _WORDS
    changed = sorted(name for name in words if said.get(name) != says.get(name))
    told = [name for name in changed if name != "deprecated"]
    if told and pointer:
        message = f"{', '.join(told)} changed"
        yield Finding(
            code="wording-changed",
            old=pointer,
            new=pointer,
            message=message,
            reason="words are for people",
            is_wording=True,
        )
    if "deprecated" in changed and not _is_operation(pointer):
        message = f"{_about(pointer, says)} {IS_DEPRECATED if says.get('deprecated') is True else IS_NOT_DEPRECATED}"
        reason = "it works as before"
        yield Finding(code="deprecation-changed", old=pointer, new=pointer, message=message, reason=reason)
    for name in said.keys() & says.keys() - words:
        yield from _words(said[name], says[name], join(pointer, name))
