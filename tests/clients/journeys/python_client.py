"""The journey by openapi-python-client."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any, TypeVar

from handfast_publishing_client import AuthenticatedClient, Client
from handfast_publishing_client.api.about import get_version
from handfast_publishing_client.api.accounts import register_account
from handfast_publishing_client.api.articles import (
    create_article,
    delete_article,
    get_article,
    list_articles,
    update_article,
)
from handfast_publishing_client.api.attachments import create_attachment, download_attachment
from handfast_publishing_client.api.comments import create_comment, stream_comments
from handfast_publishing_client.api.tokens import create_token
from handfast_publishing_client.models import (
    Account,
    Article,
    ArticleChanges,
    ArticlePage,
    ArticleStatus,
    Attachment,
    NewAccount,
    NewArticle,
    NewAttachment,
    NewComment,
    Problem,
    Reprint,
    TokenRequest,
    Tokens,
    Version,
)
from handfast_publishing_client.types import UNSET, File, Response, Unset
from journey import Failure, Made, Sdk

_T = TypeVar("_T")


def parsed(answer: Response[Any], kind: type[_T]) -> _T:
    """The body of an answer, which must be of a class."""
    assert isinstance(answer.parsed, kind), answer
    return answer.parsed


def made(answer: Response[Any]) -> Made:
    article = parsed(answer, Article)
    assert isinstance(article.origin, Reprint)
    assert not isinstance(article.origin.pages, Unset)
    return Made(
        slug=article.slug,
        etag=answer.headers["etag"],
        title=article.title,
        summary=article.summary,
        body=article.body,
        tags=article.tags,
        status=article.status.value,
        comments_open=article.comments_open,
        origin=(article.origin.kind, article.origin.published_on.isoformat(), article.origin.pages),
        created_year=article.created_at.year,
    )


def failure(answer: Response[Any]) -> Failure:
    problem = parsed(answer, Problem)
    errors = [] if isinstance(problem.errors, Unset) else problem.errors
    pointers = [(each.code, None if isinstance(each.pointer, Unset) else each.pointer) for each in errors]
    return Failure(answer.status_code, problem.type_, pointers)


class PythonClient:
    """Calls operations by their modules."""

    def __init__(self, api: str) -> None:
        self.api = api
        self.anonymous = Client(base_url=api)
        self.client = AuthenticatedClient(base_url=api, token="")

    def version(self) -> str:
        return parsed(get_version.sync_detailed(client=self.anonymous), Version).contract_version

    def register(self, handle: str, password: str) -> str:
        account = NewAccount(handle=handle, email=f"{handle}@example.org", password=password, display_name="Ada")
        return parsed(register_account.sync_detailed(client=self.anonymous, body=account), Account).handle

    def log_in(self, handle: str, password: str) -> None:
        grant = TokenRequest(grant_type="password", username=handle, password=password)
        tokens = parsed(create_token.sync_detailed(client=self.anonymous, body=grant), Tokens)
        self.client = AuthenticatedClient(base_url=self.api, token=tokens.access_token)

    def create(self, slug: str, tag: str) -> Made:
        article = NewArticle(
            slug=slug,
            title="Ünïcode & <b>",
            summary=None,
            body="Text\n€ 😀",
            tags=[tag, "other"],
            status=ArticleStatus.PUBLISHED,
            comments_open=True,
            origin=Reprint(kind="reprint", published_on=date(1843, 9, 1), pages=65, source="https://example.org/notes"),
        )
        return made(create_article.sync_detailed(client=self.client, body=article))

    def page(self, tag: str, cursor: str | None) -> tuple[list[str], str | None]:
        at = UNSET if cursor is None else cursor
        page = parsed(list_articles.sync_detailed(client=self.client, tag=tag, limit=2, cursor=at), ArticlePage)
        following = None if isinstance(page.next_cursor, Unset) else page.next_cursor
        return [item.slug for item in page.items], following

    def summarise(self, slug: str, etag: str, summary: str | None) -> Made:
        return self._change(slug, etag, ArticleChanges(summary=summary))

    def withdraw(self, slug: str, etag: str) -> Made:
        return self._change(slug, etag, ArticleChanges(status=ArticleStatus.DRAFT))

    def upload(self, slug: str, content: bytes, name: str, description: str) -> tuple[int, str, str | None]:
        file = NewAttachment(file=File(BytesIO(content), "x.bin"), name=name, description=description)
        attachment = parsed(create_attachment.sync_detailed(slug, client=self.client, body=file), Attachment)
        return attachment.id, attachment.sha256, attachment.description

    def download(self, slug: str, number: int, part: str | None) -> bytes:
        wanted = UNSET if part is None else part
        answer = download_attachment.sync_detailed(slug, number, client=self.client, range_=wanted)
        return parsed(answer, File).payload.read()

    def comment(self, slug: str, text: str) -> None:
        answer = create_comment.sync_detailed(slug, client=self.client, body=NewComment(body=text))
        assert answer.status_code == 201

    def stream(self, slug: str) -> str:
        return parsed(stream_comments.sync_detailed(slug, client=self.client), str)

    def wrong_title(self) -> Failure:
        return failure(create_article.sync_detailed(client=self.client, body=NewArticle(title="", body="x")))

    def not_there(self) -> Failure:
        return failure(get_article.sync_detailed("not-there", client=self.client))

    def delete(self, slug: str, etag: str) -> int:
        return delete_article.sync_detailed(slug, client=self.client, if_match=etag).status_code

    def _change(self, slug: str, etag: str, changes: ArticleChanges) -> Made:
        return made(update_article.sync_detailed(slug, client=self.client, body=changes, if_match=etag))


def connect(api: str) -> Sdk:
    """The SDK for a service."""
    return PythonClient(api)
