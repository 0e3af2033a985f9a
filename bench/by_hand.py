"""The benchmark's contract written by hand on FastAPI, the way its documentation teaches."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bench.store import Session, open_session

Tag = Annotated[str, Field(min_length=1, max_length=40)]


class Status(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class Draft(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=200)]
    body: Annotated[str, Field(max_length=20000)]
    subtitle: Annotated[str, Field(max_length=200)] | None = None
    tags: Annotated[list[Tag], Field(max_length=10)] = []
    status: Status = Status.DRAFT


class Author(BaseModel):
    name: Annotated[str, Field(max_length=100)]
    handle: Annotated[str, Field(min_length=1, max_length=40)]


class Article(BaseModel):
    id: Annotated[int, Field(ge=1)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    body: Annotated[str, Field(max_length=20000)]
    subtitle: Annotated[str, Field(max_length=200)] | None = None
    tags: Annotated[list[Tag], Field(max_length=10)]
    status: Status
    author: Author
    createdAt: AwareDatetime  # noqa: N815  # the name on the wire


class Articles(BaseModel):
    items: Annotated[list[Article], Field(max_length=100)]


CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BODY = "Handfast holds both sides to the contract. " * 8


def article(number: int, draft: Draft | None = None) -> Article:
    return Article(
        id=number,
        title=draft.title if draft else f"Article {number}",
        body=draft.body if draft else BODY,
        tags=draft.tags if draft else ["python", "openapi"],
        status=draft.status if draft else Status.PUBLISHED,
        author=Author(name="Ada", handle="ada"),
        createdAt=CREATED,
    )


LATEST = [article(number) for number in range(1, 101)]
"""What the operations on the latest articles list: models that are at hand, as in a cache."""

plain = APIRouter(prefix="/plain")
session = APIRouter(prefix="/session")
SessionDep = Annotated[Session, Depends(open_session)]
Id = Annotated[int, Path(ge=1)]
Limit = Annotated[int, Query(ge=1, le=100)]
TagFilter = Annotated[str | None, Query(min_length=1, max_length=40)]


@plain.get("/articles/{id}")
async def read_plain(id: Id, response: Response) -> Article:
    response.headers["etag"] = f'"{id}"'
    return article(id)


@plain.get("/articles")
async def list_plain(limit: Limit = 20, tag: TagFilter = None) -> Articles:
    return Articles(items=[article(number) for number in range(1, limit + 1)])


@plain.get("/latest")
async def latest_plain(limit: Limit = 20, tag: TagFilter = None) -> Articles:
    return Articles(items=LATEST[:limit])


@plain.post("/articles", status_code=201)
async def create_plain(draft: Draft, response: Response) -> Article:
    response.headers["location"] = "/plain/articles/1"
    return article(1, draft)


@session.get("/articles/{id}")
async def read_session(id: Id, response: Response, session: SessionDep) -> Article:
    session.use()
    response.headers["etag"] = f'"{id}"'
    return article(id)


@session.get("/articles")
async def list_session(session: SessionDep, limit: Limit = 20, tag: TagFilter = None) -> Articles:
    session.use()
    return Articles(items=[article(number) for number in range(1, limit + 1)])


@session.get("/latest")
async def latest_session(session: SessionDep, limit: Limit = 20, tag: TagFilter = None) -> Articles:
    session.use()
    return Articles(items=LATEST[:limit])


@session.post("/articles", status_code=201)
async def create_session(draft: Draft, response: Response, session: SessionDep) -> Article:
    session.use()
    response.headers["location"] = "/session/articles/1"
    return article(1, draft)


app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
app.include_router(plain)
app.include_router(session)
