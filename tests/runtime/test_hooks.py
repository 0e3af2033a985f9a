"""Webhooks and callbacks over HTTP, both ways: a sender and a receiver made of one contract, and each side broken."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response

from handfast import BindError, Contract, OutboundRequestViolation, OutboundResponseViolation, load_contract
from handfast.contract import JSONValue, load_contract_text
from handfast.runtime import (
    AddressRefused,
    CallbackUrlError,
    Credentials,
    Grant,
    HttpxTransport,
    Origin,
    OutboundRequest,
    OutboundResponse,
    Sender,
    anywhere,
    bind,
    is_public,
    receive,
)
from tests.generate.made import imported

_CONTRACT = Path(__file__).with_name("hooks.yaml")
AT = {"onEvent": "/hooks/events", "newPet": "/hooks/pets"}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return load_contract(_CONTRACT)


@pytest.fixture(scope="module")
def made(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with imported(contract, tmp_path_factory.mktemp("hooks")) as package:
        yield package


@contextlib.asynccontextmanager
async def _listening(app: FastAPI) -> AsyncIterator[str]:
    """An application on a free port of this machine."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
                await asyncio.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


def _receivers(made: Any) -> tuple[Any, Any]:
    events, pets = made.callbacks.subscriptions, made.webhooks.pets

    class Events(events.SubscriptionsCallbacks):  # type: ignore[misc, name-defined]  # generated at run time
        seen: ClassVar[list[Any]] = []

        async def event(self, *, x_attempt: int, dry: bool | None = None, body: Any) -> Any:
            self.seen.append((x_attempt, dry, body))
            if body.id == 4:
                return events.Event4XX(made.models.Problem(title="No four."), status=418)
            if body.id == 5:
                return events.Event204()
            return events.Event202(made.models.Receipt(seen=[body.id]), x_seen=len(self.seen))

    class Pets(pets.PetsWebhooks):  # type: ignore[misc, name-defined]
        async def new_pet(self, *, body: Any) -> Any:
            if body.name == "stop":
                raise pets.NewPet410()
            return pets.NewPet204()

    return Events, Pets


async def _authenticate(credentials: Credentials) -> Grant | None:
    return Grant("sender", frozenset()) if credentials.value.startswith("signed-") else None


def _receiver(contract: Contract, made: Any) -> FastAPI:
    app = FastAPI(openapi_url=None)
    receive(app, contract, _receivers(made), at=AT, security={"signature": _authenticate})
    return app


def _sign(request: OutboundRequest) -> str:
    assert isinstance(request.content, bytes)
    return f"signed-{len(request.content)}"


def _events(made: Any, contract: Contract, client: Any, **more: Any) -> Any:
    options = {"credentials": {"signature": _sign}, "allow": anywhere, **more}
    return Sender(made.callbacks.subscriptions.SubscriptionsCallbacks, contract, HttpxTransport(client), **options)


def _pets(made: Any, contract: Contract, client: Any) -> Any:
    return Sender(made.webhooks.pets.PetsWebhooks, contract, HttpxTransport(client), allow=anywhere)


def _event(made: Any, number: int) -> Any:
    return made.models.Event.model_validate_json(json.dumps({"id": number, "at": "2026-01-01T00:00:00Z"}))


async def test_a_handler_calls_back_a_receiver_of_the_same_contract(contract: Contract, made: Any) -> None:
    operations, replies = made.operations.subscriptions, list[Any]()
    async with _listening(_receiver(contract, made)) as there, httpx2.AsyncClient(timeout=5) as client:
        sender = _events(made, contract, client)

        class Subscriptions(operations.SubscriptionsOperations):  # type: ignore[misc, name-defined]
            def __init__(self, request: Request) -> None:
                self.request = request

            async def subscribe(self, *, trace: str | None, body: Any) -> Any:
                reply = operations.Subscribe201(location="/subscriptions/1")
                origin = Origin.of(self.request, body=body, reply=reply)
                for number in (1, 4, 5):
                    replies.append(await sender.after(origin).event(x_attempt=1, dry=True, body=_event(made, number)))
                return reply

        app = FastAPI(openapi_url=None)
        bind(app, contract, [Subscriptions])
        async with _listening(app) as here:
            answer = await client.post(
                f"{here}/subscriptions?trace=a%26b", json={"callbackUrl": f"{there}/hooks"}, timeout=10
            )
    assert answer.status_code == 201, answer.text
    taken, refused, empty = replies
    assert (type(taken).__name__, taken.status, taken.x_seen, taken.body.seen) == ("Event202", 202, 1, [1])
    assert (type(refused).__name__, refused.status, refused.body.title) == ("Event4XX", 418, "No four.")
    assert (type(empty).__name__, empty.status) == ("Event204", 204)


