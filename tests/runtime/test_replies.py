"""What handlers reply: declared replies go out as they are, all others roll back and become a 500 without detail."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request, Response
from starlette.responses import JSONResponse
from starlette.types import Message

from handfast.runtime import Limits, Operations, bind
from tests.runtime.serving import (
    PATHS,
    PROBLEM,
    Choose200,
    GetThing4XX,
    GetThing200,
    GetThing304,
    GetThing404,
    PutThing204,
    Thing,
    ThingsOperations,
    Undeclared,
    contract_of,
    serving,
    thing,
)

Answering = Callable[[], object]


@dataclass
class Transaction:
    """What a session would do, written down."""

    events: list[str]


def things(
    answer: Answering, events: list[str], *, inject: Callable[[Response], None] | None = None
) -> type[Operations]:
    """Handlers that answer with what `answer` gives or raises, in a transaction."""

    async def transaction() -> AsyncIterator[Transaction]:
        events.append("begin")
        try:
            yield Transaction(events)
        except BaseException as error:
            events.append(f"rollback {type(error).__name__}")
            raise
        events.append("commit")

    class Things(ThingsOperations):
        def __init__(
            self, open_: Annotated[Transaction, Depends(transaction)], response: Response, tasks: BackgroundTasks
        ) -> None:
            self.response, self.tasks = response, tasks

        async def get_thing(self, *, id: int) -> Any:  # noqa: A002
            if inject is not None:
                inject(self.response)
            self.tasks.add_task(events.append, "background")
            return answer()

        async def put_thing(self, *, id: int, dry: bool | None, body: Thing) -> Any:  # noqa: A002
            return answer()

    return Things


def raising(error: BaseException) -> Answering:
    def answer() -> object:
        raise error

    return answer


def ok(**more: object) -> GetThing200:
    return GetThing200(thing(**more), etag='"a"')


class Gone(GetThing404):
    """A declared reply under a name of the application's."""


ADMITTED = {
    "a reply": (ok, 200, {"etag": '"a"'}, {"name": "a", "size": 1}),
    "an optional header": (lambda: GetThing200(Thing(), etag='"a"', x_count=3), 200, {"x-count": "3"}, None),
    "no body": (GetThing304, 304, {}, None),
    "an error": (lambda: GetThing404(thing(title="t", status=404)), 404, {"content-type": PROBLEM}, None),
    "one of a class of one's own": (lambda: Gone(thing(title="t", status=404)), 404, {"content-type": PROBLEM}, None),
    "a range": (lambda: GetThing4XX(thing(title="t", status=418), status=418), 418, {"content-type": PROBLEM}, None),
    "an HTTPException": (raising(HTTPException(404, "gone")), 404, {"content-type": PROBLEM}, None),
}


@pytest.mark.parametrize("case", ADMITTED)
def test_what_is_declared_goes_out(case: str) -> None:
    answer, status, headers, body = ADMITTED[case]
    with serving(contract_of(PATHS), things(answer, [])) as client:
        sent = client.get("/api/things/1")
        head = client.head("/api/things/1")
    assert sent.status_code == status, sent.text
    assert headers.items() <= dict(sent.headers).items()
    assert body is None or sent.json() == body
    assert (head.status_code, head.content) == (status, b"")
    assert head.headers.get("content-length") == sent.headers.get("content-length")


VIOLATIONS: dict[str, tuple[Answering, str]] = {
    "nothing": (lambda: None, "not a reply"),
    "a dict": (lambda: {"name": "a"}, "not a reply"),
    "a reply of another operation": (PutThing204, "not a declared reply"),
    "an undeclared reply": (Undeclared, "not a declared reply"),
    "a body over its bounds": (lambda: ok(name="too long"), "/name: must have at most 5 characters [too-long]"),
    "a body of the wrong type": (lambda: ok(name=1), "[wrong-type]"),
    "an undeclared member": (lambda: ok(more=1), "[additional-property]"),
    "not a number": (lambda: ok(size=float("nan")), "body"),
    "a lone surrogate": (lambda: ok(name="\ud800"), "JSON"),
    "what is no JSON": (lambda: ok(name=object()), "JSON"),
    "a header outside its schema": (lambda: GetThing200(Thing(), etag="bare"), "header ETag"),
    "a missing header": (lambda: GetThing200(Thing(), etag=None), "required header ETag"),  # type: ignore[arg-type]
    "a header with a line break": (lambda: GetThing200(Thing(), etag='"a"\r\nx: y'), "header ETag"),
    "an integer that is none": (lambda: GetThing200(Thing(), etag='"a"', x_count=-1), "header X-Count"),
    "a status outside of its range": (lambda: GetThing4XX(thing(title="t", status=1), status=500), "4XX"),
    "a status of another declaration": (lambda: GetThing4XX(thing(title="t", status=1), status=404), "4XX"),
    "an HTTPException that is not declared": (raising(HTTPException(503)), "503"),
}


