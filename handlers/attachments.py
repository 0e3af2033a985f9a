"""Attachments: the files of an article, uploaded as forms and downloaded as bytes, whole or in parts."""

from __future__ import annotations

from typing import final
from urllib.parse import quote

from fastapi import Request
from pydantic import MISSING
from typing_extensions import override

from blog import articles, attachments
from blog.logins import Hold
from generated.models import AttachmentId, CreateAttachmentRequest, Cursor, EntityTags, Slug
from generated.operations.attachments import (
    AttachmentsOperations,
    CreateAttachment201,
    DeleteAttachment204,
    DownloadAttachment200,
    ListAttachments200,
)
from generated.replies import NotModified
from handlers import views
from handlers.etags import etag, is_known
from handlers.sessions import SessionDep
from handlers.signed_in import account_id, account_of
from handlers.viewers import ViewerDep

_ONLY_VERSION = 1
"""A file never changes."""


@final
class Attachments(AttachmentsOperations):
    """Files of one article, which must be there for the viewer."""

    def __init__(self, request: Request, session: SessionDep, viewer: ViewerDep) -> None:
        self.request = request
        self.session = session
        self.viewer = viewer

    @override
    async def list_attachments(self, *, slug: Slug, limit: int, cursor: Cursor | None) -> ListAttachments200:
        found = await attachments.page(self.session, await self._visible(slug), limit, cursor)
        return ListAttachments200(views.attachment_page(found))

    @override
    async def create_attachment(self, *, slug: Slug, body: CreateAttachmentRequest) -> CreateAttachment201:
        new = attachments.NewAttachment(
            name=body.name,
            description=None if body.description is MISSING else body.description,
            content=await body.file.read(),  # before the transaction asks anything of the database
        )
        attachment = await attachments.add(self.session, await self._own(slug), new)
        location = self.request.app.url_path_for("downloadAttachment", slug=slug, attachmentId=attachment.id)
        return CreateAttachment201(views.attachment(attachment), location=str(location))

    @override
    async def download_attachment(
        self,
        *,
        slug: Slug,
        attachment_id: AttachmentId,
        if_none_match: EntityTags | None,
        range: str | None,
        if_range: EntityTags | None,
    ) -> DownloadAttachment200 | NotModified:
        attachment = await attachments.find(self.session, await self._visible(slug), attachment_id)
        current = etag(attachment.id, _ONLY_VERSION)
        if is_known(if_none_match, current):
            return NotModified(etag=current)
        return DownloadAttachment200(  # the runtime cuts out what Range and If-Range ask for
            await attachments.content(self.session, attachment),
            etag=current,
            content_disposition=f"attachment; filename*=UTF-8''{quote(attachment.name, safe='')}",
        )

    @override
    async def delete_attachment(self, *, slug: Slug, attachment_id: AttachmentId) -> DeleteAttachment204:
        viewer = await account_of(self.session, self.viewer, Hold.REMOVAL)
        article = await articles.find(self.session, slug, viewer.id, to_change=True)
        attachment = await attachments.find(self.session, article, attachment_id)
        articles.check_author(article, viewer.id)
        await attachments.remove(self.session, attachment)
        return DeleteAttachment204()

    async def _visible(self, slug: str) -> articles.Article:
        return await articles.find(self.session, slug, await account_id(self.session, self.viewer))

    async def _own(self, slug: str) -> articles.Article:
        viewer = await account_of(self.session, self.viewer, Hold.REMOVAL)
        return await articles.find_own(self.session, slug, viewer.id)
