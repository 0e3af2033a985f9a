"""The README and docs/: the walk through the service as printed, links that lead somewhere, pages that are listed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.serving import served

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    files = [target.partition("#")[0] for target in targets if not re.match(r"[a-z]+:|#", target)]
    assert [target for target in files if not (page.parent / target).exists()] == []


def test_every_page_is_listed() -> None:
    listed = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    pages = [page.name for page in (ROOT / "docs").glob("*.md") if page.name != "README.md"]
    assert [name for name in pages if f"]({name})" not in listed] == []
