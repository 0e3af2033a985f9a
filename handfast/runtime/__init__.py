"""What generated code and an application's author need at run time."""

from __future__ import annotations

from handfast.runtime.content import ByteStream, Upload
from handfast.runtime.exact import Date, DateTime, Uuid
from handfast.runtime.limits import Limits
from handfast.runtime.model import Model
from handfast.runtime.operations import Operations
from handfast.runtime.reply import ErrorReply, Header, Reply

__all__ = [
    "ByteStream",
    "Date",
    "DateTime",
    "ErrorReply",
    "Header",
    "Limits",
    "Model",
    "Operations",
    "Reply",
    "Upload",
    "Uuid",
]
