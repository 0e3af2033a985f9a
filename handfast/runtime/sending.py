"""Sends webhooks and callbacks: each request is judged before it leaves, and each reply before anybody sees it.

    hooks = Sender(PetsWebhooks, contract, HttpxTransport(client), credentials={"signature": sign})
    reply = await hooks.to(subscription.url).new_pet(body=pet)           a webhook, or a callback whose URL was kept
    reply = await callbacks.after(origin).event(body=event)              the URL is what the runtime expression says

The reply is one of the declared ones, errors included, and never raised.
"""

from __future__ import annotations

import base64
import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from inspect import isawaitable
from types import new_class
from typing import Generic, TypeAlias, TypeVar, cast
from urllib.parse import quote, urlsplit

from handfast.contract import expressions, names
from handfast.contract.model import (
    Contract,
    Direction,
    JSONValue,
    Operation,
    Parameter,
    ParameterLocation,
    SecurityRequirement,
    SecurityScheme,
)
from handfast.errors import BindError, OutboundRequestViolation
from handfast.runtime import parameters, serialise
from handfast.runtime.addresses import AddressRefused, Allow, is_public
from handfast.runtime.arguments import hints_of
from handfast.runtime.build import members
from handfast.runtime.gaps import stale_packages
from handfast.runtime.header_text import is_field_value
from handfast.runtime.incoming_replies import IncomingReplies
from handfast.runtime.limits import Limits
from handfast.runtime.model import writer_of
from handfast.runtime.operations import Callbacks, Operations, Webhooks, tags_of
from handfast.runtime.origin import Origin, callback_url
from handfast.runtime.outgoing_bodies import OutgoingBody, WrittenBody, cannot_be_sent
from handfast.runtime.reply import Reply
from handfast.runtime.transport import OutboundRequest, Transport

T = TypeVar("T")

Sign: TypeAlias = Callable[[OutboundRequest], "str | Awaitable[str]"]
"""Makes a credential for one request, such as a signature of its content; the request has no credentials yet."""

Credential: TypeAlias = str | tuple[str, str] | Sign
"""A key or token, user and password of http basic, or what makes one."""

Texts: TypeAlias = Sequence[tuple[Parameter, str]]

_Target: TypeAlias = "str | Origin"


class Sender(Generic[T]):
    """Makes objects of a generated class of webhooks or callbacks, whose methods send.

    `credentials` has what the security schemes ask for, by name; mutualTLS is the transport's. `allow` says where
    requests may go. Raises `BindError` with everything that does not fit.
    """

    def __init__(
        self,
        kind: Callable[..., T],
        contract: Contract,
        transport: Transport,
        *,
        credentials: Mapping[str, Credential] | None = None,
        allow: Allow = is_public,
        limits: Limits = Limits(),  # frozen
    ) -> None:
        generated = cast("type[Operations]", kind)
        family = Webhooks if issubclass(generated, Webhooks) else Callbacks
        tags = tags_of(generated, family)
        every = contract.webhooks if family is Webhooks else contract.callbacks
        operations = [operation for operation in every if operation.tag in tags]
        outside = contract.as_messages(operations)
        given = dict(credentials or {})
        gaps = [*stale_packages(contract, tags.values()), *_gaps(contract, generated, operations, given)]
        if gaps:
            raise BindError(gaps)
        words = parameters.lexicon(contract)
        methods: dict[str, object] = {}
        for operation in operations:
            declared = getattr(tags[operation.tag], names.method_name(operation))
            hints = hints_of(declared)
            kinds = [part for part in members(hints["return"]) if isinstance(part, type) and issubclass(part, Reply)]
            outgoing = _Outgoing(
                contract=outside,
                operation=operation,
                declared=declared,
                transport=transport,
                credentials=_chosen(operation, contract, given),
                allow=allow,
                replies=IncomingReplies(contract, operation, kinds, words, limits),
            )
            methods[names.method_name(operation)] = outgoing.as_method()
        self._kind: type[object] = new_class(
            generated.__name__, (generated,), exec_body=lambda body: body.update(methods)
        )

    def to(self, url: str) -> T:
        """Send to a URL."""
        return self._made(url)

    def after(self, origin: Origin) -> T:
        """Send to where the runtime expressions of the callbacks lead in a request; CallbackUrlError on sending."""
        return self._made(origin)

    def _made(self, target: _Target) -> T:
        made: object = object.__new__(self._kind)
        object.__setattr__(made, "_handfast_target", target)
        return cast("T", made)


