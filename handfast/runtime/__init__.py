"""What generated code and an application's author need at run time.

Everything is imported when it is first used: the linter asks `handfast.runtime.problems` without importing FastAPI.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handfast.runtime.addresses import AddressRefused as AddressRefused
    from handfast.runtime.addresses import Allow as Allow
    from handfast.runtime.addresses import anywhere as anywhere
    from handfast.runtime.addresses import is_public as is_public
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
    from handfast.runtime.hooks import receive as receive
    from handfast.runtime.limits import Limits as Limits
    from handfast.runtime.model import Model as Model
    from handfast.runtime.operations import Callbacks as Callbacks
    from handfast.runtime.operations import Operations as Operations
    from handfast.runtime.operations import Webhooks as Webhooks
    from handfast.runtime.origin import CallbackUrlError as CallbackUrlError
    from handfast.runtime.origin import Origin as Origin
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
    from handfast.runtime.sending import Credential as Credential
    from handfast.runtime.sending import Sender as Sender
    from handfast.runtime.tagged import Tagged as Tagged
    from handfast.runtime.transport import HttpxTransport as HttpxTransport
    from handfast.runtime.transport import OutboundRequest as OutboundRequest
    from handfast.runtime.transport import OutboundResponse as OutboundResponse
    from handfast.runtime.transport import Transport as Transport

_HOMES = {
    "AddressRefused": "addresses",
    "Allow": "addresses",
    "Authenticator": "security",
    "ByteStream": "content",
    "CallbackUrlError": "origin",
    "Callbacks": "operations",
    "Credential": "sending",
    "Credentials": "security",
    "Date": "exact",
    "DateTime": "exact",
    "ErrorReply": "reply",
    "Fallback": "fallback",
    "File": "files",
    "Grant": "security",
    "Header": "reply",
    "HttpxTransport": "transport",
    "JudgedRequest": "fallback",
    "Limits": "limits",
    "Model": "model",
    "Operations": "operations",
    "Origin": "origin",
    "OutboundRequest": "transport",
    "OutboundResponse": "transport",
    "PlainReply": "fallback",
    "Problem": "problem_bodies",
    "ProblemItem": "problems",
    "ProblemRenderer": "problem_bodies",
    "Reply": "reply",
    "Sender": "sending",
    "Tagged": "tagged",
    "Transport": "transport",
    "Upload": "content",
    "Uuid": "exact",
    "Webhooks": "operations",
    "anywhere": "addresses",
    "bind": "binding",
    "is_public": "addresses",
    "principal": "security",
    "receive": "hooks",
}
__all__ = [
    "AddressRefused",
    "Allow",
    "Authenticator",
    "ByteStream",
    "CallbackUrlError",
    "Callbacks",
    "Credential",
    "Credentials",
    "Date",
    "DateTime",
    "ErrorReply",
    "Fallback",
    "File",
    "Grant",
    "Header",
    "HttpxTransport",
    "JudgedRequest",
    "Limits",
    "Model",
    "Operations",
    "Origin",
    "OutboundRequest",
    "OutboundResponse",
    "PlainReply",
    "Problem",
    "ProblemItem",
    "ProblemRenderer",
    "Reply",
    "Sender",
    "Tagged",
    "Transport",
    "Upload",
    "Uuid",
    "Webhooks",
    "anywhere",
    "bind",
    "is_public",
    "principal",
    "receive",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
