"""The domain as the contract shows it."""

from __future__ import annotations

from pydantic import MISSING

from blog import origins
from blog.articles import Article
from blog.attachments import Attachment
from blog.comments import Comment
from blog.pages import Page
from blog.tables import AccountRow
from blog.tags import TagCount
from generated import models


def account(row: AccountRow) -> models.Account:
    """One's own account."""
    return models.Account(
        handle=row.handle,
        email=row.email,
        display_name=row.display_name,
        biography=row.biography,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def article(found: Article) -> models.Article:
    """An article with its body."""
    return models.Article(
        slug=found.slug,
        title=found.title,
        summary=found.summary,
        body=found.body,
        tags=list(found.tags),
        status=found.status,
        comments_open=found.comments_open,
        origin=origin(found.origin),
        author=found.author,
        created_at=found.created_at,
        updated_at=found.updated_at,
        published_at=found.published_at,
    )


def origin(found: origins.Origin) -> models.Origin:
    """Where an article comes from."""
    match found:
        case origins.OriginalWork():
            return models.OriginalWork(kind="original")
        case origins.Translation():
            return models.Translation(kind="translation", language=found.language, source=found.source)
        case origins.Reprint():
            return models.Reprint(
                kind="reprint",
                published_on=found.published_on,
                pages=found.pages or MISSING,
                source=found.source or MISSING,
            )


def article_page(page: Page[Article]) -> models.ArticlePage:
    """A page of articles without their bodies."""
    return models.ArticlePage(
        items=[_article_summary(found) for found in page.items], next_cursor=page.next_cursor or MISSING
    )


def comment(found: Comment) -> models.Comment:
    """A comment."""
    return models.Comment(id=found.id, author=found.author, body=found.body, created_at=found.created_at)


def comment_page(page: Page[Comment]) -> models.CommentPage:
    """A page of comments."""
    return models.CommentPage(items=[comment(found) for found in page.items], next_cursor=page.next_cursor or MISSING)


def attachment(found: Attachment) -> models.Attachment:
    """A file without its bytes."""
    return models.Attachment(
        id=found.id,
        name=found.name,
        description=found.description,
        size=found.size,
        sha256=found.sha256,
        created_at=found.created_at,
    )


def attachment_page(page: Page[Attachment]) -> models.AttachmentPage:
    """A page of files."""
    return models.AttachmentPage(
        items=[attachment(found) for found in page.items], next_cursor=page.next_cursor or MISSING
    )


def tag_page(page: Page[TagCount]) -> models.TagPage:
    """A page of tags."""
    return models.TagPage(
        items=[models.TagCount(name=tag.name, article_count=tag.articles) for tag in page.items],
        next_cursor=page.next_cursor or MISSING,
    )


def _article_summary(found: Article) -> models.ArticleSummary:
    return models.ArticleSummary(
        slug=found.slug,
        title=found.title,
        summary=found.summary,
        tags=list(found.tags),
        status=found.status,
        author=found.author,
        created_at=found.created_at,
        updated_at=found.updated_at,
        published_at=found.published_at,
    )
