"""The publishing service with one fault seeded, chosen by the environment variable `FAULT`; for `tests.fuzz.faults`.

Each fault is one that a person might make, in a handler or in the runtime. None is caught by a type checker.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from fastapi import FastAPI

from blog import articles, finding
from handfast.contract.judge import Judge
from handfast.runtime.answers import Answer
from handfast.runtime.failures import Failures
from handfast.runtime.parameters import ParameterReader, ReadParameters
from handfast.runtime.replies import Replies
from handfast.runtime.security import Gate
from handlers import app as application
from handlers import articles as articles_handlers

_TRUE_REFUSE = Failures.refuse
_TRUE_ENCODE = Replies.encode
_TRUE_PAGE = finding.page
_TRUE_READ = ParameterReader.read


async def _admit_all(self: Gate, scope: Any, request: Any) -> tuple[object, ...]:
    return ()


async def _deletes_nothing(*args: Any, **more: Any) -> None:
    return None


async def _fails_on_search(session: Any, search: Any, *arguments: Any) -> Any:
    if search.text is not None:
        raise RuntimeError("the search is broken")
    return await _TRUE_PAGE(session, search, *arguments)


def _no_etag(*args: Any) -> None:
    return None


def _judges_nothing(self: Judge, value: Any) -> bool:
    return True


def _reads_all(self: ParameterReader, *arguments: Any, **more: Any) -> ReadParameters:
    read = _TRUE_READ(self, *arguments, **more)
    read.problems.clear()
    read.cause = None
    return read


def _as_json(self: Failures, *arguments: Any) -> Answer:
    answer = _TRUE_REFUSE(self, *arguments)
    answer.headers = [
        (name, b"application/json" if name == b"content-type" else value) for name, value in answer.headers
    ]
    return answer


def _without(header: bytes) -> Callable[..., Answer]:
    def refuse(self: Failures, *arguments: Any) -> Answer:
        answer = _TRUE_REFUSE(self, *arguments)
        answer.headers = [(name, value) for name, value in answer.headers if name != header]
        return answer

    return refuse


def _with_a_header(self: Replies, *arguments: Any) -> Answer:
    answer = _TRUE_ENCODE(self, *arguments)
    answer.headers.append((b"x-debug", b"1"))
    return answer


def _with_a_wrong_status(self: Failures, *arguments: Any) -> Answer:
    answer = _TRUE_REFUSE(self, *arguments)
    answer.body = answer.body.replace(b'"status":422', b'"status":400')
    return answer


FAULTS: dict[str, tuple[object, str, object]] = {
    "delete-does-nothing": (articles, "remove", _deletes_nothing),
    "search-raises": (finding, "page", _fails_on_search),
    "required-header-forgotten": (articles_handlers, "etag", _no_etag),
    "security-dropped": (Gate, "admit", _admit_all),
    "bodies-not-judged": (Judge, "is_valid", _judges_nothing),
    "parameters-not-judged": (ParameterReader, "read", _reads_all),
    "problems-as-json": (Failures, "refuse", _as_json),
    "allow-forgotten": (Failures, "refuse", _without(b"allow")),
    "challenge-forgotten": (Failures, "refuse", _without(b"www-authenticate")),
    "undeclared-header": (Replies, "encode", _with_a_header),
    "problem-with-another-status": (Failures, "refuse", _with_a_wrong_status),
}
"""What is replaced, by the name of the fault."""


def create_app() -> FastAPI:
    """The service with the fault that the environment names."""
    holder, name, replacement = FAULTS[os.environ["FAULT"]]
    patch.object(holder, name, replacement).start()
    return application.create_app()


def __getattr__(name: str) -> FastAPI:
    """Make `app` when the server asks for it, so that the table of faults can be read without an application."""
    if name == "app":
        return create_app()
    raise AttributeError(name)
