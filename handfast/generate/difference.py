"""What changed between two states of a contract, operation by operation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from handfast.contract.cursor import lookup
from handfast.contract.model import Contract, JSONValue, Operation
from handfast.contract.pointers import from_fragment, to_pointer, to_tokens
from handfast.generate.routes import aligned


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The operations of a contract, and a digest of everything that each of them says."""

    operations: Mapping[str, Operation]
    digests: Mapping[str, str]


def snapshot(contract: Contract) -> Snapshot:
    """The state of a contract."""
    components: dict[str, str] = {}
    return Snapshot(
        {operation.operation_id: operation for operation in contract.operations},
        {operation.operation_id: _digest(operation, contract, components) for operation in contract.operations},
    )


def difference(old: Snapshot, new: Snapshot) -> str:
    """A line for each operation that is new (+), gone (-) or changed (~), in the order of the contract."""
    rows = [
        (sign, *_cells(operation))
        for sign, operation in (
            *(("-", operation) for name, operation in old.operations.items() if name not in new.operations),
            *(
                ("~" if name in old.operations else "+", operation)
                for name, operation in new.operations.items()
                if old.digests.get(name) != new.digests[name]
            ),
        )
    ]
    return aligned(rows)


def _cells(operation: Operation) -> tuple[str, ...]:
    return operation.tag, operation.operation_id, operation.method, operation.path


def _digest(operation: Operation, contract: Contract, components: dict[str, str]) -> str:
    """A digest of an operation with all that it inherits and refers to."""
    said = [repr((operation.parameters, operation.security, operation.servers, operation.tag, operation.path))]
    pending: list[JSONValue] = [_at(contract, operation.pointer)]
    pending.extend(_at(contract, parameter.pointer) for parameter in operation.parameters)
    said.extend(json.dumps(value) for value in pending)
    seen: set[str] = set()
    while pending:
        for reference in _references(pending.pop()):
            if reference not in seen:
                seen.add(reference)
                target = _at(contract, to_pointer(from_fragment(reference[1:])))
                said.append(components.setdefault(reference, json.dumps(target)))
                pending.append(target)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _references(value: JSONValue) -> set[str]:
    found: set[str] = set()
    pending = [value]
    while pending:
        match pending.pop():
            case dict() as mapping:
                reference = mapping.get("$ref")
                if isinstance(reference, str) and reference.startswith("#/"):
                    found.add(reference)
                pending.extend(mapping.values())
            case list() as items:
                pending.extend(items)
            case _:
                pass
    return found


def _at(contract: Contract, pointer: str) -> JSONValue:
    try:
        return lookup(contract.document, to_tokens(pointer))
    except LookupError:
        return None