async def test_a_webhook_says_what_belongs_to_the_service(contract: Contract, made: Any) -> None:
    async with _listening(_receiver(contract, made)) as there, httpx2.AsyncClient(timeout=5) as client:
        pets = _pets(made, contract, client).to(f"{there}/hooks/pets")
        assert (await pets.new_pet(body=made.models.Pet(id=1, name="Rex"))).status == 204
        assert type(await pets.new_pet(body=made.models.Pet(id=1, name="stop"))).__name__ == "NewPet410"
        said = await client.post(f"{there}/hooks/pets", json={"id": 1, "name": "Rex", "secret": "x"})
        assert said.status_code == 422  # writeOnly is what clients send
        assert (await client.post(f"{there}/hooks/pets", json={"name": "Rex"})).status_code == 422
        assert (
            await client.post(f"{there}/hooks/pets", content=b"{", headers={"content-type": "application/json"})
        ).status_code == 422
        assert (await client.get(f"{there}/hooks/pets")).status_code == 405


async def test_a_receiver_asks_for_the_declared_credentials(contract: Contract, made: Any) -> None:
    async with _listening(_receiver(contract, made)) as there, httpx2.AsyncClient(timeout=5) as client:
        for key, status in (("wrong", 403), ("signed-1", 202)):
            answer = await client.post(
                f"{there}/hooks/events",
                json={"id": 1, "at": "2026-01-01T00:00:00Z"},
                headers={"X-Signature": key, "X-Attempt": "1"},
            )
            assert (answer.status_code < 300) == (status < 300), answer.text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"x_attempt": 0}, "header parameter X-Attempt: must be at least 1"),
        ({"body": {"id": "x"}}, "body /id"),
        ({"body": {"id": 1, "at": "yesterday"}}, "body /at"),
        ({"body": {}}, "body (root)"),
    ],
)
async def test_a_request_that_breaks_the_contract_is_not_sent(
    contract: Contract, made: Any, arguments: dict[str, Any], told: str
) -> None:
    async def unreachable(request: OutboundRequest) -> Any:
        raise AssertionError(request)

    callbacks = made.callbacks.subscriptions.SubscriptionsCallbacks
    sender = Sender(callbacks, contract, unreachable, credentials={"signature": "x"}, allow=anywhere)
    body = arguments.get("body")
    given = _event(made, 1) if body is None else made.models.Event.model_construct(**body)
    with pytest.raises(OutboundRequestViolation) as caught:
        await sender.to("http://a.example").event(**{"x_attempt": 1, **arguments, "body": given})
    assert told in str(caught.value)
    assert "event: the request breaks the contract, and was not sent" in str(caught.value)
    with pytest.raises(TypeError, match="x_attempt"):
        await sender.to("http://a.example").event(body=_event(made, 1))


_RIGHT = {"X-Seen": "1", "Content-Type": "application/json"}

