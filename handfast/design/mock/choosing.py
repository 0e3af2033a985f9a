"""Which of the declared responses a mock gives, and which example of it: what the client prefers, else the success."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from handfast.contract.model import JSONValue, MediaType, Operation, Response
from handfast.design.mock.prefer import Preferences, WrongPreference
from handfast.runtime.accept import best
from handfast.runtime.answers import may_have_body
from handfast.runtime.fallback import JudgedRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A response and the status it is sent with; `media` is None where nothing is in it, `example` a name in it.

    `is_asked` tells that the client named the example.
    """

    response: Response
    status: int
    media: MediaType | None
    example: str | None = None
    is_asked: bool = False


def choose(request: JudgedRequest, wanted: Preferences) -> Choice | None:
    """The response to give; None for an operation that declares none. Raises WrongPreference."""
    operation = request.operation
    if wanted.code is not None:
        response = operation.response(wanted.code)
        if response is not None:
            return _with_example(_of(response, wanted.code, request), request, wanted)
        if not wanted.is_lenient:
            declared = ", ".join(each.status for each in operation.responses) or "none"
            raise WrongPreference(f"{operation.operation_id} declares no response for {wanted.code}; it has {declared}")
    response = usual(operation)
    if response is None:
        return None
    choice = _of(response, usual_status(response), request)
    if wanted.example is not None and wanted.example not in _names(response):
        others = (each for each in operation.responses if wanted.example in _names(each))
        if (other := next(others, None)) is not None:
            choice = _of(other, usual_status(other), request)
    return _with_example(choice, request, wanted)


def usual(operation: Operation) -> Response | None:
    """The first success, else `default`, else whatever is declared first."""
    successes = [response for response in operation.responses if response.status[0] in "23"]
    default = [response for response in operation.responses if response.status == "default"]
    return next(iter([*successes, *default, *operation.responses]), None)


def usual_status(response: Response) -> int:
    """The status of a response; the first of a range, and 200 for `default`."""
    if response.status.isdecimal():
        return int(response.status)
    return 200 if response.status == "default" else int(response.status[0]) * 100


def respond(request: JudgedRequest, status: int) -> Choice | None:
    """The response that is declared for a status, itself or by a range or `default`; None where none is."""
    response = request.operation.response(status)
    return None if response is None else _of(response, status, request)


def _of(response: Response, status: int, request: JudgedRequest) -> Choice:
    names = list(response.content)
    if not names or not may_have_body(status):
        return Choice(response=response, status=status, media=None)
    media = response.content[names[best(names, request.accept) or 0]]
    return Choice(response=response, status=status, media=media, example=_matching(media, request))


def _with_example(choice: Choice, request: JudgedRequest, wanted: Preferences) -> Choice:
    """The choice with the example that the client named, in another media type if need be."""
    name = wanted.example
    if name is None:
        return choice
    if choice.media is not None:
        for media in (choice.media, *choice.response.content.values()):
            if name in media.examples or name in media.texts:
                return replace(choice, media=media, example=name, is_asked=True)
    if wanted.is_lenient:
        return choice
    where = f"the response {choice.response.status} of {request.operation.operation_id}"
    there = ", ".join(dict.fromkeys(_names(choice.response)))
    raise WrongPreference(f"{where} has no example {name[:60]!r}; it has {there or 'none'}")


def _names(response: Response) -> list[str]:
    return [name for media in response.content.values() for name in (*media.examples, *media.texts)]


def _matching(media: MediaType, request: JudgedRequest) -> str | None:
    """The example whose name is that of an example of the request which the request is equal to.

    So an author who calls the examples of a parameter, of the request body and of a response alike pairs them.
    """
    said = set(_said(request))
    return next((name for name in (*media.examples, *media.texts) if name in said), None)


def _said(request: JudgedRequest) -> Iterator[str]:
    for parameter in request.operation.parameters:
        value = request.parameters.get((parameter.location, parameter.name))
        if value is not None:
            yield from _equal(parameter.examples, value)
    if request.operation.request_body is not None and request.body is not None:
        for media in request.operation.request_body.content.values():
            yield from _equal(media.examples, request.body)


def _equal(examples: Mapping[str, JSONValue], value: object) -> Iterator[str]:
    return (name for name, example in examples.items() if example == value)
