"""Compare the bound service with one written by hand on FastAPI and with raw ASGI, in one run; then look at sizes.

bench.py                 everything; --write makes docs/BENCHMARKS.md and docs/benchmark.svg of it
bench.py --quick         fewer rounds, in process alone
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench import pages, scale  # noqa: E402  # the script is run by its path
from bench.measuring import PROTOCOLS, Table, compare, in_process, over_http  # noqa: E402


def tables(options: argparse.Namespace) -> Iterator[Table]:
    """Every comparison, one after the other."""
    for group, told in (("plain", "handlers that need nothing"), ("session", "a session for each request")):
        yield compare(f"In process, {told}", group, in_process(options.requests), options.rounds)
        if options.quick or shutil.which("wrk") is None:
            continue
        for name, protocol in PROTOCOLS.items():
            with over_http(protocol, options.seconds) as measure:
                yield compare(f"Over HTTP by {name}, {told}", group, measure, options.rounds)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2, help="of wrk, for each application, case and round")
    parser.add_argument("--requests", type=int, default=1000, help="in process, for each application, case and round")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    os.chdir(ROOT)
    if shutil.which("wrk") is None and not options.quick:
        print("over HTTP: skipped, because wrk is not installed (Debian: apt-get install wrk)", flush=True)
    measured: list[Table] = []
    for table in tables(options):
        measured.append(table)
        print(pages.as_text(table), flush=True)
    scales = [] if options.quick else [*scale.counts(), *filter(None, [scale.github()])]
    print(pages.scales_as_text(scales))
    if options.write:
        machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {options.rounds} rounds"
        (ROOT / "docs" / "BENCHMARKS.md").write_text(pages.as_markdown(measured, scales, machine), encoding="utf-8")
        (ROOT / "docs" / "benchmark.svg").write_text(pages.as_svg(measured), encoding="utf-8")


if __name__ == "__main__":
    main()