WRONG_ANSWERS = [
    (299, {}, b"", "answered 299, which is not declared; declared: 202, 204, 4XX"),
    (202, {"Content-Type": "application/json"}, b'{"seen":[1]}', "header X-Seen"),
    (202, {**_RIGHT, "X-Seen": "many"}, b'{"seen":[1]}', "header X-Seen"),
    (202, {**_RIGHT, "Content-Type": "text/html"}, b"<p>", "the body may be application/json"),
    (202, {"X-Seen": "1"}, b'{"seen":[1]}', "Content-Type is missing"),
    (202, _RIGHT, b'{"seen":["a"]}', "body /seen/0"),
    (202, _RIGHT, b'{"seen":[1],"seen":[2]}', "duplicate-key"),
    (202, _RIGHT, b"", "body: a request body is required"),
    (202, _RIGHT, b"[" * 100_000, "too-deep"),
    (404, {"Content-Type": "application/problem+json"}, b'{"title":1}', "body /title"),
]


@pytest.mark.parametrize(("status", "headers", "content", "told"), WRONG_ANSWERS)
async def test_an_answer_that_breaks_the_contract_is_an_error_with_detail(
    contract: Contract, made: Any, status: int, headers: dict[str, str], content: bytes, told: str
) -> None:
    app = FastAPI(openapi_url=None)

    @app.post("/events")
    async def answer() -> Response:
        response = Response(content, status)
        response.headers.update(headers)
        return response

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client:
        events = _events(made, contract, client).to("http://there/events")
        with pytest.raises(OutboundResponseViolation) as caught:
            await events.event(x_attempt=1, body=_event(made, 1))
    assert told.lower() in str(caught.value).lower()
    assert caught.value.status == status


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://127.0.0.1/x",
            "http://localhost:8000",
            "http://[::1]/",
            "http://10.0.0.1",
            "http://169.254.169.254/a",
        ),
        *(
            "http://[::ffff:127.0.0.1]/",
            "http://2130706433/",
            "http://0/",
            "http://[64:ff9b::7f00:1]/",
            "ftp://8.8.8.8",
        ),
        *(
            "http://user@8.8.8.8/",
            "file:///etc/passwd",
            "//8.8.8.8",
            "http://[fe80::1]/",
            "http://224.0.0.1/",
            "http://[fec0::1]/",
            "http://[::127.0.0.1]/",
            "http://[64:ff9b:1::a00:1]/",
            "",
            "http://[",
        ),
    ],
)
async def test_requests_go_to_public_addresses_alone(contract: Contract, made: Any, url: str) -> None:
    async with httpx2.AsyncClient() as client:
        sender = _events(made, contract, client, allow=is_public)
        with pytest.raises(AddressRefused):
            await sender.to(url).event(x_attempt=1, body=_event(made, 1))


async def test_public_addresses_are_public() -> None:
    for url in ("https://8.8.8.8/", "http://[2606:4700:4700::1111]:8080/x?y", "http://[64:ff9b::808:808]/"):
        assert await is_public(url)


async def test_the_url_of_a_callback_is_what_its_expressions_say(contract: Contract, made: Any) -> None:
    sent: list[OutboundRequest] = []

    async def stop(request: OutboundRequest) -> Any:
        sent.append(request)
        raise ConnectionError

    callbacks = made.callbacks.subscriptions.SubscriptionsCallbacks
    sender = Sender(callbacks, contract, stop, credentials={"signature": "k"}, allow=anywhere)
    origin = Origin(body={"callbackUrl": "https://a.example/x"}, query={"trace": "1&admin=true#"})
    with pytest.raises(ConnectionError):
        await sender.after(origin).event(x_attempt=2, dry=False, body=_event(made, 1))
    (request,) = sent
    assert request.url == "https://a.example/x/events?trace=1%26admin%3Dtrue%23&dry=false"
    assert dict(request.headers) == {"X-Attempt": "2", "Content-Type": "application/json", "X-Signature": "k"}
    with pytest.raises(CallbackUrlError, match=r"\$request.body#/callbackUrl is nothing"):
        await sender.after(Origin(query={"trace": "a"})).event(x_attempt=2, body=_event(made, 1))


class _Sent(Exception):
    """Nobody is there."""


def _notes(made: Any, contract: Contract, sent: list[OutboundRequest], **credentials: str) -> Any:
    async def keep(request: OutboundRequest) -> Any:
        sent.append(request)
        raise _Sent

    return Sender(made.webhooks.notes.NotesWebhooks, contract, keep, credentials=credentials, allow=anywhere)


