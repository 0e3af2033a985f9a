"""Operations that nobody has written yet: answered by a fallback, which is held to the contract like any handler."""

import pytest

from handfast.runtime import Fallback, JudgedRequest, PlainReply
from tests.runtime.serving import PATHS, GetThing200, Thing, ThingsOperations, contract_of, serving


def replying(reply: PlainReply, seen: list[JudgedRequest]) -> Fallback:
    async def fallback(request: JudgedRequest) -> PlainReply:
        seen.append(request)
        return reply

    return fallback


ETAG = {"ETag": '"a"'}


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        (PlainReply(status=200, headers=ETAG, body={"name": "a"}), 200),
        (PlainReply(status=200, headers={"etag": '"a"', "x-count": 3}, body={"name": "a"}), 200),
        (PlainReply(status=304, has_body=False), 304),
        (PlainReply(status=418, body={"title": "t", "status": 418}), 418),
        (PlainReply(status=200, headers=ETAG, body=b'{"name":"a"}'), 200),
        (PlainReply(status=200, headers=ETAG, body={"name": "too long"}), 500),
        (PlainReply(status=200, headers=ETAG, body=b"{"), 500),
        (PlainReply(status=200, headers={"ETag": "bare"}, body={"name": "a"}), 500),
        (PlainReply(status=200, headers={**ETAG, "X-More": "1"}, body={"name": "a"}), 500),
        (PlainReply(status=200, body={"name": "a"}), 500),
        (PlainReply(status=201, body={}), 500),
    ],
)
def test_a_fallback_is_judged(reply: PlainReply, status: int) -> None:
    seen: list[JudgedRequest] = []
    with serving(contract_of(PATHS), fallback=replying(reply, seen)) as client:
        assert client.get("/api/things/7").status_code == status
    assert [request.operation.operation_id for request in seen] == ["getThing"]
    assert seen[0].parameters == {("path", "id"): 7}


def test_a_fallback_sees_judged_json_values_only() -> None:
    seen: list[JudgedRequest] = []
    with serving(contract_of(PATHS), fallback=replying(PlainReply(status=204, has_body=False), seen)) as client:
        assert client.put("/api/things/7?dry=true", json={"name": "a", "size": 1.0}).status_code == 204
        assert client.put("/api/things/7", json={"name": 1}).status_code == 422
        assert client.put("/api/things/0", json={"name": "a"}).status_code == 404
    assert len(seen) == 1
    assert seen[0].parameters == {("path", "id"): 7, ("query", "dry"): True}
    assert seen[0].body == {"name": "a", "size": 1.0}


def test_written_methods_go_before_the_fallback() -> None:
    class Half(ThingsOperations):
        async def get_thing(self, *, id: int) -> GetThing200:  # noqa: A002
            return GetThing200(Thing(name="mine"), etag='"a"')

    seen: list[JudgedRequest] = []
    with serving(contract_of(PATHS), Half, fallback=replying(PlainReply(status=204, has_body=False), seen)) as client:
        assert client.get("/api/things/1").json()["name"] == "mine"


def test_a_method_that_is_not_written_yet_is_left_to_the_fallback() -> None:
    class Half(ThingsOperations):
        async def get_thing(self, *, id: int) -> GetThing200:  # noqa: A002
            raise NotImplementedError("getThing is not written yet")

    seen: list[JudgedRequest] = []
    reply = PlainReply(status=200, headers=ETAG, body={"name": "a"})
    with serving(contract_of(PATHS), Half, fallback=replying(reply, seen)) as client:
        assert client.get("/api/things/7").json() == {"name": "a"}
        assert client.get("/api/things/0").status_code == 404
    assert [request.parameters for request in seen] == [{("path", "id"): 7}]