class _Outgoing:
    """How the requests of one operation are made, and its replies read."""

    def __init__(
        self,
        *,
        contract: Contract,
        operation: Operation,
        declared: Callable[..., object],
        transport: Transport,
        credentials: Sequence[tuple[SecurityScheme, Credential]],
        allow: Allow,
        replies: IncomingReplies,
    ) -> None:
        self._contract = contract
        self._operation = operation
        self._signature = inspect.signature(declared)
        self._transport = transport
        self._credentials = credentials
        self._allow = allow
        self._replies = replies
        hints = hints_of(declared)
        by_key = {(str(parameter.location), parameter.name): parameter for parameter in operation.parameters}
        self._parameters = {
            name: (by_key[key], writer_of(hints[name])) for key, name in names.argument_names(operation).items()
        }
        body = operation.request_body
        what = f"{contract.locate(operation.pointer)}: {operation.operation_id}"
        self._body = OutgoingBody(contract, body.content, hints.get("body"), what) if body is not None else None

    def as_method(self) -> Callable[..., Awaitable[object]]:
        """The method of the class that sends."""

        async def send(self_: object, *args: object, **arguments: object) -> object:
            bound = self._signature.bind(self_, *args, **arguments)
            bound.apply_defaults()
            return await self._send(getattr(self_, "_handfast_target"), bound.arguments)  # noqa: B009  # set by Sender

        send.__name__ = names.method_name(self._operation)
        return send

    async def _send(self, target: _Target, arguments: Mapping[str, object]) -> Reply | None:
        errors: list[str] = []
        texts = self._texts(arguments, errors)
        written = self._write(arguments.get("body"))
        errors += written.errors
        if errors:
            told = "".join(f"\n  {error}" for error in errors)
            where = f"{self._contract.locate(self._operation.pointer)}: {self._operation.operation_id}"
            raise OutboundRequestViolation(f"{where}: the request breaks the contract, and was not sent{told}")
        url = self._url(target, texts)
        if not await self._allow(url):
            raise AddressRefused(f"{self._operation.operation_id}: a request to this URL is not allowed: {_shown(url)}")
        request = self._request(url, texts, written)
        return await self._replies.read(await self._transport(await _signed(request, self._credentials)))

    def _texts(self, arguments: Mapping[str, object], errors: list[str]) -> list[tuple[Parameter, str]]:
        """The parameters that are sent, each as text, and what is wrong with them."""
        found: list[tuple[Parameter, str]] = []
        for name, (parameter, adapter) in self._parameters.items():
            given = arguments[name]
            if given is None and not parameter.required:
                continue
            value: JSONValue = adapter.dump_python(given, mode="json", by_alias=True, warnings=False)
            schema = parameter.schema or (parameter.content.schema if parameter.content is not None else None)
            judge = self._contract.judge(schema, Direction.REQUEST) if schema is not None else None
            what = f"{parameter.location} parameter {parameter.name}"
            if judge is not None and not judge.is_valid(value):
                errors += [f"{what}: {error.message} [{error.code}]" for error in judge.errors(value)]
                continue
            text = _WRITERS.get(parameter.location, serialise.query_text)(parameter, value)
            if parameter.location is ParameterLocation.HEADER and not is_field_value(text):
                errors.append(f"{what}: it has characters that no header may [not-a-field-value]")
            found.append((parameter, text))
        return found

    def _write(self, body: object) -> WrittenBody:
        declared = self._operation.request_body
        if self._body is None or declared is None or (body is None and not declared.required):
            return WrittenBody()
        return self._body.write(body)

    def _url(self, target: _Target, texts: Texts) -> str:
        in_path = {each.name: text for each, text in texts if each.location is ParameterLocation.PATH}
        if isinstance(target, Origin):
            return callback_url(expressions.parse(self._operation.path), target, in_path)
        for name, text in in_path.items():
            target = target.replace("{" + name + "}", text)
        return target

    def _request(self, url: str, texts: Texts, written: WrittenBody) -> OutboundRequest:
        queries = [text for each, text in texts if each.location in _IN_QUERY and text]
        cookies = [text for each, text in texts if each.location is ParameterLocation.COOKIE]
        headers = [(each.name, text) for each, text in texts if each.location is ParameterLocation.HEADER]
        if cookies:
            headers.append(("Cookie", "; ".join(cookies)))
        if written.content_type:
            headers.append(("Content-Type", written.content_type))
        return OutboundRequest(
            method=self._operation.method,
            url=_with_query(url, queries),
            headers=tuple(headers),
            content=written.content,
        )


