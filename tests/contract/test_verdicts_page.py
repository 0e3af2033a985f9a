"""docs/SCHEMAS.md lists every code of a verdict."""

from __future__ import annotations

import re
from pathlib import Path

from handfast.contract.verdicts import OTHER, SEVERAL, TOO_COSTLY, WORDS


def test_every_code_is_listed() -> None:
    text = (Path(__file__).parents[2] / "docs" / "SCHEMAS.md").read_text(encoding="utf-8")
    codes = {code for code, _ in [*WORDS.values(), OTHER, SEVERAL, TOO_COSTLY]}
    listed = set(re.findall(r"`([a-z-]+)`", text.partition("## Errors")[2]))
    assert codes == listed
