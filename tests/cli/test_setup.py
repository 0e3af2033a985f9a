"""`scripts/setup.py` on a machine where something is missing: it says what, and can be run again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "setup.py"


def run_setup(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, folder / "scripts" / "setup.py"],
        env={**os.environ, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_without_a_package_index_it_says_so_and_goes_on_the_next_time(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\n[tool]\n', encoding="utf-8")
    (tmp_path / "requirements.lock").write_text(f"nothing-of-this-name==1 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    first, second = run_setup(tmp_path), run_setup(tmp_path)
    assert first.returncode == second.returncode == 1
    assert "setup: creating .venv" in first.stdout
    assert "setup: creating .venv" not in second.stdout, "what is done already is kept"
    for outcome in (first, second):
        assert "setup: installing 1 locked package" in outcome.stdout
        assert "PIP_INDEX_URL" in outcome.stderr
        assert "Traceback" not in outcome.stderr
