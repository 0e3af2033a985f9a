"""Files that belong to articles: kept in the database, so that they come and go with what they belong to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import col, delete, func, select

from blog import cursors
from blog.moments import now
from blog.pages import Page, cut
from blog.refusals import Impossible, NotThere
from blog.tables import AttachmentContentRow, AttachmentRow

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from blog.articles import Article

MOST = 10
"""Files that one article may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttachment:
    """A file to be attached; whoever calls has limited its size."""

    name: str
    description: str | None
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file without its bytes: `size` in bytes, `sha256` in hexadecimal digits. It never changes."""

    id: int
    name: str
    description: str | None
    size: int
    sha256: str
    created_at: datetime


async def page(session: AsyncSession, article: Article, limit: int, cursor: str | None) -> Page[Attachment]:
    """A page of the files of an article, the oldest first."""
    query = (
        select(AttachmentRow)
        .where(AttachmentRow.article_id == article.id)
        .order_by(col(AttachmentRow.id))
        .limit(limit + 1)
    )
    if cursor is not None:
        _, last_seen = cursors.read(cursor)
        query = query.where(AttachmentRow.id > last_seen)
    found = [_attachment(row) for row in await session.exec(query)]
    return cut(found, limit, lambda last: cursors.write(b"", last.id))


async def add(session: AsyncSession, article: Article, new: NewAttachment) -> Attachment:
    """Attach a file to an article that was found to be changed; raises Impossible when it has as many as it may."""
    count = await session.exec(select(func.count()).where(col(AttachmentRow.article_id) == article.id))
    if count.one() >= MOST:
        raise Impossible(f"The article has {MOST} files already.")
    row = AttachmentRow(
        article_id=article.id,
        name=new.name,
        description=new.description,
        size=len(new.content),
        sha256=hashlib.sha256(new.content).hexdigest(),
        created_at=now(),
    )
    session.add(row)
    await session.flush()
    session.add(AttachmentContentRow(attachment_id=row.id, content=new.content))
    await session.flush()
    return _attachment(row)


async def find(session: AsyncSession, article: Article, attachment_id: int) -> Attachment:
    """A file of an article; raises NotThere."""
    found = await session.exec(
        select(AttachmentRow).where(AttachmentRow.id == attachment_id, AttachmentRow.article_id == article.id)
    )
    row = found.one_or_none()
    if row is None:
        raise NotThere("There is no such file.")
    return _attachment(row)


async def content(session: AsyncSession, attachment: Attachment) -> bytes:
    """The bytes of a file."""
    query = select(AttachmentContentRow.content).where(AttachmentContentRow.attachment_id == attachment.id)
    return (await session.exec(query)).one()


async def remove(session: AsyncSession, attachment: Attachment) -> None:
    """Delete a file."""
    await session.exec(delete(AttachmentRow).where(col(AttachmentRow.id) == attachment.id))


def _attachment(row: AttachmentRow) -> Attachment:
    return Attachment(
        id=row.id,
        name=row.name,
        description=row.description,
        size=row.size,
        sha256=row.sha256,
        created_at=row.created_at,
    )
