"""The one route of a bound application: from a request to the plan of its operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast
from urllib.parse import quote

from fastapi.telemetry._api import _route_selected  # pyright: ignore[reportPrivateUsage]  # names spans as FastAPI's router does
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override

from handfast.contract.model import Operation
from handfast.runtime.answers import Answer, send_answer
from handfast.runtime.failures import Failures
from handfast.runtime.header_text import header_text
from handfast.runtime.links import ServiceLinks, declares_links
from handfast.runtime.plan import Plan
from handfast.runtime.problems import Cause, Refused
from handfast.runtime.trie import Trie, is_ambiguous, readings

OPERATION = "handfast.operation"
"""The key of the ASGI scope under which middleware finds the `Operation` of a request, after it was routed."""

Handle = Callable[[Scope, Receive, Send], Awaitable[None]]


def allowed(methods: set[str]) -> list[str]:
    """What `Allow` lists for a path with operations for these methods (RFC 9110, section 10.2.1)."""
    return sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set()))


class OperationRoute:
    """An operation as others expect a route to look: `scope["route"]` for metrics, and an entry in lists of routes."""

    def __init__(self, operation: Operation, base_path: str, plan: Callable[[], Plan]) -> None:
        self.operation = operation
        self.name = operation.operation_id
        self.path = base_path + operation.path
        self.path_format = self.path
        self.methods = {operation.method}
        self.declares_links = declares_links(operation)
        self.is_ambiguous = is_ambiguous(self.path)
        self._plan = plan

    @cached_property
    def plan(self) -> Plan:
        """The plan, made at the first request."""
        return self._plan()


class ContractRoute(BaseRoute):
    """All operations of a contract; other routes of the application get what is at none of its paths."""

    def __init__(self, routes: Sequence[OperationRoute], failures: Failures, links: ServiceLinks | None) -> None:
        self.routes = routes
        self._links = links
        self._failures = failures
        self._by_name = {route.name: route for route in routes}
        self._trie: Trie[OperationRoute] = Trie()
        for route in routes:
            self._trie.add(route.path, route.operation.method, route)

    def answer(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None] | None:
        """What answers an HTTP request when it is awaited; None for one to a path that the contract does not have."""
        method = cast("str", scope["method"])
        path = raw_path(scope)
        found = self._trie.find(path, method)
        if found is None:
            return None
        targets, texts = found
        route = targets.get(method)
        is_head = method == "HEAD"
        if route is None and is_head:
            targets, texts = self._trie.find(path, "GET") or found
            route = targets.get("GET")
        if route is None:
            to_client = send if self._links is None else self._links.added(scope, send)
            return send_answer(self._elsewise(method, set(targets)), to_client, head=is_head)
        if route.is_ambiguous:
            texts = route.plan.parameters.first_admitted(readings(route.path, path)) or texts
        scope[OPERATION] = route.operation
        scope["route"] = route
        scope["endpoint"] = self.handle
        if "fastapi.telemetry" in scope:
            _route_selected(scope=scope, path=route.path_format)
        link = None if self._links is None or route.declares_links else self._links.header(scope)
        return route.plan.handle(scope, receive, send, texts, is_head=is_head, link=link)

    def knows(self, path: str) -> bool:
        """Whether a path is one of the contract, so that nothing else of the application is asked there."""
        return self._trie.find(path, "GET") is not None

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        is_known = scope["type"] == "http" and self._trie.find(raw_path(scope), scope["method"]) is not None
        return (Match.FULL if is_known else Match.NONE), {}

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self.answer(scope, receive, send)
        if answer is None:
            raise RuntimeError("a request is handled that did not match")
        await answer

    @override
    def url_path_for(self, name: str, /, **path_params: object) -> URLPath:
        route = self._by_name.get(name)
        if route is None:
            raise NoMatchFound(name, path_params)
        path = route.path
        for parameter, value in path_params.items():
            place = "{" + parameter + "}"
            if place not in path:
                raise NoMatchFound(name, path_params)
            path = path.replace(place, quote(header_text(value, explode=False), safe=""))  # type: ignore[arg-type]  # scalars, lists and objects
        if "{" in path:
            raise NoMatchFound(name, path_params)
        return URLPath(path=path, protocol="http")

    def _elsewise(self, method: str, methods: set[str]) -> Answer:
        """The answer for a method that no operation has: OPTIONS tells the methods, any other is refused."""
        allow = ", ".join(allowed(methods))
        if method == "OPTIONS":
            return Answer(204, [(b"allow", allow.encode("latin-1"))])
        refused = Refused(Cause.METHOD_NOT_ALLOWED, f"this path knows {allow}", headers=[("Allow", allow)])
        return self._failures.refuse(refused)


class OperationsFirst:
    """The innermost middleware: answers operations before FastAPI's router, and lets everything else through to it.

    What FastAPI puts between its middlewares and an operation (a middleware for exceptions, one for files of forms, a
    walk over the routes) does nothing for a plan, which knows the application's exception handlers, and would cost a
    seventh of a request: 25,000 instructions of 180,000.
    """

    __slots__ = ("app", "route")

    def __init__(self, app: ASGIApp, route: ContractRoute) -> None:
        self.app = app
        self.route = route

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        answer = self.route.answer(scope, receive, send) if scope["type"] == "http" else None
        return self.app(scope, receive, send) if answer is None else answer


@dataclass(frozen=True, slots=True)
class NotFound:
    """What an application answers at a path that nobody knows; web sockets stay with the router."""

    failures: Failures
    links: ServiceLinks
    otherwise: Handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.otherwise(scope, receive, send)
            return
        answer = self.failures.refuse(Refused(Cause.PATH_UNKNOWN, "the contract has no such path"))
        await send_answer(answer, self.links.added(scope, send), head=scope["method"] == "HEAD")


def raw_path(scope: Scope) -> str:
    """The path of a request as it came over the wire, without the part under which the application is mounted."""
    raw = cast("bytes | None", scope.get("raw_path"))
    path = raw.decode("latin-1") if raw else quote(scope["path"], safe="/:@!$&'()*+,;=~-._")
    if "?" in path:  # some servers leave the query in it
        path = path.partition("?")[0]
    root = cast("str", scope.get("root_path") or "")
    if not root:
        return path
    for prefix in (root, quote(root)):
        if path == prefix or path.startswith(prefix.rstrip("/") + "/"):
            return path[len(prefix.rstrip("/")) :]
    return path
