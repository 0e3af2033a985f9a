"""Parameters of an operation: compiled once to readers, which turn the texts of a request into judged JSON values.

    reader = compile(operation, contract, lexicon, limits=limits, unknown_query="refuse")
    read = reader.read(path, query_string, headers)
    read.values    {("query", "limit"): 20, ...}: what was sent and is valid, and defaults of what was not sent;
                   an optional parameter without default that was not sent has no entry
    read.problems  everything that is wrong, as ProblemItem; empty when the request is right
    read.cause     the gravest cause: MALFORMED_PATH, PATH_PARAMETER, MALFORMED_PARAMETER, CONTRACT_VIOLATION,
                   PRECONDITION_MISSING, or None

`path` has the raw text of each path parameter by name: what stands in `raw_path` for it, escapes and all, decoded as
Latin-1 (`%2F` is not a slash yet; label and matrix still have their `.` and `;`). `query_string` and `headers` are
those of the ASGI scope. A `Lexicon` knows the schemas of a contract: `lexicon(contract)` makes one for all operations.

Codes: required, repeated-parameter, undeclared-parameter, wrong-style, malformed-value, repeated-member,
ambiguous-member, malformed-name, wrong-percent-escape, not-percent-encoded, not-utf-8, too-many-fields, those of strict
JSON, and those of the judge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal, TypeAlias

from handfast.contract.judge import Judge
from handfast.contract.model import Contract, Direction, JSONValue, Operation, Parameter, ParameterLocation
from handfast.runtime import gathering
from handfast.runtime.fields import Fields
from handfast.runtime.forms import reads_brackets
from handfast.runtime.gathering import Candidates, Gatherer, Source, is_spread, may_be_nothing, wanted_headers
from handfast.runtime.lexical import Lexicon
from handfast.runtime.limits import Limits
from handfast.runtime.percent import Malformed
from handfast.runtime.problems import MAX_ERRORS, Cause, ProblemItem, is_precondition
from handfast.runtime.shapes import Shapes, is_any_text

Key: TypeAlias = tuple[str, str]
"""Location and name of a parameter, as in `names.argument_names`."""

_IGNORED_HEADERS = frozenset({"accept", "content-type", "authorization"})
_PRINTABLE = re.compile(r"[A-Za-z0-9._~\[\]$@:-]{1,64}")
_QUERY = ParameterLocation.QUERY
_UNREADABLE = Cause.MALFORMED_PARAMETER
_MALFORMED = {ParameterLocation.PATH: Cause.MALFORMED_PATH}
_VIOLATION = {ParameterLocation.PATH: Cause.PATH_PARAMETER}
_PRECEDENCE = (
    Cause.MALFORMED_PATH,
    Cause.PATH_PARAMETER,
    Cause.MALFORMED_PARAMETER,
    Cause.CONTRACT_VIOLATION,
    Cause.PRECONDITION_MISSING,
)


class _Nothing(Enum):
    """What is there when there is not even None."""

    AT_ALL = auto()


@dataclass(slots=True)
class ReadParameters:
    """The parameters of one request; see the module."""

    values: dict[Key, JSONValue]
    problems: list[ProblemItem]
    cause: Cause | None = None

    def add(self, cause: Cause, *items: ProblemItem) -> None:
        """Take note of something wrong; of two causes the graver one stays."""
        self.problems += items
        if self.cause is None or _PRECEDENCE.index(cause) < _PRECEDENCE.index(self.cause):
            self.cause = cause


def lexicon(contract: Contract) -> Lexicon:
    """What all readers of a contract share."""
    return Lexicon(Shapes(contract.document), contract.judges)


def compile(  # noqa: A001  # reads as parameters.compile
    operation: Operation,
    contract: Contract,
    words: Lexicon,
    *,
    limits: Limits | None = None,
    unknown_query: Literal["refuse", "ignore"] = "refuse",
) -> ParameterReader:
    """The reader for the parameters of an operation; `words` comes from `lexicon`."""
    bounds = limits or Limits()
    declared = [parameter for parameter in operation.parameters if not _is_ignored(parameter)]
    names = _QueryNames.of(operation, declared, contract, words)
    closed = None if unknown_query == "ignore" or names.is_open else names
    return ParameterReader(
        plans=tuple(_plan(parameter, contract, words, bounds, names) for parameter in declared),
        names=closed,
        reads_fields=closed is not None or any(parameter.location is _QUERY for parameter in declared),
        headers=wanted_headers(declared),
        limits=bounds,
    )


@dataclass(frozen=True, slots=True)
class _QueryNames:
    """The names that a query string may have: exact ones, and beginnings such as `filter[`."""

    exact: frozenset[str]
    beginnings: tuple[str, ...]
    is_open: bool

    @classmethod
    def of(cls, operation: Operation, declared: Sequence[Parameter], contract: Contract, words: Lexicon) -> _QueryNames:
        """What the parameters of an operation, and the API keys that it may be called with, say."""
        exact = set(_key_names(operation, contract))
        beginnings: set[str] = set()
        is_open = False
        for parameter in declared:
            if parameter.location is ParameterLocation.QUERYSTRING:
                is_open = True
            if parameter.location is not ParameterLocation.QUERY:
                continue
            shape = words.shapes.of(parameter.schema.pointer) if parameter.schema else None
            if shape is None or not (shape.is_object and is_spread(parameter, shape)):
                exact.add(parameter.name)
            if shape is None:
                continue
            if not is_spread(parameter, shape):
                if reads_brackets(shape, parameter.style, parameter.explode):
                    beginnings.add(f"{parameter.name}[")
            else:
                exact |= shape.names
                beginnings |= {f"{name}[" for name in shape.names}
                is_open = is_open or (shape.is_open and shape.is_nullable_object)
        return cls(frozenset(exact), tuple(sorted(beginnings)), is_open)

    def unknown(self, fields: Fields) -> list[str]:
        """The names that belong to no parameter."""
        if fields.names <= self.exact:
            return []
        return [name for name in fields if name not in self.exact and not name.startswith(self.beginnings)]

    @property
    def bracketed(self) -> frozenset[str]:
        """The names that brackets may stand behind."""
        return frozenset(beginning[:-1] for beginning in self.beginnings)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one parameter is read: `gather` finds what it may stand for, `judge` decides (`is_valid`: its quick answer).

    `value_of_nothing` is what a parameter has that was not sent: its default, or for a required object whose members
    are fields of their own the empty object, which RFC 6570 writes as nothing; in a tuple, None for no value at all.
    """

    key: Key
    parameter: Parameter
    gather: Gatherer
    judge: Judge | None
    is_valid: Callable[[JSONValue], bool] | None
    value_of_nothing: tuple[JSONValue] | None