_IN_QUERY = (ParameterLocation.QUERY, ParameterLocation.QUERYSTRING)
_WRITERS: Mapping[ParameterLocation, Callable[[Parameter, JSONValue], str]] = {
    ParameterLocation.PATH: serialise.path_text,
    ParameterLocation.HEADER: serialise.header_value,
    ParameterLocation.COOKIE: serialise.cookie_text,
}


def _with_query(url: str, queries: list[str]) -> str:
    if not queries:
        return url
    base, hash_sign, fragment = url.partition("#")
    between = "?" if "?" not in base else "" if base.endswith(("?", "&")) else "&"
    return base + between + "&".join(queries) + hash_sign + fragment


def _shown(url: str) -> str:
    """The part of a URL that may stand in a log: it can have a token in its query, and a password before its host."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname or ''}"
    except ValueError:
        return "(no URL)"


async def _signed(
    request: OutboundRequest, credentials: Sequence[tuple[SecurityScheme, Credential]]
) -> OutboundRequest:
    """A request with its credentials, which are made of the request as it was before."""
    headers, queries, cookies = list(request.headers), list[str](), list[str]()
    for scheme, credential in credentials:
        made = credential(request) if callable(credential) else credential
        text = (await made) if isawaitable(made) else made
        if scheme.type == "apiKey" and scheme.location is ParameterLocation.QUERY:
            queries.append(f"{quote(scheme.parameter_name, safe='')}={quote(str(text), safe='')}")
        elif scheme.type == "apiKey" and scheme.location is ParameterLocation.COOKIE:
            cookies.append(f"{scheme.parameter_name}={text}")
        elif scheme.type == "apiKey":
            headers.append((scheme.parameter_name, str(text)))
        elif isinstance(text, tuple):
            headers.append(("Authorization", f"Basic {base64.b64encode(':'.join(text).encode()).decode()}"))
        else:
            name = scheme.scheme.title() if scheme.type == "http" else "Bearer"
            headers.append(("Authorization", f"{name} {text}"))
    if cookies:
        before = [value for name, value in headers if name == "Cookie"]
        headers = [each for each in headers if each[0] != "Cookie"] + [("Cookie", "; ".join([*before, *cookies]))]
    return OutboundRequest(
        method=request.method,
        url=_with_query(request.url, queries),
        headers=tuple(headers),
        content=request.content,
    )


def _gaps(
    contract: Contract, kind: type[Operations], operations: list[Operation], credentials: Mapping[str, Credential]
) -> list[str]:
    if not operations:
        return [f"{kind.__name__} is no generated class of webhooks or callbacks of this contract"]
    gaps: list[str] = []
    for operation in operations:
        place = contract.locate(operation.pointer)
        if not hasattr(kind, names.method_name(operation)):
            gaps.append(f"{place}: {kind.__name__} has no method for {operation.operation_id}; run `handfast generate`")
        if operation.request_body is not None and (names_ := cannot_be_sent(operation.request_body.content)):
            gaps.append(f"{place}: {operation.operation_id} takes {', '.join(names_)}, which a sender cannot write")
        if any(operation.security) and _satisfied(operation, contract, credentials) is None:
            wanted = " or ".join(" and ".join(each) for each in operation.security)
            gaps.append(
                f"{place}: {operation.operation_id} needs credentials of {wanted}; give Sender credentials={{...}}, or "
                "write `security: []` where the receiver asks for none"
            )
    gaps += [
        f"the contract has no security scheme {name}" for name in credentials if name not in contract.security_schemes
    ]
    return gaps


def _satisfied(
    operation: Operation, contract: Contract, credentials: Mapping[str, Credential]
) -> SecurityRequirement | None:
    """The first alternative for which there are credentials; one that asks for none counts last."""
    for requirement in sorted(operation.security, key=lambda each: not each):
        if all(name in credentials or contract.security_schemes[name].type == "mutualTLS" for name in requirement):
            return requirement
    return None


def _chosen(
    operation: Operation, contract: Contract, credentials: Mapping[str, Credential]
) -> list[tuple[SecurityScheme, Credential]]:
    requirement = _satisfied(operation, contract, credentials) or {}
    return [(contract.security_schemes[name], credentials[name]) for name in requirement if name in credentials]