@pytest.mark.parametrize(
    ("url", "sent_to"),
    [
        ("http://a.example/", "http://a.example/?q=x"),
        ("http://a.example/?b=1", "http://a.example/?b=1&q=x"),
        ("http://a.example/?", "http://a.example/?q=x"),
        ("http://a.example/?b&", "http://a.example/?b&q=x"),
        ("http://a.example/b&#c?", "http://a.example/b&?q=x#c?"),
    ],
)
async def test_query_parameters_go_behind_those_of_the_url(
    contract: Contract, made: Any, url: str, sent_to: str
) -> None:
    sent: list[OutboundRequest] = []
    with pytest.raises(_Sent):
        await _notes(made, contract, sent).to(url).new_note(q="x")
    assert [(each.url, each.headers, each.content) for each in sent] == [(sent_to, (), b"")]


async def test_credentials_are_sent_where_there_are_some_beside_what_is_there(contract: Contract, made: Any) -> None:
    sent: list[OutboundRequest] = []
    with pytest.raises(_Sent):
        await _notes(made, contract, sent, login="k").to("http://a.example").new_note(session="s", body="a")
    assert [each.headers for each in sent] == [
        (("Content-Type", "text/plain; charset=utf-8"), ("Cookie", "session=s; login=k"))
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"x_note": "a\r\nb"}, "header parameter X-Note: it has characters that no header may [not-a-field-value]"),
        ({"body": ""}, "body (root): must have at least 1 character [too-short]"),
        ({"body": "\ud800"}, "body: the text is not Unicode"),
        ({"body": b"a"}, "body: bytes cannot be sent as text/plain"),
    ],
)
async def test_what_no_request_can_say_is_not_sent(
    contract: Contract, made: Any, arguments: dict[str, Any], told: str
) -> None:
    sent: list[OutboundRequest] = []
    with pytest.raises(OutboundRequestViolation) as caught:
        await _notes(made, contract, sent).to("http://a.example").new_note(**arguments)
    assert told in str(caught.value)
    assert sent == []


async def test_an_item_that_breaks_the_contract_ends_the_stream_and_says_where(tmp_path: Path) -> None:
    event: JSONValue = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}, "x": {}}}
    post: JSONValue = {
        "operationId": "sendLog",
        "requestBody": {"content": {"application/jsonl": {"itemSchema": event}}},
        "responses": {"204": {"description": "Done."}},
    }
    document = {"openapi": "3.2.0", "info": {"title": "Logs", "version": "1"}, "webhooks": {"log": {"post": post}}}
    logs = load_contract_text(json.dumps(document), "logs.json")
    received: list[bytes] = []

    async def transport(request: OutboundRequest) -> OutboundResponse:
        assert not isinstance(request.content, bytes)
        async for chunk in request.content:
            received.append(chunk)  # noqa: PERF401  # what came before the stream broke off counts
        raise AssertionError("the stream came to its end")

    async def items(kind: Any) -> AsyncIterator[Any]:
        yield kind(n=1)
        yield kind(n=2, x=[float("nan")])

    with imported(logs, tmp_path) as package:
        sender = Sender(package.webhooks.default.DefaultWebhooks, logs, transport, allow=anywhere)
        with pytest.raises(OutboundRequestViolation, match=r"logs\.json:1:\d+: sendLog: .*\n.*no JSON can be made"):
            await sender.to("http://a.example").send_log(body=items(package.models.SendLogRequestItem))
    assert received == [b'{"n":1}\n']


