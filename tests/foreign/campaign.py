"""Every contract of the corpora, end to end: `python -m tests.foreign.campaign [--write] [FILE...]`, or `make corpora`.

Each valid document is generated, imported, type-checked by `mypy --strict`, and bound to the mock; every operation is
asked rightly and wrongly. Prints a line for what fails; `--write` writes docs/CORPORA.md. Exit 1 when something fails.
With files, these alone are looked at, and nothing is written.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.corpora import VARIABLE, found
from tests.foreign.documents import CORPORA, Row, work

PAGE = Path(__file__).parents[2] / "docs" / "CORPORA.md"


_ABOUT = """\
Written by `make corpora`. Every valid document is generated, imported, checked by `mypy --strict` and bound to the
mock. Every operation gets a valid request for each media type of its body, made of examples or samples, and must
answer what the contract declares; then one with a wrong value for each parameter and body, and must refuse it.
"""
_HOPELESS = """\
Their contracts ask for what cannot be, as `type: string` with an enum of integers, or a `oneOf` of equal branches. So
there is no valid request or reply, and they are not counted above.
"""


def main(arguments: list[str]) -> int:
    """Work through all corpora that are there."""
    given = [Path(argument) for argument in arguments if argument != "--write"]
    documents = [("given", file.parent, file) for file in given] or list(_documents())
    if not documents:
        print(f"no corpora: nothing was done; set {VARIABLE} to their folder")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = _rows(folder, documents)
        _type_check(folder, rows)
    for row in rows:
        for line in (*row.faults, *row.tally.failures):
            print(f"{row.corpus}/{row.name}: {line}")
    page = _page(rows)
    print(page if given else page.partition("\n## ")[0])
    if "--write" in arguments and not given:
        PAGE.write_text(page, encoding="utf-8")
    return 0 if all(row.is_right or row.refusal for row in rows) else 1


def _quiet() -> None:
    logging.getLogger("handfast").propagate = False  # what is logged is gathered, request by request


def _documents() -> Iterator[tuple[str, Path, Path]]:
    """Corpus, its folder, and each of its documents."""
    for corpus, pattern in CORPORA.items():
        if (root := found(corpus)) is not None:
            yield from ((corpus, root, document) for document in sorted(root.glob(pattern)) if document.is_file())


def _rows(folder: Path, documents: Iterable[tuple[str, Path, Path]]) -> list[Row]:
    with ProcessPoolExecutor(max_workers=2, initializer=_quiet) as pool:
        futures = [pool.submit(work, *document, folder) for document in documents]
        return [future.result() for future in futures]


def _type_check(folder: Path, rows: Iterable[Row]) -> None:
    """One run of mypy for all packages; its errors go to the rows of their documents."""
    if not any(folder.rglob("*.py")):
        return  # no document was valid
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--no-incremental", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    packages = {row.package: row for row in rows}
    for line in (done.stdout + done.stderr).splitlines():
        if (row := packages.get(line.partition("/")[0])) is not None and ": error:" in line:
            row.faults.append(f"mypy: {line.partition('/')[2]}")
    if done.returncode and not any(row.faults for row in rows):
        raise RuntimeError(done.stdout + done.stderr)


def _page(rows: list[Row]) -> str:
    lines = [
        "# Contracts that others wrote",
        "",
        _ABOUT,
        "| corpus | documents | valid | right | operations | answered | valid requests | wrong requests | refused |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for corpus in dict.fromkeys(row.corpus for row in rows):
        mine = [row for row in rows if row.corpus == corpus]
        valid = [row for row in mine if not row.refusal]
        right = sum(row.is_right for row in valid)
        counts = [
            sum(row.tally.operations - len(row.tally.impossible) for row in valid),
            sum(row.tally.answered for row in valid),
            sum(row.tally.valid for row in valid),
            sum(row.tally.invalid for row in valid),
            sum(row.tally.refused for row in valid),
        ]
        rate = f"{right} ({right / max(len(valid), 1):.0%})"
        lines.append(
            f"| {corpus} | {len(mine)} | {len(valid)} | {rate} | {' | '.join(f'{each:,}' for each in counts)} |"
        )
    lines += _section("Documents that fail", ((row, (*row.faults, *row.tally.failures)) for row in rows))
    lines += _section("Documents that are not valid", ((row, [row.refusal] if row.refusal else []) for row in rows))
    lines += _section(
        "Operations that no value satisfies",
        ((row, row.tally.impossible) for row in rows),
        _HOPELESS,
    )
    return "\n".join(lines) + "\n"


def _section(title: str, found_: Iterable[tuple[Row, Iterable[str]]], text: str = "") -> list[str]:
    table = [f"| {row.corpus}/{row.name} | {_cell(line)} |" for row, each in found_ for line in each]
    return ["", f"## {title}", "", *([text] if text else []), *_table(table)]


def _table(rows: list[str]) -> list[str]:
    return ["| document | reason |", "|---|---|", *rows] if rows else ["None."]


def _cell(text: str) -> str:
    return " ".join(text.split())[:300].replace("|", "\\|")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
