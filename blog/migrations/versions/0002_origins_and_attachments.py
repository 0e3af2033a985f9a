"""Where articles come from, whether they can be commented on, and the files that belong to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.sql.type_api import TypeEngine

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: None = None
depends_on: None = None

BIG_ID: TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns, with what has been true of every article so far, and the tables."""
    op.add_column("article", sa.Column("comments_open", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.add_column("article", sa.Column("origin", sa.String(), nullable=False, server_default='{"kind":"original"}'))
    op.create_table(
        "attachment",
        sa.Column("id", BIG_ID, nullable=False),
        sa.Column("article_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.ForeignKeyConstraint(["article_id"], ["article.id"], name="fk_attachment_article_id", ondelete="CASCADE"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attachment_article_id_id", "attachment", ["article_id", "id"])
    op.create_table(
        "attachment_content",
        sa.Column("attachment_id", BIG_ID, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("attachment_id", name="pk_attachment_content"),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name="fk_attachment_content_attachment_id", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Drop the tables and the columns."""
    op.drop_table("attachment_content")
    op.drop_table("attachment")
    op.drop_column("article", "origin")
    op.drop_column("article", "comments_open")