@pytest.mark.parametrize("case", VIOLATIONS)
def test_what_is_not_declared_rolls_back(case: str, caplog: pytest.LogCaptureFixture) -> None:
    answer, told = VIOLATIONS[case]
    events: list[str] = []
    with serving(contract_of(PATHS), things(answer, events)) as client:
        sent = client.get("/api/things/1")
    assert sent.status_code == 500
    assert sent.headers["content-type"] == PROBLEM
    assert sent.json().keys() == {"type", "title", "status"}
    assert events[0] == "begin"
    assert events[1].startswith("rollback")
    logged = [record.getMessage() for record in caplog.records if record.name == "handfast.violations"]
    assert len(logged) == 1
    assert told in logged[0]
    assert "getThing" in logged[0]


def test_a_transaction_is_over_before_the_first_byte() -> None:
    events: list[str] = []
    app = FastAPI(openapi_url=None)
    bind(app, contract_of(PATHS), [things(ok, events)])

    async def send(message: Message) -> None:
        events.append(message["type"])

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {
        "type": "http", "method": "GET", "path": "/api/things/1", "raw_path": b"/api/things/1", "query_string": b"",
        "headers": [], "root_path": "", "scheme": "http", "http_version": "1.1",
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    assert events == ["begin", "commit", "http.response.start", "http.response.body", "background"]


def test_a_returned_error_commits_and_a_raised_one_rolls_back() -> None:
    for answer, end in (
        (lambda: GetThing404(thing(title="t", status=404)), "commit"),
        (raising(GetThing404(thing(title="t", status=404))), "rollback GetThing404"),
    ):
        events: list[str] = []
        with serving(contract_of(PATHS), things(answer, events)) as client:
            assert client.get("/api/things/1").status_code == 404
        assert events[:2] == ["begin", end]


def test_a_commit_that_fails_is_answered_instead_of_the_reply() -> None:
    async def failing() -> AsyncIterator[None]:
        yield
        raise GetThing404(thing(title="late", status=404))

    class Things(ThingsOperations):
        def __init__(self, session: Annotated[None, Depends(failing)]) -> None: ...

        async def get_thing(self, *, id: int) -> GetThing200:  # noqa: A002
            return ok()

    with serving(contract_of(PATHS), Things) as client:
        answer = client.get("/api/things/1")
    assert (answer.status_code, answer.json()["title"]) == (404, "late")


@pytest.mark.parametrize(("mode", "status", "logged"), [("enforce", 500, 1), ("report", 200, 1), ("off", 200, 0)])
def test_modes(mode: str, status: int, logged: int, caplog: pytest.LogCaptureFixture) -> None:
    with serving(contract_of(PATHS), things(lambda: ok(name="too long"), []), mode=mode) as client:
        assert client.get("/api/things/1").status_code == status
    impossible = lambda: GetThing4XX(thing(title="t", status=1), status=1000)  # noqa: E731
    with serving(contract_of(PATHS), things(impossible, []), mode=mode) as client:
        assert client.get("/api/things/1").status_code == 500  # there is nothing that could be sent
    logged += 1
    assert sum(record.name == "handfast.violations" for record in caplog.records) == logged


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [("x-request-id", "1", 200), ("vary", "accept", 200), ("access-control-max-age", "1", 200),
     ("x-count", "5", 200), ("x-note", "abc", 200), ("x-note", "abcd", 500), ("x-secret", "1", 500),
     ("set-cookie", "a=1", 500)],
)  # fmt: skip
def test_headers_of_the_injected_response(name: str, value: str, status: int) -> None:
    def inject(response: Response) -> None:
        response.headers[name] = value

    with serving(contract_of(PATHS), things(ok, [], inject=inject)) as client:
        answer = client.get("/api/things/1")
    assert answer.status_code == status
    assert status == 500 or answer.headers[name] == value


