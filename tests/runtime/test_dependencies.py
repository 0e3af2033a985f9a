"""Dependencies, case by case against FastAPI itself: the same tree is solved by both, and must leave the same trace."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, Header, Request, Response, Security
from fastapi.requests import HTTPConnection
from fastapi.security import OAuth2PasswordBearer, SecurityScopes
from starlette.testclient import TestClient

from handfast.runtime import Operations, bind
from tests.runtime.serving import Choose200, contract_of, serving

TRACE: list[str] = []


def note(text: str) -> str:
    TRACE.append(text)
    return text


def plain() -> str:
    return note("plain")


async def coroutine() -> str:
    return note("coroutine")


def generator() -> Iterator[str]:
    note("generator in")
    try:
        yield "generator"
    except ValueError:
        note("generator raised")
        raise
    finally:
        note("generator out")


async def async_generator() -> AsyncIterator[str]:
    note("async generator in")
    try:
        yield "async generator"
    except ValueError:
        note("async generator raised")
        raise
    finally:
        note("async generator out")


async def swallowing() -> AsyncIterator[str]:
    try:
        yield "swallowing"
    except ValueError:
        note("swallowed")


async def failing_late() -> AsyncIterator[str]:
    try:
        yield "failing"
    finally:
        note("failing out")
        raise ValueError("late")


class Made:
    def __init__(self, inner: Annotated[str, Depends(coroutine)]) -> None:
        note(f"made of {inner}")


class Called:
    async def __call__(self, inner: Annotated[str, Depends(plain)]) -> str:
        return note(f"called with {inner}")


class Generating:
    async def __call__(self) -> AsyncIterator[str]:
        note("object in")
        yield "object"
        note("object out")


@dataclass
class Data:
    first: Annotated[str, Depends(coroutine)]
    second: Annotated[str, Depends(coroutine)]
    seen: list[str] = field(default_factory=lambda: [note("data")], init=False)


async def nested(first: Annotated[str, Depends(async_generator)], second: Annotated[str, Depends(generator)]) -> str:
    return note(f"nested in {first}, {second}")


async def uncached(inner: Annotated[str, Depends(coroutine, use_cache=False)]) -> str:
    return note(f"uncached {inner}")


async def of_request(request: Request) -> str:
    return note(f"{request.method} {request.url.path} {request.headers.get('x-test')} {sorted(request.query_params)}")


async def of_connection(connection: HTTPConnection) -> str:
    return note(connection.url.path)


async def of_response(response: Response) -> str:
    response.headers["x-request-id"] = "from a dependency"
    return note("response")


async def of_tasks(tasks: BackgroundTasks) -> str:
    tasks.add_task(note, "task")
    return note("tasks")


async def of_scopes(scopes: SecurityScopes, inner: Annotated[str, Security(coroutine, scopes=["inner"])]) -> str:
    return note(f"scopes {scopes.scope_str}")


async def of_header(x_test: Annotated[str | None, Header()] = None) -> str:
    return note(f"header {x_test}")


bearer = OAuth2PasswordBearer(tokenUrl="/token", auto_error=False)


async def of_bearer(token: Annotated[str | None, Depends(bearer)]) -> str:
    return note(f"token {token}")


TREES: dict[str, list[Any]] = {
    "a function": [Depends(plain)],
    "a coroutine": [Depends(coroutine)],
    "a generator": [Depends(generator)],
    "an async generator": [Depends(async_generator)],
    "a class": [Depends(Made)],
    "a dataclass": [Depends(Data)],
    "an object": [Depends(Called())],
    "a generating object": [Depends(Generating())],
    "a partial": [Depends(partial(coroutine))],
    "nested": [Depends(nested), Depends(async_generator)],
    "cached": [Depends(coroutine), Depends(coroutine), Depends(Made)],
    "not cached": [Depends(coroutine), Depends(coroutine, use_cache=False), Depends(coroutine)],
    "not cached below": [Depends(uncached), Depends(uncached), Depends(uncached, use_cache=False)],
    "the order of clean-up": [Depends(generator), Depends(async_generator), Depends(Generating())],
    "function scope": [Depends(async_generator, scope="function"), Depends(generator)],
    "request scope": [Depends(async_generator, scope="request"), Depends(generator, scope="function")],
    "both scopes": [Depends(async_generator, scope="function"), Depends(async_generator, scope="request")],
    "request": [Depends(of_request)],
    "connection": [Depends(of_connection)],
    "response": [Depends(of_response)],
    "tasks": [Depends(of_tasks), Depends(of_tasks, use_cache=False)],
    "scopes": [Security(of_scopes, scopes=["b", "a"]), Security(of_scopes, scopes=["c"]), Depends(of_scopes)],
    "a header": [Depends(of_header), Depends(async_generator)],
    "a security class": [Depends(of_bearer)],
    "swallowing": [Depends(swallowing), Depends(async_generator)],
    "failing late": [Depends(failing_late), Depends(async_generator)],
}


def arguments(depends: list[Any]) -> str:
    return ", ".join(f"d{index}: Annotated[object, depends[{index}]]" for index in range(len(depends)))


def by_fastapi(depends: list[Any], ending: Callable[[], None], app_depends: list[Any]) -> FastAPI:
    app = FastAPI(openapi_url=None, dependencies=app_depends)
    scope: dict[str, Any] = {"depends": depends, "Annotated": Annotated, "note": note, "ending": ending}
    exec(  # noqa: S102  # signatures of any length
        f"async def handle({arguments(depends)}):\n    note('handler')\n    ending()\n    return {{}}\n", scope
    )
    app.get("/api/")(scope["handle"])
    return app


def by_handfast(depends: list[Any], ending: Callable[[], None], app_depends: list[Any]) -> FastAPI:
    app = FastAPI(openapi_url=None, dependencies=app_depends)
    scope: dict[str, Any] = {"depends": depends, "Annotated": Annotated}
    exec(f"def __init__(self, {arguments(depends)}): pass", scope)  # noqa: S102

    class Many(Operations, tag="default"):
        __init__ = scope["__init__"]

        async def choose(self) -> Choose200:
            note("handler")
            ending()
            return Choose200({})

    responses = {"200": {"description": "It.", "content": {"application/json": {}}}}
    bind(
        app, contract_of({"/": {"get": {"operationId": "choose", "tags": ["default"], "responses": responses}}}), [Many]
    )
    return app


def trace_of(app: FastAPI) -> tuple[int, list[str], str | None]:
    TRACE.clear()
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/api/", headers={"x-test": "yes", "authorization": "Bearer token"})
    return answer.status_code, list(TRACE), answer.headers.get("x-request-id")


def fail() -> None:
    raise ValueError("handler")


def succeed() -> None:
    pass


@pytest.mark.parametrize("ending", [succeed, fail])
@pytest.mark.parametrize("tree", TREES)
def test_the_trace_is_fastapis(tree: str, ending: Callable[[], None]) -> None:
    theirs = trace_of(by_fastapi(TREES[tree], ending, []))
    ours = trace_of(by_handfast(TREES[tree], ending, []))
    if (
        "task" in theirs[1]
    ):  # theirs run before dependencies with yield are left, ours after: one request, one transaction
        assert sorted(ours[1]) == sorted(theirs[1])
    else:
        assert ours[1] == theirs[1]
    if tree == "failing late" and ending is succeed:  # theirs has sent the answer by then
        assert (ours[0], theirs[0]) == (500, 200)
    else:
        assert (ours[0], ours[2]) == (theirs[0], theirs[2])


def test_dependencies_of_the_application_come_first() -> None:
    tree, above = TREES["nested"], [Depends(coroutine), Depends(async_generator)]
    assert trace_of(by_handfast(tree, succeed, above)) == trace_of(by_fastapi(tree, succeed, above))


def replaced_generator() -> Iterator[str]:
    note("replaced in")
    yield "replaced"
    note("replaced out")


async def replaced_nested(request: Request, inner: Annotated[str, Depends(of_header)]) -> str:
    return note(f"replaced {request.method} {inner}")


@pytest.mark.parametrize("tree", TREES)
def test_overrides_are_fastapis(tree: str) -> None:
    traces: list[object] = []
    for build in (by_fastapi, by_handfast):
        app = build(TREES[tree], succeed, [])
        app.dependency_overrides = {
            coroutine: plain, async_generator: replaced_generator, of_request: replaced_nested, Made: plain
        }  # fmt: skip
        _, trace, header = trace_of(app)
        traces.append((sorted(trace) if "task" in trace else trace, header))
    assert traces[0] == traces[1]


def test_a_handler_class_can_be_overridden() -> None:
    app = by_handfast(TREES["a coroutine"], fail, [])
    route = next(route for route in app.routes if hasattr(route, "routes"))
    handler_class = route.routes[0].plan.bound.solver.handler_class

    class Other:
        async def choose(self) -> Choose200:
            return Choose200("other")

    app.dependency_overrides[handler_class] = Other
    with TestClient(app) as client:
        assert client.get("/api/").json() == "other"


def test_a_dependency_may_read_the_body_again() -> None:
    async def raw(request: Request) -> bytes:
        return await request.body()

    class Many(Operations, tag="default"):
        def __init__(self, text: Annotated[bytes, Depends(raw)]) -> None:
            self.text = text

        async def choose(self, *, body: object) -> Choose200:
            return Choose200([body, self.text.decode()])

    operation = {
        "operationId": "choose",
        "requestBody": {"required": True, "content": {"application/json": {}}},
        "responses": {"200": {"description": "It.", "content": {"application/json": {}}}},
    }
    with serving(contract_of({"/": {"post": operation}}), Many) as client:
        answer = client.post("/api/", content=b"[5.0]", headers={"content-type": "application/json"})
    assert answer.json() == [[5], "[5.0]"]


def test_common_shapes_are_planned() -> None:
    unplanned = {"a header", "a security class"}
    for name, tree in TREES.items():
        app = by_handfast(tree, succeed, [])
        route = next(route for route in app.routes if hasattr(route, "routes"))
        assert route.routes[0].plan.bound.solver.is_planned is (name not in unplanned - {"a security class"}), name


async def test_clean_up_is_not_cut_off_by_a_cancellation() -> None:
    async def slow() -> AsyncIterator[None]:
        try:
            yield
        finally:
            await asyncio.sleep(0.01)
            note("cleaned")

    started = asyncio.Event()

    class Many(Operations, tag="default"):
        def __init__(self, inner: Annotated[None, Depends(slow)]) -> None: ...

        async def choose(self) -> Choose200:
            started.set()
            await asyncio.sleep(30)
            return Choose200({})

    TRACE.clear()
    app = FastAPI(openapi_url=None)
    responses = {"200": {"description": "It.", "content": {"application/json": {}}}}
    bind(
        app, contract_of({"/": {"get": {"operationId": "choose", "tags": ["default"], "responses": responses}}}), [Many]
    )
    scope = {"type": "http", "method": "GET", "path": "/api/", "raw_path": b"/api/", "query_string": b"", "headers": []}

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: object) -> None:
        raise AssertionError("nothing is sent")

    task = asyncio.create_task(app(scope, receive, send))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert TRACE == ["cleaned"]