@dataclass(frozen=True, slots=True)
class ParameterReader:
    """Reads the parameters of one operation; `names` is None when undeclared query parameters are let through.

    `reads_fields`: whether the query string is taken apart at all, for parameters or for names that are not declared.
    """

    plans: tuple[_Plan, ...]
    names: _QueryNames | None
    reads_fields: bool
    headers: frozenset[bytes]
    limits: Limits

    def read(
        self, path: Mapping[str, str], query_string: bytes, headers: Iterable[tuple[bytes, bytes]]
    ) -> ReadParameters:
        """Values and problems of one request; see the module."""
        read = ReadParameters({}, [])
        query = query_string.decode("latin-1") if query_string else ""
        source = Source(path, query, headers, self.headers, self.limits.fields)
        plans: Iterable[_Plan] = self.plans
        unknown: Sequence[str] = ()
        if query_string and self.reads_fields:
            try:
                fields = source.fields
                unknown = self.names.unknown(fields) if self.names is not None else unknown
            except Malformed as error:  # no field can be told from the others: said once, not for each parameter
                read.add(Cause.MALFORMED_PARAMETER, ProblemItem(code=error.code, detail=error.detail, location=_QUERY))
                plans = [plan for plan in plans if plan.parameter.location is not _QUERY]
        for plan in plans:
            _read(plan, source, read)
        for name in unknown[:MAX_ERRORS]:
            read.add(Cause.CONTRACT_VIOLATION, _undeclared(name))
        return read

    def first_admitted(self, readings: Iterable[Mapping[str, str]]) -> Mapping[str, str] | None:
        """The first of several ways to read a path whose parameters are all as the contract has them; else None."""
        plans = [plan for plan in self.plans if plan.parameter.location is ParameterLocation.PATH]
        for path in readings:
            read = ReadParameters({}, [])
            source = Source(path, "", (), frozenset(), self.limits.fields)
            for plan in plans:
                _read(plan, source, read)
            if read.cause is None:
                return path
        return None


