"""How long it takes from a save to what a reader sees, in a browser: `python -m tests.design.preview.latency`.

Each save writes another text into the contract, by a rename, and the page notes when it is painted (the first frame
behind the change). Three moments: the documentation, the findings, the changes. Times are in milliseconds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from tests.browsing import Page, browsing
from tests.cli.serving import served

_WATCH = """
window.seen = {};
new MutationObserver(() => requestAnimationFrame(() => {
  const text = {
    documentation: document.querySelector("#swagger-ui .info .title")?.textContent,
    findings: document.getElementById("findings").textContent,
    changes: document.getElementById("changes").textContent,
  };
  setTimeout(() => {
    for (const [name, value] of Object.entries(text)) {
      for (const [mark] of value?.matchAll(/mark[0-9]+/g) ?? []) (window.seen[name] ??= {})[mark] ??= Date.now();
    }
  });
})).observe(document.body, { subtree: true, childList: true, characterData: true });
"""
_PLACES = ("documentation", "findings", "changes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contract", nargs="?", type=Path, default=Path("openapi/api.yaml"))
    parser.add_argument("--saves", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        contract = _repository(folder / "project", options.contract.resolve())
        log = folder / "log"
        with (
            served(
                contract.parent, contract.name, command="preview", ready="/_preview/parts/changes", log=log
            ) as address,
            browsing(folder / "profile") as browser,
        ):
            page = browser.page()
            page.size(1440, 900)
            page.open(f"{address}/_preview/")
            page.wait("document.querySelector('#changes .summary') && document.querySelector('.opblock')")
            page.value(_WATCH)
            _report(_measure(page, contract, options.saves))


def _repository(folder: Path, contract: Path) -> Path:
    """A repository whose main branch has the contract, and all that is beside it."""
    shutil.copytree(contract.parent, folder)
    for command in (["init", "-qb", "main"], ["add", "-A"], ["commit", "-qm", "The contract."]):
        identity = ["-c", "user.name=preview", "-c", "user.email=preview@example.org"]
        subprocess.run(["git", *identity, *command], cwd=folder, check=True)
    return folder / contract.name


def _measure(page: Page, contract: Path, saves: int) -> dict[str, list[float]]:
    text = contract.read_text(encoding="utf-8")
    _, before, after = text.partition("\ninfo:\n")
    title = after[after.index("title:") :].partition("\n")[0]
    taken: dict[str, list[float]] = {place: [] for place in _PLACES}
    for number in range(saves + 1):
        mark = f"mark{number}"
        marked = text.replace(title, f"{title} {mark}", 1) if before else text
        # An operation without anything that the linter wants, so that its findings name the mark, too.
        marked = marked.replace(
            "\npaths:\n", f"\npaths:\n  /{mark}:\n    get:\n      responses: {{'200': {{description: {mark}.}}}}\n", 1
        )
        new = contract.with_suffix(".new")
        new.write_text(marked, encoding="utf-8")
        began = time.time() * 1000
        new.replace(contract)
        page.wait(" && ".join(f"window.seen.{place}?.{mark}" for place in _PLACES))
        if number:  # the first is not counted: the process warms up
            for place in _PLACES:
                taken[place].append(page.value(f"window.seen.{place}.{mark}") - began)
        time.sleep(0.15)
    return taken


def _report(taken: dict[str, list[float]]) -> None:
    print(f"load of the machine (1, 5, 15 minutes): {', '.join(f'{each:.1f}' for each in os.getloadavg())}")
    for place, times in taken.items():
        ordered = sorted(times)
        print(
            f"{place:>13}: median {statistics.median(ordered):.0f} ms, "
            f"from {ordered[0]:.0f} to {ordered[-1]:.0f} ms ({len(ordered)} saves)"
        )


if __name__ == "__main__":
    main()
