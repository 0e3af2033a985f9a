"""How two documents differ beside their operations: servers, names of components, and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from handfast.contract.model import Contract, JSONValue
from handfast.contract.pointers import join
from handfast.design.diff.change import Finding, Verdict

_WORDS = frozenset(
    {"summary", "description", "title", "example", "examples", "externalDocs", "deprecated", "x-enum-varnames"}
)
_GENERATED = ("schemas",)
"""Components whose names become names of generated code."""


def differences(old: Contract, new: Contract) -> Iterator[Finding]:
    """What changes of a document without changing an operation by itself."""
    yield from _servers(old, new)
    yield from _components(old, new)
    yield from _words(old.document, new.document, "")


def _servers(old: Contract, new: Contract) -> Iterator[Finding]:
    before, after = ([each.url for each in contract.servers] for contract in (old, new))
    old_base, new_base = (contract.servers[0].base_path if contract.servers else "" for contract in (old, new))
    if old_base != new_base:
        yield Finding(
            code="base-path-changed",
            old=old.servers[0].pointer if old.servers else "",
            new=new.servers[0].pointer if new.servers else "",
            message=f"operations are served under {new_base or '/'!r} instead of {old_base or '/'!r}",
            reason="requests to the old place are refused",
            wire=Verdict.BREAKING,
            sdk=Verdict.BREAKING,
        )
    gone, added = [url for url in before if url not in after], [url for url in after if url not in before]
    if gone and old_base == new_base:
        yield Finding(
            code="server-removed",
            old="/servers",
            new="/servers" if new.servers else "",
            message=f"servers are gone: {', '.join(gone)}",
            reason="whether the old address still answers, the contract does not tell",
            wire=Verdict.UNKNOWN,
        )
    elif added and old_base == new_base:
        message = f"servers are new: {', '.join(added)}"
        yield Finding(
            code="server-added", old="", new="/servers", message=message, reason="the old ones are still there"
        )


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
    if changed and not (pointer == "" or changed == ["deprecated"]):
        message = f"{', '.join(changed)} changed"
        yield Finding(
            code="wording-changed",
            old=pointer,
            new=pointer,
            message=message,
            reason="words are for people",
            is_wording=True,
        )
    if not is_names and said.get("discriminator") != says.get("discriminator"):
        place = join(pointer, "discriminator")
        yield Finding(
            code="discriminator-changed",
            old=place if "discriminator" in said else pointer,
            new=place if "discriminator" in says else pointer,
            message="the discriminator says something else",
            reason="generated code tells the alternatives apart by it",
            sdk=Verdict.BREAKING,
            handlers=Verdict.BREAKING,
        )
    for name in said.keys() & says.keys() - words:
        yield from _words(said[name], says[name], join(pointer, name))
