"""Dependencies in trouble, and what is around them: case by case what FastAPI does, or a difference with its reason."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextvars import ContextVar
from dataclasses import replace
from typing import Annotated, Any

import pytest
from fastapi import BackgroundTasks, Cookie, Depends, FastAPI, Header, HTTPException, Path, Query, Request, Response
from fastapi.security import HTTPBearer
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware

from tests.runtime.twice import Ending, Outcome, Twice, both, note, outcome, succeed

WHO: ContextVar[str] = ContextVar("who", default="nobody")


# Dependencies that watch, fail, or change what goes wrong


async def watching() -> AsyncIterator[str]:
    note("in")
    try:
        yield "watching"
    except BaseException as error:
        note(f"saw {type(error).__name__}")
        raise
    finally:
        note("out")


def watching_in_a_thread() -> Iterator[str]:
    note("thread in")
    try:
        yield "thread"
    except BaseException as error:
        note(f"thread saw {type(error).__name__}")
        raise
    finally:
        note("thread out")


def failing(error: Callable[[], Exception]) -> Any:
    async def dependency() -> None:
        raise error()

    return dependency


def failing_in_a_thread(error: Callable[[], Exception]) -> Any:
    def dependency() -> None:
        raise error()

    return dependency


def failing_before(error: Callable[[], Exception]) -> Any:
    async def dependency() -> AsyncIterator[None]:
        if note("failing"):
            raise error()
        yield

    return dependency


def failing_after(error: Callable[[], Exception]) -> Any:
    async def dependency() -> AsyncIterator[None]:
        yield
        note("failing")
        raise error()

    return dependency


def failing_after_in_a_thread(error: Callable[[], Exception]) -> Any:
    def dependency() -> Iterator[None]:
        yield
        note("failing")
        raise error()

    return dependency


async def translating() -> AsyncIterator[None]:
    try:
        yield
    except ValueError:
        raise HTTPException(418) from None


async def swallowing() -> AsyncIterator[None]:
    try:
        yield
    except Exception as error:
        note(f"swallowed {type(error).__name__}")


async def never() -> AsyncIterator[None]:
    if not note("never"):
        yield


async def twice_yielding() -> AsyncIterator[None]:
    yield
    yield


def wrong() -> Exception:
    return ValueError("wrong")


def refused() -> Exception:
    return HTTPException(404, "none")


async def fail() -> object:
    raise wrong()


async def refuse() -> object:
    raise refused()


IN, THREAD = Depends(watching), Depends(watching_in_a_thread)
TROUBLE: dict[str, list[Any]] = {
    "nobody fails": [IN, THREAD],
    "set-up fails": [IN, THREAD, Depends(failing(wrong))],
    "set-up refuses": [IN, THREAD, Depends(failing(refused))],
    "set-up fails in a thread": [IN, Depends(failing_in_a_thread(wrong))],
    "set-up refuses in a thread": [IN, Depends(failing_in_a_thread(refused))],
    "a generator fails before it yields": [IN, Depends(failing_before(wrong))],
    "a generator refuses before it yields": [IN, Depends(failing_before(refused))],
    "a generator never yields": [IN, Depends(never)],
    "an exception is translated": [IN, Depends(translating), THREAD],
    "function scope": [Depends(watching, scope="function"), THREAD],
    "function scope fails late": [IN, Depends(failing_after(wrong), scope="function")],
    "function scope refuses late": [IN, Depends(failing_after(refused), scope="function")],
    "function scope fails late in a thread": [IN, Depends(failing_after_in_a_thread(wrong), scope="function")],
    "function scope yields twice": [IN, Depends(twice_yielding, scope="function")],
    "function scope swallows": [IN, Depends(swallowing, scope="function")],
    "request scope swallows": [IN, Depends(swallowing)],
    "request scope fails late": [IN, Depends(failing_after(wrong))],
    "request scope refuses late": [IN, Depends(failing_after(refused))],
    "request scope fails late in a thread": [IN, Depends(failing_after_in_a_thread(wrong))],
    "request scope yields twice": [IN, Depends(twice_yielding)],
}


def order(seen: Outcome) -> list[str]:
    """What happened, without when the answer went out, and in how many pieces."""
    return [each for each in seen.trace if each != "chunk" and not each.startswith("status")]


def shown(seen: Outcome) -> Outcome:
    return replace(seen, trace=order(seen))


@pytest.mark.parametrize(
    "middleware", [[], [Middleware(BaseHTTPMiddleware)]], ids=["plain", "under BaseHTTPMiddleware"]
)
@pytest.mark.parametrize("ending", [succeed, fail, refuse])
@pytest.mark.parametrize("tree", TROUBLE)
async def test_exceptions(tree: str, ending: Ending, middleware: list[Middleware]) -> None:
    around = [Middleware(BaseHTTPMiddleware, dispatch=passing)] if middleware else []
    theirs, ours = await both(Twice(TROUBLE[tree], ending, middleware=around))
    # FastAPI has no reply where an exception was swallowed in function scope, and stumbles over that
    error = "ValueError" if ending is fail else "HTTPException"
    assert order(ours) == [each.replace("UnboundLocalError", error) for each in order(theirs)]
    if tree.startswith("request scope") and ending is succeed and "swallows" not in tree:
        # FastAPI has sent 200 when a dependency fails to end; here that answer is not sent: a commit that failed
        assert (ours.status, theirs.status) == (404 if "refuses" in tree else 500, 200)
    elif "swallows" in tree and ending is not succeed:
        # FastAPI has no answer then, and fails with one of its own; here the exception keeps the answer that is its
        assert theirs.status == 500 or theirs.raised == "FastAPIError"
        assert ours.status == (500 if ending is fail else 404)
    else:
        assert (ours.status, ours.raised) == (theirs.status, theirs.raised)


async def passing(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    return await call_next(request)


# What dependencies are given


async def of_query(q: str = "none") -> str:
    return f"q={q}"


async def of_number(q: int = 0) -> str:
    return f"q={q}"


async def of_path(id: int) -> str:  # noqa: A002
    return f"id={id!r}"


async def of_text(id: Annotated[str, Path()]) -> str:  # noqa: A002
    return f"id={id!r}"


async def of_path_params(request: Request) -> str:
    return f"{request.path_params} {request.query_params} {request.cookies} {request.url.path} {request.base_url}"


async def of_state(request: Request) -> str:
    request.state.seen = "state"
    return f"{request.state.seen} {request.method} {request.app is not None} {request.client}"


async def of_everything(
    q: Annotated[str, Query()],
    x_test: Annotated[str, Header()],
    c: Annotated[int, Cookie()],
    more: Annotated[int, Query()] = 3,
) -> str:
    return f"{q} {x_test} {c} {more}"


class Page:
    def __init__(self, q: str, size: int = 10) -> None:
        self.told = f"{q} of {size}"

    def __repr__(self) -> str:
        return self.told


async def of_class(page: Annotated[Page, Depends()]) -> str:
    return repr(page)


async def of_default(page: Page = Depends()) -> str:  # the older spelling
    return repr(page)


async def with_cookie(response: Response) -> str:
    response.set_cookie("a", "b")
    response.headers["X-Request-ID"] = "7"
    return "cookie"


def identify() -> str:
    WHO.set("thread")
    return WHO.get()


async def identify_here() -> str:
    WHO.set("task")
    return WHO.get()


async def identify_while() -> AsyncIterator[str]:
    token = WHO.set("while")
    yield WHO.get()
    WHO.reset(token)
    note(f"then {WHO.get()}")


async def who() -> str:
    return WHO.get()


async def limited() -> str:
    return "limited"


bearer = HTTPBearer()

GIVEN: dict[str, list[Any]] = {
    "a query parameter": [Depends(of_query)],
    "a query parameter that is wrong": [IN, Depends(of_number)],
    "a path parameter by its name": [Depends(of_path)],
    "a path parameter as text": [Depends(of_text)],
    "the request": [Depends(of_path_params), Depends(of_state)],
    "parameters of all places": [Depends(of_everything)],
    "a class": [Depends(of_class), Depends(of_default)],
    "a class by its name": [Depends(Page)],
    "the response": [Depends(with_cookie)],
    "context of a thread": [Depends(identify), Depends(who)],
    "context of a task": [Depends(identify_here), Depends(who)],
    "context of a generator": [Depends(identify_while), Depends(who)],
    "a limit of concurrency": [Depends(limited, max_concurrency=1), Depends(watching, max_concurrency=1)],
    "a security class that refuses": [IN, Depends(bearer)],
}


@pytest.mark.parametrize("tree", GIVEN)
async def test_what_dependencies_are_given(tree: str) -> None:
    theirs, ours = await both(Twice(GIVEN[tree]))
    assert shown(ours) == shown(theirs)
    assert theirs.status in (200, 401, 422)


@pytest.mark.parametrize("tree", GIVEN)
async def test_what_dependencies_of_the_application_are_given(tree: str) -> None:
    theirs, ours = await both(Twice([IN], above=GIVEN[tree]))
    assert shown(ours) == shown(theirs)


async def tell_who() -> object:
    note(f"handler is {WHO.get()}")
    return {}


@pytest.mark.parametrize("around", [[], [Middleware(BaseHTTPMiddleware, dispatch=passing)]])
@pytest.mark.parametrize("tree", ["context of a thread", "context of a task", "context of a generator"])
async def test_a_handler_sees_the_context_of_its_dependencies(tree: str, around: list[Middleware]) -> None:
    theirs, ours = await both(Twice(GIVEN[tree], tell_who, middleware=around))
    assert shown(ours) == shown(theirs)


# Streams, clients that go, and tasks that are cancelled


async def streaming() -> object:
    async def chunks() -> AsyncIterator[bytes]:
        try:
            yield b"1"
            yield b"2"
        finally:
            note("stream ended")

    return chunks()


async def streaming_until_it_fails() -> object:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"1"
        raise ValueError("late")

    return chunks()


async def streaming_for_ever() -> object:
    async def chunks() -> AsyncIterator[bytes]:
        try:
            yield b"1"
            await asyncio.sleep(60)
        finally:
            note("stream ended")

    return chunks()


BOTH_SCOPES = [Depends(watching, scope="function"), THREAD]


@pytest.mark.parametrize("tree", [[IN, THREAD], BOTH_SCOPES], ids=["request", "both"])
@pytest.mark.parametrize("ending", [streaming, streaming_until_it_fails])
async def test_request_scope_lasts_as_long_as_a_stream(ending: Ending, tree: list[Any]) -> None:
    theirs, ours = await both(Twice(tree, ending))
    assert (ours.trace, ours.status, ours.raised) == (theirs.trace, theirs.status, theirs.raised)


@pytest.mark.parametrize("tree", [[IN, THREAD], BOTH_SCOPES], ids=["request", "both"])
async def test_a_client_that_goes_ends_a_stream(tree: list[Any]) -> None:
    theirs, ours = await both(Twice(tree, streaming_for_ever), gone_after=1)
    theirs.trace = [each for each in theirs.trace if each != "stream ended"]  # when its garbage is collected
    assert [each for each in ours.trace if each != "stream ended"] == theirs.trace
    assert ours.trace.index("stream ended") < ours.trace.index("thread out")
    assert (ours.status, ours.raised) == (theirs.status, theirs.raised)


async def waiting() -> object:
    note("waiting")
    await asyncio.sleep(60)
    return {}


async def slow() -> AsyncIterator[str]:
    note("slow in")
    await asyncio.sleep(60)
    yield "slow"


async def thorough() -> AsyncIterator[str]:
    try:
        yield "thorough"
    finally:
        await asyncio.sleep(0.01)
        note("cleaned")


@pytest.mark.parametrize("around", [[], [Middleware(BaseHTTPMiddleware, dispatch=passing)]])
@pytest.mark.parametrize(
    ("tree", "at"),
    [([IN, THREAD, Depends(thorough)], "waiting"), ([IN, Depends(thorough), Depends(slow)], "slow in")],
    ids=["in the handler", "in a set-up"],
)
async def test_a_cancellation_leaves_what_was_entered(tree: list[Any], at: str, around: list[Middleware]) -> None:
    theirs, ours = await both(Twice(tree, waiting, middleware=around), cancel_at=at)
    assert (ours.trace, ours.status, ours.raised) == (theirs.trace, theirs.status, theirs.raised)


# Background tasks: the one order that differs, because a transaction ends before its answer is sent


async def with_task(tasks: BackgroundTasks) -> str:
    tasks.add_task(note, "task")
    return "tasks"


@pytest.mark.parametrize("ending", [succeed, fail, refuse])
async def test_background_tasks_run_after_what_they_may_rely_on(ending: Ending) -> None:
    theirs, ours = await both(Twice([Depends(with_task), IN], ending))
    assert sorted(ours.trace) == sorted(theirs.trace)
    if ending is succeed:
        assert theirs.trace[-3:] == ["status 200", "task", "out"]
        assert ours.trace[-3:] == ["out", "status 200", "task"]


# Overrides


async def replacement(inner: Annotated[str, Depends(of_query)], request: Request) -> str:
    return note(f"replaced {inner} {request.method}")


def replacement_generator() -> Iterator[str]:
    note("replacement in")
    yield "replacement"
    note("replacement out")


@pytest.mark.parametrize("above", [False, True])
async def test_overrides_may_come_and_go_while_an_application_runs(above: bool) -> None:
    tree = [Depends(who), IN]
    twice = Twice([] if above else tree, above=tree if above else [])
    seen: list[list[Outcome]] = []
    for app in (twice.by_fastapi(), twice.by_handfast()):
        outcomes = [shown(await outcome(app, twice))]
        app.dependency_overrides[who] = replacement
        app.dependency_overrides[watching] = replacement_generator
        outcomes.append(shown(await outcome(app, twice)))
        app.dependency_overrides[of_query] = limited
        outcomes.append(shown(await outcome(app, twice)))
        app.dependency_overrides.clear()
        outcomes.append(shown(await outcome(app, twice)))
        seen.append(outcomes)
    assert seen[1] == seen[0]
    assert seen[1][0] == seen[1][3] != seen[1][1] != seen[1][2]


async def test_dependencies_above_stay_when_the_handler_class_is_overridden() -> None:
    twice = Twice([], above=[IN])
    app = twice.by_handfast()

    class Other:
        async def choose(self, **arguments: object) -> object:
            note("other")
            raise HTTPException(404)

    app.dependency_overrides[handler_class_of(app)] = Other
    seen = await outcome(app, twice)
    assert (seen.status, order(seen)) == (404, ["in", "other", "saw HTTPException", "out"])


def handler_class_of(app: FastAPI) -> type:
    route: Any = next(route for route in app.routes if hasattr(route, "routes"))
    found: type = route.routes[0].plan.bound.solver.handler_class
    return found
