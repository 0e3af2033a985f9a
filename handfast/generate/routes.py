"""operations.txt: a line for each operation, for reviewers: tag, operationId, method, path, security, statuses.

Webhooks follow as `webhook newPet` in the place of the path, callbacks as `callback {$request.body#/url}`.
"""

from __future__ import annotations

from collections.abc import Sequence

from handfast.contract.model import Contract, Operation
from handfast.errors import visible


def routes_text(contract: Contract) -> str:
    """The operations in the order of the contract, in aligned columns."""
    return aligned(
        [
            *(row(operation) for operation in contract.operations),
            *(row(operation, "webhook ") for operation in contract.webhooks),
            *(row(operation, "callback ") for operation in contract.callbacks),
        ]
    )


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows of the same length as lines, each column as wide as its widest cell."""
    shown = [[visible(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in shown) for column in range(len(shown[0]))] if shown else []
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown)
    return "".join(f"{line}\n" for line in lines)


def row(operation: Operation, kind: str = "") -> tuple[str, ...]:
    """The cells of an operation; `kind` stands before its path."""
    statuses = " ".join(response.status for response in operation.responses)
    return (
        operation.tag,
        operation.operation_id,
        operation.method,
        kind + operation.path,
        security_text(operation),
        statuses,
    )


def security_text(operation: Operation) -> str:
    """What an operation asks for: `oauth2(read)`, `a & b` for both, `a | none` for an optional one, else `none`."""
    alternatives = [
        " & ".join(f"{scheme}({' '.join(scopes)})" if scopes else scheme for scheme, scopes in requirement.items())
        for requirement in operation.security
    ]
    return " | ".join(alternative or "none" for alternative in alternatives) or "none"
