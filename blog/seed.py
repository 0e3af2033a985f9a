"""An example blog for an empty database, small enough to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import select

from blog import accounts, articles, comments
from blog.accounts import NewAccount
from blog.articles import NewArticle
from blog.tables import AccountRow

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

_NO_PASSWORD = "nobody can log in with this"
"""Not the hash of anything: the example authors have no password that somebody could know."""

_PEOPLE = (
    NewAccount(
        handle="lovelace", email="lovelace@example.org", display_name="Ada Lovelace", password_hash=_NO_PASSWORD
    ),
    NewAccount(
        handle="babbage", email="babbage@example.org", display_name="Charles Babbage", password_hash=_NO_PASSWORD
    ),
    NewAccount(
        handle="somerville", email="somerville@example.org", display_name="Mary Somerville", password_hash=_NO_PASSWORD
    ),
)

_ARTICLES = (
    (
        "somerville",
        NewArticle(
            slug="on-the-connexion-of-the-sciences",
            title="On the Connexion of the Sciences",
            summary="What astronomy, light and sound have to do with each other.",
            body="The progress of modern science has been remarkable for a tendency to simplify the laws of nature, "
            "and to unite detached branches by general principles.",
            tags=("science", "history"),
            status="published",
        ),
    ),
    (
        "babbage",
        NewArticle(
            slug="a-table-without-errors",
            title="A Table without Errors",
            summary="Why I wished that these calculations were done by steam.",
            body="Two people computed the same table, and where they differed, one of them at least was wrong. "
            "*A machine does not get tired.*",
            tags=("computing", "mathematics"),
            status="published",
        ),
    ),
    (
        "lovelace",
        NewArticle(
            slug="notes-on-the-analytical-engine",
            title="Notes on the Analytical Engine",
            summary="What a machine can and cannot originate.",
            body="The Analytical Engine has no pretensions whatever to *originate* anything. It can do whatever we "
            "**know how to order it** to perform.",
            tags=("computing", "history"),
            status="published",
        ),
    ),
    (
        "lovelace",
        NewArticle(
            slug="flyology",
            title="Flyology",
            body="To be continued: the wings, in exact proportion to the size of the body.",
            tags=("science",),
        ),
    ),
)

_COMMENTS = (
    ("notes-on-the-analytical-engine", "babbage", "The engine thanks you, and so do I."),
    ("notes-on-the-analytical-engine", "somerville", "Note G deserves an article of its own."),
    ("a-table-without-errors", "lovelace", "By steam? By punched cards!"),
)


async def seed(session: AsyncSession) -> None:
    """Fill a database without accounts; one that has any stays as it is."""
    if (await session.exec(select(AccountRow.id).limit(1))).first() is not None:
        return
    people = {new.handle: await accounts.register(session, new) for new in _PEOPLE}
    written = {new.slug: await articles.add(session, people[author], new) for author, new in _ARTICLES}
    for slug, author, body in _COMMENTS:
        await comments.add(session, written[slug], people[author], body)
