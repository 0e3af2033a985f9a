"""Finding articles: filters, search, and four orders with a place to continue from.

The age of a published article counts from its publication, so that one that was a draft for long comes first when it is
new to its readers; that of a draft from its creation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from sqlalchemy import ColumnElement, SQLColumnExpression
from sqlalchemy.orm import QueryableAttribute, defer
from sqlmodel import and_, asc, col, desc, func, or_, select

from blog import cursors
from blog.articles import Article, Status, article_of, folded, tags_of, title_key
from blog.pages import Page, cut
from blog.tables import AccountRow, ArticleRow, ArticleTagRow

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

Sort: TypeAlias = Literal["newest", "oldest", "updated", "title"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What to look for; every filter that is given must hold, and drafts are the viewer's own."""

    status: Status = "published"
    sort: Sort = "newest"
    tag: str | None = None
    author: str | None = None
    text: str | None = None
    viewer_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Order:
    """An order: its column, its direction, and how a row becomes a cursor and a cursor a key and an id."""

    column: SQLColumnExpression[datetime] | SQLColumnExpression[datetime | None] | SQLColumnExpression[bytes]
    descending: bool
    write: Callable[[Article], str]
    read: Callable[[str], tuple[object, int]]


def _by_publication(article: Article) -> str:
    return cursors.write_moment(article.published_at or article.created_at, article.id)


def _by_creation(article: Article) -> str:
    return cursors.write_moment(article.created_at, article.id)


def _by_change(article: Article) -> str:
    return cursors.write_moment(article.updated_at, article.id)


def _by_title(article: Article) -> str:
    return cursors.write(title_key(article.title), article.id)


# SQLModel tells type checkers of the value of a member, and not of the column that the class has in its place.
_WITHOUT_TEXT = (
    defer(cast("QueryableAttribute[str]", ArticleRow.body)),
    defer(cast("QueryableAttribute[str]", ArticleRow.search_text)),
)

_ORDERS: dict[Sort, _Order] = {
    "newest": _Order(col(ArticleRow.published_at), True, _by_publication, cursors.read_moment),
    "oldest": _Order(col(ArticleRow.published_at), False, _by_publication, cursors.read_moment),
    "updated": _Order(col(ArticleRow.updated_at), True, _by_change, cursors.read_moment),
    "title": _Order(col(ArticleRow.title_key), False, _by_title, cursors.read),
}
_ORDERS_OF_DRAFTS: dict[Sort, _Order] = {
    **_ORDERS,
    "newest": _Order(col(ArticleRow.created_at), True, _by_creation, cursors.read_moment),
    "oldest": _Order(col(ArticleRow.created_at), False, _by_creation, cursors.read_moment),
}


async def page(session: AsyncSession, search: Search, limit: int, cursor: str | None) -> Page[Article]:
    """A page of the articles that a search finds, without their bodies."""
    if search.status == "draft" and search.viewer_id is None:
        return Page([])
    order = (_ORDERS if search.status == "published" else _ORDERS_OF_DRAFTS)[search.sort]
    direction = desc if order.descending else asc
    query = (
        select(ArticleRow, AccountRow.handle)
        .join(AccountRow, col(AccountRow.id) == col(ArticleRow.author_id))
        .where(*_filters(search), *_contains(session, search.text))
        .order_by(direction(order.column), direction(col(ArticleRow.id)))
        .limit(limit + 1)
        .options(*_WITHOUT_TEXT)
    )
    if cursor is not None:
        query = query.where(_behind(order, cursor))
    found = (await session.exec(query)).all()
    tags = await tags_of(session, [row.id for row, _ in found])
    articles = [article_of(row, author, tags.get(row.id, [])) for row, author in found]
    return cut(articles, limit, order.write)


def _filters(search: Search) -> list[ColumnElement[bool]]:
    filters = [col(ArticleRow.status) == search.status]
    if search.status == "draft":
        filters.append(col(ArticleRow.author_id) == search.viewer_id)
    if search.author is not None:
        filters.append(col(AccountRow.handle) == search.author)
    if search.tag is not None:
        tagged = select(ArticleTagRow.article_id).where(ArticleTagRow.name == search.tag)
        filters.append(col(ArticleRow.id).in_(tagged))
    return filters


def _contains(session: AsyncSession, text: str | None) -> list[ColumnElement[bool]]:
    """Whether a text is there, if one is looked for; LIKE takes up to twenty times as long for what almost is there."""
    if text is None:
        return []
    place = func.strpos if session.get_bind().dialect.name == "postgresql" else func.instr
    return [place(col(ArticleRow.search_text), folded(text)) > 0]


def _behind(order: _Order, cursor: str) -> ColumnElement[bool]:
    """Whether a row comes after the place of a cursor; the ids decide among equal keys."""
    key, row = order.read(cursor)
    ids = col(ArticleRow.id)
    if order.descending:
        return and_(order.column <= key, or_(order.column < key, ids < row))
    return and_(order.column >= key, or_(order.column > key, ids > row))
