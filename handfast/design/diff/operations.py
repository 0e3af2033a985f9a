"""How the operations of two contracts differ: which came and went, their names, security, and what passes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from handfast.contract.model import Contract, Direction, Operation, SecurityScheme
from handfast.design.diff.change import IS_DEPRECATED, IS_NOT_DEPRECATED, Finding, Verdict
from handfast.design.diff.documents import servers
from handfast.design.diff.parts import Exchange
from handfast.design.diff.relation import Variance
from handfast.design.diff.schemas import SchemaComparison
from handfast.design.diff.side import Side

Reached = tuple[Finding, str]
"""A difference, and the operation that it is about."""

_NAME = "generated code, and code that calls it, has another name for it"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two contracts, and the exchanges of their operations and, turned round, of their webhooks and callbacks."""

    old: Contract
    new: Contract
    received: Exchange
    sent: Exchange

    @classmethod
    def of(cls, old: Contract, new: Contract) -> Comparison:
        """Prepare the schemas of both sides in both directions."""
        sides = {
            direction: (Side(old, direction), Side(new, direction))
            for direction in (Direction.REQUEST, Direction.RESPONSE)
        }
        requests, replies = sides[Direction.REQUEST], sides[Direction.RESPONSE]
        received = Exchange(SchemaComparison(*requests, Variance.RECEIVED), SchemaComparison(*replies, Variance.SENT))
        sent = Exchange(SchemaComparison(*requests, Variance.SENT), SchemaComparison(*replies, Variance.RECEIVED))
        return cls(old, new, received, sent)

    def operations(self) -> Iterator[Reached]:
        """Every difference of operations, webhooks and callbacks."""
        yield from self._matched(self.old.operations, self.new.operations, is_incoming=True)
        yield from self._matched(self.old.webhooks, self.new.webhooks, is_incoming=False)

    def _matched(self, old: Iterable[Operation], new: Iterable[Operation], *, is_incoming: bool) -> Iterator[Reached]:
        before, after = {_key(each): each for each in old}, {_key(each): each for each in new}
        moved = _moved(before, after)
        for key, operation in before.items():
            other = after.get(key) or moved.get(key)
            if other is None:
                yield self._removed(operation, is_incoming=is_incoming)
                continue
            if key in moved:
                message = f"{operation.operation_id} moved to {other.method} {other.path}"
                reason = "requests to the old place are refused"
                yield (
                    _breaking("operation-moved", operation.pointer, other.pointer, message, reason),
                    other.operation_id,
                )
            yield from (
                (finding, other.operation_id) for finding in self._compared(operation, other, is_incoming=is_incoming)
            )
            yield from self._callbacks(operation, other, is_incoming=is_incoming)
        known = {_key(each) for each in moved.values()}
        for key, operation in after.items():
            if key not in before and key not in known:
                message = f"{operation.method} {operation.path} is new"
                yield (
                    _compatible("operation-added", None, operation.pointer, message, handlers=True),
                    operation.operation_id,
                )

    def _removed(self, operation: Operation, *, is_incoming: bool) -> Reached:
        message = f"{operation.method} {operation.path} is gone"
        reason = "requests to it are refused" if is_incoming else "those who wait for it wait in vain"
        return _breaking("operation-removed", operation.pointer, None, message, reason), operation.operation_id

    def _compared(self, old: Operation, new: Operation, *, is_incoming: bool) -> Iterator[Finding]:
        yield from _names(old, new)
        yield from self._security(old, new, is_incoming=is_incoming)
        if is_incoming and (old.servers != self.old.servers or new.servers != self.new.servers):
            yield from servers(old.servers, new.servers, (old.pointer, new.pointer))
        yield from (self.received if is_incoming else self.sent).parts(old, new)

    def _callbacks(self, old: Operation, new: Operation, *, is_incoming: bool) -> Iterator[Reached]:
        for name in {**old.callbacks, **new.callbacks}:
            yield from self._matched(
                old.callbacks.get(name, ()), new.callbacks.get(name, ()), is_incoming=not is_incoming
            )

    def _security(self, old: Operation, new: Operation, *, is_incoming: bool) -> Iterator[Finding]:
        before, after = _alternatives(old, self.old), _alternatives(new, self.new)
        if before == after:
            return
        lost = [each for each in before if not any(other <= each for other in after)]
        gained = [each for each in after if not any(other <= each for other in before)]
        if lost and is_incoming:
            told = " or ".join(sorted(_credentials(each) for each in lost))
            message = f"{told} {'is' if len(lost) == 1 else 'are'} not enough any more; it takes {_all(after)}"
            reason = "requests with credentials that were enough are refused"
            yield _breaking("security-tightened", old.pointer, new.pointer, message, reason)
        elif gained or lost:
            message = f"it takes {_all(after)}, where it took {_all(before)}"
            yield _compatible("security-loosened", old.pointer, new.pointer, message)


