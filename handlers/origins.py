"""Where an article comes from, as the contract says it and as the domain does."""

from __future__ import annotations

from pydantic import MISSING

from blog import origins
from generated import models


def origin_of(body: models.Origin) -> origins.Origin:
    """The origin that a client gave."""
    match body:
        case models.OriginalWork():
            return origins.ORIGINAL
        case models.Translation():
            return origins.Translation(language=body.language, source=body.source)
        case models.Reprint():
            return origins.Reprint(
                published_on=body.published_on,
                pages=None if body.pages is MISSING else body.pages,
                source=None if body.source is MISSING else body.source,
            )
