"""Show that the gate bites: each seeded fault must make Schemathesis or our checks beside it fail.

python -m tests.fuzz.faults                       all faults
python -m tests.fuzz.faults delete-does-nothing   one of them
"""

from __future__ import annotations

import sys
import tempfile

from tests.fuzz.campaign import EXHAUSTIVE, attack, serving
from tests.fuzz.faulty import FAULTS

FUZZING = ("--phases", "fuzzing,stateful", "--max-time", "60", "--workers", "2", "--seed", "1")
NEEDS_STATE = {"delete-does-nothing"}
"""Faults that show only when operations follow one another."""


def main() -> int:
    """Seed one fault after the other; 1 when one of them survives."""
    survived = []
    with tempfile.TemporaryDirectory() as folder:
        for fault in sys.argv[1:] or FAULTS:
            with serving(f"sqlite+aiosqlite:///{folder}/{fault}.db", "tests.fuzz.faulty:app", FAULT=fault) as url:
                found = attack(url, f"fault-{fault}", *(FUZZING if fault in NEEDS_STATE else EXHAUSTIVE), quiet=True)
            print(f"{fault:30}{'found' if found else 'SURVIVED'}", flush=True)
            survived += [] if found else [fault]
    print(f"\nSurvived: {', '.join(survived)}" if survived else "\nEvery fault was found.")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
