"""What `serve` is told: proxies to trust, hosts and ports to listen on, applications that cannot start."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from handfast.server import ServeError, serve
from handfast.server.listening import listen, url_of
from tests.server.wire import ROOT, command, running

FORWARDED = b"GET /x HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\n\r\n"


@pytest.mark.parametrize(
    ("proxies", "expected"),
    [
        ((), ("127.0.0.1", "http")),
        (("127.0.0.1",), ("203.0.113.7", "https")),
        (("10.0.0.0/8", "127.0.0.0/8"), ("203.0.113.7", "https")),
        (("10.0.0.0/8",), ("127.0.0.1", "http")),
    ],
    ids=str,
)
def test_only_trusted_proxies_are_believed(proxies: tuple[str, ...], expected: tuple[str, str]) -> None:
    with running(command([("lame_duck_seconds", 0)], trusted_proxies=proxies)) as server:
        answer = server.ask(FORWARDED).json
        assert (answer["client"], answer["scheme"]) == expected


@pytest.mark.parametrize(
    ("host", "url"), [("127.0.0.1", "http://127.0.0.1:"), ("0.0.0.0", "http://127.0.0.1:"), ("::1", "http://[::1]:")]
)
def test_the_address_is_one_that_a_browser_takes(host: str, url: str) -> None:
    if host == "::1" and not _has_ipv6():
        pytest.skip("this machine has no IPv6")
    with listen(host, 0) as listener:
        assert url_of(listener).startswith(url)


@pytest.mark.parametrize("proxy", ["10.0.0", "10.0.0.1/8", "proxy.example", "10.0.0.1/33"])
@pytest.mark.parametrize("others", [(), ("127.0.0.1",), ("*",)])
def test_a_proxy_that_is_no_address_is_named(proxy: str, others: tuple[str, ...]) -> None:
    with pytest.raises(ServeError, match=r"is no address or network of a proxy; write 10\.0\.0\.7"):
        serve("tests.server.application:app", port=0, trusted_proxies=(*others, proxy))


def test_a_host_that_is_not_ours_is_named() -> None:
    with pytest.raises(ServeError, match=r"cannot listen on 203\.0\.113\.7:80.*; give the address of this machine as"):
        listen("203.0.113.7", 80)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("app", ["tests.server.nowhere:app", "tests.server.application:nothing"])
def test_an_application_that_cannot_be_imported_ends_it(app: str, workers: int) -> None:
    program = f"import sys; from handfast.server import serve; sys.exit(serve({app!r}, port=0, workers={workers}))"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode != 0
    assert app.partition(":")[0] in result.stderr


def test_a_name_that_is_not_generated_any_more_is_told_in_two_lines(tmp_path: Path) -> None:
    (tmp_path / "replies.py").write_text("class ReadArticle200: ...\n", encoding="utf-8")
    (tmp_path / "app.py").write_text('"""An application."""\n\nfrom replies import GetArticle200\n', encoding="utf-8")
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from handfast.server import serve; serve('app:app', port=0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.stderr.splitlines()[-2:] == [
        "handfast.application.ApplicationError: app.py:3: error[import-missing]: replies has no GetArticle200",
        "    hint: did you mean ReadArticle200?",
    ]


def _has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False
