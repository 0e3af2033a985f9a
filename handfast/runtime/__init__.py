"""What generated code and an application's author need at run time.

Everything is imported when it is first used: the linter asks `handfast.runtime.problems` without importing FastAPI.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handfast.runtime.binding import bind as bind
    from handfast.runtime.content import ByteStream as ByteStream
    from handfast.runtime.content import Upload as Upload
    from handfast.runtime.exact import Date as Date
    from handfast.runtime.exact import DateTime as DateTime
    from handfast.runtime.exact import Uuid as Uuid
    from handfast.runtime.fallback import Fallback as Fallback
    from handfast.runtime.fallback import JudgedRequest as JudgedRequest
    from handfast.runtime.fallback import PlainReply as PlainReply
    from handfast.runtime.files import File as File
    from handfast.runtime.limits import Limits as Limits
    from handfast.runtime.model import Model as Model
    from handfast.runtime.operations import Operations as Operations
    from handfast.runtime.problem_bodies import Problem as Problem
    from handfast.runtime.problem_bodies import ProblemRenderer as ProblemRenderer
    from handfast.runtime.problems import ProblemItem as ProblemItem
    from handfast.runtime.reply import ErrorReply as ErrorReply
    from handfast.runtime.reply import Header as Header
    from handfast.runtime.reply import Reply as Reply
    from handfast.runtime.security import Authenticator as Authenticator
    from handfast.runtime.security import Credentials as Credentials
    from handfast.runtime.security import Grant as Grant
    from handfast.runtime.security import principal as principal
    from handfast.runtime.tagged import Tagged as Tagged

_HOMES = {
    "Authenticator": "security",
    "ByteStream": "content",
    "Credentials": "security",
    "Date": "exact",
    "DateTime": "exact",
    "ErrorReply": "reply",
    "Fallback": "fallback",
    "File": "files",
    "Grant": "security",
    "Header": "reply",
    "JudgedRequest": "fallback",
    "Limits": "limits",
    "Model": "model",
    "Operations": "operations",
    "PlainReply": "fallback",
    "Problem": "problem_bodies",
    "ProblemItem": "problems",
    "ProblemRenderer": "problem_bodies",
    "Reply": "reply",
    "Tagged": "tagged",
    "Upload": "content",
    "Uuid": "exact",
    "bind": "binding",
    "principal": "security",
}
__all__ = [
    "Authenticator",
    "ByteStream",
    "Credentials",
    "Date",
    "DateTime",
    "ErrorReply",
    "Fallback",
    "File",
    "Grant",
    "Header",
    "JudgedRequest",
    "Limits",
    "Model",
    "Operations",
    "PlainReply",
    "Problem",
    "ProblemItem",
    "ProblemRenderer",
    "Reply",
    "Tagged",
    "Upload",
    "Uuid",
    "bind",
    "principal",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
