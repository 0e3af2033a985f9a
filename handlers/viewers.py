"""Who is asking: how access tokens become viewers, and how handlers get them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from blog.tokens import Viewer
from handfast.runtime import Credentials, Grant, principal
from handlers.services import services


async def authenticate(credentials: Credentials) -> Grant | None:
    """The viewer of a bearer token; no database is asked, so that a flood of bad tokens costs none of its time."""
    viewer = (await services(credentials.request)).tokens.read(credentials.value)
    return None if viewer is None else Grant(viewer, viewer.scopes)


ViewerDep = Annotated[Viewer | None, Depends(principal(Viewer))]
"""The viewer of a request, or None for an anonymous one, which only operations with optional security can see."""
