"""Values of a schema that the reasoner made: where a model may refuse something, what it would refuse."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from handfast.contract.judge import Judges
from handfast.contract.model import Direction, JSONValue
from handfast.design.samples import Samples
from handfast.errors import ContractError

_MANY = 20
_IDENTIFIER = "https://contract.invalid/difference"


def witnesses(schema: JSONValue) -> Iterator[JSONValue]:
    """Some values that a JSON Schema admits, with what it refers to inside of it; none where none is found."""
    if not isinstance(schema, dict):
        return
    document: dict[str, JSONValue] = {"components": {"schemas": {"Difference": {"$id": _IDENTIFIER, **schema}}}}
    try:
        samples = Samples(document, Judges(document))
        yield from islice(samples.values("/components/schemas/Difference", Direction.RESPONSE), _MANY)
    except (ContractError, ValueError):
        return
