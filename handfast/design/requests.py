"""Requests made from a contract: valid ones of its examples or samples, and for each parameter and body a wrong one.

    requests = Requests(contract)
    requests.valid(operation)      one request for each media type of the body, or one without a body
    requests.invalid(operation)    requests with one thing wrong, each as `wrong` says

A wrong value is one that the judge refuses however its text is read. Where a schema refuses nothing, what is required
is left out; where nothing is required either, there is no wrong request.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import quote

from handfast.contract import Contract, Direction, Operation, Parameter, ParameterLocation, Schema
from handfast.contract.model import JSONValue, MediaType, SecurityScheme
from handfast.design.bodies import BodyWriter, Written
from handfast.design.samples import Samples, Unsatisfiable
from handfast.design.wrong import wrong_texts, wrong_values
from handfast.runtime import media_types, serialise
from handfast.runtime.body_types import FORM, essence_of, kind_of
from handfast.runtime.gathering import may_be_nothing
from handfast.runtime.header_text import is_field_value
from handfast.runtime.shapes import Shapes

_Texts: TypeAlias = Mapping[tuple[ParameterLocation, str], str]
_IGNORED = frozenset({"accept", "content-type", "authorization"})
_LENGTH = "Content-Length"
_CODING, _PLAIN = "content-encoding", "identity"
_CREDENTIAL = "c2VjcmV0"
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_IN_PATHS = "/!$&'()*+,;=:@%{}"
"""What stays as it is in the template of a path; a `?` or a `#` in one is sent escaped (RFC 3986, section 3.3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRequest:
    """A request as it stands on the wire: `path` and `query` with their escapes; `certificate` is the client's."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    certificate: str = ""
    wrong: str = ""


class Requests:
    """Makes requests for the operations of one contract; the same seed makes the same ones."""

    def __init__(self, contract: Contract, seed: int = 0) -> None:
        self._contract = contract
        self._shapes = Shapes(contract.document)
        self._samples = Samples(contract.document, contract.judges, seed)
        self._writer = BodyWriter(self._shapes, lambda schema: self._samples.value(schema.pointer, Direction.REQUEST))
        self._base = contract.servers[0].base_path if contract.servers else ""

    def valid(self, operation: Operation) -> list[SampleRequest]:
        """A request for each media type of the body; Unsatisfiable where the contract admits none at all."""
        texts = self._texts(operation)
        if operation.request_body is None:
            return [self._request(operation, texts)]
        found: list[SampleRequest] = []
        failure: Unsatisfiable | None = None
        for media_type in operation.request_body.content.values():
            try:
                found.append(self._request(operation, texts, self._body(media_type)))
            except Unsatisfiable as error:
                failure = error
        if not operation.request_body.required:
            found.append(self._request(operation, texts))
        if not found and failure is not None:
            raise failure
        return found

    def invalid(self, operation: Operation) -> Iterator[SampleRequest]:
        """Requests that are valid but for one parameter, or for their body."""
        texts = self._texts(operation)
        body = self._first_body(operation)
        for parameter in operation.parameters:
            if _is_ignored(parameter):
                continue
            key = (parameter.location, parameter.name)
            wrong = self._wrong_text(parameter)
            if wrong is not None:
                request = self._request(operation, {**texts, key: wrong}, body)
            elif any(_is_sent(scheme, {key: ""}) for scheme in self._schemes(operation)):
                continue  # it would be sent all the same
            elif parameter.required and not self._may_be_left_out(parameter):
                request = self._request(operation, {each: text for each, text in texts.items() if each != key}, body)
            else:
                continue
            yield replace(request, wrong=f"{parameter.location} parameter {parameter.name}")
        if operation.request_body is not None:
            wrong_body = self._wrong_body(operation.request_body.content.values())
            if wrong_body is not None or operation.request_body.required:
                yield replace(self._request(operation, texts, wrong_body), wrong="body")

    # Parameters

    def _texts(self, operation: Operation) -> _Texts:
        texts: dict[tuple[ParameterLocation, str], str] = {}
        for parameter in operation.parameters:
            if _is_ignored(parameter):
                continue
            text = next(self._written(parameter), None)
            if text is not None:
                texts[parameter.location, parameter.name] = text
            elif parameter.required:
                schema = parameter_schema(parameter)
                raise Unsatisfiable(schema.pointer if schema is not None else parameter.pointer)
        return texts

    def _written(self, parameter: Parameter) -> Iterator[str]:
        """The texts of a parameter's examples, then of samples, as far as its location can carry them."""
        schema = parameter_schema(parameter)
        if parameter.location is ParameterLocation.HEADER and parameter.name.lower() == _CODING:
            identity = schema is None or self._contract.judge(schema, Direction.REQUEST).is_valid(_PLAIN)
            yield from [_PLAIN] if identity else []  # no other coding is taken
            return
        examples = [*parameter.examples.values(), *(parameter.content.examples.values() if parameter.content else ())]
        for value in self._values(schema, examples):
            text = written(parameter, value)
            if text is not None:
                yield text

    def _may_be_left_out(self, parameter: Parameter) -> bool:
        """Whether a request without a parameter that is required is right, or none of its operation."""
        if parameter.location is ParameterLocation.PATH or parameter.schema is None:
            return parameter.location is ParameterLocation.PATH
        is_object = may_be_nothing(parameter, self._shapes.of(parameter.schema.pointer))
        return is_object and self._contract.judge(parameter.schema, Direction.REQUEST).is_valid({})

    def _values(self, schema: Schema | None, examples: Iterable[JSONValue]) -> Iterator[JSONValue]:
        if schema is None:
            yield from [*examples, "text"]
            return
        judge = self._contract.judge(schema, Direction.REQUEST)
        yield from (value for value in examples if judge.is_valid(value))
        yield from self._samples.values(schema.pointer, Direction.REQUEST)

    def _wrong_text(self, parameter: Parameter) -> str | None:
        schema = parameter_schema(parameter)
        if schema is None:
            return None
        judge = self._contract.judge(schema, Direction.REQUEST)
        kinds = self._shapes.of(schema.pointer).kinds
        values: Iterable[JSONValue]
        if parameter.content is not None and media_types.is_json(parameter.content.media_type):
            values = wrong_values(judge, next(self._values(schema, ()), None))
        elif "object" in kinds:
            sample = next((value for value in self._values(schema, ()) if isinstance(value, dict)), None)
            values = wrong_texts(judge, sample) if sample and kinds == frozenset({"object"}) else ()
        else:
            values = wrong_texts(judge, [""] if "array" in kinds else "")
        return next((text for value in values if (text := written(parameter, value)) is not None), None)

    # Bodies

    def _first_body(self, operation: Operation) -> Written | None:
        if operation.request_body is None:
            return None
        for media_type in operation.request_body.content.values():
            try:
                return self._body(media_type)
            except Unsatisfiable:
                continue
        return None

    def _body(self, media_type: MediaType) -> Written:
        items = media_type.item_schema
        if items is not None and media_type.schema is None:
            return self._writer.write(media_type, [self._samples.value(items.pointer, Direction.REQUEST)])
        for value in self._values(media_type.schema, media_type.examples.values()):
            if media_type.schema is None or _is_carried(media_type, value):
                return self._writer.write(media_type, value)
        raise Unsatisfiable(media_type.schema.pointer if media_type.schema is not None else media_type.pointer)

    def _wrong_body(self, media_types_: Iterable[MediaType]) -> Written | None:
        for media_type in media_types_:
            for value in self._wrong_body_values(media_type):
                return self._writer.write(media_type, value)
        return None

    def _wrong_body_values(self, media_type: MediaType) -> Iterable[JSONValue]:
        kind, essence = kind_of(media_type), essence_of(media_type)
        schema = media_type.item_schema or media_type.schema
        if schema is None or kind == "bytes":
            return ()
        judge = self._contract.judge(schema, Direction.REQUEST)
        sample = next(self._values(schema, ()), None)
        if kind == "items" and not essence.startswith("multipart/"):
            return ([value] for value in wrong_values(judge, sample))
        if kind == "text":
            return wrong_texts(judge, "")
        if media_types.is_json(essence):
            return wrong_values(judge, sample)
        return wrong_texts(judge, sample) if isinstance(sample, dict) and kind == "value" else ()

    # Requests

    def _request(
        self, operation: Operation, texts: Mapping[tuple[ParameterLocation, str], str], body: Written | None = None
    ) -> SampleRequest:
        path = quote(self._base + operation.path, safe=_IN_PATHS)
        query: list[str] = []
        headers: list[tuple[str, str]] = []
        cookies: list[str] = []
        for (location, name), text in texts.items():
            match location:
                case ParameterLocation.PATH:
                    path = path.replace(quote("{" + name + "}", safe=_IN_PATHS), text)
                case ParameterLocation.HEADER:
                    headers.append((name, text))
                case ParameterLocation.COOKIE:
                    cookies.append(text)
                case _:
                    query.append(text)
        certificate = self._present(operation, texts, query, headers, cookies)
        if cookies:
            headers.append(("Cookie", "; ".join(cookies)))
        if body is not None:
            headers += [("Content-Type", body.content_type), (_LENGTH, str(len(body.body)))]
        elif any(_is_length(parameter) for parameter in operation.parameters):
            headers.append((_LENGTH, "0"))
        return SampleRequest(
            method=operation.method,
            path=path,
            query="&".join(filter(None, query)),
            headers=tuple(headers),
            body=body.body if body is not None else b"",
            certificate=certificate,
        )

    def _present(
        self,
        operation: Operation,
        texts: _Texts,
        query: list[str],
        headers: list[tuple[str, str]],
        cookies: list[str],
    ) -> str:
        """Add the credentials that an operation needs where no parameter has them; answers the client's certificate."""
        certificate = ""
        for scheme in sorted(self._schemes(operation), key=lambda each: not _is_authorization(each)):
            if _is_sent(scheme, texts):
                continue
            match scheme.location:
                case ParameterLocation.QUERY:
                    query.append(f"{scheme.parameter_name}={_CREDENTIAL}")
                case ParameterLocation.COOKIE:
                    cookies.append(f"{scheme.parameter_name}={_CREDENTIAL}")
                case ParameterLocation.HEADER if scheme.parameter_name.lower() in {name.lower() for name, _ in headers}:
                    pass  # an API key in Authorization, beside a scheme that writes this header
                case ParameterLocation.HEADER:
                    headers.append((scheme.parameter_name, _CREDENTIAL))
                case _ if scheme.type == "mutualTLS":
                    certificate = _CERTIFICATE
                case _ if ("Authorization", _authorization(scheme)) not in headers:
                    headers.append(("Authorization", _authorization(scheme)))
                case _:
                    pass  # one token for two schemes
        return certificate

    def _schemes(self, operation: Operation) -> list[SecurityScheme]:
        """The schemes of the first alternative that one request can present."""
        for requirement in operation.security:
            schemes = [self._contract.security_schemes[name] for name in requirement]
            carried = {_authorization(scheme) for scheme in schemes if _is_authorization(scheme)}
            if len(carried) < 2:
                return schemes
        return []


def parameter_schema(parameter: Parameter) -> Schema | None:
    """The schema of a parameter, its own or that of its content."""
    return parameter.schema or (parameter.content.schema if parameter.content is not None else None)


def written(parameter: Parameter, value: JSONValue) -> str | None:
    """A value as the text of a parameter; None where its location cannot carry it."""
    match parameter.location:
        case ParameterLocation.PATH:
            text = serialise.path_text(parameter, value)
            bare = text.lstrip(".;").removeprefix(f"{parameter.name}=")
            return text if bare and text not in (".", "..") else None
        case ParameterLocation.HEADER:
            try:
                text = serialise.header_value(parameter, value)
            except ValueError:  # links that are none
                return None
            is_plain = parameter.content is not None or _is_list_of_texts(value)
            return text if text and is_plain and is_field_value(text) and text.isascii() else None
        case ParameterLocation.COOKIE:
            text = serialise.cookie_text(parameter, value)
            is_whole = parameter.content is None or ";" not in text
            return text if text and is_whole and text.isascii() and is_field_value(text) else None
        case _:
            return serialise.query_text(parameter, value) or None


def _is_list_of_texts(value: JSONValue) -> bool:
    """Whether a list in a header can be taken apart again: nothing is nested, and nothing has a delimiter inside."""
    if not isinstance(value, (list, dict)):
        return True
    items = value if isinstance(value, list) else [*value, *value.values()]
    return not any(isinstance(item, (list, dict)) or {",", "="} & set(str(item)) for item in items)


def _is_carried(media_type: MediaType, value: JSONValue) -> bool:
    """Whether a media type can carry a value: a form has fields, whatever its schema says."""
    return media_type.is_opaque or essence_of(media_type) != FORM or isinstance(value, dict)


def _is_ignored(parameter: Parameter) -> bool:
    """Whether OpenAPI says to ignore a parameter (3.1.1, section 4.8.12.2.1), or the body alone decides what it is."""
    is_header = parameter.location is ParameterLocation.HEADER
    return is_header and (parameter.name.lower() in _IGNORED or _is_length(parameter))


def _is_length(parameter: Parameter) -> bool:
    return parameter.location is ParameterLocation.HEADER and parameter.name.lower() == _LENGTH.lower()


def _is_sent(scheme: SecurityScheme, texts: _Texts) -> bool:
    """Whether a parameter of the operation has the API key of a scheme."""
    name = scheme.parameter_name
    if scheme.location is ParameterLocation.HEADER:
        return any(location is scheme.location and each.lower() == name.lower() for location, each in texts)
    return scheme.location is not None and (scheme.location, name) in texts


def _is_authorization(scheme: SecurityScheme) -> bool:
    return scheme.location is None and scheme.type != "mutualTLS"


def _authorization(scheme: SecurityScheme) -> str:
    if scheme.type == "http" and scheme.scheme == "basic":
        return f"Basic {b64encode(b'ada:secret').decode()}"
    if scheme.type == "http" and scheme.scheme != "bearer":
        return f"{scheme.scheme.title()} {_CREDENTIAL}"
    return f"Bearer {_CREDENTIAL}"
