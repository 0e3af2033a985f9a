"""Small contracts and applications for tests of the runtime."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass
from typing import Annotated, Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from starlette.testclient import TestClient

from handfast.contract import Contract, JSONValue, load_contract_text
from handfast.runtime import ErrorReply, Header, Operations, Reply, bind

PROBLEM = "application/problem+json"


def problem(description: str, **more: JSONValue) -> JSONValue:
    """A response with a problem."""
    return {
        "description": description,
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        **more,
    }


def contract_of(
    paths: Mapping[str, Any],
    *,
    server: str = "/api",
    version: str = "3.1.1",
    security: JSONValue = None,
    schemas: Mapping[str, JSONValue] | None = None,
    **components: Any,
) -> Contract:
    """A contract with these paths; `Thing` and `Problem` are among its schemas."""
    document: dict[str, JSONValue] = {
        "openapi": version,
        "info": {"title": "Things", "version": "1"},
        "servers": [{"url": server}],
        "paths": dict(paths),
        "components": {
            "schemas": {
                "Thing": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["name"],
                    "properties": {"name": {"type": "string", "maxLength": 5}, "size": {"type": "integer"}},
                },
                "Problem": {
                    "type": "object",
                    "required": ["title", "status"],
                    "properties": {"title": {"type": "string"}, "status": {"type": "integer"}},
                },
                **(schemas or {}),
            },
            **components,
        },
    }
    if security is not None:
        document["security"] = security
    return load_contract_text(json.dumps(document), "openapi.json")


@contextmanager
def serving(
    contract: Contract, *handlers: type[Operations], app: FastAPI | None = None, **options: Any
) -> Iterator[TestClient]:
    """A client of an application with these handlers."""
    app = app or FastAPI(openapi_url=None)
    bind(app, contract, handlers, **options)
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
        yield client


class Thing(BaseModel):
    """What the tests are about; checks nothing, so that replies can break the contract."""

    model_config = ConfigDict(extra="allow")

    name: object = "a"
    size: object = 1


def thing(**members: object) -> Thing:
    """A thing with any members."""
    return Thing(**members)


THING: JSONValue = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
PATHS: dict[str, JSONValue] = {
    "/things/{id}": {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}],
        "get": {
            "operationId": "getThing",
            "tags": ["things"],
            "responses": {
                "200": {
                    "description": "It.",
                    "headers": {
                        "ETag": {"required": True, "schema": {"type": "string", "pattern": '^"[a-z]*"$'}},
                        "X-Count": {"schema": {"type": "integer", "minimum": 0}},
                        "X-Note": {"content": {"text/plain": {"schema": {"type": "string", "maxLength": 3}}}},
                    },
                    "content": THING,
                },
                "304": {"description": "Not changed."},
                "404": problem("None."),
                "4XX": problem("No."),
                "500": problem("Ours."),
            },
        },
        "put": {
            "operationId": "putThing",
            "tags": ["things"],
            "parameters": [{"name": "dry", "in": "query", "schema": {"type": "boolean"}}],
            "requestBody": {"required": True, "content": THING},
            "responses": {
                "200": {"description": "It.", "content": THING},
                "204": {"description": "Done."},
                "400": problem("Bad."),
                "404": problem("None."),
                "413": problem("Big."),
                "415": problem("Kind."),
                "422": problem("Wrong."),
            },
        },
    },
}


@dataclass(eq=False)
class GetThing200(Reply, status=200, media_type="application/json"):
    body: Thing
    _: KW_ONLY
    etag: Annotated[str, Header("ETag")]
    x_count: Annotated[int | None, Header("X-Count")] = None


@dataclass(eq=False)
class GetThing304(Reply, status=304):
    pass


@dataclass(eq=False)
class GetThing404(ErrorReply, status=404, media_type=PROBLEM):
    body: Thing


@dataclass(eq=False)
class GetThing4XX(ErrorReply, media_type=PROBLEM):
    body: Thing
    _: KW_ONLY
    status: int


@dataclass(eq=False)
class PutThing200(Reply, status=200, media_type="application/json"):
    body: Thing


@dataclass(eq=False)
class PutThing204(Reply, status=204):
    pass


class Undeclared(Reply, status=299):
    """A reply of no operation."""


class ThingsOperations(Operations, tag="things"):
    """As the generator would write it."""

    async def get_thing(self, *, id: int) -> GetThing200 | GetThing304 | GetThing404 | GetThing4XX:  # noqa: A002
        raise NotImplementedError

    async def put_thing(self, *, id: int, dry: bool | None, body: Thing) -> PutThing200 | PutThing204:  # noqa: A002
        raise NotImplementedError


@dataclass(eq=False)
class Stream200(Reply, status=200):
    body: AsyncIterator[object]


@dataclass(eq=False)
class Choose200(Reply, status=200):
    body: object
    _: KW_ONLY
    media_type: Literal["application/json", "text/plain", "application/octet-stream"] | None = None
