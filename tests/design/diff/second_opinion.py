"""What `@redocly/cli diff` says of every kind of change, and why we say something else where we do.

`python -m tests.design.diff.second_opinion`, or `make second-opinion`; needs Node.js and npm. Only what breaks is
compared: which additions deserve a minor version is taste.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from handfast.design.diff import Impact
from tests.design.diff.kinds import KINDS
from tests.design.diff.test_kinds import EXTRACTED, NAMED, TEXT

VERSION = "2.77.0"
CACHE = Path(".cache/redocly")
DISAGREEMENTS = {
    "tag changed": "generated code has the operation in another class or module",
    "server gone": "whether the old address still answers is unknown",
    "part encoding changed": "the same value is sent as another content type",
    "part of fewer types": "a part of a type that was admitted is refused",
    "part gets an encoding": "the same value is sent as another content type",
    "part must have a header": "a part without it is refused",
    "media type with its usual charset": "the charset of JSON is UTF-8 without it, too",
    "member declared in a map": "a value under that name was admitted, and is refused",
    "operation moved to another server": "requests to the old address are refused",
    "parameter explode of a scalar changed": "the same text is sent",
    "parameter may be a list too": "a text is sent and admitted as before",
    "slash at the end of a server": "requests go to the same address",
    "request pattern beside a format that may imply it": "no text of the format is known that it refuses",
    "bound beyond a format": "every text of the format is within the bounds",
    "bound of a format": "every text of the format is within the bounds",
    "bound beyond a format of our own": "every text of the format is within the bounds",
    "format that asserts nothing": "the same texts are admitted",
    "request member became readOnly": "a request that has the member is refused",
    "header no longer always there": "a client that reads it finds nothing",
    "discriminator mapping changed": "generated code tells the alternatives apart by it",
    "public operation falls back to the global requirement": "requests without credentials are refused",
    "component renamed": "generated code has another name for it",
    "path parameter renamed": "generated code has another name for it",
    "member gets another name in code": "handlers, and clients generated from it, read the member by that name",
    "parameter gets another name in code": "handlers get the argument by that name",
    "constant as an enum of one": "the same value is admitted",
    "nullable by alternatives": "the same values are admitted",
    "oneOf as anyOf where null is apart": "the same values are admitted",
    "wrapped in allOf": "the same values are admitted",
    "format of 64 bits as bounds": "the same numbers are admitted",
}
"""Kinds of change of which one of us says that they break, and the other does not; each with why we are right."""


def main() -> int:
    """Ask about every kind; 1 where a disagreement has no reason, or a reason no disagreement."""
    if shutil.which("npm") is None:
        print("second opinion: needs Node.js and npm")
        return 2
    program = installed()
    differ = {
        kind.name for kind in KINDS if redocly(program, kind.old, kind.new) is not (kind.impact is Impact.BREAKING)
    }
    for name in sorted(differ):
        print(f"{name}: {DISAGREEMENTS.get(name, 'NO REASON')}")
    stale = DISAGREEMENTS.keys() - differ
    print(
        f"{len(KINDS) - len(differ)} of {len(KINDS)} kinds are seen alike; stale reasons: {', '.join(stale) or 'none'}"
    )
    return 1 if stale or differ - DISAGREEMENTS.keys() else 0


def installed() -> Path:
    """The program of the pinned version, in a folder that git ignores."""
    program = CACHE / "node_modules" / ".bin" / "redocly"
    if not program.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [
            "npm",
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--prefix",
            str(CACHE),
            f"@redocly/cli@{VERSION}",
        ]
        subprocess.run(command, check=True)
    return program.resolve()


def redocly(program: Path, old: str, new: str) -> bool:
    """Whether Redocly says that a change of the library breaks something."""
    text = TEXT.replace(old, new)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "old.yaml").write_text(TEXT, encoding="utf-8")
        (folder / "new.yaml").write_text(text + (EXTRACTED if NAMED.search(text) else ""), encoding="utf-8")
        environment = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
        command = [str(program), "diff", "old.yaml", "new.yaml", "--format=json"]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        return bool(json.loads(done.stdout)["summary"]["major"])


if __name__ == "__main__":
    sys.exit(main())
