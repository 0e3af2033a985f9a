"""The least that a route of FastAPI costs: it looks at nothing, and sends the bytes that the raw application sends."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from bench import raw

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.get("/{group}/articles/{id}")
async def read() -> Response:
    """One article."""
    return Response(raw.READ, media_type="application/json", headers={"etag": '"1"'})


@app.get("/{group}/articles")
@app.get("/{group}/latest")
async def list_articles() -> Response:
    """Twenty articles."""
    return Response(raw.LIST, media_type="application/json")


@app.post("/{group}/articles")
async def create(request: Request) -> Response:
    """The article that was sent, or a refusal."""
    if b'"title"' not in await request.body():
        return Response(raw.REFUSED, 422, media_type="application/json")
    return Response(raw.CREATED, 201, media_type="application/json", headers={"location": "/plain/articles/1"})
