"""Ten generators of clients against the running service: does it generate, compile strictly, complete the journey?

python -m tests.clients.matrix                  all of them; 1 when a cell that docs/clients.md promises is red
python -m tests.clients.matrix java go          those whose names have one of these words
python -m tests.clients.matrix --write          write the table into docs/clients.md
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from handfast.contract import load_contract, published
from handfast.design import sdks
from handlers.app import CONTRACT
from tests.clients.generators import GENERATORS, Generator, Unavailable, Workshop
from tests.clients.journeys.journey import STEPS
from tests.fuzz.campaign import serving

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
LOCKS = Path(__file__).parent / "tools"
_MARKS = ("<!-- matrix -->\n", "<!-- /matrix -->\n")
YES, NO, SKIPPED = "yes", "**no**", "not tried"


@dataclass(slots=True)
class Row:
    """What became of one generator."""

    generator: Generator
    generates: str = SKIPPED
    compiles: str = SKIPPED
    completes: str = SKIPPED
    why: str = ""

    @property
    def text(self) -> str:
        """A line of the table in Markdown."""
        generator = self.generator
        cells = (generator.name, generator.language, self.generates, self.compiles, self.completes, generator.cannot)
        return f"| {' | '.join(cell or 'nothing that we know of' for cell in cells)} |\n"


def main() -> int:
    """Try the generators, and compare what came of them with what is promised."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    chosen = [each for each in GENERATORS if not options.words or any(word in each.name for word in options.words)]
    tools = sdks.prepare(print, LOCKS, Path(sys.prefix) / "sdk-matrix-tools")
    with tempfile.TemporaryDirectory() as folder:
        rows = _tried(chosen, tools, Path(folder))
    if options.write:
        if len(chosen) != len(GENERATORS) or any(row.why for row in rows):
            print("the table is written only when all generators were tried and nothing is red")
            return 1
        PAGE.write_text(_page(rows), encoding="utf-8")
    promised = PAGE.read_text(encoding="utf-8")
    red = [row for row in rows if row.why and row.text not in promised]
    unsaid = [row for row in rows if not row.why and row.text not in promised]
    for row in unsaid:
        print(f"{row.generator.name}: docs/clients.md says something else; run with --write")
    return 1 if red or unsaid else 0


def _tried(chosen: Sequence[Generator], tools: sdks.Tools, folder: Path) -> list[Row]:
    contract = load_contract(CONTRACT)
    for events in sdks.Events:
        text = published.as_json(sdks.for_generators(contract.source, events)[0])
        (folder / f"{events}.json").write_text(text, encoding="utf-8")
    with (
        serving({"DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'blog.db'}"}) as api,
        ThreadPoolExecutor(max_workers=2) as pool,
    ):
        return list(pool.map(lambda numbered: _try(numbered[1], tools, folder, numbered[0], api), enumerate(chosen)))


def _try(generator: Generator, tools: sdks.Tools, folder: Path, number: int, api: str) -> Row:
    row = Row(generator)
    shop = Workshop(tools, folder / f"{generator.events}.json", folder / str(number))
    shop.sdk.mkdir(parents=True)
    began = time.monotonic()
    try:
        row.generates = NO
        generator.generate(shop)
        row.generates, row.compiles = YES, NO
        generator.judge(shop)
        row.compiles = YES
        if generator.journey is not None:
            row.completes = NO
            said = re.findall(r"^ok (\w+)$", generator.journey(shop, api), re.MULTILINE)
            if said != [step.__name__ for step in STEPS]:
                raise sdks.SdkError(f"the journey ended after {said}")
            row.completes = YES
    except (sdks.SdkError, Unavailable) as error:
        row.why = str(error)
    seconds = time.monotonic() - began
    cells = f"{row.generates:<10}{row.compiles:<10}{row.completes:<10}"
    print(f"{generator.name:<46}{cells}{seconds:6.1f} s", flush=True)
    if row.why:
        print(row.why, flush=True)
    return row


def _page(rows: Sequence[Row]) -> str:
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(_MARKS[0])
    tail = rest.split(_MARKS[1])[1]
    titles = "| generator | language | generates | compiles strictly | completes the journey | what it cannot |\n"
    return "".join(
        (head, _MARKS[0], titles, "|---|---|---|---|---|---|\n", *(row.text for row in rows), _MARKS[1], tail)
    )


if __name__ == "__main__":
    sys.exit(main())
