"""The one route of a bound application: from a request to the plan of its operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, cast
from urllib.parse import quote

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from handfast.contract.model import Operation
from handfast.runtime.answers import Answer, send_answer
from handfast.runtime.failures import Failures
from handfast.runtime.header_text import header_text
from handfast.runtime.plan import Plan
from handfast.runtime.problems import Cause, Refused
from handfast.runtime.trie import Trie

_EXCHANGE = "handfast.exchange"
OPERATION = "handfast.operation"
"""The key of the ASGI scope under which middleware finds the `Operation` of a request, after it was routed."""

Handle = Callable[[Scope, Receive, Send], Awaitable[None]]


class OperationRoute:
    """An operation as others expect a route to look: `scope["route"]` for metrics, and an entry in lists of routes."""

    def __init__(self, operation: Operation, base_path: str, plan: Callable[[], Plan]) -> None:
        self.operation = operation
        self.name = operation.operation_id
        self.path = base_path + operation.path
        self.path_format = self.path
        self.methods = {operation.method}
        self._plan = plan

    @cached_property
    def plan(self) -> Plan:
        """The plan, made at the first request."""
        return self._plan()


class _Run(NamedTuple):
    """A request whose operation is known."""

    route: OperationRoute
    texts: Mapping[str, str]
    is_head: bool


class _Send(NamedTuple):
    """A request that reaches no operation, with its answer."""

    answer: Answer
    is_head: bool


class ContractRoute(BaseRoute):
    """All operations of a contract; other routes of the application get what is at none of its paths."""

    def __init__(self, routes: Sequence[OperationRoute], failures: Failures) -> None:
        self.routes = routes
        self._failures = failures
        self._by_name = {route.name: route for route in routes}
        self._trie: Trie[OperationRoute] = Trie()
        for route in routes:
            self._trie.add(route.path, route.operation.method, route)

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        method = cast("str", scope["method"])
        path = raw_path(scope)
        found = self._trie.find(path, method)
        if found is None:
            return Match.NONE, {}
        route = found.targets.get(method)
        is_head = method == "HEAD"
        if route is None and is_head:
            again = self._trie.find(path, "GET")
            found = again if again is not None else found
            route = found.targets.get("GET")
        if route is None:
            return Match.FULL, {_EXCHANGE: _Send(self._elsewise(method, set(found.targets)), is_head)}
        return Match.FULL, {
            _EXCHANGE: _Run(route, found.values, is_head),
            OPERATION: route.operation,
            "route": route,
            "endpoint": self.handle,
        }

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = cast("_Run | _Send", scope[_EXCHANGE])
        if isinstance(exchange, _Run):
            await exchange.route.plan.handle(scope, receive, send, exchange.texts, head=exchange.is_head)
        else:
            await send_answer(exchange.answer, send, head=exchange.is_head)

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
        allow = ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))
        if method == "OPTIONS":
            return Answer(204, [(b"allow", allow.encode("latin-1"))])
        refused = Refused(Cause.METHOD_NOT_ALLOWED, f"this path knows {allow}", headers=[("Allow", allow)])
        return self._failures.refuse(refused)


@dataclass(frozen=True, slots=True)
class NotFound:
    """What an application answers at a path that nobody knows; web sockets stay with the router."""

    failures: Failures
    otherwise: Handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.otherwise(scope, receive, send)
            return
        answer = self.failures.refuse(Refused(Cause.PATH_UNKNOWN, "the contract has no such path"))
        await send_answer(answer, send, head=scope["method"] == "HEAD")


def raw_path(scope: Scope) -> str:
    """The path of a request as it came over the wire, without the part under which the application is mounted."""
    raw = cast("bytes | None", scope.get("raw_path"))
    path = raw.partition(b"?")[0].decode("latin-1") if raw else quote(scope["path"], safe="/:@!$&'()*+,;=~-._")
    root = cast("str", scope.get("root_path") or "")
    if not root:
        return path
    for prefix in (root, quote(root)):
        if path == prefix or path.startswith(prefix.rstrip("/") + "/"):
            return path[len(prefix.rstrip("/")) :]
    return path