def test_an_unexpected_exception_is_a_500_and_goes_on_to_the_server() -> None:
    events: list[str] = []
    app = FastAPI(openapi_url=None)
    with serving(contract_of(PATHS), things(raising(KeyError("secret")), events), app=app) as client:
        answer = client.get("/api/things/1")
        assert (answer.status_code, "secret" in answer.text) == (500, False)
        client._transport.raise_server_exceptions = True  # type: ignore[attr-defined]
        with pytest.raises(KeyError):
            client.get("/api/things/1")
    assert events == ["begin", "rollback KeyError"] * 2


@pytest.mark.parametrize(
    ("answer", "status"),
    [(JSONResponse({"title": "t", "status": 418}, 418, media_type=PROBLEM), 418),
     (JSONResponse({"title": "t"}, 418, media_type=PROBLEM), 500),
     (JSONResponse({"title": "t", "status": 418}, 418), 500),
     (JSONResponse({}, 201), 500)],
)  # fmt: skip
def test_exception_handlers_of_the_application_are_judged(answer: Response, status: int) -> None:
    app = FastAPI(openapi_url=None)

    @app.exception_handler(LookupError)
    async def handle(request: Request, error: Exception) -> Response:
        return answer

    with serving(contract_of(PATHS), things(raising(KeyError("k")), []), app=app) as client:
        sent = client.get("/api/things/1")
    assert sent.status_code == status
    assert sent.headers.get_list("content-length") == [str(len(sent.content))]


def test_a_handler_that_takes_too_long_is_stopped() -> None:
    events: list[str] = []

    class Things(ThingsOperations):
        async def get_thing(self, *, id: int) -> GetThing200:  # noqa: A002
            try:
                await asyncio.sleep(30)
            finally:
                events.append("stopped")
            return ok()

    with serving(contract_of(PATHS), Things, limits=Limits(handler_seconds=0.01)) as client:
        assert client.get("/api/things/1").status_code == 500  # 503 is not declared, 500 is
    assert events == ["stopped"]


def test_what_is_not_written_yet_says_so() -> None:
    class Things(ThingsOperations):
        pass

    with serving(contract_of(PATHS), Things) as client:
        assert client.get("/api/things/1").status_code == 500


CHOICES = {"application/json": {}, "text/plain": {"schema": {"type": "string", "maxLength": 9}}, "application/pdf": {}}


@pytest.mark.parametrize(
    ("body", "media_type", "accept", "sent"),
    [
        ({"a": 1}, None, [], "application/json"),
        ({"a": 1}, None, ["text/plain"], "application/json"),
        ("text", None, ["text/plain"], "text/plain; charset=utf-8"),
        ("text", None, ["application/json;q=0.5, text/*"], "text/plain; charset=utf-8"),
        ("text", None, ["text/*", "application/json;q=0.5"], "text/plain; charset=utf-8"),
        ("text", None, ["application/json;q=0.1, text/plain;q=much"], "application/json"),
        ("text", None, ["image/png"], "application/json"),
        ("text", "text/plain", ["application/json"], "text/plain; charset=utf-8"),
        (b"%PDF", None, ["application/json"], "application/pdf"),
        ("much too long", "text/plain", [], None),
        (b"%PDF", "image/png", [], None),
        (object(), None, [], None),
    ],
)
def test_the_media_type_fits_the_body_and_then_the_client(
    body: object, media_type: str | None, accept: list[str], sent: str | None
) -> None:
    class Many(Operations, tag="default"):
        async def choose(self) -> Choose200:
            return Choose200(body, media_type=media_type)  # type: ignore[arg-type]

    responses = {"200": {"description": "It.", "content": CHOICES}}
    contract = contract_of({"/": {"get": {"operationId": "choose", "tags": ["default"], "responses": responses}}})
    with serving(contract, Many) as client:
        del client.headers["accept"]
        answer = client.get("/api/", headers=[("accept", each) for each in accept])
    assert answer.status_code == (200 if sent else 500)
    assert sent is None or answer.headers["content-type"] == sent


def test_not_acceptable_is_answered_only_where_it_is_declared() -> None:
    class Many(Operations, tag="default"):
        async def choose(self) -> Choose200:
            return Choose200({})

    responses = {
        "200": {"description": "It.", "content": CHOICES},
        "406": {"description": "No.", "content": {PROBLEM: {}}},
    }
    contract = contract_of({"/": {"get": {"operationId": "choose", "tags": ["default"], "responses": responses}}})
    with serving(contract, Many) as client:
        for accept in ("image/png", PROBLEM, "*/*;q=0"):  # what refusals are sent as does not count
            assert client.get("/api/", headers={"accept": accept}).status_code == 406
        assert client.get("/api/", headers={"accept": "image/png, */*;q=0.1"}).status_code == 200
