"""Runs every check that a change must pass, two at a time, and ends with a line for each: `check.py [NAME...]`.

The table below is the one place that knows the commands; `make check`, CI and pre-commit all come through here.
"""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
CHECKS = {
    "format": ["ruff", "format", "--check", "--quiet", "."],
    "ruff": ["ruff", "check", "--quiet", "."],
    "mypy": ["mypy"],
    "pyright": ["basedpyright"],
    "arrows": ["lint-imports", "--no-cache"],
    "generated": ["handfast", "generate", "--check"],
    "contract": ["handfast", "lint"],
}


def main(names: list[str]) -> int:
    """Run the named checks, or all of them; 1 when one of them fails, 2 when one does not exist."""
    unknown = [name for name in names if name not in CHECKS]
    if unknown:
        print(f"check: there is no {', '.join(unknown)}; there are {', '.join(CHECKS)}", file=sys.stderr)
        return 2
    chosen = names or list(CHECKS)
    with ThreadPoolExecutor(max_workers=2) as pool:
        outcomes = list(pool.map(check, chosen))
    for name, outcome in zip(chosen, outcomes, strict=True):
        print(f"check: {name:<10} {outcome}")
    return 0 if all(outcome.startswith("ok") for outcome in outcomes) else 1


def check(name: str) -> str:
    """Run one check; its output is shown only when it fails."""
    command = CHECKS[name]
    started = time.monotonic()
    done = subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}", flush=True)
    return f"{'ok' if done.returncode == 0 else 'FAILED':<7} {time.monotonic() - started:5.1f} s"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
