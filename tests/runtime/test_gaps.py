"""What bind says at start-up when handlers and contract do not fit: everything at once, with both places."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import Body, Depends, FastAPI

from handfast.contract import Contract, JSONValue, load_contract_text
from handfast.errors import BindError
from handfast.runtime import Credentials, Grant, Operations, Reply, bind
from tests.runtime.serving import (
    PATHS,
    GetThing200,
    GetThing404,
    PutThing200,
    PutThing204,
    Thing,
    ThingsOperations,
    contract_of,
)

TEXT = """\
openapi: 3.1.1
info: {title: Small, version: "1"}
paths:
  /things/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
    get:
      operationId: getThing
      tags: [things]
      security: [{token: []}]
      responses:
        '200': {description: It.}
    put:
      operationId: putThing
      tags: [things]
      requestBody: {content: {application/json: {}}}
      responses:
        '204': {description: Done.}
  /others:
    get:
      operationId: listOthers
      tags: [others]
      responses:
        '200': {description: They.}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
"""


def gaps(contract: Contract, *handlers: Any, **options: Any) -> list[str]:
    with pytest.raises(BindError) as raised:
        bind(FastAPI(openapi_url=None), contract, handlers, **options)
    return list(raised.value.gaps)


def test_everything_at_once() -> None:
    class Abstract(Operations, tag="things"):
        async def put_thing(self, *, id: int, body: Thing) -> PutThing204:  # noqa: A002
            raise NotImplementedError

    class Things(Abstract):
        async def get_thinng(self, *, id: int) -> GetThing200:  # noqa: A002
            raise NotImplementedError

        async def put_thing(self, *, id: str, bodi: Thing) -> PutThing200:  # type: ignore[override]  # noqa: A002
            raise NotImplementedError

    found = gaps(load_contract_text(TEXT, "api.yaml"), Things, security={"tokn": authenticate})
    line = Things.put_thing.__code__.co_firstlineno
    here = "tests/runtime/test_gaps.py"
    told = [
        ("api.yaml:20:5: the tag others (1 operation, listOthers is the first) has no handler class; give bind one "
        "that subclasses OthersOperations; where there is none yet, `handfast scaffold` (make scaffold) writes it"),
        ("api.yaml:7:5: getThing (GET /things/{id}) has no method in Things (HERE:-4) (did you mean get_thinng?); "
        "write\n        async def get_thing(self, *, id: ...) -> ...: ..."),
        "HERE:0: Things.put_thing (putThing, api.yaml:13:5) lacks the argument body: Thing (did you mean bodi?)",
        ("HERE:0: Things.put_thing (putThing, api.yaml:13:5) has the argument bodi, which the contract does not have "
        "(did you mean body?)"),
        "HERE:0: Things.put_thing (putThing, api.yaml:13:5) annotates id with str; the contract says int",
        ("HERE:0: Things.put_thing (putThing, api.yaml:13:5) returns PutThing200, which is no declared reply; "
        "declared: PutThing204"),
        ("HERE:-3: Things.get_thinng is the method of no operation of things (did you mean get_thing?); a helper "
        "begins with an underscore"),
        ("api.yaml:27:5: the security scheme token, which getThing needs, has no authenticator; give bind "
        'security={"token": ...} (did you mean tokn?)'),
        "HERE:AUTH: the contract has no security scheme tokn (did you mean token?)",
    ]  # fmt: skip
    places = {f"HERE:{offset}": f"{here}:{line + offset}" for offset in (0, -3, -4)}
    places["HERE:AUTH"] = f"{here}:{authenticate.__code__.co_firstlineno}"
    for place, meant in places.items():
        told = [gap.replace(f"{place}:", f"{meant}:").replace(f"({place})", f"({meant})") for gap in told]
    assert found == told


async def authenticate(credentials: Credentials) -> Grant | None:
    return None


class Right(ThingsOperations):
    """Fits."""


def helper() -> Iterator[None]:
    yield


class AsksForAParameter(ThingsOperations):
    def __init__(self, limit: int) -> None: ...


def reading(body: Annotated[dict[str, str], Body()]) -> None: ...


class ReadsTheBody(ThingsOperations):
    def __init__(self, got: Annotated[None, Depends(reading)]) -> None: ...


class CannotBeMade(ThingsOperations):
    def __init__(self, thing: Iterator[int]) -> None: ...


class Synchronous(ThingsOperations):
    def get_thing(self, *, id: int) -> GetThing200:  # type: ignore[override]  # noqa: A002
        raise NotImplementedError


class WiderArguments(ThingsOperations):
    async def get_thing(self, *, id: int | str) -> GetThing200 | GetThing404:  # noqa: A002
        raise NotImplementedError


class NarrowerArguments(ThingsOperations):
    async def put_thing(self, *, id: int, dry: bool, body: Thing) -> PutThing200:  # type: ignore[override]  # noqa: A002
        raise NotImplementedError


class Elsewhere(Operations, tag="thinks"):
    pass


@pytest.mark.parametrize(
    ("handlers", "told"),
    [
        ([Right, WiderArguments], ["the tag things has 2 handler classes"]),
        ([Right, Elsewhere], ["is for the tag thinks, which the contract does not have (did you mean things?)"]),
        ([Right, Reply], ["class Reply is no handler class"]),
        ([Right, 5], ["a int is no handler class"]),
        ([AsksForAParameter], ["has the argument limit, which is no dependency"]),
        ([ReadsTheBody], ["reads the request body (body)"]),
        ([CannotBeMade], ["FastAPI cannot resolve the constructor of CannotBeMade"]),
        ([Synchronous], ["must be `async def`"]),
        ([NarrowerArguments], ["annotates dry with bool; the contract says bool | None"]),
        ([], ["has no handler class"]),
    ],
)
def test_each_gap_is_told(handlers: list[object], told: list[str]) -> None:
    found = gaps(contract_of(PATHS), *handlers)
    assert len(found) == len(told), found
    for gap, text in zip(found, told, strict=True):
        assert text in gap


@pytest.mark.parametrize("handler", [Right, WiderArguments])
def test_what_fits_is_bound(handler: type[Operations]) -> None:
    bind(FastAPI(openapi_url=None), contract_of(PATHS), [handler])


def test_two_operations_at_one_place() -> None:
    def operation(name: str) -> JSONValue:
        return {"get": {"operationId": name, "tags": ["t"], "responses": {"200": {"description": "It."}}}}

    class Many(Operations, tag="t"):
        async def one(self) -> None: ...

        async def other(self) -> None: ...

    (gap,) = gaps(contract_of({"/x/a": operation("one"), "/x/%61": operation("other")}), Many)
    assert "other is at the same place as one" in gap


def test_a_synchronous_authenticator() -> None:
    def not_async(credentials: Credentials) -> Grant | None:
        return None

    class Things(Operations, tag="things"):
        async def get_thing(self, *, id: int) -> None: ...  # noqa: A002

        async def put_thing(self, *, id: int, body: object) -> None: ...  # noqa: A002

    class Others(Operations, tag="others"):
        async def list_others(self) -> None: ...

    (gap,) = gaps(load_contract_text(TEXT, "api.yaml"), Things, Others, security={"token": not_async})
    assert "the authenticator of token must be `async def`" in gap
