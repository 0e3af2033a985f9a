"""Serves the contract itself, and a page that documents it: Swagger UI from a package, without a byte from outside."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from importlib.util import find_spec

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from handfast.contract import published
from handfast.contract.model import Contract
from handfast.runtime.answers import Answer, RawHeaders, send_answer
from handfast.runtime.links import DESCRIPTION, ServiceLinks
from handfast.runtime.route import raw_path

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, and no inline code: a contract's text cannot run as a script here."""

_PACKAGE = "fastapi_swagger.resources"
SWAGGER_UI = {
    "swagger-ui.css": "text/css; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "favicon-32x32.png": "image/png",
}
"""The files of Swagger UI, and their media types."""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{folder}/favicon-32x32.png">
<link rel="stylesheet" href="{folder}/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="{folder}/swagger-ui-bundle.js"></script>
<script src="{folder}/init.js"></script>
</body>
</html>
"""

_INIT = """window.ui = SwaggerUIBundle({{
  url: {url},
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
}});
"""


@dataclass(frozen=True, slots=True)
class Document:
    """A document that is served as it is; its ETag is a digest of its bytes."""

    media_type: str
    content: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    etag: bytes = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "etag", b'"' + hashlib.sha256(self.content).hexdigest()[:32].encode() + b'"')

    def answer(self, known: bytes) -> Answer:
        """The document, or 304 for a client that has it already."""
        headers: RawHeaders = [(b"etag", self.etag), (b"cache-control", b"no-cache"), *self.headers]
        if known.strip() == b"*" or self.etag in (_strong(each) for each in known.split(b",")):
            return Answer(304, headers)
        headers.append((b"content-type", self.media_type.encode("latin-1")))
        headers.append((b"x-content-type-options", b"nosniff"))
        return Answer(200, headers, self.content)


class Documents(BaseRoute):
    """The route of `/openapi.json`, `/openapi.yaml` and the documentation page; each is made when first asked for."""

    def __init__(self, contract: Contract, docs: str | None) -> None:
        self._contract = contract
        self._docs = docs.rstrip("/") if docs is not None and find_spec("fastapi_swagger") is not None else None
        self.links = ServiceLinks(self._docs)
        self._made: dict[str, Document] = {}
        self._makers: dict[str, Callable[[str], Document]] = {
            DESCRIPTION: lambda root: Document("application/json", published.as_json(contract.source).encode()),
            "/openapi.yaml": lambda root: Document("application/yaml", published.as_yaml(contract.source).encode()),
        }
        if self._docs is not None:
            folder = self._docs
            self._makers[folder or "/"] = lambda root: _page(contract.title, root + folder)
            self._makers[f"{folder}/init.js"] = _init
            for name in SWAGGER_UI:
                self._makers[f"{folder}/{name}"] = _file(name)

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http" or raw_path(scope) not in self._makers:
            return Match.NONE, {}
        return (Match.FULL if scope["method"] in ("GET", "HEAD", "OPTIONS") else Match.PARTIAL), {}

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        allow = (b"allow", b"GET, HEAD, OPTIONS")
        send = self.links.added(scope, send)
        method: str = scope["method"]
        if method == "OPTIONS":
            await send_answer(Answer(204, [allow]), send)
            return
        if method not in ("GET", "HEAD"):
            await send_answer(Answer(405, [allow]), send)
            return
        known = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
        root: str = scope.get("root_path") or ""
        answer = self._document(raw_path(scope), root.rstrip("/")).answer(known)
        await send_answer(answer, send, head=method == "HEAD")

    @override
    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        raise NoMatchFound(name, path_params)

    def _document(self, path: str, root: str) -> Document:
        key = f"{root} {path}"
        if key not in self._made:
            if len(self._made) > 64:
                self._made.clear()
            self._made[key] = self._makers[path](root)
        return self._made[key]


def _page(title: str, folder: str) -> Document:
    text = _PAGE.format(title=html.escape(title), folder=html.escape(folder))
    headers = (
        (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
        (b"referrer-policy", b"no-referrer"),
        (b"x-frame-options", b"DENY"),
    )
    return Document("text/html; charset=utf-8", text.encode(), headers)


def _init(root: str) -> Document:
    return Document("text/javascript; charset=utf-8", _INIT.format(url=json.dumps(f"{root}{DESCRIPTION}")).encode())


def swagger_ui(name: str) -> Document:
    """A file of Swagger UI; the package fastapi-swagger must be there."""
    return Document(SWAGGER_UI[name], resources.files(_PACKAGE).joinpath(name).read_bytes())


def _file(name: str) -> Callable[[str], Document]:
    return lambda root: swagger_ui(name)


def _strong(etag: bytes) -> bytes:
    """An entity tag for the weak comparison (RFC 9110, section 13.1.2)."""
    return etag.strip().removeprefix(b"W/")
