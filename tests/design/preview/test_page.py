"""The page of `handfast preview` in a real browser: what a reader sees, and what does not run."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.browsing import Browser, Page, browsing
from tests.cli.command import CONTRACT
from tests.cli.serving import free_port
from tests.design.preview.following import previewed

MANY = CONTRACT.replace(
    "components:\n",
    "".join(
        f"""\
  /things{number}:
    get:
      operationId: getThing{number}
      tags: [notes]
      summary: Read thing {number}
      responses:
        '200': {{ description: The thing. }}
        default: {{ $ref: '#/components/responses/Refusal' }}
"""
        for number in range(30)
    )
    + "components:\n",
)
READY = "document.querySelector('.opblock') && document.querySelector('#changes .summary, #changes .problem')"
BANNER = "document.getElementById('banner').innerText"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Generator[Browser]:
    """A browser for all of these tests."""
    with browsing(tmp_path_factory.mktemp("browser") / "profile") as started:
        yield started


def opened(browser: Browser, address: str) -> Page:
    """The page in a tab of its own, when everything is on it."""
    page = browser.page()
    page.size(1300, 800)
    page.open(f"{address}/")
    page.wait(READY)
    return page


def test_a_save_changes_the_page_in_place(browser: Browser, tmp_path: Path) -> None:
    with previewed(tmp_path / "desk", text=MANY) as client:
        page = opened(browser, client.address)
        page.value("window.unchanged = true")
        page.value("document.querySelector('#operations-notes-getThing9 button').click()")
        page.wait("document.querySelector('#operations-notes-getThing9 .responses-table')")
        pane = "document.getElementById('documentation')"
        page.value(f"{pane}.scrollTop = 900")
        place = page.value(f"{pane}.scrollTop")
        assert place > 500
        client.save(MANY.replace("Read thing 9", "Read the ninth thing"))
        page.wait("document.querySelector('#operations-notes-getThing9').innerText.includes('Read the ninth thing')")
        assert page.value(f"{pane}.scrollTop") == place
        assert page.value("Boolean(document.querySelector('#operations-notes-getThing9 .responses-table'))")
        one = "        '200': { description: The thing. }\n"
        begin = MANY.index(one, MANY.index("getThing9\n"))
        client.save(MANY[:begin] + one.replace("The thing", "Another thing") + MANY[begin + len(one) :])
        page.wait(
            "document.querySelector('#operations-notes-getThing9 .responses-table').innerText.includes('Another')"
        )
        begin, end = MANY.index("  /things9:\n"), MANY.index("  /things10:\n")
        client.save(MANY[:begin] + MANY[end:])
        page.wait("!document.querySelector('#operations-notes-getThing9')")
        client.save(MANY)
        page.wait(
            "document.querySelector('#operations-notes-getThing9 .responses-table')?.innerText.includes('The thing.')"
        )
        assert page.value("window.unchanged"), "the page was not loaded anew"
        assert page.errors() == []


def test_a_broken_contract_is_announced_over_the_last_good_one(browser: Browser, tmp_path: Path) -> None:
    with previewed(tmp_path / "desk", text=MANY) as client:
        page = opened(browser, client.address)
        assert page.value(BANNER) == ""
        client.save(MANY.replace("paths:\n", "paths: {\n"))
        page.wait(f"{BANNER}.includes('broken')")
        banner = page.value(BANNER)
        assert re.search(r"Since \d\d:\d\d:\d\d", banner)
        assert re.search(r"api/notes\.yaml:\d+:\d+", banner)
        assert "→" in banner
        assert "yaml-syntax" in banner
        assert page.value("document.getElementById('banner').getAttribute('role')") == "alert"
        assert page.value("document.querySelectorAll('.opblock').length") == 31
        assert page.value("document.title").startswith("✗")
        client.contract.unlink()
        page.wait(f"{BANNER}.includes('not there')")
        client.save(MANY)
        page.wait(f"{BANNER} === ''")
        assert page.errors() == []


def test_findings_and_changes_lead_to_what_they_mean(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    with previewed(folder, text=MANY) as client:
        for command in (["init", "-qb", "main"], ["add", "-A"], ["commit", "-qm", "Begin."]):
            identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
            subprocess.run(["git", *identity, *command], cwd=folder, check=True)
        page = opened(browser, client.address)
        client.save(MANY.replace("operationId: getThing20", "operationId: thing_20"))
        page.wait("document.querySelector('#changes .breaking')")
        changes = page.value("document.getElementById('changes').textContent")
        for expected in ("operation-id-changed", "wire compatible", "SDKs breaking", "Next version2.0.0", "thing_20"):
            assert expected in changes
        page.wait("document.querySelector('#findings .jump')")
        page.value("document.querySelector('#findings .jump').click()")
        page.wait("document.querySelector('#operations-notes-thing_20.is-open')")
        page.wait("document.querySelector('#operations-notes-thing_20').getBoundingClientRect().top < 400")
        page.value("document.querySelector('#findings a.code').click()")
        page.wait("document.getElementById('explanation').open")
        assert "operation" in page.value("document.getElementById('meaning').innerText")
        page.value("document.querySelector('#explanation button').click()")
        page.wait("!document.getElementById('explanation').open")
        page.value("document.getElementById('tab-findings').focus()")
        for kind in ("keyDown", "keyUp"):
            page.command("Input.dispatchKeyEvent", type=kind, key="ArrowRight", code="ArrowRight")
        page.wait("!document.getElementById('changes').hidden && document.activeElement.id === 'tab-changes'")
        assert page.errors() == []


def test_what_is_tried_out_is_answered_by_the_mock(browser: Browser, tmp_path: Path) -> None:
    text = CONTRACT.replace("- url: /v1", "- url: https://api.example.org/v1").replace(
        "security: []\n", "security: [{ key: [] }]\n"
    )
    text = text.replace(
        "  responses:\n    Refusal",
        "  securitySchemes: { key: { type: http, scheme: bearer } }\n  responses:\n    Refusal",
    )
    with previewed(tmp_path / "desk", text=text) as client:
        page = opened(browser, client.address)
        page.value("document.querySelector('#operations-notes-getNote button').click()")
        page.wait("document.querySelector('#operations-notes-getNote input')")
        page.write("#operations-notes-getNote input", "7")
        page.wait("document.querySelector('#operations-notes-getNote .execute')")
        page.value("document.querySelector('#operations-notes-getNote .execute').click()")
        answer = "document.querySelector('#operations-notes-getNote .live-responses-table')?.innerText ?? ''"
        page.wait(f"({answer}).includes('Buy milk')")
        page.write("#prefer", "code=418")
        page.value("document.querySelector('#operations-notes-getNote .execute').click()")
        page.wait(f"({answer}).includes('418')")
        page.value("document.getElementById('prefer').value = ''")
        page.value("document.getElementById('credentials').click()")
        page.value("document.querySelector('#operations-notes-getNote .execute').click()")
        page.wait(f"({answer}).includes('401')")
        asked = [urlsplit(url).netloc for url in _asked(page)]
        assert set(asked) == {urlsplit(client.address).netloc}


def _asked(page: Page) -> list[str]:
    urls = [
        event["params"]["request"]["url"] for event in page.events if event["method"] == "Network.requestWillBeSent"
    ]
    return [url for url in urls if not url.startswith(("data:", "blob:"))]


def test_nothing_in_a_contract_runs(browser: Browser, tmp_path: Path) -> None:
    attack = "<script>window.ran=1</script><img src=x onerror=window.ran=2><svg onload=window.ran=3>"
    value = json.dumps(attack)
    path = "/<script>window.ran=4<~script>".replace("~", "-")
    text = CONTRACT.replace("title: Notes", f"title: {value}\n  description: {value}")
    text = text.replace("summary: Read a note", f"summary: {value}\n      description: {value}")
    text = text.replace("description: Which note.", f"description: {value}")
    text = text.replace(
        "    Note:\n",
        f"    Attack: {{ title: {value}, description: {value}, type: string, default: {value} }}\n    Note:\n",
    )
    text = text.replace(
        "components:\n  responses:",
        f"  {json.dumps(path)}:\n    get:\n      operationId: {value}\n      tags: [{value}]\n"
        f"      externalDocs: {{ url: 'javascript:window.ran=5', description: {value} }}\n"
        f"      responses: {{ '200': {{ description: {value} }} }}\ncomponents:\n  responses:",
    )
    with previewed(tmp_path / "desk", text=text, ready="") as client:
        state = client.wait("status", lambda found: found["state"] in {"good", "broken"})
        assert state["state"] == "good", state["diagnostics"]
        page = browser.page()
        page.open(f"{client.address}/")
        page.wait("document.querySelector('#findings .card')")
        page.value(
            "for (const each of document.querySelectorAll('#swagger-ui button[aria-expanded=false]')) each.click()"
        )
        page.wait("document.querySelectorAll('.opblock-body').length > 1")
        client.save(text.replace("    Attack:", f"    {value}:"))
        page.wait(f"{BANNER}.includes('<script>')")
        page.value("document.getElementById('tab-changes').click()")
        shown = page.value("document.body.textContent")
        assert "<script>window.ran=1</script>" in shown, "it is shown as what it is"
        assert page.value("typeof window.ran") == "undefined"
        assert not page.value("[...document.querySelectorAll('main script, main [onerror], main [onload]')].length")
        assert not page.value("[...document.links].some((each) => each.protocol === 'javascript:')")


def test_several_tabs_and_a_server_that_is_started_anew(browser: Browser, tmp_path: Path) -> None:
    folder, port = tmp_path / "desk", str(free_port())
    with previewed(folder, text=MANY, port=port) as client:
        pages = [opened(browser, client.address) for _ in range(7)]  # one more than a browser has connections
        for page in pages:
            page.value("window.unchanged = true")
        client.save(MANY.replace("title: Notes", "title: Memories"))
        for page in pages:
            page.command("Page.bringToFront")
            page.wait("document.title.startsWith('Memories')")
    page.wait("document.getElementById('live').dataset.state === 'offline'")
    with previewed(folder, text=MANY.replace("title: Notes", "title: Recollections"), port=port):
        page.wait("document.title.startsWith('Recollections')")
        page.wait("document.getElementById('live').dataset.state === 'good'")
        assert page.value("window.unchanged"), "it is connected again, and not loaded anew"
