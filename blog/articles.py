"""Articles: write, find, change and delete them; a draft exists for its author alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select, update

from blog import origins
from blog.moments import now
from blog.origins import ORIGINAL, Origin
from blog.refusals import Changed, NotThere, NotYours, Taken
from blog.slugs import free_slug
from blog.tables import AccountRow, ArticleRow, ArticleTagRow

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

Status: TypeAlias = Literal["draft", "published"]
_TITLE_KEY = 64
"""Bytes of a title that count for the order; what is equal so far is ordered by age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article with its tags and the handle of its author; in lists the body is left out."""

    id: int
    version: int
    slug: str
    author_id: int
    author: str
    title: str
    summary: str | None
    body: str
    tags: Sequence[str]
    status: Status
    comments_open: bool
    origin: Origin
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArticle:
    """What an article is written with; without a slug one is made from the title."""

    title: str
    body: str
    summary: str | None = None
    tags: Sequence[str] = field(default_factory=list[str])
    status: Status = "draft"
    comments_open: bool = True
    origin: Origin = ORIGINAL
    slug: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is to be changed: `texts` of `title`, `summary` and `body` by name; None leaves the others alone."""

    texts: Mapping[str, str | None]
    tags: Sequence[str] | None = None
    status: Status | None = None
    comments_open: bool | None = None
    origin: Origin | None = None


async def find(session: AsyncSession, slug: str, viewer_id: int | None, *, to_change: bool = False) -> Article:
    """The article with a slug; raises NotThere, also for somebody else's draft.

    One that is found `to_change` stays as it is until the transaction ends, unless this one changes it.
    """
    row, author = await _row(session, slug, lock=to_change)
    if row.status == "draft" and row.author_id != viewer_id:
        raise NotThere("There is no such article.")
    tags = await tags_of(session, [row.id])
    return article_of(row, author, tags.get(row.id, []), row.body)


async def find_own(session: AsyncSession, slug: str, viewer_id: int) -> Article:
    """The article with a slug, to be changed by its author; raises NotThere or NotYours."""
    article = await find(session, slug, viewer_id, to_change=True)
    check_author(article, viewer_id)
    return article


def check_author(article: Article, viewer_id: int) -> None:
    """Raise NotYours unless the viewer wrote the article."""
    if article.author_id != viewer_id:
        raise NotYours("The article belongs to somebody else.")


async def add(session: AsyncSession, author: AccountRow, new: NewArticle) -> Article:
    """Write an article; raises Taken when the slug that was asked for belongs to another one."""
    row = await _add_row(session, author, new)
    _add_tags(session, row.id, new.tags)
    await session.flush()
    return article_of(row, author.handle, list(new.tags), row.body)


async def change(session: AsyncSession, article: Article, version: int, changes: Changes) -> Article:
    """Write what is different; the version goes up by one if something is. Raises Changed for another version."""
    after = _after(article, changes)
    if after == article and article.version == version:
        return article
    await _write(session, after, version)
    if after.tags != article.tags:
        await session.exec(delete(ArticleTagRow).where(col(ArticleTagRow.article_id) == article.id))
        _add_tags(session, article.id, after.tags)
        await session.flush()
    return replace(after, version=version + 1)


async def remove(session: AsyncSession, article: Article, version: int) -> None:
    """Delete an article with its comments; raises Changed for another version."""
    removed = await session.exec(
        delete(ArticleRow).where(col(ArticleRow.id) == article.id, col(ArticleRow.version) == version)
    )
    if removed.rowcount != 1:
        raise Changed("The article has changed.")


