"""How parameters, request bodies, responses and headers of one operation differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from handfast.contract.model import (
    Operation,
    Parameter,
    ParameterLocation,
    RequestBody,
    Response,
)
from handfast.contract.names import argument_names
from handfast.design.diff.change import Finding, Verdict
from handfast.design.diff.contents import contents, finding_of, headers, may_have_parts, media_type, schema
from handfast.design.diff.relation import Relation, Variance
from handfast.design.diff.schemas import SchemaComparison
from handfast.design.diff.view import canonical_text, seen_at, told_default

_OWN_CODE = "the generated code has another name or another type for it"


@dataclass(frozen=True, slots=True)
class Exchange:
    """The two halves of an operation: what it receives and what it sends; for webhooks the other way round."""

    request: SchemaComparison
    response: SchemaComparison

    def parts(self, old: Operation, new: Operation) -> Iterator[Finding]:
        """Every difference of what is asked and answered."""
        yield from self._parameters(old, new)
        yield from self._body(old, new)
        yield from self._responses(old, new)

    # What is asked

    def _parameters(self, old: Operation, new: Operation) -> Iterator[Finding]:
        before, after = _by_key(old), _by_key(new)
        for key, parameter in before.items():
            if key in after:
                yield from self._parameter(parameter, after[key])
                yield from _called_otherwise(old, parameter, new, after[key])
            else:
                found = Relation.NARROWER if parameter.location in _REFUSED_WHEN_UNKNOWN else Relation.EQUAL
                message = f"{parameter.location} parameter {parameter.name!r} is gone"
                finding = finding_of(
                    self.request.variance, "parameter-removed", parameter.pointer, new.pointer, message, found
                )
                yield replace(finding, sdk=Verdict.BREAKING, handlers=Verdict.BREAKING)
        for key, parameter in after.items():
            if key not in before:
                kind = "required " if parameter.required else ""
                message = f"{kind}{parameter.location} parameter {parameter.name!r} is new"
                found = Relation.NARROWER if parameter.required else Relation.WIDER
                code = "parameter-added"
                finding = finding_of(self.request.variance, code, old.pointer, parameter.pointer, message, found)
                yield replace(finding, handlers=Verdict.BREAKING)

    def _parameter(self, old: Parameter, new: Parameter) -> Iterator[Finding]:
        places = (old.pointer, new.pointer)
        name = f"{new.location} parameter {new.name!r}"
        if old.name != new.name:
            message = f"{new.location} parameter {old.name!r} is called {new.name!r}"
            yield _code_only("parameter-renamed", *places, message)
        if old.required is not new.required:
            message = f"{name} is {'required' if new.required else 'not required any more'}"
            found = Relation.NARROWER if new.required else Relation.WIDER
            yield finding_of(self.request.variance, "parameter-required", *places, message, found)
        can_explode = may_have_parts(self.request, old.schema, new.schema)
        was, now = (_serialisation(each, can_explode=can_explode) for each in (old, new))
        if was != now:
            message = f"{name} is written as {now} instead of {was}"
            yield finding_of(self.request.variance, "parameter-serialisation", *places, message, Relation.OTHER)
        for flag in ("allow_reserved", "allow_empty_value"):
            if getattr(old, flag) is not getattr(new, flag):
                found = Relation.WIDER if getattr(new, flag) else Relation.NARROWER
                message = f"{name}: {flag.replace('_', ' ')} is {getattr(new, flag)}".lower()
                yield finding_of(self.request.variance, "parameter-characters", *places, message, found)
        yield from self._default(old, new, name)
        yield from schema(self.request, old.schema, new.schema)
        if old.content is not None and new.content is not None:
            yield from media_type(self.request, old.content, new.content)

    def _default(self, old: Parameter, new: Parameter, name: str) -> Iterator[Finding]:
        before, after = (
            seen_at(side, each.schema.pointer).default if each.schema is not None else ()
            for side, each in ((self.request.old, old), (self.request.new, new))
        )
        is_used = not (old.required and new.required)
        if is_used and list(map(canonical_text, before)) != list(map(canonical_text, after)):
            yield Finding(
                code="parameter-default",
                old=old.pointer,
                new=new.pointer,
                message=f"{name} is {told_default(after)} when it is left out, instead of {told_default(before)}",
                reason="clients that leave it out get something else, and no schema tells what that means",
                wire=Verdict.UNKNOWN,
            )

    def _body(self, old: Operation, new: Operation) -> Iterator[Finding]:
        before, after = old.request_body, new.request_body
        if before is None and after is not None:
            found = Relation.NARROWER if after.required else Relation.WIDER
            message = f"a {'required ' if after.required else ''}request body is new"
            finding = finding_of(self.request.variance, "body-added", old.pointer, after.pointer, message, found)
            yield replace(finding, handlers=Verdict.BREAKING)
        elif before is not None and after is None:
            message = "the request body is gone: what is sent is not used any more"
            yield finding_of(
                self.request.variance, "body-removed", before.pointer, new.pointer, message, Relation.NARROWER
            )
        elif before is not None and after is not None:
            yield from self._bodies(before, after)

    def _bodies(self, old: RequestBody, new: RequestBody) -> Iterator[Finding]:
        if old.required is not new.required:
            message = f"the request body is {'required' if new.required else 'not required any more'}"
            found = Relation.NARROWER if new.required else Relation.WIDER
            yield finding_of(self.request.variance, "body-required", old.pointer, new.pointer, message, found)
        yield from contents(self.request, old.content, new.content, (old.pointer, new.pointer))

    # What is answered

    def _responses(self, old: Operation, new: Operation) -> Iterator[Finding]:
        before, after = ({each.status: each for each in operation.responses} for operation in (old, new))
        for status, response in before.items():
            if status in after:
                yield from self._response(response, after[status])
            elif (wider := _holds_for(new, status)) is not None:
                yield from self._response(response, wider)
            else:
                yield self._status_removed(response, new)
        for status, response in after.items():
            if status not in before:
                if (wider := _holds_for(old, status)) is not None:
                    yield from self._response(wider, response)
                else:
                    yield self._status_added(response, old)

    def _status_removed(self, old: Response, new: Operation) -> Finding:
        message = f"the response {old.status} is gone"
        finding = finding_of(
            self.response.variance, "response-removed", old.pointer, new.pointer, message, Relation.NARROWER
        )
        finding = replace(finding, handlers=Verdict.BREAKING)
        if old.status[0] in "123" and self.response.variance is Variance.SENT:
            reason = "clients wait for this success, and code for it is generated"
            return replace(finding, wire=Verdict.BREAKING, sdk=Verdict.BREAKING, reason=reason)
        reason = "nobody misses an error, but code may name the class that was generated for it"
        return replace(finding, sdk=Verdict.BREAKING, reason=reason)

    def _status_added(self, new: Response, old: Operation) -> Finding:
        message = f"the response {new.status} is new"
        finding = finding_of(
            self.response.variance, "response-added", old.pointer, new.pointer, message, Relation.WIDER
        )
        if new.status[0] in "45d" and finding.wire is Verdict.BREAKING:
            reason = "clients take an error that they do not know for the first of its class (RFC 9110, section 15)"
            return replace(finding, wire=Verdict.COMPATIBLE, sdk=Verdict.COMPATIBLE, reason=reason)
        return finding

    def _response(self, old: Response, new: Response) -> Iterator[Finding]:
        yield from headers(self.response, old.headers, new.headers, (old.pointer, new.pointer))
        yield from contents(self.response, old.content, new.content, (old.pointer, new.pointer))
        if old.links.keys() != new.links.keys():
            names = sorted(old.links.keys() ^ new.links.keys())
            message = f"links came or went: {', '.join(names)}"
            yield _wording("links-changed", old.pointer, new.pointer, message)


_REFUSED_WHEN_UNKNOWN = {ParameterLocation.QUERY, ParameterLocation.QUERYSTRING, ParameterLocation.PATH}
"""Where a parameter that is still sent is refused; unknown headers and cookies are not looked at."""


def _called_otherwise(old: Operation, one: Parameter, new: Operation, other: Parameter) -> Iterator[Finding]:
    """Another argument for the same parameter, because others came or went whose names become the same."""
    if one.name != other.name:
        return
    was, now = (argument_names(each).get((str(one.location), one.name)) for each in (old, new))
    if was != now:
        message = f"{other.location} parameter {other.name!r} is the argument {now} instead of {was}"
        yield _code_only("name-in-code-changed", one.pointer, other.pointer, message)


def _by_key(operation: Operation) -> Mapping[tuple[str, str], Parameter]:
    """Parameters by what tells them apart: those of the path by their place in it, headers without case."""
    found: dict[tuple[str, str], Parameter] = {}
    for parameter in operation.parameters:
        name = parameter.name
        if parameter.location is ParameterLocation.PATH:
            name = str(operation.path.partition("{" + name + "}")[0].count("{"))
        elif parameter.location is ParameterLocation.HEADER:
            name = name.lower()
        found[str(parameter.location), name] = parameter
    return found


def _serialisation(parameter: Parameter, *, can_explode: bool) -> str:
    if parameter.content is not None:
        return parameter.content.media_type
    return f"{parameter.style}{' (exploded)' if parameter.explode and can_explode else ''}"


def _holds_for(operation: Operation, status: str) -> Response | None:
    """The declaration that holds for a status that is not declared itself."""
    declared = {each.status: each for each in operation.responses}
    return declared.get(f"{status[0]}XX") or declared.get("default")


def _code_only(code: str, old: str, new: str, message: str) -> Finding:
    return Finding(
        code=code,
        old=old,
        new=new,
        message=message,
        reason=_OWN_CODE,
        sdk=Verdict.BREAKING,
        handlers=Verdict.BREAKING,
    )


def _wording(code: str, old: str, new: str, message: str) -> Finding:
    return Finding(code=code, old=old, new=new, message=message, reason="nothing is sent otherwise", is_wording=True)
