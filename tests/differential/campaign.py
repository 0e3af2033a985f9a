"""Let runtime and oracle judge many random requests, and print the first one that they disagree about.

python -m tests.differential.campaign --cases 100000 --seed 1
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import secrets
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from tests.differential.contracts import documents, requests
from tests.differential.judging import Disagreement, Subject

REQUESTS = 40
"""How many requests each contract gets; binding costs more than they do."""


def run(cases: int, seed: int) -> Counter[int]:
    """How many cases ended in which status; raises Disagreement, of a case that was made small."""
    seen: Counter[int] = Counter()

    @seeded(seed)
    @settings(
        max_examples=-(-cases // REQUESTS),
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(st.data())
    def judge(data: st.DataObject) -> None:
        document = data.draw(documents())
        subject = Subject(document, runner)
        for _ in range(REQUESTS):
            path, item = data.draw(st.sampled_from(sorted(document["paths"].items(), key=lambda pair: pair[0])))
            seen[subject.check(data.draw(requests(path, item)))] += 1

    logger = logging.getLogger("handfast.violations")
    logger.disabled = True  # replies that break their schema are half of the point
    try:
        with asyncio.Runner() as runner:
            judge()
    finally:
        logger.disabled = False
    return seen


def main() -> int:
    """Run what was asked for, and say how to repeat it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**31))
    options = parser.parse_args()
    print(f"{options.cases:,} cases with --seed {options.seed}", flush=True)
    start = time.monotonic()
    try:
        seen = run(options.cases, options.seed)
    except Disagreement as found:
        print(f"runtime and oracle disagree:\n{found}")
        return 1
    statuses = ", ".join(f"{count:,} x {status}" for status, count in sorted(seen.items()))
    print(f"0 disagreements in {seen.total():,} cases ({statuses}), {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
