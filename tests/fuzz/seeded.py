"""Forty-odd faults that a person might make in handlers and in the domain, and who must catch each first.

A fault is an edit: a text that stands once in a file, and what it becomes. `tests.fuzz.faults` makes each edit in a
copy of the project, asks the type checker, then starts the service, then attacks the operations that are named.
"""

# an edit stands in one piece, so that it can be found in the file it is for

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Catcher(StrEnum):
    """Who finds a fault, in the order in which a developer meets them."""

    TYPES = "types"
    START_UP = "start-up"
    RUNTIME = "runtime"
    CONTRACT_TESTS = "contract tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An edit of a file, who must catch it, and by which operations the service is attacked to show it.

    `more` are further edits of the same file, where one alone would not run.
    """

    name: str
    file: str
    old: str
    new: str
    catcher: Catcher
    operations: tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()


def _types(name: str, file: str, old: str, new: str) -> Fault:
    return Fault(name=name, file=f"handlers/{file}.py", old=old, new=new, catcher=Catcher.TYPES)


def _start(name: str, file: str, old: str, new: str) -> Fault:
    return Fault(name=name, file=file, old=old, new=new, catcher=Catcher.START_UP)


def _runtime(name: str, file: str, old: str, new: str, *operations: str) -> Fault:
    return Fault(name=name, file=file, old=old, new=new, catcher=Catcher.RUNTIME, operations=operations)


def _tests(name: str, file: str, old: str, new: str, *operations: str) -> Fault:
    return Fault(name=name, file=file, old=old, new=new, catcher=Catcher.CONTRACT_TESTS, operations=operations)


SEEDED: tuple[Fault, ...] = (
    # What the generated signatures rule out.
    _types("method misspelt", "tags", "async def list_tags", "async def list_tag"),
    _types("method not asynchronous", "comments", "async def delete_comment", "def delete_comment"),
    _types("parameter forgotten", "tags", "limit: int, cursor: Cursor | None", "limit: int"),
    _types("parameter of another type", "tags", "limit: int", "limit: str"),
    _types("parameter taken for granted", "accounts", "if_none_match: EntityTags | None", "if_none_match: EntityTags"),
    _types("body by another name", "comments", "body: NewComment", "comment: NewComment"),
    _types("body of another operation", "comments", "views.comment(await", "views.comment_page(await"),
    _types("reply of another operation", "articles", "return NotModified(etag=current)", "return DeleteArticle204()"),
    _types("no reply", "comments", "        return DeleteComment204()\n", ""),
    _types("dictionary instead of a model", "tags", "views.tag_page(await tags.page", "dict(await tags.page"),
    _types(
        "required header forgotten",
        "articles",
        "GetArticle200(views.article(article), etag=current)",
        "GetArticle200(views.article(article))",
    ),
    _types("required member forgotten", "views", "id=found.id, author=found.author, body", "id=found.id, body"),
    _types(
        "null where the member is absent",
        "views",
        "for tag in page.items],\n        next_cursor=page.next_cursor or MISSING",
        "for tag in page.items],\n        next_cursor=page.next_cursor",
    ),
    _types(
        "absent taken for a value", "articles", "slug=None if body.slug is MISSING else body.slug", "slug=body.slug"
    ),
    _types(
        "whole article leaked into a list", "views", "items=[_article_summary(found) for", "items=[article(found) for"
    ),
    # What does not fit together.
    _start("handler class forgotten", "handlers/app.py", "Tags,", ""),
    _start(
        "public method without an operation",
        "handlers/tags.py",
        "    @override\n",
        "    async def purge_tags(self) -> None:\n        return None\n\n    @override\n",
    ),
    _start(
        "security scheme without an authenticator",
        "handlers/app.py",
        'security={"oauth2": authenticate}',
        "security={}",
    ),
    _start(
        "constructor that nobody can call",
        "handlers/tags.py",
        "session: SessionDep)",
        "session: SessionDep, size: int)",
    ),
    _start(
        "contract changed and not generated",
        "openapi/api.yaml",
        "operationId: listTags\n      tags: [tags]",
        "operationId: listAllTags\n      tags: [tags]",
    ),
    # What the schemas of replies rule out.
    _runtime(
        "entity tag without its quotes",
        "handlers/etags.py",
        "f'\"{row_id}-{version}\"'",
        "f'{row_id}-{version}'",
        "createArticle",
    ),
    _runtime(
        "number below the minimum",
        "handlers/views.py",
        "id=found.id, author=found.author",
        "id=-found.id, author=found.author",
        "createArticle",
        "createComment",
    ),
    _runtime(
        "text that breaks its pattern",
        "handlers/views.py",
        "handle=row.handle",
        'handle=f"@{row.handle}"',
        "registerAccount",
    ),
    _runtime(
        "text longer than the maximum",
        "handlers/views.py",
        "        body=found.body,\n        tags=list(found.tags),",
        "        body=found.body.ljust(200_001),\n        tags=list(found.tags),",
        "createArticle",
    ),
    _runtime(
        "items twice in a set",
        "handlers/views.py",
        "        body=found.body,\n        tags=list(found.tags),",
        '        body=found.body,\n        tags=["new", *found.tags, "new"],',
        "createArticle",
    ),
    _runtime(
        "time without a zone",
        "handlers/views.py",
        "created_at=row.created_at",
        "created_at=row.created_at.replace(tzinfo=None)",
        "registerAccount",
    ),
    _runtime(
        "status that the operation does not declare",
        "handlers/refusals.py",
        "return NotFound(problem(404,",
        "return Conflict(problem(409,",
        "getArticle",
    ),
    Fault(
        name="header that nobody declares",
        file="handlers/sessions.py",
        catcher=Catcher.RUNTIME,
        operations=("listTags",),
        old="    database = services.database\n",
        new='    response.headers["x-pool"] = "1"\n    database = services.database\n',
        more=(
            ("services: ServicesDep)", "services: ServicesDep, response: Response)"),
            ("Depends, Request", "Depends, Request, Response"),
        ),
    ),
    # What only shows in use.
    _tests(
        "status in the body is another one",
        "handlers/refusals.py",
        "NotFound(problem(404,",
        "NotFound(problem(400,",
        "getArticle",
    ),
    _tests("search that fails", "blog/finding.py", "folded(text)", "folded(text.split()[1])", "listArticles"),
    _tests(
        "off by one at the smallest page",
        "blog/finding.py",
        "cut(articles, limit, order.write)",
        "cut(articles, limit - 1, order.write)",
        "createArticle",
        "listArticles",
    ),
    _tests(
        "one item too many", "blog/pages.py", "items = found[:limit]", "items = found", "createArticle", "listArticles"
    ),
    _tests(
        "only ASCII thought of", "blog/articles.py", '.encode("utf-8", "replace")', '.encode("ascii")', "createArticle"
    ),
    _tests(
        "address kept otherwise than it was given",
        "blog/accounts.py",
        "        email=new.email,\n",
        "        email=new.email.swapcase(),\n",
        "registerAccount",
    ),
    _tests(
        "Location that leads nowhere",
        "handlers/articles.py",
        "slug=article.slug)),\n            etag",
        'slug=article.slug + "-")),\n            etag',
        "createArticle",
    ),
    _tests(
        "signature of tokens not verified",
        "blog/tokens.py",
        '"strict_aud": True}',
        '"strict_aud": True, "verify_signature": False}',
        "createToken",
    ),
    _tests(
        "owner not asked for",
        "blog/articles.py",
        "if article.author_id != viewer_id:",
        "if article.author_id < 0:",
        "createArticle",
    ),
    _tests(
        "draft shown to everybody",
        "blog/articles.py",
        'if row.status == "draft" and row.author_id != viewer_id:',
        'if row.status == "hidden" and row.author_id != viewer_id:',
        "createArticle",
    ),
    _tests(
        "entity tag that never changes",
        "handlers/etags.py",
        "f'\"{row_id}-{version}\"'",
        "f'\"{row_id}-{min(version, 1)}\"'",
        "createArticle",
    ),
    _tests(
        "If-Match not looked at",
        "handlers/etags.py",
        'if if_match.strip() != "*" and current not in _TAGS.findall(if_match):',
        "if not if_match:",
        "createArticle",
    ),
    _tests("every version known", "handlers/etags.py", "        return False", "        return True", "createArticle"),
    _tests(
        "article not deleted",
        "handlers/articles.py",
        "        await articles.remove(self.session, article, article.version)\n",
        "",
        "createArticle",
    ),
    _tests(
        "comment not deleted",
        "blog/comments.py",
        "await session.exec(delete(CommentRow).where(col(CommentRow.id) == comment_id))",
        "await session.flush()",
        "createArticle",
    ),
    _tests(
        "filter ignored",
        "blog/finding.py",
        "filters.append(col(AccountRow.handle) == search.author)",
        "pass",
        "createArticle",
        "listArticles",
    ),
    _tests(
        "order upside down",
        "blog/finding.py",
        '"newest": _Order(col(ArticleRow.published_at), True,',
        '"newest": _Order(col(ArticleRow.published_at), False,',
        "createArticle",
        "listArticles",
    ),
    _tests("cursor ignored", "blog/finding.py", "query = query.where(_behind(order, cursor))", "pass", "createArticle"),
    _tests(
        "any password opens",
        "handlers/tokens.py",
        "if account is None or not verdict.right:",
        "if account is None:",
        "createToken",
    ),
    _tests(
        "session not ended",
        "handlers/tokens.py",
        "            await logins.end_by_token(self.session, body.token)",
        "            return RevokeToken200()",
        "createToken",
    ),
)
"""Names are unique, and so is each `old` in its file."""
