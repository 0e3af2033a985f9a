"""The tables, a class each; every filter and every order of a list has its index."""

from __future__ import annotations

import re
from datetime import datetime
from typing import ClassVar, TypeAlias

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    true,
)
from sqlalchemy.orm import declared_attr
from sqlalchemy.sql.type_api import TypeEngine
from sqlmodel import Field, SQLModel
from typing_extensions import override

from blog.moments import Moment

BIG_ID: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits in both databases: SQLite counts by itself in a column of type INTEGER alone, which is as wide."""

ORDERED: TypeEngine[str] = String().with_variant(String(collation="C"), "postgresql")
"""A text that both databases order by the numbers of its characters, and not by a country's custom."""

ORIGINAL = '{"kind":"original"}'
"""What `blog.origins` writes for an article that was written for this place."""

_Options: TypeAlias = tuple[CheckConstraint | Index | dict[str, bool], ...]
_NEVER_AGAIN = {"sqlite_autoincrement": True}
"""SQLite gives the number of the last row again after it was deleted, unless it is told not to."""


def _id() -> Column[int]:
    return Column(BIG_ID, primary_key=True)


def _owner(target: str, *, primary: bool = False) -> Column[int]:
    """A row that goes when the row goes to which it belongs."""
    return Column(BIG_ID, ForeignKey(target, ondelete="CASCADE"), nullable=False, primary_key=primary)


class Table(SQLModel):
    """The base of all tables, with metadata of its own and names for constraints that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )

    # SQLAlchemy's types know `declared_attr` for columns alone; SQLModel ignores the same complaint in the same place.
    @declared_attr  # type: ignore[arg-type]  # see above  # pyright: ignore[reportArgumentType]
    @override
    def __tablename__(cls) -> str:  # noqa: N805  # a class method in effect  # pyright: ignore[reportIncompatibleVariableOverride]
        """`ArticleTagRow` is kept in `article_tag`."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


class AccountRow(Table, table=True):
    """Somebody who writes or comments; `email_key` is the address without regard to case."""

    __table_args__: ClassVar[_Options] = (_NEVER_AGAIN,)

    id: int = Field(default=None, sa_column=_id())
    handle: str = Field(sa_column=Column(ORDERED, nullable=False, unique=True))
    email: str
    email_key: str = Field(sa_column=Column(ORDERED, nullable=False, unique=True))
    display_name: str
    biography: str | None = None
    password_hash: str
    version: int = Field(default=1, sa_type=BigInteger)
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)


class LoginRow(Table, table=True):
    """A session: all tokens that came from one login; it ends all of them."""

    __table_args__: ClassVar[_Options] = (Index(None, "account_id"), _NEVER_AGAIN)

    id: int = Field(default=None, sa_column=_id())
    account_id: int = Field(sa_column=_owner("account.id"))
    scope: str
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class RefreshTokenRow(Table, table=True):
    """A refresh token by its SHA-256, never itself; a used one stays, so that its second use is noticed."""

    __table_args__: ClassVar[_Options] = (Index(None, "login_id"),)

    digest: str = Field(sa_column=Column(ORDERED, primary_key=True))
    login_id: int = Field(sa_column=_owner("login.id"))
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class ArticleRow(Table, table=True):
    """An article; `title_key` orders by title, `search_text` is what a search looks through, in lower case.

    `origin` is JSON of `blog.origins`.
    """

    __table_args__: ClassVar[_Options] = (
        CheckConstraint("status IN ('draft', 'published')", name="status"),
        Index(None, "status", "published_at", "id"),
        Index(None, "status", "updated_at", "id"),
        Index(None, "status", "title_key", "id"),
        Index(None, "author_id", "status", "published_at", "id"),
        Index(None, "author_id", "status", "created_at", "id"),
        _NEVER_AGAIN,
    )

    id: int = Field(default=None, sa_column=_id())
    slug: str = Field(sa_column=Column(ORDERED, nullable=False, unique=True))
    author_id: int = Field(sa_column=_owner("account.id"))
    title: str
    title_key: bytes = Field(sa_type=LargeBinary)
    summary: str | None = None
    body: str
    search_text: str
    status: str
    comments_open: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    origin: str = Field(default=ORIGINAL, sa_column_kwargs={"server_default": ORIGINAL})
    version: int = Field(default=1, sa_type=BigInteger)
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)
    published_at: datetime | None = Field(default=None, sa_type=Moment)


class ArticleTagRow(Table, table=True):
    """A tag of an article, in the place that the author gave it."""

    __table_args__: ClassVar[_Options] = (Index(None, "name", "article_id"),)

    article_id: int = Field(sa_column=_owner("article.id", primary=True))
    name: str = Field(sa_column=Column(ORDERED, primary_key=True))
    place: int


class CommentRow(Table, table=True):
    """What somebody said about an article."""

    __table_args__: ClassVar[_Options] = (Index(None, "article_id", "id"), Index(None, "author_id"), _NEVER_AGAIN)

    id: int = Field(default=None, sa_column=_id())
    article_id: int = Field(sa_column=_owner("article.id"))
    author_id: int = Field(sa_column=_owner("account.id"))
    body: str
    created_at: datetime = Field(sa_type=Moment)


class AttachmentRow(Table, table=True):
    """A file that belongs to an article; its bytes are in a row of their own, which lists do not read."""

    __table_args__: ClassVar[_Options] = (Index(None, "article_id", "id"), _NEVER_AGAIN)

    id: int = Field(default=None, sa_column=_id())
    article_id: int = Field(sa_column=_owner("article.id"))
    name: str
    description: str | None = None
    size: int = Field(sa_type=BigInteger)
    sha256: str
    created_at: datetime = Field(sa_type=Moment)


class AttachmentContentRow(Table, table=True):
    """The bytes of a file."""

    attachment_id: int = Field(sa_column=_owner("attachment.id", primary=True))
    content: bytes = Field(sa_type=LargeBinary)
