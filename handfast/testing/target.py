"""What is attacked: the contract that the running service is held to, for the hooks of Schemathesis."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

from schemathesis import Case

from handfast.contract import Contract, Operation, load_contract
from handfast.runtime.trie import Trie

CONTRACT = "HANDFAST_CONTRACT"
"""The environment variable that names the contract; without it the file is `openapi/api.yaml`."""


@cache
def contract() -> Contract:
    """The contract that the running service is held to."""
    return load_contract(Path(os.environ.get(CONTRACT, "openapi/api.yaml")), validate=False)


@cache
def operations() -> dict[tuple[str, str], Operation]:
    """Operations by path template and method."""
    return {(operation.path, operation.method.upper()): operation for operation in contract().operations}


@cache
def places() -> Trie[str]:
    """The methods at the paths of the contract."""
    found: Trie[str] = Trie()
    for path, method in operations():
        found.add(path, method, method)
    return found


def operation_of(case: Case[Any]) -> Operation | None:
    """The operation of a case; None for a method that its path does not have."""
    return operations().get((case.operation.path, case.method.upper()))
