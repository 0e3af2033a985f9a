"""Published articles by their publication: the indexes of the lists that begin with the newest or the oldest."""

from __future__ import annotations

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: None = None
depends_on: None = None


def upgrade() -> None:
    """Drafts are found by their authors alone: the index by creation has no other reader any more."""
    op.create_index("ix_article_status_published_at_id", "article", ["status", "published_at", "id"])
    op.create_index(
        "ix_article_author_id_status_published_at_id", "article", ["author_id", "status", "published_at", "id"]
    )
    op.drop_index("ix_article_status_created_at_id", "article")


def downgrade() -> None:
    """Order by creation again."""
    op.create_index("ix_article_status_created_at_id", "article", ["status", "created_at", "id"])
    op.drop_index("ix_article_author_id_status_published_at_id", "article")
    op.drop_index("ix_article_status_published_at_id", "article")
