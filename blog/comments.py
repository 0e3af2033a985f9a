"""Comments on published articles."""

from __future__ import annotations

from collections.abc import Sequence
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
    _, last_seen = (b"", 0) if cursor is None else cursors.read(cursor)
    comments = await behind(session, article, last_seen, limit + 1)
    return cut(comments, limit, lambda last: cursors.write(b"", last.id))


async def behind(session: AsyncSession, article: Article, last_seen: int, limit: int) -> Sequence[Comment]:
    """The comments on an article whose numbers are greater than that of the last one seen, at most `limit`."""
    query = (
        select(CommentRow, AccountRow.handle)
        .join(AccountRow, col(AccountRow.id) == col(CommentRow.author_id))
        .where(CommentRow.article_id == article.id, col(CommentRow.id) > last_seen)
        .order_by(col(CommentRow.id))
        .limit(limit)
    )
    return [_comment(row, handle) for row, handle in await session.exec(query)]


async def add(session: AsyncSession, article: Article, author: AccountRow, body: str) -> Comment:
    """Comment on an article that was found to be changed; raises Impossible for a draft, and where they are closed.

    One comes after the other, so that whoever reads on from the last number that is there never misses a smaller one.
    """
    if article.status != "published":
        raise Impossible("A draft cannot be commented on.")
    if not article.comments_open:
        raise Impossible("The comments on the article are closed.")
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
