"""The command that compares contracts: diff."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from handfast.cli.arguments import ReportOption
from handfast.cli.printing import report, say, write
from handfast.design.diff.change import Impact
from handfast.design.reports import Format
from handfast.project import find_project

if TYPE_CHECKING:
    from handfast.design.diff import Difference


class DiffFormat(StrEnum):
    """The forms in which a difference is printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    CHANGELOG = "changelog"
    NEXT_VERSION = "next-version"


class Least(StrEnum):
    """The least impact that fails."""

    BREAKING = "breaking"
    UNKNOWN = "unknown"
    ADDITION = "addition"
    NONE = "none"


def diff(
    old: Annotated[
        str, typer.Argument(help="The old contract: a file, REVISION:FILE, or a git revision.", metavar="OLD")
    ],
    new: Annotated[
        str | None, typer.Argument(help="The new one, likewise (default: the project's contract).", metavar="[NEW]")
    ] = None,
    form: Annotated[DiffFormat, typer.Option("--format", help="How to print it.")] = DiffFormat.TEXT,
    output: ReportOption = None,
    fail_on: Annotated[
        Least, typer.Option("--fail-on", help="Fail when a change is this bad and the version does not own up to it.")
    ] = Least.BREAKING,
    words: Annotated[bool, typer.Option("--words", help="Show changes of nothing but words, too.")] = False,
) -> None:
    """Say what changed between two contracts, what it breaks, and the next version; exit 1 on what breaks.

    A break is in order when info.version says so: 2.0.0 after 1.x, 0.5.0 after 0.4.x.
    """
    from handfast.design.diff import compare, revisions

    contract = find_project().contract
    default = Path(new) if new is not None and Path(new).is_file() else contract
    after = revisions.load(new if new is not None else str(contract), contract)
    before = revisions.load(old, default)
    difference = compare(before, after, old_name=old, new_name=new or str(contract))
    _print(difference, form, output, has_words=words)
    if fail_on is not Least.NONE and not difference.is_owned_up and difference.has(Impact(fail_on)):
        raise typer.Exit(1)


def _print(difference: Difference, form: DiffFormat, output: Path | None, *, has_words: bool) -> None:
    from handfast.design.diff import prose
    from handfast.design.diff.diagnostics import diagnostics

    texts: dict[DiffFormat, Callable[[Difference], str]] = {
        DiffFormat.MARKDOWN: prose.as_markdown,
        DiffFormat.CHANGELOG: prose.as_changelog,
        DiffFormat.NEXT_VERSION: lambda found: found.required or found.old_version,
    }
    if (written := texts.get(form)) is not None:
        text = written(difference)
        say(text) if output is None else write(output, f"{text}\n")
        return
    everything = has_words or form in {DiffFormat.JSON, DiffFormat.SARIF}
    title = f"{difference.old_name} → {difference.new_name}: {prose.summary(difference)}"
    report(diagnostics(difference, has_words=everything), Format(form), f"diff/{difference.new_name}", title, output)
