"""The README's walk through the service, word for word, against a service that runs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.serving import served

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(shutil.which("curl") is None, reason="the walk is made of curl commands")
def test_the_walk_through_the_service_works_as_printed(tmp_path: Path) -> None:
    block = re.search(r"```sh walk\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block
    database = f"sqlite:///{tmp_path / 'walk.db'}"
    settings = {"DATABASE_URL": database, "SEED_EXAMPLES": "true"}
    with served(ROOT, ready="/api/v1/health/ready", log=tmp_path / "log", **settings) as address:
        script = block[1].replace("http://127.0.0.1:8000", address)
        walk = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, timeout=60, check=False
        )
    assert (walk.returncode, walk.stderr) == (0, "")
    said = re.sub(r"\s*([:,])\s*", r"\1", walk.stdout)
    assert '"handle":"ada"' in said
    assert said.count('"slug":"on-engines"') == 3, "created, listed, changed"
    assert '"status":"draft"' in said
    assert '"status":"published"' in said
    assert "}204\n{" in said
    assert '"status":422' in said
    assert [
        place for place in ("/title", "/tags", "/colour", "body") if place not in said.rpartition("}204\n")[2]
    ] == []