async def tags_of(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags of articles by their ids, in the order that the authors gave them."""
    tags: dict[int, list[str]] = {}
    query = (
        select(ArticleTagRow.article_id, ArticleTagRow.name)
        .where(col(ArticleTagRow.article_id).in_(ids))
        .order_by(col(ArticleTagRow.article_id), col(ArticleTagRow.place))
    )
    for article_id, name in await session.exec(query):
        tags.setdefault(article_id, []).append(name)
    return tags


def article_of(row: ArticleRow, author: str, tags: Sequence[str], body: str = "") -> Article:
    """A row as the domain sees it."""
    return Article(
        id=row.id,
        version=row.version,
        slug=row.slug,
        author_id=row.author_id,
        author=author,
        title=row.title,
        summary=row.summary,
        body=body,
        tags=tags,
        status="published" if row.status == "published" else "draft",
        comments_open=row.comments_open,
        origin=origins.read(row.origin),
        created_at=row.created_at,
        updated_at=row.updated_at,
        published_at=row.published_at,
    )


def title_key(title: str) -> bytes:
    """What orders titles: without regard to case, accents after their letters, the same in every database."""
    return unicodedata.normalize("NFKD", title.casefold()).encode("utf-8", "replace")[:_TITLE_KEY]


def search_text(title: str, summary: str | None, body: str) -> str:
    """What a search looks through."""
    return folded("\n".join((title, summary or "", body)))


def folded(text: str) -> str:
    """A text without regard to case and to how its letters are put together."""
    return unicodedata.normalize("NFC", text.casefold())


async def _row(session: AsyncSession, slug: str, *, lock: bool) -> tuple[ArticleRow, str]:
    query = (
        select(ArticleRow, AccountRow.handle)
        .join(AccountRow, col(AccountRow.id) == col(ArticleRow.author_id))
        .where(ArticleRow.slug == slug)
    )
    if lock:  # for PostgreSQL; SQLite has one writer at a time
        query = query.with_for_update(of=ArticleRow)
    pair = (await session.exec(query)).one_or_none()
    if pair is None:
        raise NotThere("There is no such article.")
    return pair


async def _add_row(session: AsyncSession, author: AccountRow, new: NewArticle) -> ArticleRow:
    """The row of a new article, under a slug that no other transaction was faster to take."""
    while True:
        if new.slug is not None and await _is_taken(session, new.slug):
            raise Taken("The slug belongs to another article.")
        slug = new.slug or await free_slug(new.title, lambda candidate: _is_taken(session, candidate))
        row = _new_row(author.id, slug, new)
        try:
            async with session.begin_nested():  # undone by itself
                session.add(row)
        except IntegrityError:
            if not await _is_taken(session, slug):
                raise
        else:
            return row


def _new_row(author_id: int, slug: str, new: NewArticle) -> ArticleRow:
    moment = now()
    return ArticleRow(
        slug=slug,
        author_id=author_id,
        title=new.title,
        title_key=title_key(new.title),
        summary=new.summary,
        body=new.body,
        search_text=search_text(new.title, new.summary, new.body),
        status=new.status,
        comments_open=new.comments_open,
        origin=origins.write(new.origin),
        created_at=moment,
        updated_at=moment,
        published_at=moment if new.status == "published" else None,
    )


async def _is_taken(session: AsyncSession, slug: str) -> bool:
    return (await session.exec(select(ArticleRow.id).where(ArticleRow.slug == slug))).first() is not None


async def _write(session: AsyncSession, after: Article, version: int) -> None:
    written = await session.exec(
        update(ArticleRow)
        .where(col(ArticleRow.id) == after.id, col(ArticleRow.version) == version)
        .values(
            title=after.title,
            title_key=title_key(after.title),
            summary=after.summary,
            body=after.body,
            search_text=search_text(after.title, after.summary, after.body),
            status=after.status,
            comments_open=after.comments_open,
            origin=origins.write(after.origin),
            updated_at=after.updated_at,
            published_at=after.published_at,
            version=version + 1,
        )
    )
    if written.rowcount != 1:
        raise Changed("The article has changed.")


def _after(article: Article, changes: Changes) -> Article:
    """The article as it will be; the same one if nothing is different."""
    texts = changes.texts
    after = replace(
        article,
        title=texts.get("title") or article.title,
        summary=texts.get("summary", article.summary),
        body=texts.get("body") or article.body,
        tags=article.tags if changes.tags is None else list(changes.tags),
        status=changes.status or article.status,
        comments_open=article.comments_open if changes.comments_open is None else changes.comments_open,
        origin=changes.origin or article.origin,
    )
    if after == article:
        return article
    moment = now()
    first = moment if after.status == "published" and article.published_at is None else article.published_at
    return replace(after, updated_at=moment, published_at=first)


def _add_tags(session: AsyncSession, article_id: int, tags: Sequence[str]) -> None:
    session.add_all(ArticleTagRow(article_id=article_id, name=name, place=place) for place, name in enumerate(tags))
