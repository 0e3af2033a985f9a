"""The floor: a raw ASGI application that reads the body and sends the bytes that the others send."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from bench.by_hand import Articles, Draft, article

READ = article(1).model_dump_json(exclude_none=True).encode()
LIST = Articles(items=[article(number) for number in range(1, 21)]).model_dump_json(exclude_none=True).encode()
CREATED = article(1, Draft(title="A title", body="A body", tags=["a", "b"])).model_dump_json(exclude_none=True).encode()
REFUSED = b'{"type":"about:blank","title":"Unprocessable Content","status":422}'


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer without looking: which bytes to send follows from method and path alone."""
    if scope["type"] != "http":
        return
    status, body, extra = 200, LIST, (b"x-none", b"")
    if scope["method"] == "POST":
        content = b""
        while True:
            message = await receive()
            content += message.get("body", b"")
            if not message.get("more_body"):
                break
        status, body, extra = (
            (201, CREATED, (b"location", b"/plain/articles/1")) if b'"title"' in content else (422, REFUSED, extra)
        )
    elif scope["path"].endswith("/1"):
        body, extra = READ, (b"etag", b'"1"')
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if extra[1]:
        headers.append(extra)
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
