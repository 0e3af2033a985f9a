"""docs/mistakes.md: every mistake, and what is said of it, heard anew.

python -m tests.mistakes.page            say whether the page is what is heard
python -m tests.mistakes.page --write    write it
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path
from textwrap import indent
from types import ModuleType

from tests.mistakes.bound import BOUND
from tests.mistakes.checkers import CHECKERS, Report, Said, write
from tests.mistakes.mistake import Catcher, Mistake
from tests.mistakes.museum import SOURCE, build, imported
from tests.mistakes.running import ask, start, told
from tests.mistakes.typed import TYPED
from tests.mistakes.wired import WIRED

PAGE = Path(__file__).parents[2] / "docs" / "mistakes.md"
MISTAKES = (*TYPED, *BOUND, *WIRED)

_INTRODUCTION = """\
# Mistakes, and who catches them

Written by `python -m tests.mistakes.page --write`; `tests/mistakes` makes each mistake and insists on what is written
here. The museum in `tests/mistakes/cases/museum` has one of everything that a contract can have, and handlers as they
are meant to be written. A mistake is an edit of one of its files. It is caught by the first that notices, in the order
in which a developer meets them:

- **types**: both mypy and basedpyright, in strict mode, on the line where the mistake is;
- **start-up**: `bind` and `receive`, which tell of everything at once, before a request is served;
- **wire**: the judge of replies, before the first byte leaves. The client gets a 500 without detail, or a stream that
  ends early; the log has what is written here. What a generated model refuses is logged with the line of the handler.

What clients get wrong is in [ENFORCEMENT.md](ENFORCEMENT.md), and what goes wrong in the publishing service, and who
notices, in [FAULTS.md](FAULTS.md).
"""

_TITLES = {
    Catcher.TYPES: "Caught by types",
    Catcher.START_UP: "Caught at start-up",
    Catcher.WIRE: "Caught on the wire",
}
_ADVICE = ("See http", "This violates the Liskov")
"""What mypy adds to an error whatever it is about."""


@dataclass(slots=True)
class Heard:
    """What was said of each mistake, by its name."""

    checkers: dict[str, Report] = field(default_factory=dict[str, Report])
    gaps: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    answers: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    logs: dict[str, str] = field(default_factory=dict[str, str])

    def typed(self, mistake: Mistake, checker: str) -> list[Said]:
        """What a type checker said of a mistake, anywhere in its file."""
        return self.checkers[checker].get(f"{mistake.slug}.py", [])

    def first(self, mistake: Mistake) -> Catcher | None:
        """The first that noticed; type checkers count when each of them reports a line that is meant."""
        if mistake.line and all(
            {said.line for said in self.typed(mistake, each)} & mistake.lines() for each in CHECKERS
        ):
            return Catcher.TYPES
        if self.gaps[mistake.name]:
            return Catcher.START_UP
        return Catcher.WIRE if self.logs.get(mistake.name) else None


def hear(museum: ModuleType, folder: Path, scratch: Path) -> Heard:
    """Make every mistake in a folder where the museum was built, and listen."""
    write(folder, MISTAKES)
    heard = Heard({name: check(folder) for name, check in CHECKERS.items()})
    for mistake in MISTAKES:
        app, gaps = start(museum, mistake, scratch)
        heard.gaps[mistake.name] = [told(gap, mistake, scratch) for gap in gaps]
        if app is not None and mistake.by is Catcher.WIRE:
            status, body, log = ask(app, mistake)
            heard.answers[mistake.name] = (status, body)
            heard.logs[mistake.name] = told(log, mistake, scratch)
    return heard


def render(heard: Heard) -> str:
    """The page."""
    counts = ", ".join(f"{sum(each.by is by for each in MISTAKES)} by {by}" for by in Catcher)
    parts = [_INTRODUCTION, f"{len(MISTAKES)} mistakes: {counts}.\n", "| mistake | file | caught by |\n|---|---|---|"]
    parts += [f"| [{each.name}](#{_anchor(each.name)}) | `{each.file}` | {each.by} |" for each in MISTAKES]
    for by in Catcher:
        parts.append(f"\n## {_TITLES[by]}")
        for mistake in MISTAKES:
            if mistake.by is by:
                said = "\n".join(_said(mistake, heard))
                parts.append(f"\n### {mistake.name}\n\n```diff\n{_edit(mistake)}\n```\n\n```text\n{said}\n```")
    return "\n".join(parts) + "\n"


def _said(mistake: Mistake, heard: Heard) -> Iterator[str]:
    if mistake.by is Catcher.TYPES:
        for name in CHECKERS:
            for said in heard.typed(mistake, name):
                if said.line in mistake.lines():
                    yield _headed(
                        name, f"{mistake.file}:{said.line}: {_without_advice(told(said.message, mistake, SOURCE))}"
                    )
    for gap in heard.gaps[mistake.name]:
        yield _headed("start-up", gap)
    if mistake.by is Catcher.WIRE:
        status, _ = heard.answers[mistake.name]
        if status:
            yield _headed("client", str(status) + (", cut short" if status < 300 else ""))
        yield _headed("log" if status else "sender", heard.logs[mistake.name])


def _headed(who: str, what: str) -> str:
    """A message after who says it, with further lines below the first."""
    first, *rest = what.splitlines()
    return "\n".join([f"{who}: {first}", *(indent(line, "  ") for line in rest)])


def _without_advice(message: str) -> str:
    return "\n".join(line for line in message.splitlines() if not line.startswith(_ADVICE))


def _edit(mistake: Mistake) -> str:
    before = (SOURCE / mistake.file).read_text(encoding="utf-8").splitlines()
    lines = list(unified_diff(before, mistake.text().splitlines(), n=0, lineterm=""))[2:]
    return "\n".join(line for line in lines if not line.startswith("@@"))


def _anchor(name: str) -> str:
    """The anchor that Markdown makes of a heading."""
    kept = (character for character in name.lower().replace(" ", "-") if character.isalnum() or character == "-")
    return "".join(kept)


def main(arguments: Mapping[str, bool]) -> int:
    """Hear everything, and write the page or compare it."""
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as scratch:
        build(Path(made))
        with imported(Path(made)) as museum:
            text = render(hear(museum, Path(made), Path(scratch)))
    if arguments["write"]:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    return int(text != PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main({"write": "--write" in sys.argv}))