def _read(plan: _Plan, source: Source, read: ReadParameters) -> None:
    try:
        candidates = plan.gather(source)
        if candidates is not None:
            _judge(plan, candidates, read)
            return
    except Malformed as error:
        causes = _VIOLATION if error.breaks_contract else _MALFORMED
        cause = causes.get(plan.parameter.location, Cause.CONTRACT_VIOLATION if error.breaks_contract else _UNREADABLE)
        read.add(cause, _item(plan, error.code, error.detail))
        return
    if plan.value_of_nothing is not None:
        value = plan.value_of_nothing[0]
        read.values[plan.key] = deepcopy(value) if isinstance(value, (list, dict)) else value
    elif plan.parameter.required:
        read.add(
            _cause_of_absence(plan.parameter),
            _item(plan, "required", f"the {plan.parameter.location} parameter is required"),
        )


def _judge(plan: _Plan, candidates: Candidates, read: ReadParameters) -> None:
    """Take the first candidate that the schema admits; else say what is wrong with the first one."""
    is_valid = plan.is_valid
    first: JSONValue | _Nothing = _Nothing.AT_ALL
    for candidate in candidates:
        if is_valid is None or is_valid(candidate):
            read.values[plan.key] = candidate
            return
        if first is _Nothing.AT_ALL:
            first = candidate
    if first is _Nothing.AT_ALL or plan.judge is None:
        style = plan.parameter.style
        raise Malformed("malformed-value", f"the text is no array or object in the style {style}")
    cause = _VIOLATION.get(plan.parameter.location, Cause.CONTRACT_VIOLATION)
    for error in plan.judge.errors(first):
        read.add(cause, _item(plan, error.code, error.message, error.pointer or None))


def _plan(parameter: Parameter, contract: Contract, words: Lexicon, limits: Limits, names: _QueryNames) -> _Plan:
    schema = parameter.schema or (parameter.content.schema if parameter.content else None)
    is_judged = schema is not None and not (parameter.schema is not None and is_any_text(parameter.schema))
    judge = contract.judge(schema, Direction.REQUEST) if schema is not None and is_judged else None
    own = {parameter.name} if parameter.location is ParameterLocation.QUERY else set[str]()
    if parameter.schema:
        own |= words.shapes.of(parameter.schema.pointer).names
    gather = gathering.compile(parameter, words, limits, names.exact - own, names.bracketed - own)
    return _Plan(
        key=(str(parameter.location), parameter.name),
        parameter=parameter,
        gather=_emptiable(parameter, gather, judge),
        judge=judge,
        is_valid=judge.compile().is_valid if judge is not None else None,
        value_of_nothing=_value_of_nothing(parameter, words, judge),
    )


def _value_of_nothing(parameter: Parameter, words: Lexicon, judge: Judge | None) -> tuple[JSONValue] | None:
    if parameter.schema is None:
        return None
    if parameter.required:
        shape = words.shapes.of(parameter.schema.pointer)
        return ({},) if may_be_nothing(parameter, shape) and judge is not None and judge.is_valid({}) else None
    return words.shapes.default(parameter.schema.pointer)


def _emptiable(parameter: Parameter, gather: Gatherer, judge: Judge | None) -> Gatherer:
    """With `allowEmptyValue`, `?name=` counts as not sent unless the empty text is a value that the schema admits."""
    if not parameter.allow_empty_value or parameter.location is not ParameterLocation.QUERY:
        return gather

    def read(source: Source) -> Candidates | None:
        if source.fields.get(parameter.name) == [""]:
            return ("",) if judge is None or judge.is_valid("") else None
        return gather(source)

    return read


def _cause_of_absence(parameter: Parameter) -> Cause:
    return Cause.PRECONDITION_MISSING if is_precondition(parameter) else Cause.CONTRACT_VIOLATION


def _is_ignored(parameter: Parameter) -> bool:
    """Whether OpenAPI says that a header parameter has no effect (3.2.0, section 4.12.2.1)."""
    return parameter.location is ParameterLocation.HEADER and parameter.name.lower() in _IGNORED_HEADERS


def _key_names(operation: Operation, contract: Contract) -> Iterator[str]:
    """The query parameters that carry API keys."""
    for requirement in operation.security:
        for name in requirement:
            scheme = contract.security_schemes.get(name)
            if scheme is not None and scheme.location is ParameterLocation.QUERY:
                yield scheme.parameter_name


def _undeclared(name: str) -> ProblemItem:
    return ProblemItem(
        code="undeclared-parameter",
        detail="the contract does not know this query parameter",
        parameter=name if _PRINTABLE.fullmatch(name) else None,
        location=_QUERY,
    )


def _item(plan: _Plan, code: str, detail: str, pointer: str | None = None) -> ProblemItem:
    parameter = plan.parameter
    return ProblemItem(code=code, detail=detail, pointer=pointer, parameter=parameter.name, location=parameter.location)
