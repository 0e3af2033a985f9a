"""A difference for people: a comment of a pull request, and an entry of a changelog, both as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handfast.design.diff.change import IS_DEPRECATED, Change, Difference, Impact
from handfast.errors import visible

_TITLES = {
    Impact.BREAKING: "Breaks",
    Impact.UNKNOWN: "May break",
    Impact.ADDITION: "Adds",
    Impact.WORDING: "Says otherwise",
}
_SECTIONS = (
    "Removed (breaking)",
    "Changed (breaking)",
    "Changed (may break)",
    "Changed",
    "Deprecated",
    "Added",
    "Removed",
)
_MARKUP = re.compile(r"[\\`*\[\]~]|^[#>+-]|(?<!\w)_|_(?!\w)")
"""What Markdown would take for emphasis, code, links, headings, quotes or lists (GFM); inside of words `_` is none."""

_NOTHING = "Nothing that a client could notice."
_FEW = 5
_MOST = 100
"""Rows of a table; comments have an end (65,536 characters on GitHub)."""


def summary(difference: Difference) -> str:
    """`2 changes break, 1 adds; the next version is 2.0.0`."""
    if not difference.changes:
        return "nothing changed"
    verbs = {
        Impact.BREAKING: "break",
        Impact.UNKNOWN: "may break",
        Impact.ADDITION: "compatible",
        Impact.WORDING: "words",
    }
    told = ", ".join(
        f"{difference.counts[impact]} {verbs[impact]}" for impact in Impact if difference.counts.get(impact)
    )
    total = len(difference.changes)
    version = f"; the next version is {difference.required}" if difference.required else ""
    owned = "" if difference.is_owned_up else f", and info.version is {difference.new_version}"
    return f"{total} change{'s' * (total != 1)}: {told}{version}{owned}"


def as_markdown(difference: Difference) -> str:
    """A comment: what breaks in a table, the rest folded."""
    lines = [f"### Contract: {_inline(summary(difference))}", ""]
    for impact in Impact:
        changes = [change for change in difference.changes if change.impact is impact]
        if not changes:
            continue
        table = list(_table(changes))
        title = f"{_TITLES[impact]} ({len(changes)})"
        if impact in {Impact.BREAKING, Impact.UNKNOWN}:
            lines += [f"**{title}**", "", *table, ""]
        else:
            lines += [f"<details><summary>{title}</summary>", "", *table, "", "</details>", ""]
    lines.append(f"<sub>{_inline(difference.old_name)} → {_inline(difference.new_name)}</sub>")
    return "\n".join(lines)


def as_changelog(difference: Difference) -> str:
    """An entry in the form of keepachangelog.com, under the version that the new contract has.

    While that is still the old version, what changed is not released; and where nothing did, there is no entry to head.
    """
    entries: dict[str, list[str]] = {title: [] for title in _SECTIONS}
    for change in difference.changes:
        if change.impact is not Impact.WORDING:
            entries[_section(change)].append(f"- {_sentence(change)}")
    told = {title: lines for title, lines in entries.items() if lines}
    is_released = difference.new_version != difference.old_version
    lines = (
        [f"## {_inline(difference.new_version) if is_released else 'Unreleased'}", ""] if told or is_released else []
    )
    for title, entry in told.items():
        lines += [f"### {title}", "", *entry, ""]
    return "\n".join(lines if told else [*lines, _NOTHING]).rstrip()


def _section(change: Change) -> str:
    """The heading that keepachangelog.com has for a change, and whether it breaks."""
    is_removed = change.code.endswith("-removed")
    if change.impact is Impact.BREAKING:
        return "Removed (breaking)" if is_removed else "Changed (breaking)"
    if change.impact is Impact.UNKNOWN:
        return "Changed (may break)"
    if change.code == "deprecation-changed":
        return "Deprecated" if change.message.endswith(IS_DEPRECATED) else "Changed"
    return "Removed" if is_removed else "Added" if change.code.endswith("-added") else "Changed"


def _table(changes: list[Change]) -> Iterator[str]:
    yield "| change | reaches | wire | SDKs | why |"
    yield "|---|---|---|---|---|"
    for change in changes[:_MOST]:
        place = f"`{visible(str(change.location)).replace('`', '')}`" if change.location else ""
        reaches = ", ".join(change.operations[:_FEW]) + (" …" if len(change.operations) > _FEW else "")
        subject = f"{change.subject}: " if change.subject else ""
        what = f"{_cell(subject + change.message)} `{change.code}` {place}"
        yield f"| {what} | {_cell(reaches)} | {change.wire} | {change.sdk} | {_cell(change.reason)} |"
    if len(changes) > _MOST:
        yield f"| and {len(changes) - _MOST} more | | | | |"


def _sentence(change: Change) -> str:
    more = len(change.operations) - _FEW
    reached = ", ".join(change.operations[:_FEW]) + (f" and {more} more" if more > 0 else "")
    if not change.subject:
        return f"{_inline(f'{reached}: ' * bool(reached) + change.message)}."
    return f"{_inline(f'{change.subject}: {change.message}' + f' ({reached})' * bool(reached))}."


def _cell(text: str) -> str:
    return _inline(text).replace("|", "\\|")


def _inline(text: str) -> str:
    """A text of a contract inside of a line of Markdown: no markup, no HTML, nobody mentioned."""
    escaped = _MARKUP.sub(r"\\\g<0>", visible(" ".join(text.split())))
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace("@", "@\N{ZERO WIDTH NON-JOINER}")
