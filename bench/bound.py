"""The benchmark's contract bound by Handfast: the same answers as `by_hand`, from handlers on the generated classes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, final

from fastapi import Depends, FastAPI
from pydantic import MISSING
from typing_extensions import override

from bench import store
from bench.by_hand import BODY, CREATED
from bench.generated.models import Article, Articles, Author, Draft
from bench.generated.operations.plain import PlainOperations
from bench.generated.operations.session import SessionOperations
from bench.generated.replies import Article as Read
from bench.generated.replies import Articles as Listed
from bench.generated.replies import Created
from handfast import bind, load_contract


def article(number: int, draft: Draft | None = None) -> Article:
    """What the other application answers too."""
    return Article(
        id=number,
        title=draft.title if draft else f"Article {number}",
        body=draft.body if draft else BODY,
        tags=(draft.tags if draft.tags is not MISSING else []) if draft else ["python", "openapi"],
        status=(draft.status if draft.status is not MISSING else "draft") if draft else "published",
        author=Author(name="Ada", handle="ada"),
        created_at=CREATED,
    )


LATEST = [article(number) for number in range(1, 101)]
"""What the operations on the latest articles list: models that are at hand, as in a cache."""


@final
class Plain(PlainOperations):
    """Handlers that need nothing."""

    @override
    async def list_plain(self, *, limit: int, tag: str | None) -> Listed:
        return Listed(Articles(items=[article(number) for number in range(1, limit + 1)]))

    @override
    async def latest_plain(self, *, limit: int, tag: str | None) -> Listed:
        return Listed(Articles(items=LATEST[:limit]))

    @override
    async def create_plain(self, *, body: Draft) -> Created:
        return Created(article(1, body), location="/plain/articles/1")

    @override
    async def read_plain(self, *, id: int) -> Read:
        return Read(article(id), etag=f'"{id}"')


@final
class Session(SessionOperations):
    """The same with a session for each request."""

    def __init__(self, session: Annotated[store.Session, Depends(store.open_session)]) -> None:
        self.session = session

    @override
    async def list_session(self, *, limit: int, tag: str | None) -> Listed:
        self.session.use()
        return Listed(Articles(items=[article(number) for number in range(1, limit + 1)]))

    @override
    async def latest_session(self, *, limit: int, tag: str | None) -> Listed:
        self.session.use()
        return Listed(Articles(items=LATEST[:limit]))

    @override
    async def create_session(self, *, body: Draft) -> Created:
        self.session.use()
        return Created(article(1, body), location="/session/articles/1")

    @override
    async def read_session(self, *, id: int) -> Read:
        self.session.use()
        return Read(article(id), etag=f'"{id}"')


app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
bind(app, load_contract(Path(__file__).parent / "api.yaml"), [Plain, Session], docs=None)
