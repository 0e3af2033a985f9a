"""The files of the page, the pages that say what codes mean, and the headers that all of them have."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from handfast.design.explanations import Explanation, explanations
from handfast.runtime.documents import CONTENT_SECURITY_POLICY, SWAGGER_UI, Document, swagger_ui

HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)

_OWN: Mapping[str, str] = {
    "": "text/html; charset=utf-8",
    "preview.css": "text/css; charset=utf-8",
    "swagger.css": "text/css; charset=utf-8",
    "theme.js": "text/javascript; charset=utf-8",
    "preview.js": "text/javascript; charset=utf-8",
    "documentation.js": "text/javascript; charset=utf-8",
    "panels.js": "text/javascript; charset=utf-8",
    "elements.js": "text/javascript; charset=utf-8",
}


@cache
def file(name: str) -> Document | None:
    """A file of the page, or of Swagger UI; None for any other name."""
    if name in SWAGGER_UI:
        return swagger_ui(name)
    if (media_type := _OWN.get(name)) is None:
        return None
    content = resources.files("handfast.design.preview").joinpath("page", name or "index.html").read_bytes()
    return Document(media_type, content)


@cache
def digest() -> str:
    """What tells these files from those of another version: a page that was loaded from them loads itself anew."""
    etags = (document.etag for name in (*_OWN, *SWAGGER_UI) if (document := file(name)) is not None)
    return hashlib.sha256(b"".join(etags)).hexdigest()[:16]


@cache
def explanation(code: str) -> Document | None:
    """What a code means, as a page of its own; None for a code that there is not."""
    known = explanations().get(code)
    if known is None:
        return None
    return Document("text/html; charset=utf-8", _EXPLANATION.format(code=html.escape(code), text=_html(known)).encode())


_EXPLANATION = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{code}</title>
<link rel="stylesheet" href="../preview.css">
<body class="alone">
<main>
{text}
</main>
"""

_FENCE = re.compile(r"```\w*\n.*?```\n?", re.DOTALL)
_ITEM = re.compile(r"^[*-] ", re.MULTILINE)


def _html(explanation: Explanation) -> str:
    parts = [f"<h2><code>{html.escape(explanation.code)}</code></h2>"]
    parts += _paragraphs(_FENCE.sub("", explanation.text))
    for title, example in (("Wrong", explanation.wrong), ("Right", explanation.right)):
        if example:
            parts.append(
                f'<h3>{title}</h3>\n<pre class="example {title.lower()}">{html.escape(example.rstrip())}</pre>'
            )
    return "\n".join(parts)


def _paragraphs(text: str) -> Iterator[str]:
    """The little Markdown that explanations are written in: paragraphs, lists, code, and emphasis."""
    for block in re.split(r"\n{2,}", text.strip()):
        if _ITEM.match(block):
            items = (f"<li>{_inline(item)}</li>" for item in _ITEM.split(block) if item.strip())
            yield f"<ul>{''.join(items)}</ul>"
        else:
            yield f"<p>{_inline(block)}</p>"


def _inline(text: str) -> str:
    escaped = html.escape(" ".join(text.split()))
    escaped = re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", escaped)