async def test_a_text_may_say_a_number(tmp_path: Path) -> None:
    post: JSONValue = {
        "operationId": "sendCount",
        "requestBody": {"content": {"text/plain": {"schema": {"type": "integer", "minimum": 1}}}},
        "responses": {"204": {"description": "Done."}},
    }
    document = {"openapi": "3.1.1", "info": {"title": "Counts", "version": "1"}, "webhooks": {"count": {"post": post}}}
    counts = load_contract_text(json.dumps(document), "counts.json")
    sent: list[OutboundRequest] = []

    async def keep(request: OutboundRequest) -> Any:
        sent.append(request)
        raise _Sent

    with imported(counts, tmp_path) as package:
        sender = Sender(package.webhooks.default.DefaultWebhooks, counts, keep, allow=anywhere).to("http://a.example")
        for text, code in (("0", "too-small"), ("one", "wrong-type")):
            with pytest.raises(OutboundRequestViolation, match=code):
                await sender.send_count(body=text)
        assert sent == []
        with pytest.raises(_Sent):
            await sender.send_count(body="5")
    assert [each.content for each in sent] == [b"5"]


async def test_connections_are_let_go_of_whatever_the_answer(contract: Contract, made: Any) -> None:
    closed: list[int] = []

    async def nothing() -> AsyncIterator[bytes]:
        for chunk in list[bytes]():
            yield chunk

    def answering(status: int) -> Any:
        async def close() -> None:
            closed.append(status)

        async def answer(request: OutboundRequest) -> OutboundResponse:
            headers = [("Content-Encoding", "gzip"), ("Content-Length", "20"), ("X-Seen", "1")]
            return OutboundResponse(status=status, headers=headers, content=nothing(), close=close)

        return answer

    callbacks = made.callbacks.subscriptions.SubscriptionsCallbacks
    for status in (204, 202, 299):
        sender = Sender(callbacks, contract, answering(status), credentials={"signature": "k"}, allow=anywhere)
        with contextlib.suppress(OutboundResponseViolation):
            await sender.to("http://a.example").event(x_attempt=1, body=_event(made, 1))
    assert closed == [204, 202, 299]


def test_the_first_of_repeated_values_is_what_an_expression_means() -> None:
    headers = [(b"x-url", b"first"), (b"x-url", b"second"), (b"host", b"a.example")]
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"url=1&url=2", "headers": headers}
    origin = Origin.of(Request({**scope, "server": ("a.example", 80), "scheme": "http"}))
    assert (origin.query["url"], origin.headers["x-url"], origin.url) == ("1", "first", "http://a.example/?url=1&url=2")


def test_everything_that_does_not_fit_is_said_at_start_up(contract: Contract, made: Any) -> None:
    events, pets = _receivers(made)

    class Half(made.webhooks.pets.PetsWebhooks):  # type: ignore[misc]
        async def new_pets(self, *, body: Any) -> Any: ...

    with pytest.raises(BindError) as caught:
        receive(FastAPI(), contract, [events, Half, str], at={"onEvnt": "/e", "newPet": "hooks/{id}"})  # type: ignore[list-item]
    told = "\n".join(caught.value.gaps)
    assert "str is no receiver" in told
    assert "the contract has no webhook or callback onEvnt (did you mean onEvent?)" in told
    assert 'event is received nowhere; give receive at={"onEvent": "/..."}' in told
    assert "newPet is received at 'hooks/{id}', which does not begin with a slash" in told
    assert "newPet (POST hooks/{id}) has no method in Half" in told
    assert "Half.new_pets is the method of no operation of pets (did you mean new_pet?)" in told
    assert "the security scheme signature, which event needs, has no authenticator" in told
    with pytest.raises(BindError, match="at the same place as"):
        receive(FastAPI(), contract, [events, pets], at=dict.fromkeys(AT, "/h"), security={"signature": _authenticate})
    with pytest.raises(BindError, match="is no handler class"):
        bind(FastAPI(), contract, [events])

    async def nobody(request: OutboundRequest) -> Any:
        raise AssertionError

    with pytest.raises(BindError, match="event needs credentials of signature"):
        Sender(made.callbacks.subscriptions.SubscriptionsCallbacks, contract, nobody)
    with pytest.raises(BindError, match="is no generated class of webhooks or callbacks"):
        Sender(made.operations.subscriptions.SubscriptionsOperations, contract, nobody)
