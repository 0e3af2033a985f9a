"""Comments on published articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import col, delete, select

from blog import cursors
from blog.moments import now
from blog.pages import Page, cut
from blog.refusals import Impossible, NotThere, NotYours
from blog.tables import AccountRow, CommentRow

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from blog.articles import Article


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with the handle of who wrote it."""

    id: int
    author: str
    body: str
    created_at: datetime


async def page(session: AsyncSession, article: Article, limit: int, cursor: str | None) -> Page[Comment]:
    """A page of the comments on an article, the oldest first."""
    query = (
        select(CommentRow, AccountRow.handle)
        .join(AccountRow, col(AccountRow.id) == col(CommentRow.author_id))
        .where(CommentRow.article_id == article.id)
        .order_by(col(CommentRow.id))
        .limit(limit + 1)
    )
    if cursor is not None:
        _, last_seen = cursors.read(cursor)
        query = query.where(CommentRow.id > last_seen)
    comments = [_comment(row, handle) for row, handle in await session.exec(query)]
    return cut(comments, limit, lambda last: cursors.write(b"", last.id))


async def add(session: AsyncSession, article: Article, author: AccountRow, body: str) -> Comment:
    """Comment on an article; raises Impossible for a draft."""
    if article.status != "published":
        raise Impossible("A draft cannot be commented on.")
    row = CommentRow(article_id=article.id, author_id=author.id, body=body, created_at=now())
    session.add(row)
    await session.flush()
    return _comment(row, author.handle)


async def remove(session: AsyncSession, article: Article, comment_id: int, viewer: AccountRow) -> None:
    """Delete a comment on an article; raises NotThere, or NotYours for all but its author and the article's."""
    found = await session.exec(
        select(CommentRow).where(CommentRow.id == comment_id, CommentRow.article_id == article.id)
    )
    row = found.one_or_none()
    if row is None:
        raise NotThere("There is no such comment.")
    if viewer.id not in (row.author_id, article.author_id):
        raise NotYours("The comment belongs to somebody else.")
    await session.exec(delete(CommentRow).where(col(CommentRow.id) == comment_id))


def _comment(row: CommentRow, author: str) -> Comment:
    return Comment(row.id, author, row.body, row.created_at)
