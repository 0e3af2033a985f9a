"""The documentation page in a real browser: every operation is rendered, and nothing outside is asked for."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from handfast.contract import load_contract
from tests.browsing import FLAGS, browser
from tests.fuzz.campaign import serving


def test_the_page_shows_every_operation_and_asks_nobody_else(tmp_path: Path) -> None:
    program, log = browser(), tmp_path / "network.json"
    with serving({"DATABASE_URL": f"sqlite:///{tmp_path / 'blog.db'}"}) as api:
        root = api.removesuffix("/api/v1")
        command = [
            program,
            *FLAGS,
            "--virtual-time-budget=20000",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--log-net-log={log}",
            "--dump-dom",
        ]
        page = subprocess.run(
            [*command, f"{root}/docs"], capture_output=True, text=True, timeout=120, check=True
        ).stdout
    operations = load_contract("openapi/api.yaml", validate=False).operations
    assert [each.operation_id for each in operations if each.operation_id not in page] == []
    assert page.count('class="opblock ') == len(operations)
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    # A browser has errands of its own; what the page asks for has the page as its initiator.
    asked = [event["params"]["url"] for event in events if event.get("params", {}).get("initiator") == root]
    assert len(asked) >= 3
    assert [url for url in asked if urlsplit(url).netloc != urlsplit(root).netloc] == []
