"""Schema-first APIs for Python: a contract written by hand, and handlers bound fast to it.

Everything a service needs is here, and is imported when it is first used: linting a contract must not import FastAPI.
What writes code is `handfast.generate.generate`; here its name is the package's.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handfast.contract import Contract as Contract
    from handfast.contract import load_contract as load_contract
    from handfast.errors import BindError as BindError
    from handfast.errors import ContractError as ContractError
    from handfast.errors import GenerationError as GenerationError
    from handfast.errors import HandfastError as HandfastError
    from handfast.errors import OutboundRequestViolation as OutboundRequestViolation
    from handfast.errors import OutboundResponseViolation as OutboundResponseViolation
    from handfast.errors import RequestViolation as RequestViolation
    from handfast.errors import ResponseViolation as ResponseViolation
    from handfast.errors import Violation as Violation
    from handfast.runtime import bind as bind

__version__ = "0.1.0"

_HOMES = {
    "Contract": "handfast.contract",
    "load_contract": "handfast.contract",
    "bind": "handfast.runtime",
    "BindError": "handfast.errors",
    "ContractError": "handfast.errors",
    "GenerationError": "handfast.errors",
    "HandfastError": "handfast.errors",
    "OutboundRequestViolation": "handfast.errors",
    "OutboundResponseViolation": "handfast.errors",
    "RequestViolation": "handfast.errors",
    "ResponseViolation": "handfast.errors",
    "Violation": "handfast.errors",
}
__all__ = [
    "BindError",
    "Contract",
    "ContractError",
    "GenerationError",
    "HandfastError",
    "OutboundRequestViolation",
    "OutboundResponseViolation",
    "RequestViolation",
    "ResponseViolation",
    "Violation",
    "bind",
    "load_contract",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'handfast' has no attribute {name!r}")
