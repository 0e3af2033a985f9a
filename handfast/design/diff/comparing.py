"""Compares two contracts: findings gathered, each once with all that it reaches, and what they mean for the version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from handfast.contract.model import Contract, Direction
from handfast.design.diff import documents
from handfast.design.diff.change import IMPACTS, Change, Difference, Finding, Impact, Verdict, worst
from handfast.design.diff.operations import Comparison
from handfast.design.diff.subjects import subject
from handfast.design.diff.versions import is_at_least, needed

_Key = tuple[str, str | None, str | None, str]


def compare(old: Contract, new: Contract, *, old_name: str = "old", new_name: str = "new") -> Difference:
    """Everything that differs between two contracts, and the version that owns up to it; names are for reports."""
    gathered: dict[_Key, list[tuple[Finding, str]]] = {}
    for finding, operation_id in _findings(old, new):
        gathered.setdefault((finding.code, finding.old, finding.new, finding.message), []).append(
            (finding, operation_id)
        )
    changes = sorted((_change(each, old, new) for each in gathered.values()), key=_order)
    counts = Counter(change.impact for change in changes)
    required = needed(old.info_version, set(counts))
    return Difference(
        old_name=old_name,
        new_name=new_name,
        old_version=old.info_version,
        new_version=new.info_version,
        changes=tuple(changes),
        required=required,
        is_owned_up=is_at_least(new.info_version, required),
        counts=counts,
    )


def _findings(old: Contract, new: Contract) -> Iterator[tuple[Finding, str]]:
    yield from Comparison.of(old, new).operations()
    yield from ((finding, "") for finding in documents.differences(old, new))


def _change(found: list[tuple[Finding, str]], old: Contract, new: Contract) -> Change:
    first = max((finding for finding, _ in found), key=lambda finding: _WIRE.index(finding.wire))
    wire, sdk, handlers = (
        worst(*verdicts) for verdicts in zip(*((each.wire, each.sdk, each.handlers) for each, _ in found), strict=True)
    )
    directions = {finding.direction for finding, _ in found if finding.direction is not None}
    return Change(
        code=first.code,
        message=first.message,
        directions=tuple(each for each in Direction if each in directions),
        wire=wire,
        sdk=sdk,
        handlers=handlers,
        impact=_impact(wire, sdk, is_wording=all(finding.is_wording for finding, _ in found)),
        reason=first.reason,
        subject=_subject(first, old, new),
        old_pointer=first.old,
        new_pointer=first.new,
        old_location=None if first.old is None else old.locate(first.old),
        new_location=None if first.new is None else new.locate(first.new),
        old_excerpt=_excerpt(old, first.old),
        new_excerpt=_excerpt(new, first.new),
        operations=tuple(dict.fromkeys(name for _, name in found if name)),
    )


def _subject(finding: Finding, old: Contract, new: Contract) -> str:
    """What it is about; for a member that the message names, the object that has it."""
    contract, pointer = (old, finding.old) if finding.new is None else (new, finding.new)
    if pointer is None:
        return ""
    if finding.code in _OF_MEMBERS:
        above, _, _ = pointer.removesuffix("/default").rpartition("/")
        pointer = above.removesuffix("/properties") if above.endswith("/properties") else pointer
    return subject(contract.document, pointer)


_OF_MEMBERS = frozenset({"property-added", "default-changed", "name-in-code-changed"})
_WIRE = (Verdict.COMPATIBLE, Verdict.UNKNOWN, Verdict.BREAKING)


def _impact(wire: Verdict, sdk: Verdict, *, is_wording: bool) -> Impact:
    if Verdict.BREAKING in {wire, sdk}:
        return Impact.BREAKING
    if Verdict.UNKNOWN in {wire, sdk}:
        return Impact.UNKNOWN
    return Impact.WORDING if is_wording else Impact.ADDITION


def _excerpt(contract: Contract, pointer: str | None) -> str | None:
    return None if pointer is None else contract.positions.diagnostic("", "", pointer).excerpt


def _order(change: Change) -> tuple[int, str, int, str]:
    location = change.location
    file, line = (location.file, location.line) if location else ("", 0)
    return IMPACTS.index(change.impact), file, line, change.code
