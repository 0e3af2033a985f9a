"""The benchmark's contract bound by Handfast: the same answers as `by_hand`, from handlers that subclass what is generated."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, final

from fastapi import Depends, FastAPI
from pydantic.experimental.missing_sentinel import MISSING
from typing_extensions import override

from bench.by_hand import BODY, CREATED
from bench.generated.models import Article, Articles, Author, Draft
from bench.generated.operations.plain import PlainOperations
from bench.generated.operations.session import SessionOperations
from bench.generated.replies import Article as ArticleReply
from bench.generated.replies import Articles as ArticlesReply
from bench.generated.replies import Created
from bench.store import Session, open_session
from handfast import bind, load_contract


def article(number: int, draft: Draft | None = None) -> Article:
    """What the other application answers too."""
    return Article(
        id=number,
        title=draft.title if draft else f"Article {number}",
        body=draft.body if draft else BODY,
        tags=(draft.tags if draft.tags is not MISSING else []) if draft else ["python", "openapi"],
        status=(draft.status if draft.status is not MISSING else "draft") if draft else "published",
        author=Author(name="Ada", handle="ada"),
        created_at=CREATED,
    )
