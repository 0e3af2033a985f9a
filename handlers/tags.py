"""Tags: what the published articles are about."""

from __future__ import annotations

from typing import final

from typing_extensions import override

from blog import tags
from generated.models import Cursor
from generated.operations.tags import ListTags200, TagsOperations
from handlers import views
from handlers.sessions import SessionDep


@final
class Tags(TagsOperations):
    """Counts tags."""

    def __init__(self, session: SessionDep) -> None:
        self.session = session

    @override
    async def list_tags(self, *, limit: int, cursor: Cursor | None) -> ListTags200:
        return ListTags200(views.tag_page(await tags.page(self.session, limit, cursor)))
