"""Articles: find, write, read, change and delete them."""

from __future__ import annotations

from typing import final

from fastapi import Request
from pydantic import MISSING
from typing_extensions import override

from blog import articles, finding
from blog.logins import Hold
from blog.origins import ORIGINAL
from generated.models import (
    ArticleChanges,
    ArticleSort,
    ArticleStatus,
    Cursor,
    EntityTags,
    Handle,
    NewArticle,
    SearchText,
    Slug,
    TagName,
)
from generated.operations.articles import (
    ArticlesOperations,
    CreateArticle201,
    DeleteArticle204,
    GetArticle200,
    ListArticles200,
    UpdateArticle200,
)
from generated.replies import NotModified
from handlers import views
from handlers.etags import etag, expect, is_known
from handlers.origins import origin_of
from handlers.sessions import SessionDep
from handlers.signed_in import account_id, account_of
from handlers.viewers import ViewerDep


@final
class Articles(ArticlesOperations):
    """Articles, as the viewer of the request may see and change them."""

    def __init__(self, request: Request, session: SessionDep, viewer: ViewerDep) -> None:
        self.request = request
        self.session = session
        self.viewer = viewer

    @override
    async def list_articles(
        self,
        *,
        limit: int,
        cursor: Cursor | None,
        sort: ArticleSort,
        status: ArticleStatus,
        tag: TagName | None,
        author: Handle | None,
        q: SearchText | None,
    ) -> ListArticles200:
        search = finding.Search(
            status=status,
            sort=sort,
            tag=tag,
            author=author,
            text=q,
            viewer_id=await account_id(self.session, self.viewer),
        )
        return ListArticles200(views.article_page(await finding.page(self.session, search, limit, cursor)))

    @override
    async def create_article(self, *, body: NewArticle) -> CreateArticle201:
        author = await account_of(self.session, self.viewer, Hold.REMOVAL)
        new = articles.NewArticle(
            title=body.title,
            body=body.body,
            summary=None if body.summary is MISSING else body.summary,
            tags=[] if body.tags is MISSING else body.tags,
            status="draft" if body.status is MISSING else body.status,
            comments_open=True if body.comments_open is MISSING else body.comments_open,
            origin=ORIGINAL if body.origin is MISSING else origin_of(body.origin),
            slug=None if body.slug is MISSING else body.slug,
        )
        article = await articles.add(self.session, author, new)
        return CreateArticle201(
            views.article(article),
            location=str(self.request.app.url_path_for("getArticle", slug=article.slug)),
            etag=etag(article.id, article.version),
        )

    @override
    async def get_article(self, *, slug: Slug, if_none_match: EntityTags | None) -> GetArticle200 | NotModified:
        article = await articles.find(self.session, slug, await account_id(self.session, self.viewer))
        current = etag(article.id, article.version)
        if is_known(if_none_match, current):
            return NotModified(etag=current)
        return GetArticle200(views.article(article), etag=current)

    @override
    async def update_article(self, *, slug: Slug, if_match: EntityTags, body: ArticleChanges) -> UpdateArticle200:
        article = await self._own(slug, if_match)
        changed = await articles.change(self.session, article, article.version, _changes(body))
        return UpdateArticle200(views.article(changed), etag=etag(changed.id, changed.version))

    @override
    async def delete_article(self, *, slug: Slug, if_match: EntityTags) -> DeleteArticle204:
        article = await self._own(slug, if_match)
        await articles.remove(self.session, article, article.version)
        return DeleteArticle204()

    async def _own(self, slug: str, if_match: str) -> articles.Article:
        """The viewer's own article in a version that If-Match admits."""
        viewer = await account_of(self.session, self.viewer, Hold.REMOVAL)
        article = await articles.find_own(self.session, slug, viewer.id)
        expect(if_match, etag(article.id, article.version))
        return article


def _changes(body: ArticleChanges) -> articles.Changes:
    """What a merge patch changes: a member that is absent is left alone, null takes away."""
    texts: dict[str, str | None] = {}
    if body.title is not MISSING:
        texts["title"] = body.title
    if body.summary is not MISSING:
        texts["summary"] = body.summary
    if body.body is not MISSING:
        texts["body"] = body.body
    return articles.Changes(
        texts=texts,
        tags=None if body.tags is MISSING else body.tags or [],
        status=None if body.status is MISSING else body.status,
        comments_open=None if body.comments_open is MISSING else body.comments_open,
        origin=None if body.origin is MISSING else origin_of(body.origin),
    )
