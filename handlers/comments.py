"""Comments: read, write and delete what is said about an article."""

from __future__ import annotations

from typing import final

from typing_extensions import override

from blog import articles, comments
from generated.models import CommentId, Cursor, NewComment, Slug
from generated.operations.comments import CommentsOperations, CreateComment201, DeleteComment204, ListComments200
from handlers import views
from handlers.sessions import SessionDep
from handlers.signed_in import account_id, account_of
from handlers.viewers import ViewerDep


@final
class Comments(CommentsOperations):
    """Comments on one article, which must be there for the viewer."""

    def __init__(self, session: SessionDep, viewer: ViewerDep) -> None:
        self.session = session
        self.viewer = viewer

    @override
    async def list_comments(self, *, slug: Slug, limit: int, cursor: Cursor | None) -> ListComments200:
        article = await articles.find(self.session, slug, await account_id(self.session, self.viewer))
        return ListComments200(views.comment_page(await comments.page(self.session, article, limit, cursor)))

    @override
    async def create_comment(self, *, slug: Slug, body: NewComment) -> CreateComment201:
        author = await account_of(self.session, self.viewer)
        article = await articles.find(self.session, slug, author.id)
        return CreateComment201(views.comment(await comments.add(self.session, article, author, body.body)))

    @override
    async def delete_comment(self, *, slug: Slug, comment_id: CommentId) -> DeleteComment204:
        viewer = await account_of(self.session, self.viewer)
        article = await articles.find(self.session, slug, viewer.id)
        await comments.remove(self.session, article, comment_id, viewer)
        return DeleteComment204()
