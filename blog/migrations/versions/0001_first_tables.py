"""The first tables: accounts, logins, articles, comments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.type_api import TypeEngine

revision: str = "0001"
down_revision: str | None = None
branch_labels: None = None
depends_on: None = None

# Written out, and not taken from blog.tables: a migration stays what it was when the tables move on.
BIG_ID: TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ORDERED: TypeEngine[str] = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables with their indexes."""
    op.create_table(
        "account",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("handle", ORDERED, nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", ORDERED, nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("biography", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("handle", name="uq_account_handle"),
        sa.UniqueConstraint("email_key", name="uq_account_email_key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "login",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_login"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_login_account_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_login_account_id", "login", ["account_id"])
    op.create_table(
        "refresh_token",
        sa.Column("digest", ORDERED, nullable=False),
        sa.Column("login_id", BIG_ID, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_refresh_token"),
        sa.ForeignKeyConstraint(["login_id"], ["login.id"], name="fk_refresh_token_login_id", ondelete="CASCADE"),
    )
    op.create_index("ix_refresh_token_login_id", "refresh_token", ["login_id"])
    op.create_table(
        "article",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("slug", ORDERED, nullable=False),
        sa.Column("author_id", BIG_ID, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("title_key", sa.LargeBinary(), nullable=False),
        sa.Column("summary", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("status IN ('draft', 'published')", name=op.f("ck_article_status")),
        sa.PrimaryKeyConstraint("id", name="pk_article"),
        sa.UniqueConstraint("slug", name="uq_article_slug"),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name="fk_article_author_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_article_status_created_at_id", "article", ["status", "created_at", "id"])
    op.create_index("ix_article_status_updated_at_id", "article", ["status", "updated_at", "id"])
    op.create_index("ix_article_status_title_key_id", "article", ["status", "title_key", "id"])
    op.create_index("ix_article_author_id_status_created_at_id", "article", ["author_id", "status", "created_at", "id"])
    op.create_table(
        "article_tag",
        sa.Column("article_id", BIG_ID, nullable=False),
        sa.Column("name", ORDERED, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "name", name="pk_article_tag"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_article_tag_article_id", ondelete="CASCADE"),
    )
    op.create_index("ix_article_tag_name_article_id", "article_tag", ["name", "article_id"])
    op.create_table(
        "comment",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("article_id", BIG_ID, nullable=False),
        sa.Column("author_id", BIG_ID, nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_comment_article_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["author_id"], ["account.id"], name="fk_comment_author_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_comment_article_id_id", "comment", ["article_id", "id"])
    op.create_index("ix_comment_author_id", "comment", ["author_id"])


def downgrade() -> None:
    """Drop the tables, the dependent ones first."""
    for table in ("comment", "article_tag", "article", "refresh_token", "login", "account"):
        op.drop_table(table)
