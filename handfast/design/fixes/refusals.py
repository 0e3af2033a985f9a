"""Refusals that an operation does not declare: shared components for them, and references to those (Smithy's rule)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import yaml

from handfast.contract.model import Contract, Operation
from handfast.contract.names import pascal_case
from handfast.contract.pointers import to_tokens
from handfast.design.fixes.edits import Edit, Page
from handfast.runtime.problems import refusals, status_phrase

_PROBLEM = "application/problem+json"
_SCHEMA = """
  description: What is wrong (RFC 9457).
  type: object
  required: [type, title, status]
  properties:
    type: { type: string, format: uri-reference, maxLength: 400 }
    title: { type: string, maxLength: 200 }
    status: { type: integer, format: int32, minimum: 400, maximum: 599 }
    detail: { type: string, maxLength: 2000 }"""
_CHALLENGE = """
  headers:
    WWW-Authenticate:
      description: How to authenticate (RFC 9110, section 11.6.1).
      schema: { type: string, maxLength: 1000 }"""


def declare_refusals(contract: Contract, page: Page, pointers: frozenset[str]) -> Iterator[Edit]:
    """Edits that declare the refusals of the operations whose `responses` are at the pointers."""
    names = _Names(contract)
    for operation in contract.operations:
        if f"{operation.pointer}/responses" in pointers:
            found = page.find(to_tokens(f"{operation.pointer}/responses"))
            if found is not None and isinstance(found[1], yaml.MappingNode):
                yield from _references(page, found[1], operation, names)
    yield from names.components(page)


def _references(page: Page, responses: yaml.MappingNode, operation: Operation, names: _Names) -> Iterator[Edit]:
    statuses = sorted({each.status for each in refusals(operation) if each.response is None})
    declared = [str(key.value) for key, _ in responses.value]
    added: dict[int, list[str]] = {}
    for status in statuses:
        before = next(
            (index for index, other in enumerate(declared) if other[:1].isalpha() or other > str(status)), None
        )
        added.setdefault(len(declared) if before is None else before, []).append(str(status))
    for before, group in added.items():
        entries = [(f"'{status}'", f"{{ $ref: '#/components/responses/{names.of(status)}' }}") for status in group]
        yield from page.insert_all(responses, entries, before)


class _Names:
    """Which component answers a status: the one that other operations use for it, or a new one."""

    def __init__(self, contract: Contract) -> None:
        used = Counter(
            (response.status, response.component)
            for operation in contract.operations
            for response in operation.responses
            if response.component is not None and len(response.status) == 3
        )
        self._known = {status: str(name) for (status, name), _ in reversed(used.most_common())}
        components = contract.document.get("components")
        self._components = components if isinstance(components, dict) else {}
        self._schema = self._problem(contract)
        self._new: dict[str, str] = {}

    def of(self, status: str) -> str:
        """The name of the component for a status."""
        if status not in self._known:
            taken = self._components.get("responses")
            name = pascal_case(status_phrase(int(status)))
            self._known[status] = name if not isinstance(taken, dict) or name not in taken else f"{name}{status}"
            self._new[status] = self._known[status]
        return self._known[status]

    def components(self, page: Page) -> Iterator[Edit]:
        """Edits that add the components that are new."""
        if not self._new:
            return
        reference = self._schema or "#/components/schemas/Problem"
        texts = {
            name: f"\n  description: {status_phrase(int(status))}.{_CHALLENGE if status == '401' else ''}\n  content:\n"
            f"    {_PROBLEM}:\n      schema: {{ $ref: '{reference}' }}"
            for status, name in sorted(self._new.items())
        }
        parts = {"responses": texts, **({} if self._schema else {"schemas": {"Problem": _SCHEMA}})}
        yield from page.add_components(parts)

    def _problem(self, contract: Contract) -> str | None:
        """The schema of problems that the contract has already."""
        for operation in contract.operations:
            for response in operation.responses:
                media = response.content.get(_PROBLEM)
                value = media.schema.value if media is not None and media.schema is not None else None
                if isinstance(value, dict) and isinstance(reference := value.get("$ref"), str):
                    return reference
        schemas = self._components.get("schemas")
        return "#/components/schemas/Problem" if isinstance(schemas, dict) and "Problem" in schemas else None
