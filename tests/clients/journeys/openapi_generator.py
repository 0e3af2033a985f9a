"""The journey by openapi-generator's Python."""

from __future__ import annotations

from datetime import date

from journey import Failure, Made, Sdk
from publishing import (
    AboutApi,
    AccountsApi,
    ApiClient,
    Article,
    ArticleChanges,
    ArticlesApi,
    ArticleStatus,
    AttachmentsApi,
    CommentsApi,
    Configuration,
    NewAccount,
    NewArticle,
    NewComment,
    Origin,
    Problem,
    Reprint,
    TokensApi,
)
from publishing.api_response import ApiResponse
from publishing.exceptions import ApiException


def made(answer: ApiResponse[Article]) -> Made:
    article, headers = answer.data, answer.headers or {}
    reprint = article.origin.actual_instance
    assert isinstance(reprint, Reprint)
    assert reprint.pages is not None
    return Made(
        slug=article.slug,
        etag=headers["etag"],
        title=article.title,
        summary=article.summary,
        body=article.body,
        tags=article.tags,
        status=article.status.value,
        comments_open=article.comments_open,
        origin=(reprint.kind, reprint.published_on.isoformat(), reprint.pages),
        created_year=article.created_at.year,
    )


def failure(error: ApiException) -> Failure:
    assert isinstance(error.body, str)
    problem = Problem.from_json(error.body)
    assert problem is not None
    return Failure(error.status or 0, problem.type, [(each.code, each.pointer) for each in problem.errors or []])


class OpenapiGenerator:
    """Calls operations by the classes of their tags."""

    def __init__(self, api: str) -> None:
        self.configuration = Configuration(host=api, access_token="")
        client = ApiClient(self.configuration)
        self.client = client
        self.articles, self.attachments, self.comments = (
            ArticlesApi(client),
            AttachmentsApi(client),
            CommentsApi(client),
        )

    def version(self) -> str:
        return AboutApi(self.client).get_version().contract_version

    def register(self, handle: str, password: str) -> str:
        account = NewAccount(handle=handle, email=f"{handle}@example.org", password=password, displayName="Ada")
        return AccountsApi(self.client).register_account(account).handle

    def log_in(self, handle: str, password: str) -> None:
        tokens = TokensApi(self.client).create_token(grant_type="password", username=handle, password=password)
        self.configuration.access_token = tokens.access_token

    def create(self, slug: str, tag: str) -> Made:
        reprint = Reprint(kind="reprint", publishedOn=date(1843, 9, 1), pages=65, source="https://example.org/notes")
        article = NewArticle(
            slug=slug,
            title="Ünïcode & <b>",
            summary=None,
            body="Text\n€ 😀",
            tags=[tag, "other"],
            status=ArticleStatus.PUBLISHED,
            commentsOpen=True,
            origin=Origin(reprint),
        )
        return made(self.articles.create_article_with_http_info(article))

    def page(self, tag: str, cursor: str | None) -> tuple[list[str], str | None]:
        page = self.articles.list_articles(tag=tag, limit=2, cursor=cursor)
        return [item.slug for item in page.items], page.next_cursor

    def summarise(self, slug: str, etag: str, summary: str | None) -> Made:
        return self._change(slug, etag, ArticleChanges(summary=summary))

    def withdraw(self, slug: str, etag: str) -> Made:
        return self._change(slug, etag, ArticleChanges(status=ArticleStatus.DRAFT))

    def upload(self, slug: str, content: bytes, name: str, description: str) -> tuple[int, str, str | None]:
        file = ("x.bin", content)
        made = self.attachments.create_attachment(slug, file=file, name=name, description=description)
        return made.id, made.sha256, made.description

    def download(self, slug: str, number: int, part: str | None) -> bytes:
        return bytes(self.attachments.download_attachment(slug, number, range=part))

    def comment(self, slug: str, text: str) -> None:
        self.comments.create_comment(slug, NewComment(body=text))

    def stream(self, slug: str) -> str:
        return self.comments.stream_comments(slug)

    def wrong_title(self) -> Failure:
        try:
            self.articles.create_article(NewArticle.model_construct(title="", body="x"))
        except ApiException as error:
            return failure(error)
        raise AssertionError("no error")

    def not_there(self) -> Failure:
        try:
            self.articles.get_article("not-there")
        except ApiException as error:
            return failure(error)
        raise AssertionError("no error")

    def delete(self, slug: str, etag: str) -> int:
        return self.articles.delete_article_with_http_info(slug=slug, if_match=etag).status_code

    def _change(self, slug: str, etag: str, changes: ArticleChanges) -> Made:
        return made(self.articles.update_article_with_http_info(slug=slug, if_match=etag, article_changes=changes))


def connect(api: str) -> Sdk:
    """The SDK for a service."""
    return OpenapiGenerator(api)
