"""One journey through the service for every Python SDK: what a client team needs first, step by step.

Runs in the environment of an SDK, and so imports nothing of ours: `python -m journey ADAPTER`, with the address of the
API in the environment variable `API`. Prints `ok STEP` for each step that it completed.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

PASSWORD = "analytical engine"
CONTENT = bytes(range(256)) * 8


@dataclass(frozen=True)
class Made:
    """An article as an SDK gives it back."""

    slug: str
    etag: str
    title: str
    summary: str | None
    body: str
    tags: list[str]
    status: str
    comments_open: bool
    origin: tuple[str, str, int]
    """Kind, date of publication, pages."""
    created_year: int


@dataclass(frozen=True)
class Failure:
    """A refusal as an SDK gives it: its status, the type of the problem, and code and pointer of each error."""

    status: int
    type: str
    errors: list[tuple[str, str | None]]


class Sdk(Protocol):
    """What an adapter does with an SDK; every method calls one operation."""

    def version(self) -> str: ...
    def register(self, handle: str, password: str) -> str: ...
    def log_in(self, handle: str, password: str) -> None: ...
    def create(self, slug: str, tag: str) -> Made: ...
    def page(self, tag: str, cursor: str | None) -> tuple[list[str], str | None]: ...
    def summarise(self, slug: str, etag: str, summary: str | None) -> Made: ...
    def withdraw(self, slug: str, etag: str) -> Made: ...
    def upload(self, slug: str, content: bytes, name: str, description: str) -> tuple[int, str, str | None]: ...
    def download(self, slug: str, number: int, part: str | None) -> bytes: ...
    def comment(self, slug: str, text: str) -> None: ...
    def stream(self, slug: str) -> str: ...
    def wrong_title(self) -> Failure: ...
    def not_there(self) -> Failure: ...
    def delete(self, slug: str, etag: str) -> int: ...


class Journey:
    """The steps, in their order; each one asserts what must be true after it."""

    def __init__(self, sdk: Sdk) -> None:
        self.sdk = sdk
        self.word = secrets.token_hex(5)
        self.made: Made | None = None

    def version(self) -> None:
        assert self.sdk.version().count(".") == 2

    def register(self) -> None:
        assert self.sdk.register(f"u{self.word}", PASSWORD) == f"u{self.word}"

    def token(self) -> None:
        self.sdk.log_in(f"u{self.word}", PASSWORD)

    def create(self) -> None:
        made = self.made = self.sdk.create(f"{self.word}-0", self.word)
        assert (made.slug, made.summary, made.status, made.comments_open) == (f"{self.word}-0", None, "published", True)
        assert (made.title, made.body, made.tags) == ("Ünïcode & <b>", "Text\n€ 😀", [self.word, "other"])
        assert made.origin == ("reprint", "1843-09-01", 65)
        assert made.created_year >= 2026

    def pages(self) -> None:
        for number in range(1, 5):
            self.sdk.create(f"{self.word}-{number}", self.word)
        found: list[str] = []
        cursor: str | None = None
        sizes = []
        while True:
            slugs, cursor = self.sdk.page(self.word, cursor)
            found += slugs
            sizes.append(len(slugs))
            if cursor is None:
                break
        assert (sizes, found) == ([2, 2, 1], [f"{self.word}-{number}" for number in (4, 3, 2, 1, 0)])

    def patch(self) -> None:
        before = self._made()
        set_ = self.sdk.summarise(before.slug, before.etag, "A summary")
        assert (set_.summary, set_.tags, set_.title) == ("A summary", before.tags, before.title)
        absent = self.sdk.withdraw(before.slug, set_.etag)
        assert (absent.summary, absent.tags, absent.status) == ("A summary", before.tags, "draft")
        null = self.sdk.summarise(before.slug, absent.etag, None)
        assert (null.summary, null.tags, null.origin) == (None, before.tags, before.origin)
        self.made = null

    def upload_and_download(self) -> None:
        slug = self._made().slug
        number, digest, description = self.sdk.upload(slug, CONTENT, "bytes ü.bin", "All of them")
        assert (digest, description) == (hashlib.sha256(CONTENT).hexdigest(), "All of them")
        assert self.sdk.download(slug, number, None) == CONTENT
        assert self.sdk.download(slug, number, "bytes=10-19") == CONTENT[10:20]

    def stream(self) -> None:
        slug = f"{self.word}-1"
        self.sdk.comment(slug, "First")
        self.sdk.comment(slug, "Second")
        told = self.sdk.stream(slug)
        assert told.count("data: {") == 2
        assert told.index("First") < told.index("Second")

    def errors(self) -> None:
        wrong, missing = self.sdk.wrong_title(), self.sdk.not_there()
        assert (wrong.status, wrong.type) == (422, "urn:handfast:problem:contract-violation")
        assert ("too-short", "/title") in wrong.errors, wrong.errors
        assert (missing.status, missing.type) == (404, "urn:handfast:publishing:not-there")

    def delete(self) -> None:
        made = self._made()
        assert self.sdk.delete(made.slug, made.etag) == 204

    def _made(self) -> Made:
        assert self.made is not None
        return self.made


STEPS: tuple[Callable[[Journey], None], ...] = (
    Journey.version,
    Journey.register,
    Journey.token,
    Journey.create,
    Journey.pages,
    Journey.patch,
    Journey.upload_and_download,
    Journey.stream,
    Journey.errors,
    Journey.delete,
)


def main() -> None:
    """Go as far as the SDK goes."""
    adapter = importlib.import_module(sys.argv[1])
    journey = Journey(adapter.connect(os.environ["API"]))
    for step in STEPS:
        step(journey)
        print(f"ok {step.__name__}", flush=True)


if __name__ == "__main__":
    main()
