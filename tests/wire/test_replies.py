"""Replies of every kind from generated classes: forms, parts, streams, bytes, text; wrong ones are a 500."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from python_multipart.multipart import parse_options_header

from handfast.runtime import Upload
from tests.wire.subject import Answer, Answering, Subject, served

CONTRACT = Path(__file__).parent / "contracts" / "replies-3.2.yaml"


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    with served(CONTRACT, tmp_path_factory.mktemp("replies")) as made:
        yield made


def ask(subject: Subject, operation: str, path: str, answer: Answering, **headers: str) -> Answer:
    subject.replies[operation] = answer
    return subject.send("GET", path, list(headers.items()))


def form(**members: Any) -> Answering:
    return lambda module, models, _: module.GetForm200(models.GetForm200Body.model_construct(**members))


@pytest.mark.parametrize(
    ("members", "sent"),
    [
        ({"a": 1}, b"a=1"),
        ({"a": 1, "text": "x y&\u00e9+"}, b"a=1&text=x%20y%26%C3%A9%2B"),
        ({"a": 1, "tags": ["a", "b,c"]}, b"a=1&tags=a&tags=b%2Cc"),
        ({"a": 1, "tags": []}, b"a=1"),
        ({"a": 1, "object": {"x": 1}}, b"a=1&object=%7B%22x%22%3A1%7D"),
        ({"a": 1, "pipes": [1, 2]}, b"a=1&pipes=1%7C2"),
        ({"a": 1, "deep": {"x": 2}}, b"a=1&deep%5Bx%5D=2"),
        ({"a": 1, "spread": {"p": 3}}, b"a=1&p=3"),
        ({"a": 1, "reserved": "a/b?c"}, b"a=1&reserved=a/b?c"),
        ({"a": 10}, None),
        ({"a": "1"}, None),
        ({}, None),
    ],
)
def test_a_form(members: dict[str, Any], sent: bytes | None, subject: Subject) -> None:
    answer = ask(subject, "getForm", "/form", form(**members))
    assert answer.status == (200 if sent is not None else 500), answer
    if sent is not None:
        assert answer.body == sent
        assert answer.all("content-type") == ["application/x-www-form-urlencoded"]


PNG: dict[str, Any] = {"filename": 'a".png', "content_type": "image/png", "headers": {"x-id": "4"}}


def png(content: bytes = b"123", **more: Any) -> Callable[[], Upload]:
    return lambda: Upload(content, **{**PNG, **more})


def parts(**members: Any) -> Answering:
    def answer(module: Any, models: Any, _: object) -> object:
        made: Any = {"meta": {"t": "x"}, "file": png(), **members}
        made["file"] = made["file"]()
        return module.GetParts200(models.GetParts200Body.model_construct(**made))

    return answer


def test_parts_by_name(subject: Subject) -> None:
    answer = ask(subject, "getParts", "/parts", parts(files=[Upload(b"1", filename="f"), Upload(b"2")], n=[1, 2]))
    assert answer.status == 200, answer
    (content_type,) = answer.all("content-type")
    kind, options = parse_options_header(content_type)
    assert kind == b"multipart/form-data"
    boundary = options[b"boundary"]
    assert answer.body.endswith(b"--" + boundary + b"--\r\n")
    found = [each.strip(b"\r\n").partition(b"\r\n\r\n") for each in answer.body.split(b"--" + boundary)[1:-1]]
    disposition = b'Content-Disposition: form-data; name="%s"'
    assert {(head, content) for head, _, content in found} == {
        (disposition % b"meta" + b"\r\nContent-Type: application/json", b'{"t":"x"}'),
        (disposition % b"file" + b'; filename="a%22.png"\r\nContent-Type: image/png\r\nx-id: 4', b"123"),
        (disposition % b"files" + b'; filename="f"\r\nContent-Type: application/octet-stream', b"1"),
        (disposition % b"files" + b"\r\nContent-Type: application/octet-stream", b"2"),
        (disposition % b"n" + b"\r\nContent-Type: text/plain; charset=utf-8", b"1"),
        (disposition % b"n" + b"\r\nContent-Type: text/plain; charset=utf-8", b"2"),
    }


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"spread": {"x": 1}}, [(b"x", b"1")]),
        ({"deep": {"y": "a b"}}, [(b"deep[y]", b"a b")]),
        ({"pipes": [1, 2], "several": [3, 4]}, [(b"pipes", b"1|2"), (b"several", b"3"), (b"several", b"4")]),
        ({"several": []}, []),
    ],
)
def test_parts_in_styles(members: dict[str, Any], expected: list[tuple[bytes, bytes]], subject: Subject) -> None:
    def reply(module: Any, models: Any, _: object) -> object:
        return module.GetStyles200(models.GetStyles200Body.model_construct(**members))

    answer = ask(subject, "getStyles", "/styles", reply)
    assert answer.status == 200, answer
    boundary = answer.all("content-type")[0].partition("boundary=")[2].encode()
    found = [each.strip(b"\r\n").partition(b"\r\n\r\n") for each in answer.body.split(b"--" + boundary)[1:-1]]
    disposition = b'Content-Disposition: form-data; name="%s"\r\nContent-Type: text/plain; charset=utf-8'
    assert [(head, text) for head, _, text in found] == [(disposition % name, text) for name, text in expected]


@pytest.mark.parametrize(
    "members",
    [
        {"meta": {"t": "much too long"}},
        {"file": png(b"more than nine")},
        {"file": png(content_type="text/plain")},
        {"file": png(headers={})},
        {"file": png(headers={"x-id": "a"})},
        {"n": ["a"]},
        {"files": [Upload(b"1", content_type="text/plain\r\nX-A: b")]},
    ],
)
def test_parts_that_break_the_contract(members: dict[str, Any], subject: Subject) -> None:
    assert ask(subject, "getParts", "/parts", parts(**members)).status == 500


@pytest.mark.parametrize(
    ("items", "contents"),
    [
        ([{"m": 1}, "hi"], [b'Content-Type: application/json\r\n\r\n{"m":1}', b"Content-Type: text/plain\r\n\r\nhi"]),
        ([], []),
        ([{"x": 1}], None),
        ([{"m": 1}, "a", "b", "c"], None),
    ],
)
def test_parts_by_place(items: list[Any], contents: list[bytes] | None, subject: Subject) -> None:
    answer = ask(subject, "getList", "/list", lambda module, _models, _: module.GetList200(items))
    assert answer.status == (200 if contents is not None else 500), answer
    if contents is not None:
        boundary = answer.all("content-type")[0].partition("boundary=")[2].encode()
        assert [each.strip(b"\r\n") for each in answer.body.split(b"--" + boundary)[1:-1]] == contents


def items(reply: str) -> Answering:
    """Six items, and one that breaks the contract."""

    def answer(module: Any, models: Any, _: object) -> object:
        async def stream() -> AsyncIterator[object]:
            for n in range(7):
                yield models.Item.model_construct(n=n)

        return getattr(module, reply)(stream())

    return answer


@pytest.mark.parametrize(
    ("accept", "media_type", "first"),
    [
        ("*/*", "application/jsonl", b'{"n":0}\n'),
        ("text/event-stream", "text/event-stream", b'data: {"n":0}\n\n'),
        ("application/json-seq", "application/json-seq", b'\x1e{"n":0}\n'),
        ("image/png", "application/jsonl", b'{"n":0}\n'),
    ],
)
def test_a_stream_of_the_type_that_the_client_likes_ends_with_the_first_wrong_item(
    accept: str, media_type: str, first: bytes, subject: Subject, caplog: pytest.LogCaptureFixture
) -> None:
    answer = ask(subject, "getItems", "/items", items("GetItems200"), accept=accept)
    assert (answer.status, answer.all("content-type")) == (200, [media_type])
    assert answer.body.startswith(first)
    assert b"5}" in answer.body
    assert b"6}" not in answer.body
    assert "/n: must be at most 5" in caplog.text


def test_a_stream_of_parts_ends_with_the_first_wrong_one(subject: Subject, caplog: pytest.LogCaptureFixture) -> None:
    answer = ask(subject, "getStream", "/stream", items("GetStream200"))
    assert answer.status == 200
    assert answer.body.count(b"Content-Type: application/json") == 6
    assert not answer.body.endswith(b"--\r\n")
    assert "/n: must be at most 5" in caplog.text


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("x-list", [True, None], "true,null"),
        ("x-nested", [[True, False], []], "[true,false],[]"),
        ("x-members", {"a": ["b"]}, 'a,["b"]'),
        ("x-json", ["\u20ac"], '["\\u20ac"]'),
        ("x-plain", "abc", "abc"),
        ("x-plain", "abcd", None),
        ("x-form", {"a": 1, "b": 2}, "a=1&b=2"),
        ("x-links", {"linkset": [{"next": [{"href": "/b c"}]}]}, '</b%20c>; rel="next"'),
        (
            "x-links",
            {
                "linkset": [
                    {"anchor": "/a", "next": [{"href": "/b", "hreflang": ["en", "de"]}], "prev": [{"href": "/"}]}
                ]
            },
            '</b>; rel="next"; anchor="/a"; hreflang="en"; hreflang="de", </>; rel="prev"; anchor="/a"',
        ),
        (
            "x-links",
            {"linkset": [{"x": [{"href": "/", "title": 'a"b', "title*": [{"value": "\u00fc", "language": "de"}]}]}]},
            '</>; rel="x"; title="a\\"b"; title*=UTF-8\'de\'%C3%BC',
        ),
        ("x-links", {"linkset": [{"x": [{"href": "/", "title": "\u00fc"}]}]}, "</>; rel=\"x\"; title*=UTF-8''%C3%BC"),
        ("x-links", {"linkset": "none"}, None),
        ("x-links", {"linkset": [{"x": [{}]}]}, None),
        ("x-links", {"linkset": [{"x": [{"href": "/", "a;b": "c"}]}]}, None),
        ("x-links", {"linkset": [{"x": [{"href": "/", "title": 1}]}]}, None),
        ("x-links", {"linkset": [{"\n": [{"href": "/"}]}]}, None),
        ("x-links", {"linkset": [], "more": 1}, None),
        ("x-written", '</b>; rel="next"', '</b>; rel="next"'),
    ],
)
def test_headers(name: str, value: object, sent: str | None, subject: Subject) -> None:
    field = name.replace("-", "_")
    answer = ask(subject, "getHeaders", "/headers", lambda module, _models, _: module.GetHeaders204(**{field: value}))
    assert answer.status == (204 if sent is not None else 500), answer
    assert answer.all(name) == ([sent] if sent is not None else [])


async def chunks(*of: bytes) -> AsyncIterator[bytes]:
    for each in of:
        yield each


RAW: dict[str, tuple[str, str, Answering, int, str]] = {
    "an image": ("getImage", "/image", lambda m, _, a: m.GetImage200(b"12", media_type="image/png"), 200, "image/png"),
    "an image of no type": ("getImage", "/image", lambda m, _, a: m.GetImage200(b"1234"), 500, ""),
    "another type": ("getImage", "/image", lambda m, _, a: m.GetImage200(b"1234", media_type="text/png"), 500, ""),
    "too many bytes": ("getImage", "/image", lambda m, _, a: m.GetImage200(b"12345", media_type="image/png"), 500, ""),
    "a text": ("getText", "/text", lambda m, _, a: m.GetText200("abcd"), 200, "text/plain; charset=utf-8"),
    "a text as bytes": ("getText", "/text", lambda m, _, a: m.GetText200(b"ab", media_type="text/plain"), 200, ""),
    "too long": ("getText", "/text", lambda m, _, a: m.GetText200("abcde"), 500, ""),
    "too long as bytes": ("getText", "/text", lambda m, _, a: m.GetText200(b"abcde", media_type="text/plain"), 500, ""),
    "not UTF-8": ("getText", "/text", lambda m, _, a: m.GetText200(b"\xff", media_type="text/plain"), 500, ""),
    "chunks of a judged text": (
        "getText", "/text", lambda m, _, a: m.GetText200(chunks(b"a"), media_type="text/plain"), 500, "",
    ),
    "chunks of any text": (
        "getText", "/text", lambda m, _, a: m.GetText200(chunks(b"a"), media_type="text/csv"), 200, "",
    ),
    "XML": ("getXml", "/xml", lambda m, _, a: m.GetXml200(b"<a/>"), 200, "application/xml"),
    "JSON of some kind": (
        "getSuffix", "/suffix", lambda m, o, a: m.GetSuffix200(o.Item(n=1), media_type="application/geo+json"), 200,
        "application/geo+json",
    ),
    "JSON of no kind": ("getSuffix", "/suffix", lambda m, o, a: m.GetSuffix200(o.Item(n=1)), 500, ""),
    "JSON of another kind": (
        "getSuffix", "/suffix", lambda m, o, a: m.GetSuffix200(o.Item(n=1), media_type="application/json"), 500, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RAW)
def test_bytes_and_text(case: str, subject: Subject) -> None:
    operation, path, reply, status, media_type = RAW[case]
    answer = ask(subject, operation, path, reply)
    assert answer.status == status, answer
    assert not media_type or answer.all("content-type") == [media_type]


FORM = [("Content-Type", "application/x-www-form-urlencoded")]


@pytest.mark.parametrize(
    ("body", "status", "seen"),
    [
        (b"p=1&q=2", 204, {"one": {"p": 1}, "two": {"q": 2}}),
        (b"both=1", 422, None),
        (b"one[both]=1&q=3", 204, {"one": {"both": 1}, "two": {"q": 3}}),
        (b"a=1&one[a]=2", 204, {"a": 1, "one": {"a": 2}}),
        (b"p=x", 422, None),
        (b"more=1", 422, None),
    ],
)
def test_members_of_exploded_objects_are_fields_where_no_other_has_their_name(
    body: bytes, status: int, seen: object, subject: Subject
) -> None:
    answer = subject.send("POST", "/form", FORM, body)
    assert answer.status == status, answer
    assert seen is None or answer.seen == {"body": seen}