def _key(operation: Operation) -> tuple[str, str]:
    return operation.method, re.sub(r"\{[^}]*\}", "{}", operation.path)


def _moved(
    old: Mapping[tuple[str, str], Operation], new: Mapping[tuple[str, str], Operation]
) -> dict[tuple[str, str], Operation]:
    """Operations of the old contract whose operationId stands elsewhere in the new one."""
    elsewhere = {each.operation_id: each for key, each in new.items() if key not in old}
    return {
        key: elsewhere[each.operation_id]
        for key, each in old.items()
        if key not in new and each.operation_id in elsewhere
    }


def _names(old: Operation, new: Operation) -> Iterator[Finding]:
    places = (old.pointer, new.pointer)
    if old.operation_id != new.operation_id:
        message = f"{old.operation_id} is called {new.operation_id}"
        yield _renamed("operation-id-changed", *places, message)
    if old.tag != new.tag:
        yield _renamed("tag-changed", *places, f"its first tag is {new.tag!r} instead of {old.tag!r}")
    if old.deprecated is not new.deprecated:
        message = f"it {IS_DEPRECATED if new.deprecated else IS_NOT_DEPRECATED}"
        yield _compatible("deprecation-changed", *places, message)


def _alternatives(operation: Operation, contract: Contract) -> frozenset[frozenset[tuple[str, str]]]:
    """What lets a request in, by how credentials are sent and not by what a scheme is called; one of them is enough.

    Each alternative is a set of (credentials, scope); a scheme without scopes has an empty one.
    """
    requirements = operation.security or ({},)
    return frozenset(
        frozenset(
            (_wire(contract.security_schemes[name]), scope)
            for name, scopes in requirement.items()
            for scope in ("", *scopes)
        )
        for requirement in requirements
    )


def _wire(scheme: SecurityScheme) -> str:
    if scheme.type == "apiKey":
        return f"an API key in the {scheme.location} {scheme.parameter_name}"
    if scheme.type == "http":
        return f"HTTP {scheme.scheme}"
    return "HTTP bearer" if scheme.type in {"oauth2", "openIdConnect"} else scheme.type


def _credentials(alternative: frozenset[tuple[str, str]]) -> str:
    if not alternative:
        return "nothing"
    scopes = sorted(scope for _, scope in alternative if scope)
    names = " with ".join(sorted({name for name, _ in alternative}))
    return f"{names} ({', '.join(scopes)})" if scopes else names


def _all(alternatives: frozenset[frozenset[tuple[str, str]]]) -> str:
    return " or ".join(sorted(_credentials(each) for each in alternatives))


def _breaking(code: str, old: str | None, new: str | None, message: str, reason: str) -> Finding:
    breaking = Verdict.BREAKING
    return Finding(
        code=code, old=old, new=new, message=message, reason=reason, wire=breaking, sdk=breaking, handlers=breaking
    )


def _renamed(code: str, old: str, new: str, message: str) -> Finding:
    return Finding(
        code=code, old=old, new=new, message=message, reason=_NAME, sdk=Verdict.BREAKING, handlers=Verdict.BREAKING
    )


def _compatible(code: str, old: str | None, new: str, message: str, *, handlers: bool = False) -> Finding:
    verdict = Verdict.BREAKING if handlers else Verdict.COMPATIBLE
    return Finding(code=code, old=old, new=new, message=message, reason="all that worked still does", handlers=verdict)
