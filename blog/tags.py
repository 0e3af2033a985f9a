"""Tags of published articles, counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlmodel import col, func, select

from blog import cursors
from blog.pages import Page, cut
from blog.tables import ArticleRow, ArticleTagRow

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag and how many published articles have it."""

    name: str
    articles: int


async def page(session: AsyncSession, limit: int, cursor: str | None) -> Page[TagCount]:
    """A page of the tags in use, in alphabetical order."""
    query = (
        select(ArticleTagRow.name, func.count())
        .join(ArticleRow, col(ArticleRow.id) == col(ArticleTagRow.article_id))
        .where(ArticleRow.status == "published")
        .group_by(col(ArticleTagRow.name))
        .order_by(col(ArticleTagRow.name))
        .limit(limit + 1)
    )
    if cursor is not None:
        query = query.where(col(ArticleTagRow.name) > cursors.read_word(cursor))
    counts = [TagCount(name, count) for name, count in await session.exec(query)]
    return cut(counts, limit, lambda last: cursors.write(last.name.encode("ascii")))
