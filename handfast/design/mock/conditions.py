"""Entity tags of what a mock remembers, and requests that depend on them (RFC 9110, section 13.1)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from handfast.contract import Direction
from handfast.contract.model import Header
from handfast.design.mock.answers import Answers
from handfast.design.mock.choosing import Choice, respond
from handfast.design.mock.resources import Resource
from handfast.design.mock.store import Thing
from handfast.runtime.fallback import JudgedRequest


@dataclass(frozen=True, slots=True)
class Conditions:
    """Tells whether requests hold for things; only where the contract declares an `ETag`, and the refusal."""

    answers: Answers

    def etag(self, resource: Resource, thing: Thing) -> str | None:
        """The entity tag of a thing, which another one has another of; None where none is declared for a resource."""
        header = _declared(resource)
        if header is None:
            return None
        digest = hashlib.sha256(json.dumps(thing, sort_keys=True).encode()).hexdigest()[:16]
        if self.answers.header_fits(header, plain := f'"{digest}"') or header.schema is None:
            return plain
        values = self.answers.samples.values(header.schema.pointer, Direction.RESPONSE, seed=digest, varied=True)
        return next((value for value in values if isinstance(value, str)), None)

    def known(self, request: JudgedRequest, resource: Resource, thing: Thing) -> Choice | None:
        """The 304 for a client that has a thing as it is (RFC 9110, section 13.1.2)."""
        tags = _tags(request, b"if-none-match")
        return respond(request, 304) if tags and self.etag(resource, thing) in tags else None

    def stale(self, request: JudgedRequest, resource: Resource, thing: Thing) -> Choice | None:
        """The 412 for a client that would change a thing which is no longer as it thinks (RFC 9110, section 13.1.1)."""
        tags, etag = _tags(request, b"if-match"), self.etag(resource, thing)
        if not tags or "*" in tags or etag is None or etag in tags:
            return None
        return respond(request, 412)


def _declared(resource: Resource) -> Header | None:
    return next(
        (
            header
            for operation in resource.operations.values()
            for response in operation.responses
            for name, header in response.headers.items()
            if name.lower() == "etag"
        ),
        None,
    )


def _tags(request: JudgedRequest, name: bytes) -> list[str]:
    """The entity tags of a conditional request (RFC 9110, section 13.1)."""
    values = [value.decode("latin-1") for key, value in request.headers if key.lower() == name]
    return [tag.strip().removeprefix("W/") for value in values for tag in value.split(",")]
