"""Comments: read, write and delete what is said about an article."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, final

from typing_extensions import override

from blog import articles, comments
from blog.logins import Hold
from blog.refusals import Refusal
from generated.models import CommentEvent, CommentId, Cursor, NewComment, Slug
from generated.operations.comments import (
    CommentsOperations,
    CreateComment201,
    DeleteComment204,
    ListComments200,
    StreamComments200,
)
from handlers import views
from handlers.services import ServicesDep
from handlers.sessions import SessionDep
from handlers.signed_in import account_id, account_of
from handlers.streaming import Pace
from handlers.viewers import ViewerDep

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

_AT_ONCE = 100
"""Comments that one look at the database gives."""


@final
class Comments(CommentsOperations):
    """Comments on one article, which must be there for the viewer."""

    def __init__(self, services: ServicesDep, session: SessionDep, viewer: ViewerDep) -> None:
        self.services = services
        self.session = session
        self.viewer = viewer

    @override
    async def list_comments(self, *, slug: Slug, limit: int, cursor: Cursor | None) -> ListComments200:
        article = await self._visible(self.session, slug)
        return ListComments200(views.comment_page(await comments.page(self.session, article, limit, cursor)))

    @override
    async def create_comment(self, *, slug: Slug, body: NewComment) -> CreateComment201:
        author = await account_of(self.session, self.viewer, Hold.REMOVAL)
        article = await articles.find(self.session, slug, author.id, to_change=True)
        return CreateComment201(views.comment(await comments.add(self.session, article, author, body.body)))

    @override
    async def delete_comment(self, *, slug: Slug, comment_id: CommentId) -> DeleteComment204:
        viewer = await account_of(self.session, self.viewer, Hold.REMOVAL)
        article = await articles.find(self.session, slug, viewer.id)
        await comments.remove(self.session, article, comment_id, viewer)
        return DeleteComment204()

    @override
    async def stream_comments(self, *, slug: Slug, wait: int, last_event_id: int | None) -> StreamComments200:
        slots = self.services.streams
        async with self.services.database.reading() as reading:  # over before the stream begins
            await self._visible(reading, slug)
        slots.check()
        return StreamComments200(slots.held(self._follow(slug, wait, last_event_id or 0)))

    async def _follow(self, slug: str, wait: int, last_seen: int) -> AsyncGenerator[CommentEvent]:
        """The comments behind the last one seen; each look at the database is a transaction of its own."""
        pace = Pace(wait, self.services.settings.stream_seconds)
        while True:
            try:
                async with self.services.database.reading() as reading:
                    article = await self._visible(reading, slug)
                    found = await comments.behind(reading, article, last_seen, _AT_ONCE)
            except Refusal:
                return  # deleted, withdrawn, logged out, or no room: whoever comes back is told which
            for each in found:
                yield CommentEvent(
                    id=str(each.id), event="comment", data=views.comment(each).model_dump_json(by_alias=True)
                )
                last_seen = each.id
            if len(found) < _AT_ONCE and not await pace.goes_on(something_came=bool(found)):
                return

    async def _visible(self, session: AsyncSession, slug: str) -> articles.Article:
        return await articles.find(session, slug, await account_id(session, self.viewer))
